"""What was worked out before, kept on disk as long as nothing it was made from has changed.

What is kept is a pickle, and reading a pickle runs what it says. So it is read only from a folder and a file that
belong to the user and that nobody else can write. Whatever is wrong with folder or file, the value is made anew.
"""

import contextlib
import hashlib
import os
import pickle
import stat
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

import pydantic

from toolbox_rules.problems import shown_path

Value = TypeVar("Value")

#: So many values are kept; the one that was not used for the longest time makes way.
KEPT = 8
_DIGEST = hashlib.sha256().digest_size
_UNREADABLE = (
    pickle.UnpicklingError,
    AttributeError,
    EOFError,
    ImportError,
    IndexError,
    KeyError,
    TypeError,
    ValueError,
)


def users_folder(name: str) -> Path | None:
    """The folder for what programs of this name keep for this user; None where the user has no home."""
    if sys.platform == "win32":
        return Path(os.environ["LOCALAPPDATA"], name, "cache") if "LOCALAPPDATA" in os.environ else None
    try:
        home = Path.home()
    except RuntimeError:
        return None
    if sys.platform == "darwin":
        return home / "Library" / "Caches" / name
    return Path(os.environ.get("XDG_CACHE_HOME") or home / ".cache", name)


def recall(folder: Path, label: str, sources: Sequence[Path], make: Callable[[], Value]) -> Value:
    """Give what was kept of some folders of files, or make it and keep it in ``folder``.

    It is found by a hash of ``label``, this package, Python, pydantic, and the name and text of every file.
    """
    key = _key(label, sources)
    if key is None or not _ready(folder):
        return make()
    path = folder / f"{key}.pickle"
    found: Value | None = _read(path)
    if found is not None:
        return found
    made = make()
    if _key(label, sources) == key:  # no file was changed while it was read
        with contextlib.suppress(OSError):
            _write(path, made)
    return made


def _key(label: str, sources: Sequence[Path]) -> str | None:
    """The hash of everything that the value follows from; None where it cannot be read."""
    found = hashlib.sha256(f"{label} {sys.version} {sys.flags.optimize} {pydantic.VERSION}".encode())
    try:
        for path in _files(Path(__file__).parent):
            if path.endswith(".py"):
                state = os.stat(path)  # noqa: PTH116 - hundreds of files, and pathlib is slower
                found.update(f"\0{path} {state.st_size} {state.st_mtime_ns}".encode())
        for source in sources:
            found.update(f"\0{shown_path(source)}".encode())
            for path in _files(source):
                found.update(f"\0{path}\0".encode())
                if path.endswith(".yaml"):
                    with open(path, "rb") as file:  # noqa: PTH123
                        found.update(hashlib.sha256(file.read()).digest())
    except (OSError, UnicodeError):
        return None
    return found.hexdigest()


def _files(folder: Path) -> Iterator[str]:
    """The path of every file and folder in a folder, in a fixed order."""
    for home, folders, files in os.walk(folder):
        folders.sort()
        yield home
        for name in sorted(files):
            yield os.path.join(home, name)  # noqa: PTH118


def _ready(folder: Path) -> bool:
    """Whether the folder is there, made where it was not, and nobody else can write it."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return _own(folder.stat())
    except OSError:
        return False


def _own(state: os.stat_result) -> bool:
    if sys.platform == "win32":  # there folders of a user are closed to others by their access list
        return True
    return state.st_uid == os.geteuid() and not state.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def _read(path: Path) -> Any:
    try:
        with path.open("rb") as file:
            if not _own(os.fstat(file.fileno())):
                return None
            content = file.read()
        if hashlib.sha256(content[_DIGEST:]).digest() != content[:_DIGEST]:
            return None
        os.utime(path)
        return pickle.loads(memoryview(content)[_DIGEST:])
    except (OSError, *_UNREADABLE):
        return None


def _write(path: Path, value: object) -> None:
    """Write a file as a whole or not at all, and remove those that were not used for long."""
    content = pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
    number, name = tempfile.mkstemp(dir=path.parent, suffix=".part")
    try:
        with os.fdopen(number, "wb") as file:
            file.write(hashlib.sha256(content).digest())
            file.write(content)
        Path(name).replace(path)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
    oldest_last = sorted(path.parent.glob("*.pickle"), key=lambda one: one.stat().st_mtime, reverse=True)
    for old in oldest_last[KEPT:]:
        old.unlink(missing_ok=True)
