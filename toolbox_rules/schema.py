"""A document laid against a pydantic model; every error finds its place in the file again."""

import types
import typing
from collections.abc import Iterator
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from toolbox_rules.conditions import show
from toolbox_rules.documents import Document
from toolbox_rules.problems import Problem, did_you_mean

Model = TypeVar("Model", bound=BaseModel)


def validate(document: Document, model: type[Model]) -> tuple[Model | None, list[Problem]]:
    """Read a document as a model, or say what does not fit, each at its place."""
    try:
        return model.model_validate(document.value), []
    except ValidationError as error:
        errors = error.errors(include_url=False)
        return None, [_problem(document, model, details) for details in errors if not _follows(details)]


def _follows(details: ErrorDetails) -> bool:
    """Whether a list is too short only because an item in it is wrong, which is said already."""
    found = details["input"]
    context = details.get("ctx", {})
    return details["type"] == "too_short" and isinstance(found, list) and len(found) > context["actual_length"]


def _problem(document: Document, model: type[BaseModel], details: ErrorDetails) -> Problem:
    loc = tuple(step for step in details["loc"] if step != "[key]")
    kind, found = details["type"], details["input"]
    last = str(loc[-1]) if loc else ""
    match kind:
        case "missing":
            return document.problem(loc[:-1], "TR101", f"missing key '{last}'", _near_missing(document, loc))
        case "extra_forbidden":
            known = _keys(model, loc[:-1])
            hint = did_you_mean(last, known) or (f"known keys: {', '.join(known)}" if known else None)
            return document.problem(loc, "TR101", f"unknown key '{last}'", hint, key=True)
        case "literal_error":
            allowed = str(details.get("ctx", {}).get("expected", ""))
            words = [word.strip("'") for word in allowed.replace(" or ", ", ").split(", ")]
            hint = did_you_mean(str(found), words) or f"use one of: {', '.join(words)}"
            return document.problem(loc, "TR103", f"{show(found)} is not allowed here", hint)
        case "string_pattern_mismatch":
            hint = "use lower-case letters, digits and hyphens"
            return document.problem(
                loc, "TR103", f"{show(found)} is not a proper name", hint, key="[key]" in details["loc"]
            )
        case _:
            expected = _EXPECTED.get(kind)
            message = f"expected {expected}, found {show(found)}" if expected else details["msg"].lower()
            return document.problem(loc, "TR101", message)


_EXPECTED = {
    "string_type": "text",
    "string_too_short": "text that is not empty",
    "bool_type": "true or false",
    "int_type": "a whole number",
    "float_type": "a number",
    "tuple_type": "a list",
    "list_type": "a list",
    "dict_type": "a map",
    "model_type": "a map",
    "model_attributes_type": "a map",
    "too_short": "at least one item",
}


def _near_missing(document: Document, loc: tuple[str | int, ...]) -> str | None:
    """A key that is there and looks like the missing one."""
    value: Any = document.value
    for step in loc[:-1]:
        fits = (isinstance(value, dict) and step in value) or (isinstance(value, list) and isinstance(step, int))
        value = value[step] if fits else None
    return None if not isinstance(value, dict) else _hint(did_you_mean(str(loc[-1]), map(str, value)))


def _hint(near: str | None) -> str | None:
    return near and near.replace("did you mean", "is it").replace("?", "") + "?"


def _keys(model: type[BaseModel], loc: tuple[str | int, ...]) -> tuple[str, ...]:
    """The keys that a model knows at a place."""
    kinds: list[Any] = [model]
    for step in loc:
        kinds = [inner for kind in kinds for inner in _inner(kind, step)]
    models = [kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel)]
    return tuple(field.alias or name for kind in models for name, field in kind.model_fields.items())


def _inner(kind: Any, step: str | int) -> Iterator[Any]:
    origin = typing.get_origin(kind)
    if origin in (types.UnionType, typing.Union):
        for option in typing.get_args(kind):
            yield from _inner(option, step)
    elif origin is typing.Annotated:
        yield from _inner(typing.get_args(kind)[0], step)
    elif origin in (dict, tuple):
        yield from _models(typing.get_args(kind)[1 if origin is dict else 0])
    elif isinstance(kind, type) and issubclass(kind, BaseModel):
        for name, field in kind.model_fields.items():
            if step in (name, field.alias):
                yield from _models(field.annotation)


def _models(kind: Any) -> Iterator[Any]:
    """A type, or the options of a union."""
    if typing.get_origin(kind) in (types.UnionType, typing.Union):
        yield from typing.get_args(kind)
    else:
        yield kind
