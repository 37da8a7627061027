"""Rulebook -> Network: every condition finds its node, equal conditions the same one, and the rules their strata."""

from collections.abc import Mapping, Sequence

from toolbox_rules import conditions as c
from toolbox_rules import network as n
from toolbox_rules.building import Builder
from toolbox_rules.components import components
from toolbox_rules.lowering import Lowering
from toolbox_rules.problems import Problem, ToolboxError
from toolbox_rules.rulebook import Rule, Rulebook, Setting
from toolbox_rules.vocabulary import Fact

Below = Mapping[int, Mapping[int, bool]]


def compile_rules(rulebook: Rulebook, extra: Mapping[str, c.Condition] | None = None) -> n.Network:
    """Compile a rulebook, and further conditions on the case by name, into one network.

    Raises ``ToolboxError`` (TR109) when a conclusion depends on its own negation, naming the rules in the circle.
    """
    builder = Builder()
    rules: list[n.RuleNodes] = []
    support: dict[int, set[int]] = {}
    authors: dict[int, set[str]] = {}
    for rule in sorted(rulebook.rules.values(), key=lambda rule: rule.id):
        nodes = _place_rule(rule, builder)
        rules.append(nodes)
        for setting in rule.settings:
            for bit, fires in _each_set(setting, nodes.exposure, builder):
                support.setdefault(bit, set()).add(fires)
                authors.setdefault(bit, set()).add(rule.id)
            for bit in _bits_set(setting.fact, setting.values, rule.list, builder):
                fires = nodes.exposure
                if rule.list and setting.fact.list is None:
                    fires = builder.add(n.Tally((), fires, rule.list, 1))
                support.setdefault(bit, set()).add(fires)
                authors.setdefault(bit, set()).add(rule.id)
    placed = {name: Lowering(builder=builder).place(condition, ()) for name, condition in sorted((extra or {}).items())}
    derived = [number for number, node in enumerate(builder.nodes) if isinstance(node, n.Derived)]
    supports = {bit: tuple(sorted(support.get(bit, ()))) for bit in derived}
    reach = _reach(builder.nodes)
    below = _below(supports, reach)
    settled = _settled(below, rulebook, authors)
    return n.Network(
        nodes=tuple(builder.nodes),
        index=builder.index,
        supports=supports,
        components=settled,
        rules=tuple(rules),
        strata=_strata(below, reach, settled, rules),
        extra=placed,
    )


def _place_rule(rule: Rule, builder: Builder) -> n.RuleNodes:
    lists, dims = ((rule.list,), (0,)) if rule.list else ((), ())
    premise = c.premise_of(rule.when) if rule.list else None

    def placed(condition: c.Condition, at: tuple[int, ...]) -> int:
        return Lowering(builder=builder, lists=list(lists)).place(condition, at)

    return n.RuleNodes(
        rule=rule.id,
        lists=lists,
        exposure=placed(rule.when, dims),
        premise=None if premise is None else placed(premise, ()),
        control=None if rule.unless is None else placed(rule.unless, dims),
        aggravations=tuple(placed(condition, dims) for condition in rule.aggravated_by),
    )


def _bits_set(fact: Fact, values: tuple[str, ...], rule_list: str | None, builder: Builder) -> list[int]:
    lists = (fact.list,) if fact.list and rule_list else ()
    if fact.type == "ordered":
        values = fact.order[1 : fact.order.index(values[0]) + 1]
    return [builder.add(n.Derived(lists, fact.name, value)) for value in values]


def _each_set(setting: Setting, exposure: int, builder: Builder) -> list[tuple[int, int]]:
    """For each member that a rule may add on its own the derived node and the node that adds it."""
    if setting.each is None:
        return []
    found = []
    for member, where in setting.each.branches:
        has = c.Test(ref=setting.each.ref, op="any_of", values=(member,), place=setting.each.place)
        both = c.Combination(kind="all", parts=(has, where), place=setting.each.place)
        fires = builder.combine(n.And, [exposure, Lowering(builder=builder).place(both, ())])
        found.append((builder.add(n.Derived((), setting.fact.name, member)), fires))
    return found


def _reach(nodes: Sequence[n.Node]) -> list[frozenset[tuple[int, bool]]]:
    """For each node the derived nodes it rests on; True when more of the one can mean less of the other."""
    reach: list[frozenset[tuple[int, bool]]] = []
    for number, node in enumerate(nodes):
        below = frozenset().union(*(reach[child] for child in n.children_of(node)))
        match node:
            case n.Derived():
                below = frozenset({(number, False)})
            case n.Not():
                below = frozenset((bit, not negative) for bit, negative in below)
            case n.Decided():
                below = _either_way(below)
            case n.Sum() if node.least < 0:
                below = _either_way(below)
            case _:
                pass
        reach.append(below)
    return reach


def _either_way(below: frozenset[tuple[int, bool]]) -> frozenset[tuple[int, bool]]:
    return frozenset((bit, negative) for bit, _ in below for negative in (False, True))


def _below(supports: Mapping[int, tuple[int, ...]], reach: Sequence[frozenset[tuple[int, bool]]]) -> Below:
    """For each derived node those it rests on, and whether by way of a negation."""
    below: dict[int, dict[int, bool]] = {}
    for bit, nodes in supports.items():
        rests_on = below[bit] = {}
        for other, negative in frozenset().union(*(reach[node] for node in nodes)):
            rests_on[other] = rests_on.get(other, False) or negative
    return below


def _settled(below: Below, rulebook: Rulebook, authors: Mapping[int, set[str]]) -> tuple[n.Component, ...]:
    found: list[n.Component] = []
    problems: list[Problem] = []
    for members in components(below):
        inside = [below[bit][other] for bit in members for other in below[bit].keys() & set(members)]
        if any(inside):
            problems.append(
                _negative_cycle(sorted({rule for bit in members for rule in authors.get(bit, ())}), rulebook)
            )
        found.append(n.Component(nodes=members, cyclic=bool(inside)))
    if problems:
        raise ToolboxError(problems)
    return tuple(found)


def _negative_cycle(rules: list[str], rulebook: Rulebook) -> Problem:
    names = ", ".join(f"'{rule}'" for rule in rules)
    message = f"rules that depend on their own negation: {names}"
    hint = "a conclusion may not rest on its own absence; take the negation out of one of these rules"
    return rulebook.rules[rules[0]].document.problem(("when",), "TR109", message, hint=hint, key=True)


def _strata(
    below: Below,
    reach: Sequence[frozenset[tuple[int, bool]]],
    settled: tuple[n.Component, ...],
    rules: list[n.RuleNodes],
) -> dict[str, int]:
    """Number the rules: one above every conclusion that a rule negates, at or above every one that it uses."""
    level: dict[int, int] = {}
    for component in settled:
        outside = [pair for bit in component.nodes for pair in below[bit].items() if pair[0] not in component.nodes]
        level |= dict.fromkeys(component.nodes, max((level[bit] + negative for bit, negative in outside), default=0))
    strata = {}
    for rule in rules:
        parts = [rule.exposure, *rule.aggravations, *([] if rule.control is None else [rule.control])]
        strata[rule.rule] = max((level[bit] + negative for part in parts for bit, negative in reach[part]), default=0)
    return strata
