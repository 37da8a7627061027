"""The rulebook on experta concludes what it concludes here; and what experta does wrong, shown in experta itself."""

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from tests.laws.cases import Facts
from tests.laws.choices import Choices, Raw, choices, seeded
from tests.laws.conditions import make_book
from tests.laws.vocabularies import vocabulary
from tests.test_engine_laws import a_situation, run
from toolbox_rules import advice, inference
from toolbox_rules.cases import Elements, read_case
from toolbox_rules.compiling import compile_rules
from toolbox_rules.engines import experta as engine
from toolbox_rules.engines.importing import import_experta
from toolbox_rules.engines.matching import strategy
from toolbox_rules.findings import Desk
from toolbox_rules.reading import read

if find_spec("experta") is None:
    pytest.skip("needs the extra experta", allow_module_level=True)

ROOT = Path(__file__).parents[1]
CASES = sorted((ROOT / "examples" / "cases").glob("*.yaml"))
RESTORED = "import collections, collections.abc; collections.Mapping = collections.abc.Mapping"
IMPORTED = "from toolbox_rules.engines.importing import import_experta"
OURS = f"{IMPORTED}; import_experta()"


def told(*lines: str) -> str:
    """What a fresh Python prints, or the last line of its error."""
    done = subprocess.run(
        [sys.executable, "-c", "\n".join(lines)], capture_output=True, text=True, cwd=ROOT, check=False
    )
    return done.stdout.strip() if done.returncode == 0 else done.stderr.strip().splitlines()[-1]


# --- agreement ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def desk() -> Desk:
    return advice.set_up(read([ROOT / "rules"], [ROOT / "knowledge"]), "0")


@pytest.fixture(scope="module")
def on_experta(desk: Desk) -> inference.Engine:
    return engine.prepare(desk.engine.network)


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_a_shipped_case_has_the_same_trace_on_experta(path: Path, desk: Desk, on_experta: inference.Engine) -> None:
    case = read_case(path, desk.shelf.rulebook.vocabulary, desk.shelf.knowledge.spellings)
    native, other = inference.infer_case(desk.engine, case), inference.infer_case(on_experta, case)
    assert (other.must, other.may) == (native.must, native.may)
    assert other.firings() == native.firings()


@given(choices())
@settings(max_examples=60)
def test_a_generated_rulebook_has_the_same_trace_on_experta(choices: Choices) -> None:
    one = a_situation(choices)
    native, other = run(one.engine, one.case), run(engine.prepare(one.engine.network), one.case)
    for node in one.engine.position:
        assert other.rails(node) == native.rails(node), one.engine.network.nodes[node]


@pytest.mark.parametrize("yes", [True, False, None])
def test_a_circle_through_two_negations_is_settled_as_here(yes: bool | None) -> None:
    """That every part is flagged is said as: none is not."""
    rules: dict[str, Raw] = {
        "there": {"for": "parts", "when": {"one.sure": True}, "then": [{"set": {"parts.one_flag": True}}]},
        "back": {
            "when": {"every": {"of": "parts", "where": {"one_flag": True}}},
            "then": [{"set": {"one.sure": True}}],
        },
        "start": {"when": {"case.yes": True}, "then": [{"set": {"one.sure": True}}]},
    }
    made = inference.prepare(compile_rules(make_book(vocabulary(), rules).rulebook))
    case = Facts(facts={} if yes is None else {"case.yes": yes}, lists={"parts": Elements(items=({}, {}))})
    native, other = run(made, case), run(engine.prepare(made.network), case)
    assert any(component.cyclic for component in made.network.components)
    assert [other.rails(node) for node in made.position] == [native.rails(node) for node in made.position]


def test_one_engine_serves_one_case_after_another() -> None:
    one = a_situation(seeded(7))
    prepared = engine.prepare(one.engine.network)
    first = run(prepared, one.case)
    inference.infer(prepared, {}, {})
    assert run(prepared, one.case).must == first.must


# --- for developers -----------------------------------------------------------------------------------------------


def test_rules_can_be_added_that_see_the_conclusions(desk: Desk) -> None:
    experta = import_experta()
    made = engine.to_experta(desk.shelf.rulebook)
    seen: list[str] = []

    class Mine(made.engine):  # type: ignore[misc, name-defined]
        @experta.Rule(
            made.applies(rule="many-partners", rail="must"), experta.NOT(made.applies(rule="joint-work", rail="may"))
        )  # type: ignore[untyped-decorator]
        def many_but_not_joint(self) -> None:
            seen.append("not joint")

        @experta.Rule(made.conclusion(fact=experta.MATCH.fact, value="true", rail="must"))  # type: ignore[untyped-decorator]
        def concluded(self, fact: str) -> None:
            seen.append(fact)

    case = read_case(CASES[0], desk.shelf.rulebook.vocabulary, desk.shelf.knowledge.spellings)
    mine = Mine()
    mine.reset(facts=case.facts, lists=case.lists)
    mine.run()
    trace = inference.infer_case(desk.engine, case)
    flags = [fact.name for fact in desk.shelf.rulebook.vocabulary.facts.values() if fact.derived and fact.list is None]
    assert sorted(seen) == sorted(name for name in flags if trace.derived(name, "true")[0])


