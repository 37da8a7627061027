"""The catalogue: a page for everything, every link leads somewhere, and what stands in docs/ is as the files are."""

import re
from pathlib import Path

import pytest

from tests.test_cli import SMALL, Run, run, small
from toolbox_rules import Toolbox
from toolbox_rules.cataloguing.writing import MARK, stale, write_catalogue

ROOT = Path(__file__).parents[1]
CAR = ROOT / "tests" / "second_domain"
_ = run  # a fixture


@pytest.fixture(scope="module")
def shipped() -> dict[str, str]:
    return dict(Toolbox.load().catalogue())


@pytest.fixture(scope="module")
def car() -> dict[str, str]:
    return dict(Toolbox.load(CAR / "rules", CAR / "knowledge").catalogue())


def test_the_catalogue_in_docs_is_as_the_files_are(shipped: dict[str, str]) -> None:
    """When this fails: toolbox-rules catalogue -o docs/catalogue."""
    assert stale(shipped, ROOT / "docs" / "catalogue") == ()


def test_there_is_a_page_for_everything(car: dict[str, str]) -> None:
    assert list(car) == [
        "README.md",
        "cases/README.md",
        "cases/winter-morning.md",
        "map.en.svg",
        "map.nl.svg",
        "mitigations/README.md",
        "mitigations/jump-start.md",
        "mitigations/new-battery.md",
        "mitigations/refuel.md",
        "mitigations/replace-starter.md",
        "pitfalls/README.md",
        "pitfalls/empty-tank.md",
        "pitfalls/flat-battery.md",
        "pitfalls/worn-starter.md",
        "rules/README.md",
        "rules/battery-flat.md",
        "rules/part-of-age.md",
        "rules/power-is-weak.md",
        "rules/smell-of-fuel.md",
        "rules/starter-gives-up.md",
        "rules/tank-nearly-empty.md",
        "sources.md",
    ]


def test_a_page_tells_it_in_both_languages_with_rules_measures_and_sources(car: dict[str, str]) -> None:
    page = car["pitfalls/flat-battery.md"]
    jump = "- [Startkabels · Jump leads](../mitigations/jump-start.md) (neemt weg · takes it away): "
    power = (
        "De andere accu levert de stroom. *The other battery gives the power.* (bron · source: [H1](../sources.md#h1))"
    )
    forum = "- [F1](../sources.md#f1): Roadside forum (jaar onbekend · year unknown; website; "
    for line in (
        "# Lege accu · Flat battery",
        "- De lampen branden zwak. *The lights are dim.*",
        "- [De accu is leeg · The battery is flat](../rules/battery-flat.md)",
        f"{jump}{power}",
        "- [H1](../sources.md#h1): Owner's handbook (2012; handreiking · guide; helemaal gelezen · read in full)",
        f"{forum}alleen een deel gelezen · only a part was read)",
    ):
        assert line in page.splitlines()


def test_a_rule_page_shows_its_conditions_as_written_and_what_it_chains_with(car: dict[str, str]) -> None:
    page = car["rules/starter-gives-up.md"]
    written = (
        "```yaml\nfor: parts\nwhen:\n  system: starter\n  worn: true\n  symptom.cranks: false\n"
        "  not: {finding.weak_power: true}\nunless:\n  tested: true\n```\n"
    )
    assert written in page
    before = page.partition("## Gebruikt conclusies van · Uses conclusions of")[2].splitlines()[2:4]
    assert before == [
        "- [Dit onderdeel is op leeftijd · This part is of age](../rules/part-of-age.md)",
        "- [De stroom is zwak · The power is weak](../rules/power-is-weak.md)",
    ]


def test_a_rule_page_names_what_a_case_fills_in(shipped: dict[str, str]) -> None:
    filled = [text for path, text in shipped.items() if path.startswith("rules/") and "\\[aantal partners\\]" in text]
    assert filled
    assert not [path for path, text in shipped.items() if re.search(r"\{[a-z_.]+\}", text.partition("```")[0])]


@pytest.mark.parametrize("which", ["shipped", "car"])
def test_every_link_leads_to_a_page_and_a_heading(which: str, request: pytest.FixtureRequest) -> None:
    pages: dict[str, str] = request.getfixturevalue(which)
    headings = {path: set(re.findall(r"^## (\S+)$", text, re.MULTILINE)) for path, text in pages.items()}
    for path, text in pages.items():
        for target, anchor in re.findall(r"\]\(([^)#]+)(?:#([^)]+))?\)", text):
            parts = [*Path(path).parent.parts, *target.split("/")]
            while ".." in parts:
                at = parts.index("..")
                del parts[at - 1 : at + 1]
            found = "/".join(parts)
            assert found in pages, (path, target)
            assert not anchor or anchor in {heading.lower() for heading in headings[found]}, (path, target, anchor)


def test_every_page_is_reached_from_the_first(car: dict[str, str]) -> None:
    linked = {name for text in car.values() for name in re.findall(r"\]\((?:\.\./)?([^)#]+)", text)}
    reached = {name.rpartition("/")[2] for name in linked}
    assert {path.rpartition("/")[2] for path in car} <= reached | {"README.md"}


def test_writing_makes_a_folder_fresh_and_leaves_other_files_alone(car: dict[str, str], tmp_path: Path) -> None:
    assert len(write_catalogue(car, tmp_path)) == len(car)
    (tmp_path / "cases" / "winter-morning.md").write_text("changed", encoding="utf-8")
    (tmp_path / "pitfalls" / "gone.md").write_text(f"{MARK}\n", encoding="utf-8")
    (tmp_path / "pitfalls" / "mine.md").write_text("my own notes", encoding="utf-8")
    (tmp_path / "sources.md").unlink()
    changed = ("cases/winter-morning.md", "pitfalls/gone.md", "sources.md")
    assert stale(car, tmp_path) == changed
    assert write_catalogue(car, tmp_path) == changed
    assert stale(car, tmp_path) == ()
    assert (tmp_path / "pitfalls" / "mine.md").exists()
    assert not (tmp_path / "pitfalls" / "gone.md").exists()


def test_the_command_writes_and_checks(run: Run, tmp_path: Path) -> None:
    target = tmp_path / "book"
    assert run("catalogue", "-o", str(target), *SMALL) == (0, "", "")
    assert stale(small().catalogue(), target) == ()
    assert run("catalogue", "-o", str(target), "--check", *SMALL) == (0, "", "")
    (target / "sources.md").unlink()
    message = "error[TR403]: this page is no longer as the files are; write it anew: toolbox-rules catalogue -o"
    told = f"{target}/sources.md: {message} {target}\n1 error in 1 file\n"
    assert run("catalogue", "-o", str(target), "--check", *SMALL) == (1, "", told)
