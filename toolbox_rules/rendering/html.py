"""A report as HTML: one page that stands alone, or a card for a notebook."""

from collections import Counter
from collections.abc import Iterable, Iterator
from html import escape

from toolbox_rules.assessing import THREATENING
from toolbox_rules.findings import Desk, Findings
from toolbox_rules.model import Lang
from toolbox_rules.rendering.composing import compose
from toolbox_rules.rendering.detailing import tally
from toolbox_rules.rendering.naming import Voice
from toolbox_rules.rendering.opening import first_page, title
from toolbox_rules.rendering.report import (
    Block,
    Heading,
    Item,
    Line,
    Listing,
    Paragraph,
    Report,
    Row,
    Section,
    Span,
    Table,
)
from toolbox_rules.rendering.styling import CARD_STYLE, PAGE_STYLE
from toolbox_rules.rendering.telling import Story, story_of


def to_html(findings: Findings, desk: Desk, lang: Lang) -> str:
    """An advice as one page that needs nothing from elsewhere: no script, no font, no image."""
    return write(compose(findings, desk, lang), lang)


def write(report: Report, lang: Lang) -> str:
    """A report as a page."""
    body = "\n".join((*_sections(report.first, 2, "first"), *_behind(report)))
    return f"""<!DOCTYPE html>
<html lang="{lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{escape(report.title)}</title>
<style>
{PAGE_STYLE}
</style>
</head>
<body>
<main>
<h1>{escape(report.title)}</h1>
{body}
</main>
</body>
</html>"""


def _behind(report: Report) -> Iterator[str]:
    if report.rest:
        yield f'<div class="behind">\n<h2>{escape(report.behind)}</h2>'
        yield from _sections(report.rest, 3, "rest")
        yield "</div>"


def to_card(findings: Findings, desk: Desk, lang: Lang) -> str:
    """The first page of an advice with a count of its pitfalls, as a fragment for a notebook."""
    story = story_of(findings, Voice(desk=desk, lang=lang))
    sections = "\n".join(_sections(first_page(story), 4, "first", anchors=False))
    table = _table(tally(story), anchors=False)
    return f"""<div class="toolbox-rules-card" lang="{lang}">
<style>
{CARD_STYLE}
</style>
<h3>{escape(title(story))}</h3>
{sections}
<section>
<h4>{escape(story.say.word("pitfalls"))}</h4>
{_bars(story)}
{table}
</section>
</div>"""


def fragment(report: Report, lang: Lang) -> str:
    """A report as a fragment for a notebook."""
    sections = "\n".join(_sections((*report.first, *report.rest), 4, "first", anchors=False))
    return f"""<div class="toolbox-rules-card" lang="{lang}">
<style>
{CARD_STYLE}
</style>
<h3>{escape(report.title)}</h3>
{sections}
</div>"""


def _bars(story: Story) -> str:
    """A bar for each class of risk, the highest first, with the number of pitfalls that threaten beside it."""
    say = story.say
    counts = Counter(one.risk for one in story.findings.pitfalls if one.state in THREATENING)
    most = max(counts.values(), default=0)
    rows = []
    for risk in reversed(say.desk.shelf.weighing.spec.risk.classes):
        width = round(100 * counts[risk] / most) if most else 0
        bar = f'<span class="bar {say.tone(risk)}" style="width:{width}%" aria-hidden="true"></span>'
        label = escape(say.word("risk", risk=say.risk(risk)))
        rows.append(
            f'<tr><th scope="row">{label}</th><td class="number">{counts[risk]}</td><td class="room">{bar}</td></tr>'
        )
    return "\n".join(('<table class="bars">', *rows, "</table>"))


# --- blocks -------------------------------------------------------------------------------------------------------


def _sections(sections: Iterable[Section], level: int, kind: str, anchors: bool = True) -> Iterator[str]:
    for section in sections:
        yield f'<section class="{kind}">\n<h{level}>{escape(section.title)}</h{level}>'
        yield from (_block(block, level + 1, anchors) for block in section.blocks)
        yield "</section>"


def _block(block: Block, level: int, anchors: bool) -> str:
    match block:
        case Paragraph(words):
            return f"<p>{_line(words, anchors)}</p>"
        case Heading(text):
            return f"<h{level}>{escape(text)}</h{level}>"
        case Listing(items, numbered):
            tag = "ol" if numbered else "ul"
            return "\n".join((f"<{tag}>", *(_item(item, anchors) for item in items), f"</{tag}>"))
        case Table():
            return _table(block, anchors)


def _item(item: Item, anchors: bool) -> str:
    notes = "".join(f"\n<p>{_line(note, anchors)}</p>" for note in item.notes)
    return f"<li>{_line(item.line, anchors)}{notes}</li>"


def _table(table: Table, anchors: bool) -> str:
    heads = "".join(f'<th scope="col">{escape(name)}</th>' if name else "<td></td>" for name in table.columns)
    rows = "\n".join(_row(row, anchors) for row in table.rows)
    return f'<div class="wide"><table>\n<thead><tr>{heads}</tr></thead>\n<tbody>\n{rows}\n</tbody>\n</table></div>'


def _row(row: Row, anchors: bool) -> str:
    """A row, and below it a row with the lines that belong to it."""
    cells = "".join(f"<td>{_line(cell, anchors)}</td>" for cell in row.cells)
    if not row.notes:
        return f"<tr>{cells}</tr>"
    notes = "".join(f"<p>{_line(note, anchors)}</p>" for note in row.notes)
    width = len(row.cells) - 1
    return f'<tr class="has-notes">{cells}</tr>\n<tr class="notes"><td></td><td colspan="{width}">{notes}</td></tr>'


def _line(words: Line, anchors: bool) -> str:
    return "".join(_span(span, anchors) for span in words)


def _span(span: Span, anchors: bool) -> str:
    text = escape(span.text)
    if span.link is not None and span.link.startswith(("https://", "http://")):
        return f'<a href="{escape(span.link)}" rel="noopener noreferrer">{text}</a>'
    match span.style:
        case "plain":
            return text
        case "strong":
            return f"<strong>{text}</strong>"
        case "source":
            return f'<a href="#source-{text}">{text}</a>' if anchors else text
        case "register":
            return f'<strong id="source-{text}">{text}</strong>' if anchors else f"<strong>{text}</strong>"
        case style:
            return f'<span class="{style}">{text}</span>'
