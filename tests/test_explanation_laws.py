"""The laws of explanations: they never disagree with what they explain, however they are cut, and end in facts."""

from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, get_args

from hypothesis import assume, given, settings

from tests.laws.cases import as_case
from tests.laws.choices import Choices, choices
from tests.laws.explanations import consistent, grounded, named_alike, told, unfolded
from tests.test_engine_laws import LAW, Situation, a_situation, conclusions, run
from toolbox_rules import Advice, Proof, Toolbox, ToolboxError
from toolbox_rules.assessing import THREATENING
from toolbox_rules.cases import Elements
from toolbox_rules.explanation import Explainer
from toolbox_rules.proof import Reason, decisive_only, limited

ROOT = Path(__file__).parents[1]
CASES = sorted((ROOT / "examples" / "cases").glob("*.yaml"))
REASONS = set(get_args(Reason))
FEW = settings(max_examples=10)


# --- on generated rulebooks ---------------------------------------------------------------------------------------


@given(choices())
@LAW
def test_every_step_of_an_explanation_says_what_the_engine_says(choices: Choices) -> None:
    one = a_situation(choices)
    for proof, truths in explained(one):
        assert proof.truth == truths, proof
        for step in proof.steps():
            assert step.truth in consistent(step, one.case.lists, one.book.words.lists), step


@given(choices())
@LAW
def test_every_conclusion_rests_in_the_end_on_facts_absences_and_what_is_unknown(choices: Choices) -> None:
    one = a_situation(choices)
    for proof, _ in explained(one):
        assert grounded(proof), proof
        for leaf in proof.leaves():
            assert leaf.kind in ("test", "quantifier", "element", "rule", "fact"), leaf
            assert leaf.reason in ("given", "differs", "unknown", "absent", "too-few", "repeated"), leaf


@given(choices())
@LAW
def test_an_explanation_of_only_what_decides_says_the_same_and_still_holds_together(choices: Choices) -> None:
    one = a_situation(choices)
    for proof, truths in explained(one):
        pruned = decisive_only(proof)
        assert pruned.truth == truths
        assert grounded(pruned)
        for step in pruned.steps():
            assert step.decisive
            assert step.truth in consistent(step, one.case.lists, one.book.words.lists), step
        assert all(leaf.reason in REASONS for leaf in pruned.leaves())


@given(choices())
@LAW
def test_an_explanation_cut_to_a_depth_says_the_same_and_goes_no_deeper(choices: Choices) -> None:
    one, depth = a_situation(choices), choices.between(0, 3)
    for proof, truths in explained(one):
        cut = limited(proof, depth)
        assert cut.truth == truths
        assert deepest(cut) <= depth + (proof.kind == "rule")
        assert all(leaf.reason in REASONS for leaf in cut.leaves())
        assert limited(proof, 99) == proof
        assert (cut == proof) is all(leaf.reason != "cut" for leaf in cut.leaves()) or depth == 0


@given(choices())
@LAW
def test_steps_have_the_same_id_exactly_when_they_say_the_same(choices: Choices) -> None:
    for proof, _ in explained(a_situation(choices)):
        assert named_alike(proof)


def explained(one: Situation) -> Iterator[tuple[Proof, str]]:
    """The explanation of every rule and of every fact concluded on the case, with what the engine says of it."""
    trace = run(one.engine, one.case)
    explainer = Explainer(one.book.rulebook, trace, as_case(one.case))
    for nodes in trace.engine.network.rules:
        rule = one.book.rulebook.rules[nodes.rule]
        must, may = trace.rails(nodes.exposure)
        elements = one.case.lists.get(rule.list) if rule.list else Elements(items=({},))
        doubt = may or elements is None or not elements.complete
        yield explainer.rule(rule), "true" if must else "unknown" if doubt else "false"
    found = list(conclusions(one.book, trace))
    for fact in one.book.words.facts.values():
        if fact.derived and fact.list is None:
            truths = {row[3] for row in found if row[0] == fact.name}
            yield explainer.fact(fact), next((word for word in ("true", "unknown") if word in truths), "false")


