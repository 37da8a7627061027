"""The figures of a back-test -> docs/backtest.md and its chart."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path

from tests.backtest.chart import draw
from tests.backtest.scoring import Observed, Score
from tests.backtest.totals import EARLY, Share, Total, counted, middle, total
from toolbox_rules.assessing import STATES, THREATENING
from toolbox_rules.reading import Shelf

OPEN_BOUND, THREAT_BOUND = 12, 25


def write(scores: Sequence[Score], others: Sequence[Observed], shelf: Shelf, folder: Path, today: date) -> Path:
    """Write the page and its chart; gives the path of the page. The same scores on the same day give the same page.

    ``others`` is what becomes of pitfalls and rules in further cases of which nothing is documented.
    """
    charts = folder / "backtest"
    charts.mkdir(parents=True, exist_ok=True)
    (charts / "cases.svg").write_text(draw(scores), encoding="utf-8", newline="\n")
    page = folder / "backtest.md"
    page.write_text("\n".join(_page(scores, others, shelf, today)) + "\n", encoding="utf-8", newline="\n")
    return page


def groups(scores: Sequence[Score]) -> dict[str, Sequence[Score]]:
    """All cases, and those of each group that has any."""
    names = ("development", "holdout")
    parts = {name: [score for score in scores if score.documented.group == name] for name in names}
    return {"all": scores} | {name: part for name, part in parts.items() if part}


def _page(scores: Sequence[Score], others: Sequence[Observed], shelf: Shelf, today: date) -> Iterator[str]:
    observed = [*(score.observed for score in scores), *others]
    totals = {name: total(part) for name, part in groups(scores).items()}
    yield from _head(scores, today)
    yield from ["", "## The aims", "", *_aims(totals, scores, observed)]
    yield from ["", "## Case by case", "", "![What became of the documented pitfalls](backtest/cases.svg)", ""]
    yield from _cases(scores)
    yield from ["", "## The five that stand first", "", *_top_five(scores)]
    yield from ["", "## What is missed, and why", "", *_missed(scores)]
    yield from ["", "## Helpful measures", "", *_measures(totals, scores)]
    yield from ["", "## Verdicts", "", *_verdicts(totals, scores)]
    yield from ["", "## Rules that know the answer from the case itself", "", *_own(totals)]
    yield from ["", "## Pitfall by pitfall", "", *_pitfalls(scores, observed)]
    yield from ["", "## Rule by rule", "", *_rules(observed, shelf)]
    yield from ["", "## What the words mean", "", *_meaning()]


def _head(scores: Sequence[Score], today: date) -> Iterator[str]:
    number = {name: len(part) for name, part in groups(scores).items()}
    yield "# Back-test"
    yield ""
    yield f"Made by `make backtest` on {today.isoformat()}: {_plural(len(scores), 'documented collaboration')},"
    yield f"{number.get('development', 0)} that were read while the rules were written and"
    yield f"{number.get('holdout', 0)} that were not (holdout). Each case file holds only what was known at the moment"
    yield "of the choice. What is known afterwards stands in `tests/backtest/documented.yaml`; the rules never see it."


# --- the aims -----------------------------------------------------------------------------------------------------


def _aims(totals: Mapping[str, Total], scores: Sequence[Score], observed: Sequence[Observed]) -> Iterator[str]:
    yield f"| aim | {' | '.join(totals)} | met by all |{' met by holdout |' if 'holdout' in totals else ''}"
    yield f"|---|{'---|' * len(totals)}---|{'---|' if 'holdout' in totals else ''}"
    yield _aim(
        "documented pitfalls open or exposed: at least 80 %", 80, {n: one.threatening for n, one in totals.items()}
    )
    yield _aim(
        "the same, or undetermined and asked for: at least 95 %", 95, {n: one.asked for n, one in totals.items()}
    )
    yield _aim("documented pitfalls in the top ten: at least half", 50, {n: one.top_ten for n, one in totals.items()})
    yield _bound("open in a case: median below", OPEN_BOUND, {n: one.open_counts for n, one in totals.items()})
    yield _bound(
        "open or exposed in a case: median below", THREAT_BOUND, {n: one.threat_counts for n, one in totals.items()}
    )
    always = _never_out(observed)
    words = "pitfalls that are not applicable in no case, invented ones included: none"
    yield f"| {words} | {len(always)}{' | ' * len(totals)}{_yes(not always)} |{' |' if 'holdout' in totals else ''}"
    yield ""
    yield "No aim was set for these:"
    yield ""
    yield f"| figure | {' | '.join(totals)} |"
    yield f"|---|{'---|' * len(totals)}"
    happened = {name: total(part, lambda hit: hit.happened) for name, part in groups(scores).items()}
    feared = {name: total(part, lambda hit: not hit.happened) for name, part in groups(scores).items()}
    figures: dict[str, Iterable[Share]] = {
        "documented pitfalls open": (one.open for one in totals.values()),
        "of those that happened: open or exposed": (one.threatening for one in happened.values()),
        "of those that only threatened: open or exposed": (one.threatening for one in feared.values()),
        f"open or exposed, or asked for by one of the first {EARLY} questions": (
            one.asked_early for one in totals.values()
        ),
        "documented pitfalls in the top five": (one.top_five for one in totals.values()),
        "of the top five: documented": (one.top_documented for one in totals.values()),
        "helpful measures in the plan": (one.in_plan for one in totals.values()),
        "helpful measures in the plan, an alternative to it, or in place": (one.in_reach for one in totals.values()),
        "verdict among the sensible ones": (one.verdicts for one in totals.values()),
        "open or exposed without the rules that cite this case only": (one.without_own for one in totals.values()),
    }
    for words, shares in figures.items():
        yield f"| {words} | {' | '.join(map(str, shares))} |"


def _aim(words: str, percent: int, shares: Mapping[str, Share]) -> str:
    met = {name: share.reaches(percent) for name, share in shares.items()}
    return f"| {words} | {' | '.join(map(str, shares.values()))} | {_met(met)} |"


def _bound(words: str, bound: int, counts: Mapping[str, Sequence[int]]) -> str:
    cells = (f"{middle(each):g} (at most {max(each, default=0)})" for each in counts.values())
    met = {name: middle(each) < bound for name, each in counts.items()}
    return f"| {words} {bound} | {' | '.join(cells)} | {_met(met)} |"


def _met(met: Mapping[str, bool]) -> str:
    return " | ".join(_yes(met[name]) for name in ("all", "holdout") if name in met)


def _yes(met: bool) -> str:
    return "yes" if met else "**no**"


# --- case by case -------------------------------------------------------------------------------------------------


def _cases(scores: Sequence[Score]) -> Iterator[str]:
    yield "Of the documented pitfalls: how many there are, open, open or exposed, those and the ones asked for, in the"
    yield "top ten. Of all pitfalls: any that is open, any that is open or exposed. Then the number of questions."
    yield ""
    yield "| case | group | documented | open | or exposed | or asked | top ten | any open | any threat | questions |"
    yield "|---|---|---|---|---|---|---|---|---|---|"
    for score in scores:
        one = total([score])
        cells = (
            score.case,
            score.documented.group,
            one.documented,
            one.open.part,
            one.threatening.part,
            one.asked.part,
            one.top_ten.part,
            score.open,
            score.open + score.exposed,
            score.questions,
        )
        yield f"| {' | '.join(map(str, cells))} |"


def _top_five(scores: Sequence[Score]) -> Iterator[str]:
    yield "In bold what is documented for the case. What is not bold may still be right: a source tells a part."
    yield ""
    for score in scores:
        names = (f"**{name}**" if name in score.documented.pitfalls else name for name in score.top)
        yield f"- {score.case}: {', '.join(names) or 'nothing threatens'}"


def _missed(scores: Sequence[Score]) -> Iterator[str]:
    missed = [(score, hit) for score in scores for hit in score.hits if not hit.found]
    if not missed:
        yield "Nothing: every documented pitfall is open or exposed."
        return
    states = Counter(hit.state for _, hit in missed)
    parts = ", ".join(f"{states[state]} {state}" for state in STATES if states[state])
    whole = sum(len(score.hits) for score in scores)
    yield f"Of {_plural(whole, 'documented pitfall')} {len(missed)} are not open or exposed: {parts}."
    yield "The reason is the first step of `why_not` that stands in the way."
    yield ""
    yield "| case | pitfall | documented as | state | asked for | first reason |"
    yield "|---|---|---|---|---|---|"
    for score, hit in missed:
        kind = "happened" if hit.happened else "threat"
        asked = "no" if hit.asked is None else f"question {hit.asked}"
        reason = (hit.reason or "").replace("|", "\\|")
        yield f"| {score.case} | {hit.pitfall} | {kind} | {hit.state} | {asked} | {reason} |"


def _measures(totals: Mapping[str, Total], scores: Sequence[Score]) -> Iterator[str]:
    one = totals["all"]
    yield f"In the plan: {one.in_plan}. In the plan, an alternative to a measure of it, or in place: {one.in_reach}."
    yield ""
    yield "| case | measure | where it stands |"
    yield "|---|---|---|"
    for score in scores:
        for measure in score.measures:
            yield f"| {score.case} | {measure.mitigation} | {measure.standing} |"


def _verdicts(totals: Mapping[str, Total], scores: Sequence[Score]) -> Iterator[str]:
    yield f"Among the sensible ones: {totals['all'].verdicts}."
    yield ""
    yield "| case | outcome | sensible then | verdict | still possible | fits |"
    yield "|---|---|---|---|---|---|"
    for score in scores:
        fits = {True: "yes", False: "**no**", None: "not judged"}[score.verdict_fits]
        sensible, possible = ", ".join(score.documented.verdicts), ", ".join(score.possible)
        yield f"| {score.case} | {score.documented.outcome} | {sensible} | {score.verdict} | {possible} | {fits} |"


def _own(totals: Mapping[str, Total]) -> Iterator[str]:
    yield "A rule that cites only the sources of one case may have been written after it. How much rests on such rules:"
    yield ""
    yield f"| figure | {' | '.join(totals)} |"
    yield f"|---|{'---|' * len(totals)}"
    figures: dict[str, Iterable[Share]] = {
        "of the documented pitfalls that are found: only by rules of the case's own sources": (
            one.own for one in totals.values()
        ),
        "documented pitfalls open or exposed, all rules": (one.threatening for one in totals.values()),
        "the same, each case without the rules that cite only its own sources": (
            one.without_own for one in totals.values()
        ),
        "the same, each case without the rules that cite only sources of cases of its topic": (
            one.without_topic for one in totals.values()
        ),
    }
    for words, shares in figures.items():
        yield f"| {words} | {' | '.join(map(str, shares))} |"


# --- over all cases -----------------------------------------------------------------------------------------------


def _never_out(observed: Sequence[Observed]) -> list[str]:
    found = counted(one.states for one in observed)
    return sorted(name for name, states in found.items() if not states["not-applicable"])


def _pitfalls(scores: Sequence[Score], observed: Sequence[Observed]) -> Iterator[str]:
    found = counted(one.states for one in observed)
    documented = Counter(pitfall for score in scores for pitfall in score.documented.pitfalls)
    invented = len(observed) - len(scores)
    yield f"In how many of the {len(observed)} case files, {invented} of them invented and complete. A pitfall that is"
    yield "nowhere 'not applicable' may rest on a condition that is always true, or on facts that no source tells."
    yield "One that threatens in most cases is noise. One that threatens nowhere may never be found."
    yield ""
    yield "| pitfall | open | exposed | undetermined | covered | not applicable | documented | remark |"
    yield "|---|---|---|---|---|---|---|---|"
    for name, states in sorted(found.items()):
        numbers = " | ".join(str(states[state]) for state in STATES)
        threatens = sum(states[state] for state in THREATENING)
        remarks = []
        if not states["not-applicable"]:
            remarks.append("**never not applicable**")
        if 2 * threatens > len(observed):
            remarks.append("**threatens in most cases**")
        if not threatens:
            remarks.append("threatens nowhere")
        yield f"| {name} | {numbers} | {documented[name]} | {', '.join(remarks)} |"


def _rules(observed: Sequence[Observed], shelf: Shelf) -> Iterator[str]:
    found = counted(one.rules for one in observed)
    threats = {name for name, rule in shelf.rulebook.rules.items() if rule.threats}
    yield "Rules that conclude pitfalls:"
    yield ""
    yield "| rule | open | exposed | undetermined | covered | not applicable | remark |"
    yield "|---|---|---|---|---|---|---|"
    for name in sorted(threats):
        states = found[name]
        remark = "" if states["not-applicable"] else "**never not applicable**"
        remark = remark if any(states[state] for state in THREATENING) else f"{remark} threatens nowhere".strip()
        yield f"| {name} | {' | '.join(str(states[state]) for state in STATES)} | {remark} |"
    yield ""
    yield "Rules that derive facts or give arguments:"
    yield ""
    yield "| rule | fires | undetermined | silent | remark |"
    yield "|---|---|---|---|---|"
    for name in sorted(set(found) - threats):
        states = found[name]
        remark = "" if states["silent"] else "**never silent**"
        remark = remark if states["fires"] else f"{remark} fires nowhere".strip()
        yield f"| {name} | {states['fires']} | {states['undetermined']} | {states['silent']} | {remark} |"


def _meaning() -> Iterator[str]:
    yield "- *Documented*: the source describes it happening, names it as a risk, or we read it there; see the file."
    yield "- *Open, exposed, undetermined, covered, not applicable*: as in the [rule language](rule-language.md)."
    yield "- *Asked for*: some question of the advice has an answer that alone opens or settles the pitfall. All"
    yield "  questions of the advice count, also those behind the first page. A pitfall that needs two answers together"
    yield "  does not count."
    yield "- *In the top ten*: its place among everything that is open or exposed in the case, as the advice orders it."
    yield "- *Alternative*: within reach in this case, and able to take the place of one measure of the plan. It does"
    yield "  at least as much about every pitfall that would stay uncovered without that measure."
    yield "- *In place*: named as such in the case, or all that it sets is so already."
    yield "- *The rules of a case's own sources*: those that cite sources, and none but the sources of the case."


def _plural(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
