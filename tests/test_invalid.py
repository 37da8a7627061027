"""Everything that is refused, each with its exact words: one folder of ``tests/invalid`` for each mistake.

A folder holds files that are laid over the second domain (``rules/``, ``knowledge/``), or a ``case.yaml``, or both.
``edits.yaml`` lists changes to its files instead: ``{file, replace, with}``, or ``{file, remove: true}``. What is said
about it stands in ``expected.txt``.
"""

import shutil
from pathlib import Path

import pytest
import yaml

from toolbox_rules.problems import CODES, ToolboxError
from toolbox_rules.toolbox import Toolbox

HERE = Path(__file__).parent
INVALID = HERE / "invalid"
BASE = HERE / "second_domain"
MISTAKES = sorted(str(found.parent.relative_to(INVALID)) for found in INVALID.rglob("expected.txt"))


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_told_in_these_words(mistake: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert report(INVALID / mistake, tmp_path) == (INVALID / mistake / "expected.txt").read_text(encoding="utf-8")


def test_every_code_about_the_meaning_of_a_file_has_a_mistake_that_shows_it() -> None:
    shown = "".join((INVALID / mistake / "expected.txt").read_text(encoding="utf-8") for mistake in MISTAKES)
    no_file = ("TR210", "TR211", "TR212", "TR220")
    meant = [code for code in CODES if code.startswith(("TR1", "TR2")) and code not in no_file]
    assert [code for code in meant if f"error[{code}]" not in shown] == []


def report(mistake: Path, folder: Path) -> str:
    """What is said about a mistake, with paths as seen from its own folder."""
    for name in ("rules", "knowledge"):
        shutil.copytree(BASE / name, folder / name)
        if (mistake / name).is_dir():
            shutil.copytree(mistake / name, folder / name, dirs_exist_ok=True)
    if (mistake / "edits.yaml").exists():
        for edit in yaml.safe_load((mistake / "edits.yaml").read_text(encoding="utf-8")):
            change(folder / edit["file"], edit)
    if (mistake / "case.yaml").exists():
        shutil.copy(mistake / "case.yaml", folder)
    with pytest.raises(ToolboxError) as caught:
        load_and_advise()
    return f"{caught.value}\n"


def load_and_advise() -> None:
    toolbox = Toolbox.load(rules="rules", knowledge="knowledge")
    if Path("case.yaml").exists():
        toolbox.advise("case.yaml")


def change(file: Path, edit: dict[str, str]) -> None:
    if edit.get("remove"):
        file.unlink()
        return
    text = file.read_text(encoding="utf-8")
    assert text.count(edit["replace"]) == 1, edit
    file.write_text(text.replace(edit["replace"], edit["with"]), encoding="utf-8")
