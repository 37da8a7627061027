"""A proof -> the lines of an explanation, in plain words."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from toolbox_rules.explanation import Proof
from toolbox_rules.rendering.naming import Voice
from toolbox_rules.rendering.phrasing import Lists, asked, found, lists_below, quantity, tally
from toolbox_rules.rendering.telling import Story

_SHOWN_ELEMENTS: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One line of an explanation, and the lines below it.

    ``mark`` says whether it holds, ``found`` what was found, ``place`` where it stands, ``quote`` an author says.
    """

    mark: str
    words: str
    found: str = ""
    place: str = ""
    quote: str = ""
    below: tuple["Step", ...] = ()


def retold(proof: Proof, story: Story) -> tuple[Step, ...]:
    """A proof as lines below lines; a part that comes again is told once and then referred to."""
    teller = _Teller(story=story, say=story.say, numbers=_repeated(proof))
    return teller.steps(proof, ())


def _repeated(proof: Proof) -> dict[tuple[Proof, ...], int]:
    """The grounds of a concluded fact that come more than once, numbered in the order in which they are told."""
    counts: Counter[tuple[Proof, ...]] = Counter()
    waiting = [proof]
    while waiting:
        one = waiting.pop()
        if _is_concluded(one):
            counts[one.children] += 1
            if counts[one.children] > 1:
                continue
        waiting += reversed(one.children)
    several = [children for children, number in counts.items() if number > 1]
    return {children: at for at, children in enumerate(several, 1)}


def _is_concluded(proof: Proof) -> bool:
    return proof.kind in ("test", "fact") and bool(proof.children)