def deepest(proof: Proof) -> int:
    """How many rules stand above one another."""
    return (proof.kind == "rule") + max(map(deepest, proof.children), default=0)


# --- on the shipped knowledge, with the facts of its cases shaken --------------------------------------------------


@given(choices())
@FEW
def test_a_pitfall_is_explained_by_the_states_that_the_advice_gives(choices: Choices) -> None:
    advice = an_advice(choices)
    for pitfall in [choices.among(advice.pitfalls) for _ in range(5)]:
        proof = advice.why(pitfall.id, everything=True).proof
        rules = [step for step in proof.children if step.kind == "rule"]
        assert (proof.state, proof.actual) == (pitfall.state, pitfall.risk)
        assert Counter((one.name, one.state) for one in rules) == Counter(
            (one.rule, one.state) for one in pitfall.assessment.rules
        )
        assert {one.name for one in rules if one.decisive} >= set(pitfall.rules)
        assert_whole(proof, advice)


@given(choices())
@FEW
def test_a_verdict_and_its_criteria_are_explained_as_they_were_weighed(choices: Choices) -> None:
    advice = an_advice(choices)
    spec = advice._desk.shelf.weighing.spec
    for name in dict.fromkeys((advice.verdict.id, choices.among(tuple(spec.verdicts)))):
        proof = advice.why(name).proof
        possible = advice.verdict.possible
        assert proof.truth == ("true" if name == advice.verdict.id else "unknown" if name in possible else "false")
    for one in advice.verdict.outcome.criteria:
        proof = advice.why(one.criterion, everything=True).proof
        assert proof.actual == one.level
        standing = [level.name for level in proof.children if level.truth == "true"]
        assert standing[0] == one.level or proof.truth == "unknown"
        for tally in (step for level in proof.children for step in level.children if step.kind == "tally"):
            assert tally.truth == counted(tally), tally
        assert_whole(proof, advice)


@given(choices())
@FEW
def test_a_form_is_explained_as_it_was_recommended(choices: Choices) -> None:
    advice = an_advice(choices)
    form, toolbox = advice.form, shipped()
    assert form is not None
    assert advice.why("form").proof.name == (form.recommended or "form")
    for name in toolbox.vocabulary.facts["need.form_needed"].order:
        proof = advice.why(f"form:{name}", everything=True).proof
        assert (proof.truth == "true") is (name == form.recommended)
        assert (proof.reason == "excluded") is (name in form.excluded and name != form.recommended)
        needed = next(step for step in proof.children if step.kind != "rule")
        if proof.reason == "too-light":
            assert (needed.truth, needed.expected) == ("true", form.recommended)
        if proof.reason == "not-needed":
            assert needed.truth == "false"
        assert_whole(proof, advice)


@given(choices())
@FEW
def test_a_measure_is_explained_as_the_plan_and_its_reach_have_it(choices: Choices) -> None:
    advice = an_advice(choices)
    reach, plan = advice.findings.reach, advice.plan
    chosen = {one.mitigation: one for one in plan.items}
    states = {one.id: one.state for one in advice.pitfalls}
    names = [choices.among(tuple(shipped().knowledge.mitigations)) for _ in range(6)]
    for name in dict.fromkeys((*names, *list(chosen)[:2])):
        proof = advice.why(name, everything=True).proof
        helps = [link.pitfall for link in shipped().knowledge.mitigations[name].mitigates if link.basis != "no-effect"]
        assert (proof.truth == "true") is (name in chosen)
        match proof.reason:
            case "chosen":
                item = chosen[name]
                effects = [step for step in proof.children if step.kind == "effect"]
                assert tuple(step.name for step in effects) == item.covers
                assert tuple(step.name for step in effects if step.state == "adds") == item.adds
            case "in-place":
                assert name in reach.in_place
            case "too-late":
                assert name in reach.too_late
            case "unsuitable" | "conflicts" | "needs":
                assert name in reach.unsuitable
            case "no-threat":
                assert name in reach.available
                assert not any(states[pitfall] in THREATENING for pitfall in helps)
            case _:
                assert proof.reason == "outweighed"
                assert name in reach.available
        assert_whole(proof, advice)


