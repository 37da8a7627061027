"""Pitfalls and mitigations find each other: every pitfall can threaten and be helped, every mitigation can help."""

from collections.abc import Iterator, Mapping

from toolbox_rules.cases import Elements
from toolbox_rules.findings import Desk
from toolbox_rules.inference import Trace, infer
from toolbox_rules.model import Mitigation
from toolbox_rules.offering import useful_links
from toolbox_rules.problems import Problem
from toolbox_rules.reading import Shelf

MITIGATIONS_NEEDED = 2


def check_linkage(desk: Desk) -> Iterator[Problem]:
    """Every pitfall is concluded by a rule and has mitigations; every mitigation is within reach of what it helps."""
    yield from _reachable(desk.shelf)
    yield from _covered(desk.shelf)
    yield from _useful(desk)


def _reachable(shelf: Shelf) -> Iterator[Problem]:
    concluded = {threat.pitfall for rule in shelf.rulebook.rules.values() for threat in rule.threats}
    for pitfall in shelf.knowledge.pitfalls:
        if pitfall not in concluded:
            document = shelf.knowledge.documents["pitfalls", pitfall]
            yield document.problem(("id",), "TR302", f"no rule concludes '{pitfall}'", "write a rule for it")


def _covered(shelf: Shelf) -> Iterator[Problem]:
    """Two mitigations for each pitfall, or a reason why there are fewer; and no such reason where there are two."""
    helped: dict[str, int] = {}
    for mitigation in shelf.knowledge.mitigations.values():
        for link in useful_links(mitigation):
            helped[link.pitfall] = helped.get(link.pitfall, 0) + 1
    for name, pitfall in shelf.knowledge.pitfalls.items():
        document, number = shelf.knowledge.documents["pitfalls", name], helped.get(name, 0)
        enough = number >= MITIGATIONS_NEEDED
        if not enough and pitfall.few_mitigations is None:
            message = f"'{name}' has {_counted(number)}; every pitfall needs {MITIGATIONS_NEEDED}"
            hint = "link another mitigation to it, or say under `few_mitigations:` why there are no more"
            yield document.problem(("id",), "TR303", message, hint)
        if enough and pitfall.few_mitigations is not None:
            message = f"'{name}' has {_counted(number)}, so it needs no reason for having few"
            yield document.problem(("few_mitigations",), "TR303", message, "take it out", key=True)


def _counted(number: int) -> str:
    return f"{number} mitigation" if number == 1 else f"{number} mitigations"


def _useful(desk: Desk) -> Iterator[Problem]:
    """Every mitigation covers a pitfall that a rule can raise while there is still time for the mitigation."""
    open_in = _open_phases(desk)
    for name, mitigation in desk.shelf.knowledge.mitigations.items():
        document = desk.shelf.knowledge.documents["mitigations", name]
        pitfalls = [link.pitfall for link in useful_links(mitigation)]
        if not pitfalls:
            message = f"'{name}' has only links without effect"
            yield document.problem(
                ("mitigates",), "TR308", message, "link it to a pitfall that it helps against", key=True
            )
        elif not any(_in_time(desk, mitigation, open_in.get(pitfall, {})) for pitfall in pitfalls):
            message = f"'{name}' comes too late or does not fit whenever a rule can raise what it helps against"
            hint = "widen `phases:` or `unsuitable_when:`, or link it to another pitfall"
            yield document.problem(("phases",), "TR308", message, hint, key=True)


def _open_phases(desk: Desk) -> dict[str, dict[int, Trace]]:
    """For each pitfall the phases, by number, in which some rule can raise it, whatever else turns out to be."""
    spec, vocabulary = desk.shelf.weighing.spec, desk.shelf.rulebook.vocabulary
    unknown = {name: Elements(items=({},), complete=False) for name in vocabulary.lists}
    found: dict[str, dict[int, Trace]] = {}
    for at, phase in enumerate(vocabulary.facts[spec.phase].order):
        trace = infer(desk.trials, {spec.phase: phase}, unknown, later=True)
        for nodes in desk.trials.network.rules:
            if trace.rails(nodes.exposure)[1]:
                for threat in desk.shelf.rulebook.rules[nodes.rule].threats:
                    found.setdefault(threat.pitfall, {})[at] = trace
    return found


def _in_time(desk: Desk, mitigation: Mitigation, phases: Mapping[int, Trace]) -> bool:
    option = desk.options[mitigation.id]
    barred = f"unsuitable:{mitigation.id}"
    return any(
        at <= option.last_phase and not (option.conditional and trace.holds(barred) == "true")
        for at, trace in phases.items()
    )
