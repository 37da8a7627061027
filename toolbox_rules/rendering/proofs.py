"""A proof -> an explanation in plain words: as text, as Markdown, or as plain data."""

import textwrap
from collections.abc import Iterator
from typing import Final

from toolbox_rules.advice import Desk, Findings
from toolbox_rules.explanation import Proof
from toolbox_rules.model import Lang
from toolbox_rules.rendering.markdown import escaped
from toolbox_rules.rendering.naming import Voice
from toolbox_rules.rendering.retelling import Step, retold
from toolbox_rules.rendering.telling import story_of

_WIDTH: Final = 100
_FOUND_AT: Final = 64


def to_text(proof: Proof, findings: Findings, desk: Desk, lang: Lang) -> str:
    """The tree as indented text."""
    story = story_of(findings, Voice(desk=desk, lang=lang))
    return "\n".join(line for step in retold(proof, story) for line in _lines(step, 0))


def to_markdown(proof: Proof, findings: Findings, desk: Desk, lang: Lang) -> str:
    """The tree as a Markdown list."""
    story = story_of(findings, Voice(desk=desk, lang=lang))
    return "\n".join(line for step in retold(proof, story) for line in _items(step, 0))


def to_dict(proof: Proof) -> dict[str, object]:
    """The tree as plain data, with ids and values as in the files; what a step does not have is left out."""
    plain: dict[str, object] = {"kind": proof.kind, "name": proof.name, "truth": proof.truth}
    for name in ("reason", "op", "expected", "actual", "state", "subject"):
        if (value := getattr(proof, name)) is not None:
            plain[name] = value
    if proof.text is not None:
        plain["text"] = {"nl": proof.text.nl, "en": proof.text.en}
    if proof.location is not None:
        plain["location"] = str(proof.location)
    if proof.sources:
        plain["sources"] = list(proof.sources)
    if proof.children:
        plain["children"] = [to_dict(child) for child in proof.children]
    return plain


# --- as lines -----------------------------------------------------------------------------------------------------


def _lines(step: Step, depth: int) -> Iterator[str]:
    indent = "  " * depth
    head = f"{indent}{step.mark} {step.words}" if step.mark else f"{indent}{step.words}"
    for right in (step.found, step.place):
        if right:
            in_column = len(head) < _FOUND_AT - 1 and _FOUND_AT + len(right) <= _WIDTH
            head = f"{head:<{_FOUND_AT}}{right}" if in_column else f"{head}  {right}"
    yield from _wrapped(head, f"{indent}    ")
    if step.quote:
        yield from _wrapped(f'{indent}  "{step.quote}"', f"{indent}   ")
    for child in step.below:
        yield from _lines(child, depth + 1)


def _wrapped(text: str, below: str) -> list[str]:
    return textwrap.wrap(text, _WIDTH, subsequent_indent=below, break_long_words=False, break_on_hyphens=False)


def _items(step: Step, depth: int) -> Iterator[str]:
    mark = f"**{step.mark}** " if step.mark else ""
    result = f" — {escaped(step.found)}" if step.found else ""
    place = f" (`{step.place}`)" if step.place else ""
    quote = f" *{escaped(step.quote)}*" if step.quote else ""
    yield f"{'  ' * depth}- {mark}{escaped(step.words)}{result}{place}{quote}"
    for child in step.below:
        yield from _items(child, depth + 1)
