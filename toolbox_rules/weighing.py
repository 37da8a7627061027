"""The weighing: ordered criteria and a decision table, checked when they are read, applied to a trace.

A criterion stands at the worst level whose condition holds, or at the level without a condition. The table has
exactly one row for every combination of levels, never gives a better level a worse verdict, and has no column that
does not matter; a table that breaks this is refused.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import product

from toolbox_rules.assessing import Assessment
from toolbox_rules.cases import NO_ELEMENTS
from toolbox_rules.conditions import EMPTY, Condition, ConditionReader, Place, show
from toolbox_rules.documents import Document
from toolbox_rules.inference import Trace
from toolbox_rules.model import DecisionTable, PitfallTally, RiskSpec, WeighingSpec
from toolbox_rules.network import RuleNodes
from toolbox_rules.problems import Problem, did_you_mean
from toolbox_rules.rulebook import Rulebook, Stance
from toolbox_rules.vocabulary import Vocabulary

Levels = tuple[int, ...]


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
    scales: Scales, trace: Trace, assessments: Mapping[str, Assessment], remedied: frozenset[str], possible: bool = True
) -> Outcome:
    """Apply the decision table; ``remedied`` are the pitfalls for which some mitigation is within reach.

    Without ``possible`` the verdicts that are still possible are not worked out.
    """
    weighing = scales.weighing
    criteria = tuple(_criterion(scales, name, trace, assessments, remedied) for name in scales.order)
    certain, uncertain = _arguments(scales, trace)
    tables = _tables(weighing, trace)
    table = tables[0]
    levels = tuple(scales.order[result.criterion].index(result.level) for result in criteria)
    by_table = weighing.decisions[table.id][levels]
    barred = _barred(certain)
    return Outcome(
        table=table.id,
        verdict=_allowed(table, by_table, barred),
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
    scales: Scales, name: str, trace: Trace, assessments: Mapping[str, Assessment], remedied: frozenset[str]
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
            certain, possibly = _tally(spec.pitfalls, assessments, remedied, tuple(spec_of_all.risk.classes))
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


def _tally(
    tally: PitfallTally, assessments: Mapping[str, Assessment], remedied: frozenset[str], classes: tuple[str, ...]
) -> tuple[bool, bool]:
    """Whether a count of pitfalls holds for certain, and whether it still can."""
    risk = classes.index(tally.risk)
    counted = [one for one in assessments.values() if tally.remedy is None or (one.pitfall in remedied) is tally.remedy]
    low = sum(one.must and one.risk[0] >= risk for one in counted)
    high = sum(one.may and one.risk[1] >= risk for one in counted)
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


def _allowed(table: DecisionTable, verdict: str, barred: frozenset[str]) -> str:
    """The best verdict, no better than that of the table, that nothing rules out; the worst if all are."""
    at = table.verdicts.index(verdict)
    return next((one for one in reversed(table.verdicts[: at + 1]) if one not in barred), table.verdicts[0])


def _chain(table: DecisionTable, verdict: str, barred: frozenset[str], doubtful: frozenset[str]) -> list[str]:
    """The verdicts that can come of one, when some exclusions are still in doubt."""
    found = [_allowed(table, verdict, barred)]
    while found[-1] in doubtful and table.verdicts.index(found[-1]) > 0:
        lower = _allowed(table, table.verdicts[table.verdicts.index(found[-1]) - 1], barred)
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


# --- reading and checking -----------------------------------------------------------------------------------------


def read_weighing(
    spec: WeighingSpec, document: Document, vocabulary: Vocabulary
) -> tuple[Weighing | None, list[Problem]]:
    """Check a weighing: names, the risk table, and every decision table in full."""
    problems: list[Problem] = []
    reader = ConditionReader(vocabulary=vocabulary, document=document, problems=problems)
    conditions: dict[str, Condition] = {}
    for name, criterion in spec.criteria.items():
        remain = 0
        for level, body in criterion.levels.items():
            place: Place = ("criteria", name, "levels", level)
            if body.when is not None:
                conditions[f"criterion:{name}:{level}"] = reader.read(body.when, EMPTY, (*place, "when"))
            if body.pitfalls is not None and body.pitfalls.risk not in spec.risk.classes:
                hint = did_you_mean(body.pitfalls.risk, spec.risk.classes)
                message = f"no risk class is called '{body.pitfalls.risk}'"
                problems.append(document.problem((*place, "pitfalls", "risk"), "TR106", message, hint))
            remain += body.when is None and body.pitfalls is None
        if remain != 1:
            message = f"a criterion has one level without a condition, for what remains; '{name}' has {remain}"
            problems.append(document.problem(("criteria", name, "levels"), "TR117", message, key=True))
    for index, table in enumerate(spec.tables):
        if table.when is not None:
            conditions[f"table:{table.id}"] = reader.read(table.when, EMPTY, ("tables", index, "when"))
        if (table.when is None) is not (index == len(spec.tables) - 1):
            message = "every table but the last has `when`, and the last has none"
            problems.append(document.problem(("tables", index), "TR117", message))
    _check_names(spec, document, vocabulary, problems)
    _check_risk(spec.risk, document, problems)
    decisions = {table.id: _decide(spec, table, index, document, problems) for index, table in enumerate(spec.tables)}
    return (None if problems else Weighing(spec=spec, conditions=conditions, decisions=decisions)), problems


def _check_names(spec: WeighingSpec, document: Document, vocabulary: Vocabulary, problems: list[Problem]) -> None:
    named = [(("phase",), spec.phase)]
    if spec.form is not None:
        named += [(("form", "proposed"), spec.form.proposed), (("form", "needed"), spec.form.needed)]  # type: ignore[list-item]
    for place, name in named:
        if name not in vocabulary.facts:
            hint = did_you_mean(name, vocabulary.facts)
            problems.append(document.problem(place, "TR102", f"unknown fact '{name}'", hint))
    if spec.undecided is not None and spec.undecided.verdict not in spec.verdicts:
        hint = did_you_mean(spec.undecided.verdict, spec.verdicts)
        message = f"no verdict is called '{spec.undecided.verdict}'"
        problems.append(document.problem(("undecided", "verdict"), "TR106", message, hint))
    for index, table in enumerate(spec.tables):
        for at, verdict in enumerate(table.verdicts):
            if verdict not in spec.verdicts:
                hint = did_you_mean(verdict, spec.verdicts)
                message = f"no verdict is called '{verdict}'"
                problems.append(document.problem(("tables", index, "verdicts", at), "TR106", message, hint))
        if table.aim not in table.verdicts:
            message = f"'{table.aim}' is not a verdict of this table"
            problems.append(document.problem(("tables", index, "aim"), "TR106", message))


def _check_risk(risk: RiskSpec, document: Document, problems: list[Problem]) -> None:
    """The risk table is total and monotone: worse in either direction never gives a lower class."""
    classes = list(risk.classes)
    previous: tuple[int, ...] | None = None
    for severity in risk.severity:
        row = risk.table.get(severity, ())
        place: Place = ("risk", "table", severity)
        if len(row) != len(risk.likelihood) or any(word not in classes for word in row):
            message = f"the row '{severity}' needs {len(risk.likelihood)} classes out of: {', '.join(classes)}"
            problems.append(document.problem(place, "TR117", message))
            return
        numbers = tuple(classes.index(word) for word in row)
        if list(numbers) != sorted(numbers) or (
            previous and any(a > b for a, b in zip(previous, numbers, strict=True))
        ):
            message = (
                f"the risk table is not monotone at '{severity}': more severe or more likely is never a lower risk"
            )
            problems.append(document.problem(place, "TR117", message))
        previous = numbers


def _decide(
    spec: WeighingSpec, table: DecisionTable, index: int, document: Document, problems: list[Problem]
) -> dict[Levels, str]:
    """Work a table out for every combination of levels."""
    names = list(spec.criteria)
    sizes = [len(spec.criteria[name].levels) for name in names]
    decisions: dict[Levels, str] = {}
    rows: dict[Levels, int] = {}
    before = len(problems)
    for at, row in enumerate(table.rows):
        place: Place = ("tables", index, "rows", at)
        so_far = len(problems)
        cells = [_cell(spec, name, row.get(name), (*place, name), document, problems) for name in names]
        for key in row:
            if key not in (*names, "verdict"):
                hint = did_you_mean(key, (*names, "verdict"))
                problems.append(
                    document.problem((*place, key), "TR102", f"no criterion is called '{key}'", hint, key=True)
                )
        verdict = row.get("verdict")
        if not isinstance(verdict, str) or verdict not in table.verdicts:
            hint = did_you_mean(str(verdict), table.verdicts)
            problems.append(
                document.problem((*place, "verdict"), "TR106", f"{show(verdict)} is not a verdict of this table", hint)
            )
            continue
        for levels in product(*cells) if len(problems) == so_far else ():
            if levels in rows and rows[levels] != at:
                message = f"row {at + 1} covers again what row {rows[levels] + 1} covers: {_named(spec, names, levels)}"
                problems.append(document.problem(place, "TR117", message))
                break
            rows[levels], decisions[levels] = at, verdict
    if len(problems) > before:
        return decisions
    missing = [levels for levels in product(*map(range, sizes)) if levels not in decisions]
    if missing:
        message = f"no row covers {len(missing)} of the combinations, such as {_named(spec, names, missing[0])}"
        problems.append(document.problem(("tables", index, "rows"), "TR117", message, key=True))
        return decisions
    _check_monotone(spec, table, names, decisions, ("tables", index, "rows"), document, problems)
    return decisions


def _check_monotone(
    spec: WeighingSpec,
    table: DecisionTable,
    names: list[str],
    decisions: Mapping[Levels, str],
    place: Place,
    document: Document,
    problems: list[Problem],
) -> None:
    matters = dict.fromkeys(names, False)
    for levels, verdict in decisions.items():
        for at, name in enumerate(names):
            better = (*levels[:at], levels[at] + 1, *levels[at + 1 :])
            if better not in decisions:
                continue
            matters[name] |= decisions[better] != verdict
            if table.verdicts.index(decisions[better]) < table.verdicts.index(verdict):
                change = f"({verdict} to {decisions[better]}) at {_named(spec, names, levels)}"
                message = f"a better '{name}' gives a worse verdict {change}"
                problems.append(document.problem(place, "TR117", message, key=True))
                return
    for name, matter in matters.items():
        if not matter:
            message = f"the criterion '{name}' never makes a difference in this table"
            problems.append(document.problem(place, "TR117", message, key=True))


def _cell(
    spec: WeighingSpec, name: str, cell: object, place: Place, document: Document, problems: list[Problem]
) -> list[int]:
    order = list(spec.criteria[name].levels)
    if cell is None:
        return list(range(len(order)))
    low, high, words = 0, len(order) - 1, []
    if isinstance(cell, dict) and set(cell) <= {"at_least", "at_most"}:
        words = list(cell.values())
        if all(word in order for word in words):
            low = order.index(cell.get("at_least", order[0]))
            high = order.index(cell.get("at_most", order[-1]))
            return list(range(low, high + 1))
    else:
        words = cell if isinstance(cell, list) else [cell]
        if all(word in order for word in words):
            return [order.index(word) for word in words]
    wrong = next(word for word in words if word not in order)
    hint = did_you_mean(str(wrong), order) or f"use one of: {', '.join(order)}"
    problems.append(document.problem(place, "TR103", f"{show(wrong)} is not a level of '{name}'", hint))
    return []


def _named(spec: WeighingSpec, names: list[str], levels: Levels) -> str:
    return ", ".join(
        f"{name} {list(spec.criteria[name].levels)[level]}" for name, level in zip(names, levels, strict=True)
    )
