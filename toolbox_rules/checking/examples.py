"""Every example of a rule comes out as it says, and every rule has one in each direction."""

from collections.abc import Iterator

from toolbox_rules.assessing import STATES, Memo, assess
from toolbox_rules.cases import read_case
from toolbox_rules.conditions import Place
from toolbox_rules.findings import Desk
from toolbox_rules.inference import infer
from toolbox_rules.problems import Problem, ToolboxError
from toolbox_rules.rulebook import Rule


def check_examples(desk: Desk) -> Iterator[Problem]:
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
