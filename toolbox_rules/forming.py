"""The outcomes of one case in each form -> the lightest form that will do, and why not one lighter or heavier."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from toolbox_rules.model import DecisionTable, Text
from toolbox_rules.planning import Effect, Plan
from toolbox_rules.requiring import Conditions


@dataclass(frozen=True, slots=True, kw_only=True)
class FormOutcome:
    """What becomes of a case in one form, everything else being as it is.

    ``acceptable`` says whether the verdict with the whole plan is good enough. ``threatening`` are the pitfalls that
    threaten now, the most urgent first, ``risk_of`` their risk classes, and ``risks`` their number by class, highest
    first. ``excluded_by`` are
    rules that rule the form out; ``refused`` why the form contradicts other facts of the case, which leaves the rest
    empty. ``opens`` and ``settles`` are the pitfalls that threaten here and not in the recommended form, and the
    reverse. ``conditions`` are only worked out when asked for.
    """

    form: str
    verdict: str | None = None
    with_plan: str | None = None
    acceptable: bool = False
    threatening: tuple[str, ...] = ()
    risk_of: tuple[str, ...] = ()
    risks: tuple[tuple[str, int], ...] = ()
    plan: Plan | None = None
    effect: Effect | None = None
    conditions: Conditions | None = None
    excluded_by: tuple[str, ...] = ()
    refused: Text | None = None
    opens: tuple[str, ...] = ()
    settles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WhyNot:
    """Why the form one rung lighter or heavier than the recommended one is not recommended.

    ``riskier`` are pitfalls that threaten in both, and here with a higher risk.
    ``needed_by`` are rules that ask for a heavier form; ``beyond_need`` says that nothing asks for this one.
    ``unacceptable`` says that its outcome with the whole plan is not good enough, ``worse`` that it is worse than that
    of the recommended form. ``effort`` is what its plan takes more, in units of the smallest measure.
    """

    form: str
    needed_by: tuple[str, ...]
    beyond_need: bool
    excluded_by: tuple[str, ...]
    refused: Text | None
    opens: tuple[str, ...]
    settles: tuple[str, ...]
    riskier: tuple[str, ...]
    unacceptable: bool
    worse: bool
    effort: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FormTable:
    """The same case in every form, lightest first.

    ``needed`` is the form that the need asks for; ``recommended`` the lightest from there on that nothing rules out and
    of which the outcome with the whole plan is acceptable. When there is none it is the one that the need asks for, and
    None when too little is known about the need.
    """

    name: str | None
    rows: tuple[FormOutcome, ...]
    proposed: str | None
    needed: str | None
    recommended: str | None
    lighter: WhyNot | None
    heavier: WhyNot | None

    def row(self, form: str) -> FormOutcome:
        """The outcome in one form."""
        return next(one for one in self.rows if one.form == form)


def is_acceptable(table: DecisionTable, verdict: str) -> bool:
    """Whether a verdict of a table is good enough; without a word about that only its aim is."""
    order = table.verdicts
    return order.index(verdict) >= order.index(table.acceptable or table.aim)


def lightest(rows: Sequence[FormOutcome], floor: str) -> str:
    """The lightest form from ``floor`` on that is allowed and acceptable; ``floor`` itself when none is."""
    names = [one.form for one in rows]
    allowed = (one for one in rows[names.index(floor) :] if not one.excluded_by and one.refused is None)
    return next((one.form for one in allowed if one.acceptable), floor)


def tabled(
    name: str | None,
    rows: Sequence[FormOutcome],
    proposed: str | None,
    needed: str | None,
    asked: Mapping[str, Collection[str]],
    verdicts: Sequence[str],
) -> FormTable:
    """Put the outcomes side by side; ``asked`` gives for each form the rules that ask for it.

    ``verdicts`` are in their order, worst first.
    """
    if needed is None:
        return FormTable(
            name=name, rows=tuple(rows), proposed=proposed, needed=None, recommended=None, lighter=None, heavier=None
        )
    recommended = lightest(rows, needed)
    names = [one.form for one in rows]
    at = names.index(recommended)
    shown = tuple(_against(one, rows[at]) for one in rows)
    heavier_asked = sorted({rule for form in names[at:] for rule in asked.get(form, ())})

    def why_not(place: int) -> WhyNot | None:
        if not 0 <= place < len(shown):
            return None
        return _why_not(shown[place], shown[at], heavier_asked if place < at else (), place > at, verdicts)

    return FormTable(
        name=name,
        rows=shown,
        proposed=proposed,
        needed=needed,
        recommended=recommended,
        lighter=why_not(at - 1),
        heavier=why_not(at + 1),
    )


def _against(one: FormOutcome, recommended: FormOutcome) -> FormOutcome:
    if one.refused is not None or recommended.refused is not None:
        return one
    return replace(
        one,
        opens=tuple(name for name in one.threatening if name not in recommended.threatening),
        settles=tuple(name for name in recommended.threatening if name not in one.threatening),
    )


def _why_not(
    one: FormOutcome, recommended: FormOutcome, needed_by: Sequence[str], heavier: bool, verdicts: Sequence[str]
) -> WhyNot:
    known = one.with_plan is not None and recommended.with_plan is not None
    return WhyNot(
        form=one.form,
        needed_by=tuple(needed_by),
        beyond_need=heavier,
        excluded_by=one.excluded_by,
        refused=one.refused,
        opens=one.opens,
        settles=one.settles,
        riskier=_riskier(one, recommended),
        unacceptable=known and not one.acceptable,
        worse=known and verdicts.index(str(one.with_plan)) < verdicts.index(str(recommended.with_plan)),
        effort=_effort(one) - _effort(recommended) if known else 0,
    )


def _riskier(one: FormOutcome, recommended: FormOutcome) -> tuple[str, ...]:
    highest = [risk for risk, _ in one.risks]
    there = dict(zip(recommended.threatening, recommended.risk_of, strict=True))
    return tuple(
        name
        for name, risk in zip(one.threatening, one.risk_of, strict=True)
        if name in there and highest.index(risk) < highest.index(there[name])
    )


def _effort(one: FormOutcome) -> int:
    return one.plan.effort if one.plan else 0
