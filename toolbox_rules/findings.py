"""What giving advice starts from, and what it finds: values without a word of text."""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field

from toolbox_rules.appraising import Basis
from toolbox_rules.assessing import Assessment, Assessor
from toolbox_rules.cases import Case
from toolbox_rules.disputing import Disputes
from toolbox_rules.forming import FormOutcome
from toolbox_rules.hashing import Receipt
from toolbox_rules.inference import Engine, Trace
from toolbox_rules.offering import Option, Reach
from toolbox_rules.planning import Effect, Plan
from toolbox_rules.questions import Probe, Question
from toolbox_rules.reading import Shelf
from toolbox_rules.requiring import Conditions
from toolbox_rules.weighing import Outcome, Scales


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Everything that giving advice needs, worked out once from what was read.

    ``engine`` runs the rules on the case; ``trials``, always the native one, bounds what answers can lead to; ``basis``
    is what the many what-ifs behind questions and conditions rest on. ``settling`` are the conditions under which a
    mitigation that others need is so already; ``tests_known`` says that some rule asks whether a fact is known;
    ``deciding`` are the facts that the criteria and the exclusions rest on; ``hashes`` identify the rules and the
    knowledge.
    """

    shelf: Shelf
    engine: Engine
    trials: Engine
    basis: Basis
    assessor: Assessor
    scales: Scales
    options: Mapping[str, Option]
    settling: tuple[str, ...]
    unsuitable: Callable[[tuple[int, ...]], Hashable]
    probe: Probe
    tests_known: bool
    deciding: tuple[str, ...]
    hashes: Mapping[str, str]
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PitfallAdvice:
    """One pitfall in one case.

    ``risk`` is the class that is certain, ``risk_possible`` the highest it can still be. ``projected`` is the state
    once the planned measures are in place. ``subjects`` are the elements it is about; ``rules`` those that give the
    state; ``caused_by`` the threatening pitfalls that lead to it.
    """

    id: str
    state: str
    risk: str
    risk_possible: str
    severity: str
    likelihood: str
    partly_covered: bool
    projected: str
    subjects: tuple[int, ...]
    rules: tuple[str, ...]
    measures: tuple[str, ...]
    caused_by: tuple[str, ...]
    assessment: Assessment


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The outcome of the weighing, now, with the planned measures, and with the whole plan.

    ``known`` of ``decisive`` is how many of the facts that decide it are known.
    """

    id: str
    outcome: Outcome
    projected: Outcome
    with_plan: Outcome
    known: int
    decisive: int

    @property
    def possible(self) -> tuple[str, ...]:
        """The verdicts that the unknown facts leave open, worst first."""
        return self.outcome.possible

    @property
    def provisional(self) -> bool:
        """Whether fewer than six in ten of the deciding facts are known."""
        return self.known * 10 < self.decisive * 6


@dataclass(frozen=True, slots=True, kw_only=True)
class FormAdvice:
    """The lightest form that meets the need.

    ``recommended`` is None when nothing is known about the need. ``highest`` is the heaviest form that unknown facts
    may still ask for; ``steps`` how many rungs the proposed form stands above (or below) the recommended one.
    """

    proposed: str | None
    recommended: str | None
    needed: str
    highest: str
    excluded: tuple[str, ...]
    steps: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """The advice as a value: everything that was found, without a word of text.

    ``in_recommended`` is what becomes of the case in the recommended form, when another one is proposed;
    ``disputes`` what the statements lead to, when these differ.
    """

    case: Case
    verdict: Verdict
    form: FormAdvice | None
    pitfalls: tuple[PitfallAdvice, ...]
    plan: Plan
    effect: Effect
    conditions: Conditions | None
    questions: tuple[Question, ...]
    reach: Reach
    in_recommended: FormOutcome | None
    disputes: Disputes | None
    receipt: Receipt
    trace: Trace = field(repr=False)
