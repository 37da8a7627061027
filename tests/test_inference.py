"""Conditions one by one: what is true, false and unknown, and which rulebooks are refused."""

from collections.abc import Iterable, Mapping
from itertools import combinations, product

import pytest

from tests.laws.cases import Facts, as_case, completed
from tests.laws.choices import Raw, seeded
from tests.laws.conditions import BOUNDS, COMPARED, Book, make_book
from tests.laws.meaning import At, conclude, holds
from tests.laws.vocabularies import vocabulary
from toolbox_rules.cases import Case, case_document, read_case
from toolbox_rules.compiling import compile_rules
from toolbox_rules.conditions import Condition
from toolbox_rules.explanation import Explainer
from toolbox_rules.inference import Trace, infer, prepare, truth
from toolbox_rules.parsing import EMPTY, ConditionReader
from toolbox_rules.problems import ToolboxError
from toolbox_rules.proof import Proof, decisive_only

WORDS = vocabulary()
FREE = vocabulary(minimum=None)


def a_case(plain: Mapping[str, object]) -> Case:
    return read_case(plain, WORDS, {})


def truth_of(when: Raw, case: Mapping[str, object], words: object = WORDS) -> str:
    """Whether a condition holds in a case."""
    book = make_book(words, {"rule": {"when": when, "then": [{"set": {"one.flag": True}}]}})  # type: ignore[arg-type]
    return truth(traced(book, case).derived("one.flag", "true"))


def traced(book: Book, case: Mapping[str, object]) -> Trace:
    read_in = read_case(case, book.words, {})
    return infer(prepare(compile_rules(book.rulebook)), read_in.facts, read_in.lists)


def read(when: Raw) -> Condition:
    reader = ConditionReader(vocabulary=WORDS, document=case_document({"when": when}), problems=[])
    condition = reader.read(when, EMPTY, ("when",))
    assert not reader.problems
    return condition


def problem_with(when: Raw) -> str:
    """What is said about a condition that is refused."""
    reader = ConditionReader(vocabulary=WORDS, document=case_document({"when": when}), problems=[])
    reader.read(when, EMPTY, ("when",))
    (problem,) = reader.problems
    return problem.message


# --- every test on every value ------------------------------------------------------------------------------------


def asking(ops: Iterable[str], operands: Iterable[object]) -> list[Raw]:
    return [{op: operand} for op, operand in product(ops, operands)]


LEVELS, KINDS = ("l0", "l1", "l2"), ("k0", "k1", "k2")
SETS = [list(some) for size in range(4) for some in combinations(KINDS, size)]
AMONG = ("any_of", "none_of", "within")
ORDERED = asking(BOUNDS, LEVELS) + asking(AMONG, map(list, combinations(LEVELS, 2)))
NUMERIC = asking(BOUNDS, (0, 1, 3)) + asking(AMONG, [[1, 3]])
OF_SETS = [
    *asking(("any_of", "all_of", "none_of"), SETS[1:]),
    *asking(("within", "equals"), SETS),
    *asking(("size",), asking(BOUNDS, range(4))),
    *asking(("size",), [{op: 1, "of": ["k0", "k1"]} for op in BOUNDS]),
]
TESTS: dict[str, tuple[list[Raw], list[object]]] = {
    "yes": (asking(("equals",), (True, False)), [True, False]),
    "kind": (asking(AMONG, map(list, combinations(KINDS, 2))), [*KINDS]),
    "level": (ORDERED, [*LEVELS]),
    "number": (NUMERIC, [0, 1, 2, 3, 4]),
    "price": (NUMERIC, [0, 0.5, 1, 1.5, 3, 3.5]),
    "word": ([{"equals": "Ann"}, {"any_of": ["Ann", "Bob"]}, {"none_of": ["Ann"]}], ["Ann", "Bob", "Cas"]),
    "kinds": (OF_SETS, [*SETS]),
}


def assert_means(book: Book, conditions: Mapping[str, Raw], cases: Iterable[Facts]) -> None:
    """The conditions hold in the cases, of which everything is known, where they should."""
    engine = prepare(compile_rules(book.rulebook, {name: read(raw) for name, raw in conditions.items()}))
    for case in cases:
        trace, world = infer(engine, case.facts, case.lists), conclude(book, case.facts, case.lists)
        plain = trace.evaluation()
        for name, raw in conditions.items():
            expected = "true" if holds(raw, At(world=world)) else "false"
            assert trace.holds(name) == expected, (raw, case)
            assert truth(plain.rails(engine.network.extra[name])) == expected, (raw, case)


