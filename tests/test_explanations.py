"""How an explanation reads and what it says: why a pitfall, a form, a measure; as text, Markdown, HTML and JSON.

The golden texts are compared in full. After a change that is meant, write them anew with
``REFRESH_GOLDEN=1 pytest tests/test_explanations.py`` and read the difference before it is committed.
"""

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.test_rendering import Page
from toolbox_rules import Advice, Explanation, Proof, Toolbox, ToolboxError
from toolbox_rules.model import Lang
from toolbox_rules.rendering import explained

ROOT = Path(__file__).parents[1]
DIM = {"symptom": {"lights": "dim"}, "car": {"place": "driveway"}}


@pytest.fixture(scope="module")
def centre() -> Advice:
    here = Path.cwd()
    os.chdir(ROOT)  # so that files are named as in the repository
    try:
        return Toolbox.load().advise("examples/cases/wijksteunpunt.yaml")
    finally:
        os.chdir(here)


@pytest.fixture(scope="module")
def car() -> Toolbox:
    home = ROOT / "tests" / "second_domain"
    return Toolbox.load(home / "rules", home / "knowledge")


# --- the texts --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "lang", "file"),
    [
        ("coordination-unpaid", "nl", "why-open.nl.txt"),
        ("tender-without-scope", "en", "why-not-open.en.txt"),
        ("escalation-ladder", "nl", "why-not-in-plan.nl.txt"),
    ],
)
def test_an_explanation_reads_as_the_golden_text(centre: Advice, name: str, lang: Lang, file: str) -> None:
    words = (centre.why_not if "not" in file else centre.why)(name).to_text(lang) + "\n"
    golden = ROOT / "tests" / "golden" / file
    if "REFRESH_GOLDEN" in os.environ:
        golden.write_text(words, encoding="utf-8", newline="\n")
    assert words == golden.read_text(encoding="utf-8"), "if this is meant: REFRESH_GOLDEN=1 pytest " + __file__


def test_a_fact_names_its_line_in_the_case_and_a_rule_its_line_in_the_rules(centre: Advice) -> None:
    lines = (ROOT / "examples/cases/wijksteunpunt.yaml").read_text(encoding="utf-8").splitlines()
    words = centre.why("coordination-unpaid").to_text("en")
    at = next(number for number, line in enumerate(lines, 1) if "coordination_paid:" in line)
    assert f"no   wijksteunpunt.yaml:{at}" in words
    assert "rules/money/many-partners-to-tune.yaml:1" in words


def test_a_fact_of_an_element_names_its_line_in_the_case(tmp_path: Path) -> None:
    case = tmp_path / "trip.yaml"
    case.write_text("tyres:\n  - {name: voor, worn: true}\n  - name: achter\n    worn: true\n", encoding="utf-8")
    small = Toolbox.load(ROOT / "tests/small/rules", ROOT / "tests/small/knowledge")
    proof = small.advise(case).why("flat-tyre").proof
    places = {step.given_at.line for step in proof.leaves() if step.given_at and step.name == "worn"}
    assert places == {2, 4}


def test_only_what_decides_is_shown_unless_everything_is_asked(centre: Advice) -> None:
    some, everything = (centre.why("single-funder-dependence", everything=one).proof for one in (False, True))
    assert {step.name for step in some.children} < {step.name for step in everything.children}
    assert not all(step.decisive for step in everything.children)
    assert "beslist niet mee" in centre.why("single-funder-dependence", everything=True).to_text("nl")


def test_why_not_shows_every_rule_that_could_have_concluded_it(centre: Advice) -> None:
    concluding = {rule.id for rule in centre._desk.shelf.rulebook.rules.values() if _concludes(rule.threats)}
    assert {step.name for step in centre.why_not("single-funder-dependence").proof.children} == concluding


def _concludes(threats: tuple[object, ...]) -> bool:
    return any(getattr(threat, "pitfall", None) == "single-funder-dependence" for threat in threats)


def test_a_depth_leaves_out_deeper_rules_and_says_so(centre: Advice) -> None:
    shallow = centre.why("coordination-unpaid", depth=1).to_text("en")
    assert "Rule: Only hours with clients are paid" in shallow
    assert "Rule: The partners work together daily" not in shallow
    assert "not explained further" in shallow
    assert "Rule:" not in centre.why("coordination-unpaid", depth=0).to_text("en")


def test_a_depth_below_zero_is_refused(centre: Advice) -> None:
    with pytest.raises(ToolboxError, match="a depth is 0 or more, not -1"):
        centre.why("verdict", depth=-1)


def test_a_name_of_two_things_is_told_apart_by_its_kind(centre: Advice) -> None:
    assert centre.why("joint-programme").proof.kind == "measure"
    assert centre.why("form:joint-programme").proof.kind == "form"
    with pytest.raises(ToolboxError, match="nothing to explain is called 'form:role-matrix'"):
        centre.why("form:role-matrix")


# --- forms and measures -----------------------------------------------------------------------------------------------


def test_the_form_is_explained_with_the_one_below_and_the_one_above(centre: Advice) -> None:
    proof = centre.why("form").proof
    forms = [(step.name, step.reason) for step in proof.children if step.kind == "form"]
    assert (proof.name, proof.truth) == ("joint-programme", "true")
    assert forms == [("coordination", "too-light"), ("joint-team", "not-needed")]


