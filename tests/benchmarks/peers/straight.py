"""Straight-line Python, two-valued: one assignment per flag. No rule engine can do less; it is the limit."""

from typing import Any

from tests.benchmarks.neutral import Among, Condition, Count, Flag, Is, Number, Rivals, Rulebase
from tests.benchmarks.peers.loaded import Loaded

NAME = "straight-line Python"
CANNOT = ("unknown facts", "any explanation: nothing is left of the rules")


def load(rulebase: Rulebase) -> Loaded:
    """Generate the function."""
    source = _source(rulebase)
    space: dict[str, Any] = {}
    exec(compile(source, "<rules>", "exec"), space)
    run, flags = space["run"], rulebase.flags
    return Loaded(
        ready=lambda case: (case.attributes, case.partners),
        run=lambda case: run(*case),
        flags=lambda found: frozenset(flag for flag, holds in zip(flags, found, strict=True) if holds),
    )


def _source(rulebase: Rulebase) -> str:
    lines = ["def run(attributes, partners):"]
    names = sorted(
        {one.attribute for rule in rulebase.rules for one in rule.conditions if isinstance(one, Among | Is | Number)}
    )
    lines += [f"    {name} = attributes[{name!r}]" for name in names]
    about = rulebase.about_partners()
    lines += [f"    s{at} = {_on_partners(one)}" for at, one in enumerate(about)]
    for flag, rules in rulebase.by_flag():
        parts = [" and ".join(_part(one, about) for one in rule.conditions) for rule in rules]
        lines.append(f"    {flag} = " + (" or ".join(parts) or "False"))
    lines.append("    return (" + "".join(f"{flag}, " for flag in rulebase.flags) + ")")
    return "\n".join(lines) + "\n"


def _part(one: Condition, about: tuple[Condition, ...]) -> str:
    match one:
        case Among(name, (value,)):
            return f"{name} == {value!r}"
        case Among(name, values):
            return f"{name} in {values!r}"
        case Is(name, value):
            return name if value else f"not {name}"
        case Number(name, op, bound):
            return f"{name} {op} {bound}"
        case Flag(flag, holds):
            return flag if holds else f"not {flag}"
        case _:
            return f"s{about.index(one)}"


def _on_partners(one: Count | Rivals) -> str:
    match one:
        case Count(kind, number):
            return f"sum([p['type'] == {kind!r} for p in partners]) >= {number}"
        case Rivals(kind, other):
            return (
                f"any([p['market'] == q['market'] for p in partners if p['type'] == {kind!r}"
                f" for q in partners if q['type'] == {other!r}])"
            )