def whole(plain: Mapping[str, object]) -> Facts:
    case = a_case({"parts": [], "sites": [], **plain})
    return Facts(facts=case.facts, lists=case.lists)


@pytest.mark.parametrize("key", TESTS)
def test_every_test_on_every_value_means_what_it_says(key: str) -> None:
    tests, values = TESTS[key]
    conditions: dict[str, Raw] = {f"case {at}": {f"case.{key}": test} for at, test in enumerate(tests)}
    conditions |= {f"part {at}": {"some": {"of": "parts", "where": {key: test}}} for at, test in enumerate(tests)}
    cases = [whole({"case": {key: value}, "parts": [{key: value}]}) for value in values]
    assert_means(make_book(WORDS, {}), conditions, cases)


def test_every_test_on_a_concluded_level_or_set_means_what_it_says() -> None:
    tests: dict[str, Raw] = {f"level {at}": {"one.level": test} for at, test in enumerate(ORDERED)}
    tests |= {f"kinds {at}": {"one.kinds": test} for at, test in enumerate(OF_SETS)}
    for level, kinds in product(LEVELS, SETS[1:]):
        settings = [{"set": {"one.level": level}}, {"set": {"one.kinds": kinds}}]
        book = make_book(WORDS, {"rule": {"when": {"case.yes": True}, "then": settings}})
        assert_means(book, tests, [whole({"case": {"yes": yes}}) for yes in (True, False)])


@pytest.mark.parametrize("of", ["parts", "sites"])
def test_every_comparison_between_two_elements_means_what_it_says(of: str) -> None:
    conditions: dict[str, Raw] = {}
    for (key, fact), (other_key, other) in product(WORDS.lists[of].facts.items(), WORDS.lists["parts"].facts.items()):
        counted = fact.type in ("integer", "number", "ordered") and other.type != "set"
        ops = COMPARED.get((fact.type, other.type), ()) if fact.scale == other.scale else ()
        for op, plus, at in product(ops, (0, 1) if counted else (0,), (1, 2)):
            operand = {"fact": f"part.{other_key}"} | ({"plus": plus} if plus else {})
            there: Raw = {"of": of, "as": "another", "where": {f"another.{key}": {op: operand}}}
            there |= {"other_than": "part"} if of == "parts" and plus == 0 else {}
            name = f"{key} {op} {other_key} {plus} {at}"
            conditions[name] = {"count": {"of": "parts", "where": {"some": there}, "at_least": at}}
    everything = frozenset(WORDS.facts)
    cases = [completed(seeded(seed), WORDS, everything, Facts(facts={}, lists={})) for seed in range(60)]
    assert_means(make_book(WORDS, {}), conditions, cases)


@pytest.mark.parametrize("number", [1, 2, 3])
def test_at_least_so_many_counts_parts_that_are_settled_by_the_member(number: int) -> None:
    parts: list[Raw] = [{"member": "k0"}, {"member": ["k0", "k1"]}, {"case.yes": True}]
    some: Raw = {"some": {"of": "case.kinds", "where": {"at_least": {"count": number, "of": parts}}}}
    cases = [whole({"case": {"kinds": kinds, "yes": yes}}) for kinds, yes in product(SETS, (True, False))]
    assert_means(make_book(WORDS, {}), {"some": some}, cases)


# --- what is known ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        ({}, "false"),
        ({"kinds": ["k0"]}, "true"),
        ({"kinds": []}, "true"),
        ({"kinds": ["k0"], "kinds_complete": False}, "false"),
    ],
)
def test_a_set_is_known_when_it_is_complete(case: Mapping[str, object], expected: str) -> None:
    assert truth_of({"case.kinds": {"known": True}}, {"case": case}) == expected
    some: dict[str, object] = {"some": {"of": "parts", "where": {"kinds": {"known": True}}}}
    assert truth_of(some, {"parts": [case]}) == expected


