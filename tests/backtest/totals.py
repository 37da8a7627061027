"""The figures of some cases together: shares, middles, and in how many cases what became of each pitfall and rule."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from tests.backtest.scoring import TOP, Hit, Score

TOP_TEN = 10
#: How many questions one would put in a first talk.
EARLY = 10


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many."""

    part: int
    whole: int

    @property
    def percent(self) -> int | None:
        """In whole percents, halves up; None of nothing."""
        return (200 * self.part + self.whole) // (2 * self.whole) if self.whole else None

    def reaches(self, percent: int) -> bool:
        """Whether it is at least so many percent; a share of nothing is not."""
        return bool(self.whole) and self.part * 100 >= percent * self.whole

    def __str__(self) -> str:
        return "none" if not self.whole else f"{self.percent} % ({self.part} of {self.whole})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """The figures of some cases together; ``open_counts`` and ``threat_counts`` go case by case."""

    documented: int
    open: Share
    threatening: Share
    asked: Share
    asked_early: Share
    top_five: Share
    top_ten: Share
    top_documented: Share
    in_plan: Share
    in_reach: Share
    verdicts: Share
    own: Share
    without_own: Share
    without_topic: Share
    open_counts: tuple[int, ...]
    threat_counts: tuple[int, ...]


def total(scores: Iterable[Score], wanted: Callable[[Hit], bool] = lambda _: True) -> Total:
    """Add up some cases; ``wanted`` picks out which documented pitfalls count."""
    scores = tuple(scores)
    hits = [hit for score in scores for hit in score.hits if wanted(hit)]
    measures = [measure.standing for score in scores for measure in score.measures]
    judged = [score.verdict_fits for score in scores if score.verdict_fits is not None]
    found = [hit for hit in hits if hit.found]
    everything = sum(len(score.hits) for score in scores)

    def share(part: Iterable[object]) -> Share:
        return Share(sum(map(bool, part)), len(hits))

    return Total(
        documented=len(hits),
        open=share(hit.state == "open" for hit in hits),
        threatening=share(hit.found for hit in hits),
        asked=share(hit.found or _asked(hit) for hit in hits),
        asked_early=share(hit.found or _asked(hit, EARLY) for hit in hits),
        top_five=share(hit.place is not None and hit.place <= TOP for hit in hits),
        top_ten=share(hit.place is not None and hit.place <= TOP_TEN for hit in hits),
        top_documented=Share(
            sum(pitfall in score.documented.pitfalls for score in scores for pitfall in score.top),
            sum(len(score.top) for score in scores),
        ),
        in_plan=Share(measures.count("plan"), len(measures)),
        in_reach=Share(sum(map(measures.count, ("plan", "alternative", "in place"))), len(measures)),
        verdicts=Share(sum(judged), len(judged)),
        own=Share(sum(hit.own for hit in found), len(found)),
        without_own=Share(sum(score.without_own for score in scores), everything),
        without_topic=Share(sum(score.without_topic for score in scores), everything),
        open_counts=tuple(score.open for score in scores),
        threat_counts=tuple(score.open + score.exposed for score in scores),
    )


def _asked(hit: Hit, within: int | None = None) -> bool:
    """Whether it is undetermined and asked for, by one of the first questions when these are counted."""
    return hit.state == "undetermined" and hit.asked is not None and (within is None or hit.asked <= within)


def middle(numbers: Sequence[int]) -> float:
    """The median; 0 of nothing."""
    return float(median(numbers)) if numbers else 0.0


def counted(states: Iterable[Mapping[str, str]]) -> dict[str, Counter[str]]:
    """In how many cases each pitfall, or each rule, has which state."""
    found: dict[str, Counter[str]] = {}
    for of_case in states:
        for name, state in of_case.items():
            found.setdefault(name, Counter())[state] += 1
    return found
