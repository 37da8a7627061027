"""Facts, rules and knowledge -> the hashes that identify them, so that an advice can be made again."""

import hashlib
import json
from dataclasses import dataclass

from toolbox_rules.cases import Case
from toolbox_rules.reading import Shelf


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What an advice was made from, so that it can be made again: SHA-256 of the facts, rules and knowledge."""

    facts: str
    rules: str
    knowledge: str
    version: str


def facts_hash(case: Case) -> str:
    """SHA-256 of the facts of a case, the same for every order and spelling in which they were written.

    What the case is called, and what it says about its sources, is no fact.
    """
    plain = {key: value for key, value in case.to_dict().items() if key not in ("name", "description", "sources")}
    return hashlib.sha256(json.dumps(plain, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def shelf_hashes(shelf: Shelf) -> dict[str, str]:
    """SHA-256 over the values of the files; comments, layout and places do not count."""
    used = {document.path for document in shelf.knowledge.documents.values()}
    rules: list[str] = []
    knowledge: list[str] = []
    for path, document in shelf.documents.items():
        is_knowledge = path in used or path.endswith("sources.yaml")
        (knowledge if is_knowledge else rules).append(json.dumps(document.value, ensure_ascii=False))
    return {
        name: hashlib.sha256("\n".join(sorted(values)).encode()).hexdigest()
        for name, values in (("rules", rules), ("knowledge", knowledge))
    }