@dataclass(slots=True, kw_only=True)
class _Teller:
    """Turns the steps of a proof into words; a part that comes again is told once and then referred to."""

    story: Story
    say: Voice
    numbers: dict[tuple[Proof, ...], int]
    told: set[tuple[Proof, ...]] = field(default_factory=set)

    def steps(self, proof: Proof, lists: Lists) -> tuple[Step, ...]:
        """The lines for one step; a combination that says nothing of its own gives the lines of its parts."""
        inner = lists_below(self.say, proof, lists)
        match proof.kind:
            case "pitfall":
                return (self._pitfall(proof),)
            case "verdict":
                return (self._verdict(proof),)
            case "criterion":
                return (self._criterion(proof),)
            case "rule":
                return (self._rule(proof, inner),)
            case "exposure" | "control" | "aggravation":
                return (self._frame(proof, inner),)
            case "condition":
                return (self._step(proof, self._combination(proof), below=self._below(proof, inner)),)
            case "quantifier" | "element":
                return (self._quantifier(proof, inner),)
            case _:
                return (self._fact(proof, lists),)

    def _below(self, proof: Proof, lists: Lists) -> tuple[Step, ...]:
        return tuple(step for child in proof.children for step in self.steps(child, lists))

    def _step(self, proof: Proof, words: str, found_words: str = "", below: tuple[Step, ...] = ()) -> Step:
        reason = self._reason(proof)
        shown = "; ".join(filter(None, (found_words, reason)))
        return Step(mark=self.say.word(f"mark_{proof.truth}"), words=words, found=shown, below=below)

    def _reason(self, proof: Proof) -> str:
        told = proof.reason in ("absent", "repeated", "too-few", "covered")
        return self.say.word(f"reason_{proof.reason}") if told else ""

    # --- pitfalls, verdicts and rules -------------------------------------------------------------------------

    def _pitfall(self, proof: Proof) -> Step:
        state = self.say.word(f"means_{proof.state}")
        quote = self.say.of(proof.text) if proof.text else ""
        below = self._below(proof, ())
        return Step(mark="", words=f"{self.say.pitfall(proof.name)}: {_lowered(state)}", quote=quote, below=below)

    def _verdict(self, proof: Proof) -> Step:
        words = f"{self.say.word('step_verdict', verdict=self.say.verdict(proof.name))}: {self._truth(proof)}"
        other = proof.actual is not None and proof.actual != proof.name
        given = self.say.word("given_verdict", verdict=self.say.verdict(proof.actual or "")) if other else ""
        return Step(mark="", words=f"{words} ({given})" if given else words, below=self._below(proof, ()))

    def _criterion(self, proof: Proof) -> Step:
        level = proof.actual or ""
        notes = [self.say.word("decisive")] if proof.state == "decisive" else []
        others = [one for one in (proof.expected or "").split(", ") if one != level]
        if others:
            names = self.say.listed((self.say.level(proof.name, one) for one in others), "or")
            notes.append(self.say.word("may_be", levels=names))
        about = f" ({'; '.join(notes)})" if notes else ""
        words = f"{self.say.criterion(proof.name)}: {self.say.level(proof.name, level)}{about}"
        below = tuple(
            self._pitfall(child) if child.kind == "pitfall" else self._level(child, proof.name)
            for child in proof.children
        )
        return Step(mark="", words=words, quote=self.say.of(proof.text) if proof.text else "", below=below)

    def _level(self, proof: Proof, criterion: str) -> Step:
        words = self.say.word("step_level", level=self.say.level(criterion, proof.name))
        return Step(mark="", words=f"{words}: {self._truth(proof)}", below=self._parts(proof, ()))

    def _rule(self, proof: Proof, lists: Lists) -> Step:
        title = self.say.rule(proof.name)
        words = self.say.word("step_rule_for" if proof.subject else "step_rule", title=title, subject=proof.subject)
        result = self._result(proof)
        place = f"{proof.location.path}:{proof.location.line}" if proof.location else ""
        return Step(
            mark="",
            words=f"{words}: {result}" if result else words,
            place=place,
            quote=self._filled(proof),
            below=self._below(proof, lists),
        )

    def _result(self, proof: Proof) -> str:
        if proof.state in ("for", "against", "excludes"):
            return self.say.word(f"stance_{proof.state}")
        return _lowered(self.say.word(f"means_{proof.state}")) if proof.state else self._truth(proof)

    def _frame(self, proof: Proof, lists: Lists) -> Step:
        """The exposure, control or an aggravation of a rule; of a rule about no pitfall simply its condition."""
        words = self.say.word(f"step_{proof.kind}")
        subject = f" ({proof.subject})" if proof.subject else ""
        truth = "" if proof.kind == "aggravation" else f" {self._truth(proof)}"
        return Step(mark="", words=f"{words}{subject}{truth}", below=self._parts(proof, lists))

    def _parts(self, proof: Proof, lists: Lists) -> tuple[Step, ...]:
        """The parts of a frame or an element; that all of them have to hold needs no line of its own."""
        (whole,) = proof.children or (proof,)
        return self._below(whole if (whole.kind, whole.name) == ("condition", "all") else proof, lists)

    def _truth(self, proof: Proof) -> str:
        return self.say.word(f"truth_{proof.truth}")

    def _filled(self, proof: Proof) -> str:
        """The author's sentence with the facts of the case, for the element that the rule is about."""
        if proof.text is None:
            return ""
        rule = self.say.desk.shelf.rulebook.rules[proof.name]
        elements = self.story.findings.trace.lists.get(rule.list) if rule.list else None
        numbers = range(len(elements.items)) if elements else ()
        subjects = (at for at in numbers if self.story.element(str(rule.list), at) == proof.subject)
        return self.story.filled(proof.text, rule, tuple(subjects))

    # --- conditions -------------------------------------------------------------------------------------------

    def _combination(self, proof: Proof) -> str:
        return self.say.word(f"step_{proof.name}", number=proof.expected)

    def _quantifier(self, proof: Proof, lists: Lists) -> Step:
        """A statement about elements; many of which the same is asked and found alike share a line."""
        groups: dict[object, list[tuple[Proof, tuple[Step, ...]]]] = {}
        for child in _telling(proof):
            below = self._parts(child, lists_below(self.say, child, lists))
            alike = below[0].words if _is_simple(below) else tuple(map(_shape, below))
            groups.setdefault((child.truth, alike), []).append((child, below))
        elements = tuple(step for group in groups.values() for step in self._elements(group))
        return self._step(proof, quantity(self.say, proof), tally(self.say, proof), elements)

    def _elements(self, group: list[tuple[Proof, tuple[Step, ...]]]) -> Iterator[Step]:
        proof, below = group[0]
        names = self.say.listed((self._subject(one) for one, _ in group), at_most=_SHOWN_ELEMENTS)
        if _is_simple(below):
            values = self.say.listed(dict.fromkeys(one[0].found for _, one in group), at_most=_SHOWN_ELEMENTS)
            yield Step(mark=self.say.word(f"mark_{proof.truth}"), words=f"{names}: {below[0].words}", found=values)
        elif len(group) > _SHOWN_ELEMENTS:
            yield self._step(proof, names)
        else:
            yield from (self._step(one, f"{self._subject(one)}:", below=parts) for one, parts in group)

    def _subject(self, proof: Proof) -> str:
        vocabulary = self.say.desk.shelf.rulebook.vocabulary
        if proof.name in vocabulary.facts and proof.subject is not None:
            return self.say.written(vocabulary.facts[proof.name], proof.subject)
        return proof.subject or ""

    def _fact(self, proof: Proof, lists: Lists) -> Step:
        """A test, or a fact by itself, with what concluded it unless that was told before."""
        if proof.kind == "fact":
            fact = self.say.fact_named(proof.name)
            words, value = self.say.of(fact.label), self.say.written(fact, proof.actual or "unknown")
        else:
            words, value = asked(self.say, proof, lists), found(self.say, proof, lists)
        number = self.numbers.get(proof.children) if proof.children else None
        if number is not None and proof.children in self.told:
            return self._step(proof, words, f"{value}; {self.say.word('see', number=number)}")
        if number is not None:
            self.told.add(proof.children)
            words = f"{words} [{number}]"
        return self._step(proof, words, value, self._below(proof, ()))


def _is_simple(below: tuple[Step, ...]) -> bool:
    """Whether what is said of an element fits in one line with its name."""
    return len(below) == 1 and not below[0].below


def _shape(step: Step) -> tuple[object, ...]:
    """What holds and what does not in a step and below it, whatever the words."""
    return (step.mark, *map(_shape, step.below))


def _telling(proof: Proof) -> list[Proof]:
    """The elements that settle a statement about them; all of them when none does so by itself."""
    settling = {
        ("some", "true"): "true",
        ("count", "true"): "true",
        ("none", "false"): "true",
        ("every", "false"): "false",
        ("every", "unknown"): "unknown",
    }.get((proof.name, proof.truth))
    told = [child for child in proof.children if child.children]
    return [child for child in told if settling in (None, child.truth)]


def _lowered(words: str) -> str:
    return words[:1].lower() + words[1:]
