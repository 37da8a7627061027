"""A proof -> the lines of an explanation, in plain words."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from toolbox_rules.assessing import STATES
from toolbox_rules.proof import Proof, grounds, identify, repeated
from toolbox_rules.rendering.naming import Voice
from toolbox_rules.rendering.phrasing import Lists, asked, found, lists_below, quantity, tally
from toolbox_rules.rendering.pleading import Pleader, given_at, place_of, state_in_words, support_of
from toolbox_rules.rendering.steps import Step, Told
from toolbox_rules.rendering.telling import Story
from toolbox_rules.rulebook import Rule

_SHOWN_ELEMENTS: Final = 3


def retold(proof: Proof, story: Story) -> Told:
    """A proof as lines below lines; a part that comes again is told once and then referred to."""
    names = identify(proof)
    teller = _Teller(story=story, say=story.say, names=names, numbers=repeated(proof, names))
    return Told(steps=teller.steps(proof, ()))


@dataclass(slots=True, kw_only=True)
class _Teller:
    """Turns the steps of a proof into words; ``names`` and ``numbers`` say what is the same and comes again."""

    story: Story
    say: Voice
    names: Mapping[int, str]
    numbers: Mapping[tuple[str, ...], int]
    told: set[tuple[str, ...]] = field(default_factory=set)

    def steps(self, proof: Proof, lists: Lists) -> tuple[Step, ...]:
        """The lines for one step."""
        inner = lists_below(self.say, proof, lists)
        match proof.kind:
            case "pitfall":
                return (self._pitfall(proof),)
            case "rule":
                return (self._rule(proof, inner),)
            case "exposure" | "control" | "aggravation":
                return (self._frame(proof, inner),)
            case "condition":
                return self._combined(proof, lists)
            case "quantifier":
                return (self._quantifier(proof, inner),)
            case "element":
                return tuple(self._elements([(proof, self._parts(proof, inner))]))
            case "test" | "fact":
                return (self._fact(proof, lists),)
            case _:
                return (Pleader(story=self.story, below=self._outside).step(proof),)

    def _outside(self, proof: Proof) -> tuple[Step, ...]:
        """The lines below a step about weighing, form or plan: in reach of no list."""
        if proof.kind == "tally":
            return tuple(map(self._counted, proof.children))
        if proof.kind == "level":
            return self._parts(proof, ())
        return self._below(proof, ())

    def _below(self, proof: Proof, lists: Lists) -> tuple[Step, ...]:
        return tuple(step for child in proof.children for step in self.steps(child, lists))

    def _step(self, proof: Proof, words: str, found_words: str = "", below: tuple[Step, ...] = ()) -> Step:
        shown = "; ".join(filter(None, (found_words, self._reason(proof))))
        return Step(
            mark=self.say.word(f"mark_{proof.truth}"),
            truth=proof.truth,
            words=words,
            found=shown,
            given=given_at(proof),
            below=below,
        )

    def _reason(self, proof: Proof) -> str:
        told = proof.reason in ("absent", "arranged", "cut", "elsewhere", "repeated", "too-few", "too-late")
        return self.say.word(f"reason_{proof.reason}") if told else ""

    def _once(self, proof: Proof, step: Step, lists: Lists) -> Step:
        """A step with the lines below it, or a reference to where they were told."""
        key = grounds(proof, self.names)
        number = self.numbers.get(key, 0)
        if number and key in self.told:
            return replace(step, see=number)
        if number:
            self.told.add(key)
        return replace(step, number=number, below=self._grounds(proof, lists))

    def _grounds(self, proof: Proof, lists: Lists) -> tuple[Step, ...]:
        """What a conclusion rests on; a rule with only a condition of its own tells that without a frame."""
        (only,) = proof.children if len(proof.children) == 1 else (None,)
        if proof.kind == "rule" and only and only.kind == "exposure" and not (proof.state in STATES or only.subject):
            return self._parts(only, lists)
        return self._below(proof, lists)

    # --- pitfalls and rules -----------------------------------------------------------------------------------

    def _pitfall(self, proof: Proof) -> Step:
        words = f"{self.say.pitfall(proof.name)}: {state_in_words(self.story, proof)}"
        step = Step(words=words, truth=proof.truth, quote=self.story.of_proof(proof))
        step = self._once(proof, replace(step, support=support_of(self.story, proof)), ())
        return replace(step, below=self._alternatives(proof, step.below), found=self._reason(proof))

    def _alternatives(self, proof: Proof, below: tuple[Step, ...]) -> tuple[Step, ...]:
        """The rules of a pitfall, and before them whether each of them is enough, or that there are no others."""
        shown = {child.name for child in proof.children if child.kind == "rule"}
        if not below or not shown or not all(child.decisive for child in proof.children if child.kind == "rule"):
            return below
        word = ""
        if proof.truth == "true":
            word = "rules_each" if len(shown) > 1 else ""
        elif len(shown) == sum(threat.pitfall == proof.name for rule in self._rules() for threat in rule.threats):
            word = "rules_all" if len(shown) > 1 else "rules_only"
        return (Step(words=self.say.word(word, number=len(shown))), *below) if word else below

    def _rules(self) -> Iterable[Rule]:
        return self.say.desk.shelf.rulebook.rules.values()

    def _rule(self, proof: Proof, lists: Lists) -> Step:
        title = self.say.rule(proof.name)
        words = self.say.word("step_rule_for" if proof.subject else "step_rule", title=title, subject=proof.subject)
        result = self._result(proof)
        step = Step(
            words=f"{words}: {result}" if result else words,
            truth=proof.truth,
            found="" if proof.decisive else self.say.word("not_decisive"),
            place=place_of(proof.location),
            quote=self.story.of_proof(proof),
            support=support_of(self.story, proof),
        )
        shown = "; ".join(filter(None, (step.found, self._rule_reason(proof))))
        return self._once(proof, replace(step, found=shown), lists)

    def _rule_reason(self, proof: Proof) -> str:
        told = proof.reason in ("covered", "cut", "too-few")
        return self.say.word(f"reason_{proof.reason}") if told else ""

    def _result(self, proof: Proof) -> str:
        if proof.state in ("for", "against", "excludes"):
            return self.say.word(f"stance_{proof.state}")
        return state_in_words(self.story, proof) if proof.state else self._truth(proof)

    def _frame(self, proof: Proof, lists: Lists) -> Step:
        """The exposure, control or an aggravation of a rule, or what makes a measure unsuitable."""
        kind = "unsuitable" if proof.reason == "unsuitable" else proof.kind
        subject = f" ({proof.subject})" if proof.subject else ""
        truth = "" if kind in ("aggravation", "unsuitable") else f" {self._truth(proof)}"
        return Step(
            words=f"{self.say.word(f'step_{kind}')}{subject}{truth}",
            truth=proof.truth,
            quote=self.story.of_proof(proof),
            place=place_of(proof.location) if kind == "unsuitable" else "",
            below=self._parts(proof, lists),
        )

    def _parts(self, proof: Proof, lists: Lists) -> tuple[Step, ...]:
        """The parts of a frame or an element; that all of them have to hold needs no line of its own."""
        (whole,) = proof.children if len(proof.children) == 1 else (proof,)
        return self._below(whole if (whole.kind, whole.name) == ("condition", "all") else proof, lists)

    def _truth(self, proof: Proof) -> str:
        return self.say.word(f"truth_{proof.truth}")

    # --- conditions -------------------------------------------------------------------------------------------

    def _combined(self, proof: Proof, lists: Lists) -> tuple[Step, ...]:
        """A combination; when one part settles it, that part says enough."""
        (only,) = proof.children if len(proof.children) == 1 else (None,)
        if only and proof.name in ("all", "any") and only.truth == proof.truth:
            return self.steps(only, lists)
        if only and proof.name == "not" and only.kind == "test":
            step = self._fact(only, lists, wanted=False)
            return (replace(step, mark=self.say.word(f"mark_{proof.truth}"), truth=proof.truth),)
        words = self.say.word(f"step_{proof.name}", number=proof.expected)
        return (self._step(proof, words, below=self._below(proof, lists)),)

    def _quantifier(self, proof: Proof, lists: Lists) -> Step:
        """A statement about elements; many of which the same is asked and found alike share a line."""
        groups: dict[object, list[tuple[Proof, tuple[Step, ...]]]] = {}
        for child in proof.children:
            if child.children:
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
            mark = self.say.word(f"mark_{proof.truth}")
            given = below[0].given if len(group) == 1 else ""
            yield Step(mark=mark, truth=proof.truth, words=f"{names}: {below[0].words}", found=values, given=given)
        elif len(group) > _SHOWN_ELEMENTS and not any(_is_numbered(one) for _, parts in group for one in parts):
            yield self._step(proof, names)
        else:
            yield from (self._step(one, f"{self._subject(one)}:", below=parts) for one, parts in group)

    def _counted(self, proof: Proof) -> Step:
        """A pitfall that counts or not, why it threatens, and what is within reach against it."""
        steps = self._below(proof, ())
        name = self.say.pitfall(proof.subject or "")
        head = steps[0] if proof.children[0].kind == "pitfall" else Step(words=name, below=steps)
        rest = steps[1:] if proof.children[0].kind == "pitfall" else ()
        mark = self.say.word(f"mark_{proof.truth}")
        return replace(head, mark=mark, truth=proof.truth, below=(*head.below, *rest))

    def _subject(self, proof: Proof) -> str:
        vocabulary = self.say.desk.shelf.rulebook.vocabulary
        if proof.name in vocabulary.facts and proof.subject is not None:
            return self.say.written(vocabulary.facts[proof.name], proof.subject)
        return proof.subject or ""

    def _fact(self, proof: Proof, lists: Lists, wanted: bool = True) -> Step:
        """A test, or a fact by itself, with what concluded it unless that was told before."""
        if proof.kind == "fact":
            fact = self.say.fact_named(proof.name)
            words, value = self.say.of(fact.label), self.say.written(fact, proof.actual or "unknown")
        else:
            words, value = asked(self.say, proof, lists, wanted), found(self.say, proof, lists)
        return self._once(proof, self._step(proof, words, value), ())


def _is_simple(below: tuple[Step, ...]) -> bool:
    """Whether what is said of an element fits in one line with its name."""
    return len(below) == 1 and not below[0].below and not below[0].see


def _is_numbered(step: Step) -> bool:
    """Whether other lines refer to this one, or to one below it."""
    return bool(step.number) or any(map(_is_numbered, step.below))


def _shape(step: Step) -> tuple[object, ...]:
    """What holds and what does not in a step and below it, whatever the words."""
    return (step.mark, *map(_shape, step.below))
