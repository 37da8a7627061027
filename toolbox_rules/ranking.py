"""Assessments -> the order to look at pitfalls in."""

from collections.abc import Mapping

from toolbox_rules.assessing import STATES, THREATENING, Assessment
from toolbox_rules.knowledge import Knowledge


def ranked(assessments: Mapping[str, Assessment], knowledge: Knowledge) -> tuple[str, ...]:
    """Pitfalls in the order to look at them: what threatens first, by risk, then open ones, then root causes.

    Within a class of risk the steps of severity and likelihood count together, and at a tie what is more likely: it is
    particular to the case, where a severe but unlikely pitfall holds nearly everywhere. A root cause counts for more
    the more of the other pitfalls it leads to, directly or by way of others.
    """
    threatening = {pitfall for pitfall, one in assessments.items() if one.state in THREATENING}
    below = {pitfall: len(_consequences(pitfall, knowledge, threatening)) for pitfall in assessments}

    def key(pitfall: str) -> tuple[int, int, int, int, int, int, int, str]:
        one = assessments[pitfall]
        state = STATES.index(one.state)
        kind = 0 if one.state in THREATENING else state
        weight = one.severity + one.likelihood[0]
        return (kind, -one.risk[0], state, -weight, -one.likelihood[0], -below[pitfall], -one.risk[1], pitfall)

    return tuple(sorted(assessments, key=key))


def _consequences(pitfall: str, knowledge: Knowledge, among: set[str]) -> set[str]:
    found: set[str] = set()
    waiting = [pitfall]
    while waiting:
        for link in knowledge.pitfalls[waiting.pop()].leads_to:
            if link.pitfall in among and link.pitfall not in found and link.pitfall != pitfall:
                found.add(link.pitfall)
                waiting.append(link.pitfall)
    return found
