"""toolbox_rules: every rule as YAML text, through the real reader, linker and compiler; three-valued."""

import json

from tests.benchmarks.neutral import (
    BOOLEANS,
    CHOICES,
    MARKETS,
    NUMBERS,
    PARTNER_TYPES,
    Among,
    Case,
    Condition,
    Count,
    Flag,
    Is,
    Number,
    Rivals,
    Rule,
    Rulebase,
)
from tests.benchmarks.peers.loaded import Loaded
from toolbox_rules import network as n
from toolbox_rules.cases import Elements, Value
from toolbox_rules.compiling import compile_rules
from toolbox_rules.documents import Document, parse_document
from toolbox_rules.inference import Trace, infer, prepare
from toolbox_rules.linking import Found, Linker
from toolbox_rules.model import RuleSpec, VocabularySpec, WeighingSpec
from toolbox_rules.pausing import uncollected
from toolbox_rules.rulebook import Rulebook
from toolbox_rules.schema import validate
from toolbox_rules.vocabulary import resolve_vocabulary

NAME = "toolbox_rules"
CANNOT: tuple[str, ...] = ()
TEXT = {"nl": "tekst", "en": "text"}
Facts = tuple[dict[str, Value], dict[str, Elements]]


def load(rulebase: Rulebase) -> Loaded:
    """Read, compile and prepare the rulebase."""
    texts = written(rulebase)
    with uncollected():  # as Toolbox.load does
        engine = prepare(compile_rules(read(texts)))
    names = {
        flag: engine.network.index[_derived(flag)] for flag in rulebase.flags if _derived(flag) in engine.network.index
    }

    def flags(trace: Trace) -> frozenset[str]:
        return frozenset(flag for flag, node in names.items() if trace.rails(node)[0])

    return Loaded(ready=given, run=lambda case: infer(engine, *case), flags=flags)


def written(rulebase: Rulebase) -> dict[str, str]:
    """The files of the rulebase, by path; JSON is YAML."""
    files = {f"made/{rule.name}.yaml": _rule(rule) for rule in rulebase.rules}
    return {"vocabulary.yaml": json.dumps(_vocabulary(rulebase)), **files}


def read(texts: dict[str, str]) -> Rulebook:
    """Read the files as the library reads them, only not from disk."""
    problems = []
    documents = {path: parse_document(text, path) for path, text in texts.items()}
    vocabulary_document = documents.pop("vocabulary.yaml")
    spec, found = validate(vocabulary_document, VocabularySpec)
    assert spec is not None, found
    vocabulary, found = resolve_vocabulary(spec, vocabulary_document)
    problems += found
    files: list[tuple[Document, RuleSpec]] = []
    for document in documents.values():
        rule, found = validate(document, RuleSpec)
        problems += found
        assert rule is not None, found
        files.append((document, rule))
    nothing = Found(tables={kind: {} for kind in ("pitfalls", "mitigations", "cases")}, sources={})
    linker = Linker(
        vocabulary=vocabulary,
        vocabulary_document=vocabulary_document,
        found=nothing,
        weighing=WeighingSpec.model_construct(),
        problems=problems,
    )
    rulebook = Rulebook(vocabulary=vocabulary, rules=linker.rules(files))
    assert not problems, problems[0]
    return rulebook


def given(case: Case, known: frozenset[str] | None = None) -> Facts:
    """The facts of a case; ``known`` names the attributes that are given, all of them by default."""
    facts = {f"case.{name}": value for name, value in case.attributes.items() if known is None or name in known}
    items = tuple({key: value for key, value in partner.items() if key != "id"} for partner in case.partners)
    return dict(facts), {"partners": Elements(items=items)}


def _derived(flag: str) -> n.Derived:
    return n.Derived((), f"concluded.{flag}", "true")


def _vocabulary(rulebase: Rulebase) -> dict[str, object]:
    asked = {"label": TEXT, "question": TEXT}

    def choice(values: tuple[str, ...]) -> dict[str, object]:
        return {"type": "choice", "values": {value: {"nl": value, "en": value} for value in values}, **asked}

    attributes: dict[str, object] = {name: choice(values) for name, values in CHOICES.items()}
    attributes |= {name: {"type": "boolean", **asked} for name in BOOLEANS}
    attributes |= {name: {"type": "integer", **asked} for name in NUMBERS}
    flags = {flag: {"type": "boolean", "label": TEXT, "derived": True} for flag in rulebase.flags}
    partners = {"type": choice(PARTNER_TYPES), "market": choice(MARKETS)}
    return {
        "groups": {"case": {"label": TEXT, "facts": attributes}, "concluded": {"label": TEXT, "facts": flags}},
        "lists": {"partners": {"element": "partner", "label": TEXT, "question": TEXT, "facts": partners}},
    }


def _rule(rule: Rule) -> str:
    return json.dumps(
        {
            "id": rule.name,
            "title": TEXT,
            "when": {"all": [_condition(one) for one in rule.conditions]},
            "then": [{"set": {f"concluded.{rule.flag}": True}}],
            "because": TEXT,
            "basis": "general",
            "examples": [{"case": {}, "expect": "silent"}],
        }
    )


def _condition(one: Condition) -> dict[str, object]:
    match one:
        case Among(name, values):
            return {f"case.{name}": list(values)}
        case Is(name, value):
            return {f"case.{name}": value}
        case Number(name, op, bound):
            return {f"case.{name}": {"at_least" if op == ">=" else "below": bound}}
        case Flag(flag, holds):
            found: dict[str, object] = {f"concluded.{flag}": True}
            return found if holds else {"not": found}
        case Count(kind, number):
            return {"count": {"of": "partners", "where": {"type": kind}, "at_least": number}}
        case Rivals(kind, other):
            same = {"type": other, "market": {"equals": {"fact": "partner.market"}}}
            inner = {"some": {"of": "partners", "other_than": "partner", "as": "rival", "where": same}}
            return {"some": {"of": "partners", "where": {"type": kind, **inner}}}
