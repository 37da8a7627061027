"""What became of an advice -> a report: where it came from, whether that changed, and what that changes in it."""

from collections.abc import Iterator

from toolbox_rules.findings import Desk
from toolbox_rules.model import Lang
from toolbox_rules.rendering.contrasting import contrast
from toolbox_rules.rendering.naming import Voice
from toolbox_rules.rendering.report import Block, Report, Row, Span, Style, Table, line, paragraph, section
from toolbox_rules.verifying import Verification


def attest(found: Verification, desk: Desk, lang: Lang) -> Report:
    """Put into words whether an advice still holds."""
    say = Voice(desk=desk, lang=lang)
    differs = contrast(found.comparison, desk, lang).first if _changed(found) else ()
    return Report(
        title=say.word("verified", name=found.name or say.word("unnamed")),
        first=(*section(say.word("verified_outcome"), _judged(say, found), _origin(say, found)), *differs),
    )


def _changed(found: Verification) -> bool:
    return not found.comparison.same_advice or bool(found.comparison.facts)


def _judged(say: Voice, found: Verification) -> Iterator[Block]:
    yield paragraph(Span(say.word("still_same" if found.same else "no_longer_same"), "strong"))
    for word, so in (("file_broken", found.broken), ("file_altered", found.altered)):
        if so:
            yield paragraph(say.word(word))


def _origin(say: Voice, found: Verification) -> Table:
    parts = (("hash_facts", found.facts), ("hash_rules", found.rules), ("hash_knowledge", found.knowledge))
    rows = [_row(say.word(name), say.word("unchanged" if kept else "changed"), kept) for name, kept in parts]
    versions = say.word("from_to", before=found.made_by, after=found.version_now)
    rows.append(_row(say.word("hash_version"), found.made_by if found.version else versions, found.version))
    return Table(("", say.word("since")), tuple(rows))


def _row(label: str, words: str, kept: bool) -> Row:
    style: Style = "plain" if kept else "strong"
    return Row((line(label), line(Span(words, style))))
