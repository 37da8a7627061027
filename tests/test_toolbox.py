"""The facade: loading, advising, sharing and sending it elsewhere."""

import pickle
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

import toolbox_rules
from tests.laws.choices import Choices, seeded
from toolbox_rules import Advice, Toolbox, ToolboxError
from toolbox_rules.assessing import STATES
from toolbox_rules.documents import read_document

ROOT = Path(__file__).parent.parent
FOLDER = Path(__file__).parent / "second_domain"
EXAMPLES = sorted((ROOT / "examples" / "cases").glob("*.yaml"))
DIM = {"name": "Kever", "symptom": {"lights": "dim"}, "parts": [{"system": "starter"}, {"system": "power"}]}
EXTRA = {
    "rules/vocabulary.yaml": """
groups:
  tyres:
    label: {nl: Banden, en: Tyres}
    facts:
      flat:
        type: boolean
        label: {nl: Lekke band, en: Flat tyre}
        question: {nl: Is er een band lek?, en: Is a tyre flat?}
constraints:
  - never: {tyres.flat: true, car.place: workshop}
    because: {nl: De garage plakt eerst de band., en: The workshop mends the tyre first.}
""",
    "rules/tyres/tyre-flat.yaml": """
id: tyre-flat
title: {nl: Een band is lek, en: A tyre is flat}
when: {tyres.flat: true}
then: [{pitfall: empty-tank}]
because: {nl: Dan sta je ook stil., en: Then you stand still as well.}
basis: general
examples: [{case: {tyres: {flat: true}}, expect: open}]
""",
    "knowledge/sources.yaml": """
sources:
  T1: {title: Tyre book, kind: guide, read: full}
""",
}


@pytest.fixture(scope="module")
def shipped() -> Toolbox:
    return Toolbox.load()


@pytest.fixture(scope="module")
def car() -> Toolbox:
    return load_car()


def load_car() -> Toolbox:
    return Toolbox.load(rules=FOLDER / "rules", knowledge=FOLDER / "knowledge")


@pytest.fixture
def extra(tmp_path: Path) -> Path:
    """Folders with more rules and knowledge."""
    for name, text in EXTRA.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def extended(extra: Path) -> Toolbox:
    return Toolbox.load(
        rules=[FOLDER / "rules", extra / "rules"], knowledge=[FOLDER / "knowledge", extra / "knowledge"]
    )


def states(advice: Advice) -> dict[str, str]:
    return {one.id: one.state for one in advice.pitfalls}


# --- loading ------------------------------------------------------------------------------------------------------


def test_the_public_names_are_sorted_and_exist() -> None:
    assert toolbox_rules.__all__ == sorted(toolbox_rules.__all__)
    assert [name for name in toolbox_rules.__all__ if not hasattr(toolbox_rules, name)] == []


def test_folders_may_be_texts_paths_or_several() -> None:
    one = Toolbox.load(rules=str(FOLDER / "rules"), knowledge=[str(FOLDER / "knowledge")])
    assert one.advise(DIM).to_json() == load_car().advise(DIM).to_json()


def test_loading_twice_gives_the_same_advice() -> None:
    assert load_car().advise(DIM).to_json(texts=True) == load_car().advise(DIM).to_json(texts=True)


def test_later_folders_add_facts_rules_constraints_and_sources(extra: Path) -> None:
    toolbox = extended(extra)
    assert {"tyre-flat", "battery-flat"} <= set(toolbox.rules)
    assert {"H1", "T1"} <= set(toolbox.knowledge.sources)
    assert states(toolbox.advise({"tyres": {"flat": True}, "fuel": {"gauge": "enough"}}))["empty-tank"] == "open"
    with pytest.raises(ToolboxError, match="The workshop mends the tyre first"):
        toolbox.advise({"tyres": {"flat": True}, "car": {"place": "workshop"}})
    with pytest.raises(ToolboxError, match="The odometer cannot go down"):
        toolbox.advise({"car": {"out_km": 2, "now_km": 1}})


def test_a_later_folder_cannot_define_a_rule_again(extra: Path) -> None:
    shutil.copytree(FOLDER / "rules" / "fuel", extra / "rules" / "fuel")
    with pytest.raises(ToolboxError, match="the rule 'tank-nearly-empty' is already defined in"):
        extended(extra)


