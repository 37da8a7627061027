"""The code on a page runs, from top to bottom, as a reader would run it."""

import doctest
import os
import re
from importlib.util import find_spec
from pathlib import Path

import pytest

from toolbox_rules import Toolbox

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize("page", ["README.md", "docs/experta.md"])
def test_the_python_on_a_page_runs(page: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if page == "docs/experta.md" and find_spec("experta") is None:
        pytest.skip("needs the extra experta")
    monkeypatch.chdir(ROOT)
    text = (ROOT / page).read_text(encoding="utf-8")
    blocks = list(re.finditer(r"^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL))
    assert blocks
    names: dict[str, object] = {}
    for block in blocks:
        # Empty lines before the code, so that an error names the line of the page.
        before = "\n" * (text.count("\n", 0, block.start()) + 1)
        exec(compile(before + block[1], page, "exec"), names)


def test_the_advice_in_the_readme_is_the_first_page_of_the_example() -> None:
    """Refresh it with REFRESH_GOLDEN=1, like the golden texts."""
    readme = ROOT / "README.md"
    text = readme.read_text(encoding="utf-8")
    advice = Toolbox.load().advise(ROOT / "examples" / "cases" / "wijksteunpunt.yaml")
    page = advice.to_text("nl").split("\nUitwerking\n")[0].rstrip()
    before, rest = text.split("<!-- advice -->")
    _, after = rest.split("<!-- /advice -->")
    wanted = f"{before}<!-- advice -->\n\n```text\n{page}\n```\n\n<!-- /advice -->{after}"
    if os.environ.get("REFRESH_GOLDEN"):
        readme.write_text(wanted, encoding="utf-8")
    assert text == wanted or os.environ.get("REFRESH_GOLDEN")


def test_the_examples_of_explaining_give_what_they_show(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    found = doctest.testfile(str(ROOT / "docs" / "explaining.md"), module_relative=False, encoding="utf-8")
    assert found.attempted > 10
    assert not found.failed
