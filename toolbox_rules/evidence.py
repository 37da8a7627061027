"""What a trace says of a condition, a fact or an element: the evidence that explanations rest on.

The truth of every part is read from the same network that the engine ran, so the two cannot disagree.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from toolbox_rules import conditions as c
from toolbox_rules.building import Builder
from toolbox_rules.cases import NO_ELEMENTS, Case, SetValue, Value
from toolbox_rules.evaluating import Evaluation
from toolbox_rules.inference import Trace, Truth, truth
from toolbox_rules.lowering import Lowering
from toolbox_rules.problems import Location
from toolbox_rules.relevance import conclusions_on
from toolbox_rules.rulebook import Rulebook
from toolbox_rules.vocabulary import Fact

#: The element that each quantifier is bound to, by its depth.
Bound = Mapping[int, int]


class Evidence:
    """Looks things up in one trace."""

    def __init__(self, rulebook: Rulebook, trace: Trace, case: Case) -> None:
        """Take the case along, for the places of its facts and the names of its elements."""
        network = trace.engine.network
        self.rulebook = rulebook
        self.trace = trace
        self.case = case
        self._builder = Builder(nodes=list(network.nodes), index=dict(network.index))
        self._evaluation: Evaluation = trace.evaluation()

    def truth(self, condition: c.Condition, lists: Sequence[str], bound: Bound) -> Truth:
        """Whether a condition holds for the elements that its quantifiers are bound to."""
        lowering = Lowering(builder=self._builder, lists=list(lists))
        number, dims = lowering.lower(condition)
        at = 0
        for dim in dims:
            at = at * len(self.trace.lists.get(lists[dim], NO_ELEMENTS).items) + bound[dim]
        self._extend()
        return truth(self._evaluation.rails(number), at)

    def _extend(self) -> None:
        """Let the evaluation see nodes that only an explanation asks for, such as one member of a set."""
        if len(self._builder.nodes) > len(self._evaluation.network.nodes):
            self._evaluation.network = replace(self._evaluation.network, nodes=tuple(self._builder.nodes))

    def value(self, ref: c.Ref, bound: Bound) -> Value | None:
        """The value of a given fact, None when it is not known."""
        if ref.depth is None:
            return self.trace.facts.get(ref.fact.name)
        items = self.trace.lists.get(str(ref.fact.list), NO_ELEMENTS).items
        return items[bound[ref.depth]].get(ref.fact.key)

    def arranged(self, ref: c.Ref, bound: Bound) -> bool:
        """Whether a value is not as the case gives it, because a measure in place sets it."""
        if ref.depth is None:
            return self.trace.facts.get(ref.fact.name) != self.case.facts.get(ref.fact.name)
        given = self.case.lists.get(str(ref.fact.list), NO_ELEMENTS).items
        return self.value(ref, bound) != given[bound[ref.depth]].get(ref.fact.key)

    def reached(self, fact: Fact, value: str, element: int | None) -> Truth:
        """Whether rules conclude one value of a derived fact."""
        return truth(self.trace.derived(fact.name, value, (fact.list,) if fact.list else ()), element or 0)

    def derived(self, fact: Fact, element: int | None = None) -> str:
        """The value of a derived fact, in the words of a case file."""
        reached = {value: self.reached(fact, value, element) for value in conclusions_on(fact)}
        match fact.type:
            case "boolean":
                return reached["true"]
            case "set":
                sure = [value for value, found in reached.items() if found == "true"]
                return ", ".join(sure) + (" (perhaps more)" if "unknown" in reached.values() else "") or "none"
            case _:
                low = [fact.order[0], *(value for value, found in reached.items() if found == "true")][-1]
                high = [fact.order[0], *(value for value, found in reached.items() if found != "false")][-1]
                return low if low == high else f"{low} to {high}"

    def label(self, list_name: str | None, at: int | None) -> str | None:
        """What an element is called; None for the case as a whole."""
        return None if list_name is None else element_label(self.case, list_name, at, self.rulebook)

    def given_at(self, fact: Fact, at: int | None = None) -> Location | None:
        """Where the case gives a fact, of element number ``at``; None when it does not, or has no lines."""
        name = fact.name if fact.list is None else f"{fact.list}.{at}.{fact.key}"
        return self.place_of(name)

    def place_of(self, name: str) -> Location | None:
        """Where the case gives a list, or what else it has a place of."""
        place = self.case.places.get(name)
        if place is None or not self.case.document.lines:
            return None
        return self.case.document.location(place, key=True)


def element_label(case: Case, list_name: str, at: int | None, rulebook: Rulebook) -> str:
    """What an element is called: its name, or the word for it and its number."""
    word = rulebook.vocabulary.lists[list_name].spec.element
    if at is None or at < 0:
        return f"another {word}"
    name = case.lists[list_name].items[at].get("name")
    return str(name) if name is not None else f"{word} {at + 1}"


def show_value(value: Value | None) -> str:
    """A value as it stands in a case file.

    >>> show_value(SetValue(members=frozenset({"wmo", "wlz"}), complete=False)), show_value(None)
    ('wlz, wmo (perhaps more)', 'unknown')
    """
    match value:
        case None:
            return "unknown"
        case SetValue():
            return _members(sorted(value.members), value.complete)
        case _:
            return plain(value)


def _members(members: list[str], complete: bool) -> str:
    if not members:
        return "none" if complete else "unknown"
    return ", ".join(members) + ("" if complete else " (perhaps more)")


def plain(value: object) -> str:
    """A single value as it stands in a case file."""
    return str(value).lower() if isinstance(value, bool) else str(value)
