"""What is kept on disk: found again only when nothing changed, and never trusted when others could have written it."""

import os
import sys
from pathlib import Path

import pytest

from toolbox_rules import Toolbox, ToolboxError, caching
from toolbox_rules.caching import KEPT, recall, users_folder

SMALL = Path(__file__).parent / "small"
OF_THE_USER = pytest.mark.skipif(sys.platform == "win32", reason="there access lists say who can write")


class Made:
    """Makes a new value each time, and counts."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> list[int]:
        self.times += 1
        return [self.times]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "source"
    folder.mkdir()
    (folder / "a.yaml").write_text("a: 1")
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "home" / "cache"


def test_what_was_made_is_found_again(source: Path, folder: Path) -> None:
    made = Made()
    assert [recall(folder, "x", [source], made) for _ in range(3)] == [[1]] * 3


@pytest.mark.parametrize("change", ["text", "name", "another", "label", "folder"])
def test_it_is_made_again_when_anything_changed(source: Path, folder: Path, change: str) -> None:
    made = Made()
    label = "x"
    recall(folder, label, [source], made)
    match change:
        case "text":
            (source / "a.yaml").write_text("a: 2")
        case "name":
            (source / "a.yaml").rename(source / "b.yaml")
        case "another":
            (source / "b.yml").write_text("")
        case "label":
            label = "y"
        case _:
            source = source.rename(source.with_name("other"))
    assert recall(folder, label, [source], made) == [2]


def test_it_is_made_again_when_the_package_changed(source: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = Made()
    recall(folder, "x", [source], made)
    monkeypatch.setattr(caching, "__file__", str(source / "caching.py"))
    assert recall(folder, "x", [source], made) == [2]


def test_what_changed_while_it_was_read_is_not_kept(source: Path, folder: Path) -> None:
    def make() -> str:
        (source / "a.yaml").write_text("a: 2")
        return "of both"

    recall(folder, "x", [source], make)
    assert not list(folder.iterdir())


@pytest.mark.parametrize("content", [b"", b"short", b"x" * 100])
def test_a_damaged_file_is_made_again(source: Path, folder: Path, content: bytes) -> None:
    made = Made()
    recall(folder, "x", [source], made)
    (file,) = folder.iterdir()
    file.write_bytes(content or file.read_bytes()[:-1])
    assert recall(folder, "x", [source], made) == [2]
    assert recall(folder, "x", [source], made) == [2]


@OF_THE_USER
@pytest.mark.parametrize("which", ["folder", "file"])
def test_what_others_can_write_is_not_read(source: Path, folder: Path, which: str) -> None:
    made = Made()
    recall(folder, "x", [source], made)
    (file,) = folder.iterdir()
    (folder if which == "folder" else file).chmod(0o777)
    assert recall(folder, "x", [source], made) == [2]


@OF_THE_USER
def test_what_belongs_to_another_user_is_not_read(source: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = Made()
    recall(folder, "x", [source], made)
    me = os.geteuid()
    monkeypatch.setattr(os, "geteuid", lambda: me + 1)
    assert recall(folder, "x", [source], made) == [2]


@OF_THE_USER
def test_only_the_user_can_read_what_is_kept(source: Path, folder: Path) -> None:
    recall(folder, "x", [source], Made())
    (file,) = folder.iterdir()
    assert (folder.stat().st_mode & 0o777, file.stat().st_mode & 0o777) == (0o700, 0o600)


def test_a_folder_that_cannot_be_made_is_done_without(source: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert recall(tmp_path / "file" / "cache", "x", [source], Made()) == [1]


def test_a_source_that_cannot_be_read_is_for_the_maker_to_say(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "gone.yaml").symlink_to(tmp_path / "nowhere")
    assert recall(folder, "x", [tmp_path], Made()) == [1]
    assert not folder.exists()


def test_only_the_latest_are_kept(source: Path, folder: Path) -> None:
    for number in range(KEPT + 3):
        recall(folder, str(number), [source], Made())
    assert len(list(folder.iterdir())) == KEPT


def test_the_folder_is_where_the_system_keeps_such_things(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert users_folder("name") == tmp_path / "name"


def test_a_toolbox_from_the_cache_gives_the_same_advice(folder: Path) -> None:
    first, second = (Toolbox.load(SMALL / "rules", SMALL / "knowledge", cache=folder) for _ in range(2))
    assert len(list(folder.iterdir())) == 1
    assert second.advise({}).to_json(texts=True) == first.advise({}).to_json(texts=True)


def test_what_is_wrong_is_said_each_time(folder: Path, source: Path) -> None:
    for _ in range(2):
        with pytest.raises(ToolboxError):
            Toolbox.load(source, source, cache=folder)
