"""experta, written as its manual does: fact classes, one decorated method per rule, salience by layer.

Every rule has a salience of its own: experta leaves a rule that no longer holds on its agenda when others of the same
salience stand on the same facts, and then fires it. Conditions on partners are stated once, as rules of their own; a
count is a join of so many different partners.
"""

from collections.abc import Callable
from typing import Any

from tests.benchmarks.neutral import LAYERS, Among, Case, Condition, Count, Flag, Is, Number, Rivals, Rulebase
from tests.benchmarks.peers.loaded import Loaded
from toolbox_rules.engines.importing import import_experta

NAME = "experta"
CANNOT = (
    "unknown facts: an absent fact is false",
    "rules of one salience with `NOT`: it can fire one that no longer holds, so each gets a salience of its own",
)
PREDICATES: dict[tuple[str, int], Any] = {}


def load(rulebase: Rulebase) -> Loaded:
    """Make the class and one engine of it."""
    import_experta()
    import experta  # noqa: PLC0415

    writer = _Writer(experta, rulebase)
    engine, flag = writer.engine(), writer.flag

    def run(facts: tuple[dict[str, Any], list[dict[str, Any]]]) -> set[str]:
        engine.reset()
        engine.declare(writer.case(**facts[0]), *[writer.partner(**partner) for partner in facts[1]])
        engine.run()
        return {fact["name"] for fact in engine.facts.values() if isinstance(fact, flag)}

    names = frozenset(rulebase.flags)
    return Loaded(ready=_facts, run=run, flags=lambda found: names & found)


def _facts(case: Case) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    partners = [{"number" if key == "id" else key: value for key, value in one.items()} for one in case.partners]
    return dict(case.attributes), partners


class _Writer:
    def __init__(self, experta: Any, rulebase: Rulebase) -> None:
        self.experta = experta
        self.rulebase = rulebase
        self.about = rulebase.about_partners()
        self.case: Any = type("Case", (experta.Fact,), {})
        self.partner: Any = type("Partner", (experta.Fact,), {})
        self.flag: Any = type("Flag", (experta.Fact,), {})

    def engine(self) -> Any:
        methods: dict[str, Any] = {}
        wide = len(self.rulebase.rules)
        for at, one in enumerate(self.about):
            methods[f"s{at}"] = self._method(self._on_partners(one), LAYERS * wide, f"s{at}")
        for at, rule in enumerate(self.rulebase.rules):
            salience = (LAYERS - rule.layer) * wide + at
            methods[rule.name] = self._method(self._patterns(rule.conditions), salience, rule.flag)
        return type("Rules", (self.experta.KnowledgeEngine,), methods)()

    def _method(self, patterns: list[Any], salience: int, flag: str) -> Any:
        fact_class = self.flag

        def conclude(engine: Any) -> None:
            engine.declare(fact_class(name=flag))

        return self.experta.Rule(*patterns, salience=salience)(conclude)

    def _patterns(self, conditions: tuple[Condition, ...]) -> list[Any]:
        fields: dict[str, Any] = {}
        found = []
        for one in conditions:
            match one:
                case Among(name, values):
                    fields[name] = self._any_of(values)
                case Is(name, value):
                    fields[name] = value
                case Number(name, op, bound):
                    fields[name] = self._bound(op, bound)
                case Flag(flag, True):
                    found.append(self.flag(name=flag))
                case Flag(flag, False):
                    found.append(self.experta.NOT(self.flag(name=flag)))
                case _:
                    found.append(self.flag(name=f"s{self.about.index(one)}"))
        return [self.case(**fields), *found]

    def _any_of(self, values: tuple[str, ...]) -> Any:
        return values[0] if len(values) == 1 else self._predicate(("among", hash(values)), values.__contains__)

    def _bound(self, op: str, bound: int) -> Any:
        test: Callable[[int], bool] = (lambda value: value >= bound) if op == ">=" else (lambda value: value < bound)
        return self._predicate((op, bound), test)

    def _predicate(self, key: tuple[str, int], test: Callable[[Any], bool]) -> Any:
        """One object for equal tests: experta shares the check of a predicate only when it is the same object."""
        return PREDICATES.setdefault(key, self.experta.P(test))

    def _on_partners(self, one: Count | Rivals) -> list[Any]:
        experta, match = self.experta, self.experta.MATCH
        match one:
            case Count(kind, number):
                partners = [self.partner(type=kind, number=getattr(match, f"p{at}")) for at in range(number)]
                tests = [_TESTS[number]] if number > 1 else []
                return [*partners, *(experta.TEST(test) for test in tests)]
            case Rivals(kind, other):
                return [self.partner(type=kind, market=match.market), self.partner(type=other, market=match.market)]


_TESTS: dict[int, Callable[..., bool]] = {2: lambda p0, p1: p0 < p1, 3: lambda p0, p1, p2: p0 < p1 < p2}
