"""The names of columns -> what each is about: a fact, a member of a set, or whether a set or list is complete."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from toolbox_rules.problems import Problem, did_you_mean
from toolbox_rules.vocabulary import Vocabulary

MEASURES = ("measures.in_place", "measures.planned")


@dataclass(slots=True, kw_only=True)
class Parts:
    """The columns of a table, sorted out: of whole facts, of members of sets, and whether something is complete."""

    whole: dict[str, Any] = field(default_factory=dict)
    members: dict[str, dict[str, Any]] = field(default_factory=dict)
    complete: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Headings:
    """Understands names as case files spell them; what it does not understand it adds to ``problems``."""

    vocabulary: Vocabulary
    measures: Mapping[str, str]
    problems: list[Problem]

    def sorted_out(self, owner: str, columns: Mapping[str, Any]) -> Parts:
        """Find out what each column is about; ``owner`` is the list of a related table."""
        parts = Parts()
        for written, column in columns.items():
            name, _, member = written.partition("=")
            base, complete = self._base(name)
            fact = self._fact_name(owner, base)
            if fact is None or (member and complete):
                self.unknown(owner, written)
            elif complete:
                self.once(parts.complete, fact, written, column)
            elif not member:
                self.once(parts.whole, fact, written, column)
            elif (found := self._member(fact, member)) is None:
                hint = did_you_mean(member, self._spellings(fact))
                message = f"column '{written}': '{fact}' has no member '{member}'"
                self.problems.append(Problem(code="TR203", message=message, location=None, hint=hint))
            else:
                self.once(parts.members.setdefault(fact, {}), found, written, column)
        for fact in sorted(set(parts.whole) & set(parts.members)):
            message = f"'{fact}' is given twice: as a whole and by its members"
            self.problems.append(Problem(code="TR205", message=message, location=None, hint="keep one"))
        return parts

    def once(self, found: dict[str, Any], name: str, written: str, column: Any) -> None:
        """Put a column under its meaning; a second one is a problem."""
        if name in found:
            message = f"the column '{written}' gives '{name}' a second time"
            self.problems.append(Problem(code="TR205", message=message, location=None, hint="keep one"))
        found[name] = column

    def _base(self, name: str) -> tuple[str, bool]:
        base, _, word = name.rpartition("_")
        complete = bool(base) and word.casefold() in self.vocabulary.spellings["word:complete"]
        return (base, True) if complete else (name, False)

    def _fact_name(self, owner: str, written: str) -> str | None:
        """The full name of a fact, list or group of measures, spelled as in a case file."""
        group, _, key = written.partition(".")
        spellings = self.vocabulary.spellings
        if owner and not key:
            group, key = owner, group
        group = spellings.get("", {}).get(group.casefold(), group)
        if not owner and not key and group in self.vocabulary.lists:
            return group
        name = f"{group}.{spellings.get(group, {}).get(key.casefold(), key)}"
        if name in MEASURES:
            return None if owner else name
        fact = self.vocabulary.facts.get(name)
        return name if fact is not None and (fact.list or "") == owner else None

    def unknown(self, owner: str, written: str) -> None:
        """Tell that a column says nothing that the vocabulary knows."""
        names = [
            name for name, fact in self.vocabulary.facts.items() if (fact.list or "") == owner and not fact.derived
        ]
        keys = (
            [name.split(".")[1] for name in names] if owner else [f"{name}_complete" for name in self.vocabulary.lists]
        )
        hint = did_you_mean(written, [*names, *keys])
        where = f" in the table '{owner}'" if owner else ""
        self.problems.append(
            Problem(code="TR202", message=f"unknown column '{written}'{where}", location=None, hint=hint)
        )

    def _spellings(self, fact: str) -> Mapping[str, str]:
        if fact in MEASURES:
            return self.measures
        is_set = fact in self.vocabulary.facts and self.vocabulary.facts[fact].type == "set"
        return self.vocabulary.spellings[fact] if is_set else {}

    def _member(self, fact: str, written: str) -> str | None:
        return self._spellings(fact).get(written.casefold())
