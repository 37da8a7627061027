"""A car that will not start: another domain runs on other folders alone, and Python knows neither."""

import ast
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

from toolbox_rules.toolbox import Toolbox

ROOT = Path(__file__).parent.parent
FOLDER = Path(__file__).parent / "second_domain"
PACKAGE = ROOT / "toolbox_rules"
#: Words of the first domain in both its languages, those left out that mean something else as well ("client", "zorg").
DOMAIN = (
    *("regie", "gemeente", "zorgkantoor", "zorgaanbieder", "zorgverzekeraar", "corporatie", "wmo", "wlz", "zvw"),
    *("partner", "woon", "wonen", "woning", "wijk", "buurt", "eenloket", "steunpunt", "welzijn", "bewoner", "cliënt"),
    *("aanbesteding", "subsidie", "municipality", "housing", "welfare", "resident", "neighbourhood", "tender"),
    *("subsidy", "insurer", "homecare", "volunteer", "tenant", "landlord"),
)
STARTER = {"name": "Bosch", "system": "starter", "age_years": 12}


@pytest.fixture(scope="module")
def toolbox() -> Toolbox:
    return Toolbox.load(rules=FOLDER / "rules", knowledge=FOLDER / "knowledge")


def states(toolbox: Toolbox, case: dict[str, object]) -> dict[str, str]:
    return {one.id: one.state for one in toolbox.advise(case).pitfalls}


def test_dim_lights_point_to_the_battery_and_the_quickest_remedy_is_planned(toolbox: Toolbox) -> None:
    advice = toolbox.advise({"symptom": {"lights": "dim"}, "battery": {"boosted": False}, "fuel": {"smell": False}})
    assert advice.verdict.id == "repair"
    assert advice.pitfalls[0].id == "flat-battery"
    assert (advice.pitfalls[0].state, advice.pitfalls[0].risk) == ("open", "high")
    assert [item.mitigation for item in advice.plan.items] == ["jump-start"]


def test_what_is_not_said_threatens_until_it_is_known(toolbox: Toolbox) -> None:
    assert states(toolbox, {"symptom": {"lights": "dim"}})["flat-battery"] == "exposed"
    assert states(toolbox, {})["flat-battery"] == "undetermined"


def test_a_case_may_be_written_in_dutch(toolbox: Toolbox) -> None:
    dutch = {"Naam": "Kever", "symptom": {"lights": "zwak"}, "onderdelen": [{"naam": "Bosch", "system": "starter"}]}
    english = {"name": "Kever", "symptom": {"lights": "dim"}, "parts": [{"name": "Bosch", "system": "starter"}]}
    assert toolbox.advise(dutch).to_json() == toolbox.advise(english).to_json()


def test_a_finding_of_one_rule_is_used_by_another(toolbox: Toolbox) -> None:
    bright: dict[str, object] = {"symptom": {"lights": "bright", "cranks": False}, "parts": [STARTER]}
    assert states(toolbox, bright)["worn-starter"] == "exposed"
    dim: dict[str, object] = {"symptom": {"lights": "dim", "cranks": False}, "parts": [STARTER]}
    assert states(toolbox, dim)["worn-starter"] == "not-applicable"


def test_a_rule_over_a_list_names_the_part_that_it_is_about(toolbox: Toolbox) -> None:
    parts = [{"name": "Accu", "system": "power", "age_years": 12}, STARTER]
    advice = toolbox.advise({"symptom": {"lights": "bright", "cranks": False}, "parts": parts})
    worn = next(one for one in advice.pitfalls if one.id == "worn-starter")
    assert [advice.case.lists["parts"].items[at]["name"] for at in worn.subjects] == ["Bosch"]


def test_a_case_in_which_nothing_is_wrong_may_drive_on(toolbox: Toolbox) -> None:
    fine = {"symptom": {"lights": "bright", "cranks": True}, "fuel": {"gauge": "enough", "smell": False}, "parts": []}
    advice = toolbox.advise(fine)
    assert (advice.verdict.id, advice.verdict.possible, advice.conditions) == ("drive", ("drive",), None)
    assert {one.state for one in advice.pitfalls} == {"not-applicable"}


def test_the_conditions_of_the_best_verdict_are_worked_out(toolbox: Toolbox) -> None:
    case = {"symptom": {"lights": "dim"}, "battery": {"boosted": False}, "parts": [], "fuel": {"smell": False}}
    conditions = toolbox.advise({**case, "car": {"place": "driveway"}}).conditions
    assert conditions is not None
    assert (conditions.aim, conditions.reachable, conditions.measures) == ("drive", True, ("jump-start",))


def test_the_question_that_decides_comes_first(toolbox: Toolbox) -> None:
    case = {"symptom": {"lights": "bright", "cranks": True}, "fuel": {"gauge": "enough"}, "parts": []}
    assert toolbox.advise(case).questions[0].fact == "fuel.smell"


@pytest.mark.parametrize("lang", ["nl", "en"])
def test_advice_and_explanation_are_in_words_of_the_domain(toolbox: Toolbox, lang: str) -> None:
    advice = toolbox.advise({"symptom": {"lights": "dim"}})
    words = {"nl": ("Lege accu", "Startkabels"), "en": ("Flat battery", "Jump leads")}[lang]
    for text in (advice.to_text(lang), advice.to_markdown(lang), advice.to_html(lang)):  # type: ignore[arg-type]
        assert all(word in text for word in words)
    why = advice.why("flat-battery").to_text(lang)  # type: ignore[arg-type]
    assert {"nl": "Lampen: hoogstens zwak", "en": "Lights: at most dim"}[lang] in why


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_the_code_holds_no_word_of_a_domain(path: Path) -> None:
    said = re.compile(rf"(?<![a-z])({'|'.join(DOMAIN)})(s|en)?(?![a-z])", re.IGNORECASE)
    assert [(line, word) for line, word in code_words(path) if said.search(word.replace("_", " "))] == []


def code_words(path: Path) -> Iterator[tuple[int, str]]:
    """The names and texts of a module; comments and docstrings may give examples."""
    told = {
        node.body[0].value.lineno
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
        and isinstance(node.body[0].value, ast.Constant)
    }
    with path.open("rb") as file:
        for token in tokenize.tokenize(file.readline):
            if token.type in (tokenize.NAME, tokenize.STRING) and token.start[0] not in told:
                yield token.start[0], token.string
