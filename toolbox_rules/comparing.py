"""Two advices -> what changed between them, pitfall by pitfall, measure by measure."""

from collections.abc import Mapping
from dataclasses import dataclass

from toolbox_rules.advice import Findings
from toolbox_rules.assessing import THREATENING


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Something that differs: ``before`` and ``after`` as they stand in the advice, None where it is not there."""

    what: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The differences from one advice to another.

    ``opened`` are pitfalls that threaten only after, ``closed`` only before; ``states`` are all changes of state.
    """

    facts: tuple[Change, ...]
    verdict: Change | None
    form: Change | None
    opened: tuple[str, ...]
    closed: tuple[str, ...]
    states: tuple[Change, ...]
    added: tuple[str, ...]
    dropped: tuple[str, ...]


def compare(before: Findings, after: Findings) -> Comparison:
    """Say what differs between two advices."""
    old, new = _states(before), _states(after)
    measures = [{item.mitigation for item in one.plan.items} for one in (before, after)]
    forms = [one.form.recommended if one.form else None for one in (before, after)]
    return Comparison(
        facts=_changes(_facts(before), _facts(after)),
        verdict=_change("verdict", before.verdict.id, after.verdict.id),
        form=_change("form", forms[0], forms[1]),
        opened=tuple(
            sorted(one for one, state in new.items() if state in THREATENING and old.get(one) not in THREATENING)
        ),
        closed=tuple(
            sorted(one for one, state in old.items() if state in THREATENING and new.get(one) not in THREATENING)
        ),
        states=_changes(old, new),
        added=tuple(sorted(measures[1] - measures[0])),
        dropped=tuple(sorted(measures[0] - measures[1])),
    )


def _states(findings: Findings) -> dict[str, str]:
    return {one.id: one.state for one in findings.pitfalls}


def _facts(findings: Findings) -> dict[str, str]:
    flat: dict[str, str] = {}
    for group, value in findings.case.to_dict().items():
        if isinstance(value, dict):
            flat |= {f"{group}.{key}": _shown(one) for key, one in value.items()}
        elif group not in ("name", "description"):
            flat[group] = _shown(value)
    return flat


def _shown(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(_shown, value))
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_shown(one)}" for key, one in value.items()) + "}"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _changes(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[Change, ...]:
    names = sorted({*before, *after})
    changes = (_change(name, before.get(name), after.get(name)) for name in names)
    return tuple(change for change in changes if change is not None)


def _change(what: str, before: str | None, after: str | None) -> Change | None:
    return None if before == after else Change(what=what, before=before, after=after)