def test_a_later_folder_cannot_declare_a_fact_otherwise(extra: Path) -> None:
    vocabulary = extra / "rules" / "vocabulary.yaml"
    more = "\n  fuel:\n    facts:\n      smell: {type: text}\nconstraints:"
    vocabulary.write_text(EXTRA["rules/vocabulary.yaml"].replace("\nconstraints:", more), encoding="utf-8")
    with pytest.raises(ToolboxError, match="this is already declared otherwise in an earlier folder"):
        extended(extra)


@pytest.mark.parametrize(("folder", "message"), [("nowhere", "there is no such folder"), ("x", "this is not a folder")])
def test_a_folder_that_is_none_is_refused(tmp_path: Path, folder: str, message: str) -> None:
    (tmp_path / "x").write_text("", encoding="utf-8")
    with pytest.raises(ToolboxError, match=message):
        Toolbox.load(rules=tmp_path / folder)


# --- advising -----------------------------------------------------------------------------------------------------


def test_a_case_may_be_a_path_a_text_a_mapping_or_a_case(car: Toolbox, tmp_path: Path) -> None:
    path = tmp_path / "case.yaml"
    path.write_text(
        "name: Kever\nsymptom: {lights: dim}\nparts: [{system: starter}, {system: power}]\n", encoding="utf-8"
    )
    expected = car.advise(DIM).to_json()
    for case in (path, str(path), car.read_case(DIM), car.advise(path).case):
        assert car.advise(case).to_json() == expected


def test_changes_give_other_values_and_none_makes_a_fact_unknown(car: Toolbox) -> None:
    assert states(car.advise(DIM, changes={"battery.boosted": True}))["flat-battery"] == "covered"
    assert states(car.advise(DIM, changes={"symptom.lights": None}))["flat-battery"] == "undetermined"
    assert states(car.advise(DIM))["flat-battery"] == "exposed"


@pytest.mark.parametrize(("cranks", "state"), [(False, "undetermined"), (True, "not-applicable")])
def test_an_element_still_to_be_named_counts_only_where_the_case_leaves_room_for_it(
    car: Toolbox, cranks: bool, state: str
) -> None:
    case = {"symptom": {"lights": "bright", "cranks": cranks}, "parts": [{"system": "power"}], "parts_complete": False}
    assert states(car.advise(case))["worn-starter"] == state
    table = {"symptom.lights": ["bright"], "symptom.cranks": [cranks]}
    assert list(car.advise_table(table)["pitfalls.worn-starter"]) == [STATES.index(state)]


def test_a_change_of_a_set_makes_it_complete_again(car: Toolbox) -> None:
    case = car.read_case({"fuel": {"kinds": ["gas"], "kinds_complete": False}}, changes={"fuel.kinds": ["petrol"]})
    assert case.to_dict() == {"fuel": {"kinds": ["petrol"]}}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"symptom.light": "dim"}, "no fact of a case is called 'symptom.light'; did you mean 'symptom.lights'"),
        ({"parts.system": "fuel"}, "no fact of a case is called 'parts.system'"),
        ({"symptom.lights": "purple"}, "'purple' is not a value of 'symptom.lights'"),
        ({"finding.weak_power": True}, "'finding.weak_power' is concluded by rules; a case cannot give it"),
    ],
)
def test_a_change_that_does_not_fit_is_refused(car: Toolbox, changes: dict[str, object], message: str) -> None:
    with pytest.raises(ToolboxError, match=message):
        car.advise(DIM, changes=changes)


def test_advising_changes_nothing(car: Toolbox) -> None:
    case = car.read_case(DIM)
    before = case.to_dict()
    first = car.advise(case).to_json()
    car.advise(case, changes={"battery.boosted": True})
    assert case.to_dict() == before
    assert car.advise(case).to_json() == first


def test_nothing_of_it_can_be_written_to(car: Toolbox) -> None:
    with pytest.raises(FrozenInstanceError):
        car.rules = {}  # type: ignore[misc]
    with pytest.raises(TypeError):
        car.rules["new"] = car.rules["battery-flat"]  # type: ignore[index]
    with pytest.raises(FrozenInstanceError):
        car.advise(DIM).findings.plan.effort = 0  # type: ignore[misc]


