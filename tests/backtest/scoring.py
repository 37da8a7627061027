"""Advice against what is documented: the figures of each case, and of some cases together."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

from tests.backtest.documented import Documented
from toolbox_rules.advice import Desk, Findings, find, set_up, with_measures
from toolbox_rules.assessing import STATES, THREATENING, Memo, assess
from toolbox_rules.cases import Case, read_case
from toolbox_rules.inference import Trace, infer
from toolbox_rules.network import RuleNodes
from toolbox_rules.planning import useful_links
from toolbox_rules.proving import explain
from toolbox_rules.reading import Shelf
from toolbox_rules.rendering import proofs

TOP = 5
TOP_TEN = 10
#: How many questions one would put in a first talk.
EARLY = 10
_COVERAGE = {"partial": 1, "full": 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """What the advice makes of one documented pitfall.

    ``happened`` tells what was seen from what only threatened; ``place`` is its place, from 1, among what is open or
    exposed. ``asked`` says that a question of the advice has an answer that opens or settles it. ``own`` says that it
    is open or exposed only by rules that cite nothing but the sources of this very case. ``reason`` is the first thing
    that keeps it from being open or exposed.
    """

    pitfall: str
    happened: bool
    state: str
    place: int | None
    asked: int | None
    own: bool
    reason: str | None

    @property
    def found(self) -> bool:
        """Whether it is open or exposed."""
        return self.place is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """Where one documented helpful measure stands in the advice: ``plan``, ``alternative``, ``in place`` or why not."""

    mitigation: str
    standing: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """The figures of one case.

    ``states`` and ``rules`` hold what became of every pitfall and every rule; ``without_own`` how many documented
    pitfalls are still open or exposed when the rules are left out that cite only sources of this case, and
    ``without_topic`` when those are left out that cite only sources of cases of its topic.
    """

    case: str
    documented: Documented
    hits: tuple[Hit, ...]
    measures: tuple[Measure, ...]
    open: int
    exposed: int
    questions: int
    top: tuple[str, ...]
    verdict: str
    possible: tuple[str, ...]
    states: Mapping[str, str]
    rules: Mapping[str, str]
    without_own: int
    without_topic: int

    @property
    def verdict_fits(self) -> bool | None:
        """Whether the verdict is a sensible one; None when nobody said what would be."""
        return self.verdict in self.documented.verdicts if self.documented.verdicts else None


def score_all(documented: Mapping[str, Documented], cases: Path, shelf: Shelf) -> tuple[Score, ...]:
    """Put every documented case to the rules as they are, and to the rules without those of its own sources."""
    desk = set_up(shelf, "")
    read = {
        name: read_case(cases / f"{name}.yaml", shelf.rulebook.vocabulary, shelf.knowledge.spellings)
        for name in documented
    }
    sources = {name: _sources(name, case, shelf) for name, case in read.items()}
    return tuple(_score(desk, name, read[name], documented, sources) for name in documented)


def _score(
    desk: Desk, name: str, case: Case, documented: Mapping[str, Documented], sources: Mapping[str, frozenset[str]]
) -> Score:
    one = documented[name]
    found = find(desk, case)
    own = rules_citing_only(desk.shelf, sources[name])
    of_topic = frozenset[str]().union(*(sources[other] for other in documented if documented[other].topic == one.topic))
    threatening = [pitfall.id for pitfall in found.pitfalls if pitfall.state in THREATENING]
    return Score(
        case=name,
        documented=one,
        hits=tuple(_hit(desk, found, pitfall, pitfall in one.seen, threatening, own) for pitfall in one.pitfalls),
        measures=tuple(Measure(mitigation=helped, standing=standing(desk, found, helped)) for helped in one.helped),
        open=sum(pitfall.state == "open" for pitfall in found.pitfalls),
        exposed=sum(pitfall.state == "exposed" for pitfall in found.pitfalls),
        questions=len(found.questions),
        top=tuple(threatening[:TOP]),
        verdict=found.verdict.id,
        possible=found.verdict.possible,
        states={pitfall.id: pitfall.state for pitfall in found.pitfalls},
        rules=_rules(desk.shelf, found),
        without_own=_found_without(desk.shelf, case, one, own),
        without_topic=_found_without(desk.shelf, case, one, rules_citing_only(desk.shelf, of_topic)),
    )


def _sources(name: str, case: Case, shelf: Shelf) -> frozenset[str]:
    """The sources that tell about a case: those of its file and those of its story."""
    story = shelf.knowledge.cases.get(name)
    return frozenset(case.sources) | frozenset(story.sources if story else ())


def rules_citing_only(shelf: Shelf, sources: frozenset[str]) -> frozenset[str]:
    """The rules that cite some of these sources and no other."""
    rules = shelf.rulebook.rules.values()
    return frozenset(rule.id for rule in rules if rule.spec.sources and sources.issuperset(rule.spec.sources))


def _hit(
    desk: Desk, found: Findings, pitfall: str, happened: bool, threatening: Sequence[str], own: frozenset[str]
) -> Hit:
    advice = next(one for one in found.pitfalls if one.id == pitfall)
    place = threatening.index(pitfall) + 1 if pitfall in threatening else None
    asked = (
        at
        for at, question in enumerate(found.questions, 1)
        if any(pitfall in (*answer.opens, *answer.settles) for answer in question.answers)
    )
    deciding = {rule.rule for rule in advice.assessment.rules if rule.state in THREATENING}
    return Hit(
        pitfall=pitfall,
        happened=happened,
        state=advice.state,
        place=place,
        asked=next(asked, None),
        own=place is not None and deciding <= own,
        reason=None if place is not None else first_reason(desk, found, pitfall, advice.state),
    )


def first_reason(desk: Desk, found: Findings, pitfall: str, state: str) -> str:
    """The first step of the explanation that keeps a pitfall from being open or exposed, with its rule."""
    proof = explain(desk, found, pitfall, whole=True)
    marks = ("? ",) if state == "undetermined" else ("yes ",) if state == "covered" else ("no ",)
    rule, arranging = "", state != "covered"
    for line in (line.strip() for line in proofs.to_text(proof, found, desk, "en").splitlines()):
        if line.startswith("Rule: "):
            rule = line.removeprefix("Rule: ").partition(":")[0]
        arranging = arranging or line.startswith("Is it arranged?")
        if arranging and line.startswith(marks) and not line.endswith(":"):  # a group of steps says nothing itself
            return f"{rule}: {' '.join(line.split())}"
    return f"no step of the explanation says why it is {state}"


def standing(desk: Desk, found: Findings, measure: str) -> str:
    """Where a measure stands: in the plan, an alternative to a measure of it, in place, or why none of these."""
    if measure in found.reach.in_place | found.reach.held:
        return "in place"
    if any(item.mitigation == measure for item in found.plan.items):
        return "plan"
    if measure in found.reach.too_late:
        return "too late"
    if measure in found.reach.unsuitable:
        return "unsuitable"
    mitigations = desk.shelf.knowledge.mitigations
    does = {link.pitfall: _COVERAGE[link.coverage] for link in useful_links(mitigations[measure])}
    for item in found.plan.items:
        links = {link.pitfall: _COVERAGE[link.coverage] for link in useful_links(mitigations[item.mitigation])}
        if item.adds and all(does.get(pitfall, 0) >= links[pitfall] for pitfall in item.adds):
            return "alternative"
    threatening = {one.id for one in found.pitfalls if one.state in THREATENING}
    return "the plan has other measures" if threatening & set(does) else "nothing that it helps against threatens"


def _rules(shelf: Shelf, found: Findings) -> dict[str, str]:
    """What became of every rule: the state of its pitfall, or for one that derives fires, undetermined or silent."""
    states = dict.fromkeys(shelf.rulebook.rules, "not-applicable")
    for pitfall in found.pitfalls:
        for rule in pitfall.assessment.rules:
            states[rule.rule] = min(states[rule.rule], rule.state, key=STATES.index)
    for nodes in found.trace.engine.network.rules:
        if not shelf.rulebook.rules[nodes.rule].threats:
            states[nodes.rule] = _fired(found.trace, nodes)
    return states


def _fired(trace: Trace, nodes: RuleNodes) -> str:
    must, may = trace.rails(nodes.exposure)
    lists = [trace.lists.get(name) for name in nodes.lists]
    unnamed = any(elements is None or not elements.complete for elements in lists)
    return "fires" if must else "undetermined" if may or unnamed else "silent"


def _found_without(shelf: Shelf, case: Case, documented: Documented, left_out: frozenset[str]) -> int:
    """How many documented pitfalls are open or exposed when some rules are left out."""
    kept = {name: rule for name, rule in shelf.rulebook.rules.items() if name not in left_out}
    desk = set_up(replace(shelf, rulebook=replace(shelf.rulebook, rules=kept)), "")
    trace = infer(desk.engine, *with_measures(desk, case, case.in_place, given_wins=True))
    assessments = assess(desk.assessor, trace, case.in_place, Memo())
    return sum(assessments[pitfall].state in THREATENING for pitfall in documented.pitfalls)


# --- cases together -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many."""

    part: int
    whole: int

    @property
    def percent(self) -> int | None:
        """In whole percents, halves up; None of nothing."""
        return (200 * self.part + self.whole) // (2 * self.whole) if self.whole else None

    def reaches(self, percent: int) -> bool:
        """Whether it is at least so many percent; a share of nothing is not."""
        return bool(self.whole) and self.part * 100 >= percent * self.whole

    def __str__(self) -> str:
        return "none" if not self.whole else f"{self.percent} % ({self.part} of {self.whole})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """The figures of some cases together; ``open_counts`` and ``threat_counts`` go case by case."""

    documented: int
    open: Share
    threatening: Share
    asked: Share
    asked_early: Share
    top_five: Share
    top_ten: Share
    top_documented: Share
    in_plan: Share
    in_reach: Share
    verdicts: Share
    own: Share
    without_own: Share
    without_topic: Share
    open_counts: tuple[int, ...]
    threat_counts: tuple[int, ...]


def total(scores: Iterable[Score], wanted: Callable[[Hit], bool] = lambda _: True) -> Total:
    """Add up some cases; ``wanted`` picks out which documented pitfalls count."""
    scores = tuple(scores)
    hits = [hit for score in scores for hit in score.hits if wanted(hit)]
    measures = [measure.standing for score in scores for measure in score.measures]
    judged = [score.verdict_fits for score in scores if score.verdict_fits is not None]
    found = [hit for hit in hits if hit.found]
    everything = sum(len(score.hits) for score in scores)

    def share(part: Iterable[object]) -> Share:
        return Share(sum(map(bool, part)), len(hits))

    return Total(
        documented=len(hits),
        open=share(hit.state == "open" for hit in hits),
        threatening=share(hit.found for hit in hits),
        asked=share(hit.found or _asked(hit) for hit in hits),
        asked_early=share(hit.found or _asked(hit, EARLY) for hit in hits),
        top_five=share(hit.place is not None and hit.place <= TOP for hit in hits),
        top_ten=share(hit.place is not None and hit.place <= TOP_TEN for hit in hits),
        top_documented=Share(
            sum(pitfall in score.documented.pitfalls for score in scores for pitfall in score.top),
            sum(len(score.top) for score in scores),
        ),
        in_plan=Share(measures.count("plan"), len(measures)),
        in_reach=Share(sum(map(measures.count, ("plan", "alternative", "in place"))), len(measures)),
        verdicts=Share(sum(judged), len(judged)),
        own=Share(sum(hit.own for hit in found), len(found)),
        without_own=Share(sum(score.without_own for score in scores), everything),
        without_topic=Share(sum(score.without_topic for score in scores), everything),
        open_counts=tuple(score.open for score in scores),
        threat_counts=tuple(score.open + score.exposed for score in scores),
    )


def _asked(hit: Hit, within: int | None = None) -> bool:
    """Whether it is undetermined and asked for, by one of the first questions when these are counted."""
    return hit.state == "undetermined" and hit.asked is not None and (within is None or hit.asked <= within)


def middle(numbers: Sequence[int]) -> float:
    """The median; 0 of nothing."""
    return float(median(numbers)) if numbers else 0.0


def states_of(scores: Iterable[Score], of: Callable[[Score], Mapping[str, str]]) -> dict[str, Counter[str]]:
    """In how many cases each pitfall, or each rule, has which state."""
    counted: dict[str, Counter[str]] = {}
    for score in scores:
        for name, state in of(score).items():
            counted.setdefault(name, Counter())[state] += 1
    return counted