def test_a_derived_fact_is_known_when_it_is_settled() -> None:
    rules: dict[str, Raw] = {
        "first": {"when": {"case.yes": True}, "then": [{"set": {"one.flag": True}}]},
        "second": {"when": {"one.flag": {"known": False}}, "then": [{"set": {"two.flag": True}}]},
    }
    book = make_book(WORDS, rules)
    assert truth(traced(book, {}).derived("two.flag", "true")) == "true"
    assert truth(traced(book, {"case": {"yes": False}}).derived("two.flag", "true")) == "false"


@pytest.mark.parametrize("member", ["k0", "k1", "k2"])
def test_a_derived_set_is_known_when_each_of_its_members_is_settled(member: str) -> None:
    rules: dict[str, Raw] = {
        "first": {"when": {"case.yes": True}, "then": [{"set": {"one.kinds": [member]}}]},
        "second": {"when": {"one.kinds": {"known": True}}, "then": [{"set": {"two.flag": True}}]},
    }
    book = make_book(WORDS, rules)
    assert truth(traced(book, {}).derived("two.flag", "true")) == "false"
    assert truth(traced(book, {"case": {"yes": True}}).derived("two.flag", "true")) == "true"


# --- sums and counts ----------------------------------------------------------------------------------------------


def total(**bounds: object) -> Raw:
    return {"total": {"of": "parts", "fact": "price", **bounds}}


def test_an_unknown_number_that_cannot_be_negative_can_only_add() -> None:
    parts = {"parts": [{"price": 2}, {}]}
    assert truth_of(total(at_least=2), parts) == "true"
    assert truth_of(total(at_least=3), parts) == "unknown"
    assert truth_of(total(at_least=7), parts) == "false"  # no price is above 4


def test_an_unknown_number_that_may_be_negative_can_take_away_as_well() -> None:
    parts = {"parts": [{"price": 2}, {}]}
    assert truth_of(total(at_least=2), parts, FREE) == "unknown"
    assert truth_of(total(at_most=2), parts, FREE) == "unknown"


def test_a_list_that_is_not_complete_can_still_add_but_not_take_away() -> None:
    parts = {"parts": [{"price": 2}], "parts_complete": False}
    assert truth_of(total(at_least=2), parts) == "true"
    assert truth_of(total(at_least=9), parts) == "unknown"
    assert truth_of(total(at_least=2), parts, FREE) == "unknown"


def test_negative_numbers_count_too() -> None:
    parts = {"parts": [{"price": 2}, {"price": -1}]}
    assert (truth_of(total(equals=1), parts, FREE), truth_of(total(at_least=2), parts, FREE)) == ("true", "false")


def test_an_element_that_may_not_count_adds_its_number_or_nothing() -> None:
    counted = {"where": {"yes": True}}
    for price, certain, possible in ((2, 0, 2), (-1, -1, 0)):
        parts = {"parts": [{"price": price}]}
        assert truth_of(total(**counted, at_least=certain), parts, FREE) == "true"
        assert truth_of(total(**counted, at_least=possible), parts, FREE) == "unknown"
        assert truth_of(total(**counted, above=possible), parts, FREE) == "false"


def test_a_sum_of_fractions_is_exact() -> None:
    parts = {"parts": [{"price": 0.7}, {"price": 0.1}, {"price": 0.2}]}
    assert truth_of(total(at_least=1), parts) == "true"
    assert truth_of(total(above=1), parts) == "false"


@pytest.mark.parametrize(
    ("parts", "expected"),
    [([], "false"), ([{"yes": True}], "false"), ([{"yes": True}, {}], "unknown"), ([{"yes": True}] * 2, "true")],
)
def test_a_count_is_unknown_when_unknown_facts_decide_it(parts: list[object], expected: str) -> None:
    count: Raw = {"count": {"of": "parts", "where": {"yes": True}, "at_least": 2}}
    assert truth_of(count, {"parts": parts}) == expected


def test_a_list_that_is_not_given_is_unknown_and_an_empty_one_is_empty() -> None:
    none: Raw = {"none": {"of": "parts", "where": {"yes": True}}}
    every: Raw = {"every": {"of": "parts", "where": {"yes": True}}}
    assert (truth_of(none, {}), truth_of(every, {})) == ("unknown", "unknown")
    assert (truth_of(none, {"parts": []}), truth_of(every, {"parts": []})) == ("true", "true")


