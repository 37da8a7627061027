"""Words for a goal, such as ``regie-vacuum`` or ``verdict=go`` -> Goal, and where variants of a case reach it."""

from dataclasses import dataclass
from typing import Literal

from toolbox_rules.assessing import STATES, THREATENING
from toolbox_rules.findings import Desk
from toolbox_rules.problems import Problem, ToolboxError, did_you_mean
from toolbox_rules.questions import Summary
from toolbox_rules.vocabulary import Fact

GoalKind = Literal["pitfall", "verdict", "form", "fact"]
#: What a pitfall can be asked to become, besides each of its states.
THREATENS, GONE = "threatens", "gone"
BETTER, WORSE, UNCLEAR = "better", "worse", "unclear"


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """What should become so.

    A pitfall ``name`` gets one of ``values``, which are states; the verdict or the form becomes one of ``values``; or
    the derived fact ``name`` has ``values[0]`` (a flag "true", a member, a level), or with ``holds`` False has it not.
    ``wanted`` is what was asked for, in the words of a goal.
    """

    kind: GoalKind
    name: str
    values: tuple[str, ...]
    wanted: str
    holds: bool = True


def read_goal(desk: Desk, words: str, now: Summary) -> Goal:
    """Read a goal.

    ``PITFALL`` alone asks for the other side: that it no longer threatens, or that it does. ``PITFALL=STATE`` takes a
    state, ``threatens`` or ``gone``. ``VERDICT`` or ``verdict=VERDICT``, with ``better`` and ``worse``;
    ``form=FORM``; ``FACT=VALUE`` or ``FACT!=VALUE`` for a fact that rules conclude. Raises ``ToolboxError`` (TR210).
    """
    name, equals, value = (part.strip() for part in words.partition("="))
    holds = not name.endswith("!")
    name = name.removesuffix("!").strip()
    shelf = desk.shelf
    if name in shelf.weighing.spec.verdicts and not equals:
        name, equals, value = "verdict", "=", name
    if name in shelf.knowledge.pitfalls and holds:
        return _pitfall_goal(name, value, now)
    if name == "verdict" and holds:
        return _verdict_goal(desk, value, now)
    if name == "form" and holds and shelf.weighing.spec.form is not None:
        order = shelf.rulebook.vocabulary.facts[shelf.weighing.spec.form.needed].order
        return Goal(kind="form", name=name, values=(_one_of(value, order, "form"),), wanted=value)
    fact = shelf.rulebook.vocabulary.facts.get(name)
    if fact is not None and fact.derived and fact.list is None:
        return _fact_goal(fact, value, holds)
    derived = [one.name for one in shelf.rulebook.vocabulary.facts.values() if one.derived and one.list is None]
    known = [*shelf.knowledge.pitfalls, *shelf.weighing.spec.verdicts, *derived, "verdict", "form"]
    raise _wrong(f"no goal is called '{name}'", did_you_mean(name, known))


def _pitfall_goal(name: str, value: str, now: Summary) -> Goal:
    wanted = value or (GONE if now.states[name][0] in THREATENING else THREATENS)
    rest = tuple(state for state in STATES if state not in THREATENING)
    values: tuple[str, ...] = {THREATENS: THREATENING, GONE: rest}.get(wanted, ())
    if not values:
        values = (_one_of(wanted, (*STATES, THREATENS, GONE), "state"),)
    return Goal(kind="pitfall", name=name, values=values, wanted=wanted)


def _verdict_goal(desk: Desk, value: str, now: Summary) -> Goal:
    spec = desk.shelf.weighing.spec
    if value not in (BETTER, WORSE):
        return Goal(
            kind="verdict",
            name="verdict",
            values=(_one_of(value, (*spec.verdicts, BETTER, WORSE), "verdict"),),
            wanted=value,
        )
    order = next((table.verdicts for table in spec.tables if now.verdict in table.verdicts), spec.tables[-1].verdicts)
    at = order.index(now.verdict) if now.verdict in order else -1
    values = order[at + 1 :] if value == BETTER else order[: max(at, 0)]
    return Goal(kind="verdict", name="verdict", values=tuple(values), wanted=value)


def _fact_goal(fact: Fact, value: str, holds: bool) -> Goal:
    if fact.type == "boolean":
        chosen = _one_of(value or "true", ("true", "false"), "value")
        return Goal(kind="fact", name=fact.name, values=("true",), wanted=chosen, holds=(chosen == "true") is holds)
    chosen = _one_of(value, fact.order, "value")
    return Goal(kind="fact", name=fact.name, values=(chosen,), wanted=chosen, holds=holds)


def _one_of(word: str, offered: tuple[str, ...], noun: str) -> str:
    if word in offered:
        return word
    raise _wrong(
        f"no {noun} of a goal is called '{word}'", did_you_mean(word, offered) or f"one of {', '.join(offered)}"
    )


def _wrong(message: str, hint: str | None) -> ToolboxError:
    return ToolboxError([Problem(code="TR210", message=message, location=None, hint=hint)])
