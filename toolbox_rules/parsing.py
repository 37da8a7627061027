"""The condition language: YAML maps -> typed conditions.

condition  := {entry, entry, ...}                       all entries hold
entry      := fact: value | fact: [value, ...] | fact: {test, ...}
            | all: [condition, ...] | any: [condition, ...] | not: condition
            | at_least: {count: n, of: [condition, ...]}
            | some: over | every: over | none: over
            | count: over + bound | total: over + fact + bound
over       := {of: list or set fact, where: condition, as: name, other_than: name}
test       := equals | any_of | all_of | none_of | within | at_least | at_most | above | below | known | size
operand    := value | {fact: name, plus: offset}
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from toolbox_rules.conditions import (
    Combination,
    Condition,
    Constant,
    MemberQuantified,
    Other,
    Place,
    Quantified,
    Ref,
    Test,
    Value,
    article,
    show,
    value_problem,
)
from toolbox_rules.documents import Document
from toolbox_rules.problems import Problem, did_you_mean
from toolbox_rules.vocabulary import KEYWORDS, Fact, Vocabulary

BOUNDS = ("at_least", "at_most", "above", "below", "equals")
TESTS = ("equals", "any_of", "all_of", "none_of", "within", *BOUNDS[:4], "known", "named", "size")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What names mean at one place: elements in reach by name, members in reach by name, and the innermost list."""

    elements: Mapping[str, tuple[str, int]]
    members: Mapping[str, tuple[str, Fact]]
    innermost: str | None
    depth: int


EMPTY = Scope(elements={}, members={}, innermost=None, depth=0)


