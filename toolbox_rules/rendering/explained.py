"""An explanation as a JSON document, after the schema ``toolbox-rules/explanation/1``.

Every step has an id that is the same wherever and whenever the same is said. What was told before is not repeated:
such a step has no children, and ``see`` is the id of the step below which they stand.
"""

from collections.abc import Mapping
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from toolbox_rules.findings import Desk, Findings
from toolbox_rules.inference import Truth
from toolbox_rules.model import LinkBasis
from toolbox_rules.problems import Location
from toolbox_rules.proof import Kind, Proof, Reason, grounds, identify
from toolbox_rules.rendering.naming import Voice
from toolbox_rules.rendering.telling import Story, story_of

SCHEMA: Final = "toolbox-rules/explanation/1"


class Part(BaseModel):
    """A part of the document."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Place(Part):
    """A place in a file; line and column count from 1, line 0 is the file as a whole."""

    path: str
    line: int
    column: int


class Sentence(Part):
    """An author's sentence, with the facts of the case filled in."""

    nl: str
    en: str


class Step(Part):
    """One step; the fields are those of ``toolbox_rules.Proof``, and one that a step does not have is left out."""

    id: str
    kind: Kind
    name: str
    truth: Truth
    reason: Reason | None = None
    decisive: bool = True
    op: str | None = None
    expected: str | None = None
    actual: str | None = None
    state: str | None = None
    text: Sentence | None = None
    subject: str | None = None
    location: Place | None = None
    given_at: Place | None = None
    basis: LinkBasis | None = None
    sources: tuple[str, ...] = ()
    see: str | None = None
    children: tuple["Step", ...] = ()


class Document(Part):
    """An explanation."""

    schema_: Literal["toolbox-rules/explanation/1"] = Field(alias="schema")
    name: str
    proof: Step


def to_dict(proof: Proof, findings: Findings, desk: Desk) -> dict[str, object]:
    """An explanation as plain data, with ids and values as in the files; what a step does not have is left out."""
    stories = tuple(story_of(findings, Voice(desk=desk, lang=lang)) for lang in ("nl", "en"))
    writer = _Writer(identify(proof), stories)  # type: ignore[arg-type]
    return {"schema": SCHEMA, "name": proof.name, "proof": writer.step(proof)}


def json_schema() -> dict[str, object]:
    """The JSON Schema of the document."""
    schema = Document.model_json_schema(mode="serialization", by_alias=True)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:{SCHEMA.replace('/', ':')}",
        **schema,
    }


class _Writer:
    """Writes steps; remembers below which step something was told."""

    def __init__(self, names: Mapping[int, str], stories: tuple[Story, Story]) -> None:
        self.names = names
        self.stories = stories
        self.told: dict[tuple[str, ...], str] = {}

    def step(self, proof: Proof) -> dict[str, object]:
        name = self.names[id(proof)]
        plain: dict[str, object] = {"id": name, "kind": proof.kind, "name": proof.name, "truth": proof.truth}
        if not proof.decisive:
            plain["decisive"] = False
        for field in ("reason", "op", "expected", "actual", "state", "subject", "basis"):
            if (value := getattr(proof, field)) is not None:
                plain[field] = value
        if proof.text is not None:
            nl, en = (story.of_proof(proof) for story in self.stories)
            plain["text"] = {"nl": nl, "en": en}
        for field, place in (("location", proof.location), ("given_at", proof.given_at)):
            if place is not None:
                plain[field] = _place(place)
        if proof.sources:
            plain["sources"] = list(proof.sources)
        return plain | self._below(proof, name)

    def _below(self, proof: Proof, name: str) -> dict[str, object]:
        key = grounds(proof, self.names)
        if key and key in self.told:
            return {"see": self.told[key]}
        if key:
            self.told[key] = name
        return {"children": [self.step(child) for child in proof.children]} if proof.children else {}


def _place(place: Location) -> dict[str, object]:
    return {"path": place.path, "line": place.line, "column": place.column}
