"""Findings -> the whole report, as blocks that any writer can print."""

from toolbox_rules.findings import Desk, Findings
from toolbox_rules.model import Lang
from toolbox_rules.rendering.accounting import account, closing
from toolbox_rules.rendering.detailing import details
from toolbox_rules.rendering.naming import Voice
from toolbox_rules.rendering.opening import first_page, title
from toolbox_rules.rendering.report import Report
from toolbox_rules.rendering.telling import story_of


def compose(findings: Findings, desk: Desk, lang: Lang) -> Report:
    """Put an advice into words."""
    story = story_of(findings, Voice(desk=desk, lang=lang))
    first = first_page(story)
    body = (*details(story), *account(story))
    return Report(
        title=title(story),
        first=first,
        rest=(*body, *closing(story, (*first, *body))),
        behind=story.say.word("behind"),
    )
