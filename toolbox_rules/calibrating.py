"""The file of the weighing -> Weighing: names, risk table and decision tables are checked before they are used.

A decision table has exactly one row for every combination of levels, never gives a better level a worse verdict, and
has no column that does not matter. A weighing that breaks this is refused.
"""

from collections.abc import Mapping
from itertools import product

from toolbox_rules.conditions import Condition, Place, show
from toolbox_rules.documents import Document
from toolbox_rules.model import DecisionTable, RiskSpec, WeighingSpec
from toolbox_rules.parsing import EMPTY, ConditionReader
from toolbox_rules.problems import Problem, did_you_mean
from toolbox_rules.vocabulary import Vocabulary
from toolbox_rules.weighing import Levels, Weighing


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
    if spec.plan is not None and spec.plan.take_away not in spec.risk.classes:
        hint = did_you_mean(spec.plan.take_away, spec.risk.classes)
        message = f"no class of risk is called '{spec.plan.take_away}'"
        problems.append(document.problem(("plan", "take_away"), "TR106", message, hint))
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
        goals = [("aim", table.aim), *([("acceptable", table.acceptable)] if table.acceptable else [])]
        for key, goal in goals:
            if goal not in table.verdicts:
                message = f"'{goal}' is not a verdict of this table"
                problems.append(document.problem(("tables", index, key), "TR106", message))


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
