"""The nouns of a toolbox as they stand in its YAML files; pydantic models are the schema.

A file is first read strictly as YAML (``documents``), then laid against one of these models (``reading``).
Conditions are kept as they stand here; ``conditions`` gives them their meaning.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictFloat, StrictInt, StringConstraints

Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=40)]
Words = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Number = StrictInt | StrictFloat
Lang = Literal["nl", "en"]
RawCondition = dict[str, object]

#: How a claim is supported: the cited source says it, we infer it from the source, or common professional knowledge.
Basis = Literal["source", "inferred", "general"]
LinkBasis = Literal["source", "inferred", "general", "no-effect"]


class Frozen(BaseModel):
    """A value that never changes and knows no other keys than its own."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Text(Frozen):
    """One text in both languages."""

    nl: Words
    en: Words

    def in_language(self, lang: Lang) -> str:
        """Give the text in one language.

        >>> Text(nl="ja", en="yes").in_language("nl")
        'ja'
        """
        return self.nl if lang == "nl" else self.en


class TextList(Frozen):
    """A list of sentences in both languages, item by item the same."""

    nl: tuple[Words, ...] = ()
    en: tuple[Words, ...] = ()

    def in_language(self, lang: Lang) -> tuple[str, ...]:
        """Give the sentences in one language."""
        return self.nl if lang == "nl" else self.en


# --- vocabulary -----------------------------------------------------------------------------------------------


class ValueSpec(Text):
    """One allowed value of a choice: its label in both languages and what it means.

    ``ages`` marks a topic that law or money decide: a pitfall about it has a year to look at it again.
    """

    help: Text | None = None
    aliases: tuple[Words, ...] = ()
    sources: tuple[str, ...] = ()
    ages: StrictBool = False

    @property
    def label(self) -> Text:
        """The label alone."""
        return Text(nl=self.nl, en=self.en)


class ChoiceList(Frozen):
    """Values that several facts share; ``ordered`` means written from lowest to highest."""

    label: Text
    ordered: StrictBool = False
    help: Text | None = None
    sources: tuple[str, ...] = ()
    values: dict[Identifier, ValueSpec] = Field(min_length=1)


FactType = Literal["boolean", "integer", "number", "text", "choice", "ordered", "set", "names"]


#: How hard it is to make a fact otherwise; ``never`` is what law, history or others decide.
Changeability = Literal["easy", "hard", "never"]


class FactSpec(Frozen):
    """One fact a case can give, or (``derived``) that rules conclude.

    ``ages`` marks a fact that law or money decide: whatever rests on it has a year to look at it again. ``change`` says
    how hard it is to change.
    """

    type: FactType
    of: str | None = None
    values: dict[Identifier, ValueSpec] | None = None
    label: Text
    question: Text | None = None
    help: Text | None = None
    aliases: tuple[Words, ...] = ()
    derived: StrictBool = False
    unit: Text | None = None
    minimum: Number | None = None
    maximum: Number | None = None
    ages: StrictBool = False
    change: Changeability = "easy"


class GroupSpec(Frozen):
    """A named group of facts about the case as a whole."""

    label: Text
    aliases: tuple[Words, ...] = ()
    facts: dict[Name, FactSpec]


class ListSpec(Frozen):
    """A list of entities, such as partners, each with the same facts."""

    element: Name
    label: Text
    question: Text
    help: Text | None = None
    aliases: tuple[Words, ...] = ()
    facts: dict[Name, FactSpec]


class ConstraintSpec(Frozen):
    """Facts that contradict each other; a case in which ``never`` holds is refused."""

    never: RawCondition
    because: Text


class VocabularySpec(Frozen):
    """Everything a case can say; the file ``rules/vocabulary.yaml``."""

    words: dict[str, tuple[Words, ...]] = {}
    choices: dict[Identifier, ChoiceList] = {}
    groups: dict[Name, GroupSpec]
    lists: dict[Name, ListSpec] = {}
    constraints: tuple[ConstraintSpec, ...] = ()


