"""A condition -> its node in the network, in the narrowest scope that it needs."""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from toolbox_rules import conditions as c
from toolbox_rules import network as n
from toolbox_rules.building import Builder
from toolbox_rules.vocabulary import Fact

Dims = tuple[int, ...]
Compare = Callable[[n.Comparison], int]


@dataclass(slots=True, kw_only=True)
class Lowering:
    """Places the conditions of one rule in the network.

    A condition is lowered to the narrowest scope that it needs: its *dims*, the depths of the quantifiers it refers to.
    """

    builder: Builder
    lists: list[str] = field(default_factory=list)

    def place(self, condition: c.Condition, dims: Dims) -> int:
        """Give the node of a condition at exactly the scope ``dims``."""
        node, own = self.lower(condition)
        return self._widen(node, own, dims)

    def lower(self, condition: c.Condition) -> tuple[int, Dims]:
        """Give the node of a condition and the scope that it has."""
        match condition:
            case c.Constant():
                return self.builder.constant(condition.value), ()
            case c.Combination():
                return self._combination(condition)
            case c.Quantified():
                return self._quantified(condition)
            case c.MemberQuantified():
                return self._member_quantified(condition)
            case c.Test():
                return self._test(condition)

    def _combination(self, condition: c.Combination) -> tuple[int, Dims]:
        nodes, dims = self._together(self.lower(part) for part in condition.parts)
        match condition.kind:
            case "all":
                return self.builder.combine(n.And, nodes), dims
            case "any":
                return self.builder.combine(n.Or, nodes), dims
            case "not":
                return self.builder.negate(nodes[0]), dims
            case _:
                return self.builder.at_least(condition.number, nodes), dims

    def _quantified(self, condition: c.Quantified) -> tuple[int, Dims]:
        depth = condition.depth
        self.lists[depth:] = [condition.list]
        node, dims = self.lower(condition.where)
        self.lists[depth + 1 :] = []
        guards: list[tuple[int, Dims]] = (
            [] if depth in dims else [(self.builder.constant(True, (condition.list,)), (depth,))]
        )
        if condition.other_than is not None:
            same = self.builder.add(n.Same((condition.list, condition.list)))
            guards.append((self.builder.negate(same), (condition.other_than, depth)))
        if condition.kind == "every":
            node = self.builder.negate(node)
        nodes, dims = self._together([(node, dims), *guards])
        inside = self.builder.combine(n.And, nodes)
        outer = dims[:-1]
        lists = self._lists(outer)

        def tally(number: int) -> int:
            if number <= 0:
                return self.builder.constant(True, lists)
            return self.builder.add(n.Tally(lists, inside, condition.list, number))

        def bounded(op: n.Comparison, bound: int | float, other: str | None) -> int:
            if condition.fact is None and other is None:
                return tally(math.ceil(bound) if op == "ge" else math.floor(bound) + 1)
            fact = condition.fact.name if condition.fact else None
            return self.builder.add(
                n.Sum(lists, inside, condition.list, fact, op, bound, other, *_range(condition.fact))
            )

        if condition.kind in ("some", "every", "none"):
            some = tally(1)
            return (some if condition.kind == "some" else self.builder.negate(some)), outer
        parts = []
        for op, value in condition.bounds:
            bound, other = (value.plus, value.ref.fact.name) if isinstance(value, c.Other) else (value, None)
            parts += self._bound(op, lambda way, bound=bound, other=other: bounded(way, bound, other))  # type: ignore[misc]
        return self.builder.combine(n.And, parts), outer

    def _bound(self, op: str, compare: Compare) -> list[int]:
        match op:
            case "at_least":
                return [compare("ge")]
            case "above":
                return [compare("gt")]
            case "at_most":
                return [self.builder.negate(compare("gt"))]
            case "below":
                return [self.builder.negate(compare("ge"))]
            case _:
                return [compare("ge"), self.builder.negate(compare("gt"))]

    def _member_quantified(self, condition: c.MemberQuantified) -> tuple[int, Dims]:
        every = condition.kind == "every"
        branches: list[tuple[int, Dims]] = []
        for member, where in condition.branches:
            has, has_dims = self._has_member(condition.ref, member)
            node, dims = self.lower(where)
            nodes, dims = self._together([(has, has_dims), (self.builder.negate(node) if every else node, dims)])
            branches.append((self.builder.combine(n.And, nodes), dims))
        nodes, dims = self._together(branches)
        if condition.kind in ("some", "every", "none"):
            some = self.builder.combine(n.Or, nodes)
            return (some if condition.kind == "some" else self.builder.negate(some)), dims
        parts = []
        for op, value in condition.bounds:
            parts += self._bound(op, self._counting(nodes, value))
        return self.builder.combine(n.And, parts), dims

    def _counting(self, nodes: list[int], bound: int | float) -> Compare:
        def compare(way: n.Comparison) -> int:
            return self.builder.at_least(math.ceil(bound) if way == "ge" else math.floor(bound) + 1, nodes)

        return compare

    # --- tests on one fact ------------------------------------------------------------------------------------

    def _test(self, test: c.Test) -> tuple[int, Dims]:
        fact, dims = test.ref.fact, _dims(test.ref)
        if test.op == "known":
            return self._known(fact, dims), dims
        if test.op == "named":
            sized, _ = self._test(replace(test, op="size", bound="at_least", values=(1,)))
            return self.builder.add(n.Decided(self._lists(dims), sized)), dims
        if test.other is not None:
            return self._compared(test, test.other)
        if test.op == "size":
            nodes = self._bound(test.bound or "", self._sizes(test, dims))
            return self.builder.combine(n.And, nodes), dims
        match fact.type:
            case "integer" | "number":
                return self._number(test, dims), dims
            case "set" | "names":
                return self._set(test, dims), dims
            case _:
                return self._finite(test, dims), dims

    def _finite(self, test: c.Test, dims: Dims) -> int:
        fact = test.ref.fact
        allowed = frozenset(test.values)
        if fact.type == "ordered" and test.op in ("at_least", "at_most", "above", "below"):
            at = fact.order.index(str(test.values[0]))
            low, high = {"at_least": (at, None), "above": (at + 1, None), "at_most": (0, at + 1), "below": (0, at)}[
                test.op
            ]
            allowed = frozenset(fact.order[low:high])
        if not fact.derived:
            node = self.builder.add(n.Has(self._lists(dims), fact.name, allowed))
        elif fact.type == "boolean":
            node = self._derived(fact, "true", dims)
            sides = [node if value else self.builder.negate(node) for value in allowed]
            node = self.builder.combine(n.Or, sides)
        else:
            node = self._levels(fact, allowed, dims)
        return self.builder.negate(node) if test.op == "none_of" else node

    def _levels(self, fact: Fact, allowed: frozenset[c.Value], dims: Dims) -> int:
        """A derived ordered fact within a set of levels: an ``Or`` over unbroken runs of levels."""
        order, runs, start = fact.order, [], None
        for at in range(len(order) + 1):
            inside = at < len(order) and order[at] in allowed
            if inside and start is None:
                start = at
            elif not inside and start is not None:
                above = self.builder.negate(self._reaches(fact, at, dims))
                runs.append(self.builder.combine(n.And, [self._reaches(fact, start, dims), above]))
                start = None
        return self.builder.combine(n.Or, runs, self._lists(dims))

    def _number(self, test: c.Test, dims: Dims) -> int:
        lists, name = self._lists(dims), test.ref.fact.name

        def compare(way: n.Comparison) -> int:
            value = test.values[0]
            assert not isinstance(value, str)
            return self.builder.add(n.NumberIs(lists, name, way, value))

        if test.op in ("at_least", "at_most", "above", "below"):
            return self.builder.combine(n.And, self._bound(test.op, compare))
        equal = [
            self.builder.add(n.NumberIs(lists, name, "eq", value))
            for value in test.values
            if not isinstance(value, str)
        ]
        node = self.builder.combine(n.Or, equal)
        return self.builder.negate(node) if test.op == "none_of" else node

    def _set(self, test: c.Test, dims: Dims) -> int:
        ref, wanted = test.ref, [str(value) for value in test.values]
        if ref.fact.type == "names":
            node = self.builder.combine(
                n.Or, [self.builder.add(n.Member(self._lists(dims), ref.fact.name, name)) for name in wanted]
            )
            return self.builder.negate(node) if test.op == "none_of" else node
        inside = [self._has_member(ref, member)[0] for member in wanted]
        outside = [self._has_member(ref, member)[0] for member in ref.fact.values if member not in wanted]
        lists = self._lists(dims)
        within = self.builder.negate(self.builder.combine(n.Or, outside, lists))
        match test.op:
            case "any_of":
                return self.builder.combine(n.Or, inside, lists)
            case "all_of":
                return self.builder.combine(n.And, inside, lists)
            case "none_of":
                return self.builder.negate(self.builder.combine(n.Or, inside, lists))
            case "within":
                return within
            case _:
                return self.builder.combine(n.And, [within, self.builder.combine(n.And, inside, lists)])

    def _sizes(self, test: c.Test, dims: Dims) -> Compare:
        fact, number = test.ref.fact, test.values[0]
        assert isinstance(number, int)

        def compare(way: n.Comparison) -> int:
            bound = number if way == "ge" else number + 1
            if bound <= 0:
                return self.builder.constant(True, self._lists(dims))
            if fact.derived:
                bits = [self._derived(fact, member, dims) for member in test.members or fact.order]
                return self.builder.at_least(bound, bits)
            return self.builder.add(n.SizeIs(self._lists(dims), fact.name, test.members, bound))

        return compare

    def _known(self, fact: Fact, dims: Dims) -> int:
        if not fact.derived:
            return self.builder.add(n.Given(self._lists(dims), fact.name))
        values = ("true",) if fact.type == "boolean" else fact.order if fact.type == "set" else fact.order[1:]
        bits = [self._derived(fact, value, dims) for value in values]
        return self.builder.combine(n.And, [self.builder.add(n.Decided(self._lists(dims), bit)) for bit in bits])

    # --- one fact against another -----------------------------------------------------------------------------

    def _compared(self, test: c.Test, other: c.Other) -> tuple[int, Dims]:
        left, right = test.ref, other.ref
        match left.fact.type, right.fact.type:
            case (("integer" | "number" | "text" | "names"), _):
                return self._compared_at_run_time(test, other)
            case "ordered", "ordered":
                return self._ordered(left, test.op, right, int(other.plus))
            case (("choice" | "boolean"), ("choice" | "boolean")) if not (left.fact.derived or right.fact.derived):
                return self._compared_at_run_time(test, other)
            case (("choice" | "boolean"), ("choice" | "boolean")):
                values = left.fact.order or (True, False)
                return self._or_and([[self._is(left, value), self._is(right, value)] for value in values])
            case (("choice" | "ordered"), "set"):
                nodes = [[self._is(left, value), self._has_member(right, value)] for value in left.fact.order]
                node, dims = self._or_and(nodes)
                return (self.builder.negate(node) if test.op == "none_of" else node), dims
            case "set", ("choice" | "ordered"):
                return self._or_and(
                    [[self._is(right, value), self._has_member(left, value)] for value in right.fact.order]
                )
            case _:
                return self._sets(left, test.op, right)

    def _compared_at_run_time(self, test: c.Test, other: c.Other) -> tuple[int, Dims]:
        left, right, op, plus = test.ref, other.ref, test.op, other.plus
        if left.fact.type == "names":
            left, right = right, left
        depths = sorted({ref.depth for ref in (left, right) if ref.depth is not None})
        dims = tuple(depths)

        def compare(way: n.Comparison) -> int:
            at = [None if ref.depth is None else depths.index(ref.depth) for ref in (left, right)]
            node = n.Compared(self._lists(dims), left.fact.name, at[0], way, right.fact.name, at[1], plus)
            return self.builder.add(node)

        if op in ("at_least", "at_most", "above", "below"):
            return self.builder.combine(n.And, self._bound(op, compare)), dims
        return compare("eq"), dims

    def _ordered(self, left: c.Ref, op: str, right: c.Ref, plus: int) -> tuple[int, Dims]:
        """``left >= right + plus``: whatever level the right reaches, the left reaches the one ``plus`` above."""

        def at_least(high: c.Ref, low: c.Ref, steps: int) -> list[tuple[int, Dims]]:
            found = []
            for level in range(len(low.fact.order)):
                below = self._reaches(low.fact, level, _dims(low))
                reached = self._reaches(high.fact, level + steps, _dims(high))
                nodes, dims = self._together([(self.builder.negate(below), _dims(low)), (reached, _dims(high))])
                found.append((self.builder.combine(n.Or, nodes), dims))
            return found

        match op:
            case "at_least":
                parts = at_least(left, right, plus)
            case "above":
                parts = at_least(left, right, plus + 1)
            case "at_most":
                parts = at_least(right, left, -plus)
            case "below":
                parts = at_least(right, left, 1 - plus)
            case _:
                parts = at_least(left, right, plus) + at_least(right, left, -plus)
        nodes, dims = self._together(parts)
        return self.builder.combine(n.And, nodes), dims

    def _sets(self, left: c.Ref, op: str, right: c.Ref) -> tuple[int, Dims]:
        pairs = [(self._has_member(left, value), self._has_member(right, value)) for value in left.fact.order]

        def inside(some: list[tuple[tuple[int, Dims], tuple[int, Dims]]]) -> list[tuple[int, Dims]]:
            found = []
            for (one, one_dims), another in some:
                nodes, dims = self._together([(self.builder.negate(one), one_dims), another])
                found.append((self.builder.combine(n.Or, nodes), dims))
            return found

        swapped = [(right_bit, left_bit) for left_bit, right_bit in pairs]
        match op:
            case "any_of" | "none_of":
                node, dims = self._or_and([list(pair) for pair in pairs])
                return (self.builder.negate(node) if op == "none_of" else node), dims
            case "within":
                parts = inside(pairs)
            case "all_of":
                parts = inside(swapped)
            case _:
                parts = inside(pairs) + inside(swapped)
        nodes, dims = self._together(parts)
        return self.builder.combine(n.And, nodes), dims

    def _is(self, ref: c.Ref, value: c.Value) -> tuple[int, Dims]:
        test = c.Test(ref=ref, op="is", values=(value,), place=())
        return self._finite(test, _dims(ref)), _dims(ref)

    def _has_member(self, ref: c.Ref, member: str) -> tuple[int, Dims]:
        dims = _dims(ref)
        if ref.fact.derived:
            return self._derived(ref.fact, member, dims), dims
        return self.builder.add(n.Member(self._lists(dims), ref.fact.name, member)), dims

    def _reaches(self, fact: Fact, level: int, dims: Dims) -> int:
        """An ordered fact at least at a level, by number; below the lowest always, above the highest never."""
        if level <= 0 or level >= len(fact.order):
            return self.builder.constant(level <= 0, self._lists(dims))
        if fact.derived:
            return self._derived(fact, fact.order[level], dims)
        return self.builder.add(n.Has(self._lists(dims), fact.name, frozenset(fact.order[level:])))

    def _derived(self, fact: Fact, value: str, dims: Dims) -> int:
        return self.builder.add(n.Derived(self._lists(dims), fact.name, value))

    # --- scopes -----------------------------------------------------------------------------------------------

    def _or_and(self, pairs: list[list[tuple[int, Dims]]]) -> tuple[int, Dims]:
        both = []
        for pair in pairs:
            nodes, dims = self._together(pair)
            both.append((self.builder.combine(n.And, nodes), dims))
        nodes, dims = self._together(both)
        return self.builder.combine(n.Or, nodes), dims

    def _together(self, lowered: Iterable[tuple[int, Dims]]) -> tuple[list[int], Dims]:
        """Bring nodes to one scope: the union of their dims."""
        pairs = list(lowered)
        dims = tuple(sorted({dim for _, own in pairs for dim in own}))
        return [self._widen(node, own, dims) for node, own in pairs], dims

    def _widen(self, node: int, own: Dims, dims: Dims) -> int:
        if own == dims:
            return node
        return self.builder.lift(node, tuple(dims.index(dim) for dim in own), self._lists(dims))

    def _lists(self, dims: Dims) -> n.Lists:
        return tuple(self.lists[dim] for dim in dims)


def _dims(ref: c.Ref) -> Dims:
    return () if ref.depth is None else (ref.depth,)


def _range(fact: Fact | None) -> tuple[int | float, int | float]:
    """The least and the most that one element can add to a sum of a fact, or to a count."""
    if fact is None:
        return 1, 1
    low, high = fact.spec.minimum, fact.spec.maximum
    return -math.inf if low is None else low, math.inf if high is None else high
