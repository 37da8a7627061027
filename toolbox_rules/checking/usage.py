"""Nothing is there for nothing: facts, derived facts, lists of choices and sources are all used."""

import re
from collections.abc import Iterable, Iterator

from toolbox_rules import network as n
from toolbox_rules.findings import Desk
from toolbox_rules.problems import Problem
from toolbox_rules.vocabulary import Fact

_PLACEHOLDER = re.compile(r"\{([^{}]+)\}")


def check_usage(desk: Desk, cited: Iterable[str] = ()) -> Iterator[Problem]:
    """Every fact makes a difference, every derived fact is concluded and used, everything that is listed is used.

    ``cited`` are the sources that something outside the rules and the knowledge names.
    """
    yield from _facts(desk)
    yield from _choices(desk)
    yield from _sources(desk, frozenset(cited))


def _facts(desk: Desk) -> Iterator[Problem]:
    network = desk.trials.network
    roots = [node for rule in network.rules for node in n.roots_of(rule)]
    roots += [node for support in network.supports.values() for node in support]
    looked_at = n.facts_below(network, [*roots, *network.extra.values()])
    concluded = {one.fact.name for rule in desk.shelf.rulebook.rules.values() for one in rule.settings}
    document = desk.shelf.vocabulary_document
    for fact in desk.shelf.rulebook.vocabulary.facts.values():
        owner = fact.name.split(".")[0]
        place = ("groups" if fact.list is None else "lists", owner, "facts", fact.key)
        if fact.derived and fact.name not in concluded:
            yield document.problem(place, "TR307", f"no rule sets the derived fact '{fact.name}'", key=True)
        if fact.name in looked_at or fact.key == "name" or _used_otherwise(desk, fact):
            continue
        if not fact.derived:
            message = f"no rule looks at '{fact.name}', so asking for it is of no use"
            yield document.problem(place, "TR305", message, "use it in a rule, or take it out", key=True)
        elif fact.name in concluded:
            message = f"nothing looks at the derived fact '{fact.name}'"
            yield document.problem(place, "TR309", message, "use it in a rule, or take it out", key=True)


def _used_otherwise(desk: Desk, fact: Fact) -> bool:
    """Whether the weighing names a fact, or a reason shows it."""
    spec = desk.shelf.weighing.spec
    if fact.name == spec.phase or (spec.form is not None and fact.name in (spec.form.proposed, spec.form.needed)):
        return True
    reasons = (rule.spec.because for rule in desk.shelf.rulebook.rules.values())
    return any(fact.name in _PLACEHOLDER.findall(reason.nl) for reason in reasons)


def _choices(desk: Desk) -> Iterator[Problem]:
    """Every list of choices is that of a fact, or of the knowledge itself."""
    spec, document = desk.shelf.rulebook.vocabulary.spec, desk.shelf.vocabulary_document
    of_knowledge = {"area", "topic", "affected"}
    facts = [*(one for group in spec.groups.values() for one in group.facts.values())]
    facts += [one for entity in spec.lists.values() for one in entity.facts.values()]
    used = of_knowledge | {fact.of for fact in facts if fact.of is not None}
    for name in spec.choices:
        if name not in used:
            message = f"no fact has the choices of '{name}'"
            yield document.problem(("choices", name), "TR316", message, "use it in a fact, or take it out", key=True)


def _sources(desk: Desk, elsewhere: frozenset[str]) -> Iterator[Problem]:
    """Every source is cited by a rule, by knowledge, by the vocabulary, or elsewhere; unless it is background."""
    cited = {source for document in desk.shelf.documents.values() for source in _cited(document.value)}
    cited |= elsewhere | {name for name, source in desk.shelf.knowledge.sources.items() if source.background}
    for document in desk.shelf.documents.values():
        register = document.value.get("sources") if isinstance(document.value, dict) else None
        if isinstance(register, dict):
            for source in register:
                if source not in cited:
                    message = f"nothing cites the source '{source}'"
                    hint = "cite it where a claim rests on it, or mark it with `background: true`"
                    yield document.problem(("sources", source), "TR315", message, hint, key=True)


def _cited(value: object) -> Iterator[str]:
    """The names in every list called ``sources``."""
    if isinstance(value, dict):
        for key, part in value.items():
            if key == "sources" and isinstance(part, list):
                yield from map(str, part)
            else:
                yield from _cited(part)
    elif isinstance(value, list):
        for part in value:
            yield from _cited(part)