# --- rules ----------------------------------------------------------------------------------------------------


class Target(Frozen):
    """What an argument is about: verdicts or integration forms."""

    verdict: tuple[Identifier, ...] = ()
    form: tuple[Identifier, ...] = ()


class ArgumentSpec(Frozen):
    """A reason for, against, or ruling out a verdict or a form."""

    for_: Target | None = Field(default=None, alias="for")
    against: Target | None = None
    excludes: Target | None = None


class ConclusionSpec(Frozen):
    """What follows when a rule holds: a pitfall threatens, a derived fact is set, or an argument stands."""

    pitfall: Identifier | None = None
    likelihood: Identifier | None = None
    set: dict[str, object] | None = None
    argument: ArgumentSpec | None = None


class ExampleSpec(Frozen):
    """A small case and what the rule makes of it."""

    case: dict[str, object]
    expect: Literal["open", "exposed", "undetermined", "covered", "not-applicable", "fires", "silent"]


class RuleSpec(Frozen):
    """One rule file."""

    id: Identifier
    title: Text
    for_: Name | None = Field(default=None, alias="for")
    when: RawCondition
    unless: RawCondition | None = None
    then: tuple[ConclusionSpec, ...] = Field(min_length=1)
    aggravated_by: tuple[RawCondition, ...] = ()
    because: Text
    basis: Basis
    sources: tuple[str, ...] = ()
    review: StrictInt | None = None
    examples: tuple[ExampleSpec, ...] = Field(min_length=1)


# --- knowledge ------------------------------------------------------------------------------------------------


class PitfallLink(Frozen):
    """An edge from one pitfall to another that it causes or makes worse."""

    pitfall: Identifier
    because: Text
    basis: LinkBasis
    sources: tuple[str, ...] = ()


class CaseLink(Frozen):
    """An edge to a practice case in which the pitfall was seen or the mitigation helped."""

    case: Identifier
    because: Text
    basis: LinkBasis
    sources: tuple[str, ...] = ()


class Pitfall(Frozen):
    """What can go wrong in a collaboration; ``few_mitigations`` says why fewer than two mitigations help."""

    id: Identifier
    name: Text
    summary: Text
    signs: TextList
    area: Identifier
    topic: Identifier
    severity: Identifier
    likelihood: Identifier
    affects: tuple[Identifier, ...]
    basis: Basis
    sources: tuple[str, ...] = ()
    leads_to: tuple[PitfallLink, ...] = ()
    aggravates: tuple[PitfallLink, ...] = ()
    seen_in: tuple[CaseLink, ...] = ()
    few_mitigations: Text | None = None
    review: StrictInt | None = None


class MitigatesLink(Frozen):
    """What a mitigation does for one pitfall."""

    pitfall: Identifier
    coverage: Literal["full", "partial"]
    because: Text
    basis: LinkBasis
    sources: tuple[str, ...] = ()


class MitigationLink(Frozen):
    """An edge to another mitigation that is needed first, or that conflicts."""

    mitigation: Identifier
    because: Text


class Mitigation(Frozen):
    """What one can do about pitfalls: a measure, a method or a tip."""

    id: Identifier
    kind: Literal["measure", "method", "tip"]
    name: Text
    summary: Text
    steps: TextList
    effort: Identifier
    phases: tuple[Identifier, ...] = Field(min_length=1)
    who: Text
    not_when: Text | None = None
    unsuitable_when: RawCondition | None = None
    sign: Text
    sets: dict[str, object] = {}
    mitigates: tuple[MitigatesLink, ...] = Field(min_length=1)
    needs: tuple[MitigationLink, ...] = ()
    conflicts: tuple[MitigationLink, ...] = ()
    helped_in: tuple[CaseLink, ...] = ()
    basis: Basis
    sources: tuple[str, ...] = ()
    review: StrictInt | None = None