# --- joins and members --------------------------------------------------------------------------------------------


def test_other_than_leaves_out_the_element_itself() -> None:
    twin: Raw = {
        "some": {
            "of": "parts",
            "where": {
                "some": {
                    "of": "parts",
                    "as": "another",
                    "other_than": "part",
                    "where": {"another.kind": {"equals": {"fact": "part.kind"}}},
                }
            },
        }
    }
    assert truth_of(twin, {"parts": [{"kind": "k0"}, {"kind": "k1"}]}) == "false"
    assert truth_of(twin, {"parts": [{"kind": "k0"}, {"kind": "k0"}]}) == "true"
    assert truth_of(twin, {"parts": [{"kind": "k0"}, {}]}) == "unknown"


def test_inside_a_statement_about_its_own_kind_the_plain_name_means_the_enclosing_element() -> None:
    inner: Raw = {"some": {"of": "parts", "other_than": "part", "where": {"kind": {"equals": {"fact": "part.kind"}}}}}
    twin: Raw = {"some": {"of": "parts", "where": inner}}
    assert truth_of(twin, {"parts": [{"kind": "k0"}, {"kind": "k1"}]}) == "false"
    assert truth_of(twin, {"parts": [{"kind": "k1"}, {"kind": "k1"}]}) == "true"


def test_a_member_of_a_set_can_be_looked_for_among_elements() -> None:
    missing: Raw = {
        "some": {
            "of": "case.kinds",
            "as": "kind",
            "where": {"none": {"of": "parts", "where": {"part.kind": {"equals": {"fact": "kind"}}}}},
        }
    }
    case = {"case": {"kinds": ["k0", "k1"]}}
    assert truth_of(missing, {**case, "parts": [{"kind": "k0"}]}) == "true"
    assert truth_of(missing, {**case, "parts": [{"kind": "k0"}, {"kind": "k1"}]}) == "false"
    assert truth_of(missing, {**case, "parts": [{"kind": "k0"}, {}]}) == "unknown"


def test_a_set_that_equals_a_member_has_that_member_alone() -> None:
    alone: Raw = {"some": {"of": "case.kinds", "where": {"more.kinds": {"equals": {"fact": "member"}}}}}
    assert truth_of(alone, {"case": {"kinds": ["k0"]}, "more": {"kinds": ["k0"]}}) == "true"
    assert truth_of(alone, {"case": {"kinds": ["k0"]}, "more": {"kinds": ["k0", "k1"]}}) == "false"


def test_members_can_be_concluded_one_by_one() -> None:
    each: Raw = {"each": "case.kinds", "as": "kind", "where": {"more.kind": {"equals": {"fact": "kind"}}}}
    book = make_book(WORDS, {"rule": {"when": {"case.yes": True}, "then": [{"set": {"one.kinds": each}}]}})
    trace = traced(book, {"case": {"yes": True, "kinds": ["k0", "k1"]}, "more": {"kind": "k1"}})
    assert [truth(trace.derived("one.kinds", kind)) for kind in ("k0", "k1", "k2")] == ["false", "true", "false"]


# --- what is refused ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("when", "message"),
    [
        ({"case.kind": []}, "`any_of` needs at least one value"),
        ({"case.kinds": {"all_of": []}}, "`all_of` needs at least one value"),
        ({"case.number": {"none_of": []}}, "`none_of` needs at least one value"),
        ({"case.yes": {"equals": {"fact": "more.yes", "plus": 1}}}, "`plus` does not fit: 'case.yes' is true or false"),
        (
            {"case.level": {"at_least": {"fact": "more.level", "plus": 0.5}}},
            "`plus` needs a whole number of steps, found 0.5",
        ),
        (
            {"count": {"of": "case.kinds", "at_least": {"fact": "case.number"}}},
            "a count of members can be compared with a number only",
        ),
        (
            {"some": {"of": "parts", "as": "part", "where": {"some": {"of": "sites", "as": "part"}}}},
            "'part' cannot name an element here",
        ),
    ],
)
def test_a_condition_that_says_nothing_or_too_much_is_refused(when: Raw, message: str) -> None:
    assert problem_with(when) == message