# --- importing it -------------------------------------------------------------------------------------------------


@pytest.mark.skipif(sys.version_info < (3, 10), reason="the names are there")
def test_defect_experta_cannot_be_imported_since_python_3_10() -> None:
    assert told("import experta") == "AttributeError: module 'collections' has no attribute 'Mapping'"


def test_defect_importing_experta_configures_logging() -> None:
    assert told(RESTORED, "import experta, logging; print(len(logging.getLogger().handlers))") == "1"


def test_defect_experta_hides_that_something_it_needs_is_missing() -> None:
    missing = "import sys; sys.modules['schema'] = None"
    assert told(RESTORED, missing, "import experta; print(hasattr(experta, 'KnowledgeEngine'))") == "False"


def test_importing_it_here_leaves_collections_and_logging_as_they_were() -> None:
    before = "import collections, logging; names, configure = set(vars(collections)), logging.basicConfig"
    after = "print(set(vars(collections)) - names, logging.basicConfig is configure, logging.getLogger().handlers)"
    assert told(before, OURS, after) == "set() True []"


def test_without_experta_the_error_says_how_to_install_it() -> None:
    caught = "try: import_experta()\nexcept Exception as error: print(type(error).__name__, error)"
    lines = ("import sys; sys.modules['experta'] = None", IMPORTED, caught)
    assert told(*lines) == (
        "ToolboxError error[TR401]: the engine experta is not installed; "
        "install it with: pip install 'toolbox-rules[experta]'\n1 error"
    )


def test_without_something_it_needs_the_error_names_it() -> None:
    caught = "try: import_experta()\nexcept Exception as error: print(error)"
    lines = ("import sys; sys.modules['schema'] = None", IMPORTED, caught)
    assert told(*lines).startswith(
        "error[TR401]: experta cannot be used: import of schema halted; None in sys.modules;"
    )


# --- what it does wrong -------------------------------------------------------------------------------------------


@pytest.fixture
def experta() -> Any:
    return import_experta()


def test_defect_exists_on_a_bound_variable_fires_without_a_match(experta: Any) -> None:
    fired: list[int] = []

    class Left(experta.Fact):  # type: ignore[misc]
        pass

    class Right(experta.Fact):  # type: ignore[misc]
        pass

    class Rules(experta.KnowledgeEngine):  # type: ignore[misc]
        @experta.Rule(Left(x=experta.MATCH.x), experta.EXISTS(Right(x=experta.MATCH.x)))  # type: ignore[untyped-decorator]
        def both(self, x: int) -> None:
            fired.append(x)

    rules = Rules()
    rules.reset()
    rules.declare(Left(x=1), Right(x=2))
    rules.run()
    assert fired == [1]  # no Right has x=1


def fired_without(experta: Any, parts: dict[str, Any]) -> list[str]:
    """The rules that fire for what was not found, where rules of higher salience find everything."""
    fired: list[str] = []

    class Case(experta.Fact):  # type: ignore[misc]
        pass

    class Found(experta.Fact):  # type: ignore[misc]
        pass

    def finder(name: str) -> Any:
        def find(self: Any) -> None:
            self.declare(Found(name=name))

        return experta.Rule(Case(), salience=1)(find)

    def without(name: str) -> Any:
        def lacks(self: Any) -> None:
            fired.append(name)

        return experta.Rule(Case(), experta.NOT(Found(name=name)))(lacks)

    names = [f"n{at}" for at in range(40)]
    methods = {f"find_{name}": finder(name) for name in names} | {name: without(name) for name in names}
    rules = type("Rules", (experta.KnowledgeEngine,), {**methods, **parts})()
    rules.reset()
    rules.declare(Case())
    rules.run()
    return fired


def test_defect_a_rule_fires_although_what_it_excludes_is_declared(experta: Any) -> None:
    assert fired_without(experta, {})


def test_on_our_agenda_no_rule_fires_that_no_longer_holds(experta: Any) -> None:
    assert fired_without(experta, {"__strategy__": strategy()}) == []
