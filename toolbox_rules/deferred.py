"""Modules that most programs never use, each loaded when it is first asked for.

Importing networkx, or the batch engine, takes longer than advising on a case. ``deferred.graphing`` is the module
``toolbox_rules.graphing`` to a reader, to an editor and to a type checker; only the moment of loading differs.
"""

from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from toolbox_rules import batch, graphing
    from toolbox_rules.cataloguing import writing
    from toolbox_rules.drawing import surroundings, view, wholemap
    from toolbox_rules.engines import experta
    from toolbox_rules.rendering import document, explained, folding, html, markdown, recalling

__all__ = [
    "batch",
    "document",
    "experta",
    "explained",
    "folding",
    "graphing",
    "html",
    "markdown",
    "recalling",
    "surroundings",
    "view",
    "wholemap",
    "writing",
]

_PACKAGES = {
    "experta": "engines.",
    "writing": "cataloguing.",
    **dict.fromkeys(("surroundings", "view", "wholemap"), "drawing."),
    **dict.fromkeys(("document", "explained", "folding", "html", "markdown", "recalling"), "rendering."),
}


def __getattr__(name: str) -> ModuleType:
    """Load the module of that name."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return import_module(f"toolbox_rules.{_PACKAGES.get(name, '')}{name}")
