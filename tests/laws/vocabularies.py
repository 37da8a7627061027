"""Small vocabularies with a fact of every type, in layers of derived facts."""

from collections.abc import Mapping
from functools import cache

from toolbox_rules.cases import case_document
from toolbox_rules.documents import Document
from toolbox_rules.model import VocabularySpec
from toolbox_rules.schema import validate
from toolbox_rules.vocabulary import Fact, Vocabulary, resolve_vocabulary

TEXT = {"nl": "tekst", "en": "text"}
NAMES = ("Ann", "Bob", "Cas")


def document(value: Mapping[str, object], path: str = "made.yaml") -> Document:
    """A document of a value that stands in no file."""
    return case_document(value, path)


@cache
def vocabulary(levels: int = 3, kinds: int = 3, minimum: int | None = 0) -> Vocabulary:
    """A vocabulary with facts of the case, two lists, and derived facts in two layers.

    Facts of the first layer are called ``one...``, of the second ``two...``.
    """
    bounds = {"maximum": 4} | ({} if minimum is None else {"minimum": minimum})
    plain: dict[str, dict[str, object]] = {
        "yes": {"type": "boolean"},
        "kind": {"type": "choice", "of": "kinds"},
        "level": {"type": "ordered", "of": "levels"},
        "number": {"type": "integer", **bounds},
        "price": {"type": "number", **bounds},
        "word": {"type": "text"},
        "kinds": {"type": "set", "of": "kinds"},
        "who": {"type": "names", "of": "parts"},
    }
    steps: dict[str, object] = {"type": "set", "of": "levels"}
    derived: dict[str, dict[str, object]] = {
        "flag": {"type": "boolean"},
        "kinds": {"type": "set", "of": "kinds"},
        "level": {"type": "ordered", "of": "levels"},
    }

    def asked(facts: Mapping[str, Mapping[str, object]]) -> dict[str, object]:
        return {key: {**fact, "label": TEXT, "question": TEXT} for key, fact in facts.items()}

    def concluded(facts: Mapping[str, Mapping[str, object]], layer: str = "") -> dict[str, object]:
        return {f"{layer}{key}": {**fact, "label": TEXT, "derived": True} for key, fact in facts.items()}

    spec: dict[str, object] = {
        "choices": {
            "kinds": {"label": TEXT, "values": {f"k{at}": _value(f"k{at}") for at in range(kinds)}},
            "levels": {
                "label": TEXT,
                "ordered": True,
                "values": {f"l{at}": _value(f"l{at}") for at in range(levels)},
            },
        },
        "groups": {
            "case": {"label": TEXT, "facts": asked({**plain, "steps": steps})},
            "more": {"label": TEXT, "facts": asked(plain)},
            "one": {"label": TEXT, "facts": concluded({**derived, "sure": {"type": "boolean"}})},
            "two": {"label": TEXT, "facts": concluded(derived)},
        },
        "lists": {
            "parts": {
                "element": "part",
                "label": TEXT,
                "question": TEXT,
                "facts": asked(plain) | concluded(derived, "one_") | concluded(derived, "two_"),
            },
            "sites": {
                "element": "site",
                "label": TEXT,
                "question": TEXT,
                "facts": asked({key: plain[key] for key in ("yes", "kind", "number")})
                | concluded({"flag": derived["flag"]}, "one_"),
            },
        },
    }
    found, problems = validate(document(spec), VocabularySpec)
    assert found is not None, problems
    resolved, problems = resolve_vocabulary(found, document(spec))
    assert not problems, problems
    return resolved


def layer_of(fact: Fact) -> int:
    """The layer of a derived fact, 0 for a fact that a case gives."""
    if not fact.derived:
        return 0
    return 2 if fact.name.startswith("two.") or fact.key.startswith("two_") else 1


def _value(name: str) -> dict[str, str]:
    return {"nl": name, "en": name}
