"""Boolean circuits that simplify themselves while they are built, run on many variants at once: one bit for each.

A wire is a number; ``FALSE`` and ``TRUE`` are settled. Equal gates are one gate, and whatever does not depend on an
input never becomes a gate. A plane is an integer with one bit per variant, of any length.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum

Wire = int
FALSE: Wire = 0
TRUE: Wire = 1


class Gate(IntEnum):
    """What a wire is made of."""

    INPUT = 0
    NOT = 1
    ALL = 2
    ANY = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """The gates that some wires rest on, in the order to work them out; ``size`` is the number of all wires."""

    steps: tuple[tuple[Wire, Gate, tuple[Wire, ...]], ...]
    inputs: tuple[Wire, ...]
    size: int


class Circuit:
    """Wires under construction.

    >>> circuit = Circuit()
    >>> one, other = circuit.add_input(), circuit.add_input()
    >>> circuit.all_of([one, TRUE]) == one, circuit.any_of([one, circuit.no(one)]) == TRUE
    (True, True)
    >>> either = circuit.any_of([one, other])
    >>> bin(run(circuit.program([either]), [0b0011, 0b0101], 4)[either])
    '0b111'
    """

    def __init__(self) -> None:
        """Start with the two settled wires."""
        self._gates = [Gate.ANY, Gate.ALL]
        self._parts: list[tuple[Wire, ...]] = [(), ()]
        self._made: dict[Gate, dict[tuple[Wire, ...], Wire]] = {Gate.ALL: {}, Gate.ANY: {}}
        self._opposite: dict[Wire, Wire] = {FALSE: TRUE, TRUE: FALSE}
        self._inputs: list[Wire] = []

    def add_input(self) -> Wire:
        """A wire that every run gives a plane, in the order in which they were added."""
        wire = self._add(Gate.INPUT, ())
        self._inputs.append(wire)
        return wire

    def no(self, wire: Wire) -> Wire:
        """The opposite of a wire."""
        found = self._opposite.get(wire)
        if found is None:
            found = self._opposite[wire] = self._add(Gate.NOT, (wire,))
            self._opposite[found] = wire
        return found

    def all_of(self, wires: Iterable[Wire]) -> Wire:
        """Whether all wires hold."""
        found = set(wires)
        if FALSE in found:
            return FALSE
        found.discard(TRUE)
        return self._joined(Gate.ALL, found, FALSE) if len(found) > 1 else found.pop() if found else TRUE

    def any_of(self, wires: Iterable[Wire]) -> Wire:
        """Whether some wire holds."""
        found = set(wires)
        if TRUE in found:
            return TRUE
        found.discard(FALSE)
        return self._joined(Gate.ANY, found, TRUE) if len(found) > 1 else found.pop() if found else FALSE

    def at_least(self, wires: Iterable[Wire], number: int) -> Wire:
        """Whether at least ``number`` wires hold."""
        open_ = []
        for wire in wires:
            if wire == TRUE:
                number -= 1
            elif wire != FALSE:
                open_.append(wire)
        if number <= 0 or number > len(open_):
            return TRUE if number <= 0 else FALSE
        if number in (1, len(open_)) and len(set(open_)) == len(open_):
            return self.any_of(open_) if number == 1 else self.all_of(open_)
        reached = [TRUE] + [FALSE] * number
        for wire in open_:
            for level in range(number, 0, -1):
                reached[level] = self.any_of((reached[level], self.all_of((reached[level - 1], wire))))
        return reached[number]

    def program(self, wanted: Iterable[Wire]) -> Program:
        """What has to be worked out for some wires; a gate has a higher number than those that it is made of."""
        needed = set()
        waiting = list(wanted)
        while waiting:
            wire = waiting.pop()
            if wire > TRUE and wire not in needed:
                needed.add(wire)
                waiting += self._parts[wire]
        steps = tuple(
            (wire, self._gates[wire], self._parts[wire]) for wire in sorted(needed) if self._gates[wire] != Gate.INPUT
        )
        return Program(steps=steps, inputs=tuple(self._inputs), size=len(self._gates))

    def _joined(self, gate: Gate, wires: set[Wire], settled: Wire) -> Wire:
        if not wires.isdisjoint(map(self._opposite.get, wires)):
            return settled
        made, parts = self._made[gate], tuple(sorted(wires))
        wire = made.get(parts)
        if wire is None:
            wire = made[parts] = self._add(gate, parts)
        return wire

    def _add(self, gate: Gate, parts: tuple[Wire, ...]) -> Wire:
        self._gates.append(gate)
        self._parts.append(parts)
        return len(self._gates) - 1


def run(program: Program, planes: Sequence[int], count: int) -> list[int]:
    """The plane of every wire that the program was made for, given those of the inputs, for ``count`` variants.

    >>> run(Circuit().program([TRUE]), [], 3)
    [0, 7]
    """
    full = (1 << count) - 1
    found = [0] * program.size
    found[TRUE] = full
    for wire, plane in zip(program.inputs, planes, strict=True):
        found[wire] = plane
    for wire, gate, parts in program.steps:
        if gate == Gate.ALL:
            plane = full
            for part in parts:
                plane &= found[part]
        elif gate == Gate.ANY:
            plane = 0
            for part in parts:
                plane |= found[part]
        else:
            plane = full ^ found[parts[0]]
        found[wire] = plane
    return found
