"""Trace -> the state and risk of every pitfall: exposure and control apart, over all rules and elements."""

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Literal, NamedTuple

from toolbox_rules.inference import Engine, Trace
from toolbox_rules.knowledge import Knowledge
from toolbox_rules.model import RiskSpec
from toolbox_rules.network import RuleNodes, roots_of
from toolbox_rules.rulebook import Rulebook

State = Literal["open", "exposed", "undetermined", "covered", "not-applicable"]
#: Strongest first: of several rules for one pitfall the strongest state counts.
STATES: tuple[State, ...] = ("open", "exposed", "undetermined", "covered", "not-applicable")
THREATENING: tuple[State, ...] = ("open", "exposed")


class RuleState(NamedTuple):
    """What one rule makes of a pitfall; ``subject`` is the number of the element, None for the case as a whole.

    A rule over a list that is not complete also has a state for an element that is not named: ``subject`` is -1. Where
    the facts of the case rule the pitfall out for any element, that one is left out beside those that are named.
    ``may`` says whether it can still be open: an undetermined pitfall that is under control cannot.
    """

    rule: str
    subject: int | None
    state: State
    likelihood: tuple[int, int]
    may: bool


class Assessment(NamedTuple):
    """The state of one pitfall.

    ``likelihood`` and ``risk`` are numbers in their ordered scales, lowest 0; the pairs are what is certain and what is
    still possible. ``must`` and ``may`` say whether it is open whatever the unknown facts are, and whether it still can
    be. ``measures`` are those in place that cover it wholly or in part.
    """

    pitfall: str
    state: State
    partly_covered: bool
    severity: int
    likelihood: tuple[int, int]
    risk: tuple[int, int]
    must: bool
    may: bool
    rules: tuple[RuleState, ...]
    measures: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Risks:
    """The risk table by number, and the places of the words in their scales."""

    spec: RiskSpec
    severity: Mapping[str, int]
    likelihood: Mapping[str, int]
    classes: tuple[str, ...]
    table: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessor:
    """What assessing needs, worked out once: the rules of each pitfall and the mitigations that reach it.

    ``seen`` picks out of the rails of a trace those that a pitfall rests on.
    """

    knowledge: Knowledge
    risks: Risks
    rules: Mapping[str, tuple[tuple[RuleNodes, int], ...]]
    full: Mapping[str, frozenset[str]]
    partial: Mapping[str, frozenset[str]]
    seen: Mapping[str, Callable[[tuple[int, ...]], Hashable]]


@dataclass(frozen=True, slots=True)
class Memo:
    """What was worked out before for other facts of the same case; good for one shape of its lists.

    Assessments by pitfall, rails and measures; the pitfalls for which something is within reach by what that rests on.
    """

    assessments: dict[Hashable, Assessment] = field(default_factory=dict)
    remedied: dict[Hashable, frozenset[str]] = field(default_factory=dict)


def prepare_risks(spec: RiskSpec) -> Risks:
    """Number the scales and the risk table."""
    classes = tuple(spec.classes)
    return Risks(
        spec=spec,
        severity={name: at for at, name in enumerate(spec.severity)},
        likelihood={name: at for at, name in enumerate(spec.likelihood)},
        classes=classes,
        table=tuple(tuple(classes.index(word) for word in spec.table[severity]) for severity in spec.severity),
    )


def prepare_assessor(rulebook: Rulebook, knowledge: Knowledge, spec: RiskSpec, engine: Engine) -> Assessor:
    """Find for each pitfall its rules and mitigations."""
    risks = prepare_risks(spec)
    by_pitfall: dict[str, list[tuple[RuleNodes, int]]] = {pitfall: [] for pitfall in knowledge.pitfalls}
    for nodes in engine.network.rules:
        for threat in rulebook.rules[nodes.rule].threats:
            likelihood = threat.likelihood or knowledge.pitfalls[threat.pitfall].likelihood
            by_pitfall[threat.pitfall].append((nodes, risks.likelihood[likelihood]))
    helps: dict[str, dict[str, set[str]]] = {"full": {}, "partial": {}}
    for mitigation in knowledge.mitigations.values():
        for link in mitigation.mitigates:
            if link.basis != "no-effect":
                helps[link.coverage].setdefault(link.pitfall, set()).add(mitigation.id)
    return Assessor(
        knowledge=knowledge,
        risks=risks,
        rules={pitfall: tuple(found) for pitfall, found in by_pitfall.items()},
        full={pitfall: frozenset(helps["full"].get(pitfall, ())) for pitfall in by_pitfall},
        partial={pitfall: frozenset(helps["partial"].get(pitfall, ())) for pitfall in by_pitfall},
        seen={pitfall: _seen([nodes for nodes, _ in found], engine) for pitfall, found in by_pitfall.items()},
    )


