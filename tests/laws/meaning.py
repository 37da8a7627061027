"""What a rulebook means when every fact is known: each condition read out naively, straight from its YAML.

Nothing of the library is used but the vocabulary and the values of a case.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from tests.laws.choices import Raw
from tests.laws.conditions import Book
from toolbox_rules.cases import Elements, SetValue, Value
from toolbox_rules.vocabulary import Fact, Vocabulary

Item: TypeAlias = dict[str, object]


@dataclass(kw_only=True)
class World:
    """All facts as plain values; a derived fact is concluded on the spot, so these change."""

    words: Vocabulary
    facts: Item
    lists: dict[str, list[Item]]


@dataclass(frozen=True, kw_only=True)
class At:
    """Where in a world a condition is read: the elements and members that names stand for."""

    world: World
    elements: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    innermost: str | None = None
    members: Mapping[str, tuple[str, Fact]] = field(default_factory=dict)


def conclude(book: Book, facts: Mapping[str, Value], lists: Mapping[str, Elements]) -> World:
    """Everything that follows from facts that are all known, layer by layer."""
    world = nothing_concluded(book, facts, lists)
    for layer in sorted(set(book.layers.values())):
        rules = [book.raw[rule] for rule, own in book.layers.items() if own == layer]
        while any(apply(rule, world, world, at) for rule in rules for at in fires(rule, world)):
            pass  # the first conclusion that is new starts the next round
    return world


def nothing_concluded(book: Book, facts: Mapping[str, Value], lists: Mapping[str, Elements]) -> World:
    """The given facts alone."""
    words = book.words
    world = World(
        words=words,
        facts={name: _plain(value) for name, value in facts.items()},
        lists={
            name: [{key: _plain(value) for key, value in item.items()} for item in lists[name].items]
            for name in words.lists
        },
    )
    for fact in words.facts.values():
        if fact.derived:
            for holder, key in _holders(world, fact):
                holder[key] = {"boolean": False, "set": frozenset()}.get(fact.type, next(iter(fact.order), None))
    return world


def fires(rule: Raw, world: World) -> list[int]:
    """The numbers of the elements for which a rule holds; 0 for a rule about the case."""
    if "for" not in rule:
        return [0] if _holds_rule(rule, At(world=world)) else []
    of = str(rule["for"])
    element = world.words.lists[of].spec.element
    found = range(len(world.lists[of]))
    places = [At(world=world, elements={element: (of, at)}, innermost=element) for at in found]
    return [at for at, place in zip(found, places, strict=True) if _holds_rule(rule, place)]


def _holds_rule(rule: Raw, at: At) -> bool:
    when: Raw = rule["when"]  # type: ignore[assignment]
    return holds(when, at) and all(_each(value, at) for _, value in _settings(rule) if isinstance(value, dict))


def _settings(rule: Raw) -> list[tuple[str, object]]:
    return [setting for conclusion in rule["then"] for setting in conclusion["set"].items()]  # type: ignore[attr-defined]


def _each(value: Raw, at: At) -> list[str]:
    """The members that are set one by one."""
    where: Raw = value.get("where", {})  # type: ignore[assignment]
    places = _members({"of": value["each"], "as": value["as"]}, at)
    return [str(place.members[str(value["as"])][0]) for place in places if holds(where, place)]


def value_of(fact: Fact, world: World, element: int | None = None) -> object:
    """The plain value of a fact in a world."""
    return world.facts[fact.name] if fact.list is None else world.lists[fact.list][element or 0][fact.key]


def apply(rule: Raw, world: World, onto: World, element: int) -> bool:
    """Add what a rule concludes in one world onto another; say whether that was new."""
    changed = False
    for name, value in _settings(rule):
        values = value if isinstance(value, list) else ["true"] if value is True else [value]
        if isinstance(value, dict):
            values = _each(value, At(world=world))
        for one in values:
            changed |= add(onto, world.words.facts[name], str(one), element)
    return changed


def add(world: World, fact: Fact, value: str, element: int | None) -> bool:
    """Conclude a flag, a member or a level; say whether that was new."""
    holder, key = _holders(world, fact)[element or 0 if fact.list else 0]
    before = holder[key]
    match fact.type:
        case "boolean":
            holder[key] = True
        case "set":
            assert isinstance(before, frozenset)
            holder[key] = before | {value}
        case _:
            holder[key] = max(str(before), value, key=fact.order.index)
    return holder[key] != before


def _holders(world: World, fact: Fact) -> list[tuple[Item, str]]:
    if fact.list is None:
        return [(world.facts, fact.name)]
    return [(item, fact.key) for item in world.lists[fact.list]]


def _plain(value: Value) -> object:
    return value.members if isinstance(value, SetValue) else value


# --- conditions ---------------------------------------------------------------------------------------------------


def holds(condition: Raw, at: At) -> bool:
    """Whether a condition holds."""
    return all(_entry(key, body, at) for key, body in condition.items())


def _entry(key: str, body: object, at: At) -> bool:
    match key, body:
        case "all", list():
            return all(holds(part, at) for part in body)
        case "any", list():
            return any(holds(part, at) for part in body)
        case "not", dict():
            return not holds(body, at)
        case "at_least", dict():
            return bool(sum(holds(part, at) for part in body["of"]) >= body["count"])
        case (("some" | "every" | "none" | "count" | "total"), dict()):
            return _quantified(key, body, at)
        case _:
            return _fact(key, body, at)


def _quantified(kind: str, body: Raw, at: At) -> bool:
    inside = _elements(body, at) if body["of"] in at.world.lists else _members(body, at)
    where: Raw = body.get("where", {})  # type: ignore[assignment]
    found = [place for place in inside if holds(where, place)]
    match kind:
        case "some":
            return bool(found)
        case "every":
            return len(found) == len(inside)
        case "none":
            return not found
    total: float = len(found)
    if kind == "total":
        total = sum(_look_up(str(body["fact"]), place)[0] for place in found)  # type: ignore[misc]
    return _within_bounds(total, body, at)


def _within_bounds(total: object, body: Raw, at: At) -> bool:
    bounds = {op: body[op] for op in ("at_least", "at_most", "above", "below", "equals") if op in body}
    return all(_ordered(total, op, _number(bound, at)) for op, bound in bounds.items())


def _number(bound: object, at: At) -> object:
    if not isinstance(bound, dict):
        return bound
    return _look_up(str(bound["fact"]), at)[0] + bound.get("plus", 0)


def _elements(body: Raw, at: At) -> list[At]:
    of = str(body["of"])
    own = at.world.words.lists[of].spec.element
    name = str(body.get("as", own if own not in at.elements else f"{own} {len(at.elements)}"))
    left_out = at.elements[str(body["other_than"])][1] if "other_than" in body else None
    return [
        replace(at, elements={**at.elements, name: (of, number)}, innermost=name)
        for number in range(len(at.world.lists[of]))
        if number != left_out
    ]


def _members(body: Raw, at: At) -> list[At]:
    members, fact = _look_up(str(body["of"]), at)
    name = str(body.get("as", "member"))
    return [
        replace(at, members={**at.members, name: (member, fact)})
        for member in members  # type: ignore[attr-defined]
    ]


# --- tests --------------------------------------------------------------------------------------------------------


def _look_up(name: str, at: At) -> tuple[object, Fact]:
    if name in at.members:
        return at.members[name]
    head, _, key = name.rpartition(".")
    element = head if head in at.elements else at.innermost if not head else None
    if element is None:
        return at.world.facts[name], at.world.words.facts[name]
    of, number = at.elements[element]
    return at.world.lists[of][number][key], at.world.words.lists[of].facts[key]


def _fact(name: str, body: object, at: At) -> bool:
    found, fact = _look_up(name, at)
    if name in at.members:
        return found in (body if isinstance(body, list) else [body])
    if not isinstance(body, dict):
        body = {"any_of": body if isinstance(body, list) else [body]}
    return all(_holds_test(found, fact, op, operand, at) for op, operand in body.items())


def _holds_test(found: object, fact: Fact, op: str, operand: object, at: At) -> bool:
    if op in ("known", "named"):
        return operand is True
    if op == "size":
        return _size(found, operand, at)
    plus = 0
    if isinstance(operand, dict):
        plus = operand.get("plus", 0)
        operand, _ = _look_up(str(operand["fact"]), at)
        if isinstance(operand, frozenset) and not isinstance(found, frozenset):
            return (found in operand) is (op != "none_of")
        listed = op in ("any_of", "all_of", "none_of", "within") or fact.type == "set"
        if listed and not isinstance(operand, frozenset):
            operand = [operand]
    if op in ("at_least", "at_most", "above", "below") or (op == "equals" and plus):
        if fact.type == "ordered":
            return _ordered(fact.order.index(str(found)), op, fact.order.index(str(operand)) + plus)
        return _ordered(found, op, operand + plus)  # type: ignore[operator]
    if op == "within" and fact.type in ("integer", "number"):
        low, high = operand  # type: ignore[misc]
        return bool(low <= found <= high)  # type: ignore[has-type]
    if op == "equals":
        return found == (frozenset(operand) if isinstance(found, frozenset) else operand)  # type: ignore[call-overload]
    return _among(found if isinstance(found, frozenset) else frozenset({found}), op, frozenset(operand))  # type: ignore[call-overload]


def _among(found: frozenset[object], op: str, wanted: frozenset[object]) -> bool:
    match op:
        case "any_of":
            return bool(found & wanted)
        case "all_of":
            return wanted <= found
        case "none_of":
            return not found & wanted
        case "within":
            return found <= wanted
    raise AssertionError(op)


def _size(found: object, bounds: object, at: At) -> bool:
    assert isinstance(found, frozenset)
    assert isinstance(bounds, dict)
    counted = found & frozenset(bounds["of"]) if "of" in bounds else found
    return _within_bounds(len(counted), bounds, at)


def _ordered(left: object, op: str, right: object) -> bool:
    match op:
        case "at_least":
            return left >= right  # type: ignore[operator, no-any-return]
        case "at_most":
            return left <= right  # type: ignore[operator, no-any-return]
        case "above":
            return left > right  # type: ignore[operator, no-any-return]
        case "below":
            return left < right  # type: ignore[operator, no-any-return]
        case _:
            return left == right
