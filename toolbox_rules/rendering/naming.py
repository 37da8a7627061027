"""Ids, facts and values -> what they are called, in one language."""

from collections.abc import Iterable
from dataclasses import dataclass

from toolbox_rules.cases import Elements, SetValue, Value
from toolbox_rules.findings import Desk
from toolbox_rules.model import Lang, Text
from toolbox_rules.ranges import Range, closed
from toolbox_rules.rendering.report import TONES, Style
from toolbox_rules.rendering.words import WORDS
from toolbox_rules.vocabulary import Fact

# How the other stages write what a value is not, or not yet.
_UNKNOWN, _NONE, _MORE, _TO = "unknown", "none", "(perhaps more)", " to "


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """What everything is called in one language."""

    desk: Desk
    lang: Lang

    def of(self, text: Text) -> str:
        """A text in this language."""
        return text.in_language(self.lang)

    def word(self, name: str, /, **parts: object) -> str:
        """Fixed words by name, with their ``{parts}`` filled in."""
        return self.of(WORDS[name]).format(**parts)

    def counted(self, number: int, name: str, /, **parts: object) -> str:
        """Fixed words for one, or for any other number, of something."""
        return self.word(f"{name}_one" if number == 1 else f"{name}_many", number=number, **parts)

    def listed(self, parts: Iterable[str], last: str = "and", at_most: int = 0) -> str:
        """Some texts as one enumeration; when two or more go beyond ``at_most``, these are only counted."""
        found = list(parts)
        if at_most and len(found) > at_most + 1:
            found = [*found[:at_most], self.word("more", number=len(found) - at_most)]
            last = "and"
        joint = f" {self.word(last)} "
        return joint.join([", ".join(found[:-1]), found[-1]] if len(found) > 1 else found)

    # --- things by id -----------------------------------------------------------------------------------------

    def pitfall(self, name: str) -> str:
        """The name of a pitfall."""
        return self.of(self.desk.shelf.knowledge.pitfalls[name].name)

    def measure(self, name: str) -> str:
        """The name of a mitigation."""
        return self.of(self.desk.shelf.knowledge.mitigations[name].name)

    def verdict(self, name: str) -> str:
        """The label of a verdict."""
        return self.of(self.desk.shelf.weighing.spec.verdicts[name].label)

    def form(self, name: str) -> str:
        """The label of a form."""
        spec = self.desk.shelf.weighing.spec.form
        return name if spec is None else self._label(self.fact_named(spec.needed), name)

    def forms(self) -> tuple[str, ...]:
        """The forms, lightest first; none when the knowledge has no forms."""
        spec = self.desk.shelf.weighing.spec.form
        return () if spec is None else self.fact_named(spec.needed).order

    def phase(self, name: str) -> str:
        """The label of a phase."""
        return self._label(self.fact_named(self.desk.shelf.weighing.spec.phase), name)

    def phases(self, names: Iterable[str]) -> str:
        """The labels of phases, as spans of neighbouring ones."""
        order = self.fact_named(self.desk.shelf.weighing.spec.phase).order
        runs: list[list[int]] = []
        for at in sorted(map(order.index, names)):
            if runs and runs[-1][-1] == at - 1:
                runs[-1].append(at)
            else:
                runs.append([at])
        return self.listed(self._run([order[at] for at in run]) for run in runs)

    def _run(self, phases: list[str]) -> str:
        first, last = self.phase(phases[0]), self.phase(phases[-1])
        return first if len(phases) == 1 else self.word("range", low=first, high=last)

    def criterion(self, name: str) -> str:
        """The label of a criterion."""
        return self.of(self.desk.shelf.weighing.spec.criteria[name].label)

    def level(self, criterion: str, name: str) -> str:
        """The label of a level of a criterion."""
        return self.of(self.desk.shelf.weighing.spec.criteria[criterion].levels[name].label)

    def risk(self, name: str) -> str:
        """The label of a risk class."""
        return self.of(self.desk.shelf.weighing.spec.risk.classes[name].label)

    def tone(self, risk: str) -> Style:
        """How strongly a risk class stands out."""
        classes = tuple(self.desk.shelf.weighing.spec.risk.classes)
        return TONES[classes.index(risk) * (len(TONES) - 1) // max(1, len(classes) - 1)]

    def effort(self, name: str) -> str:
        """The label of a class of effort."""
        return self.of(self.desk.shelf.weighing.spec.effort[name].label)

    def rule(self, name: str) -> str:
        """The title of a rule."""
        return self.of(self.desk.shelf.rulebook.rules[name].spec.title)

    def choice(self, choices: str, name: str) -> str:
        """The label of a value of a list that several facts share, such as a topic."""
        return self.of(self.desk.shelf.rulebook.vocabulary.spec.choices[choices].values[name].label)

    # --- facts and elements -----------------------------------------------------------------------------------

    def fact_named(self, name: str) -> Fact:
        """The fact of a full name."""
        return self.desk.shelf.rulebook.vocabulary.facts[name]

    def fact(self, name: str) -> str:
        """The label of a fact."""
        return self.of(self.fact_named(name).label)

    def group(self, name: str) -> str:
        """The label of a list of elements."""
        return self.of(self.desk.shelf.rulebook.vocabulary.lists[name].spec.label)

    def element(self, list_name: str, at: int, elements: Elements | None) -> str:
        """What an element is called: its name, or the word for it and its number."""
        word = self.desk.shelf.rulebook.vocabulary.lists[list_name].spec.element
        if at < 0 or elements is None:
            return self.word("another", element=word)
        name = elements.items[at].get("name")
        return f"{word} {at + 1}" if name is None else str(name)

    # --- values -----------------------------------------------------------------------------------------------

    def value(self, fact: Fact, value: Value | None, unit: bool = True) -> str:
        """The label of a value, with its unit; a set as an enumeration."""
        match value:
            case None:
                return self.word("unknown")
            case bool():
                return self.word("yes" if value else "no")
            case SetValue():
                members = sorted(value.members, key=fact.order.index if fact.values else str)
                return self._set(fact, members, value.complete)
            case str():
                return self._label(fact, value)
            case _:
                return self.number(value) + (self._unit(fact) if unit else "")

    def written(self, fact: Fact, text: str) -> str:
        """The label of a value as other stages write it: ``true``, ``wlz, wmo (perhaps more)``, ``2``, ``unknown``.

        A text that does not stand for a value is given back as it is.
        """
        if text in fact.values:
            return self._label(fact, text)
        if text.strip() == _MORE or text == _UNKNOWN:
            return self.word("unknown")
        if fact.type == "boolean" and text in ("true", "false"):
            return self.word("yes" if text == "true" else "no")
        if fact.type in ("set", "names", "choice", "ordered"):
            return self._several(fact, text)
        return text + self._unit(fact) if text.replace(".", "").isdigit() else text

    def _several(self, fact: Fact, text: str) -> str:
        plain = text.removesuffix(_MORE).strip()
        if plain == _NONE:
            return self.word("none")
        low, to, high = plain.partition(_TO)
        if to and low in fact.values and high in fact.values:
            return self.word("range", low=self._label(fact, low), high=self._label(fact, high))
        members = plain.split(", ")
        if all(member in fact.values for member in members):
            members.sort(key=fact.order.index)
        return self._set(fact, members, complete=_MORE not in text)

    def _set(self, fact: Fact, members: list[str], complete: bool) -> str:
        words = self.listed(self._label(fact, member) for member in members) or self.word("none")
        return words if complete else self.word("perhaps_more", words=words)

    def range(self, fact: Fact, one: Range) -> str:
        """A range of numbers in words; a range of one number is that number."""
        whole = closed(fact, one)
        if whole.at_least is not None and whole.at_least == whole.at_most:
            return self.value(fact, whole.at_least)
        low = one.at_least if one.at_least is not None else one.above
        high = one.at_most if one.at_most is not None else one.below
        if low is not None and high is not None and fact.type == "integer":
            one, low, high = whole, whole.at_least, whole.at_most
        kinds = [kind for kind in ("at_least", "above", "at_most", "below") if getattr(one, kind) is not None]
        name = "range" if kinds == ["at_least", "at_most"] else f"range_{'_'.join(kinds) or 'any'}"
        both = low is not None and high is not None
        return self.word(
            name,
            low="" if low is None else self.value(fact, low, unit=not both),
            high="" if high is None else self.value(fact, high),
        )

    def number(self, value: float) -> str:
        """A number as it is written in this language.

        A decimal comma in Dutch, a point in English; no decimals where there are none.
        """
        shown = str(int(value) if value == int(value) else value)
        return shown.replace(".", ",") if self.lang == "nl" else shown

    def _label(self, fact: Fact, value: str) -> str:
        spec = fact.values.get(value)
        return value if spec is None else self.of(spec.label)

    def _unit(self, fact: Fact) -> str:
        return "" if fact.spec.unit is None else f" {self.of(fact.spec.unit)}"
