"""The nearest changes and the sensitivity of one advice, as they show themselves: text, Markdown, HTML, data."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from toolbox_rules import deferred
from toolbox_rules.findings import Desk, Findings
from toolbox_rules.model import Lang
from toolbox_rules.nearing import Approach, NearestChange
from toolbox_rules.rendering import approaching, reacting, text
from toolbox_rules.rendering.report import Report
from toolbox_rules.sensing import Leverage


@dataclass(frozen=True, slots=True)
class Nearest:
    """The smallest changes of facts that reach a goal; a sequence of them, those of least effort first.

    ``approach`` holds them as a value, and says whether the goal is reached already, whether it is out of reach, and
    whether the search was cut off.
    """

    approach: Approach
    _findings: Findings = field(repr=False)
    _desk: Desk = field(repr=False)

    @property
    def changes(self) -> tuple[NearestChange, ...]:
        """The smallest changes."""
        return self.approach.found

    def __iter__(self) -> Iterator[NearestChange]:
        return iter(self.approach.found)

    def __len__(self) -> int:
        return len(self.approach.found)

    def __getitem__(self, at: int) -> NearestChange:
        return self.approach.found[at]

    def report(self, lang: Lang = "nl") -> Report:
        """The changes in words, for a writer of your own."""
        return approaching.tell(self.approach, self._findings, self._desk, lang)

    def to_dict(self) -> dict[str, object]:
        """The changes as plain data, with ids and values as in the files."""
        return approaching.to_dict(self.approach)

    def to_text(self, lang: Lang = "nl") -> str:
        """The changes as text."""
        return text.write(self.report(lang))

    def to_markdown(self, lang: Lang = "nl") -> str:
        """The changes as Markdown."""
        return deferred.markdown.write(self.report(lang))

    def to_html(self, lang: Lang = "nl") -> str:
        """The changes as one HTML page that stands alone."""
        return deferred.html.write(self.report(lang), lang)

    def __str__(self) -> str:
        return self.to_text()

    def _repr_markdown_(self) -> str:
        return self.to_markdown()

    def _repr_html_(self) -> str:
        return deferred.html.fragment(self.report(), "nl")


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """Which fact can flip which conclusion in one case; ``leverage`` holds it as a value."""

    leverage: Leverage
    _findings: Findings = field(repr=False)
    _desk: Desk = field(repr=False)

    def report(self, lang: Lang = "nl", about: str | None = None) -> Report:
        """What hangs on which fact in words; ``about`` is one pitfall, ``verdict`` or ``form``. Raises ToolboxError."""
        return reacting.tell(self.leverage, self._findings, self._desk, lang, about)

    def to_dict(self) -> dict[str, object]:
        """The same as plain data, with ids and values as in the files."""
        return reacting.to_dict(self.leverage)

    def to_text(self, lang: Lang = "nl", about: str | None = None) -> str:
        """What hangs on which fact as text."""
        return text.write(self.report(lang, about))

    def to_markdown(self, lang: Lang = "nl", about: str | None = None) -> str:
        """What hangs on which fact as Markdown."""
        return deferred.markdown.write(self.report(lang, about))

    def to_html(self, lang: Lang = "nl", about: str | None = None) -> str:
        """What hangs on which fact as one HTML page that stands alone."""
        return deferred.html.write(self.report(lang, about), lang)

    def __str__(self) -> str:
        return self.to_text()

    def _repr_markdown_(self) -> str:
        return self.to_markdown()

    def _repr_html_(self) -> str:
        return deferred.html.fragment(self.report(), "nl")