def test_an_empty_set_is_asked_for_with_equals() -> None:
    assert truth_of({"case.kinds": {"equals": []}}, {"case": {"kinds": []}}) == "true"
    assert truth_of({"case.kinds": {"within": []}}, {"case": {"kinds": ["k0"]}}) == "false"


@pytest.mark.parametrize(
    "when",
    [
        {"not": {"one.flag": True}},
        {"one.flag": {"known": False}},
        {"one.flag": {"known": True}},
        {"not": {"not": {"not": {"one.flag": True}}}},
        {"count": {"of": "parts", "where": {"one.flag": True}, "at_most": 1}},
    ],
)
def test_a_conclusion_that_rests_on_its_own_absence_is_refused(when: Raw) -> None:
    book = make_book(WORDS, {"rule": {"when": when, "then": [{"set": {"one.flag": True}}]}})
    with pytest.raises(ToolboxError, match="rules that depend on their own negation: 'rule'"):
        compile_rules(book.rulebook)


def test_a_sum_that_more_conclusions_can_lower_counts_as_a_negation() -> None:
    when: Raw = {"total": {"of": "parts", "fact": "price", "where": {"one.flag": True}, "at_least": 0}}
    rules: dict[str, Raw] = {"rule": {"when": when, "then": [{"set": {"one.flag": True}}]}}
    compile_rules(make_book(WORDS, rules).rulebook)  # no price is below 0
    with pytest.raises(ToolboxError, match="own negation"):
        compile_rules(make_book(FREE, rules).rulebook)


def test_a_rule_stands_one_stratum_above_what_it_negates() -> None:
    rules: dict[str, Raw] = {
        "given": {"when": {"case.yes": True}, "then": [{"set": {"one.flag": True}}]},
        "uses": {"when": {"one.flag": True}, "then": [{"set": {"one.sure": True}}]},
        "negates": {"when": {"not": {"one.sure": True}}, "then": [{"set": {"two.flag": True}}]},
        "asks": {"when": {"two.flag": {"known": True}}, "then": [{"set": {"two.kinds": ["k0"]}}]},
    }
    trace = traced(make_book(WORDS, rules), {"case": {"yes": False}})
    assert trace.engine.network.strata == {"given": 0, "uses": 0, "negates": 1, "asks": 2}
    assert [(one.rule, one.subject, one.stratum) for one in trace.firings()] == [
        ("asks", None, 2),
        ("negates", None, 1),
    ]


def test_a_rule_over_a_list_fires_once_for_each_element_that_it_holds_for() -> None:
    trace = traced(make_book(WORDS, ABOUT_PARTS), {"parts": [{"name": "Ann", "yes": True}, {}, {"yes": True}]})
    names = [trace.lists["parts"].items[one.subject or 0].get("name") for one in trace.firings()]
    assert [one.rule for one in trace.firings()] == ["rule", "rule"]
    assert set(names) == {"Ann", None}


def test_rules_that_support_each_other_conclude_nothing_by_themselves() -> None:
    rules: dict[str, Raw] = {
        "there": {"when": {"one.flag": True}, "then": [{"set": {"one.sure": True}}]},
        "back": {"when": {"one.sure": True}, "then": [{"set": {"one.flag": True}}]},
        "start": {"when": {"case.yes": True}, "then": [{"set": {"one.flag": True}}]},
    }
    book = make_book(WORDS, rules)
    found = [truth(traced(book, {"case": {"yes": value}}).derived("one.sure", "true")) for value in (True, False)]
    assert found == ["true", "false"]
    assert truth(traced(book, {}).derived("one.sure", "true")) == "unknown"


# --- explanations -------------------------------------------------------------------------------------------------


def explained(rules: dict[str, Raw], case: Mapping[str, object], name: str) -> Proof:
    book = make_book(WORDS, rules)
    read_in = a_case(case)
    trace = traced(book, case)
    explainer = Explainer(book.rulebook, trace, as_case(Facts(facts=read_in.facts, lists=read_in.lists)))
    return decisive_only(explainer.rule(book.rulebook.rules[name]))


ABOUT_PARTS: dict[str, Raw] = {"rule": {"for": "parts", "when": {"yes": True}, "then": [{"set": {"one.flag": True}}]}}


