"""A goal -> where variants of a case reach it, what must be so for it, and the facts that it rests on."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from toolbox_rules import network as n
from toolbox_rules.aiming import Goal
from toolbox_rules.assessing import STATES, THREATENING
from toolbox_rules.bounding import facts_of
from toolbox_rules.findings import Desk
from toolbox_rules.model import CriterionLevel, DecisionTable, PitfallTally
from toolbox_rules.spanning import NO, YES, Range, any_of
from toolbox_rules.viewing import View, criterion_nodes


@dataclass(frozen=True, slots=True)
class Need:
    """Something that must be so, and the given facts and lists that it rests on."""

    holds: Callable[[View], Range]
    facts: frozenset[str]


def reached(goal: Goal, view: View) -> Range:
    """Where variants of a case reach a goal without contradicting themselves."""
    return _aimed(goal, view) & ~view.contradicts()


def _aimed(goal: Goal, view: View) -> Range:
    match goal.kind:
        case "pitfall" if set(goal.values) == set(THREATENING):
            return view.threatens(goal.name)
        case "pitfall" if set(goal.values) == set(STATES) - set(THREATENING):
            return ~view.threatens(goal.name)
        case "pitfall":
            states = view.states(goal.name)
            return any_of(states[state] for state in goal.values)
        case "verdict":
            verdicts = view.verdicts()
            return any_of(verdicts[verdict] for verdict in goal.values)
        case "form":
            forms = view.forms()
            return any_of(forms[form] for form in goal.values)
        case _:
            return _concluded(goal, view)


def _concluded(goal: Goal, view: View) -> Range:
    """Where a derived fact certainly has a value, or certainly has it not; a level is the one that is reached."""
    fact = view.desk.shelf.rulebook.vocabulary.facts[goal.name]
    index = view.desk.engine.network.index

    def rails(value: str) -> tuple[Range, Range]:
        node = index.get(n.Derived((), fact.name, value))
        return (NO, NO) if node is None else (view.variants.must(node), view.variants.may(node))

    must, may = rails(goal.values[0])
    if fact.type == "ordered":
        if goal.values[0] == fact.order[0]:
            must, may = YES, YES
        above = [rails(value) for value in fact.order[fact.order.index(goal.values[0]) + 1 :]]
        must, may = must & ~any_of(high for _, high in above), may & ~any_of(low for low, _ in above)
    return must if goal.holds else ~may


# --- what must be so ----------------------------------------------------------------------------------------------


def needs(desk: Desk, goal: Goal) -> tuple[Need, ...]:
    """Parts of a goal that rest on few facts each, and at the end the whole of it."""
    whole = Need(lambda view: reached(goal, view), cone(desk, goal))
    if goal.kind != "verdict":
        return (whole,)
    return (*_verdict_needs(desk, goal), whole)


def _verdict_needs(desk: Desk, goal: Goal) -> Iterator[Need]:
    """The levels at which each criterion must stand, and that no rule excludes the only verdict that will do."""
    spec, network = desk.shelf.weighing.spec, desk.engine.network
    tables = [table for table in spec.tables if set(table.verdicts) & set(goal.values)]
    if not tables or (spec.undecided is not None and spec.undecided.verdict in goal.values):
        return
    names = frozenset(table.id for table in tables)
    nodes = [node for name, node in network.extra.items() if name.startswith("table:")]
    yield Need(lambda view: view.applies(names), _facts(desk, nodes))
    for at, criterion in enumerate(spec.criteria):
        allowed = {one for table in tables for one in _levels(desk, table, goal, at)}
        yield from _level_needs(desk, criterion, frozenset(allowed))
    if len(goal.values) == 1 and all(goal.values[0] == table.verdicts[-1] for table in tables):
        for rule, arguments in desk.scales.argued:
            if any(one.stance == "excludes" and goal.values[0] in one.verdicts for one in arguments):
                yield Need(lambda view, rule=rule: ~view.fires(rule), _facts(desk, [rule.exposure]))  # type: ignore[misc]


def _levels(desk: Desk, table: DecisionTable, goal: Goal, at: int) -> Iterator[int]:
    """The levels of a criterion from which a table can lead to a goal; exclusions only ever lower a verdict."""
    lowest = min(table.verdicts.index(verdict) for verdict in goal.values if verdict in table.verdicts)
    for levels, verdict in desk.shelf.weighing.decisions[table.id].items():
        if table.verdicts.index(verdict) >= lowest:
            yield levels[at]


def _level_needs(desk: Desk, criterion: str, allowed: frozenset[int]) -> Iterator[Need]:
    levels = desk.shelf.weighing.spec.criteria[criterion].levels
    if len(allowed) == len(levels):
        return
    tallies = [level.pitfalls for level in levels.values() if level.pitfalls is not None]
    if not tallies:
        nodes = [
            desk.engine.network.extra[f"criterion:{criterion}:{name}"] for name, level in levels.items() if level.when
        ]
        yield Need(lambda view: any_of(view.levels(criterion)[at] for at in allowed), _facts(desk, nodes))
        return
    for at, level in enumerate(levels.values()):
        if allowed == {at} and level.pitfalls is not None and level.pitfalls.at_most == 0:
            yield from _none_counted(desk, level.pitfalls, certain=False)
        if at == 0 and at not in allowed and _counts_one(level):
            assert level.pitfalls is not None
            yield from _none_counted(desk, level.pitfalls, certain=True)


def _counts_one(level: CriterionLevel) -> bool:
    """Whether one pitfall is enough for a level."""
    tally = level.pitfalls
    return level.when is None and tally is not None and tally.at_least == 1 and tally.at_most is None


def _none_counted(desk: Desk, tally: PitfallTally, certain: bool) -> Iterator[Need]:
    """That no pitfall counts, each by itself."""
    extra = desk.engine.network.extra
    healing = [node for name, node in extra.items() if name.startswith(("unsuitable:", "held:"))]
    more = set() if tally.remedy is None else _facts(desk, healing) | {desk.shelf.weighing.spec.phase}
    for pitfall in desk.assessor.rules:
        yield Need(
            lambda view, pitfall=pitfall: ~view.counts(pitfall, tally, certain),  # type: ignore[misc]
            _facts(desk, pitfall_nodes(desk, pitfall)) | more,
        )


# --- what it rests on ---------------------------------------------------------------------------------------------


def cone(desk: Desk, goal: Goal) -> frozenset[str]:
    """The facts that can matter to a goal, with those that contradictions tie to them."""
    network = desk.engine.network
    found = facts_below(network, _nodes(desk, goal))
    if goal.kind == "verdict":
        found |= {desk.shelf.weighing.spec.phase, *desk.deciding}
    nevers = [facts_below(network, [network.extra[f"never:{at}"]]) for at in range(len(desk.shelf.constraints))]
    grown = True
    while grown:
        more = {fact for never in nevers if never & found for fact in never}
        grown = not more <= found
        found |= more
    return frozenset(found)


def _nodes(desk: Desk, goal: Goal) -> Iterator[int]:
    network = desk.engine.network
    match goal.kind:
        case "pitfall":
            yield from pitfall_nodes(desk, goal.name)
        case "verdict":
            yield from criterion_nodes(desk)
            for pitfall in desk.assessor.rules:
                yield from pitfall_nodes(desk, pitfall)
        case "form":
            form = desk.shelf.weighing.spec.form
            assert form is not None
            yield from (
                node for one, node in network.index.items() if isinstance(one, n.Derived) and one.fact == form.needed
            )
            yield from (nodes.exposure for nodes, found in desk.scales.argued if any(one.forms for one in found))
        case _:
            yield from (
                node for one, node in network.index.items() if isinstance(one, n.Derived) and one.fact == goal.name
            )


def pitfall_nodes(desk: Desk, pitfall: str) -> Iterator[int]:
    """The nodes that the state and the risk of a pitfall rest on directly."""
    for rule, _ in desk.assessor.rules[pitfall]:
        yield from n.roots_of(rule)


def _facts(desk: Desk, nodes: Iterable[int]) -> frozenset[str]:
    return frozenset(facts_below(desk.engine.network, nodes))


def facts_below(network: n.Network, start: Iterable[int]) -> set[str]:
    """The given facts that some nodes rest on."""
    found: set[str] = set()
    seen: set[int] = set()
    waiting = list(start)
    while waiting:
        number = waiting.pop()
        if number not in seen:
            seen.add(number)
            found.update(facts_of(network.nodes[number]), network.nodes[number].lists)
            waiting += [*n.children_of(network.nodes[number]), *network.supports.get(number, ())]
    return found
