"""The one facade: load rules and knowledge, ask for advice."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from importlib import metadata
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

from toolbox_rules import deferred
from toolbox_rules.advice import find, forms, set_up
from toolbox_rules.caching import recall
from toolbox_rules.cases import Case, read_case
from toolbox_rules.comparing import Comparison, compare, differences, outline
from toolbox_rules.explaining import Explanation, ask
from toolbox_rules.findings import Desk, Findings, FormAdvice, PitfallAdvice, Verdict
from toolbox_rules.forming import FormTable
from toolbox_rules.hashing import Receipt
from toolbox_rules.inference import prepare
from toolbox_rules.knowledge import Knowledge
from toolbox_rules.model import Lang
from toolbox_rules.nearing import BOUNDS, By, approach
from toolbox_rules.pausing import uncollected
from toolbox_rules.planning import Effect, Plan
from toolbox_rules.presenting import Presentation, as_plain
from toolbox_rules.problems import Problem, ToolboxError, did_you_mean
from toolbox_rules.questions import Question
from toolbox_rules.reading import read
from toolbox_rules.rendering import text
from toolbox_rules.rendering.attesting import attest
from toolbox_rules.rendering.composing import compose
from toolbox_rules.rendering.contrasting import contrast
from toolbox_rules.rendering.forms import form_report
from toolbox_rules.rendering.report import Report
from toolbox_rules.requiring import Conditions
from toolbox_rules.rulebook import Rule
from toolbox_rules.searching import Bounds, Progress
from toolbox_rules.sensing import sense
from toolbox_rules.showing import Nearest, Sensitivity
from toolbox_rules.verifying import Verification, verify
from toolbox_rules.vocabulary import Vocabulary

if TYPE_CHECKING:
    import networkx as nx

    from toolbox_rules.drawing.view import GraphView
    from toolbox_rules.engines.experta import Translation
    from toolbox_rules.results import BatchResult

Folders = str | Path | Sequence[str | Path]
CaseLike = str | Path | Mapping[str, object] | Case


def shipped(name: str) -> Path:
    """The folder of shipped ``rules`` or ``knowledge``: inside the installed package, or beside it in a checkout."""
    inside = Path(__file__).parent / "_shipped" / name
    return inside if inside.is_dir() else Path(__file__).parent.parent / name


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

    def why(self, name: str, depth: int | None = None, everything: bool = False) -> Explanation:
        """Why a pitfall has its state, a fact its value, a measure its place in the plan, or the verdict was given.

        ``name`` is a pitfall, fact, rule, verdict, criterion, measure or form, or ``verdict`` or ``form``; any other
        raises ``ToolboxError``. Only what decides is shown, or with ``everything`` every derivation and every part;
        ``depth`` is the number of rules to go down.
        """
        return ask(self.findings, self._desk, name, rivals=False, depth=depth, everything=everything)

    def why_not(self, name: str, depth: int | None = None, everything: bool = False) -> Explanation:
        """Why a pitfall does not threaten, a fact is not concluded, another verdict not given, a measure not chosen.

        As ``why``, and it shows every rule that could have concluded it, each with the parts that do not hold or are
        unknown.
        """
        return ask(self.findings, self._desk, name, rivals=True, depth=depth, everything=everything)

    def compare(self, other: "Advice") -> Presentation[Comparison]:
        """What differs from this advice to another, and why."""
        found = compare(self.findings, other.findings, self._desk)
        return Presentation(found, "toolbox-rules/comparison/1", contrast, self._desk)

    def forms(self) -> Presentation[FormTable] | None:
        """The same case in every form, side by side; None when the knowledge has no forms."""
        found = forms(self._desk, self.findings)
        return None if found is None else Presentation(found, "toolbox-rules/forms/1", form_report, self._desk)

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
        return deferred.document.to_dict(self.findings, self._desk, texts=texts)

    def to_json(self, texts: bool = False) -> str:
        """The same as JSON text."""
        return deferred.document.to_json(self.findings, self._desk, texts=texts)

    def report(self, lang: Lang = "nl") -> Report:
        """The advice in words, as sections of paragraphs, lists and tables, for a writer of your own."""
        return compose(self.findings, self._desk, lang)

    def to_text(self, lang: Lang = "nl") -> str:
        """The advice to read in a terminal."""
        return text.to_text(self.findings, self._desk, lang)

    def to_markdown(self, lang: Lang = "nl") -> str:
        """The advice as Markdown."""
        return deferred.markdown.to_markdown(self.findings, self._desk, lang)

    def to_html(self, lang: Lang = "nl") -> str:
        """The advice as one HTML page that stands alone."""
        return deferred.html.to_html(self.findings, self._desk, lang)

    def draw(self, lang: Lang = "nl") -> "GraphView":
        """What threatens, from root causes to consequences, and the plan: as a graph, and as a picture of it."""
        picture = deferred.surroundings.case_picture(self.findings, self._desk, lang)
        return deferred.view.GraphView(
            graph=deferred.surroundings.case_graph(self.findings, self._desk), picture=picture
        )

    def __str__(self) -> str:
        return self.to_text()

    def _repr_markdown_(self) -> str:
        return self.to_markdown()

    def _repr_html_(self) -> str:
        return deferred.html.to_card(self.findings, self._desk, "nl")


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
        cache: str | Path | None = None,
    ) -> "Toolbox":
        """Load folders of rules and knowledge, by default the shipped ones; later folders add to earlier ones.

        ``engine="experta"`` runs the same rules through experta (extra ``experta``): the same advice, much slower.
        ``cache`` is a folder of yours to keep what was loaded in, so that the next program that loads the same files
        is ready sooner. Raises ``ToolboxError`` with all problems of all files when anything is wrong; nothing is half
        loaded.
        """
        rule_folders, knowledge_folders = _folders(rules, "rules"), _folders(knowledge, "knowledge")
        version = metadata.version("toolbox-rules")
        make_engine = deferred.experta.prepare if engine == "experta" else prepare

        def make() -> Desk:
            return set_up(read(rule_folders, knowledge_folders), version, make_engine)

        with uncollected():
            if cache is None or engine == "experta":
                return cls(make())
            label = f"toolbox-rules {version} {len(rule_folders)}"
            return cls(recall(Path(cache), label, [*rule_folders, *knowledge_folders], make))

    def advise(self, case: CaseLike, changes: Mapping[str, object] | None = None) -> Advice:
        """Advise on a case: a path, a mapping of the same shape, or a ``Case``.

        ``changes`` gives other values to facts by their full name, such as ``{"regie.process": "independent"}``; None
        makes a fact unknown. Raises ``ToolboxError`` when the case cannot be read or contradicts itself.
        """
        read_in = self.read_case(case, changes)
        return Advice(find(self._desk, read_in), self._desk)

    def verify(self, receipt: str | Path, case: CaseLike | None = None) -> Presentation[Verification]:
        """Say whether an advice in JSON is still the advice, and what changed since.

        ``case`` gives the facts of today; without it those in the file are taken. Raises ``ToolboxError`` when the file
        cannot be read, is cut off, or is not an advice.
        """
        document = deferred.recalling.recall(Path(receipt))
        then = self.advise(document.case)
        now = then if case is None else self.advise(case)
        unchanged = deferred.recalling.says_the_same(document, then.findings, self._desk)
        if unchanged:
            comparison = compare(then.findings, now.findings, self._desk)
        else:
            comparison = differences(deferred.recalling.outline_of(document, then.case), outline(now.findings))
        hashes = as_plain(now.receipt)
        assert isinstance(hashes, dict)
        found = verify(now.case.name, document.receipt.model_dump(), then.receipt.facts, hashes, unchanged, comparison)
        return Presentation(found, "toolbox-rules/verification/1", attest, self._desk)

    def advise_table(
        self,
        table: Any,
        related: Mapping[str, Any] | None = None,
        *,
        wanted: Iterable[str] | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> "BatchResult":
        """Advise on every row of a table: a mapping of columns, a pandas DataFrame or an Arrow table.

        Columns carry the full names of facts; ``related`` holds the tables of elements, such as partners, by the name
        of their list. The answer has one column per conclusion, state, risk and verdict, equal row by row to
        ``advise``. See ``toolbox_rules.batch.advise_table`` for every choice. Raises ``ToolboxError``.
        """
        return deferred.batch.advise_table(self._desk, table, related, wanted=wanted, progress=progress)

    def to_experta(self) -> "Translation":
        """The rules as an experta ``KnowledgeEngine`` class and its ``Fact`` classes, to use or to extend.

        See ``toolbox_rules.engines.experta.Translation`` for what it declares. Raises ``ToolboxError`` (TR401) when the
        extra ``experta`` is not installed.
        """
        return deferred.experta.to_experta(self._desk.shelf.rulebook)

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
            _take_back(plain, group, key)
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
        return deferred.graphing.build_graph(self.knowledge, self._desk.shelf.rulebook)

    def catalogue(self) -> Mapping[str, str]:
        """All rules and knowledge as pages in Dutch and English: the path and the text of each file."""
        return MappingProxyType(deferred.writing.catalogue(self._desk))

    def draw(self, lang: Lang = "nl") -> "GraphView":
        """All knowledge: ``graph``, and a picture of every pitfall with what it leads to and what helps."""
        return deferred.view.GraphView(graph=self.graph, picture=deferred.wholemap.whole_map(self._desk, lang))


def _take_back(plain: dict[str, object], group: str, key: str) -> None:
    """Take a fact out of the statements of a case in plain data: it is no longer disputed."""
    statements = plain.get("statements", [])
    assert isinstance(statements, list)
    for statement in statements:
        if isinstance(statement.get(group), dict):
            statement[group].pop(key, None)
            statement[group].pop(f"{key}_complete", None)


def _folders(given: Folders | None, name: str) -> list[Path]:
    if given is None:
        return [shipped(name)]
    if isinstance(given, str | Path):
        return [Path(given)]
    return [Path(one) for one in given]
