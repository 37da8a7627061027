"""Steps of a proof -> words: what a test asks, what it found, and what a control lacks."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from toolbox_rules.proof import Proof
from toolbox_rules.rendering.naming import Voice
from toolbox_rules.vocabulary import Fact

# Another fact as a test writes it: its name, an offset, and its value.
_OTHER = re.compile(r"(?P<name>\S+)(?: \+ (?P<plus>-?[0-9.]+))? \((?P<value>.*)\)")
_BOUND = re.compile(r"(at_least|at_most|above|below|equals) (.+?)(?= (?:at_least|at_most|above|below|equals) |$)")
_OPEN_ENDED = " or more"
_SHOWN_VALUES = 4

Lists = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Lack:
    """What one control waits for, in ``words``; ``known`` says that it is known not to be so, ``subject`` of whom."""

    words: str
    known: bool
    subject: str | None = None


def fact_of(say: Voice, proof: Proof, lists: Lists) -> Fact | None:
    """The fact that a test is on; ``lists`` are those whose elements are in reach, the innermost last."""
    vocabulary = say.desk.shelf.rulebook.vocabulary
    if proof.name in vocabulary.facts:
        return vocabulary.facts[proof.name]
    found = (vocabulary.lists[name].facts.get(proof.name) for name in reversed(lists))
    return next((fact for fact in found if fact is not None), None)


def lists_below(say: Voice, proof: Proof, lists: Lists) -> Lists:
    """The lists whose elements the parts of a step can speak about."""
    vocabulary = say.desk.shelf.rulebook.vocabulary
    if proof.kind == "element" and proof.name in vocabulary.lists:
        return (*lists, proof.name)
    if proof.kind == "rule" and (rule := say.desk.shelf.rulebook.rules.get(proof.name)) and rule.list:
        return (rule.list,)
    return lists


def asked(say: Voice, proof: Proof, lists: Lists, wanted: bool = True) -> str:
    """What a test asks, such as ``Fase: minstens Ontwerp``; or, not ``wanted``, that it is not so."""
    fact = fact_of(say, proof, lists)
    if fact is None:
        return proof.actual or proof.name
    demand = _demand(say, fact, proof)
    if not wanted and fact.type == "boolean" and proof.expected in ("true", "false"):
        demand = say.word("no" if proof.expected == "true" else "yes")
    elif not wanted:
        demand = say.word("test_none_of", value=demand)
    return f"{say.of(fact.label)}: {demand}"


def _demand(say: Voice, fact: Fact, proof: Proof) -> str:
    op, expected = proof.op or "is", proof.expected or ""
    if op in ("known", "named"):
        return say.word(f"test_{op}")
    if op.startswith("size "):
        return say.word(f"test_{op.removeprefix('size ')}", value=expected)
    other = _OTHER.fullmatch(expected)
    if other and other["name"] in say.desk.shelf.rulebook.vocabulary.facts:
        value = _other(say, other)
    else:
        word = "and" if op == "all_of" else "or"
        parts = expected.split(", ") if fact.values else [expected]
        value = say.listed((say.written(fact, part) for part in parts), word, _SHOWN_VALUES)
    ordered = "_level" if fact.type == "ordered" and op in ("above", "below") else ""
    return say.word(f"test_{op}{ordered}", value=value)


def _other(say: Voice, other: re.Match[str]) -> str:
    fact = say.fact_named(other["name"])
    plus = float(other["plus"] or 0)
    names = {"fact": say.of(fact.label), "value": say.written(fact, other["value"])}
    if not plus:
        return say.word("other_fact", **names)
    shift = say.word("offset_up" if plus > 0 else "offset_down", number=say.number(abs(plus)))
    return say.word("other_fact_shifted", shift=shift, **names)


def found(say: Voice, proof: Proof, lists: Lists) -> str:
    """What a test found, as a label."""
    fact = fact_of(say, proof, lists)
    if proof.actual is None:
        return ""
    if fact is not None:
        return say.written(fact, proof.actual)
    return say.word("unknown") if proof.actual == "unknown" else proof.actual


def quantity(say: Voice, proof: Proof) -> str:
    """What a statement about elements asks, such as ``Partners: minstens 3``."""
    vocabulary = say.desk.shelf.rulebook.vocabulary
    over = proof.op or ""
    label = say.group(over) if over in vocabulary.lists else say.fact(over)
    return f"{label}: {say.word(f'over_{proof.name}', bounds=bounds(say, proof.expected or ''))}"


def bounds(say: Voice, expected: str) -> str:
    """What a count is compared with, such as ``at least 3``."""
    return say.listed(say.word(f"test_{op}", value=_bound(say, value)) for op, value in _BOUND.findall(expected))


def _bound(say: Voice, value: str) -> str:
    name, _, _ = value.partition(" ")
    return value.replace(name, say.fact(name)) if name in say.desk.shelf.rulebook.vocabulary.facts else value


def tally(say: Voice, proof: Proof) -> str:
    """How many elements a statement about elements found."""
    actual = proof.actual
    if actual is None:
        return ""
    if actual == "unknown":
        return say.word("unknown")
    low, to, high = actual.removesuffix(_OPEN_ENDED).partition(" to ")
    if actual.endswith(_OPEN_ENDED):
        return say.word("none_yet") if low == "0" else say.word("at_least", value=low)
    return say.word("range", low=low, high=high) if to else low


def lacks(say: Voice, control: Proof, rule: Proof) -> tuple[Lack, ...]:
    """What keeps the control of a rule from holding, each thing once, what is known first."""
    found_lacks = dict.fromkeys(_lacks(say, control, lists_below(say, rule, ()), rule.subject, wanted=True))
    return tuple(sorted(found_lacks, key=lambda lack: not lack.known))


def _lacks(say: Voice, proof: Proof, lists: Lists, subject: str | None, wanted: bool) -> Iterator[Lack]:
    if proof.truth == ("true" if wanted else "false"):
        return
    lists = lists_below(say, proof, lists)
    if proof.kind == "test":
        yield from _lacking_test(say, proof, lists, subject, wanted)
        return
    if proof.kind == "quantifier" and proof.op not in say.desk.shelf.rulebook.vocabulary.lists:
        yield Lack(_short_members(say, proof), proof.truth != "unknown")
        return
    if proof.kind == "quantifier" and wanted and (proof.name in ("some", "count") or not proof.children):
        yield _lacking_elements(say, proof, (*lists, proof.op or ""))
        return
    turned = (proof.kind, proof.name) in (("condition", "not"), ("quantifier", "none"))
    for child in _open_parts(proof) if not wanted else proof.children:
        inner = child.subject if child.kind == "element" else subject
        yield from _lacks(say, child, lists, inner, wanted is not turned)


def _open_parts(proof: Proof) -> tuple[Proof, ...]:
    """Of what must not hold as a whole: the parts that nobody knows yet, since what is settled says who it is about."""
    unknown = tuple(child for child in proof.children if child.truth == "unknown")
    return unknown or proof.children


def _lacking_test(say: Voice, proof: Proof, lists: Lists, subject: str | None, wanted: bool) -> Iterator[Lack]:
    fact = fact_of(say, proof, lists)
    if fact is None:
        return
    known, label = proof.truth != "unknown", say.of(fact.label)
    own = subject if fact.list is not None else None
    if not known or (fact.type == "boolean" and found(say, proof, lists) == say.word("no")):
        yield Lack(label, known, own)
        return
    demand = _demand(say, fact, proof)
    needed = demand if wanted else say.word("test_none_of", value=demand)
    yield Lack(say.word("lack", fact=label, needed=needed, now=found(say, proof, lists)), known, own)


def _lacking_elements(say: Voice, proof: Proof, lists: Lists) -> Lack:
    """Elements that have to be there and are not, with what is asked of them."""
    wishes = dict.fromkeys(asked(say, leaf, lists) for child in proof.children for leaf in _tests(child))
    words = f"{quantity(say, proof)} ({'; '.join(wishes)})" if wishes else quantity(say, proof)
    return Lack(words, proof.truth != "unknown")


def _short_members(say: Voice, proof: Proof) -> str:
    """The members of a set that do not hold, or of which that is not known."""
    fact = say.fact_named(proof.op or "")
    failing = [child for child in proof.children if child.truth == "false"]
    short = failing or [child for child in proof.children if child.truth == "unknown"]
    if not failing and len(short) > _SHOWN_VALUES:
        return say.of(fact.label)  # nothing is known of the set; every value that it can have would say less
    names = say.listed((say.written(fact, child.subject or "") for child in short), at_most=_SHOWN_VALUES)
    return f"{say.of(fact.label)}: {names}" if names else say.of(fact.label)


def _tests(proof: Proof) -> Iterator[Proof]:
    """The tests of a step, without what concluded the facts that they are on."""
    if proof.kind == "test":
        yield proof
        return
    for child in proof.children:
        yield from _tests(child)


def grounds(say: Voice, proof: Proof) -> tuple[tuple[Fact, str], ...]:
    """The facts that make a rule hold, each once with its value, without what concluded them."""
    found_facts: dict[str, tuple[Fact, str]] = {}
    for fact, value in _grounds(say, proof, ()):
        found_facts.setdefault(fact.name, (fact, value))
    return tuple(found_facts.values())


def _grounds(say: Voice, proof: Proof, lists: Lists) -> Iterator[tuple[Fact, str]]:
    if proof.truth != "true":
        return
    lists = lists_below(say, proof, lists)
    if proof.kind == "test":
        fact = fact_of(say, proof, lists)
        if fact is not None:
            yield fact, found(say, proof, lists)
        return
    for child in proof.children:
        yield from _grounds(say, child, lists)