@dataclass(slots=True, kw_only=True)
class ConditionReader:
    """Reads the conditions of one document; what is wrong is added to ``problems`` and reads as a constant."""

    vocabulary: Vocabulary
    document: Document
    problems: list[Problem]

    def scope_for(self, list_name: str) -> Scope:
        """The scope of a rule that runs once per element of a list."""
        return self._enter(EMPTY, list_name, self.vocabulary.lists[list_name].spec.element)

    def read(self, raw: object, scope: Scope, place: Place) -> Condition:
        """Read one condition: a map of which all entries must hold."""
        if not isinstance(raw, Mapping) or not raw:
            return self._wrong(place, "TR105", f"expected a condition (a map of facts and tests), found {show(raw)}")
        parts = tuple(self._entry(str(key), value, scope, (*place, str(key))) for key, value in raw.items())
        return parts[0] if len(parts) == 1 else Combination(kind="all", parts=parts, place=place)

    def _entry(self, key: str, value: object, scope: Scope, place: Place) -> Condition:
        match key:
            case "all" | "any":
                return self._several(key, value, scope, place)
            case "not":
                return Combination(kind="not", parts=(self.read(value, scope, place),), place=place)
            case "at_least":
                return self._at_least(value, scope, place)
            case "some" | "every" | "none" | "count" | "total":
                return self._quantified(key, value, scope, place)
            case _:
                return self._tests(key, value, scope, place)

    def _several(self, kind: str, value: object, scope: Scope, place: Place) -> Condition:
        if not isinstance(value, list) or not value:
            return self._wrong(place, "TR105", f"`{kind}` needs a list of conditions, found {show(value)}")
        parts = tuple(self.read(part, scope, (*place, index)) for index, part in enumerate(value))
        return Combination(kind=kind, parts=parts, place=place)

    def _at_least(self, value: object, scope: Scope, place: Place) -> Condition:
        body = self._body("at_least", value, ("count", "of"), place)
        if body is None:
            return _nothing(place)
        number = body.get("count")
        if not isinstance(number, int) or isinstance(number, bool) or number < 1:
            return self._wrong(
                (*place, "count"), "TR105", f"`count` must be a whole number from 1, found {show(number)}"
            )
        several = self._several("at_least", body.get("of"), scope, (*place, "of"))
        if not isinstance(several, Combination):
            return several
        if number > len(several.parts):
            message = f"at least {number} of {len(several.parts)} conditions can never hold"
            return self._wrong((*place, "count"), "TR105", message)
        return replace(several, number=number, place=place)

    def names(self, name: str, scope: Scope) -> bool:
        """Whether a name means a fact at this place."""
        return self._resolve(name, scope) is not None

    # --- statements over elements and members -----------------------------------------------------------------

    def _quantified(self, kind: str, value: object, scope: Scope, place: Place) -> Condition:
        extra = BOUNDS if kind in ("count", "total") else ()
        allowed = ("of", "where", "as", "other_than", *(("fact",) if kind == "total" else ()), *extra)
        body = self._body(kind, value, allowed, place)
        if body is None:
            return _nothing(place)
        of = body.get("of")
        if of in self.vocabulary.lists:
            return self._over_list(kind, str(of), body, scope, place)
        ref = self._resolve(of, scope) if isinstance(of, str) else None
        if isinstance(ref, Ref) and ref.fact.type == "set" and kind != "total":
            return self._over_members(kind, ref, body, scope, place)
        sets = [name for name, fact in self.vocabulary.facts.items() if fact.type == "set"]
        hint = did_you_mean(of, (*self.vocabulary.lists, *sets)) if isinstance(of, str) else None
        expected = "`of` must name a list of entities" + ("" if kind == "total" else " or a set")
        return self._wrong((*place, "of"), "TR102", f"{expected}, found {show(of)}", hint)

    def _over_list(
        self, kind: str, list_name: str, body: Mapping[str, object], scope: Scope, place: Place
    ) -> Condition:
        own = self.vocabulary.lists[list_name].spec.element
        # Inside a statement about the same kind of element, its plain name goes on meaning the enclosing one.
        element = body.get("as", f"{own} {scope.depth}" if own in scope.elements else own)
        taken = {*self.vocabulary.spec.groups, *KEYWORDS, *scope.elements, *scope.members}
        if not isinstance(element, str) or element in taken:
            return self._wrong((*place, "as"), "TR105", f"{show(element)} cannot name an element here")
        other_than = None
        if "other_than" in body:
            known = {name: depth for name, (of, depth) in scope.elements.items() if of == list_name}
            other = body["other_than"]
            if other not in known:
                hint = did_you_mean(str(other), known)
                return self._wrong((*place, "other_than"), "TR102", f"no enclosing element {show(other)}", hint)
            other_than = known[str(other)]
        inner = self._enter(scope, list_name, element)
        where: Condition = Constant(value=True, text="", place=place)
        if "where" in body:
            where = self.read(body["where"], inner, (*place, "where"))
        fact = None
        if kind == "total":
            fact = self.vocabulary.lists[list_name].facts.get(str(body.get("fact")))
            if fact is None or fact.type not in ("integer", "number"):
                return self._wrong(
                    (*place, "fact"),
                    "TR102",
                    f"a total needs a number of each element, found {show(body.get('fact'))}",
                )
        bounds = self._bounds(kind, body, scope, place)
        if bounds is None:
            return _nothing(place)
        return Quantified(
            kind=kind,
            list=list_name,
            depth=scope.depth,
            where=where,
            other_than=other_than,
            bounds=bounds,
            fact=fact,
            place=place,
        )

    def _over_members(self, kind: str, ref: Ref, body: Mapping[str, object], scope: Scope, place: Place) -> Condition:
        name = body.get("as", "member")
        if not isinstance(name, str) or name in scope.elements or "." in name or name in KEYWORDS:
            return self._wrong((*place, "as"), "TR105", f"{show(name)} cannot name a member here")
        before = len(self.problems)
        branches: list[tuple[str, Condition]] = []
        for member in ref.fact.values:
            inner = replace(scope, members={**scope.members, name: (member, ref.fact)})
            where: Condition = Constant(value=True, text="", place=place)
            if "where" in body:
                where = self.read(body["where"], inner, (*place, "where"))
            branches.append((member, where))
            if len(self.problems) > before:
                return _nothing(place)
        bounds = self._bounds(kind, body, scope, place)
        if bounds is None:
            return _nothing(place)
        plain = tuple((op, number) for op, number in bounds if not isinstance(number, Other))
        if len(plain) < len(bounds):
            op = next(op for op, number in bounds if isinstance(number, Other))
            return self._wrong((*place, op), "TR104", "a count of members can be compared with a number only")
        return MemberQuantified(kind=kind, ref=ref, branches=tuple(branches), bounds=plain, place=place)

    def _bounds(
        self, kind: str, body: Mapping[str, object], scope: Scope, place: Place
    ) -> tuple[tuple[str, int | float | Other], ...] | None:
        if kind not in ("count", "total"):
            return ()
        found: list[tuple[str, int | float | Other]] = []
        for op in BOUNDS:
            if op not in body:
                continue
            value = body[op]
            if isinstance(value, Mapping):
                other = self._other(value, scope, (*place, op))
                if other is None:
                    return None
                if other.ref.fact.type not in ("integer", "number") or other.ref.depth is not None:
                    self._wrong((*place, op), "TR104", "a count can be compared with a number of the case only")
                    return None
                found.append((op, other))
            elif isinstance(value, bool) or not isinstance(value, int | float):
                self._wrong((*place, op), "TR103", f"`{op}` needs a number, found {show(value)}")
                return None
            else:
                found.append((op, value))
        if not found:
            self._wrong(place, "TR105", f"`{kind}` needs a bound: {', '.join(BOUNDS)}")
            return None
        return tuple(found)

    # --- tests on one fact ------------------------------------------------------------------------------------

    def _tests(self, key: str, value: object, scope: Scope, place: Place) -> Condition:
        ref = self._resolve(key, scope)
        if ref is None:
            return self._unknown_fact(key, scope, place)
        if isinstance(ref, tuple):
            return self._member_test(ref, value, place)
        if not isinstance(value, Mapping):
            return self._test(ref, "any_of" if isinstance(value, list) else "is", value, scope, place)
        if not value:
            return self._wrong(place, "TR105", f"'{key}' needs a test")
        parts: list[Condition] = []
        for op, operand in value.items():
            if op not in TESTS:
                hint = did_you_mean(str(op), TESTS)
                parts.append(self._wrong((*place, op), "TR105", f"unknown test '{op}' on '{key}'", hint, key=True))
            else:
                parts.append(self._test(ref, str(op), operand, scope, (*place, str(op))))
        return parts[0] if len(parts) == 1 else Combination(kind="all", parts=tuple(parts), place=place)

    def _member_test(self, member: tuple[str, Fact], value: object, place: Place) -> Condition:
        allowed = value if isinstance(value, list) else [value]
        unknown = [word for word in allowed if word not in member[1].values]
        if unknown:
            hint = did_you_mean(str(unknown[0]), member[1].values)
            return self._wrong(place, "TR103", f"{show(unknown[0])} is not a value of '{member[1].name}'", hint)
        return Constant(value=member[0] in allowed, text=member[0], place=place)

    def _test(self, ref: Ref, op: str, operand: object, scope: Scope, place: Place) -> Condition:
        fact = ref.fact
        if op == "known" or (op == "named" and fact.type == "set"):
            if not isinstance(operand, bool):
                return self._wrong(place, "TR103", f"`{op}` is true or false, found {show(operand)}")
            test = Test(ref=ref, op=op, place=place)
            return test if operand else Combination(kind="not", parts=(test,), place=place)
        if op == "size":
            return self._size(ref, operand, place)
        if op not in _allowed_tests(fact):
            allowed = ", ".join(test for test in (*_allowed_tests(fact), "known") if test in TESTS)
            return self._wrong(
                place,
                "TR104",
                f"'{fact.name}' is {article(fact.type)}; `{op}` does not fit",
                f"use one of: {allowed}",
            )
        if isinstance(operand, Mapping):
            return self._against_other(ref, op, operand, scope, place)
        if op in ("any_of", "all_of", "none_of", "within") or (op == "equals" and fact.type == "set"):
            if not isinstance(operand, list):
                return self._wrong(place, "TR103", f"`{op}` needs a list, found {show(operand)}")
            if not operand and (op not in ("within", "equals") or fact.type != "set"):
                hint = "`equals: []` says that the set is empty" if fact.type == "set" else None
                return self._wrong(place, "TR103", f"`{op}` needs at least one value", hint)
            values = operand
        else:
            values = [operand]
        if op == "within" and fact.type in ("integer", "number"):
            return self._range(ref, values, place)
        checked = [
            self._value(fact, value, (*place, index) if isinstance(operand, list) else place)
            for index, value in enumerate(values)
        ]
        if any(value is None for value in checked):
            return _nothing(place)
        normal = (
            "is"
            if op in ("equals", "any_of") and fact.type != "set"
            else "any_of"
            if op == "is" and fact.type == "set"
            else op
        )
        return Test(ref=ref, op=normal, values=tuple(value for value in checked if value is not None), place=place)

    def _range(self, ref: Ref, values: list[object], place: Place) -> Condition:
        if len(values) != 2:
            return self._wrong(place, "TR103", "`within` on a number needs [low, high]")
        bounds = [self._value(ref.fact, value, (*place, index)) for index, value in enumerate(values)]
        if bounds[0] is None or bounds[1] is None:
            return _nothing(place)
        return Combination(
            kind="all",
            parts=(
                Test(ref=ref, op="at_least", values=(bounds[0],), place=place),
                Test(ref=ref, op="at_most", values=(bounds[1],), place=place),
            ),
            place=place,
        )

    def _size(self, ref: Ref, operand: object, place: Place) -> Condition:
        if ref.fact.type not in ("set", "names"):
            return self._wrong(place, "TR104", f"'{ref.fact.name}' is {article(ref.fact.type)}; only a set has a size")
        body = self._body("size", operand, ("of", *BOUNDS), place)
        if body is None:
            return _nothing(place)
        members: tuple[str, ...] | None = None
        if "of" in body:
            of = body["of"] if isinstance(body["of"], list) else [body["of"]]
            checked = [self._value(ref.fact, value, (*place, "of", index)) for index, value in enumerate(of)]
            if any(value is None for value in checked):
                return _nothing(place)
            members = tuple(str(value) for value in checked)
        parts: list[Condition] = []
        for bound in BOUNDS:
            if bound in body:
                number = body[bound]
                if isinstance(number, bool) or not isinstance(number, int):
                    return self._wrong(
                        (*place, bound), "TR103", f"`{bound}` needs a whole number, found {show(number)}"
                    )
                parts.append(Test(ref=ref, op="size", bound=bound, values=(number,), members=members, place=place))
        if not parts:
            return self._wrong(place, "TR105", f"`size` needs a bound: {', '.join(BOUNDS)}")
        return parts[0] if len(parts) == 1 else Combination(kind="all", parts=tuple(parts), place=place)

    def _against_other(
        self, ref: Ref, op: str, operand: Mapping[object, object], scope: Scope, place: Place
    ) -> Condition:
        name = operand.get("fact")
        member = self._resolve(name, scope) if isinstance(name, str) else None
        if isinstance(member, tuple):
            if member[1].scale != ref.fact.scale:
                return self._wrong(place, "TR104", f"'{ref.fact.name}' and '{member[1].name}' have no values in common")
            if "plus" in operand:
                return self._wrong((*place, "plus"), "TR104", f"`plus` does not fit: '{name}' is a member of a set")
            whole = op in ("any_of", "all_of", "none_of", "within") or (op == "equals" and ref.fact.type == "set")
            return self._test(ref, op, [member[0]] if whole else member[0], scope, place)
        other = self._other(operand, scope, place)
        if other is None:
            return _nothing(place)
        if not _comparable(ref.fact, op, other.ref.fact):
            both = [f"'{fact.name}' ({fact.type})" for fact in (ref.fact, other.ref.fact)]
            message = f"{both[0]} cannot be compared with {both[1]} by `{op}`"
            return self._wrong(place, "TR104", message)
        kind = ref.fact.type
        if other.plus and (other.ref.fact.type == "set" or kind not in ("integer", "number", "ordered")):
            return self._wrong((*place, "plus"), "TR104", f"`plus` does not fit: '{ref.fact.name}' is {article(kind)}")
        if kind == "ordered" and not isinstance(other.plus, int):
            return self._wrong((*place, "plus"), "TR103", f"`plus` needs a whole number of steps, found {other.plus}")
        return Test(ref=ref, op="is" if op == "equals" and kind != "set" else op, other=other, place=place)

    def _other(self, operand: Mapping[object, object], scope: Scope, place: Place) -> Other | None:
        body = self._body("fact", operand, ("fact", "plus"), place)
        if body is None:
            return None
        name, plus = body.get("fact"), body.get("plus", 0)
        ref = self._resolve(name, scope) if isinstance(name, str) else None
        if not isinstance(ref, Ref):
            self._unknown_fact(str(name), scope, (*place, "fact"), key=False)
            return None
        if isinstance(plus, bool) or not isinstance(plus, int | float):
            self._wrong((*place, "plus"), "TR103", f"`plus` needs a number, found {show(plus)}")
            return None
        return Other(ref=ref, plus=plus)

    # --- names and values -------------------------------------------------------------------------------------

    def _enter(self, scope: Scope, list_name: str, element: str) -> Scope:
        elements = {**scope.elements, element: (list_name, scope.depth)}
        return replace(scope, elements=elements, innermost=element, depth=scope.depth + 1)

    def _resolve(self, name: str, scope: Scope) -> Ref | tuple[str, Fact] | None:
        """Find what a name means here: a fact in reach, or the member that a set runs over."""
        if name in scope.members:
            return scope.members[name]
        head, dot, key = name.partition(".")
        if not dot:
            head, key = scope.innermost or "", name
        if head in scope.elements:
            list_name, depth = scope.elements[head]
            fact = self.vocabulary.lists[list_name].facts.get(key)
            return Ref(fact=fact, depth=depth) if fact else None
        fact = self.vocabulary.facts.get(name)
        return Ref(fact=fact, depth=None) if fact and fact.list is None else None

    def _unknown_fact(self, name: str, scope: Scope, place: Place, key: bool = True) -> Constant:
        fact = self.vocabulary.facts.get(name)
        if fact is not None and fact.list is not None:
            hint = f"each of the {fact.list} has its own; use `some`, `every`, `none` or `count`, or `for: {fact.list}`"
            return self._wrong(place, "TR102", f"unknown fact '{name}'", hint, key=key)
        reach = list(self.vocabulary.case_fact_names())
        for element, (list_name, _) in scope.elements.items():
            keys = self.vocabulary.lists[list_name].facts
            reach += [f"{element}.{fact}" for fact in keys] + (list(keys) if element == scope.innermost else [])
        return self._wrong(
            place, "TR102", f"unknown fact '{name}'", did_you_mean(name, (*reach, *sorted(KEYWORDS))), key=key
        )

    def _value(self, fact: Fact, value: object, place: Place) -> Value | None:
        problem = value_problem(fact, value)
        if problem is None:
            return value  # type: ignore[return-value]
        self._wrong(place, "TR103", problem[0], problem[1])
        return None

    def _body(self, what: str, value: object, allowed: tuple[str, ...], place: Place) -> Mapping[str, object] | None:
        if not isinstance(value, Mapping):
            self._wrong(place, "TR105", f"`{what}` needs a map with {', '.join(allowed)}; found {show(value)}")
            return None
        for key in value:
            if key not in allowed:
                self._wrong(
                    (*place, key),
                    "TR105",
                    f"unknown key '{key}' under `{what}`",
                    did_you_mean(str(key), allowed),
                    key=True,
                )
                return None
        return value

    def _wrong(self, place: Place, code: str, message: str, hint: str | None = None, key: bool = False) -> Constant:
        self.problems.append(self.document.problem(place, code, message, hint=hint, key=key))
        return _nothing(place)


