"""Advice against what is documented: the figures of each case."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tests.backtest.documented import Documented
from toolbox_rules.advice import find, set_up
from toolbox_rules.assessing import STATES, THREATENING, Memo, assess
from toolbox_rules.cases import Case, read_case
from toolbox_rules.findings import Desk, Findings
from toolbox_rules.inference import Trace, infer
from toolbox_rules.network import RuleNodes
from toolbox_rules.offering import useful_links
from toolbox_rules.proof import Proof
from toolbox_rules.proving import explain
from toolbox_rules.reading import Shelf
from toolbox_rules.rendering.naming import Voice
from toolbox_rules.rendering.retelling import retold
from toolbox_rules.rendering.steps import Step
from toolbox_rules.rendering.telling import story_of
from toolbox_rules.situating import with_measures

TOP = 5
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
class Observed:
    """What became of every pitfall and every rule in one case."""

    states: Mapping[str, str]
    rules: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """The figures of one case.

    ``without_own`` says how many documented pitfalls are still open or exposed when the rules are left out that cite
    only sources of this case, ``without_topic`` without those that cite only sources of cases of its topic.
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
    observed: Observed
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
    of_topic: dict[str, frozenset[str]] = {}
    for name, one in documented.items():
        of_topic[one.topic] = of_topic.get(one.topic, frozenset()) | sources[name]
    fewer = {topic: _without(desk, rules_citing_only(shelf, cited)) for topic, cited in of_topic.items()}
    return tuple(
        _score(desk, fewer[one.topic], name, read[name], one, rules_citing_only(shelf, sources[name]))
        for name, one in documented.items()
    )


def _score(desk: Desk, fewer: Desk, name: str, case: Case, one: Documented, own: frozenset[str]) -> Score:
    """Score one case; ``own`` are the rules of its own sources, ``fewer`` is without the rules of its topic."""
    found = find(desk, case)
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
        observed=_observed(desk.shelf, found),
        without_own=_found_with(_without(desk, own), case, one),
        without_topic=_found_with(fewer, case, one),
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
    story = story_of(found, Voice(desk=desk, lang="en"))
    mark = {"undetermined": "unknown", "covered": "true"}.get(state, "false")
    for rule in proof.children:
        frames = [frame for frame in rule.children if state != "covered" or frame.kind == "control"]
        for part, step in ((frame, leaf) for frame in frames for leaf in leaves(frame, mark)):
            alone = replace(rule, children=(replace(part, children=(step,)),))
            words = next(one for one in flattened(retold(alone, story).steps) if one.mark)
            title = desk.shelf.rulebook.rules[rule.name].spec.title.en
            return f"'{title}' asks {words.words}; found: {words.found or words.mark}"
    unnamed = next((rule for rule in proof.children if rule.state == state), proof.children[0])
    title = desk.shelf.rulebook.rules[unnamed.name].spec.title.en
    if state == "not-applicable":
        return f"'{title}' cannot hold here, whoever is still to be named"
    return f"'{title}' depends on who or what is not named yet"


def leaves(proof: Proof, truth: str) -> Iterator[Proof]:
    """The tests of a condition that come out in one way, without what derived facts rest on."""
    if proof.kind in ("test", "fact", "quantifier"):
        if proof.truth == truth:
            yield proof
        return
    turned = (proof.kind, proof.name) in (("condition", "not"), ("quantifier", "none"))
    asked = {"true": "false", "false": "true"}.get(truth, truth) if turned else truth
    for part in proof.children:
        yield from leaves(part, asked)


def flattened(steps: Iterable[Step]) -> Iterator[Step]:
    """Steps and the steps below them, in reading order."""
    for step in steps:
        yield step
        yield from flattened(step.below)


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


def observe_others(documented: Iterable[str], cases: Path, shelf: Shelf) -> tuple[Observed, ...]:
    """What becomes of pitfalls and rules in the case files of which nothing is documented, such as invented ones."""
    desk = set_up(shelf, "")
    others = sorted(path for path in cases.glob("*.yaml") if path.stem not in set(documented))
    read = (read_case(path, shelf.rulebook.vocabulary, shelf.knowledge.spellings) for path in others)
    return tuple(_observed(shelf, find(desk, case)) for case in read)


def _observed(shelf: Shelf, found: Findings) -> Observed:
    states = {pitfall.id: pitfall.state for pitfall in found.pitfalls}
    return Observed(states=states, rules=_rules(shelf, found))


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


def _without(desk: Desk, left_out: frozenset[str]) -> Desk:
    """The same knowledge without some rules."""
    if not left_out:
        return desk
    rulebook = desk.shelf.rulebook
    kept = {name: rule for name, rule in rulebook.rules.items() if name not in left_out}
    return set_up(replace(desk.shelf, rulebook=replace(rulebook, rules=kept)), "")


def _found_with(desk: Desk, case: Case, documented: Documented) -> int:
    """How many documented pitfalls are open or exposed."""
    trace = infer(desk.engine, *with_measures(desk, case, case.in_place, given_wins=True))
    assessments = assess(desk.assessor, trace, case.in_place, Memo())
    return sum(assessments[pitfall].state in THREATENING for pitfall in documented.pitfalls)
