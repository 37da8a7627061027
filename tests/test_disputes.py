"""Disputed facts: what all agree on is known, what they differ about is unknown, and each view is a case of its own."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings

from tests.laws.cases import as_case, some_facts
from tests.laws.choices import Choices, choices, seeded
from toolbox_rules import Toolbox, ToolboxError
from toolbox_rules.cases import Case, with_facts

ROOT = Path(__file__).parent.parent
KITCHEN = ROOT / "examples" / "cases" / "buurtkeuken-de-haard.yaml"
FOLDER = Path(__file__).parent / "second_domain"
CAR = Toolbox.load(FOLDER / "rules", FOLDER / "knowledge")
PARTS = [{"name": "Bosch", "system": "starter"}, {"name": "Varta", "system": "power"}]
DIM = {"symptom": {"lights": "dim", "cranks": False}, "fuel": {"smell": False}, "parts": PARTS}


def said(*statements: Mapping[str, object]) -> dict[str, object]:
    return {**DIM, "statements": list(statements)}


# --- reading ------------------------------------------------------------------------------------------------------


def test_what_all_who_spoke_agree_on_is_simply_known() -> None:
    stated = said(
        {"said_by": "Bosch", "battery": {"boosted": True}, "parts": [{"name": "Varta", "tested": True}]},
        {"said_by": "Varta", "battery": {"boosted": True}},
    )
    parts = [PARTS[0], {**PARTS[1], "tested": True}]
    plain = {**DIM, "parts": parts, "battery": {"boosted": True}}
    assert CAR.advise(stated).to_json() == CAR.advise(plain).to_json()


def test_what_is_disputed_is_unknown_in_the_advice() -> None:
    stated = said(
        {"said_by": "Bosch", "battery": {"boosted": True}}, {"said_by": "Varta", "battery": {"boosted": False}}
    )
    advice = CAR.advise(stated)
    assert "battery.boosted" not in advice.case.facts
    assert [one.state for one in advice.pitfalls] == [one.state for one in CAR.advise(DIM).pitfalls]


def test_a_case_may_say_it_in_other_words_of_its_vocabulary() -> None:
    toolbox = Toolbox.load()
    dutch = {"uitspraken": [{"volgens": "A", "regie": {"process": "none"}}]}
    english = {"statements": [{"said_by": "A", "regie": {"process": "none"}}]}
    assert toolbox.read_case(dutch).to_dict() == toolbox.read_case(english).to_dict()


def test_reading_what_was_written_gives_the_case_back() -> None:
    toolbox = Toolbox.load()
    case = toolbox.read_case(KITCHEN)
    again = toolbox.read_case(case.to_dict())
    assert (again.facts, again.lists, again.statements) == (case.facts, case.lists, case.statements)


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ({"said_by": "Boch"}, "no element is called 'Boch'; did you mean 'Bosch'?"),
        ({"battery": {"boosted": True}}, "a statement says who says it; add said_by: and a name"),
        ({"said_by": "Bosch", "batery": {}}, "unknown key 'batery' of 'statements'"),
        ({"said_by": "Bosch", "battery": 3}, "'battery' is a map of facts, not 3"),
        ({"said_by": "Bosch", "fuel": {"smell": True}}, "'fuel.smell' is given and also stated; keep one"),
        ({"said_by": "Bosch", "parts": [{"name": "Vara", "tested": True}]}, "no element of parts is called 'Vara'"),
        (
            {"said_by": "Bosch", "parts": [{"tested": True}]},
            "in a statement each part is a map with its name and facts",
        ),
        (
            {"said_by": "Bosch", "parts": [{"name": "Varta", "system": "fuel"}]},
            "'parts.system' is given and also stated",
        ),
        ({"said_by": "Bosch", "battery": {"boosted": "perhaps"}}, "'battery.boosted' is true or false, not 'perhaps'"),
        ("Bosch", "each statement is a map with said_by and facts, not 'Bosch'"),
    ],
)
def test_a_statement_that_is_not_right_is_refused(statement: object, message: str) -> None:
    with pytest.raises(ToolboxError) as caught:
        CAR.advise({**DIM, "statements": [statement]})
    assert message in str(caught.value)


def test_nobody_says_two_things_about_one_fact() -> None:
    twice = said(
        {"said_by": "Bosch", "battery": {"boosted": True}}, {"said_by": "Bosch", "battery": {"boosted": False}}
    )
    with pytest.raises(ToolboxError, match=r"'Bosch' says two things about 'battery\.boosted'"):
        CAR.advise(twice)


def test_without_named_elements_anybody_may_speak() -> None:
    free = {"statements": [{"said_by": "de buurman", "battery": {"boosted": True}}]}
    assert CAR.read_case(free).facts == {"battery.boosted": True}


# --- what it leads to ---------------------------------------------------------------------------------------------


def test_each_view_is_the_advice_on_the_case_as_that_speaker_sees_it() -> None:
    toolbox = Toolbox.load()
    advice = toolbox.advise(KITCHEN)
    found = advice.findings.disputes
    assert found is not None
    for view, statement in zip(found.views, advice.case.statements, strict=True):
        seen = toolbox.advise(replace(with_facts(advice.case, statement.facts), statements=()))
        assert (view.led.verdict, view.led.form) == (seen.verdict.id, seen.form and seen.form.recommended)
        was, now = ({one.id for one in each.pitfalls if one.state in ("open", "exposed")} for each in (advice, seen))
        assert set(view.led.opens) == now - was


def test_the_dispute_that_decides_is_told_on_the_first_page() -> None:
    found = Toolbox.load().advise(KITCHEN)
    disputes = found.findings.disputes
    assert disputes is not None
    assert not disputes.holds
    assert {one.fact: (one.matters, one.decides) for one in disputes.disputes} == {
        "funding.coordination_paid": (False, False),
        "funding.end_months": (True, False),
        "need.answerable_by_one": (True, True),
        "regie.process": (True, False),
    }
    first = " ".join(found.to_text("en").partition("\n\n\n")[0].split())
    assert "What is disputed The outcome depends on who is right." in first
    assert "- By Gemeente Meerdaal and Woonstichting Het Anker: 'Go, with conditions'." in first
    assert "- By Welzijn Meerdaal: 'Choose a lighter form'." in first
    assert found.to_dict()["disputes"]["holds"] is False  # type: ignore[index]


def test_a_dispute_that_changes_neither_verdict_nor_form_stays_behind_the_first_page() -> None:
    stated = said({"said_by": "Bosch", "car": {"temperature": 5}}, {"said_by": "Varta", "car": {"temperature": 6}})
    advice = CAR.advise(stated)
    disputes = advice.findings.disputes
    assert disputes is not None
    assert disputes.holds
    assert not disputes.disputes[0].matters
    page, _, rest = advice.to_text("en").partition("\n\n\n")
    assert "What is disputed" not in page
    assert "This difference changes nothing now." in rest
    for written in (advice.to_markdown("nl"), advice.to_html("nl")):
        assert "Dit verschil maakt nu niets uit." in written


def test_a_view_that_contradicts_the_case_is_refused_and_does_not_hold() -> None:
    stated = said({"said_by": "Bosch", "car": {"now_km": 5}}, {"said_by": "Varta", "car": {"now_km": 50}})
    advice = CAR.advise({**stated, "car": {"out_km": 10}})
    disputes = advice.findings.disputes
    assert disputes is not None
    assert [view.led.refused for view in disputes.views] == [True, False]
    assert not disputes.holds
    assert "What Bosch says contradicts other facts of the case." in " ".join(advice.to_text("en").split())


def test_settling_a_dispute_by_a_change_takes_it_out_of_the_statements() -> None:
    stated = said(
        {"said_by": "Bosch", "battery": {"boosted": True}}, {"said_by": "Varta", "battery": {"boosted": False}}
    )
    before = CAR.advise(stated)
    after = CAR.advise(stated, {"battery.boosted": False})
    assert (after.case.facts["battery.boosted"], after.case.statements) == (False, ())
    words = before.compare(after).to_text("en")
    assert "- What Bosch says: from 'Jump leads connected: yes' to 'none'" in words
    assert "- Jump leads connected: from 'unknown' to 'no'" in words


# --- laws ---------------------------------------------------------------------------------------------------------


@given(choices())
@settings(max_examples=30)
def test_unanimous_statements_are_the_same_as_plain_facts(choices: Choices) -> None:
    case, plain = a_car(choices)
    if plain is None:
        return
    facts, stated = taken_out(choices, plain)
    speakers = ["a", "b", "c"] if not case.lists.get("parts") else ["a"]
    statements = [{"said_by": name, **{group: dict(body) for group, body in stated.items()}} for name in speakers]
    assert CAR.advise({**facts, "statements": statements}).to_json() == CAR.advise(plain).to_json()


@given(choices())
@settings(max_examples=30)
def test_the_order_of_statements_never_matters(choices: Choices) -> None:
    _, plain = a_car(choices)
    if plain is None:
        return
    facts, stated = taken_out(choices, plain)
    other = {group: {key: value for key, value in body.items() if choices.once_in(2)} for group, body in stated.items()}
    turned = {"symptom": {"cranks": True}} if "cranks" not in plain.get("symptom", {}) else {}
    statements = [{"said_by": "a", **stated}, {"said_by": "b", **other}, {"said_by": "c", **turned}]
    one = CAR.advise({**facts, "statements": statements})
    assert CAR.advise({**facts, "statements": choices.shuffled(statements)}).to_json() == one.to_json()


def a_car(choices: Choices) -> tuple[Case, dict[str, dict[str, object]] | None]:
    """A case about a car without parts, as plain data; None when it contradicts itself."""
    case = as_case(some_facts(choices, CAR.vocabulary, frozenset(CAR.vocabulary.facts)))
    case = replace(case, lists={})
    try:
        CAR.advise(case)
    except ToolboxError:
        return case, None
    return case, case.to_dict()  # type: ignore[return-value]


def taken_out(
    choices: Choices, plain: dict[str, dict[str, object]]
) -> tuple[dict[str, dict[str, object]], dict[str, dict[str, object]]]:
    """Some facts of a case apart from the others."""
    groups = [group for group in plain if group != "measures" and choices.once_in(2)]
    return {group: body for group, body in plain.items() if group not in groups}, {one: plain[one] for one in groups}


def test_speakers_are_told_in_the_order_of_their_names() -> None:
    statements = [{"said_by": name, "battery": {"boosted": name == "Varta"}} for name in ("Varta", "Bosch")]
    case = CAR.read_case({**DIM, "statements": seeded(1).shuffled(statements)})
    assert [one.said_by for one in case.statements] == ["Bosch", "Varta"]