def _seen(rules: list[RuleNodes], engine: Engine) -> Callable[[tuple[int, ...]], Hashable]:
    return picked(engine.position[node] for rule in rules for node in roots_of(rule))


def picked(places: Iterable[int]) -> Callable[[tuple[int, ...]], Hashable]:
    """A quick way to take the same places out of the rails of many traces.

    >>> picked([2, 0])((7, 8, 9)), picked([])((7,))
    ((9, 7), ())
    """
    wanted = tuple(places)
    return itemgetter(*wanted) if wanted else itemgetter(slice(0))


def assess(assessor: Assessor, trace: Trace, in_place: frozenset[str], memo: Memo) -> dict[str, Assessment]:
    """Assess every pitfall, with some measures in place."""
    found = {}
    must, may = trace.must, trace.may
    for pitfall, seen in assessor.seen.items():
        full, partial = assessor.full[pitfall] & in_place, assessor.partial[pitfall] & in_place
        key = (pitfall, seen(must), seen(may), full, partial)
        one = memo.assessments.get(key)
        if one is None:
            one = memo.assessments[key] = _assess(assessor, pitfall, trace, full, partial)
        found[pitfall] = one
    return found


def _assess(
    assessor: Assessor, pitfall: str, trace: Trace, full: frozenset[str], partial: frozenset[str]
) -> Assessment:
    rules: list[RuleState] = []
    must = may = False
    for nodes, base in assessor.rules[pitfall]:
        for state in _rule_states(nodes, base - bool(partial), trace, bool(full)):
            rules.append(state)
            must |= state.state == "open"
            may |= state.may
    strongest = min((STATES.index(rule.state) for rule in rules), default=len(STATES) - 1)
    decisive = [rule for rule in rules if STATES.index(rule.state) == strongest] if strongest < len(STATES) - 1 else []
    top = len(assessor.risks.likelihood) - 1
    low = min(top, max([0, *(rule.likelihood[0] for rule in decisive)]))
    high = min(top, max([low, *(rule.likelihood[1] for rule in rules)]))
    severity = assessor.risks.severity[assessor.knowledge.pitfalls[pitfall].severity]
    row = assessor.risks.table[severity]
    return Assessment(
        pitfall=pitfall,
        state=STATES[strongest],
        partly_covered=bool(partial) and not full,
        severity=severity,
        likelihood=(low, high),
        risk=(row[low], row[high]),
        must=must,
        may=may,
        rules=tuple(rules),
        measures=tuple(sorted(full | partial)),
    )


def _rule_states(nodes: RuleNodes, base: int, trace: Trace, covered: bool) -> list[RuleState]:
    exposed = trace.rails(nodes.exposure)
    controlled = (0, 0) if nodes.control is None else trace.rails(nodes.control)
    worse = [trace.rails(node) for node in nodes.aggravations]
    subjects: list[int | None] = [None]
    open_ended = False
    if nodes.lists:
        elements = trace.lists.get(nodes.lists[0])
        subjects = list(range(len(elements.items))) if elements else []
        open_ended = elements is None or not elements.complete
    ruled_out = nodes.premise is not None and not trace.rails(nodes.premise)[1]
    states = []
    for subject in subjects:
        at = subject or 0
        state = _state(exposed, controlled, at, covered)
        likely = (base + sum(low >> at & 1 for low, _ in worse), base + sum(high >> at & 1 for _, high in worse))
        may = state in ("open", "exposed") or (state == "undetermined" and not (covered or controlled[0] >> at & 1))
        states.append(RuleState(rule=nodes.rule, subject=subject, state=state, likelihood=likely, may=may))
    if open_ended and not (ruled_out and subjects):
        states.append(
            RuleState(
                rule=nodes.rule,
                subject=-1,
                state="not-applicable" if ruled_out else "undetermined",
                likelihood=(0, 0) if ruled_out else (base, base + len(worse)),
                may=not (covered or ruled_out),
            )
        )
    return states


def _state(exposed: tuple[int, int], controlled: tuple[int, int], at: int, covered: bool) -> State:
    if not exposed[1] >> at & 1:
        return "not-applicable"
    if not exposed[0] >> at & 1:
        return "undetermined"
    if covered or controlled[0] >> at & 1:
        return "covered"
    return "exposed" if controlled[1] >> at & 1 else "open"
