"""Pitfalls, mitigations, practice cases and sources, by id."""

from collections.abc import Mapping
from dataclasses import dataclass

from toolbox_rules.conditions import Condition
from toolbox_rules.documents import Document
from toolbox_rules.model import Mitigation, Pitfall, PracticeCase, Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Knowledge:
    """Everything under ``knowledge/``, by id.

    ``unsuitable`` holds the condition of each mitigation that has one; ``documents`` the file of each item, by kind and
    id; ``spellings`` every way to write a mitigation, in lower case.
    """

    pitfalls: Mapping[str, Pitfall]
    mitigations: Mapping[str, Mitigation]
    cases: Mapping[str, PracticeCase]
    sources: Mapping[str, Source]
    unsuitable: Mapping[str, Condition]
    documents: Mapping[tuple[str, str], Document]
    spellings: Mapping[str, str]

    def causes(self) -> Mapping[str, tuple[str, ...]]:
        """For each pitfall the pitfalls that lead to it or make it worse."""
        found: dict[str, list[str]] = {pitfall: [] for pitfall in self.pitfalls}
        for pitfall in self.pitfalls.values():
            for link in (*pitfall.leads_to, *pitfall.aggravates):
                found[link.pitfall].append(pitfall.id)
        return {pitfall: tuple(sorted(before)) for pitfall, before in found.items()}