class PracticeCase(Frozen):
    """The story of a documented collaboration."""

    id: Identifier
    name: Text
    place: Words | None = None
    period: Words | None = None
    summary: Text
    outcome: Literal["success", "mixed", "failed", "ended", "running", "unknown"]
    learned: TextList = TextList()
    sources: tuple[str, ...] = Field(min_length=1)


class Source(Frozen):
    """Where a claim comes from, and how much of it was read.

    ``background`` marks one that was read for the whole and that no single claim rests on.
    """

    title: Words
    publisher: Words | None = None
    year: StrictInt | None = None
    kind: Literal["article", "report", "news", "law", "study", "website", "guide", "other"]
    url: Words | None = None
    urls: tuple[Words, ...] = ()
    read: Literal["full", "excerpt"]
    background: StrictBool = False
    note: Text | None = None


class SourcesFile(Frozen):
    """The file ``knowledge/sources.yaml``."""

    sources: dict[str, Source]


# --- weighing -------------------------------------------------------------------------------------------------


class LevelSpec(Frozen):
    """One class of an ordered scale."""

    label: Text


class EffortSpec(LevelSpec):
    """One class of effort; ``cost`` says how many units of the lowest class it is worth in a plan."""

    cost: Annotated[int, Field(ge=1, le=100)]


class RiskSpec(Frozen):
    """Severity and likelihood to an ordered risk class; rows are severities, columns likelihoods, lowest first."""

    severity: dict[Identifier, LevelSpec]
    likelihood: dict[Identifier, LevelSpec]
    classes: dict[Identifier, LevelSpec]
    table: dict[Identifier, tuple[Identifier, ...]]


class PitfallTally(Frozen):
    """A count of pitfalls by risk: those that threaten and, unless ``remedy`` is left out, whether anything helps."""

    risk: Identifier
    remedy: StrictBool | None = None
    at_least: StrictInt | None = None
    at_most: StrictInt | None = None


class CriterionLevel(Frozen):
    """One level of a criterion; the level without ``when`` and ``pitfalls`` is what remains."""

    label: Text
    because: Text
    when: RawCondition | None = None
    pitfalls: PitfallTally | None = None


class Criterion(Frozen):
    """One column of the decision table; levels from worst to best."""

    label: Text
    question: Text
    levels: dict[Identifier, CriterionLevel] = Field(min_length=2)


class VerdictSpec(Frozen):
    """One possible outcome of the weighing."""

    label: Text
    sentence: Text


class DecisionTable(Frozen):
    """Rows of criterion levels to a verdict; ``verdicts`` from worst to best; ``aim`` is what conditions lead to.

    ``acceptable`` is the worst verdict that is good enough for a form to be recommended; without it only the aim is.
    """

    id: Identifier
    label: Text
    when: RawCondition | None = None
    verdicts: tuple[Identifier, ...] = Field(min_length=2)
    aim: Identifier
    acceptable: Identifier | None = None
    rows: tuple[dict[str, object], ...] = Field(min_length=1)


class FormSpec(Frozen):
    """Which facts hold the form proposed and the form needed."""

    proposed: str
    needed: str


class UndecidedSpec(Frozen):
    """The verdict when fewer than ``below_percent`` of the deciding facts are known and they settle no criterion."""

    verdict: Identifier
    below_percent: Annotated[int, Field(ge=0, le=100)]


class PlanSpec(Frozen):
    """What a plan must do: from the risk ``take_away`` on, a pitfall asks for a measure that takes it away."""

    take_away: Identifier


class WeighingSpec(Frozen):
    """The file ``rules/weighing.yaml``."""

    phase: str
    form: FormSpec | None = None
    risk: RiskSpec
    effort: dict[Identifier, EffortSpec]
    criteria: dict[Identifier, Criterion]
    verdicts: dict[Identifier, VerdictSpec]
    tables: tuple[DecisionTable, ...] = Field(min_length=1)
    plan: PlanSpec | None = None
    undecided: UndecidedSpec | None = None
