"""The files of rules/ and knowledge/ -> rulebook, knowledge and weighing; every problem of every file, raised once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

from toolbox_rules.calibrating import read_weighing
from toolbox_rules.conditions import Condition, Place
from toolbox_rules.documents import Document, read_document
from toolbox_rules.knowledge import Knowledge
from toolbox_rules.linking import Found, Linker
from toolbox_rules.model import (
    Frozen,
    Mitigation,
    Pitfall,
    PracticeCase,
    RuleSpec,
    SourcesFile,
    Text,
    VocabularySpec,
    WeighingSpec,
)
from toolbox_rules.problems import Problem, ToolboxError, shown_path
from toolbox_rules.rulebook import Rulebook
from toolbox_rules.schema import validate
from toolbox_rules.vocabulary import Vocabulary, resolve_vocabulary
from toolbox_rules.weighing import Weighing

Item = TypeVar("Item", bound=BaseModel)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """Everything read: the rules, the knowledge, the weighing, and all documents by path."""

    rulebook: Rulebook
    knowledge: Knowledge
    weighing: Weighing
    weighing_document: Document
    vocabulary_document: Document
    constraints: tuple[tuple[Condition, Text], ...]
    documents: Mapping[str, Document]


@dataclass(slots=True, kw_only=True)
class _Findings:
    problems: list[Problem] = field(default_factory=list)
    documents: dict[str, Document] = field(default_factory=dict)

    def read(self, path: Path) -> Document | None:
        try:
            document = read_document(path)
        except ToolboxError as error:
            self.problems += error.problems
            return None
        self.documents[document.path] = document
        return document

    def model(self, path: Path, model: type[Item]) -> tuple[Document, Item] | None:
        document = self.read(path)
        if document is None:
            return None
        item, problems = validate(document, model)
        self.problems += problems
        return None if item is None else (document, item)

    def whole(self, path: Path, code: str, message: str, hint: str | None = None) -> None:
        from_file = Document(path=shown_path(path), value=None, lines=())
        self.problems.append(from_file.problem((), code, message, hint))

    def stop(self) -> None:
        if self.problems:
            raise ToolboxError(self.problems)


def read(rules: Sequence[Path], knowledge: Sequence[Path]) -> Shelf:
    """Read folders of rules and of knowledge; later folders add to earlier ones.

    Raises ``ToolboxError`` with all problems of all files, each with its place; nothing is half read.
    """
    findings = _Findings()
    for folder in (*rules, *knowledge):
        if not folder.is_dir():
            exists = folder.exists()
            findings.whole(
                folder, "TR002" if exists else "TR001", "this is not a folder" if exists else "there is no such folder"
            )
    findings.stop()
    vocabulary_file = _read_vocabulary(rules, findings)
    found = _read_knowledge(knowledge, findings)
    weighing_file = _read_weighing_file(rules, findings)
    rule_files = _rule_files(rules, findings)
    if vocabulary_file is None or weighing_file is None:
        findings.stop()
        raise AssertionError("a missing vocabulary or weighing is a problem")
    vocabulary_document, vocabulary = vocabulary_file
    linker = Linker(
        vocabulary=vocabulary,
        vocabulary_document=vocabulary_document,
        found=found,
        weighing=weighing_file[1],
        problems=findings.problems,
    )
    rulebook = Rulebook(vocabulary=vocabulary, rules=linker.rules(rule_files))
    unsuitable = linker.knowledge()
    weighing, problems = read_weighing(weighing_file[1], weighing_file[0], vocabulary)
    findings.problems += problems
    constraints = linker.constraints()
    findings.stop()
    shelf_knowledge = Knowledge(
        pitfalls=found.items("pitfalls", Pitfall),
        mitigations=found.items("mitigations", Mitigation),
        cases=found.items("cases", PracticeCase),
        sources=found.sources,
        unsuitable=unsuitable,
        documents={
            (kind, key): document for kind, table in found.tables.items() for key, (document, _) in table.items()
        },
        spellings=linker.mitigation_spellings(),
    )
    assert weighing is not None
    return Shelf(
        rulebook=rulebook,
        knowledge=shelf_knowledge,
        weighing=weighing,
        weighing_document=weighing_file[0],
        vocabulary_document=vocabulary_document,
        constraints=constraints,
        documents=dict(sorted(findings.documents.items())),
    )


# --- the files --------------------------------------------------------------------------------------------------


_KINDS: Mapping[str, type[Frozen]] = {"pitfalls": Pitfall, "mitigations": Mitigation, "cases": PracticeCase}


def _read_vocabulary(folders: Sequence[Path], findings: _Findings) -> tuple[Document, Vocabulary] | None:
    whole: Document | None = None
    for folder in folders:
        path = folder / "vocabulary.yaml"
        if whole is not None and not path.exists():
            continue
        document = findings.read(path)
        if document is None:
            return None
        whole = document if whole is None else _extended(whole, document, findings)
    if whole is None:
        return None
    spec, problems = validate(whole, VocabularySpec)
    findings.problems += problems
    if spec is None:
        return None
    vocabulary, problems = resolve_vocabulary(spec, whole)
    findings.problems += problems
    return None if problems else (whole, vocabulary)


def _extended(first: Document, more: Document, findings: _Findings) -> Document:
    """Add the entries of a later vocabulary to an earlier one; what both have must be a map in both."""

    def add(one: object, two: object, place: Place) -> object:
        if isinstance(one, dict) and isinstance(two, dict):
            both = dict(one)
            for key, value in two.items():
                both[key] = add(one[key], value, (*place, key)) if key in one else value
            return both
        if isinstance(one, list) and isinstance(two, list):
            return [*one, *two]
        if one != two:
            findings.problems.append(
                more.problem(place, "TR107", "this is already declared otherwise in an earlier folder")
            )
        return one

    value = add(first.value, more.value, ())
    return Document(path=first.path, value=value, lines=first.lines)


def _read_weighing_file(folders: Sequence[Path], findings: _Findings) -> tuple[Document, WeighingSpec] | None:
    paths = [folder / "weighing.yaml" for folder in folders]
    there = [path for path in paths if path.exists()]
    return findings.model(there[-1] if there else paths[0], WeighingSpec)


def _rule_files(folders: Sequence[Path], findings: _Findings) -> list[tuple[Document, RuleSpec]]:
    read = []
    for folder in folders:
        for path in _yaml_files(folder, findings):
            if path.parent == folder and path.name in ("vocabulary.yaml", "weighing.yaml"):
                continue
            if path.parent == folder:
                findings.whole(
                    path,
                    "TR112",
                    "a rule stands in a folder of its topic",
                    f"move it to {folder.name}/<topic>/{path.name}",
                )
                continue
            file = findings.model(path, RuleSpec)
            if file is not None:
                _check_path(path, file[0], file[1].id, findings)
                read.append(file)
    if not read and not findings.problems:
        findings.whole(folders[0], "TR113", "no rule found in this folder", "a rule is a file <topic>/<rule-id>.yaml")
    return read


def _read_knowledge(folders: Sequence[Path], findings: _Findings) -> Found:
    found = Found(tables={kind: {} for kind in _KINDS}, sources={})
    for folder in folders:
        for path in _yaml_files(folder, findings):
            kind = path.relative_to(folder).parts[0]
            if path.parent == folder and path.name == "sources.yaml":
                sources = findings.model(path, SourcesFile)
                if sources is None:
                    found.unread["sources"] = set()
                else:
                    for key, source in sources[1].sources.items():
                        if key in found.sources:
                            problem = sources[0].problem(
                                ("sources", key), "TR107", f"the source '{key}' exists already", key=True
                            )
                            findings.problems.append(problem)
                        found.sources[key] = source
            elif kind in _KINDS and path.parent != folder:
                file = findings.model(path, _KINDS[kind])
                if file is not None:
                    _add(found.tables[kind], file, path, findings)
                if file is None or path.stem not in found.tables[kind]:
                    found.unread.setdefault(kind, set()).add(path.stem)
            else:
                known = ", ".join(f"{kind}/" for kind in _KINDS)
                findings.whole(
                    path, "TR112", f"this file is not part of the knowledge; expected sources.yaml or a file in {known}"
                )
    return found


def _add(
    table: dict[str, tuple[Document, BaseModel]], file: tuple[Document, Frozen], path: Path, findings: _Findings
) -> None:
    document, item = file
    key = getattr(item, "id", "")
    _check_path(path, document, key, findings)
    if key in table:
        message = f"'{key}' is already defined in {table[key][0].path}"
        findings.problems.append(document.problem(("id",), "TR107", message, "give it another id"))
    table[key] = (document, item)


def _check_path(path: Path, document: Document, key: str, findings: _Findings) -> None:
    if path.stem != key:
        message = f"the file is called '{path.stem}' and the id is '{key}'"
        findings.problems.append(document.problem(("id",), "TR108", message, "make them the same"))


def _yaml_files(folder: Path, findings: _Findings) -> list[Path]:
    files = []
    for path in sorted(folder.rglob("*")):
        if path.name.startswith(".") or "__pycache__" in path.parts:
            continue
        if path.suffix == ".yaml":
            files.append(path)
        elif path.suffix == ".yml":
            findings.whole(path, "TR112", "files end in .yaml here", f"rename it to {path.stem}.yaml")
    return files