@pytest.mark.parametrize("name", ["flat-battery", "finding.weak_power", "battery-flat", "repair", "verdict"])
def test_why_and_why_not_answer_for_every_kind_of_name(car: Toolbox, name: str) -> None:
    advice = car.advise(DIM)
    for explanation in (advice.why(name), advice.why_not(name)):
        assert explanation.proof.name == (advice.verdict.id if name == "verdict" else name)
        assert explanation.to_text("nl")
        assert explanation.to_markdown("en")


def test_a_name_that_means_nothing_is_refused_with_the_nearest(car: Toolbox) -> None:
    with pytest.raises(ToolboxError, match="nothing to explain is called 'flat-batery'; did you mean 'flat-battery'"):
        car.advise(DIM).why("flat-batery")


# --- sharing ------------------------------------------------------------------------------------------------------


def test_it_can_be_pickled_and_gives_the_same_advice_elsewhere(car: Toolbox) -> None:
    again = pickle.loads(pickle.dumps(car))
    assert again.advise(DIM).to_json(texts=True) == car.advise(DIM).to_json(texts=True)


def test_an_advice_and_an_error_can_be_pickled(car: Toolbox) -> None:
    advice = car.advise(DIM)
    assert pickle.loads(pickle.dumps(advice)).to_json() == advice.to_json()
    with pytest.raises(ToolboxError) as caught:
        car.advise({"cars": {}})
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


def test_threads_can_share_it(shipped: Toolbox) -> None:
    paths = EXAMPLES[::2]
    alone = [shipped.advise(path).to_json() for path in paths]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda path: shipped.advise(path).to_json(), paths))
    assert together == alone


# --- order never matters ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_order_in_which_a_case_is_written_does_not_matter(shipped: Toolbox, path: Path) -> None:
    plain = read_document(path).value
    assert isinstance(plain, dict)
    expected = shipped.advise(plain).to_json(texts=True)
    turned = shuffled(seeded(len(path.stem)), plain)
    assert shipped.advise(turned).to_json(texts=True) == expected  # type: ignore[arg-type]


def test_the_names_and_order_of_folders_do_not_matter(shipped: Toolbox, tmp_path: Path) -> None:
    """The same rules and knowledge under other topics, so that they are read in another order."""
    choices = seeded(7)
    for kind in ("rules", "knowledge"):
        for path in (ROOT / kind).rglob("*.yaml"):
            top = path.relative_to(ROOT / kind).parts[0]
            place = tmp_path / kind / (f"topic-{choices.below(9)}" if kind == "rules" else top) / path.name
            if path.parent == ROOT / kind:
                place = tmp_path / kind / path.name
            elif kind == "knowledge":
                place = tmp_path / kind / top / f"part-{choices.below(9)}" / path.name
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, place)
    moved = Toolbox.load(rules=tmp_path / "rules", knowledge=tmp_path / "knowledge")
    for path in EXAMPLES[::3]:
        assert moved.advise(path).to_json(texts=True) == shipped.advise(path).to_json(texts=True)


def shuffled(choices: Choices, plain: object) -> object:
    """The same plain data in another order; sentences of text stay as they are."""
    match plain:
        case dict():
            return {key: shuffled(choices, value) for key, value in choices.reordered(plain).items()}
        case list():
            return [shuffled(choices, value) for value in choices.shuffled(plain)]
        case _:
            return plain


# --- questions ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", EXAMPLES[1::2], ids=lambda path: path.stem)
def test_an_answer_changes_what_the_question_says_it_changes(shipped: Toolbox, path: Path) -> None:
    advice = shipped.advise(path)
    facts = shipped.vocabulary.facts
    single = [one for one in advice.questions if one.fact in facts and not one.elements]
    for question in [one for one in single if facts[one.fact].type != "set"][:2]:
        for answer in question.answers:
            word = answer.value
            value = {"true": True, "false": False}.get(word, int(word) if word.lstrip("-").isdigit() else word)
            after = shipped.advise(path, changes={question.fact: value})
            outcome = after.verdict.outcome.verdict
            assert outcome == (answer.verdict or advice.verdict.outcome.verdict), (question.fact, word)
            for pitfall in answer.opens:
                assert states(after)[pitfall] in ("open", "exposed"), (question.fact, word, pitfall)
            for pitfall in answer.settles:
                assert states(after)[pitfall] in ("covered", "not-applicable"), (question.fact, word, pitfall)