def _allowed_tests(fact: Fact) -> tuple[str, ...]:
    common = ("is", "equals", "any_of", "none_of")
    match fact.type:
        case "set":
            return ("is", "equals", "any_of", "all_of", "none_of", "within")
        case "names":
            return ("is", "any_of", "none_of")
        case "integer" | "number":
            return (*common, "within", "at_least", "at_most", "above", "below")
        case "ordered":
            return (*common, "within", "at_least", "at_most", "above", "below")
        case "choice":
            return (*common, "within")
        case _:
            return common


def _comparable(fact: Fact, op: str, other: Fact) -> bool:
    numbers = ("integer", "number")
    order = ("at_least", "at_most", "above", "below", "equals", "is")
    match fact.type, other.type:
        case (("integer" | "number"), ("integer" | "number")):
            return op in order
        case "ordered", "ordered":
            return op in order and fact.scale == other.scale
        case "choice", "choice":
            return op in ("equals", "is") and fact.scale == other.scale
        case "boolean", "boolean":
            return op in ("equals", "is")
        case (("choice" | "ordered"), "set"):
            return op in ("any_of", "none_of", "within") and fact.scale == other.scale
        case "set", ("choice" | "ordered"):
            return op in ("any_of", "is") and fact.scale == other.scale
        case "set", "set":
            return op in ("any_of", "all_of", "none_of", "within", "equals") and fact.scale == other.scale
        case "text", ("text" | "names"):
            return op in ("equals", "is", "any_of") and other.type not in numbers
        case "names", "text":
            return op in ("any_of", "is")
        case _:
            return False


def _nothing(place: Place) -> Constant:
    return Constant(value=False, text="", place=place)
