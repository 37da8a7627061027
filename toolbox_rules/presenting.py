"""Answers that show themselves: as text, Markdown, HTML, in a notebook, or as plain data."""

import json
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any, Generic, TypeVar

from pydantic import BaseModel

from toolbox_rules import deferred
from toolbox_rules.findings import Desk
from toolbox_rules.model import Lang
from toolbox_rules.rendering import text
from toolbox_rules.rendering.report import Report

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Presentation(Generic[Value]):
    """A value with the words for it: ``value`` is what was found, the methods put it into words.

    ``schema`` names the form of the plain data.
    """

    value: Value
    schema: str
    _compose: Callable[[Value, Desk, Lang], Report] = field(repr=False)
    _desk: Desk = field(repr=False)

    def report(self, lang: Lang = "nl") -> Report:
        """What was found in words, as sections of paragraphs, lists and tables, for a writer of your own."""
        return self._compose(self.value, self._desk, lang)

    def to_text(self, lang: Lang = "nl") -> str:
        """What was found as text."""
        return text.write(self.report(lang))

    def to_markdown(self, lang: Lang = "nl") -> str:
        """What was found as Markdown."""
        return deferred.markdown.write(self.report(lang))

    def to_html(self, lang: Lang = "nl") -> str:
        """What was found as one HTML page that stands alone."""
        return deferred.html.write(self.report(lang), lang)

    def to_dict(self) -> dict[str, Any]:
        """Plain data, with ids and values as in the files."""
        plain = as_plain(self.value)
        return {"schema": self.schema, **(plain if isinstance(plain, dict) else {"value": plain})}

    def to_json(self) -> str:
        """The same as JSON text."""
        return json.dumps(self.to_dict(), ensure_ascii=False, indent=2)

    def __str__(self) -> str:
        return self.to_text()

    def _repr_markdown_(self) -> str:
        return self.to_markdown()

    def _repr_html_(self) -> str:
        return deferred.html.fragment(self.report(), "nl")


def as_plain(value: object) -> object:
    """A value of dataclasses and tuples as dictionaries and lists.

    >>> as_plain({"a": (1, frozenset({"y", "x"}))})
    {'a': [1, ['x', 'y']]}
    """
    if is_dataclass(value) and not isinstance(value, type):
        return {one.name: as_plain(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if isinstance(value, Mapping):
        return {str(key): as_plain(one) for key, one in value.items()}
    if isinstance(value, AbstractSet):
        return [as_plain(one) for one in sorted(value)]
    if isinstance(value, list | tuple):
        return [as_plain(one) for one in value]
    return value
