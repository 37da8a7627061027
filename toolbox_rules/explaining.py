"""An explanation as its reader holds it: a tree of reasons that shows itself as text, Markdown, HTML or JSON."""

import json
from dataclasses import dataclass, field

from toolbox_rules import deferred
from toolbox_rules.findings import Desk, Findings
from toolbox_rules.model import Lang
from toolbox_rules.problems import Problem, ToolboxError
from toolbox_rules.proof import Proof, decisive_only, limited
from toolbox_rules.proving import explain
from toolbox_rules.rendering import proofs


@dataclass(frozen=True, slots=True)
class Explanation:
    """A tree of reasons; shows itself as text, Markdown, HTML or JSON, in Dutch or English.

    ``proof`` is what is shown; the complete tree is that of an explanation asked for with ``everything``.
    """

    proof: Proof
    _findings: Findings = field(repr=False)
    _desk: Desk = field(repr=False)

    def to_text(self, lang: Lang = "nl") -> str:
        """The tree as indented text."""
        return proofs.to_text(self.proof, self._findings, self._desk, lang)

    def to_markdown(self, lang: Lang = "nl") -> str:
        """The tree as a Markdown list."""
        return proofs.to_markdown(self.proof, self._findings, self._desk, lang)

    def to_html(self, lang: Lang = "nl") -> str:
        """The tree as one HTML page that stands alone and folds open and shut."""
        return deferred.folding.to_html(self.proof, self._findings, self._desk, lang)

    def to_dict(self) -> dict[str, object]:
        """Plain data after the schema ``toolbox-rules/explanation/1``, with ids and values as in the files."""
        return deferred.explained.to_dict(self.proof, self._findings, self._desk)

    def to_json(self) -> str:
        """The same as JSON text."""
        return json.dumps(self.to_dict(), ensure_ascii=False, indent=2)

    def __str__(self) -> str:
        return self.to_text()

    def _repr_markdown_(self) -> str:
        return self.to_markdown()

    def _repr_html_(self) -> str:
        return deferred.folding.to_fragment(self.proof, self._findings, self._desk, "nl")


def ask(findings: Findings, desk: Desk, name: str, *, rivals: bool, depth: int | None, everything: bool) -> Explanation:
    """Explain one name; only what decides, and with ``rivals`` also what directly stands beside that.

    ``depth`` is the number of rules to go down. Raises ``ToolboxError`` for an unknown name or a depth below 0.
    """
    if depth is not None and depth < 0:
        message = f"a depth is 0 or more, not {depth}"
        raise ToolboxError([Problem(code="TR212", message=message, location=None, hint="0 leaves out every rule")])
    proof = explain(desk, findings, name, whole=everything)
    if not everything:
        proof = decisive_only(proof, keep=1 if rivals else 0)
    return Explanation(proof if depth is None else limited(proof, depth), findings, desk)