@given(choices())
@FEW
def test_the_plan_beside_the_plan_is_never_better(choices: Choices) -> None:
    advice = an_advice(choices)
    names = (
        choices.among(advice.findings.reach.available or ("lessons-intake",)),
        *(one.mitigation for one in advice.plan.items[:1]),
    )
    risks = {one.id: one.assessment.risk[0] for one in advice.pitfalls}
    for name in names:
        for step in advice.why(name, everything=True).proof.children:
            if step.kind == "plan":
                lost = [risks[one.name] for one in step.children if one.reason == "uncovered"]
                won = [risks[one.name] for one in step.children if one.op == "difference" and one.reason == "chosen"]
                assert sorted(won, reverse=True) <= sorted(lost, reverse=True)
                if Counter(won) == Counter(lost):
                    assert int(step.actual or 0) >= advice.plan.effort
                assert (name in measures(step, "added")) is (step.name == "with")
                assert (name in measures(step, "dropped")) is (step.name == "without")


def measures(plan: Proof, how: str) -> set[str]:
    return {step.name for step in plan.children if step.op == how}


def counted(tally: Proof) -> str:
    """What a count of pitfalls comes to, from the pitfalls that it shows."""
    low = sum(one.truth == "true" for one in tally.children)
    high = low + sum(one.truth == "unknown" for one in tally.children)
    words = (tally.expected or "").split()
    bounds = list(zip(words[::2], map(int, words[1::2]), strict=True))
    must = all(low >= number if op == "at_least" else high <= number for op, number in bounds)
    may = all(high >= number if op == "at_least" else low <= number for op, number in bounds)
    return "true" if must else "unknown" if may else "false"


def assert_whole(proof: Proof, advice: Advice) -> None:
    """Every step agrees with its parts, every leaf has a reason, and nothing changes by how it is shown."""
    lists, names = advice.findings.trace.lists, shipped().vocabulary.lists
    for step in proof.steps():
        if step.kind in ("condition", "quantifier"):
            assert step.truth in consistent(step, lists, names), step
        assert step.children or step.reason in REASONS, step
    for shown in (decisive_only(proof), limited(proof, 0), limited(proof, 1)):
        assert shown.truth == proof.truth
        assert shown.reason in (proof.reason, "cut")
        assert all(leaf.reason in REASONS for leaf in shown.leaves())


@given(choices())
@FEW
def test_what_is_told_once_unfolds_to_the_whole_tree(choices: Choices) -> None:
    advice = an_advice(choices)
    pitfall, measure = choices.among(advice.pitfalls).id, choices.among(tuple(shipped().knowledge.mitigations))
    for name in ("verdict", "form", pitfall, measure):
        explanation = advice.why(name, everything=choices.once_in(2))
        document = explanation.to_dict()
        assert document["schema"] == "toolbox-rules/explanation/1"
        assert unfolded(document["proof"]) == told(explanation.proof)  # type: ignore[arg-type]


@cache
def shipped() -> Toolbox:
    return Toolbox.load()


def an_advice(choices: Choices) -> Advice:
    """The advice on a shipped case with some facts changed or taken away, and some measures in place."""
    toolbox = shipped()
    plain: dict[str, Any] = toolbox.read_case(choices.among(CASES)).to_dict()
    facts = [fact for fact in toolbox.vocabulary.facts.values() if fact.list is None and not fact.derived]
    for fact in choices.several(lambda: choices.among(facts), 0, 8):
        group, key = fact.name.split(".")
        values: tuple[object, ...] = {"boolean": (True, False), "integer": (0, 3, 40), "number": (0, 3, 40)}.get(
            fact.type, tuple([one] if fact.type == "set" else one for one in fact.order)
        )
        plain.setdefault(group, {})[key] = choices.among((None, *values))
        plain[group].pop(f"{key}_complete", None)
    in_place = choices.several(lambda: choices.among(tuple(toolbox.knowledge.mitigations)), 0, 3)
    planned = [name for name in plain.get("measures", {}).get("planned", ()) if name not in in_place]
    plain["measures"] = {"in_place": sorted({*in_place}), "planned": planned}
    try:
        return toolbox.advise(plain)
    except ToolboxError:
        assume(False)
        raise
