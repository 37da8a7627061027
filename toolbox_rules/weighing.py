"""The weighing: ordered criteria and a decision table, applied to a trace.

A criterion stands at the worst level whose condition holds, or at the level without a condition. The table then gives
the verdict; arguments of rules that exclude a verdict lower it to the next that nothing excludes.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import product

from toolbox_rules.assessing import Assessment
from toolbox_rules.cases import NO_ELEMENTS
from toolbox_rules.conditions import Condition
from toolbox_rules.inference import Trace
from toolbox_rules.model import DecisionTable, PitfallTally, WeighingSpec
from toolbox_rules.network import RuleNodes
from toolbox_rules.rulebook import Rulebook, Stance

Levels = tuple[int, ...]
#: The pitfalls for which a mitigation is certainly within reach (True), or for which one may be (False).
Remedies = Callable[[bool], frozenset[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighing:
    """A checked weighing: its conditions by name, and each table as a verdict for every combination of levels."""

    spec: WeighingSpec
    conditions: Mapping[str, Condition]
    decisions: Mapping[str, Mapping[Levels, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class CriterionResult:
    """Where one criterion stands, and the levels it can still come to stand at."""

    criterion: str
    level: str
    possible: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ArgumentResult:
    """One argument that stands: the rule that gives it, and what it is about."""

    rule: str
    stance: Stance
    verdicts: tuple[str, ...]
    forms: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The verdict, and everything it rests on.

    ``possible`` are the verdicts that answers to open questions can still give, worst first; no other can be reached.
    ``decisive`` are the criteria of which one level up changes the verdict (or, for the best verdict, one level down).
    ``by_table`` is the verdict before exclusions.
    """

    table: str
    verdict: str
    by_table: str
    possible: tuple[str, ...]
    criteria: tuple[CriterionResult, ...]
    decisive: tuple[str, ...]
    arguments: tuple[ArgumentResult, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scales:
    """A weighing with the rules that argue, ready to apply."""

    weighing: Weighing
    argued: tuple[tuple[RuleNodes, tuple[ArgumentResult, ...]], ...]
    order: Mapping[str, tuple[str, ...]]


def prepare_scales(weighing: Weighing, rulebook: Rulebook, rules: Iterable[RuleNodes]) -> Scales:
    """Find the rules that argue."""
    argued = []
    for nodes in rules:
        results = tuple(
            ArgumentResult(rule=nodes.rule, stance=one.stance, verdicts=one.verdicts, forms=one.forms)
            for one in rulebook.rules[nodes.rule].arguments
        )
        if results:
            argued.append((nodes, results))
    order = {name: tuple(criterion.levels) for name, criterion in weighing.spec.criteria.items()}
    return Scales(weighing=weighing, argued=tuple(argued), order=order)


def weigh(
    scales: Scales, trace: Trace, assessments: Mapping[str, Assessment], remedies: Remedies, possible: bool = True
) -> Outcome:
    """Apply the decision table; ``remedies`` gives the pitfalls for which a mitigation is within reach.

    Without ``possible`` the levels and verdicts that are still possible are not worked out.
    """
    weighing = scales.weighing
    criteria = tuple(_criterion(scales, name, trace, assessments, remedies, possible) for name in scales.order)
    certain, uncertain = _arguments(scales, trace)
    tables = _tables(weighing, trace)
    table = tables[0]
    levels = tuple(scales.order[result.criterion].index(result.level) for result in criteria)
    by_table = weighing.decisions[table.id][levels]
    barred = _barred(certain)
    return Outcome(
        table=table.id,
        verdict=allowed(table, by_table, barred),
        by_table=by_table,
        possible=_possible(scales, tables, criteria, barred, _barred(uncertain)) if possible else (),
        criteria=criteria,
        decisive=_decisive(weighing, table, levels),
        arguments=certain,
    )


def _possible(
    scales: Scales,
    tables: list[DecisionTable],
    criteria: tuple[CriterionResult, ...],
    barred: frozenset[str],
    doubtful: frozenset[str],
) -> tuple[str, ...]:
    choices = [[scales.order[one.criterion].index(level) for level in one.possible] for one in criteria]
    found: dict[str, None] = {}
    for table in tables:
        reached = {scales.weighing.decisions[table.id][levels] for levels in product(*choices)}
        possible = {one for base in reached for one in _chain(table, base, barred, doubtful)}
        found |= dict.fromkeys(one for one in table.verdicts if one in possible)
    return tuple(found)


def _criterion(
    scales: Scales,
    name: str,
    trace: Trace,
    assessments: Mapping[str, Assessment],
    remedies: Remedies,
    both: bool,
) -> CriterionResult:
    spec_of_all = scales.weighing.spec
    reported: str | None = None
    possible: list[str] = []
    remains = ""
    for level, spec in spec_of_all.criteria[name].levels.items():
        if spec.when is None and spec.pitfalls is None:
            remains = level
            continue
        must = may = True
        if spec.when is not None:
            truth = trace.holds(f"criterion:{name}:{level}")
            must, may = truth == "true", truth != "false"
        if spec.pitfalls is not None:
            risk = tuple(spec_of_all.risk.classes).index(spec.pitfalls.risk)
            certain, possibly = tallied(spec.pitfalls, assessments, remedies, risk, both)
            must, may = must and certain, may and possibly
        if may:
            possible.append(level)
        if must:
            reported = level
            break
    if reported is None:
        possible.append(remains)
    ordered = tuple(sorted(possible, key=scales.order[name].index))
    return CriterionResult(criterion=name, level=reported or remains, possible=ordered)


def tallied(
    tally: PitfallTally, assessments: Mapping[str, Assessment], remedies: Remedies, risk: int, both: bool
) -> tuple[bool, bool]:
    """Whether a count of pitfalls holds for certain, and, asked for ``both``, whether it still can."""

    def counted(certain: bool) -> int:
        wanted = {
            one.pitfall
            for one in assessments.values()
            if (one.must and one.risk[0] >= risk if certain else one.may and one.risk[1] >= risk)
        }
        if tally.remedy is None or not wanted:
            return len(wanted)
        healed = remedies(certain is tally.remedy)
        return len(wanted & healed if tally.remedy else wanted - healed)

    low = counted(certain=True) if both or tally.at_least is not None else 0
    high = counted(certain=False) if both or tally.at_most is not None else 0
    must = (tally.at_least is None or low >= tally.at_least) and (tally.at_most is None or high <= tally.at_most)
    may = (tally.at_least is None or high >= tally.at_least) and (tally.at_most is None or low <= tally.at_most)
    return must, may


def _arguments(scales: Scales, trace: Trace) -> tuple[tuple[ArgumentResult, ...], tuple[ArgumentResult, ...]]:
    """The arguments that stand, and those that may still come to stand."""
    certain: list[ArgumentResult] = []
    uncertain: list[ArgumentResult] = []
    for nodes, results in scales.argued:
        must, may = trace.rails(nodes.exposure)
        if must:
            certain += results
        elif may or (nodes.lists and not trace.lists.get(nodes.lists[0], NO_ELEMENTS).complete):
            uncertain += results
    return tuple(certain), tuple(uncertain)


def table_in_force(weighing: Weighing, trace: Trace) -> DecisionTable:
    """The table that applies, as far as the facts are known."""
    return _tables(weighing, trace)[0]


def _tables(weighing: Weighing, trace: Trace) -> list[DecisionTable]:
    """The table that applies, then others that may still come to apply."""
    certain, doubtful = [], []
    for table in weighing.spec.tables:
        holds = "true" if table.when is None else trace.holds(f"table:{table.id}")
        if holds == "true":
            certain.append(table)
            break
        if holds == "unknown":
            doubtful.append(table)
    return certain + doubtful


def _barred(arguments: Iterable[ArgumentResult]) -> frozenset[str]:
    return frozenset(verdict for one in arguments if one.stance == "excludes" for verdict in one.verdicts)


def allowed(table: DecisionTable, verdict: str, barred: frozenset[str]) -> str:
    """The best verdict, no better than that of the table, that nothing rules out; the worst if all are."""
    at = table.verdicts.index(verdict)
    return next((one for one in reversed(table.verdicts[: at + 1]) if one not in barred), table.verdicts[0])


def _chain(table: DecisionTable, verdict: str, barred: frozenset[str], doubtful: frozenset[str]) -> list[str]:
    """The verdicts that can come of one, when some exclusions are still in doubt."""
    found = [allowed(table, verdict, barred)]
    while found[-1] in doubtful and table.verdicts.index(found[-1]) > 0:
        lower = allowed(table, table.verdicts[table.verdicts.index(found[-1]) - 1], barred)
        if lower == found[-1]:
            break
        found.append(lower)
    return found


def _decisive(weighing: Weighing, table: DecisionTable, levels: Levels) -> tuple[str, ...]:
    decisions = weighing.decisions[table.id]
    verdict = decisions[levels]
    step = -1 if verdict == table.verdicts[-1] else 1
    found = []
    for at, name in enumerate(weighing.spec.criteria):
        other = (*levels[:at], levels[at] + step, *levels[at + 1 :])
        if decisions.get(other, verdict) != verdict:
            found.append(name)
    return tuple(found)
