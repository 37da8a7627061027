"""How pages speak: both languages beside each other, links between pages, and where a claim comes from."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from toolbox_rules.findings import Desk
from toolbox_rules.model import Source, Text, TextList
from toolbox_rules.rendering.markdown import escaped
from toolbox_rules.rendering.naming import Voice

_PLACEHOLDER = re.compile(r"\{([^{}]+)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """Everything a page needs to say something in both languages."""

    desk: Desk
    nl: Voice
    en: Voice

    def both(self, name: str, **parts: object) -> str:
        """Fixed words, the Dutch ones first."""
        return self.paired(Text(nl=self.nl.word(name, **parts), en=self.en.word(name, **parts)))

    def paired(self, text: Text) -> str:
        """A text in both languages on one line."""
        return escaped(text.nl) if text.nl == text.en else f"{escaped(text.nl)} · {escaped(text.en)}"

    def told(self, text: Text) -> str:
        """A sentence in Dutch, and below it in slanted letters in English."""
        return f"{escaped(self._filled(text.nl, self.nl))}  \n*{escaped(self._filled(text.en, self.en))}*"

    def inline(self, text: Text) -> str:
        """A sentence in Dutch with the English one behind it."""
        return f"{escaped(self._filled(text.nl, self.nl))} *{escaped(self._filled(text.en, self.en))}*"

    def choices(self, choices: str, names: Iterable[str]) -> str:
        """Labels of a list of values."""
        return self.paired(
            Text(
                nl=self.nl.listed(self.nl.choice(choices, name) for name in names),
                en=self.en.listed(self.en.choice(choices, name) for name in names),
            )
        )

    def listed(self, texts: TextList) -> Iterator[str]:
        """Sentences item by item in both languages."""
        for nl, en in zip(texts.nl, texts.en, strict=True):
            yield f"- {escaped(nl)} *{escaped(en)}*"

    def _filled(self, text: str, say: Voice) -> str:
        """A text with what a case would fill in named in square brackets."""
        return _PLACEHOLDER.sub(lambda found: f"[{self._slot(found[1], say)}]", text)

    def _slot(self, name: str, say: Voice) -> str:
        vocabulary = self.desk.shelf.rulebook.vocabulary
        owner, _, key = name.rpartition(".")
        if key == "count" and owner in vocabulary.lists:
            return say.word("how_many", what=say.group(owner).lower())
        facts = (name, *(f"{entity}.{key}" for entity in vocabulary.lists))
        return next((say.fact(fact).lower() for fact in facts if fact in vocabulary.facts), name)

    # --- links ------------------------------------------------------------------------------------------------

    def pitfall(self, name: str) -> str:
        """A link to the page of a pitfall."""
        return f"[{self.paired(self.desk.shelf.knowledge.pitfalls[name].name)}](../pitfalls/{name}.md)"

    def mitigation(self, name: str) -> str:
        """A link to the page of a mitigation."""
        return f"[{self.paired(self.desk.shelf.knowledge.mitigations[name].name)}](../mitigations/{name}.md)"

    def rule(self, name: str) -> str:
        """A link to the page of a rule."""
        return f"[{self.paired(self.desk.shelf.rulebook.rules[name].spec.title)}](../rules/{name}.md)"

    def case(self, name: str) -> str:
        """A link to the page of a practice case."""
        return f"[{self.paired(self.desk.shelf.knowledge.cases[name].name)}](../cases/{name}.md)"

    def claim(self, basis: str, sources: Iterable[str]) -> str:
        """What a claim rests on, with links to the sources."""
        links = ", ".join(f"[{source}](../sources.md#{source.lower()})" for source in sources)
        if not links:
            return self.both("basis_unsourced")
        return f"{self.both(f'basis_{basis}')}: {links}"

    def sources(self, names: Iterable[str]) -> Iterator[str]:
        """The sources of a page, one a line, with year and how much was read; nothing when there are none."""
        rows = [f"- [{name}](../sources.md#{name.lower()}): {self.source(name)}" for name in sorted(set(names))]
        if rows:
            yield from ["", f"## {self.both('sources_heading')}", "", *rows]

    def source(self, name: str) -> str:
        """A source in one line: title, publisher, year, and how much of it was read."""
        source: Source = self.desk.shelf.knowledge.sources[name]
        year = str(source.year) if source.year else self.both("year_unknown")
        parts = [escaped(part) for part in (source.title, source.publisher) if part]
        return f"{', '.join(parts)} ({year}; {self.both(f'kind_{source.kind}')}; {self.both(f'read_{source.read}')})"


def wording_of(desk: Desk) -> Wording:
    """The wording for some rules and knowledge."""
    return Wording(desk=desk, nl=Voice(desk=desk, lang="nl"), en=Voice(desk=desk, lang="en"))


def table(rows: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Rows of a name and a value."""
    yield "| | |"
    yield "|---|---|"
    for name, value in rows:
        yield f"| {name} | {value} |"
