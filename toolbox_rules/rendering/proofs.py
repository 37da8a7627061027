"""An explanation in plain words: as text, or as Markdown."""

import textwrap
from collections.abc import Iterator
from typing import Final

from toolbox_rules.findings import Desk, Findings
from toolbox_rules.model import Lang
from toolbox_rules.proof import Proof
from toolbox_rules.rendering.markdown import escaped
from toolbox_rules.rendering.naming import Voice
from toolbox_rules.rendering.retelling import retold
from toolbox_rules.rendering.steps import Step, Told
from toolbox_rules.rendering.telling import story_of

_WIDTH: Final = 100
_FOUND_AT: Final = 60
_MARK: Final = 4


def tell(proof: Proof, findings: Findings, desk: Desk, lang: Lang) -> Told:
    """An explanation as lines, for any writer."""
    return retold(proof, story_of(findings, Voice(desk=desk, lang=lang)))


def to_text(proof: Proof, findings: Findings, desk: Desk, lang: Lang) -> str:
    """The tree as indented text: whether it holds, what is asked, what was found, and where both stand."""
    told = tell(proof, findings, desk, lang)
    see = Voice(desk=desk, lang=lang)
    lines = [line for step in told.steps for line in _lines(step, 0, see)]
    return "\n".join([*lines, *(line for words in told.closing for line in _wrapped(words, "  "))])


def to_markdown(proof: Proof, findings: Findings, desk: Desk, lang: Lang) -> str:
    """The tree as a Markdown list."""
    told = tell(proof, findings, desk, lang)
    see = Voice(desk=desk, lang=lang)
    items = "\n".join(line for step in told.steps for line in _items(step, 0, see))
    return "\n\n".join([items, *map(escaped, told.closing)])


def numbered(step: Step, say: Voice) -> tuple[str, str]:
    """The words of a line with the number it is told under, and what was found with the number to look at."""
    words = f"{step.words} ({step.number})" if step.number else step.words
    see = say.word("see", number=step.see) if step.see else ""
    return words, "; ".join(filter(None, (step.found, see)))


# --- as text ------------------------------------------------------------------------------------------------------


def _lines(step: Step, depth: int, say: Voice) -> Iterator[str]:
    indent = "  " * depth
    words, found = numbered(step, say)
    head = f"{indent}{step.mark:<{_MARK}}{words}" if step.mark else f"{indent}{words}"
    below = f"{indent}{' ' * _MARK}" if step.mark else f"{indent}    "
    yield from _aligned(head, [one for one in (found, step.given, step.place) if one], below)
    if step.quote:
        quote = f'"{step.quote}" {step.support}' if step.support else f'"{step.quote}"'
        yield from _wrapped(f"{indent}  {quote}", f"{indent}   ")
    for child in step.below:
        yield from _lines(child, depth + 1, say)


def _aligned(head: str, right: list[str], below: str) -> Iterator[str]:
    """A line with what belongs to its right, in a column; below it when it does not fit."""
    *before, last = _wrapped(head, below)
    yield from before
    if not right:
        yield last
        return
    whole = f"{last:<{_FOUND_AT}}{'   '.join(right)}" if len(last) < _FOUND_AT - 1 else f"{last}  {'   '.join(right)}"
    if len(whole) <= _WIDTH:
        yield whole
        return
    first = f"{last:<{_FOUND_AT}}{right[0]}" if len(last) < _FOUND_AT - 1 else f"{last}  {right[0]}"
    fits = len(first) <= _WIDTH
    yield first if fits else last
    rest = right[1:] if fits else right
    yield from _wrapped(f"{below}{'   '.join(rest)}", f"{below}  ")


def _wrapped(text: str, below: str) -> list[str]:
    return textwrap.wrap(text, _WIDTH, subsequent_indent=below, break_long_words=False, break_on_hyphens=False)


# --- as Markdown --------------------------------------------------------------------------------------------------


def _items(step: Step, depth: int, say: Voice) -> Iterator[str]:
    words, found = numbered(step, say)
    mark = f"**{step.mark}** " if step.mark else ""
    result = f" — {escaped(found)}" if found else ""
    places = ", ".join(f"`{place}`" for place in (step.given, step.place) if place)
    quote = f" *{escaped(step.quote)}*" if step.quote else ""
    support = f" {escaped(step.support)}" if step.support else ""
    yield f"{'  ' * depth}- {mark}{escaped(words)}{result}{f' ({places})' if places else ''}{quote}{support}"
    for child in step.below:
        yield from _items(child, depth + 1, say)
