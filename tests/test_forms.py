"""The same case in every form: each row is the advice on that form, and the neighbours say why not."""

from pathlib import Path

import pytest

from toolbox_rules import Advice, FormTable, Presentation, Toolbox
from toolbox_rules.assessing import THREATENING
from toolbox_rules.forming import FormOutcome, lightest

ROOT = Path(__file__).parent.parent
CASES = ROOT / "examples" / "cases"
FOLDER = Path(__file__).parent / "second_domain"
POINT = CASES / "wijksteunpunt.yaml"


@pytest.fixture(scope="module")
def shipped() -> Toolbox:
    return Toolbox.load()


@pytest.fixture(scope="module")
def table(shipped: Toolbox) -> Presentation[FormTable]:
    found = shipped.advise(POINT).forms()
    assert found is not None
    return found


@pytest.mark.parametrize("case", ["wijksteunpunt", "woonservicegebied-oost", "ondersteuningsteam-hatert"])
def test_every_row_is_the_advice_on_the_case_with_that_form(shipped: Toolbox, case: str) -> None:
    path = CASES / f"{case}.yaml"
    found = shipped.advise(path).forms()
    assert found is not None
    assert [one.form for one in found.value.rows] == list(shipped.vocabulary.facts["project.form"].order)
    for row in found.value.rows:
        advice = shipped.advise(path, {"project.form": row.form})
        assert (row.verdict, row.with_plan) == (advice.verdict.id, advice.verdict.with_plan.verdict)
        assert row.threatening == tuple(one.id for one in advice.pitfalls if one.state in THREATENING)
        assert row.risk_of == tuple(one.risk for one in advice.pitfalls if one.state in THREATENING)
        assert (row.plan, row.effect, row.conditions) == (advice.plan, advice.effect, advice.conditions)
        assert dict(row.risks) == counted(advice, row)


def counted(advice: Advice, row: FormOutcome) -> dict[str, int]:
    risks = [one.risk for one in advice.pitfalls if one.state in THREATENING]
    return {risk: risks.count(risk) for risk, _ in row.risks}


def test_the_lightest_form_that_meets_the_need_is_recommended(table: Presentation[FormTable]) -> None:
    found = table.value
    assert (found.proposed, found.needed, found.recommended) == ("joint-team", "joint-programme", "joint-programme")


def test_one_rung_lighter_the_need_and_one_rung_heavier_nothing_asks_for_it(table: Presentation[FormTable]) -> None:
    lighter, heavier = table.value.lighter, table.value.heavier
    assert lighter is not None
    assert heavier is not None
    assert (lighter.form, lighter.needed_by, lighter.beyond_need) == ("coordination", ("form-for-shared-place",), False)
    assert (heavier.form, heavier.needed_by, heavier.beyond_need) == ("joint-team", (), True)
    assert heavier.opens == ("bodies-bypassed",)
    assert set(heavier.riskier).isdisjoint(heavier.opens)


def test_a_form_says_what_threatens_there_and_not_in_the_recommended_one(table: Presentation[FormTable]) -> None:
    row, best = table.value.row("full-integration"), table.value.row("joint-programme")
    assert set(row.opens) == set(row.threatening) - set(best.threatening) != set()
    assert (row.acceptable, best.acceptable) == (False, True)


def outcome(form: str, acceptable: bool = True, excluded: bool = False) -> FormOutcome:
    return FormOutcome(form=form, acceptable=acceptable, excluded_by=("r",) if excluded else ())


@pytest.mark.parametrize(
    ("rows", "floor", "found"),
    [
        ((outcome("a"), outcome("b"), outcome("c")), "b", "b"),  # lighter ones do not meet the need
        ((outcome("a"), outcome("b", acceptable=False), outcome("c")), "b", "c"),
        ((outcome("a"), outcome("b", excluded=True), outcome("c")), "b", "c"),
        ((outcome("a"), outcome("b", acceptable=False), outcome("c", acceptable=False)), "b", "b"),
    ],
)
def test_from_the_need_on_the_first_acceptable_form_is_taken(
    rows: tuple[FormOutcome, ...], floor: str, found: str
) -> None:
    assert lightest(rows, floor) == found


def test_a_form_that_contradicts_the_case_is_refused_and_says_why(shipped: Toolbox, tmp_path: Path) -> None:
    rules = tmp_path / "rules"
    rules.mkdir()
    (rules / "vocabulary.yaml").write_text(
        "groups: {}\n"
        "constraints:\n"
        "  - never: {project.form: full-integration, project.setting: ambulant}\n"
        "    because: {nl: Dat gaat niet samen., en: That does not go together.}\n",
        encoding="utf-8",
    )
    setting = shipped.vocabulary.facts["project.setting"].order[0]
    text = (rules / "vocabulary.yaml").read_text(encoding="utf-8").replace("ambulant", setting)
    (rules / "vocabulary.yaml").write_text(text, encoding="utf-8")
    strict = Toolbox.load([ROOT / "rules", rules])
    found = strict.advise(POINT, {"project.setting": setting}).forms()
    assert found is not None
    refused = found.value.row("full-integration")
    assert refused.refused is not None
    assert refused.refused.en == "That does not go together."
    assert refused.plan is None
    assert "That does not go together." in found.to_text("en")


def test_the_advice_shows_the_plan_for_the_recommended_form_beside_that_for_the_proposed_one(
    shipped: Toolbox,
) -> None:
    heavy = shipped.advise(POINT, {"project.form": "full-integration"})
    other = heavy.findings.in_recommended
    assert other is not None
    light = shipped.advise(POINT, {"project.form": other.form})
    assert (other.plan, other.with_plan) == (light.plan, light.verdict.with_plan.verdict)
    words = heavy.to_text("en")
    assert "\nPlan for the proposed form, 'Full integration'\n" in words
    assert "\nPlan if you choose 'Joint programme'\n" in words
    assert light.findings.in_recommended is None


def test_the_table_reads_in_both_languages_and_as_plain_data(table: Presentation[FormTable]) -> None:
    words = table.to_text("en")
    assert "Recommended form: Joint programme" in words
    assert "Why not lighter: Coordination\n  - The need asks for more: " in words
    assert "| **Gezamenlijk programma** |" in table.to_markdown("nl")
    assert "<table>" in table._repr_html_()
    data = table.to_dict()
    assert (data["schema"], data["recommended"], len(data["rows"])) == ("toolbox-rules/forms/1", "joint-programme", 7)


def test_knowledge_without_forms_has_no_table() -> None:
    assert Toolbox.load(FOLDER / "rules", FOLDER / "knowledge").advise({}).forms() is None
