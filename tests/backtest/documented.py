"""What is documented about collaborations: read strictly from documented.yaml."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Literal

from toolbox_rules.documents import Document, read_document
from toolbox_rules.model import Frozen, Identifier, Words
from toolbox_rules.problems import Problem, ToolboxError, did_you_mean
from toolbox_rules.reading import Shelf
from toolbox_rules.schema import validate


class Documented(Frozen):
    """What is known afterwards about one case, and what advice would have been sensible at its moment.

    ``seen`` are pitfalls that the source describes happening, ``threat`` those that it names as a risk or that we read
    in it, ``helped`` mitigations that the source calls helpful.
    """

    group: Literal["development", "holdout"]
    topic: Identifier
    outcome: Literal["success", "mixed", "failed", "ended", "running", "unknown"]
    seen: tuple[Identifier, ...] = ()
    threat: tuple[Identifier, ...] = ()
    helped: tuple[Identifier, ...] = ()
    verdicts: tuple[Identifier, ...] = ()
    note: Words | None = None

    @property
    def pitfalls(self) -> tuple[str, ...]:
        """All documented pitfalls, what happened first."""
        return (*self.seen, *self.threat)


class DocumentedFile(Frozen):
    """The file ``documented.yaml``: what is documented, by the name of the case file."""

    cases: dict[Identifier, Documented]


def read_documented(path: Path, cases: Path, shelf: Shelf) -> Mapping[str, Documented]:
    """Read the file, in alphabetical order of the cases.

    ``cases`` is the folder of the case files. Raises ``ToolboxError`` with every problem, each with the nearest name.
    """
    document = read_document(path)
    file, problems = validate(document, DocumentedFile)
    if file is not None:
        problems = list(_unknown_names(document, file, cases, shelf))
        if not file.cases:
            problems.append(document.problem(("cases",), "TR101", "no case is documented", "add one", key=True))
    if problems or file is None:
        raise ToolboxError(problems)
    return dict(sorted(file.cases.items()))


def _unknown_names(document: Document, file: DocumentedFile, cases: Path, shelf: Shelf) -> Iterator[Problem]:
    files = {path.stem for path in cases.glob("*.yaml")}
    known: Mapping[str, tuple[str, Iterable[str]]] = {
        "seen": ("pitfall", shelf.knowledge.pitfalls),
        "threat": ("pitfall", shelf.knowledge.pitfalls),
        "helped": ("mitigation", shelf.knowledge.mitigations),
        "verdicts": ("verdict", shelf.weighing.spec.verdicts),
    }
    for case, one in file.cases.items():
        place = ("cases", case)
        if case not in files:
            message = f"no case file is called '{case}.yaml'"
            yield document.problem(place, "TR106", message, did_you_mean(case, files), key=True)
        given = {"seen": one.seen, "threat": one.threat, "helped": one.helped, "verdicts": one.verdicts}
        for key, names in given.items():
            what, table = known[key]
            for index, name in enumerate(names):
                if name not in set(table):
                    message = f"no {what} is called '{name}'"
                    yield document.problem((*place, key, index), "TR106", message, did_you_mean(name, table))
                before = one.seen if key == "threat" else ()
                if name in (*before, *names[:index]):
                    yield document.problem((*place, key, index), "TR107", f"'{name}' is named twice")
