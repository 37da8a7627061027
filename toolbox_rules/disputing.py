"""Statements that differ -> what each view leads to, whether the outcome holds for all, and which difference matters.

Nothing is averaged: as long as a fact is disputed it is unknown, and every view is worked out as a case of its own.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from toolbox_rules.assessing import THREATENING
from toolbox_rules.cases import Case, Value
from toolbox_rules.evidence import show_value
from toolbox_rules.questions import Summary
from toolbox_rules.stating import Key


@dataclass(frozen=True, slots=True, kw_only=True)
class Led:
    """What some facts lead to, against the advice in which everything disputed is unknown.

    ``opens`` are pitfalls that then threaten, ``settles`` those that no longer do, or of which it is then clear that
    they do not. ``refused`` says that the facts contradict others, which leaves the rest empty.
    """

    verdict: str | None
    form: str | None
    opens: tuple[str, ...]
    settles: tuple[str, ...]
    refused: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """Everything that one speaker says about what is disputed, and what it leads to."""

    said_by: str
    facts: tuple[tuple[Key, str], ...]
    led: Led


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """One value of a disputed fact, who say so, and what it leads to when everything else disputed is unknown."""

    value: str
    said_by: tuple[str, ...]
    led: Led


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispute:
    """One disputed fact; ``matters`` says whether its values alone lead to different things.

    ``decides`` says whether they lead to different verdicts or forms.
    """

    fact: str
    element: str | None
    positions: tuple[Position, ...]
    matters: bool
    decides: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Disputes:
    """Everything that is disputed.

    ``holds`` says whether every view leads to the same verdict and the same form, and none contradicts other facts;
    ``same_pitfalls`` whether the same pitfalls threaten in all views as well.
    """

    disputes: tuple[Dispute, ...]
    views: tuple[View, ...]
    holds: bool
    same_pitfalls: bool


def weigh_views(case: Case, now: Summary, lead: Callable[[Mapping[Key, Value]], Summary | None]) -> Disputes | None:
    """What the statements of a case lead to; None when nothing is disputed.

    ``now`` is the advice in which everything disputed is unknown; ``lead`` gives that on some facts, or None when these
    contradict others.
    """
    if not case.statements:
        return None
    views = tuple(
        View(said_by=one.said_by, facts=_shown(one.facts), led=_led(now, lead(one.facts))) for one in case.statements
    )
    keys = sorted({key for one in case.statements for key in one.facts}, key=lambda key: (key[0], key[1] or ""))
    return Disputes(
        disputes=tuple(_dispute(case, key, now, lead) for key in keys),
        views=views,
        holds=_alike((one.led.verdict, one.led.form, one.led.refused) for one in views)
        and not any(one.led.refused for one in views),
        same_pitfalls=_alike((one.led.opens, one.led.settles) for one in views),
    )


def _dispute(case: Case, key: Key, now: Summary, lead: Callable[[Mapping[Key, Value]], Summary | None]) -> Dispute:
    values: dict[Value, list[str]] = {}
    for one in case.statements:
        if key in one.facts:
            values.setdefault(one.facts[key], []).append(one.said_by)
    positions = tuple(
        sorted(
            (
                Position(value=show_value(value), said_by=tuple(speakers), led=_led(now, lead({key: value})))
                for value, speakers in values.items()
            ),
            key=lambda one: (one.value, one.said_by),
        )
    )
    fact, element = key
    return Dispute(
        fact=fact,
        element=element,
        positions=positions,
        matters=not _alike(one.led for one in positions),
        decides=not _alike((one.led.verdict, one.led.form) for one in positions),
    )


def _led(now: Summary, after: Summary | None) -> Led:
    if after is None:
        return Led(verdict=None, form=None, opens=(), settles=(), refused=True)
    states = [(name, now.states[name][0], state) for name, (state, _) in sorted(after.states.items())]
    return Led(
        verdict=after.verdict,
        form=after.form,
        opens=tuple(name for name, was, then in states if then in THREATENING and was not in THREATENING),
        settles=tuple(name for name, was, then in states if then != was and then in ("covered", "not-applicable")),
    )


def _shown(facts: Mapping[Key, Value]) -> tuple[tuple[Key, str], ...]:
    ordered = sorted(facts.items(), key=lambda one: (one[0][0], one[0][1] or ""))
    return tuple((key, show_value(value)) for key, value in ordered)


def _alike(things: Iterable[object]) -> bool:
    return len(set(things)) <= 1
