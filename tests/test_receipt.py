"""The receipt: an advice in JSON is made again, and what changed since is told."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from tests.laws.cases import as_case, some_facts
from tests.laws.choices import Choices, choices
from tests.test_cli import Answer, Run
from toolbox_rules import Toolbox, ToolboxError, Verification, cli

ROOT = Path(__file__).parent.parent
CASES = sorted((ROOT / "examples" / "cases").glob("*.yaml"))
FOLDER = Path(__file__).parent / "second_domain"
CAR = Toolbox.load(FOLDER / "rules", FOLDER / "knowledge")
DIM = {"name": "Kever", "symptom": {"lights": "dim"}, "battery": {"boosted": False}, "fuel": {"smell": False}}


@pytest.fixture
def receipt(tmp_path: Path) -> Path:
    return written(tmp_path, CAR.advise(DIM).to_json())


def written(folder: Path, text: str) -> Path:
    path = folder / "advice.json"
    path.write_text(text, encoding="utf-8")
    return path


def changed(receipt: Path, change: Callable[[dict[str, Any]], object]) -> Path:
    plain = json.loads(receipt.read_text(encoding="utf-8"))
    change(plain)
    return written(receipt.parent, json.dumps(plain))


def checked(toolbox: Toolbox, receipt: Path, case: object = None) -> Verification:
    return toolbox.verify(receipt, case).value  # type: ignore[arg-type]


# --- the same -----------------------------------------------------------------------------------------------------


@given(choices())
@settings(max_examples=25)
def test_a_fresh_receipt_is_the_same(tmp_path_factory: pytest.TempPathFactory, choices: Choices) -> None:
    case = as_case(some_facts(choices, CAR.vocabulary, frozenset(CAR.vocabulary.facts)))
    try:
        advice = CAR.advise(case.to_dict())
    except ToolboxError:
        return
    found = checked(CAR, written(tmp_path_factory.mktemp("receipt"), advice.to_json(texts=choices.once_in(2))))
    assert found.same
    assert (found.facts, found.rules, found.knowledge, found.version) == (True, True, True, True)


def test_the_receipt_of_shipped_cases_is_the_same(tmp_path: Path) -> None:
    toolbox = Toolbox.load()
    for path in CASES[::3]:
        assert checked(toolbox, written(tmp_path, toolbox.advise(path).to_json())).same, path


# --- what changed -------------------------------------------------------------------------------------------------


def test_other_facts_of_today_are_told_with_what_they_change_and_why(receipt: Path) -> None:
    answer = CAR.verify(receipt, {**DIM, "battery": {"boosted": True}})
    assert (answer.value.facts, answer.value.rules, answer.value.same) == (False, True, False)
    words = answer.to_text("en")
    assert "Check of the advice: Kever" in words
    assert "  The advice is no longer the same.\n" in words
    assert "  facts      changed\n  rules      unchanged\n" in words
    assert "Because 'Jump leads connected' went from 'no' to 'yes'." in words


def test_changed_rules_are_told_even_when_the_advice_stays_the_same(receipt: Path, tmp_path: Path) -> None:
    rules = copied(tmp_path, "rules/power/battery-flat.yaml", "nl: ", "nl: Nu ")
    found = checked(rules, receipt)
    assert (found.rules, found.knowledge, found.facts, found.same) == (False, True, True, True)


def test_what_changed_rules_change_in_the_advice_is_told(receipt: Path, tmp_path: Path) -> None:
    toolbox = copied(tmp_path, "rules/power/battery-flat.yaml", "weak_power: true", "weak_power: false")
    answer = toolbox.verify(receipt)
    assert (answer.value.rules, answer.value.same) == (False, False)
    assert answer.value.comparison.closed == ("flat-battery",)
    assert "Flat battery" in answer.to_text("en")


def test_a_pitfall_that_exists_no_longer_is_named_by_its_id(receipt: Path) -> None:
    def rename(plain: dict[str, Any]) -> None:
        plain["pitfalls"][0]["id"] = "old-pitfall"

    words = CAR.verify(changed(receipt, rename)).to_text("en")
    assert "old-pitfall (exists no longer)" in words


def copied(folder: Path, name: str, old: str, new: str) -> Toolbox:
    """The second domain with one text replaced in one file."""
    for part in ("rules", "knowledge"):
        shutil.copytree(FOLDER / part, folder / part)
    text = (folder / name).read_text(encoding="utf-8")
    assert old in text
    (folder / name).write_text(text.replace(old, new, 1), encoding="utf-8")
    return Toolbox.load(folder / "rules", folder / "knowledge")


# --- a file that somebody changed ---------------------------------------------------------------------------------


def test_facts_that_were_changed_in_the_file_are_noticed(receipt: Path) -> None:
    found = checked(CAR, changed(receipt, lambda plain: plain["case"]["battery"].update(boosted=True)))
    assert (found.broken, found.facts, found.same) == (True, False, False)


def test_a_verdict_that_was_changed_in_the_file_is_noticed(receipt: Path) -> None:
    answer = CAR.verify(changed(receipt, lambda plain: plain["verdict"].update(id="drive")))
    assert (answer.value.altered, answer.value.same) == (True, False)
    assert "give something else than the file. It was changed." in " ".join(answer.to_text("en").split())


def test_any_other_part_that_was_changed_in_the_file_is_noticed(receipt: Path) -> None:
    found = checked(CAR, changed(receipt, lambda plain: plain["questions"].clear()))
    assert (found.altered, found.same) == (True, False)


def test_another_version_is_told(receipt: Path) -> None:
    answer = CAR.verify(changed(receipt, lambda plain: plain["receipt"].update(version="0.0.1")))
    assert (answer.value.version, answer.value.altered, answer.value.same) == (False, False, True)
    assert "from '0.0.1' to" in answer.to_text("en")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{}", "error[TR220]: this is not an advice in JSON; make one with `toolbox-rules advise CASE --format json"),
        ("[1, 2]", "error[TR220]: this is not an advice in JSON"),
        ('{"schema": "toolbox-rules/advice/9"}', "error[TR220]: this is 'toolbox-rules/advice/9', not"),
        ('{"schema": "toolbox-rules/advice/1"}', "error[TR101]: missing key 'case'"),
        ("", "error[TR005]: the file is empty"),
    ],
)
def test_a_file_that_is_no_advice_is_refused(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ToolboxError) as caught:
        CAR.verify(written(tmp_path, text))
    assert message in str(caught.value)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.99])
def test_a_file_that_is_cut_off_is_refused(receipt: Path, share: float) -> None:
    text = receipt.read_text(encoding="utf-8")
    with pytest.raises(ToolboxError) as caught:
        CAR.verify(written(receipt.parent, text[: int(len(text) * share)]))
    assert "advice.json:" in str(caught.value)
    assert "is the file complete?" in str(caught.value)


def test_a_fact_that_the_vocabulary_has_no_longer_is_named(receipt: Path) -> None:
    with pytest.raises(ToolboxError, match="unknown key 'boast' of 'battery'"):
        CAR.verify(changed(receipt, lambda plain: plain["case"].update(battery={"boast": True})))


# --- the command --------------------------------------------------------------------------------------------------


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def command(*arguments: str) -> Answer:
        with pytest.raises(SystemExit) as ended:
            cli.main((*arguments, "--rules", str(FOLDER / "rules"), "--knowledge", str(FOLDER / "knowledge")))
        out, err = capsys.readouterr()
        return Answer(ended.value.code or 0, out, err)  # type: ignore[arg-type]

    return command


def test_the_command_ends_with_0_when_the_advice_is_the_same_and_with_1_when_it_is_not(
    run: Run, receipt: Path, tmp_path: Path
) -> None:
    assert run("verify", str(receipt)) == (0, CAR.verify(receipt).to_text("nl") + "\n", "")
    case = tmp_path / "case.yaml"
    case.write_text("symptom: {lights: bright}\n", encoding="utf-8")
    status, out, err = run("verify", str(receipt), "--case", str(case), "--format", "json")
    assert (status, err) == (1, "")
    assert json.loads(out)["schema"] == "toolbox-rules/verification/1"


def test_the_command_ends_with_1_when_the_file_cannot_be_read(run: Run, tmp_path: Path) -> None:
    status, out, err = run("verify", str(written(tmp_path, '{"schema": ')))
    assert (status, out) == (1, "")
    assert "error[TR006]" in err
