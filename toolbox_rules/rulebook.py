"""Rules as they are used: each condition read, each conclusion resolved, each part knowing its file."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from toolbox_rules.conditions import Condition, MemberQuantified
from toolbox_rules.documents import Document
from toolbox_rules.model import RuleSpec
from toolbox_rules.vocabulary import Fact, Vocabulary

Stance = Literal["for", "against", "excludes"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Threat:
    """A pitfall threatens; ``likelihood`` overrides the pitfall's own."""

    pitfall: str
    likelihood: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """A derived fact is set: a flag to true, members added to a set, an ordered fact raised to at least a level.

    With ``each`` the members are those of another set for which its condition holds, instead of ``values``.
    """

    fact: Fact
    values: tuple[str, ...] = ()
    each: MemberQuantified | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Argument:
    """A reason for, against or ruling out verdicts or forms."""

    stance: Stance
    verdicts: tuple[str, ...]
    forms: tuple[str, ...]


Conclusion = Threat | Setting | Argument


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule, ready to compile. ``list`` is the list it runs over, one element at a time."""

    id: str
    spec: RuleSpec
    document: Document
    list: str | None
    when: Condition
    unless: Condition | None
    aggravated_by: tuple[Condition, ...]
    conclusions: tuple[Conclusion, ...]

    @property
    def threats(self) -> tuple[Threat, ...]:
        """The pitfalls it concludes."""
        return tuple(item for item in self.conclusions if isinstance(item, Threat))

    @property
    def settings(self) -> tuple[Setting, ...]:
        """The derived facts it sets."""
        return tuple(item for item in self.conclusions if isinstance(item, Setting))

    @property
    def arguments(self) -> tuple[Argument, ...]:
        """The arguments it gives."""
        return tuple(item for item in self.conclusions if isinstance(item, Argument))


@dataclass(frozen=True, slots=True, kw_only=True)
class Rulebook:
    """The vocabulary and all rules, by id."""

    vocabulary: Vocabulary
    rules: Mapping[str, Rule]
