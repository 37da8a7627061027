"""Which open question matters: every unknown fact is tried with each answer that could make a difference."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from toolbox_rules import network as n
from toolbox_rules.cases import SetValue, Value
from toolbox_rules.inference import Trace
from toolbox_rules.ranges import Range, cuts_of, ranges_between
from toolbox_rules.trying import Change, Tried
from toolbox_rules.vocabulary import Fact, Vocabulary


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What of an advice a question can change: the verdict, the form, and the state and risk of each pitfall."""

    verdict: str
    form: str | None
    states: Mapping[str, tuple[str, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer to a question and what it would change; ``value`` is as in a case file.

    Of a number it stands for its whole ``range``, in which every number changes the same; None where that is not known.
    """

    value: str
    range: Range | None
    verdict: str | None
    form: str | None
    opens: tuple[str, ...]
    settles: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """An unknown fact and what its answers would change.

    ``fact`` may also be a whole list that is not given; then there are no ``answers``. ``elements`` are the numbers of
    the elements of a list for which the fact is unknown, empty for a fact of the case.
    ``rank`` orders questions: those that can change the verdict first, then the form, then by the risk they settle.
    """

    fact: str
    elements: tuple[int, ...]
    answers: tuple[Answer, ...]
    rank: tuple[int, ...]

    @property
    def changes_verdict(self) -> bool:
        """Whether an answer alone gives another verdict."""
        return any(answer.verdict for answer in self.answers)


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """For each fact the values that rules tell apart, worked out once from the network; for each number also the
    conditions that look at it."""

    values: Mapping[str, tuple[Value, ...]]
    numbers: Mapping[str, tuple[n.Node, ...]]


def prepare_probe(network: n.Network, vocabulary: Vocabulary) -> Probe:
    """Find for each fact one value for every way in which the conditions of a network can see it."""
    seen: dict[str, list[n.Leaf]] = {}
    for node in network.nodes:
        if isinstance(node, n.Has | n.NumberIs | n.Member | n.SizeIs | n.Given):
            seen.setdefault(node.fact, []).append(node)
        elif isinstance(node, n.Compared):
            seen.setdefault(node.left, []).append(node)
            seen.setdefault(node.right, []).append(node)
        elif isinstance(node, n.Sum) and node.fact:
            seen.setdefault(node.fact, []).append(n.NumberIs(node.lists, node.fact, "ge", node.bound))
    asked = {name: fact for name, fact in vocabulary.facts.items() if name in seen and not fact.derived}
    numbers: dict[str, list[n.Node]] = {name: [] for name, fact in asked.items() if fact.type in ("integer", "number")}
    for node in network.nodes:
        for name in _numbers_of(node):
            if name in numbers:
                numbers[name].append(node)
    return Probe(
        values={name: _telling_values(fact, seen[name]) for name, fact in asked.items()},
        numbers={name: tuple(found) for name, found in numbers.items()},
    )


def _numbers_of(node: n.Node) -> set[str]:
    """The facts that a condition may take as numbers."""
    match node:
        case n.NumberIs():
            return {node.fact}
        case n.Compared():
            return {node.left, node.right}
        case n.Sum():
            return {name for name in (node.fact, node.other) if name is not None}
        case _:
            return set()


def _telling_values(fact: Fact, nodes: list[n.Leaf]) -> tuple[Value, ...]:
    match fact.type:
        case "boolean":
            return (True, False)
        case "choice" | "ordered":
            found: dict[tuple[bool, ...], str] = {}
            for value in fact.order:
                found.setdefault(tuple(isinstance(node, n.Has) and value in node.values for node in nodes), value)
            return tuple(found.values())
        case "integer" | "number":
            bounds = sorted({node.bound for node in nodes if isinstance(node, n.NumberIs)})
            steps = {bound + step for bound in bounds for step in (-1, 0, 1)}
            return tuple(step for step in sorted(steps) if _within(fact, step))
        case "set":
            members = sorted({node.member for node in nodes if isinstance(node, n.Member)}, key=fact.order.index)
            return (SetValue(members=frozenset()), *(SetValue(members=frozenset({member})) for member in members))
        case _:
            return ()


def _within(fact: Fact, value: float) -> bool:
    low, high = fact.spec.minimum, fact.spec.maximum
    return (low is None or value >= low) and (high is None or value <= high)


def ask(
    probe: Probe,
    vocabulary: Vocabulary,
    trace: Trace,
    now: Summary,
    try_each: Callable[[Sequence[Change]], Sequence[Tried]],
    order: Mapping[str, int],
) -> tuple[Question, ...]:
    """Rank the unknown facts by what their answers would change.

    ``try_each`` gives what each change alone leads to; ``order`` ranks the verdicts. An answer that contradicts what is
    known is none. A question of which no single answer changes anything is left out, unless it asks for a whole list.
    """
    asked = []
    for name in probe.values:
        unknown = _unknown_in(vocabulary.facts[name], trace)
        told = _told_apart(probe, vocabulary.facts[name], trace) if unknown is not None else ()
        if unknown is not None and told:
            asked.append((name, unknown, told))
    changes = [
        _change(vocabulary.facts[name], value, unknown, trace) for name, unknown, told in asked for value, _ in told
    ]
    tried = iter(try_each(changes))
    questions = []
    for name, unknown, told in asked:
        possible = [(*one, after) for one, after in zip(told, tried, strict=False) if not after.contradicts]
        questions.append(_question(name, unknown, possible, now, order))
    found = [one for one in questions if one.answers]
    found += [_whole_list(name) for name in vocabulary.lists if name not in trace.lists]
    return tuple(sorted(found, key=lambda one: (one.rank, one.fact)))


def _told_apart(probe: Probe, fact: Fact, trace: Trace) -> Sequence[tuple[Value, Range | None]]:
    """Values of a fact that rules tell apart in a case, with the range that a number stands for."""
    cuts = [cuts_of(node, fact.name, trace.facts) for node in probe.numbers.get(fact.name, ())]
    sure = [one for one in cuts if one is not None]
    if fact.name not in probe.numbers or len(sure) < len(cuts):
        return [(value, None) for value in probe.values[fact.name]]
    return [(value, one) for one, value in ranges_between(fact, chain.from_iterable(sure))]


def _unknown_in(fact: Fact, trace: Trace) -> tuple[int, ...] | None:
    """The elements for which a fact is unknown, () for one of the case; None when it is known or there are none."""
    if fact.list is None:
        return () if _open(trace.facts.get(fact.name)) else None
    items = trace.lists[fact.list].items if fact.list in trace.lists else ()
    return tuple(at for at, item in enumerate(items) if _open(item.get(fact.key))) or None


def _change(fact: Fact, value: Value, elements: tuple[int, ...], trace: Trace) -> Change:
    """An answer, given for every element of which the fact is unknown."""
    if fact.list is None:
        return Change(values={(fact.name, None): _joined(trace.facts.get(fact.name), value)})
    items = trace.lists[fact.list].items
    return Change(values={(fact.name, at): _joined(items[at].get(fact.key), value) for at in elements})


def _whole_list(name: str) -> Question:
    """A list that is not given comes right after what can change the verdict: nearly everything rests on it."""
    return Question(fact=name, elements=(), answers=(), rank=(-1,))


def _open(value: Value | None) -> bool:
    return value is None or (isinstance(value, SetValue) and not value.complete)


def _joined(known: Value | None, value: Value) -> Value:
    """An answer adds to the members that are known already."""
    if isinstance(known, SetValue) and isinstance(value, SetValue):
        return SetValue(members=known.members | value.members)
    return value


def _question(
    fact: str,
    elements: tuple[int, ...],
    tried: Iterable[tuple[Value, Range | None, Tried]],
    now: Summary,
    order: Mapping[str, int],
) -> Question:
    answers = [
        (answer, after) for value, one, after in tried if (answer := _answer(value, one, now, after)) is not None
    ]
    verdicts = [order[after.verdict] for _, after in answers]
    swing = max(verdicts, default=0) - min([*verdicts, order[now.verdict]], default=0) if verdicts else 0
    moves = any(answer.verdict for answer, _ in answers)
    forms = any(answer.form for answer, _ in answers)
    weights = [0] * 8
    for pitfall in {pitfall for answer, _ in answers for pitfall in (*answer.opens, *answer.settles)}:
        risk = max(
            now.states[pitfall][1], *(after.changed.get(pitfall, now.states[pitfall])[1] for _, after in answers)
        )
        weights[risk] += 1
    return Question(
        fact=fact,
        elements=elements,
        answers=_merged([answer for answer, _ in answers]),
        rank=(-int(moves), -swing, -int(forms), *(-weight for weight in reversed(weights))),
    )


def _answer(value: Value, range_: Range | None, now: Summary, after: Tried) -> Answer | None:
    changed = {name: state for name, (state, _) in after.changed.items() if state != now.states[name][0]}
    opens = tuple(sorted(pitfall for pitfall, state in changed.items() if state in ("open", "exposed")))
    settles = tuple(sorted(pitfall for pitfall, state in changed.items() if state in ("covered", "not-applicable")))
    verdict = after.verdict if after.verdict != now.verdict else None
    form = after.form if after.form != now.form else None
    if not (opens or settles or verdict or form):
        return None
    return Answer(value=show(value), range=range_, verdict=verdict, form=form, opens=opens, settles=settles)


def _merged(answers: Sequence[Answer]) -> tuple[Answer, ...]:
    """One answer for ranges next to each other that change the same."""
    found: list[Answer] = []
    for one in answers:
        last = found[-1] if found else None
        if last is not None and last.range is not None and one.range is not None:
            both = last.range.joined(one.range)
            if both is not None and replace(last, value=one.value, range=one.range) == one:
                found[-1] = replace(last, range=both)
                continue
        found.append(one)
    return tuple(found)


def show(value: Value) -> str:
    """A value as it stands in a case file.

    >>> show(True), show(SetValue(members=frozenset()))
    ('true', 'none')
    """
    if isinstance(value, SetValue):
        return ", ".join(sorted(value.members)) or "none"
    return str(value).lower() if isinstance(value, bool) else str(value)