def test_a_measure_in_the_plan_says_what_it_adds_and_what_the_best_plan_without_it_is(centre: Advice) -> None:
    proof = centre.why("deficit-holder").proof
    assert (proof.truth, proof.reason) == ("true", "chosen")
    assert [(step.name, step.state) for step in proof.children if step.kind == "effect"] == [
        ("shared-space-deficit", "adds"),
        ("anchor-tenant-loss", "adds"),
    ]
    (other,) = (step for step in proof.children if step.kind == "plan")
    assert (other.name, other.reason) == ("without", "outweighed")
    assert int(other.actual or 0) > int(other.expected or 0) == centre.plan.effort


@pytest.mark.parametrize(
    ("measure", "changes", "reason"),
    [
        ("jump-start", {}, "chosen"),
        ("new-battery", {}, "outweighed"),
        ("jump-start", {"measures": {"in_place": ["jump-start"]}}, "in-place"),
        ("new-battery", {"measures": {"in_place": ["jump-start"]}}, "conflicts"),
        ("refuel", {"fuel": {"smell": True}}, "unsuitable"),
        ("replace-starter", {}, "no-threat"),
    ],
)
def test_a_measure_says_why_it_is_in_the_plan_or_not(
    car: Toolbox, measure: str, changes: Mapping[str, object], reason: str
) -> None:
    explanation = car.advise({**DIM, **changes}).why_not(measure)
    assert explanation.proof.reason == reason
    assert not re.search(r"\{|None", explanation.to_text("nl") + explanation.to_markdown("en"))


def test_a_measure_that_is_too_late_says_until_when_it_could_be_done(centre: Advice) -> None:
    small = Toolbox.load(ROOT / "tests/small/rules", ROOT / "tests/small/knowledge")
    advice = small.advise({"trip": {"stage": "driving"}, "tyres": [{"worn": True}]})
    (late,) = advice.why("new-tyre").proof.children
    assert (late.reason, late.expected, late.actual) == ("too-late", "planning", "driving")
    assert "Stage: at most Planning" in advice.why("new-tyre").to_text("en")


def test_a_fact_that_a_measure_in_place_sets_is_told_apart_from_one_that_is_given(car: Toolbox) -> None:
    advice = car.advise({**DIM, "measures": {"in_place": ["jump-start"]}})
    reasons = {step.reason for step in advice.why("battery.boosted").proof.leaves()}
    assert reasons == {"arranged"}
    assert "by a measure in place" in advice.why("battery.boosted").to_text("en")


# --- as HTML and as data ----------------------------------------------------------------------------------------------

NAMES = ("verdict", "form", "threat", "coordination-unpaid", "deficit-holder", "area-budget", "early-permit-talk")


@pytest.mark.parametrize("name", NAMES)
def test_the_page_is_a_tree_that_folds_and_every_reference_leads_to_its_place(centre: Advice, name: str) -> None:
    page = Page(centre.why(name).to_html("en"))
    assert not page.open
    tags = [tag for tag, _ in page.seen]
    assert "details" in tags
    assert "script" not in tags
    ids = list(page.values("id"))
    assert len(ids) == len(set(ids))
    assert {link.removeprefix("#") for link in page.values("href")} <= set(ids)


def test_the_page_says_with_words_what_it_says_with_colours(centre: Advice) -> None:
    page = centre.why("coordination-unpaid").to_html("en")
    marks = set(re.findall(r'<span class="mark (true|false|unknown)">([^<]+)</span>', page))
    assert marks <= {("true", "yes"), ("false", "no"), ("unknown", "?")}
    assert marks


def test_a_notebook_shows_the_tree(centre: Advice) -> None:
    fragment = centre.why("coordination-unpaid")._repr_html_()
    assert "<details" in fragment
    assert "<html" not in fragment


@pytest.mark.parametrize("name", NAMES)
def test_the_data_follow_the_published_schema(centre: Advice, name: str) -> None:
    for explanation in (centre.why(name), centre.why_not(name, everything=True, depth=2)):
        explained.Document.model_validate_json(explanation.to_json())
    published = json.loads((ROOT / "docs" / "explanation.schema.json").read_text(encoding="utf-8"))
    assert published == explained.json_schema(), "toolbox-rules schema --of explanation -o docs/explanation.schema.json"


def test_the_same_explanation_has_the_same_ids_and_another_has_others(centre: Advice, car: Toolbox) -> None:
    again = Toolbox.load().advise(ROOT / "examples/cases/wijksteunpunt.yaml")
    assert ids_of(again.why("role-expectations-unclear")) != set()
    one, other = car.advise(DIM), car.advise({**DIM, "symptom": {"lights": "bright"}})
    assert ids_of(one.why("flat-battery")) == ids_of(car.advise(DIM).why("flat-battery"))
    assert ids_of(one.why("flat-battery")) != ids_of(other.why("flat-battery"))


def ids_of(explanation: Explanation) -> set[str]:
    return set(re.findall(r'"id": "([0-9a-f]{12})"', explanation.to_json()))


def test_the_authors_sentence_is_filled_in_in_both_languages(centre: Advice) -> None:
    text = json.dumps(centre.why("coordination-unpaid").to_dict(), ensure_ascii=False)
    assert "With 5 partners" in text
    assert "Met 5 partners" in text
    assert "{partners.count}" not in text


def test_every_step_of_a_proof_can_be_walked(centre: Advice) -> None:
    proof = centre.why("verdict").proof
    assert all(isinstance(step, Proof) for step in proof.steps())
    assert all(step.reason for step in proof.leaves())
