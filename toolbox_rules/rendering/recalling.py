"""A file with an advice in JSON -> the document, and what of it can be compared with a new advice."""

from dataclasses import replace
from pathlib import Path

from toolbox_rules.assessing import THREATENING
from toolbox_rules.cases import Case
from toolbox_rules.comparing import Outline, facts_of
from toolbox_rules.documents import Document as Source
from toolbox_rules.documents import read_document
from toolbox_rules.findings import Desk, Findings
from toolbox_rules.problems import ToolboxError
from toolbox_rules.rendering.document import make
from toolbox_rules.rendering.shape import SCHEMA, Document
from toolbox_rules.schema import validate

_HINT = "make one with `toolbox-rules advise CASE --format json -o FILE`"


def recall(path: Path) -> Document:
    """Read an advice that was written as JSON.

    Raises ``ToolboxError`` when the file cannot be read, is cut off, or is not such an advice.
    """
    source = _whole(path)
    value = source.value
    if not isinstance(value, dict) or not str(value.get("schema", "")).startswith("toolbox-rules/"):
        raise ToolboxError([source.problem((), "TR220", "this is not an advice in JSON", _HINT)])
    if value["schema"] != SCHEMA:
        message = f"this is '{value['schema']}', not '{SCHEMA}'"
        raise ToolboxError([source.problem(("schema",), "TR220", message, _HINT)])
    found, problems = validate(source, Document)
    if found is None:
        raise ToolboxError(problems)
    return found


def _whole(path: Path) -> Source:
    """The file as a value; what breaks off or is no JSON is told to be so."""
    try:
        return read_document(path)
    except ToolboxError as error:
        problems = (
            replace(one, hint=f"is the file complete? {_HINT}") if one.code == "TR006" else one
            for one in error.problems
        )
        raise ToolboxError(problems) from None


def outline_of(document: Document, case: Case) -> Outline:
    """What of a document is compared; ``case`` is the one that stands in it."""
    verdict, conditions = document.verdict, document.conditions
    return Outline(
        name=case.name,
        facts=facts_of(case),
        verdict=verdict.id,
        with_plan=verdict.with_plan.verdict,
        form=document.form.recommended if document.form else None,
        criteria={one.criterion: one.level for one in verdict.outcome.criteria},
        states={one.id: one.state for one in document.pitfalls},
        risks={one.id: one.risk for one in document.pitfalls if one.state in THREATENING},
        measures=frozenset(item.mitigation for item in document.plan.items),
        effort=document.plan.effort,
        conditions=frozenset(conditions.measures if conditions else ()),
        questions=frozenset(one.fact for one in document.questions),
    )


def says_the_same(document: Document, findings: Findings, desk: Desk) -> bool:
    """Whether findings give to the letter what a document says, its receipt and texts left aside."""
    aside = {"receipt", "texts"}
    return make(findings, desk).model_dump(exclude=aside) == document.model_dump(exclude=aside)
