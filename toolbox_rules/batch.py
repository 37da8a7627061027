"""The same rules over a table of many cases: conclusions, pitfalls and verdicts as columns, 64 cases to a word.

Row by row the columns say what ``advise`` says of the case alone; there is no plan and there are no questions.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from toolbox_rules import network as n
from toolbox_rules.assessing import STATES
from toolbox_rules.findings import Desk
from toolbox_rules.judging import Judged, decide, excluded, highest, judge, remedied, spread, stand, within_reach
from toolbox_rules.lanes import Lanes, bits_per_case, pack
from toolbox_rules.planes import Rails, Schedule, run, schedule
from toolbox_rules.problems import Problem, ToolboxError, did_you_mean
from toolbox_rules.results import BatchResult, Filling, Small, conclusions
from toolbox_rules.tables import Bits, Codes, Table, known_of, with_measures
from toolbox_rules.tabulating import read_table
from toolbox_rules.vocabulary import Vocabulary

Progress = Callable[[int, int], None]
#: Cases are taken together; so many bits of one plane at most, and cases of up to so many elements in the given order.
CHUNK = 65_536
MOST_BITS = 2**25
FEW = 16
MOST_ROWS = 20


def infer_table(
    network: n.Network,
    vocabulary: Vocabulary,
    table: Any,
    related: Mapping[str, Any] | None = None,
    *,
    wanted: Iterable[str] | None = None,
    key: str = "case",
    chunk: int = CHUNK,
    progress: Progress | None = None,
) -> BatchResult:
    """Conclude the derived facts of every case: all of them, or only those ``wanted``.

    A derived fact ``f`` is a column ``f`` when it is a flag, a column ``f=member`` for each member when it is a set,
    and ``f>=level`` for each level above the lowest when it is ordered. For the form of ``table`` and ``related``
    see ``tabulating.read_table``. Raises ``ToolboxError``.
    """
    offered = conclusions(network, vocabulary)
    names = _chosen(offered, wanted)
    read = read_table(vocabulary, {}, table, related, key)
    plan = schedule(network, {node for name in names for _, node in [offered[name]] if node is not None})
    out = Filling(read, {name: offered[name] for name in names})
    for rows in chunks(read, plan, chunk, progress):
        lanes = Lanes(read, rows, _lists(plan))
        out.write_conclusions(lanes, run(plan, lanes))
    return out.result({})


def advise_table(
    desk: Desk,
    table: Any,
    related: Mapping[str, Any] | None = None,
    *,
    wanted: Iterable[str] | None = None,
    contradictions: Literal["refuse", "mark"] = "refuse",
    projected: bool = False,
    key: str = "case",
    chunk: int = CHUNK,
    progress: Progress | None = None,
) -> BatchResult:
    """Advise on every row of a table.

    The columns are ``verdict`` and ``form`` (the recommended one); ``criteria.<name>``; for each pitfall
    ``pitfalls.<id>`` (its state), ``pitfalls.<id>.risk`` and ``pitfalls.<id>.risk_possible``; and the conclusions as
    ``infer_table`` names them. Only what the ``wanted`` columns rest on is worked out; None is all of them. With
    ``projected`` the same once the planned measures are in place, as ``projected.verdict`` and so on.

    Rows whose facts contradict each other are an error; with ``contradictions="mark"`` they are 1 in the column
    ``refused`` and -1 in every other. ``progress`` is called with the number of rows done and of all rows.
    Raises ``ToolboxError``.
    """
    shelf = desk.shelf
    read = read_table(shelf.rulebook.vocabulary, shelf.knowledge.spellings, table, related, key)
    in_place, planned = read.measures["measures.in_place"], read.measures["measures.planned"]
    both = {one: in_place.get(one, has) | planned.get(one, has) for one, has in {**in_place, **planned}.items()}
    sets = {name: mitigation.sets for name, mitigation in shelf.knowledge.mitigations.items()}
    work = _Work(desk, wanted)
    out = Filling(read, {name: work.offered[name] for name in work.conclusions})
    refused = _against_measures(desk, read)
    now = with_measures(shelf.rulebook.vocabulary, sets, read, in_place, given_wins=True)
    later = with_measures(shelf.rulebook.vocabulary, sets, read, both, given_wins=False) if projected else None
    few, enough = _few_known(desk, now), np.zeros(read.count + 1, np.bool_)
    for rows in chunks(read, work.plan, chunk, progress):
        lanes = Lanes(now, rows, _lists(work.plan))
        rails = run(work.plan, lanes)
        for index in range(len(shelf.constraints)):
            refused[rows] |= spread(rails[desk.engine.network.extra[f"never:{index}"]][0], lanes)[: lanes.count]
        out.write_conclusions(lanes, rails)
        out.write(lanes, work.columns(lanes, rails, in_place, few))
        if later is not None:
            lanes = Lanes(later, rows, _lists(work.plan))
            found = work.columns(lanes, run(work.plan, lanes), both, enough)
            out.write(lanes, {f"projected.{name}": values for name, values in found.items()})
    if contradictions == "refuse":
        _refuse(refused)
    out.mark(refused)
    return out.result(work.categories(projected))


def chunks(table: Table, plan: Schedule, size: int, progress: Progress | None) -> Iterator[npt.NDArray[np.intp]]:
    """The rows to take together; cases with many elements stand with others that have, so that few slots stay empty."""
    sizes = {name: table.lists[name].sizes[: table.count] for name in _lists(plan)}
    order: npt.NDArray[np.intp] = np.arange(table.count)
    if any(one.max(initial=0) > FEW for one in sizes.values()):
        order = np.argsort(np.maximum.reduce(list(sizes.values())), kind="stable")
    start = 0
    while start < table.count:
        rows = order[start : start + max(1, size)]
        most = {name: np.maximum.accumulate(one[rows]) for name, one in sizes.items()}
        fits = np.arange(1, len(rows) + 1) * bits_per_case(plan.scopes, most) <= MOST_BITS
        rows = rows[: max(1, int(np.count_nonzero(fits)))]
        yield rows
        start += len(rows)
        if progress is not None:
            progress(start, table.count)


def _lists(plan: Schedule) -> list[str]:
    return sorted({name for lists in plan.scopes for name in lists})


def _chosen(offered: Iterable[str], wanted: Iterable[str] | None) -> list[str]:
    names = list(offered)
    if wanted is None:
        return names
    chosen = list(dict.fromkeys(wanted))
    problems = [
        Problem(code="TR202", message=f"no result is called '{name}'", location=None, hint=did_you_mean(name, names))
        for name in chosen
        if name not in offered
    ]
    if problems:
        raise ToolboxError(problems)
    return chosen


class _Work:
    """What the wanted columns rest on."""

    def __init__(self, desk: Desk, wanted: Iterable[str] | None) -> None:
        self.desk = desk
        spec = desk.shelf.weighing.spec
        network = desk.engine.network
        self.offered = conclusions(network, desk.shelf.rulebook.vocabulary)
        self._categories = _categories(desk)
        names = _chosen({**self._categories, **self.offered}, wanted)
        self.conclusions = [name for name in names if name in self.offered]
        self.names = {name for name in names if name in self._categories}
        self.criteria = [name for name in spec.criteria if self.names & {"verdict", f"criteria.{name}"}]
        tallies = [level.pitfalls for name in self.criteria for level in spec.criteria[name].levels.values()]
        self.remedies = any(tally is not None and tally.remedy is not None for tally in tallies)
        self.pitfalls = [
            pitfall
            for pitfall in desk.assessor.rules
            if any(tallies) or self.names & {f"pitfalls.{pitfall}{part}" for part in ("", ".risk", ".risk_possible")}
        ]
        self.plan = schedule(network, self._nodes())

    def _nodes(self) -> set[int]:
        desk, network = self.desk, self.desk.engine.network
        kinds = [f"criterion:{name}:" for name in self.criteria] + ["never:"]
        kinds += ["table:"] if "verdict" in self.names else []
        kinds += ["unsuitable:", "held:"] if self.remedies else []
        found = {node for name, node in network.extra.items() if name.startswith(tuple(kinds))}
        found |= {node for name in self.conclusions if (node := self.offered[name][1]) is not None}
        for pitfall in self.pitfalls:
            for rule, _ in desk.assessor.rules[pitfall]:
                found.update(n.roots_of(rule))
        if self.names & {"verdict", "form"}:
            found |= {rule.exposure for rule, _ in desk.scales.argued}
        if "form" in self.names:
            found |= {node for _, node in self._forms() if node is not None}
        return found

    def _forms(self) -> list[tuple[str, int | None]]:
        """The forms in their order, each with the node that says it is needed; the lightest always is."""
        form = self.desk.shelf.weighing.spec.form
        if form is None:
            return []
        index = self.desk.engine.network.index
        order = self.desk.shelf.rulebook.vocabulary.facts[form.needed].order
        return [(level, index.get(n.Derived((), form.needed, level))) for level in order]

    def categories(self, projected: bool) -> dict[str, tuple[str, ...]]:
        """The words of each column."""
        found = {name: words for name, words in self._categories.items() if name in self.names}
        return found | ({f"projected.{name}": words for name, words in found.items()} if projected else {})

    def columns(
        self, lanes: Lanes, rails: Mapping[int, Rails], measures: Mapping[str, Bits], few: Bits
    ) -> dict[str, Small]:
        """The columns of one chunk, a value for each lane."""
        desk = self.desk
        in_place = {name: pack(has[lanes.rows]) for name, has in measures.items()}
        judged = {pitfall: judge(desk.assessor, pitfall, rails, lanes, in_place) for pitfall in self.pitfalls}
        found: dict[str, Small] = {}
        for pitfall, one in judged.items():
            if f"pitfalls.{pitfall}" in self.names:
                found[f"pitfalls.{pitfall}"] = _state(one, lanes)
            for name, planes in (("risk", one.risk), ("risk_possible", one.risk_possible)):
                if f"pitfalls.{pitfall}.{name}" in self.names:
                    found[f"pitfalls.{pitfall}.{name}"] = _height(planes, lanes)
        holds = {name: rails[node] for name, node in desk.engine.network.extra.items() if node in rails}
        remedies = self._remedies(lanes, holds, in_place) if self.remedies else {}
        levels = [stand(desk.scales, name, holds, judged, remedies, lanes) for name in self.criteria]
        found |= {f"criteria.{name}": level for name, level in zip(self.criteria, levels, strict=True)}
        if "verdict" in self.names:
            barred = excluded(desk.scales, rails, lanes, forms=False)
            found["verdict"] = decide(desk.scales, levels, holds, barred, few[lanes.rows], lanes)
        if "form" in self.names:
            found["form"] = self._form(lanes, rails)
        return {name: values for name, values in found.items() if name in self.names}

    def _remedies(self, lanes: Lanes, holds: Mapping[str, Rails], in_place: Mapping[str, Any]) -> dict[str, Any]:
        desk = self.desk
        phase = desk.shelf.weighing.spec.phase
        order = desk.shelf.rulebook.vocabulary.facts[phase].order
        unsuitable = {name.split(":")[1]: must for name, (must, _) in holds.items() if name.startswith("unsuitable:")}
        held = {name.split(":")[1]: may for name, (_, may) in holds.items() if name.startswith("held:")}
        available = within_reach(desk.options, phase, order, unsuitable, held, lanes, in_place)
        return remedied(desk.options, available, self.pitfalls)

    def _form(self, lanes: Lanes, rails: Mapping[int, Rails]) -> Small:
        """The form that meets the need and is not ruled out; -1 when nothing is known about the need."""
        forms = self._forms()
        low = np.zeros(len(lanes.rows), np.int8)
        high = low.copy()
        for level, (_, node) in enumerate(forms):
            if level and node is not None:
                low[spread(rails[node][0], lanes)] = level
                high[spread(rails[node][1], lanes)] = level
        barred = excluded(self.desk.scales, rails, lanes, forms=True)
        every = np.ones(len(lanes.rows), np.bool_)
        free = [~spread(barred[form], lanes) if form in barred else every for form, _ in forms]
        best = highest(low, free, low)
        best[(low == 0) & (high > 0)] = -1
        return best


def _categories(desk: Desk) -> dict[str, tuple[str, ...]]:
    spec = desk.shelf.weighing.spec
    found = {"verdict": tuple(spec.verdicts)}
    if spec.form is not None:
        found["form"] = desk.shelf.rulebook.vocabulary.facts[spec.form.needed].order
    found |= {f"criteria.{name}": tuple(criterion.levels) for name, criterion in spec.criteria.items()}
    for pitfall in desk.assessor.rules:
        found[f"pitfalls.{pitfall}"] = STATES
        found[f"pitfalls.{pitfall}.risk"] = found[f"pitfalls.{pitfall}.risk_possible"] = desk.assessor.risks.classes
    return found


def _state(one: Judged, lanes: Lanes) -> Small:
    found = np.full(len(lanes.rows), len(STATES) - 1, np.int8)
    for state, plane in enumerate(one.states):
        found[spread(plane, lanes)] = state
    return found


def _height(reached: Iterable[npt.NDArray[np.uint64]], lanes: Lanes) -> Small:
    found = np.zeros(len(lanes.rows), np.int8)
    for plane in reached:
        found += spread(plane, lanes)
    return found


def _few_known(desk: Desk, table: Table) -> Bits:
    """Where so few of the deciding facts are known that there may be no verdict; with the wholly unknown case."""
    spec = desk.shelf.weighing.spec.undecided
    known = np.zeros(table.count + 1, np.int64)
    if spec is None or not desk.deciding:
        return known < 0
    for name in desk.deciding:
        known[:-1] += known_of(desk.shelf.rulebook.vocabulary, table, name)
    return known * 100 < len(desk.deciding) * spec.below_percent


# --- contradictions -----------------------------------------------------------------------------------------------


def _against_measures(desk: Desk, read: Table) -> Bits:
    """Where a measure is in place and a fact that it makes true (or false) is given as the opposite."""
    found = np.zeros(read.count, np.bool_)
    for measure, has in read.measures["measures.in_place"].items():
        for name, value in desk.shelf.knowledge.mitigations[measure].sets.items():
            column = read.columns.get(name)
            if isinstance(value, bool) and isinstance(column, Codes):
                found |= (has & (column.values == column.code(not value)))[:-1]
    return found


def _refuse(refused: Bits) -> None:
    rows = np.flatnonzero(refused)
    if not rows.size:
        return
    shown = ", ".join(map(str, rows[:MOST_ROWS].tolist())) + (", ..." if len(rows) > MOST_ROWS else "")
    message = f"the facts of {len(rows)} of {len(refused)} cases contradict each other: row {shown}"
    hint = 'advise on one of them alone to see why; or ask for contradictions="mark"'
    raise ToolboxError([Problem(code="TR209", message=message, location=None, hint=hint)])
