"""Case files: what may be written, what it means, and that what is read can be written again."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings

from tests.laws.cases import as_case, some_facts
from tests.laws.choices import Choices, choices
from tests.laws.vocabularies import vocabulary
from toolbox_rules.cases import Case, Elements, SetValue, read_case
from toolbox_rules.problems import ToolboxError
from toolbox_rules.toolbox import Toolbox

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "tests" / "second_domain"
EXAMPLES = sorted((ROOT / "examples" / "cases").glob("*.yaml"))


@pytest.fixture(scope="module")
def toolbox() -> Toolbox:
    return Toolbox.load(rules=FOLDER / "rules", knowledge=FOLDER / "knowledge")


@pytest.fixture(scope="module")
def shipped() -> Toolbox:
    return Toolbox.load()


def content(case: Case) -> tuple[object, ...]:
    """Everything that a case says, without where it says it."""
    return case.name, case.description, case.sources, case.facts, case.lists, case.in_place, case.planned


def refusal(toolbox: Toolbox, case: dict[str, object]) -> str:
    with pytest.raises(ToolboxError) as caught:
        toolbox.read_case(case)
    return caught.value.problems[0].message


# --- what is known and what is not --------------------------------------------------------------------------------


@pytest.mark.parametrize("unknown", [{}, {"cranks": None}, {"cranks": "unknown"}, {"cranks": "Onbekend"}])
def test_a_fact_that_is_left_out_or_called_unknown_is_unknown(toolbox: Toolbox, unknown: dict[str, object]) -> None:
    assert toolbox.read_case({"symptom": unknown}).facts == {}


@pytest.mark.parametrize("case", [{}, {"parts": None}, {"parts": "unknown"}])
def test_a_list_that_is_not_given_is_unknown(toolbox: Toolbox, case: dict[str, object]) -> None:
    assert toolbox.read_case(case).lists == {}


def test_a_list_that_is_given_is_complete_unless_it_says_otherwise(toolbox: Toolbox) -> None:
    assert toolbox.read_case({"parts": []}).lists == {"parts": Elements(items=(), complete=True)}
    open_ended = toolbox.read_case({"parts": [{"system": "fuel"}], "parts_complete": False})
    assert open_ended.lists == {"parts": Elements(items=({"system": "fuel"},), complete=False)}


def test_a_set_that_is_given_is_complete_unless_it_says_otherwise(toolbox: Toolbox) -> None:
    fuel = toolbox.read_case({"fuel": {"kinds": ["gas"]}}).facts["fuel.kinds"]
    assert fuel == SetValue(members=frozenset({"gas"}), complete=True)
    fuel = toolbox.read_case({"fuel": {"kinds": ["gas"], "kinds_complete": "nee"}}).facts["fuel.kinds"]
    assert fuel == SetValue(members=frozenset({"gas"}), complete=False)


def test_a_set_said_not_to_be_complete_without_members_has_none_that_are_known(toolbox: Toolbox) -> None:
    fuel = toolbox.read_case({"fuel": {"kinds_complete": False}}).facts["fuel.kinds"]
    assert fuel == SetValue(members=frozenset(), complete=False)


# --- spellings ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("yes", [True, "true", "ja", "Ja", "TRUE"])
def test_true_may_be_written_in_words(toolbox: Toolbox, yes: object) -> None:
    assert toolbox.read_case({"symptom": {"cranks": yes}}).facts == {"symptom.cranks": True}


@pytest.mark.parametrize("dim", ["dim", "Dim", "zwak", "ZWAK"])
def test_a_value_may_be_written_as_its_id_or_label_in_any_case(toolbox: Toolbox, dim: str) -> None:
    assert toolbox.read_case({"symptom": {"lights": dim}}).facts == {"symptom.lights": "dim"}


@pytest.mark.parametrize("measure", ["refuel", "Refuel", "Bijtanken"])
def test_a_measure_may_be_written_as_its_id_or_name(toolbox: Toolbox, measure: str) -> None:
    assert toolbox.read_case({"maatregelen": {"in_place": [measure]}}).in_place == {"refuel"}


def test_numbers_are_not_taken_for_booleans_nor_booleans_for_numbers(toolbox: Toolbox) -> None:
    assert refusal(toolbox, {"symptom": {"cranks": 1}}) == "'symptom.cranks' is true or false, not 1"
    assert refusal(toolbox, {"car": {"out_km": True}}) == "'car.out_km' is a whole number, not true"


@pytest.mark.parametrize("number", [float("nan"), float("inf"), -float("inf")])
def test_a_number_must_be_finite(toolbox: Toolbox, number: float) -> None:
    assert refusal(toolbox, {"car": {"temperature": number}}) == f"'car.temperature' is a number, not {number}"


def test_a_mapping_with_keys_that_are_no_text_is_refused(toolbox: Toolbox) -> None:
    assert refusal(toolbox, {1: "x"}) == "unknown key '1'"  # type: ignore[dict-item]
    assert refusal(toolbox, {"car": {2: 3}}) == "unknown key '2' of 'car'"


def test_a_list_of_entities_has_an_upper_limit(toolbox: Toolbox) -> None:
    assert refusal(toolbox, {"parts": [{}] * 1001}) == "more than 1000 parts"


# --- order and writing again --------------------------------------------------------------------------------------


def test_elements_stand_in_an_order_of_their_own(toolbox: Toolbox) -> None:
    parts = [{"name": "b"}, {"system": "fuel"}, {"name": "a"}, {"age_years": 2}]
    turned = toolbox.read_case({"parts": parts[::-1]})
    assert turned.lists == toolbox.read_case({"parts": parts}).lists


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_reads_back_as_the_same_case(shipped: Toolbox, path: Path) -> None:
    case = shipped.read_case(path)
    again = shipped.read_case(case.to_dict())
    assert content(again) == content(case)
    assert again.to_dict() == case.to_dict()


@given(choices())
@settings(max_examples=200)
def test_what_a_case_says_reads_back_the_same_whatever_the_order(choices: Choices) -> None:
    words = vocabulary()
    given = {name for name, fact in words.facts.items() if not choices.once_in(3)}
    made = some_facts(choices, words, frozenset(given - {"parts.who", "parts.name", "sites.name"}))
    plain = as_case(made).to_dict()
    read_in = read_case(plain, words, {})
    assert unordered(read_in.to_dict()) == unordered(plain)
    assert content(read_case(shuffled(choices, plain), words, {})) == content(read_in)  # type: ignore[arg-type]


def unordered(plain: object) -> object:
    """Plain data with every list in one order."""
    match plain:
        case dict():
            return {key: unordered(value) for key, value in plain.items()}
        case list():
            return sorted(map(unordered, plain), key=lambda value: json.dumps(value, sort_keys=True))
        case _:
            return plain


def shuffled(choices: Choices, plain: object) -> object:
    """The same plain data in another order."""
    match plain:
        case dict():
            return {key: shuffled(choices, value) for key, value in choices.reordered(plain).items()}
        case list():
            return [shuffled(choices, value) for value in choices.shuffled(plain)]
        case _:
            return plain
