"""The JSON document of an advice: the schema ``toolbox-rules/advice/1`` as pydantic models."""

from typing import Annotated, Final, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from toolbox_rules.rendering.texts import Texts

SCHEMA: Final = "toolbox-rules/advice/1"

Plain = bool | int | float | str | tuple[str, ...] | None
Sorted = Annotated[tuple[str, ...], BeforeValidator(sorted)]


class Part(BaseModel):
    """A part of the document; it can be read from the value of the same shape in the advice."""

    model_config = ConfigDict(frozen=True, extra="forbid", from_attributes=True)


class Subject(Part):
    """An element of a list of the case; ``number`` counts from 0, and is null for one that is not named."""

    list: str
    number: int | None
    name: str | None


class Use(Part):
    """A fact that a rule looks at, with its value; null is unknown, and a set that is not complete may hold more."""

    fact: str
    element: Subject | None
    value: Plain
    complete: bool


class Fired(Part):
    """A rule that holds, the element it holds for, and the facts it looks at."""

    rule: str
    subject: Subject | None
    stratum: int
    facts: tuple[Use, ...]


class Criterion(Part):
    """Where a criterion stands, and the levels that unknown facts leave possible."""

    criterion: str
    level: str
    possible: tuple[str, ...]


class Argument(Part):
    """A rule that speaks for, against or excludes verdicts or forms."""

    rule: str
    stance: Literal["for", "against", "excludes"]
    verdicts: tuple[str, ...]
    forms: tuple[str, ...]


class Weighed(Part):
    """The outcome of one weighing; ``by_table`` is the verdict before exclusions."""

    table: str
    verdict: str
    by_table: str
    possible: tuple[str, ...]
    criteria: tuple[Criterion, ...]
    decisive: tuple[str, ...]
    arguments: tuple[Argument, ...]


class Judgement(Part):
    """The verdict: now, with the planned measures, and with the whole plan."""

    id: str
    possible: tuple[str, ...]
    provisional: bool
    known: int
    decisive: int
    outcome: Weighed
    projected: Weighed
    with_plan: Weighed


class Form(Part):
    """The form proposed, recommended and needed, and the heaviest that unknown facts may still ask for."""

    proposed: str | None
    recommended: str | None
    needed: str
    highest: str
    excluded: tuple[str, ...]
    steps: int | None


class RuleResult(Part):
    """What one rule makes of a pitfall, for one element or for the case as a whole."""

    rule: str
    subject: Subject | None
    state: str


class Threatened(Part):
    """One pitfall; ``certain``: open whatever the unknown facts are; ``possible``: it can still turn out to be open."""

    id: str
    state: Literal["open", "exposed", "undetermined", "covered", "not-applicable"]
    risk: str
    risk_possible: str
    severity: str
    likelihood: str
    certain: bool
    possible: bool
    partly_covered: bool
    projected: str
    subjects: tuple[Subject, ...]
    rules: tuple[RuleResult, ...]
    measures: tuple[str, ...]
    caused_by: tuple[str, ...]


class Measure(Part):
    """One measure of the plan."""

    mitigation: str
    covers: tuple[str, ...]
    adds: tuple[str, ...]
    only_exposed: bool
    planned: bool
    after: tuple[str, ...]


class Left(Part):
    """What is left of the threatening pitfalls once the whole plan is in place."""

    settled: tuple[str, ...]
    reduced: tuple[str, ...]
    left: tuple[str, ...]


class Planned(Part):
    """The plan; ``effort`` is in units of the smallest measure."""

    items: tuple[Measure, ...]
    effort: int
    uncovered: tuple[str, ...]


class Lead(Part):
    """What some facts lead to; ``refused`` when they contradict others."""

    verdict: str | None
    form: str | None
    opens: tuple[str, ...]
    settles: tuple[str, ...]
    refused: bool


class Standpoint(Part):
    """One value of a disputed fact, as in a case file, and who say so."""

    value: str
    said_by: tuple[str, ...]
    led: Lead


class Disputed(Part):
    """A disputed fact; ``matters``: its values alone change something; ``decides``: they change verdict or form."""

    fact: str
    element: str | None
    positions: tuple[Standpoint, ...]
    matters: bool
    decides: bool


class Viewed(Part):
    """Everything that one speaker says; the facts themselves stand in the statements of the case."""

    said_by: str
    led: Lead


class Differences(Part):
    """What is disputed; ``holds``: every view leads to the same verdict and form."""

    disputes: tuple[Disputed, ...]
    views: tuple[Viewed, ...]
    holds: bool
    same_pitfalls: bool


class Elsewhere(Part):
    """What becomes of the case in another form; without a plan when that form contradicts other facts."""

    form: str
    verdict: str | None
    with_plan: str | None
    acceptable: bool
    threatening: tuple[str, ...]
    risk_of: tuple[str, ...]
    plan: Planned | None
    effect: Left | None
    excluded_by: tuple[str, ...]


class Assumed(Part):
    """A criterion that no measure moves, and the level that it has to reach."""

    criterion: str
    now: str
    needed: str


class Moment(Part):
    """One measure of the conditions: when it can still be taken, and the phase at whose end to check it again."""

    measure: str
    phases: tuple[str, ...]
    recheck: str | None


class Exchange(Part):
    """Measures that could stand instead of others, for the same effort."""

    leave: tuple[str, ...]
    take: tuple[str, ...]


class Needed(Part):
    """What has to be arranged for the aim; ``all_swaps`` is false when not every choice of equal effort was tried."""

    aim: str
    reachable: bool
    measures: tuple[str, ...]
    terms: tuple[Moment, ...]
    swaps: tuple[Exchange, ...]
    all_swaps: bool
    assumptions: tuple[Assumed, ...]
    unsettled: tuple[str, ...]
    barred_by: tuple[str, ...]


class Bounds(Part):
    """A range of numbers, with bounds as in the rule language; null where there is none."""

    at_least: int | float | None
    above: int | float | None
    at_most: int | float | None
    below: int | float | None


class Effect(Part):
    """One answer to a question and what it would change; ``value`` is as in a case file.

    Of a number it stands for its whole ``range``, in which every number changes the same.
    """

    value: str
    range: Bounds | None
    verdict: str | None
    form: str | None
    opens: tuple[str, ...]
    settles: tuple[str, ...]


class Asked(Part):
    """An unknown fact, or a list that is not given, and what answers would change; the most decisive comes first."""

    fact: str
    elements: tuple[Subject, ...]
    answers: tuple[Effect, ...]


class Within(Part):
    """The mitigations that can still be taken, and those that cannot."""

    available: Sorted
    in_place: Sorted
    planned: Sorted
    too_late: Sorted
    unsuitable: Sorted


class Made(Part):
    """What the advice was made from: SHA-256 of the facts, rules and knowledge."""

    facts: str
    rules: str
    knowledge: str
    version: str


class Document(BaseModel):
    """One advice."""

    model_config = ConfigDict(frozen=True, extra="forbid", title="Advice of toolbox-rules")

    schema_: Literal["toolbox-rules/advice/1"] = Field(default=SCHEMA, alias="schema")
    case: dict[str, object]
    verdict: Judgement
    form: Form | None
    pitfalls: tuple[Threatened, ...]
    plan: Planned
    effect: Left
    conditions: Needed | None
    questions: tuple[Asked, ...]
    reach: Within
    in_recommended: Elsewhere | None
    disputes: Differences | None
    receipt: Made
    trace: tuple[Fired, ...]
    texts: Texts | None = None
