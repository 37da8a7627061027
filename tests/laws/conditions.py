"""Generated conditions and rules: every form of the condition language, as it stands in YAML."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from tests.laws.choices import Choices, Raw
from tests.laws.vocabularies import NAMES, TEXT, document, layer_of, vocabulary
from toolbox_rules.linking import Found, Linker
from toolbox_rules.model import RuleSpec, WeighingSpec
from toolbox_rules.rulebook import Rule, Rulebook
from toolbox_rules.schema import validate
from toolbox_rules.vocabulary import Fact, Vocabulary

ORDERING = ("at_least", "at_most", "above", "below")
BOUNDS = (*ORDERING, "equals")
GROWING = ("at_least", "above")
NUMBERS = ("integer", "number")


@dataclass(frozen=True, kw_only=True)
class Reach:
    """What a condition may speak of.

    ``layer`` is that of the conclusion it leads to: derived facts of lower layers may be used in any way, those of the
    same layer only where more of them never makes the condition false (``growing``). With ``known`` it may ask whether
    a fact is known. ``elements`` are the enclosing elements and their lists, ``members`` the enclosing members.
    """

    words: Vocabulary
    layer: int
    growing: bool = True
    known: bool = True
    elements: Mapping[str, str] = field(default_factory=dict)
    innermost: str | None = None
    members: Mapping[str, Fact] = field(default_factory=dict)
    depth: int = 2

    def facts(self) -> Iterator[tuple[str, Fact]]:
        """Every fact in reach, by each of its names."""
        for element, of in reversed(list(self.elements.items())):
            for key, fact in self.words.lists[of].facts.items():
                if element == self.innermost and key not in self.members:
                    yield key, fact
                if " " not in element:
                    yield f"{element}.{key}", fact
        for name, fact in self.words.facts.items():
            if fact.list is None:
                yield name, fact

    def usable(self, fact: Fact, more_is_better: bool = False) -> bool:
        """Whether a fact may stand in a test, given whether more of it can only help there."""
        return layer_of(fact) < self.layer + (self.growing and more_is_better)


@dataclass(frozen=True, kw_only=True)
class Book:
    """A rulebook, with what each rule says in YAML and the layer that each rule concludes in."""

    rulebook: Rulebook
    raw: Mapping[str, Raw]
    layers: Mapping[str, int]

    @property
    def words(self) -> Vocabulary:
        """The vocabulary."""
        return self.rulebook.vocabulary


def a_book(choices: Choices, known: bool = True, free: bool = False, most: int = 6) -> Book:
    """A small rulebook.

    ``free`` rules may use any derived fact in any way, so that some rulebooks contradict themselves.
    """
    words = vocabulary(levels=choices.between(2, 4), kinds=choices.between(1, 3), minimum=choices.among((0, 0, None)))
    raw: dict[str, Raw] = {}
    layers: dict[str, int] = {}
    for at in range(choices.between(1, most)):
        layers[f"r{at}"] = choices.among((1, 1, 2))
        raw[f"r{at}"] = _rule(choices, words, layers[f"r{at}"], known, free)
    return make_book(words, raw, layers)


def a_condition(choices: Choices, reach: Reach) -> Raw:
    """One condition: mostly one entry, at times two."""
    entries = _entry(choices, reach)
    return {**entries, **_entry(choices, reach)} if choices.once_in(5) else entries


def _entry(choices: Choices, reach: Reach) -> Raw:
    deeper = ("any", "all", "not", "at_least", "list", "list", "list", "members") if reach.depth else ()
    form = choices.among(("test", "test", "test", "test", *deeper))
    inner = replace(reach, depth=reach.depth - 1)
    match form:
        case "all" | "any":
            return {form: choices.several(lambda: a_condition(choices, inner), 1, 3)}
        case "not":
            return {"not": a_condition(choices, replace(inner, growing=False))}
        case "at_least":
            parts = choices.several(lambda: a_condition(choices, inner), 2, 4)
            return {"at_least": {"count": choices.between(1, len(parts)), "of": parts}}
        case "list":
            return _over_list(choices, inner)
        case "members":
            return _over_members(choices, inner)
        case _:
            return _test(choices, reach)


# --- statements over elements and members -------------------------------------------------------------------------


def _over_list(choices: Choices, reach: Reach) -> Raw:
    kind = choices.among(("some", "every", "none", "count", "count", "total"))
    of = choices.among(("parts", "parts", "sites"))
    body: Raw = {"of": of}
    element = _inner_name(reach.words.lists[of].spec.element, reach.elements)
    free = [name for name in ("another", "third") if name not in reach.elements]
    if free and choices.once_in(3):
        body["as"] = element = choices.among(free)
    others = [name for name, other in reach.elements.items() if other == of and " " not in name]
    if others and choices.once_in(2):
        body["other_than"] = choices.among(others)
    growing = reach.growing and kind != "none"
    if kind in ("count", "total"):
        bounds = _bounds(choices, lambda: _number(choices, reach, whole=kind == "count"))
        growing &= set(bounds) <= set(GROWING)
        if kind == "total":
            body["fact"] = key = choices.among(("number", "price") if of == "parts" else ("number",))
            minimum = reach.words.lists[of].facts[key].spec.minimum
            growing &= minimum is not None and minimum >= 0
        body |= bounds
    if kind in ("some", "every", "none") or choices.once_in(2):
        elements = {**reach.elements, element: of}
        inner = replace(reach, growing=growing, elements=elements, innermost=element)
        body["where"] = a_condition(choices, inner)
    return {kind: body}


def _inner_name(own: str, enclosing: Collection[str]) -> str:
    """What an element is called; inside a statement about its own kind it has no name that can be written."""
    return own if own not in enclosing else f"{own} {len(enclosing)}"


def _bounds(choices: Choices, number: Callable[[], object]) -> Raw:
    ops = [choices.among(BOUNDS), *([choices.among(BOUNDS)] if choices.once_in(5) else [])]
    return {op: number() for op in ops}


def _number(choices: Choices, reach: Reach, whole: bool) -> object:
    if choices.once_in(5):
        names = [name for name, fact in reach.facts() if fact.list is None and fact.type in NUMBERS]
        return _other(choices.among(names), choices.between(-1, 2))
    return choices.between(-1, 3) if whole else choices.among((1, 0, 2, 1.5, 4, -1))


def _over_members(choices: Choices, reach: Reach) -> Raw:
    kind = choices.among(("some", "every", "none", "count"))
    bounds = _bounds(choices, lambda: choices.between(-1, 3)) if kind == "count" else {}
    upward = reach.growing and kind != "none" and set(bounds) <= set(GROWING)
    sets = [
        (name, fact)
        for name, fact in reach.facts()
        if fact.type == "set" and reach.usable(fact, upward and kind != "every")
    ]
    of, fact = choices.among(sets)
    body: Raw = {"of": of, **bounds}
    name = "member"
    if choices.once_in(2):
        body["as"] = name = "one_of_them"
    if kind in ("some", "every", "none") or choices.once_in(2):
        inner = replace(reach, growing=upward, members={**reach.members, name: fact})
        body["where"] = a_condition(choices, inner)
    return {kind: body}


# --- tests on one fact --------------------------------------------------------------------------------------------


def _test(choices: Choices, reach: Reach) -> Raw:
    if reach.members and choices.once_in(2):
        name = choices.among(sorted(reach.members))
        values = reach.members[name].order
        return {name: choices.some(values) if choices.once_in(2) else choices.among(values)}
    usable = [pair for pair in reach.facts() if reach.usable(pair[1], more_is_better=True)]
    derived = [pair for pair in usable if pair[1].derived]
    near = [pair for pair in usable if pair[1].list]
    name, fact = choices.among(choices.among([pool for pool in (usable, near, derived, near) if pool]))
    if not reach.usable(fact):
        return {name: _growing_test(choices, fact)}
    match choices.among(("plain", "tests", "tests", "other", "other", "known")):
        case "known" if reach.known:
            test = "named" if fact.type == "set" and choices.once_in(2) else "known"
            return {name: {test: choices.among((True, False))}}
        case "tests":
            tests = _one_test(choices, fact)
            return {name: {**tests, **_one_test(choices, fact)} if choices.once_in(4) else tests}
        case "other" if others := _others(fact, reach):
            joins = [other for other in others if other[1].partition(".")[0] in reach.elements]
            op, other, counted = choices.among(joins if joins and choices.once_in(2) else others)
            return {name: {op: _other(other, choices.among((0, 0, 1, -1, 2, -2)) if counted else 0)}}
        case _:
            return {name: _values(choices, fact) if choices.once_in(2) else _value(choices, fact)}


def _growing_test(choices: Choices, fact: Fact) -> object:
    """A test on a derived fact that stays true when more is concluded."""
    match fact.type:
        case "boolean":
            return True
        case "set":
            return choices.among(
                (
                    choices.among(fact.order),
                    choices.some(fact.order),
                    {"all_of": choices.some(fact.order)},
                    {"size": {choices.among(GROWING): choices.between(0, 2)}},
                )
            )
        case _:
            return {choices.among(GROWING): choices.among(fact.order)}


def _value(choices: Choices, fact: Fact) -> object:
    match fact.type:
        case "boolean":
            return choices.among((True, False))
        case "integer":
            return choices.between(0 if fact.spec.minimum == 0 else -1, 4)
        case "number":
            return choices.among((1, 0.5, 0, 1.5, 3))
        case "text" | "names":
            return choices.among(NAMES)
        case _:
            return choices.among(fact.order)


def _values(choices: Choices, fact: Fact) -> list[object]:
    return choices.several(lambda: _value(choices, fact), 1, 2)


def _one_test(choices: Choices, fact: Fact) -> Raw:
    ops = ["any_of", "none_of"]
    match fact.type:
        case "set":
            ops += ["all_of", "within", "equals", "size", "size"]
        case "names":
            ops += ["size"]
        case "integer" | "number" | "ordered":
            ops += ["equals", "within", *ORDERING]
        case "choice":
            ops += ["equals", "within"]
        case _:
            ops += ["equals"]
    op = choices.among(ops)
    if op == "size":
        bounds = _bounds(choices, lambda: choices.between(-1, 3))
        return {"size": {**bounds, "of": choices.some(fact.order or NAMES)} if choices.once_in(2) else bounds}
    if op == "within" and fact.type in NUMBERS:
        return {op: [_value(choices, fact), _value(choices, fact)]}
    if op in ("within", "equals") and fact.type == "set":
        return {op: choices.subset(fact.order)}
    if op in ("any_of", "none_of", "all_of", "within"):
        return {op: _values(choices, fact)}
    return {op: _value(choices, fact)}


def _other(name: str, plus: int) -> Raw:
    return {"fact": name, "plus": plus} if plus else {"fact": name}


#: Which tests fit between a fact and another, by their types.
COMPARED: Mapping[tuple[str, str], Sequence[str]] = {
    **{(one, other): BOUNDS for one in NUMBERS for other in NUMBERS},
    ("ordered", "ordered"): BOUNDS,
    ("choice", "choice"): ("equals",),
    ("boolean", "boolean"): ("equals",),
    ("choice", "set"): ("any_of", "none_of", "within"),
    ("ordered", "set"): ("any_of", "none_of", "within"),
    ("set", "choice"): ("any_of",),
    ("set", "ordered"): ("any_of",),
    ("set", "set"): ("any_of", "all_of", "none_of", "within", "equals"),
    ("text", "text"): ("equals", "any_of"),
    ("text", "names"): ("any_of",),
    ("names", "text"): ("any_of",),
}
#: Which tests fit between a fact and the member that a set runs over.
MEMBER: Mapping[str, Sequence[str]] = {
    "set": ("any_of", "all_of", "none_of", "within", "equals"),
    "choice": ("equals", "any_of", "none_of", "within"),
    "ordered": ("equals", "any_of", "none_of", "within", *ORDERING),
}


def _others(fact: Fact, reach: Reach) -> list[tuple[str, str, bool]]:
    """Tests against other facts and members in reach, and whether an offset fits."""
    found = [
        (op, name, False) for name, of in reach.members.items() if of.scale == fact.scale for op in MEMBER[fact.type]
    ]
    for name, other in reach.facts():
        if reach.usable(other) and fact.scale == other.scale:
            counted = fact.type in (*NUMBERS, "ordered") and other.type != "set"
            found += [(op, name, counted) for op in COMPARED.get((fact.type, other.type), ())]
    return found


# --- rules --------------------------------------------------------------------------------------------------------


def _rule(choices: Choices, words: Vocabulary, layer: int, known: bool, free: bool) -> Raw:
    of = choices.among((None, "parts", None, "parts", "sites") if layer == 1 else (None, "parts"))
    element = None if of is None else words.lists[of].spec.element
    targets = [fact for fact in words.facts.values() if layer_of(fact) == layer and fact.list in (None, of)]
    fact = choices.among(targets)
    reach = Reach(
        words=words,
        layer=3 if free else layer,
        known=known,
        elements={element: of} if element and of else {},
        innermost=element,
        depth=choices.between(0, 3),
    )
    value: object = True
    if fact.type == "set":
        value = choices.some(fact.order)
        if of is None and choices.once_in(3):
            value = _each(choices, fact, reach)
    elif fact.type == "ordered":
        value = choices.among(fact.order)
    rule: Raw = {"when": a_condition(choices, reach), "then": [{"set": {fact.name: value}}]}
    return {**rule, "for": of} if of else rule


def _each(choices: Choices, fact: Fact, reach: Reach) -> Raw:
    """The members of another set, one by one."""
    sets = [
        (name, other)
        for name, other in reach.facts()
        if other.type == "set" and other.scale == fact.scale and reach.usable(other, more_is_better=True)
    ]
    name, other = choices.among(sets)
    inner = replace(reach, members={"one_of_them": other}, depth=1)
    where: Raw = {"where": a_condition(choices, inner)} if choices.once_in(2) else {}
    return {"each": name, "as": "one_of_them", **where}


def make_book(words: Vocabulary, raw: Mapping[str, Raw], layers: Mapping[str, int] | None = None) -> Book:
    """Read rules through the models and readers that files go through."""
    rules = {name: a_rule(words, name, body) for name, body in raw.items()}
    return Book(rulebook=Rulebook(vocabulary=words, rules=rules), raw=raw, layers=layers or dict.fromkeys(raw, 1))


def a_rule(words: Vocabulary, name: str, body: Raw) -> Rule:
    """Read one rule that sets facts."""
    examples = [{"case": {}, "expect": "silent"}]
    whole = {"id": name, "title": TEXT, "because": TEXT, "basis": "general", "examples": examples, **body}
    source = document(whole, f"{name}.yaml")
    spec, problems = validate(source, RuleSpec)
    assert spec is not None, problems
    linker = Linker(
        vocabulary=words,
        vocabulary_document=document({}),
        found=Found(tables={}, sources={}),
        weighing=WeighingSpec.model_construct(),
        problems=problems,
    )
    rules = linker.rules([(source, spec)])
    assert not problems, (body, problems)
    return rules[name]
