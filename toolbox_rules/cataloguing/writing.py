"""Rules and knowledge -> the pages of the catalogue, by path; and a folder that holds exactly these."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

from toolbox_rules.cataloguing import indexes, pages
from toolbox_rules.cataloguing.crossing import cross
from toolbox_rules.cataloguing.wording import Wording, wording_of
from toolbox_rules.drawing.svg import to_svg
from toolbox_rules.drawing.wholemap import whole_map
from toolbox_rules.findings import Desk

#: The first line of every page; a file without it is never touched.
MARK: Final = "<!-- Made by `toolbox-rules catalogue` from the YAML files. Change those. -->"


def catalogue(desk: Desk) -> dict[str, str]:
    """Every file of the catalogue: its path, such as ``pitfalls/regie-vacuum.md``, and its text."""
    say, crossings = wording_of(desk), cross(desk)
    knowledge = desk.shelf.knowledge
    found = {
        "README.md": indexes.home_page(say),
        "pitfalls/README.md": indexes.pitfall_index(say),
        "mitigations/README.md": indexes.mitigation_index(say),
        "rules/README.md": indexes.rule_index(say),
        "cases/README.md": indexes.case_index(say),
        "sources.md": indexes.source_page(say, crossings),
        **{f"pitfalls/{name}.md": pages.pitfall_page(name, say, crossings) for name in knowledge.pitfalls},
        **{f"mitigations/{name}.md": pages.mitigation_page(name, say) for name in knowledge.mitigations},
        **{f"rules/{name}.md": pages.rule_page(name, say, crossings) for name in desk.shelf.rulebook.rules},
        **{f"cases/{name}.md": pages.case_page(name, say, crossings) for name in knowledge.cases},
    }
    texts = {path: "\n".join([MARK, "", *_way_up(path, say), *lines]) + "\n" for path, lines in found.items()}
    maps = {f"map.{lang}.svg": f"{to_svg(whole_map(desk, lang))}\n" for lang in ("nl", "en")}
    return dict(sorted((texts | maps).items()))


def _way_up(path: str, say: Wording) -> list[str]:
    """The links from a page to the pages above it."""
    kind, _, name = path.rpartition("/")
    home = f"[{say.both('catalogue')}]({'../' if kind else ''}README.md)"
    if path == "README.md":
        return []
    return [home, ""] if not kind or name == "README.md" else [f"{home} › [{say.both(f'all_{kind}')}](README.md)", ""]


def stale(found: Mapping[str, str], folder: Path) -> tuple[str, ...]:
    """The paths in a folder that differ from the catalogue: changed, missing, or no longer part of it."""
    changed = (path for path, text in found.items() if _text(folder / path) != text)
    return tuple(sorted((*changed, *_left_over(found, folder))))


def write_catalogue(found: Mapping[str, str], folder: Path) -> tuple[str, ...]:
    """Make a folder hold the catalogue; gives the paths that changed. Only pages that were made before are removed."""
    changed = stale(found, folder)
    for path in changed:
        if path in found:
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(found[path], encoding="utf-8", newline="\n")
        else:
            (folder / path).unlink()
    return changed


def _left_over(found: Iterable[str], folder: Path) -> Iterator[str]:
    known = set(found)
    for path in folder.rglob("*.md"):
        name = path.relative_to(folder).as_posix()
        if name not in known and (_text(path) or "").startswith(MARK):
            yield name


def _text(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.is_file() else None
