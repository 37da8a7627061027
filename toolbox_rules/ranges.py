"""The ranges of a number between which rules tell apart, from the thresholds that they use."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import pairwise
from math import ceil, floor

from toolbox_rules import network as n
from toolbox_rules.evaluating import Facts
from toolbox_rules.vocabulary import Fact

Number = int | float
#: A place between two numbers: just before a bound (0) or just after it (1).
Cut = tuple[Number, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """A range of numbers, with its bounds as in the rule language; of a side without a bound both are None."""

    at_least: Number | None = None
    above: Number | None = None
    at_most: Number | None = None
    below: Number | None = None

    def has(self, value: Number) -> bool:
        """Whether a number lies in the range.

        >>> Range(at_least=20, below=30).has(20), Range(above=20).has(20)
        (True, False)
        """
        return (
            (self.at_least is None or value >= self.at_least)
            and (self.above is None or value > self.above)
            and (self.at_most is None or value <= self.at_most)
            and (self.below is None or value < self.below)
        )

    def joined(self, higher: "Range") -> "Range | None":
        """This range and the one right above it as one; None when there is a gap between them.

        >>> Range(below=20).joined(Range(at_least=20, below=30))
        Range(at_least=None, above=None, at_most=None, below=30)
        """
        touching = (self.below is not None and self.below == higher.at_least) or (
            self.at_most is not None and self.at_most == higher.above
        )
        if not touching:
            return None
        return Range(at_least=self.at_least, above=self.above, at_most=higher.at_most, below=higher.below)


def cuts_of(node: n.Node, fact: str, facts: Facts) -> tuple[Cut, ...] | None:
    """Where a condition tells values of a fact apart; None when that depends on more than the known facts of a case."""
    match node:
        case n.NumberIs():
            return _cuts(node.op, node.bound)
        case n.Compared(left_at=None, right_at=None):
            other = facts.get(node.right if node.left == fact else node.left)
            if node.left == node.right or not isinstance(other, int | float):
                return ()  # both vary together, or whatever the value is, the comparison stays unknown
            if node.left == fact:
                return _cuts(node.op, other + node.plus)
            bound = other - node.plus
            return ((bound, 1),) if node.op == "ge" else ((bound, 0),) if node.op == "gt" else _cuts("eq", bound)
        case n.Given():
            return ()
        case _:
            return None


def _cuts(op: n.Comparison, bound: Number) -> tuple[Cut, ...]:
    return ((bound, 0),) if op == "ge" else ((bound, 1),) if op == "gt" else ((bound, 0), (bound, 1))


def ranges_between(fact: Fact, cuts: Iterable[Cut]) -> tuple[tuple[Range, Number], ...]:
    """The ranges between cuts, lowest first, each with a number in it; without cuts there is nothing to tell apart."""
    ordered = sorted(set(cuts))
    if not ordered:
        return ()
    found = []
    for low, high in pairwise([None, *ordered, None]):
        one = Range(
            at_least=low[0] if low and not low[1] else None,
            above=low[0] if low and low[1] else None,
            at_most=high[0] if high and high[1] else None,
            below=high[0] if high and not high[1] else None,
        )
        value = _inside(fact, one)
        if value is not None:
            found.append((one, value))
    return tuple(found)


def joined(ranges: Iterable[Range]) -> list[Range]:
    """Ranges in order, with those next to each other as one.

    >>> len(joined([Range(below=20), Range(at_least=20, below=30), Range(above=40)]))
    2
    """
    found: list[Range] = []
    for one in ranges:
        both = found[-1].joined(one) if found else None
        found[-1:] = [*found[-1:], one] if both is None else [both]
    return found


def closed(fact: Fact, one: Range) -> Range:
    """A range with bounds that belong to it, as far as whole numbers and the bounds of the fact give them."""
    whole, least, most = fact.type == "integer", fact.spec.minimum, fact.spec.maximum
    if whole and one.above is not None:
        one = replace(one, above=None, at_least=floor(one.above) + 1)
    if whole and one.below is not None:
        one = replace(one, below=None, at_most=ceil(one.below) - 1)
    if one.at_least is None and one.above is None:
        one = replace(one, at_least=least)
    if one.at_most is None and one.below is None:
        one = replace(one, at_most=most)
    return one


def _inside(fact: Fact, one: Range) -> Number | None:
    """A number in a range that the fact can have, as near to its bounds as can be; None when there is none."""
    low = one.at_least if one.at_least is not None else one.above
    high = one.at_most if one.at_most is not None else one.below
    tried: list[Number] = []
    if low is not None:
        tried += [low, floor(low) + 1]
    if high is not None:
        tried += [high, ceil(high) - 1]
    if low is not None and high is not None:
        tried.append((low + high) / 2)
    tried += [bound for bound in (fact.spec.minimum, fact.spec.maximum) if bound is not None]
    for value in tried:
        if one.has(value) and _allowed(fact, value):
            return value
    return None


def _allowed(fact: Fact, value: Number) -> bool:
    low, high = fact.spec.minimum, fact.spec.maximum
    whole = fact.type != "integer" or value == int(value)
    return whole and (low is None or value >= low) and (high is None or value <= high)
