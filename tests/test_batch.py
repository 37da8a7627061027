"""The batch engine: row by row what the engine for one case says, in whatever form the table comes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from tests.laws.cases import Facts, as_case, seen_by, some_facts
from tests.laws.choices import Choices, choices, seeded
from tests.laws.conditions import a_book
from toolbox_rules.advice import _refuse_contradictions, find, set_up, trial
from toolbox_rules.assessing import Memo
from toolbox_rules.batch import advise_table, infer_table
from toolbox_rules.cases import Case, Elements, SetValue, Value, read_case
from toolbox_rules.compiling import compile_rules
from toolbox_rules.evaluating import evaluate
from toolbox_rules.findings import Desk
from toolbox_rules.inference import infer, truth
from toolbox_rules.nearing import Runs, approach
from toolbox_rules.problems import ToolboxError
from toolbox_rules.reading import read
from toolbox_rules.results import BatchResult, conclusions
from toolbox_rules.situating import form_of, is_known, situate, undecided_verdict, with_measures
from toolbox_rules.tabulating import _Reader
from toolbox_rules.vocabulary import Vocabulary

Columns = dict[str, Any]
TRUTH = {"true": 1, "false": 0, "unknown": -1}
ROOT = Path(__file__).parent.parent


@cache
def desk() -> Desk:
    """The shipped rules and knowledge."""
    return set_up(read([ROOT / "rules"], [ROOT / "knowledge"]), "0")


def tabled(words: Vocabulary, cases: Sequence[Facts | Case]) -> tuple[Columns, dict[str, Columns]]:
    """Cases as a table, and the elements of their lists as related tables, in the order of ``stood``."""
    table = _columns([one.facts for one in cases], [name for name, fact in words.facts.items() if not fact.list])
    related: dict[str, Columns] = {}
    for name, entity in words.lists.items():
        found = [one.lists.get(name, Elements(items=(), complete=False)) for one in cases]
        table[f"{name}_complete"] = [one.complete for one in found]
        places = stood(name, cases)
        related[name] = {"case": [row for row, _ in places]}
        related[name] |= _columns([found[row].items[place] for row, place in places], list(entity.facts))
    return table, related


def stood(of: str, cases: Sequence[Facts | Case]) -> list[tuple[int, int]]:
    """The case and place of each element in its table: not in order."""
    sizes = [len(one.lists[of].items) if of in one.lists else 0 for one in cases]
    places = [(row, place) for row, size in enumerate(sizes) for place in range(size)]
    return places[::2] + places[1::2]


def _columns(rows: Sequence[Mapping[str, Value]], names: Iterable[str]) -> Columns:
    found: Columns = {}
    for name in names:
        values = [row.get(name) for row in rows]
        if any(value is not None for value in values):
            found[name] = [sorted(value.members) if isinstance(value, SetValue) else value for value in values]
            if any(isinstance(value, SetValue) for value in values):
                found[f"{name}_complete"] = [
                    value.complete if isinstance(value, SetValue) else None for value in values
                ]
    return found


# --- conclusions --------------------------------------------------------------------------------------------------


@given(choices())
@settings(max_examples=200)
def test_every_conclusion_of_every_row_is_that_of_the_case_alone(choices: Choices) -> None:
    check_conclusions(choices, count=choices.between(0, 4))


@pytest.mark.parametrize("seed", range(30))
def test_chunks_and_words_end_anywhere(seed: int) -> None:
    choices = seeded(seed)
    check_conclusions(choices, count=choices.among((0, 1, 63, 64, 65, 130)), chunk=choices.among((1, 7, 64, 65, 1000)))


def check_conclusions(choices: Choices, count: int, chunk: int = 65536) -> None:
    book = a_book(choices)
    seen = seen_by([body["when"] for body in book.raw.values()], book.words)
    cases = [some_facts(choices, book.words, seen) for _ in range(count)]
    network = compile_rules(book.rulebook)
    table, related = tabled(book.words, cases)
    done: list[tuple[int, int]] = []
    with pytest.MonkeyPatch.context() as patch:  # generated elements share names, and name others that are not there
        patch.setattr(_Reader, "_check_names", lambda *_: None)
        found = infer_table(
            network, book.words, table, related, chunk=chunk, progress=lambda now, of: done.append((now, of))
        )
    assert found.count == count
    assert done[-1:] == ([(count, count)] if count else [])
    for row, one in enumerate(cases):
        single = evaluate(network, one.facts, one.lists)
        for name, (of, node) in conclusions(network, book.words).items():
            rails = (0, 0) if node is None else tuple(map(int, single.rails(node)))
            if of is None:
                assert found[name][row] == TRUTH[truth(rails)], (name, row)  # type: ignore[arg-type]
                continue
            for at, (owner, place) in enumerate(stood(of, cases)):
                if owner == row:
                    expected = TRUTH[truth(rails, place)]  # type: ignore[arg-type]
                    assert found.elements[of][name][at] == expected, (name, row, place)


# --- advice on shipped knowledge ----------------------------------------------------------------------------------


def a_case(choices: Choices, words: Vocabulary, measures: Sequence[str]) -> Case:
    """A case of the shipped vocabulary: facts, lists and sets that may be unknown or not complete, and measures."""
    known = frozenset(name for name, fact in words.facts.items() if fact.type != "names" and fact.key != "name")
    part = choices.among((known, some(choices, known), frozenset()))
    case = as_case(some_facts(choices, words, part))
    lists = {}
    for name, elements in case.lists.items():
        items = [
            {**item, "name": f"{at}", "competes_with": SetValue(members=frozenset({str(choices.below(at + 1))}))}
            for at, item in enumerate(elements.items)
        ]
        lists[name] = Elements(items=tuple(items), complete=elements.complete)
    empty = SetValue(members=frozenset(), complete=False)  # a table does not tell it from a set that is not given
    facts = {name: value for name, value in case.facts.items() if value != empty}
    taken = choices.shuffled(measures)[: choices.between(0, 8)]
    in_place = frozenset(taken[: choices.between(0, len(taken))])
    planned = frozenset(taken) - in_place
    case = replace(case, facts=facts, places=dict.fromkeys(facts, ()))
    return replace(case, lists=lists, in_place=in_place, planned=planned)


def some(choices: Choices, names: frozenset[str]) -> frozenset[str]:
    return frozenset(name for name in sorted(names) if choices.once_in(4))


def alone(one: Case) -> tuple[dict[str, str | None], bool]:
    """What the engine for one case says: the columns in words; and whether the facts contradict each other."""
    found: dict[str, str | None] = {}
    measures = one.in_place | one.planned
    for prefix, taken, wins in (("", one.in_place, True), ("projected.", measures, False)):
        trace = infer(desk().engine, *with_measures(desk(), one, taken, given_wins=wins))
        if wins:
            try:
                _refuse_contradictions(desk(), one, trace)
            except ToolboxError:
                return {}, True
        situation = situate(desk(), trace, taken, Memo())
        known = sum(is_known(desk(), name, trace.facts, trace.lists) for name in desk().deciding)
        undecided = undecided_verdict(desk(), known, situation.outcome) if wins else None
        found[f"{prefix}verdict"] = undecided or situation.outcome.verdict
        form = form_of(desk(), trace, situation.outcome)
        found[f"{prefix}form"] = form.recommended if form else None
        for criterion in situation.outcome.criteria:
            found[f"{prefix}criteria.{criterion.criterion}"] = criterion.level
        classes = desk().assessor.risks.classes
        for name, assessed in situation.assessments.items():
            found[f"{prefix}pitfalls.{name}"] = assessed.state
            found[f"{prefix}pitfalls.{name}.risk"] = classes[assessed.risk[0]]
            found[f"{prefix}pitfalls.{name}.risk_possible"] = classes[assessed.risk[1]]
        if wins:
            for name, (_, node) in conclusions(trace.engine.network, desk().shelf.rulebook.vocabulary).items():
                found[name] = {"true": "true", "false": "false", "unknown": None}[
                    "false" if node is None else truth(trace.rails(node))
                ]
    return found, False


@given(choices())
@settings(max_examples=40)
def test_the_advice_on_every_row_is_that_on_the_case_alone(choices: Choices) -> None:
    check_advice(choices, count=choices.between(1, 3))


@pytest.mark.parametrize("seed", range(3))
def test_the_advice_on_many_rows_is_that_on_each_case_alone(seed: int) -> None:
    check_advice(seeded(seed), count=70, chunk=64)


def check_advice(choices: Choices, count: int, chunk: int = 65536) -> None:
    knowledge, words = desk().shelf.knowledge, desk().shelf.rulebook.vocabulary
    cases = [a_case(choices, words, sorted(knowledge.mitigations)) for _ in range(count)]
    table, related = tabled(words, cases)
    table["measures.in_place"] = [sorted(one.in_place) for one in cases]
    table["measures.planned"] = [sorted(one.planned) for one in cases]
    found = advise_table(desk(), table, related, contradictions="mark", projected=True, chunk=chunk)
    shown = {name: found.words(name) for name in found.columns}
    for row, one in enumerate(cases):
        expected, refused = alone(one)
        assert found["refused"][row] == refused
        for name, words_ in shown.items():
            if name != "refused":
                assert words_[row] == expected.get(name), (name, row)


def test_a_pitfall_under_control_is_no_threat_while_it_is_not_known_whether_it_applies() -> None:
    shelf = desk().shelf
    path = ROOT / "examples" / "cases" / "woonzorgcomplex-de-linde.yaml"
    given_ = read_case(path, shelf.rulebook.vocabulary, shelf.knowledge.spellings)
    case = replace(given_, in_place=frozenset(), planned=frozenset())
    found = find(desk(), case)
    room = Runs(desk(), found).room(shelf.rulebook.vocabulary.facts, ("act",))
    wanted = {(one.fact, one.element): one.after for one in approach(desk(), found, "verdict=go").found[0].changes}
    steps = [at for at, step in enumerate(room.steps) if step.place in wanted and step.value == wanted[step.place]]
    facts, lists = room.taken(steps)
    cases = [
        replace(case, facts={name: value for name, value in facts.items() if name != left_out}, lists=lists)
        for left_out in sorted(facts)
    ]
    rows = advise_table(desk(), *tabled(shelf.rulebook.vocabulary, cases), wanted=["verdict"], contradictions="mark")
    memo = Memo()
    alone_ = [trial(desk(), one, one.facts, one.lists, memo) for one in cases]
    assert rows.words("verdict") == [one.verdict if one else None for one in alone_]
    assert {"go", "go-with-conditions"} <= set(rows.words("verdict"))


@pytest.mark.parametrize("path", sorted((ROOT / "examples" / "cases").glob("*.yaml")), ids=lambda path: path.stem)
def test_an_example_has_the_verdict_and_pitfalls_that_advise_gives(path: Path) -> None:
    shelf = desk().shelf
    one = read_case(path, shelf.rulebook.vocabulary, shelf.knowledge.spellings)
    table, related = tabled(shelf.rulebook.vocabulary, [one])
    table["measures.in_place"], table["measures.planned"] = [sorted(one.in_place)], [sorted(one.planned)]
    found = advise_table(desk(), table, related, projected=True)
    expected = find(desk(), one)
    assert found.words("verdict") == [expected.verdict.id]
    assert found.words("projected.verdict") == [expected.verdict.projected.verdict]
    for pitfall in expected.pitfalls:
        assert found.words(f"pitfalls.{pitfall.id}") == [pitfall.state]
        assert found.words(f"pitfalls.{pitfall.id}.risk") == [pitfall.risk]
        assert found.words(f"projected.pitfalls.{pitfall.id}") == [pitfall.projected]


# --- forms of tables ----------------------------------------------------------------------------------------------

PLAIN: Columns = {
    "regie.process": ["none", None, "geen", "partner"],
    "project.phase": ["ontwerp", "unknown", "realisatie", None],
    "permit.needed": [True, False, None, True],
    "funding.end_months": [12, 24, None, 6],
    "target.vulnerable_percent": [12.5, None, 30, 100],
    "funding.streams": [["wmo", "wlz"], [], None, ["huur"]],
    "partners_complete": [True, True, False, None],
}
PARTNERS: Columns = {
    "case": [3, 0, 0, 2],
    "name": ["A", "A", "B", None],
    "type": ["municipality", "gemeente", None, "care-provider"],
    "mandate": [True, None, False, True],
    "competes_with": [None, ["B"], [], None],
}


def plainly(**changes: object) -> BatchResult:
    return advise_table(desk(), {**PLAIN, **changes}, {"partners": PARTNERS})


def test_a_dutch_word_is_understood_and_unknown_is_missing() -> None:
    found, other = plainly(), plainly(**{"regie.process": ["none", "onbekend", "none", "partner"]})
    assert_equal(found, other)


@pytest.mark.parametrize(
    "form", ["numpy", "masked", "pandas", "categorical", "nullable", "arrow", "dictionary", "batch"]
)
def test_every_form_of_table_gives_the_same(form: str) -> None:
    pd, pa = pytest.importorskip("pandas"), pytest.importorskip("pyarrow")

    def formed(columns: Columns) -> Any:
        match form:
            case "numpy":
                return {name: np.fromiter(column, dtype=object, count=len(column)) for name, column in columns.items()}
            case "masked":
                return {name: _masked(column) for name, column in columns.items()}
            case "pandas":
                return pd.DataFrame(columns)
            case "categorical":
                return pd.DataFrame({name: _categorical(pd, column) for name, column in columns.items()})
            case "nullable":
                return pd.DataFrame(columns).convert_dtypes()
            case "arrow":
                return pa.table(columns)
            case "batch":
                return pa.RecordBatch.from_pydict(columns)
            case _:
                table = pa.table(columns)
                text = [name for name in table.column_names if table[name].type == pa.string()]
                for name in text:
                    at = table.column_names.index(name)
                    table = table.set_column(at, name, table[name].dictionary_encode())
                return table

    assert_equal(plainly(), advise_table(desk(), formed(PLAIN), {"partners": formed(PARTNERS)}))


def _masked(column: list[Any]) -> object:
    kind = next(type(value) for value in column if value is not None)
    if kind is list:
        return column
    filled = [kind() if value is None else value for value in column]
    dtype = object if kind is str else None
    return np.ma.MaskedArray(np.array(filled, dtype=dtype), [value is None for value in column])


def _categorical(pd: Any, column: list[Any]) -> object:
    return pd.Categorical(column) if any(isinstance(value, str) for value in column) else column


def test_a_set_may_be_a_column_for_each_member() -> None:
    words = desk().shelf.rulebook.vocabulary.facts["funding.streams"].order
    flags = {
        f"funding.streams={word}": [None if row is None else word in row for row in PLAIN["funding.streams"]]
        for word in words
    }
    table = {name: column for name, column in PLAIN.items() if name != "funding.streams"} | flags
    assert_equal(plainly(), advise_table(desk(), table, {"partners": PARTNERS}))


def test_a_member_without_a_column_is_unknown_unless_the_set_is_said_to_be_complete() -> None:
    table = {"funding.streams=wmo": [True], "funding.streams_complete": [True]}
    whole, partly = {"funding.streams": [["wmo"]]}, {"funding.streams": [["wmo"]], "funding.streams_complete": [False]}
    assert_equal(advise_table(desk(), table), advise_table(desk(), whole))
    del table["funding.streams_complete"]
    assert_equal(advise_table(desk(), table), advise_table(desk(), partly))


def test_cases_may_have_keys() -> None:
    keys = {"case": ["p", "q", "r", "s"]}
    partners = {**PARTNERS, "case": [keys["case"][row] for row in PARTNERS["case"]]}
    assert_equal(plainly(), advise_table(desk(), {**PLAIN, **keys}, {"partners": partners}))


def test_a_result_is_asked_for_its_columns_by_name() -> None:
    found = advise_table(desk(), PLAIN, {"partners": PARTNERS}, wanted=["verdict"])
    assert "verdict" in found
    assert "form" not in found
    assert list(found) == list(found.columns)


def test_only_what_is_wanted_is_worked_out() -> None:
    found = advise_table(desk(), PLAIN, {"partners": PARTNERS}, wanted=["verdict"])
    assert set(found.columns) == {"verdict", "refused"}
    assert found.words("verdict") == plainly().words("verdict")


def test_pandas_and_arrow_get_words_for_codes() -> None:
    pytest.importorskip("pyarrow")
    frame, table = plainly().to_pandas(), plainly().to_arrow()
    assert frame["verdict"].tolist() == table["verdict"].to_pylist() == plainly().words("verdict")
    assert frame["situation.trial"].tolist() == table["situation.trial"].to_pylist()


def assert_equal(one: BatchResult, other: BatchResult) -> None:
    assert one.columns.keys() == other.columns.keys()
    for name in one.columns:
        assert one[name].tolist() == other[name].tolist(), name


# --- errors -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("table", "related", "message"),
    [
        (
            {"regie.prozess": ["none"]},
            {},
            "error[TR202]: unknown column 'regie.prozess'; did you mean 'regie.process'?",
        ),
        (
            {"regie.process": ["none", "partnr", "partnr"]},
            {},
            (
                "error[TR203]: column 'regie.process', row 1 and 1 more: 'partnr' is not a value of 'regie.process'; "
                "did you mean 'partner'?"
            ),
        ),
        (
            {"permit.needed": [1]},
            {},
            "error[TR203]: column 'permit.needed', row 0: 'permit.needed' is true or false, not 1",
        ),
        (
            {"funding.end_months": [3, -1]},
            {},
            "error[TR203]: column 'funding.end_months', row 1: 'funding.end_months' must be at least 0, not -1",
        ),
        (
            {"funding.end_months": [3.5]},
            {},
            "error[TR203]: column 'funding.end_months', row 0: 'funding.end_months' is a whole number, not 3.5",
        ),
        (
            {"funding.streams": ["wmo"]},
            {},
            "error[TR203]: column 'funding.streams', row 0: 'funding.streams' is a list, not 'wmo'; write [wmo]",
        ),
        (
            {"funding.streams=wmoo": [True]},
            {},
            "error[TR203]: column 'funding.streams=wmoo': 'funding.streams' has no member 'wmoo'; did you mean 'wmo'?",
        ),
        (
            {"situation.trial": [True]},
            {},
            (
                "error[TR204]: column 'situation.trial': 'situation.trial' is concluded by rules; a table cannot "
                "give it; leave it out"
            ),
        ),
        (
            {"permit.needed": [True]},
            {"partners": {"case": [0, 1], "type": [None, None]}},
            "error[TR207]: table 'partners', column 'case', row 1: no case has the key 1",
        ),
        (
            {"permit.needed": [True]},
            {"partners": {"case": [0, 0], "name": ["A", "A"]}},
            (
                "error[TR206]: table 'partners', column 'name', row 1: two partners of one case are called 'A'; "
                "give each its own name"
            ),
        ),
        (
            {"permit.needed": [True]},
            {"partner": {"case": [0]}},
            "error[TR202]: no list is called 'partner'; did you mean 'partners'?",
        ),
        (
            {"measures.in_place": [["role-matrix"]], "measures.planned=role-matrix": [True]},
            {},
            "error[TR208]: measures, row 0: the measure 'role-matrix' is both in place and planned",
        ),
        (
            {"tender.planned": [True, False, False], "tender.partners_bid": [True, True, None]},
            {},
            (
                "error[TR209]: the facts of 1 of 3 cases contradict each other: row 1; advise on one of them alone to "
                'see why; or ask for contradictions="mark"'
            ),
        ),
    ],
    ids=lambda value: next(iter(value), "none") if isinstance(value, dict) else "",
)
def test_what_is_wrong_is_told_with_column_row_and_the_nearest_name(
    table: Columns, related: Columns, message: str
) -> None:
    with pytest.raises(ToolboxError) as caught:
        advise_table(desk(), table, related)
    assert str(caught.value) == f"{message}\n1 error"


def test_all_problems_are_told_at_once_up_to_a_bound() -> None:
    with pytest.raises(ToolboxError) as caught:
        advise_table(desk(), {f"nothing.{at}": [1] for at in range(200)})
    assert len(caught.value.problems) == 51


def test_columns_of_different_length_are_refused() -> None:
    with pytest.raises(ToolboxError, match="differ in length"):
        advise_table(desk(), {"permit.needed": [True], "regie.process": ["none", "none"]})
