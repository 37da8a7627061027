"""Imports experta 1.9.4 on the Pythons of today, and leaves nothing behind in the program around it.

Left to itself experta cannot be imported since Python 3.10: its pin frozendict 1.2 asks for ``collections.Mapping``.
It also configures logging, and hides a missing dependency by importing half of itself.
"""

import collections
import collections.abc
import importlib
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from toolbox_rules.problems import Problem, ToolboxError


def import_experta() -> Any:
    """Give the module ``experta``.

    Raises ``ToolboxError`` (TR401) when it, or something it needs, is not installed.
    """
    if sys.modules.get("experta") is not None:
        return sys.modules["experta"]
    try:
        with _names_restored(), _logging_untouched():
            module = importlib.import_module("experta")
            importlib.import_module("experta.engine")
    except ImportError as error:
        for name in [name for name in sys.modules if name.partition(".")[0] == "experta"]:
            del sys.modules[name]
        raise _not_installed(error) from None
    return module


def _not_installed(error: ImportError) -> ToolboxError:
    message = "the engine experta is not installed" if error.name == "experta" else f"experta cannot be used: {error}"
    hint = "install it with: pip install 'toolbox-rules[experta]'"
    return ToolboxError([Problem(code="TR401", message=message, location=None, hint=hint)])


@contextmanager
def _names_restored() -> Iterator[None]:
    """While it lasts the names that ``collections`` lost in Python 3.10 are there again."""
    lost = [name for name in collections.abc.__all__ if not hasattr(collections, name)]
    for name in lost:
        setattr(collections, name, getattr(collections.abc, name))
    try:
        yield
    finally:
        for name in lost:
            delattr(collections, name)


@contextmanager
def _logging_untouched() -> Iterator[None]:
    """While it lasts ``logging.basicConfig`` does nothing."""
    configure = logging.basicConfig
    logging.basicConfig = lambda **_: None
    try:
        yield
    finally:
        logging.basicConfig = configure
