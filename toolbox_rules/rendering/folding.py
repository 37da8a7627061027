"""An explanation as a tree of HTML that folds open and shut: a page that stands alone, or a part for a notebook."""

from collections.abc import Iterator
from html import escape
from typing import Final

from toolbox_rules.findings import Desk, Findings
from toolbox_rules.model import Lang
from toolbox_rules.proof import Proof, identify
from toolbox_rules.rendering.naming import Voice
from toolbox_rules.rendering.proofs import numbered, tell
from toolbox_rules.rendering.steps import Step, Told
from toolbox_rules.rendering.styling import PAGE_STYLE, TREE_STYLE

_OPEN_LEVELS: Final = 4


def to_html(proof: Proof, findings: Findings, desk: Desk, lang: Lang) -> str:
    """The tree as one page that needs nothing from elsewhere: no script, no font, no image."""
    told = tell(proof, findings, desk, lang)
    title = escape(told.steps[0].words)
    return f"""<!DOCTYPE html>
<html lang="{lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
{PAGE_STYLE}
{TREE_STYLE}
</style>
</head>
<body>
<main>
{_tree(proof, told, Voice(desk=desk, lang=lang))}
</main>
</body>
</html>"""


def to_fragment(proof: Proof, findings: Findings, desk: Desk, lang: Lang) -> str:
    """The tree as a part of a page, for a notebook."""
    told = tell(proof, findings, desk, lang)
    return f"<style>\n{TREE_STYLE}\n</style>\n{_tree(proof, told, Voice(desk=desk, lang=lang))}"


def _tree(proof: Proof, told: Told, say: Voice) -> str:
    # What is referred to has an address that no other explanation on the same page has.
    prefix = f"why-{identify(proof)[id(proof)]}"
    steps = "\n".join(line for step in told.steps for line in _step(step, 0, say, prefix))
    closing = "".join(f"\n<p>{escape(words)}</p>" for words in told.closing)
    return f'<div class="toolbox-rules-why" lang="{say.lang}">\n{steps}{closing}\n</div>'


def _step(step: Step, level: int, say: Voice, prefix: str) -> Iterator[str]:
    anchor = f' id="{prefix}-{step.number}"' if step.number else ""
    line = _line(step, say, prefix)
    if not step.below:
        yield f'<div class="step"{anchor}>{line}</div>'
        return
    is_open = " open" if level < _OPEN_LEVELS else ""
    yield f"<details{anchor}{is_open}><summary>{line}</summary>"
    for child in step.below:
        yield from _step(child, level + 1, say, prefix)
    yield "</details>"


def _line(step: Step, say: Voice, prefix: str) -> str:
    """One line: the mark is a word as well as a colour."""
    words, found = numbered(step, say)
    parts = []
    if step.mark:
        parts.append(f'<span class="mark {step.truth}">{escape(step.mark)}</span>')
    parts.append(f'<span class="words">{escape(words)}</span>')
    if found and step.see:
        parts.append(f'<a class="found" href="#{prefix}-{step.see}">{escape(found)}</a>')
    elif found:
        parts.append(f'<span class="found">{escape(found)}</span>')
    parts += [f"<code>{escape(place)}</code>" for place in (step.given, step.place) if place]
    if step.quote:
        support = f" <small>{escape(step.support)}</small>" if step.support else ""
        parts.append(f"<q>{escape(step.quote)}</q>{support}")
    return " ".join(parts)
