"""What rests on law or money says when to look at it again, and that year has not passed.

Which facts and topics rest on law or money the vocabulary says, with ``ages: true``.
"""

from collections.abc import Iterable, Iterator

from toolbox_rules import network as n
from toolbox_rules.documents import Document
from toolbox_rules.findings import Desk
from toolbox_rules.problems import Problem


def check_reviews(desk: Desk, year: int | None) -> Iterator[Problem]:
    """A year to look again where one is needed, and none before ``year``."""
    for kind, name, document, review, why in _items(desk):
        if review is None and why is not None:
            message = f"'{name}' {why}, which changes, and has no year to look at it again"
            yield document.problem((), "TR313", message, f"add `review:` with a year to the {kind}")
        if review is not None and year is not None and review < year:
            message = f"'{name}' had to be looked at again in {review}"
            yield document.problem(
                ("review",), "TR314", message, "check it against what holds now, then set a new year"
            )


def _items(desk: Desk) -> Iterator[tuple[str, str, Document, int | None, str | None]]:
    """Everything that can have a year: its kind, id, file and year, and why it needs one."""
    knowledge, rulebook = desk.shelf.knowledge, desk.shelf.rulebook
    facts = {name for name, fact in rulebook.vocabulary.facts.items() if fact.spec.ages}
    topics = rulebook.vocabulary.spec.choices["topic"].values if "topic" in rulebook.vocabulary.spec.choices else {}
    looked_at = {
        nodes.rule: n.facts_below(desk.trials.network, n.roots_of(nodes)) for nodes in desk.trials.network.rules
    }
    for pitfall in knowledge.pitfalls.values():
        on_topic = topics[pitfall.topic].ages if pitfall.topic in topics else False
        why = f"is about '{pitfall.topic}'" if on_topic else _cites_law(desk, pitfall.sources)
        yield "pitfall", pitfall.id, knowledge.documents["pitfalls", pitfall.id], pitfall.review, why
    for one in knowledge.mitigations.values():
        why = _rests_on(facts & set(one.sets)) or _cites_law(desk, one.sources)
        yield "mitigation", one.id, knowledge.documents["mitigations", one.id], one.review, why
    for rule in rulebook.rules.values():
        why = _rests_on(facts & looked_at[rule.id]) or _cites_law(desk, rule.spec.sources)
        yield "rule", rule.id, rule.document, rule.spec.review, why


def _rests_on(facts: Iterable[str]) -> str | None:
    first = min(facts, default=None)
    return None if first is None else f"rests on '{first}'"


def _cites_law(desk: Desk, sources: Iterable[str]) -> str | None:
    register = desk.shelf.knowledge.sources
    first = next((source for source in sources if source in register and register[source].kind == "law"), None)
    return None if first is None else f"cites the law or rule '{first}'"
