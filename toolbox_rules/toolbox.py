"""The one facade: load rules and knowledge, ask for advice."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from importlib import metadata
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

import networkx as nx

from toolbox_rules.advice import (
    Conditions,
    Desk,
    Findings,
    FormAdvice,
    PitfallAdvice,
    Receipt,
    Verdict,
    find,
    set_up,
)
from toolbox_rules.batch import advise_table
from toolbox_rules.cases import Case, read_case
from toolbox_rules.comparing import Comparison, compare
from toolbox_rules.engines import experta
from toolbox_rules.explanation import Proof
from toolbox_rules.inference import prepare
from toolbox_rules.knowledge import Knowledge, build_graph
from toolbox_rules.model import Lang
from toolbox_rules.nearing import BOUNDS, By, approach
from toolbox_rules.planning import Effect, Plan
from toolbox_rules.problems import Problem, ToolboxError, did_you_mean
from toolbox_rules.proving import explain
from toolbox_rules.questions import Question
from toolbox_rules.reading import read
from toolbox_rules.rendering import document, html, markdown, proofs, text
from toolbox_rules.rendering.composing import compose
from toolbox_rules.rendering.contrasting import contrast
from toolbox_rules.rendering.report import Report
from toolbox_rules.results import BatchResult
from toolbox_rules.rulebook import Rule
from toolbox_rules.searching import Bounds, Progress
from toolbox_rules.sensing import sense
from toolbox_rules.showing import Nearest, Sensitivity
from toolbox_rules.vocabulary import Vocabulary

Folders = str | Path | Sequence[str | Path]
CaseLike = str | Path | Mapping[str, object] | Case


def shipped(name: str) -> Path:
    """The folder of shipped ``rules`` or ``knowledge``: inside the installed package, or beside it in a checkout."""
    inside = Path(__file__).parent / "_shipped" / name
    return inside if inside.is_dir() else Path(__file__).parent.parent / name


@dataclass(frozen=True, slots=True)
class Explanation:
    """A tree of reasons; shows itself as text, Markdown or HTML, in Dutch or English."""

    proof: Proof
    _findings: Findings = field(repr=False)
    _desk: Desk = field(repr=False)

    def to_text(self, lang: Lang = "nl") -> str:
        """The tree as indented text."""
        return proofs.to_text(self.proof, self._findings, self._desk, lang)

    def to_markdown(self, lang: Lang = "nl") -> str:
        """The tree as a Markdown list."""
        return proofs.to_markdown(self.proof, self._findings, self._desk, lang)

    def to_dict(self) -> dict[str, object]:
        """The tree as plain data, with ids and values as in the files."""
        return proofs.to_dict(self.proof)

    def __str__(self) -> str:
        return self.to_text()

    def _repr_markdown_(self) -> str:
        return self.to_markdown()


@dataclass(frozen=True)
class Advice:
    """The advice on one case.

    ``findings`` holds it as a value, without a word of text; the methods put it into words.
    """

    findings: Findings
    _desk: Desk = field(repr=False)

    @property
    def case(self) -> Case:
        """The case as it was read."""
        return self.findings.case

    @property
    def verdict(self) -> Verdict:
        """Whether to do it at all."""
        return self.findings.verdict

    @property
    def form(self) -> FormAdvice | None:
        """In what form; None when the knowledge has no forms."""
        return self.findings.form

    @property
    def pitfalls(self) -> tuple[PitfallAdvice, ...]:
        """All pitfalls, what threatens most first."""
        return self.findings.pitfalls

    @property
    def plan(self) -> Plan:
        """The measures that together cover what threatens, at least effort."""
        return self.findings.plan

    @property
    def effect(self) -> Effect:
        """What of the threatening pitfalls the whole plan settles, reduces and leaves."""
        return self.findings.effect

    @property
    def conditions(self) -> Conditions | None:
        """What has to be arranged for the best verdict; None when it is given already."""
        return self.findings.conditions

    @property
    def questions(self) -> tuple[Question, ...]:
        """What is not known and could change the advice, most decisive first."""
        return self.findings.questions

    @property
    def receipt(self) -> Receipt:
        """Hashes of what the advice was made from."""
        return self.findings.receipt

    def why(self, name: str) -> Explanation:
        """Why a pitfall has its state, a derived fact its value, or the verdict was given.

        ``name`` is a pitfall, a fact, a rule, a verdict, or ``verdict``. Raises ``ToolboxError`` for any other name.
        """
        return Explanation(explain(self._desk, self.findings, name, whole=False), self.findings, self._desk)

    def why_not(self, name: str) -> Explanation:
        """Why a pitfall does not threaten, a fact is not concluded, or another verdict was not given.

        Shows every rule that could have concluded it, each with the parts that do not hold or are unknown.
        """
        return Explanation(explain(self._desk, self.findings, name, whole=True), self.findings, self._desk)

    def compare(self, other: "Advice") -> "Contrast":
        """What differs from this advice to another."""
        return Contrast(compare(self.findings, other.findings), self._desk)

    def nearest(self, goal: str, by: By = "both", bounds: Bounds = BOUNDS, progress: Progress | None = None) -> Nearest:
        """The smallest changes of facts that reach a goal, by number and then by effort, each run again by the rules.

        ``goal`` is a pitfall (it no longer threatens, or comes to), ``PITFALL=STATE``, ``verdict=VERDICT`` (or
        ``better`` or ``worse``), ``form=FORM`` or ``FACT=VALUE`` for a fact that rules conclude. ``by`` takes only
        ``acts`` (what is known becomes otherwise) or only ``answers`` (what is unknown becomes known). ``progress`` is
        called with the number of changes the search has come to and how many sets it tried.
        Raises ``ToolboxError`` for anything that is no goal.
        """
        return Nearest(approach(self._desk, self.findings, goal, by, bounds, progress), self.findings, self._desk)

    def sensitivity(self) -> Sensitivity:
        """Which fact can flip which conclusion, and which unknowns can still change the verdict."""
        return Sensitivity(sense(self._desk, self.findings), self.findings, self._desk)

    def to_dict(self, texts: bool = False) -> dict[str, object]:
        """Plain data after the schema ``toolbox-rules/advice/1``; ``texts`` adds the words in both languages."""
        return document.to_dict(self.findings, self._desk, texts=texts)

    def to_json(self, texts: bool = False) -> str:
        """The same as JSON text."""
        return document.to_json(self.findings, self._desk, texts=texts)

    def report(self, lang: Lang = "nl") -> Report:
        """The advice in words, as sections of paragraphs, lists and tables, for a writer of your own."""
        return compose(self.findings, self._desk, lang)

    def to_text(self, lang: Lang = "nl") -> str:
        """The advice to read in a terminal."""
        return text.to_text(self.findings, self._desk, lang)

    def to_markdown(self, lang: Lang = "nl") -> str:
        """The advice as Markdown."""
        return markdown.to_markdown(self.findings, self._desk, lang)

    def to_html(self, lang: Lang = "nl") -> str:
        """The advice as one HTML page that stands alone."""
        return html.to_html(self.findings, self._desk, lang)

    def __str__(self) -> str:
        return self.to_text()

    def _repr_markdown_(self) -> str:
        return self.to_markdown()

    def _repr_html_(self) -> str:
        return html.to_card(self.findings, self._desk, "nl")


@dataclass(frozen=True, slots=True)
class Contrast:
    """What differs between two advices; shows itself as text or Markdown."""

    comparison: Comparison
    _desk: Desk = field(repr=False)

    def report(self, lang: Lang = "nl") -> Report:
        """The differences in words, as sections of paragraphs and lists, for a writer of your own."""
        return contrast(self.comparison, self._desk, lang)

    def to_text(self, lang: Lang = "nl") -> str:
        """The differences as text."""
        return text.contrast_to_text(self.comparison, self._desk, lang)

    def to_markdown(self, lang: Lang = "nl") -> str:
        """The differences as Markdown."""
        return markdown.contrast_to_markdown(self.comparison, self._desk, lang)

    def __str__(self) -> str:
        return self.to_text()

    def _repr_markdown_(self) -> str:
        return self.to_markdown()


@dataclass(frozen=True)
class Toolbox:
    """Rules and knowledge, loaded once: immutable, picklable, and safe to share between threads."""

    _desk: Desk = field(repr=False)

    @classmethod
    def load(
        cls,
        rules: Folders | None = None,
        knowledge: Folders | None = None,
        engine: Literal["native", "experta"] = "native",
    ) -> "Toolbox":
        """Load folders of rules and knowledge, by default the shipped ones; later folders add to earlier ones.

        ``engine="experta"`` runs the same rules through experta (extra ``experta``): the same advice, much slower.
        Raises ``ToolboxError`` with all problems of all files when anything is wrong; nothing is half loaded.
        """
        shelf = read(_folders(rules, "rules"), _folders(knowledge, "knowledge"))
        return cls(
            set_up(shelf, metadata.version("toolbox-rules"), experta.prepare if engine == "experta" else prepare)
        )

    def advise(self, case: CaseLike, changes: Mapping[str, object] | None = None) -> Advice:
        """Advise on a case: a path, a mapping of the same shape, or a ``Case``.

        ``changes`` gives other values to facts by their full name, such as ``{"regie.process": "independent"}``; None
        makes a fact unknown. Raises ``ToolboxError`` when the case cannot be read or contradicts itself.
        """
        read_in = self.read_case(case, changes)
        return Advice(find(self._desk, read_in), self._desk)

    def advise_table(
        self,
        table: Any,
        related: Mapping[str, Any] | None = None,
        *,
        wanted: Iterable[str] | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> BatchResult:
        """Advise on every row of a table: a mapping of columns, a pandas DataFrame or an Arrow table.

        Columns carry the full names of facts; ``related`` holds the tables of elements, such as partners, by the name
        of their list. The answer has one column per conclusion, state, risk and verdict, equal row by row to
        ``advise``. See ``toolbox_rules.batch.advise_table`` for every choice. Raises ``ToolboxError``.
        """
        return advise_table(self._desk, table, related, wanted=wanted, progress=progress)

    def read_case(self, case: CaseLike, changes: Mapping[str, object] | None = None) -> Case:
        """Read a case without advising on it."""
        if not isinstance(case, Case):
            case = read_case(case, self.vocabulary, self.knowledge.spellings)
        return case if not changes else self._changed(case, changes)

    def _changed(self, case: Case, changes: Mapping[str, object]) -> Case:
        plain = case.to_dict()
        problems = []
        for name, value in changes.items():
            fact = self.vocabulary.facts.get(name)
            if fact is None or fact.list is not None:
                hint = did_you_mean(name, self.vocabulary.case_fact_names())
                problems.append(
                    Problem(code="TR202", message=f"no fact of a case is called '{name}'", location=None, hint=hint)
                )
                continue
            group, key = name.split(".")
            facts = plain.setdefault(group, {})
            assert isinstance(facts, dict)
            facts[key] = value
            facts.pop(f"{key}_complete", None)
        if problems:
            raise ToolboxError(problems)
        return read_case(plain, self.vocabulary, self.knowledge.spellings)

    @property
    def vocabulary(self) -> Vocabulary:
        """Every fact a case can give, with labels, questions and allowed values."""
        return self._desk.shelf.rulebook.vocabulary

    @property
    def rules(self) -> Mapping[str, Rule]:
        """The rules by id."""
        return MappingProxyType(self._desk.shelf.rulebook.rules)

    @property
    def knowledge(self) -> Knowledge:
        """Pitfalls, mitigations, practice cases and sources by id."""
        return self._desk.shelf.knowledge

    @cached_property
    def graph(self) -> "nx.MultiDiGraph[str]":
        """The knowledge as a frozen networkx graph."""
        return build_graph(self.knowledge, self._desk.shelf.rulebook)


def _folders(given: Folders | None, name: str) -> list[Path]:
    if given is None:
        return [shipped(name)]
    if isinstance(given, str | Path):
        return [Path(given)]
    return [Path(one) for one in given]
