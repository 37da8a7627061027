"""The laws of inference, on generated rulebooks and cases."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from hypothesis import given, settings

from tests.laws.cases import Facts, answered, completed, seen_by, some_facts
from tests.laws.choices import Choices, choices
from tests.laws.conditions import Book, a_book, make_book
from tests.laws.meaning import World, add, apply, conclude, fires, nothing_concluded, value_of
from toolbox_rules.compiling import compile_rules
from toolbox_rules.evaluating import evaluate
from toolbox_rules.inference import Engine, Trace, infer, prepare, truth
from toolbox_rules.problems import ToolboxError

LAW = settings(max_examples=200)


@dataclass(frozen=True, kw_only=True)
class Situation:
    """A rulebook, its engine, and a case."""

    book: Book
    engine: Engine
    case: Facts


def a_situation(choices: Choices, known: bool = True, free: bool = False) -> Situation:
    book = a_book(choices, known=known, free=free)
    return Situation(book=book, engine=engine_of(book), case=some_facts(choices, book.words, seen(book)))


def engine_of(book: Book) -> Engine:
    return prepare(compile_rules(book.rulebook))


def seen(book: Book) -> frozenset[str]:
    return seen_by(list(book.raw.values()), book.words)


def run(engine: Engine, case: Facts, later: bool = False) -> Trace:
    return infer(engine, case.facts, case.lists, later)


def conclusions(book: Book, trace: Trace) -> Iterator[tuple[str, str, int | None, str]]:
    """Every value of every derived fact, by element, and whether it is concluded."""
    for fact in book.words.facts.values():
        if not fact.derived:
            continue
        values = {"boolean": ("true",), "set": fact.order}.get(fact.type, fact.order[1:])
        lists = (fact.list,) if fact.list else ()
        elements = trace.lists.get(fact.list) if fact.list else None
        subjects = [None] if fact.list is None else range(len(elements.items) if elements else 0)
        for value in values:
            rails = trace.derived(fact.name, value, lists)
            for at in subjects:
                yield fact.name, value, at, truth(rails, at or 0)
    for nodes in trace.engine.network.rules:
        elements = trace.lists.get(nodes.lists[0]) if nodes.lists else None
        subjects = [None] if not nodes.lists else range(len(elements.items) if elements else 0)
        for at in subjects:
            yield nodes.rule, "fires", at, truth(trace.rails(nodes.exposure), at or 0)


def meant(book: Book, world: World, name: str, value: str, at: int | None) -> bool:
    """Whether a conclusion holds in a world."""
    if value == "fires":
        return (at or 0) in fires(book.raw[name], world)
    fact = book.words.facts[name]
    found = value_of(fact, world, at)
    match fact.type:
        case "boolean":
            return found is True
        case "set":
            return value in found  # type: ignore[operator]
        case _:
            return fact.order.index(str(found)) >= fact.order.index(value)


@given(choices())
@LAW
def test_the_generated_function_gives_what_the_plain_evaluator_gives(choices: Choices) -> None:
    one, later = a_situation(choices), choices.once_in(2)
    trace = run(one.engine, one.case, later)
    plain = evaluate(one.engine.network, one.case.facts, one.case.lists, later)
    for node in one.engine.position:
        assert trace.rails(node) == tuple(map(int, plain.rails(node))), one.engine.network.nodes[node]


@given(choices())
@LAW
def test_with_every_fact_known_a_rulebook_concludes_what_its_conditions_mean(choices: Choices) -> None:
    one = a_situation(choices)
    case = completed(choices, one.book.words, seen(one.book), one.case)
    world = conclude(one.book, case.facts, case.lists)
    for name, value, at, found in conclusions(one.book, run(one.engine, case)):
        assert found == ("true" if meant(one.book, world, name, value, at) else "false"), (name, value, at)


@given(choices())
@LAW
def test_an_answer_never_turns_true_into_false_or_false_into_true(choices: Choices) -> None:
    one = a_situation(choices, known=False)
    assert_kept(one, answered(choices, one.book.words, seen(one.book), one.case))


@given(choices())
@LAW
def test_what_is_certain_with_open_questions_holds_in_every_completion(choices: Choices) -> None:
    one = a_situation(choices, known=False)
    assert_borne_out(one, completed(choices, one.book.words, seen(one.book), one.case))


@given(choices())
@LAW
def test_the_bounds_for_later_hold_even_where_rules_ask_what_is_known(choices: Choices) -> None:
    one = a_situation(choices)
    assert_kept(one, answered(choices, one.book.words, seen(one.book), one.case), later=True)
    assert_borne_out(one, completed(choices, one.book.words, seen(one.book), one.case), later=True)


def assert_kept(one: Situation, after: Facts, later: bool = False) -> None:
    """What is true or false stays so."""
    then = {row[:3]: row[3] for row in conclusions(one.book, run(one.engine, after, later))}
    for name, value, at, found in conclusions(one.book, run(one.engine, one.case, later)):
        assert found in ("unknown", then[name, value, at]), (name, value, at)


def assert_borne_out(one: Situation, whole: Facts, later: bool = False) -> None:
    """What is true or false is so in a world in which everything is known."""
    world = conclude(one.book, whole.facts, whole.lists)
    for name, value, at, found in conclusions(one.book, run(one.engine, one.case, later)):
        if found != "unknown":
            assert meant(one.book, world, name, value, at) is (found == "true"), (name, value, at)


@given(choices())
@LAW
def test_a_rulebook_is_refused_or_concludes_exactly_what_its_rules_support(choices: Choices) -> None:
    book = a_book(choices, free=True)
    try:
        engine = engine_of(book)
    except ToolboxError as error:
        assert {problem.code for problem in error.problems} == {"TR109"}
        return
    case = completed(choices, book.words, seen(book), Facts(facts={}, lists={}))
    trace = run(engine, case)
    world = nothing_concluded(book, case.facts, case.lists)
    for name, value, at, found in conclusions(book, trace):
        if value != "fires" and found == "true":
            add(world, book.words.facts[name], value, at)
    supported = nothing_concluded(book, case.facts, case.lists)
    for raw in book.raw.values():
        for at in fires(raw, world):
            apply(raw, world, supported, at)
    for name, value, at, found in conclusions(book, trace):
        assert meant(book, supported if value != "fires" else world, name, value, at) is (found == "true")


@given(choices())
@LAW
def test_the_order_of_the_rules_never_matters(choices: Choices) -> None:
    one = a_situation(choices)
    other = make_book(one.book.words, choices.reordered(one.book.raw), one.book.layers)
    found = set(conclusions(one.book, run(one.engine, one.case)))
    assert found == set(conclusions(other, run(engine_of(other), one.case)))


@given(choices())
@LAW
def test_the_order_of_elements_never_matters(choices: Choices) -> None:
    one = a_situation(choices)
    lists, places = {}, {}
    for name, elements in one.case.lists.items():
        places[name] = choices.shuffled(range(len(elements.items)))
        lists[name] = replace(elements, items=tuple(elements.items[at] for at in places[name]))
    other = run(one.engine, replace(one.case, lists=lists))
    found = {row[:3]: row[3] for row in conclusions(one.book, run(one.engine, one.case))}
    for name, value, at, now in conclusions(one.book, other):
        fact = one.book.words.facts.get(name)
        of = fact.list if fact else one.book.rulebook.rules[name].list
        before = at if at is None else places[str(of)][at]
        assert found[name, value, before] == now
