"""What points at an item from elsewhere: the links of the knowledge, the other way round."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from toolbox_rules import network as n
from toolbox_rules.findings import Desk
from toolbox_rules.model import CaseLink, MitigatesLink, PitfallLink

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True, kw_only=True)
class Crossings:
    """By id: the rules and mitigations of a pitfall, what causes it; what a case shows; who cites a source.

    ``before`` are the rules that conclude a fact which a rule looks at, ``after`` those that look at what it concludes.
    ``citing`` are the kind and id of whatever names a source.
    """

    rules: Mapping[str, tuple[str, ...]]
    helps: Mapping[str, tuple[tuple[str, MitigatesLink], ...]]
    causes: Mapping[str, tuple[str, ...]]
    seen: Mapping[str, tuple[tuple[str, CaseLink], ...]]
    helped: Mapping[str, tuple[tuple[str, CaseLink], ...]]
    before: Mapping[str, tuple[str, ...]]
    after: Mapping[str, tuple[str, ...]]
    citing: Mapping[str, tuple[tuple[str, str], ...]]


def cross(desk: Desk) -> Crossings:
    """Turn all links round."""
    knowledge, rules = desk.shelf.knowledge, desk.shelf.rulebook.rules
    pairs = [(threat.pitfall, rule.id) for rule in rules.values() for threat in rule.threats]
    chained = list(_chained(desk))
    helps = [(link.pitfall, (one.id, link)) for one in knowledge.mitigations.values() for link in one.mitigates]
    helps.sort(key=lambda pair: (pair[1][1].coverage, pair[1][0]))
    seen = [(link.case, (one.id, link)) for one in knowledge.pitfalls.values() for link in one.seen_in]
    helped = [(link.case, (one.id, link)) for one in knowledge.mitigations.values() for link in one.helped_in]
    return Crossings(
        rules=_gathered(sorted(pairs)),
        helps=_gathered(helps),
        causes=knowledge.causes(),
        seen=_gathered(seen),
        helped=_gathered(helped),
        before=_gathered(sorted((after, before) for before, after in chained)),
        after=_gathered(sorted(chained)),
        citing=_gathered(sorted(_citations(desk))),
    )


def _gathered(pairs: Iterable[tuple[str, Value]]) -> Mapping[str, tuple[Value, ...]]:
    found: dict[str, list[Value]] = {}
    for key, value in pairs:
        if value not in found.setdefault(key, []):
            found[key].append(value)
    return {key: tuple(values) for key, values in found.items()}


def _citations(desk: Desk) -> Iterator[tuple[str, tuple[str, str]]]:
    """Each source with the kind and id of an item that names it, itself or on a link."""
    knowledge = desk.shelf.knowledge
    for pitfall in knowledge.pitfalls.values():
        cited = (*pitfall.sources, *_named((*pitfall.leads_to, *pitfall.aggravates, *pitfall.seen_in)))
        yield from ((source, ("pitfalls", pitfall.id)) for source in cited)
    for one in knowledge.mitigations.values():
        cited = (*one.sources, *_named((*one.mitigates, *one.helped_in)))
        yield from ((source, ("mitigations", one.id)) for source in cited)
    for case in knowledge.cases.values():
        yield from ((source, ("cases", case.id)) for source in case.sources)
    for rule in desk.shelf.rulebook.rules.values():
        yield from ((source, ("rules", rule.id)) for source in rule.spec.sources)


def _named(links: Iterable[PitfallLink | CaseLink | MitigatesLink]) -> Iterator[str]:
    return (source for link in links for source in link.sources)


def _chained(desk: Desk) -> Iterator[tuple[str, str]]:
    """Pairs of rules of which the second looks at a fact that the first concludes."""
    rules = desk.shelf.rulebook.rules
    concluding: dict[str, list[str]] = {}
    for rule in rules.values():
        for setting in rule.settings:
            concluding.setdefault(setting.fact.name, []).append(rule.id)
    network = desk.trials.network
    for nodes in network.rules:
        for fact in sorted(n.facts_below(network, n.roots_of(nodes))):
            for before in concluding.get(fact, ()):
                if before != nodes.rule:
                    yield before, nodes.rule
