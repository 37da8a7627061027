"""Is this knowledge sound? Everything that reading alone does not show."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from toolbox_rules import network as n
from toolbox_rules.advice import Desk, set_up
from toolbox_rules.assessing import STATES, Memo, assess
from toolbox_rules.cases import read_case
from toolbox_rules.conditions import Place
from toolbox_rules.documents import Document
from toolbox_rules.inference import infer
from toolbox_rules.planning import useful_links
from toolbox_rules.problems import Problem, ToolboxError
from toolbox_rules.reading import Shelf, read
from toolbox_rules.rulebook import Rule

#: The most letters that a reader gets to see at once, by key.
LENGTHS: Mapping[str, int] = {
    "name": 70,
    "title": 70,
    "summary": 240,
    "because": 280,
    "steps": 200,
    "signs": 200,
    "sign": 200,
    "who": 120,
    "question": 160,
}
MITIGATIONS_NEEDED = 2


def check(rules: Sequence[Path], knowledge: Sequence[Path], cases: Sequence[Path] = ()) -> tuple[Problem, ...]:
    """Check folders of rules and knowledge, and case files against them; an empty answer means sound."""
    try:
        shelf = read(rules, knowledge)
        desk = set_up(shelf, "")
    except ToolboxError as error:
        return error.problems
    problems = [
        *_examples(desk),
        *_reachable(shelf),
        *_used(desk),
        *_lengths(shelf),
    ]
    for case in cases:
        try:
            read_case(case, shelf.rulebook.vocabulary, shelf.knowledge.spellings)
        except ToolboxError as error:
            problems += error.problems
    return ToolboxError(problems).problems


def _examples(desk: Desk) -> Iterator[Problem]:
    """Every example comes out as it says, and every rule has one in each direction."""
    for rule in desk.shelf.rulebook.rules.values():
        expected = {example.expect for example in rule.spec.examples}
        wanted = ({"open", "exposed"}, {"not-applicable"}) if rule.threats else ({"fires"}, {"silent"})
        for group in wanted:
            if not group & expected:
                words = " or ".join(sorted(group))
                message = f"the rule '{rule.id}' has no example that is {words}"
                yield rule.document.problem(("examples",), "TR306", message, "add one", key=True)
        for index, example in enumerate(rule.spec.examples):
            yield from _example(desk, rule, index, example.case, example.expect)


def _example(desk: Desk, rule: Rule, index: int, raw: dict[str, object], expected: str) -> Iterator[Problem]:
    place: Place = ("examples", index)
    try:
        case = read_case(raw, desk.shelf.rulebook.vocabulary, desk.shelf.knowledge.spellings)
    except ToolboxError as error:
        for problem in error.problems:
            yield rule.document.problem(place, problem.code, problem.message, problem.hint)
        return
    trace = infer(desk.engine, case.facts, case.lists)
    if rule.threats:
        assessment = assess(desk.assessor, trace, case.in_place, Memo())[rule.threats[0].pitfall]
        found = min((STATES.index(one.state) for one in assessment.rules if one.rule == rule.id), default=4)
        actual: str = STATES[found]
    else:
        nodes = next(nodes for nodes in trace.engine.network.rules if nodes.rule == rule.id)
        must, may = trace.rails(nodes.exposure)
        open_ended = rule.list is not None and (rule.list not in trace.lists or not trace.lists[rule.list].complete)
        actual = "fires" if must else "undetermined" if may or open_ended else "silent"
    if actual != expected:
        message = f"this example is {actual}, not {expected}"
        yield rule.document.problem((*place, "expect"), "TR301", message, f"see: why does '{rule.id}' not hold?")


def _reachable(shelf: Shelf) -> Iterator[Problem]:
    """Every pitfall is concluded by a rule and covered by at least two mitigations."""
    concluded = {threat.pitfall for rule in shelf.rulebook.rules.values() for threat in rule.threats}
    helped: dict[str, int] = {}
    for mitigation in shelf.knowledge.mitigations.values():
        for link in useful_links(mitigation):
            helped[link.pitfall] = helped.get(link.pitfall, 0) + 1
    for pitfall in shelf.knowledge.pitfalls:
        document = shelf.knowledge.documents["pitfalls", pitfall]
        if pitfall not in concluded:
            yield document.problem(("id",), "TR302", f"no rule concludes '{pitfall}'", "write a rule for it")
        if helped.get(pitfall, 0) < MITIGATIONS_NEEDED:
            message = f"'{pitfall}' has {helped.get(pitfall, 0)} mitigations; every pitfall needs {MITIGATIONS_NEEDED}"
            yield document.problem(("id",), "TR303", message, "link another mitigation to it")


def _used(desk: Desk) -> Iterator[Problem]:
    """Every fact that is asked for can make a difference, and every derived fact can be concluded."""
    network = desk.engine.network
    looked_at: set[str] = set()
    for node in network.nodes:
        match node:
            case n.Has() | n.NumberIs() | n.Member() | n.SizeIs() | n.Given() | n.Derived():
                looked_at.add(node.fact)
            case n.Compared():
                looked_at |= {node.left, node.right}
            case n.Sum() if node.fact is not None:
                looked_at.add(node.fact)
            case _:
                pass
    concluded = {one.fact.name for rule in desk.shelf.rulebook.rules.values() for one in rule.settings}
    document = desk.shelf.vocabulary_document
    for fact in desk.shelf.rulebook.vocabulary.facts.values():
        owner = fact.name.split(".")[0]
        place = ("groups" if fact.list is None else "lists", owner, "facts", fact.key)
        if fact.derived and fact.name not in concluded:
            yield document.problem(place, "TR307", f"no rule sets the derived fact '{fact.name}'", key=True)
        if fact.name not in looked_at and fact.key != "name" and not fact.derived:
            message = f"no rule looks at '{fact.name}', so asking for it is of no use"
            yield document.problem(place, "TR305", message, "use it in a rule, or take it out", key=True)


def _lengths(shelf: Shelf) -> Iterator[Problem]:
    for document in shelf.documents.values():
        yield from _too_long(document, document.value, ())


def _too_long(document: Document, value: object, place: Place) -> Iterator[Problem]:
    if isinstance(value, dict):
        for key, part in value.items():
            yield from _too_long(document, part, (*place, key))
    elif isinstance(value, list):
        for index, part in enumerate(value):
            yield from _too_long(document, part, (*place, index))
    elif isinstance(value, str) and any(step in ("nl", "en") for step in place):
        limit = next((LENGTHS[step] for step in reversed(place) if isinstance(step, str) and step in LENGTHS), None)
        if limit is not None and len(value) > limit:
            message = f"this text has {len(value)} letters, of at most {limit}"
            yield document.problem(place, "TR304", message, "say it shorter")