@pytest.mark.parametrize(
    ("case", "found", "reason"),
    [
        ({}, "unknown", "unknown"),
        ({"parts": []}, "false", "too-few"),
        ({"parts": [], "parts_complete": False}, "unknown", "unknown"),
        ({"parts": [{"yes": False}]}, "false", None),
        ({"parts": [{"yes": False}], "parts_complete": False}, "unknown", None),
        ({"parts": [{"yes": False}, {"yes": True}]}, "true", None),
    ],
)
def test_a_rule_over_a_list_is_explained_as_the_engine_sees_it(
    case: Mapping[str, object], found: str, reason: str | None
) -> None:
    proof = explained(ABOUT_PARTS, case, "rule")
    assert (proof.truth, proof.reason) == (found, reason)


def test_a_rule_over_a_list_is_explained_by_the_elements_that_decide() -> None:
    proof = explained(ABOUT_PARTS, {"parts": [{"name": "Ann", "yes": False}, {"name": "Bob", "yes": True}]}, "rule")
    assert [child.subject for child in proof.children] == ["Bob"]


def test_a_concluded_fact_of_an_element_is_explained_for_that_element() -> None:
    rules: dict[str, Raw] = {
        "old": {"for": "parts", "when": {"number": {"at_least": 3}}, "then": [{"set": {"parts.one_flag": True}}]},
        "rule": {"for": "parts", "when": {"one_flag": True}, "then": [{"set": {"two.flag": True}}]},
    }
    case = {"parts": [{"name": "Ann", "number": 1}, {"name": "Bob", "number": 4}]}
    (exposure,) = explained(rules, case, "rule").children
    (old,) = exposure.children[0].children
    assert [child.subject for child in old.children] == ["Bob"]
    assert {leaf.actual for leaf in exposure.leaves()} == {"4"}


def test_a_member_is_explained_by_the_rules_that_add_that_member() -> None:
    rules: dict[str, Raw] = {
        "adds-first": {"when": {"case.yes": True}, "then": [{"set": {"one.kinds": ["k0"]}}]},
        "adds-second": {"when": {"more.yes": True}, "then": [{"set": {"one.kinds": ["k1"]}}]},
        "rule": {"when": {"one.kinds": "k1"}, "then": [{"set": {"two.flag": True}}]},
    }
    proof = explained(rules, {"case": {"yes": True}, "more": {"yes": False}}, "rule")
    test = proof.children[0].children[0]
    assert (test.truth, [child.name for child in test.children]) == ("false", ["adds-second"])


def test_a_level_is_explained_by_the_rules_that_reach_it() -> None:
    rules: dict[str, Raw] = {
        "low": {"when": {"case.yes": True}, "then": [{"set": {"one.level": "l1"}}]},
        "high": {"when": {"case.yes": True}, "then": [{"set": {"one.level": "l2"}}]},
        "rule": {"when": {"one.level": {"at_least": "l2"}}, "then": [{"set": {"two.flag": True}}]},
    }
    test = explained(rules, {"case": {"yes": True}}, "rule").children[0].children[0]
    assert [child.name for child in test.children] == ["high"]


def test_a_set_that_may_still_grow_leaves_a_test_unknown_for_that_reason() -> None:
    rules: dict[str, Raw] = {"rule": {"when": {"case.kinds": "k1"}, "then": [{"set": {"one.flag": True}}]}}
    (leaf,) = explained(rules, {"case": {"kinds": ["k0"], "kinds_complete": False}}, "rule").leaves()
    assert (leaf.truth, leaf.reason, leaf.actual) == ("unknown", "unknown", "k0 (perhaps more)")


def test_what_rests_on_itself_is_marked_where_it_comes_back() -> None:
    rules: dict[str, Raw] = {
        "there": {"when": {"one.flag": True}, "then": [{"set": {"one.sure": True}}]},
        "rule": {"when": {"any": [{"one.sure": True}, {"case.yes": True}]}, "then": [{"set": {"one.flag": True}}]},
    }
    leaves = list(explained(rules, {"case": {"yes": True}}, "rule").leaves())
    assert {(leaf.truth, leaf.reason) for leaf in leaves} == {("true", "given"), ("true", "repeated")}
