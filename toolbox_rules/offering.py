"""Knowledge + one case -> the measures that can still be taken, and why others cannot."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from toolbox_rules.conditions import Combination, Condition, Quantified, Ref, Test, Value
from toolbox_rules.inference import Trace
from toolbox_rules.knowledge import Knowledge
from toolbox_rules.model import MitigatesLink, Mitigation, WeighingSpec
from toolbox_rules.vocabulary import Fact, Vocabulary

FULL = 2


#: How sure it must be that a mitigation is within reach: whatever the unknown facts are, as things look, or at best.
Sureness = Literal["certain", "likely", "possible"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """The mitigations that can still be taken, and why others cannot.

    ``held`` are those of which all that they set is so already: what needs them does not wait for them. ``left_out``
    could be taken, and are not, to see what a plan is without them.
    """

    available: tuple[str, ...]
    in_place: frozenset[str]
    held: frozenset[str]
    planned: frozenset[str]
    too_late: tuple[str, ...]
    unsuitable: tuple[str, ...]
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One mitigation as a choice: the last phase it fits (by number), what it conflicts with and needs.

    ``settles`` says that another needs it and that it sets facts, so that it can be so already.
    """

    last_phase: int
    conflicts: frozenset[str]
    needs: frozenset[str]
    settles: bool
    conditional: bool
    weights: tuple[tuple[str, int], ...]


def prepare_options(knowledge: Knowledge, weighing: WeighingSpec, vocabulary: Vocabulary) -> dict[str, Option]:
    """Work out once what choosing a mitigation involves; a conflict named by one side counts for both."""
    order = vocabulary.facts[weighing.phase].order
    needed = {link.mitigation for one in knowledge.mitigations.values() for link in one.needs}
    conflicts: dict[str, set[str]] = {name: set() for name in knowledge.mitigations}
    for mitigation in knowledge.mitigations.values():
        for link in mitigation.conflicts:
            conflicts[mitigation.id].add(link.mitigation)
            conflicts[link.mitigation].add(mitigation.id)
    return {
        name: Option(
            last_phase=max(order.index(phase) for phase in one.phases),
            conflicts=frozenset(conflicts[name]),
            needs=frozenset(link.mitigation for link in one.needs),
            settles=bool(one.sets) and name in needed,
            conditional=name in knowledge.unsuitable,
            weights=tuple((link.pitfall, weight_of(link)) for link in useful_links(one)),
        )
        for name, one in knowledge.mitigations.items()
    }


def reach(
    options: Mapping[str, Option],
    phase: int,
    trace: Trace,
    in_place: frozenset[str],
    planned: frozenset[str],
    sureness: Sureness = "likely",
) -> Reach:
    """Find the mitigations that fit the case: not yet in place, not too late, not unsuitable, not against one in place.

    ``phase`` is the number of the present phase. ``certain`` leaves out what may turn out unsuitable; ``possible``
    takes as held what may turn out to be.
    """
    barring = ("true", "unknown") if sureness == "certain" else ("true",)
    too_late, unsuitable, available = [], [], []
    for name, option in options.items():
        if name in in_place:
            continue
        if option.last_phase < phase:
            too_late.append(name)
        elif option.conflicts & in_place or (option.conditional and trace.holds(f"unsuitable:{name}") in barring):
            unsuitable.append(name)
        else:
            available.append(name)
    enough = "unknown" if sureness == "possible" else "true"
    held = frozenset(
        name
        for name, option in options.items()
        if option.settles and name not in in_place and trace.holds(f"held:{name}") in ("true", enough)
    )
    usable = _with_needs(options, set(available), in_place | held)
    return Reach(
        available=tuple(one for one in available if one in usable),
        in_place=in_place,
        held=held,
        planned=planned & usable,
        too_late=tuple(too_late),
        unsuitable=tuple(unsuitable + [one for one in available if one not in usable]),
    )


def without(options: Mapping[str, Option], within: Reach, measure: str) -> Reach:
    """What is within reach when one measure is left out, and with it what cannot do without."""
    usable = _with_needs(options, set(within.available) - {measure}, within.in_place | within.held)
    available = tuple(one for one in within.available if one in usable)
    left_out = tuple(one for one in within.available if one not in usable)
    return replace(within, available=available, planned=within.planned & usable, left_out=left_out)


def held_conditions(knowledge: Knowledge, vocabulary: Vocabulary) -> dict[str, Condition]:
    """For each mitigation that another needs: the condition under which all that it sets is so already."""
    needed = {link.mitigation for one in knowledge.mitigations.values() for link in one.needs}
    return {
        name: Combination(
            kind="all",
            parts=tuple(_is_so(vocabulary.facts[fact], value) for fact, value in one.sets.items()),
            place=(),
        )
        for name, one in sorted(knowledge.mitigations.items())
        if name in needed and one.sets
    }


def _is_so(fact: Fact, value: object) -> Condition:
    """That a fact has a value, or reaches it; a fact of elements for each of them."""
    ref = Ref(fact=fact, depth=None if fact.list is None else 0)
    op = "at_least" if fact.type == "ordered" else "any_of" if isinstance(value, list) else "is"
    values: list[Value] = value if isinstance(value, list) else [value]  # type: ignore[list-item]
    tests = tuple(Test(ref=ref, op=op, values=(one,), place=()) for one in values)
    all_so = tests[0] if len(tests) == 1 else Combination(kind="all", parts=tests, place=())
    if fact.list is None:
        return all_so
    return Quantified(kind="every", list=fact.list, depth=0, where=all_so, place=())


def _with_needs(options: Mapping[str, Option], available: set[str], had: frozenset[str]) -> set[str]:
    """Leave out what needs something that cannot be had."""
    while True:
        within = available | had
        kept = {one for one in available if options[one].needs <= within}
        if len(kept) == len(available):
            return kept
        available = kept


def remedied(options: Mapping[str, Option], measures: Iterable[str]) -> frozenset[str]:
    """The pitfalls that some measures together can cover."""
    total: dict[str, int] = {}
    for measure in measures:
        for pitfall, weight in options[measure].weights:
            total[pitfall] = total.get(pitfall, 0) + weight
    return frozenset(pitfall for pitfall, weight in total.items() if weight >= FULL)


def useful_links(mitigation: Mitigation) -> tuple[MitigatesLink, ...]:
    """The links of a mitigation that do something."""
    return tuple(link for link in mitigation.mitigates if link.basis != "no-effect")


def weight_of(link: MitigatesLink) -> int:
    return FULL if link.coverage == "full" else 1
