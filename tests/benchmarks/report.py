"""What was measured -> docs/performance.md and its charts."""

import os
import platform
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from importlib import metadata
from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt

from tests.benchmarks.engines import LARGEST, PEERS, UNKNOWN, Row
from tests.benchmarks.measuring import Spread
from tests.benchmarks.peers import clips_peer, experta_peer, ours, straight
from tests.benchmarks.shipped import Shipped

PACKAGES = ("toolbox-rules", "clipspy", "experta", "durable_rules", "zen-engine", "numpy", "networkx", "highspy")
Measure = Callable[[Row], Mapping[str, float]]


@dataclass(frozen=True)
class Results:
    """Everything that one run measured; ``command`` is how to repeat it."""

    rows: Sequence[Row]
    shipped: Shipped
    cases: int
    command: str


def write(results: Results, folder: Path) -> Path:
    """Write the page and its charts; gives the path of the page."""
    charts = folder / "performance"
    charts.mkdir(parents=True, exist_ok=True)
    whole = [row for row in results.rows if not row.plain]
    _chart(whole, _medians, "one case, microseconds", charts / "one-case.svg", 1e6)
    _chart(whole, lambda row: row.loading, "loading, seconds", charts / "loading.svg", 1)
    _chart(whole, lambda row: row.memory, "memory, MiB", charts / "memory.svg", 1)
    page = folder / "performance.md"
    page.write_text("\n".join(_page(results)) + "\n", encoding="utf-8")
    return page


def _page(results: Results) -> Iterable[str]:
    whole = [row for row in results.rows if not row.plain]
    plain = [row for row in results.rows if row.plain]
    yield from _head(results)
    yield from ["", "## The targets", "", *_targets(results)]
    yield from ["", "## One case", "", *_one_case_words(results.cases), "", *_table(whole, _one_case)]
    yield from ["", "![One case against the number of rules](performance/one-case.svg)", "", *_spread_table(whole)]
    yield from ["", "### Conditions on attributes only", "", *_plain_words(), "", *_table(plain, _one_case)]
    yield from ["", "## Loading and memory", "", *_loading_words(), "", *_table(whole, _loading)]
    yield from ["", "![Loading against the number of rules](performance/loading.svg)", "", *_table(whole, _memory)]
    yield from ["", "![Memory against the number of rules](performance/memory.svg)"]
    yield from ["", "## The shipped rules and knowledge", "", *_shipped(results.shipped)]
    yield from ["", "## What the others cannot express", "", *_cannot()]
    yield from ["", "## How it is measured", "", *_method(results)]


def _head(results: Results) -> Iterable[str]:
    yield "# Performance"
    yield ""
    yield f"Made by `{results.command}` on {date.today().isoformat()}; every figure comes from that one run."  # noqa: DTZ011
    yield "The same rulebases in every engine, the same conclusions checked first, timed side by side in one process."
    yield "Ratios mean something, absolute times only on the same machine."


# --- targets ------------------------------------------------------------------------------------------------------


def _targets(results: Results) -> Iterable[str]:
    whole = [row for row in results.rows if not row.plain]
    yield "| target | measured | met |"
    yield "|---|---|---|"
    clips = [_ratio(row, clips_peer.NAME) for row in whole if row.rules >= 100]
    yield _target("one case: at most half the time of CLIPS", [1 / ratio for ratio in clips], 0.5, "of its time")
    limit = [1 / _ratio(row, straight.NAME) for row in whole if row.rules >= 100]
    yield _target("one case: at most 5 times straight-line Python", limit, 5, "times")
    experta = [_ratio(row, experta_peer.NAME) for row in whole if row.rules == 100]
    if experta:
        met = "yes" if experta[0] >= 100 else "**no**"
        yield f"| one case of 100 rules: 100 times faster than experta | {_number(experta[0])} times | {met} |"
    one = results.shipped
    load = one.loading["load"].median / one.loading["bare pass"].median
    yield _target("`Toolbox.load()`: at most twice a bare `yaml` C-loader pass", [load], 2, "times")
    plan = one.slowest_plan[1].median * 1000
    yield _target("plan: at most 20 ms on any shipped case", [plan], 20, "ms")
    cold = one.cold["advise"].median / one.cold["importing its dependencies"].median
    yield _target("`advise` from a cold start: at most twice importing its dependencies", [cold], 2, "times")


def _target(what: str, found: Sequence[float], bound: float, unit: str) -> str:
    if not found:
        return f"| {what} | not measured in this run | |"
    low, high = _number(min(found)), _number(max(found))
    shown = low if low == high else f"{low} to {high}"
    return f"| {what} | {shown} {unit} | {'yes' if max(found) <= bound else '**no**'} |"


# --- tables -------------------------------------------------------------------------------------------------------


def _medians(row: Row) -> dict[str, float]:
    return {name: spread.median for name, spread in row.one_case.items()}


def _ratio(row: Row, name: str) -> float:
    """How many times as long as we take an engine takes."""
    return row.one_case[name].median / row.one_case[ours.NAME].median


def _table(rows: Sequence[Row], cell: Callable[[Row, str], str]) -> Iterable[str]:
    names = [name for name in (*PEERS, UNKNOWN) if any(cell(row, name) != "–" for row in rows)]
    yield "| rules | " + " | ".join(names) + " |"
    yield "|---|" + "---:|" * len(names)
    for row in rows:
        yield f"| {row.rules:,} | " + " | ".join(cell(row, name) for name in names) + " |"


def _one_case(row: Row, name: str) -> str:
    spread = row.one_case.get(name)
    if spread is None:
        return "–"
    ratio = "" if name == ours.NAME else f" ({_number(_ratio(row, name))}×)"
    return f"{_number(spread.median * 1e6)}{ratio}"


def _loading(row: Row, name: str) -> str:
    return f"{_number(row.loading[name])} s" if name in row.loading else "–"


def _memory(row: Row, name: str) -> str:
    return f"{row.memory[name]:.1f} MiB" if name in row.memory else "–"


def _spread_table(rows: Sequence[Row]) -> Iterable[str]:
    yield "Median with the quartiles, microseconds, and the number of conclusions that hold in a mean case:"
    yield ""
    names = [name for name in (*PEERS, UNKNOWN) if any(name in row.one_case for row in rows)]
    yield "| rules | conclusions | " + " | ".join(names) + " |"
    yield "|---|---:|" + "---:|" * len(names)
    for row in rows:
        cells = [_quartiles(row.one_case.get(name)) for name in names]
        yield f"| {row.rules:,} | {row.concluded:.1f} | " + " | ".join(cells) + " |"


def _quartiles(spread: Spread | None) -> str:
    if spread is None:
        return "–"
    return f"{_number(spread.median * 1e6)} ({_number(spread.low * 1e6)}–{_number(spread.high * 1e6)})"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _shipped(one: Shipped) -> Iterable[str]:
    yield f"{one.rules} rules ({one.nodes:,} distinct conditions), {one.pitfalls} pitfalls and {one.mitigations}"
    yield f"mitigations in {one.files} files. Over the {one.cases} shipped cases, milliseconds:"
    yield ""
    yield "| what | median | quartiles |"
    yield "|---|---:|---:|"
    rows = {
        "`Toolbox.load()`": one.loading["load"],
        "a bare pass of the `yaml` C loader over the same files": one.loading["bare pass"],
        "the rules alone (`infer`)": one.stages["rules"],
        f"the plan; the slowest case, {one.slowest_plan[0]}": one.slowest_plan[1],
        "the plan": one.stages["plan"],
        "`advise`, whole": one.stages["advice"],
        "`advise`, with reading the file": one.stages["advice, from the file"],
        "`why`, the proof": one.stages["explanation"],
        "`why`, in words": one.stages["explanation in words"],
        "`nearest`, for the largest pitfall": one.stages["nearest change"],
        "`sensitivity`": one.stages["sensitivity"],
        "`toolbox-rules advise` from a cold start": one.cold["advise"],
        "importing its dependencies from a cold start": one.cold["importing its dependencies"],
        "starting Python": one.cold["starting Python"],
    }
    for what, spread in rows.items():
        low, median, high = (_number(value * 1000) for value in (spread.low, spread.median, spread.high))
        yield f"| {what} | {median} | {low}–{high} |"


# --- words --------------------------------------------------------------------------------------------------------


def _one_case_words(cases: int) -> Iterable[str]:
    yield f"From the facts to all conclusions, {cases} complete cases, median in microseconds; in brackets how many"
    yield "times as long as toolbox_rules. It gives three-valued conclusions, the others true or false. The last"
    yield "column is toolbox_rules on the same cases with a third of the attributes unknown, which no other engine"
    yield "can take."


def _plain_words() -> Iterable[str]:
    yield "The sub-rulebase that every engine can express: one layer, conditions on attributes, no partners."


def _loading_words() -> Iterable[str]:
    yield "Each engine in a process of its own, the best of three up to 1,000 rules, once above. Ours is the YAML text"
    yield "of every rule read, checked against its schema, linked and compiled. The others get generated text or Python"
    yield "objects and check less. Memory is what the process grew by."


def _cannot() -> Iterable[str]:
    for name, module in PEERS.items():
        if module.CANNOT:
            yield f"- **{name}**: {'; '.join(module.CANNOT)}."
    yield ""
    large = ", ".join(f"{name} {number:,}" for name, number in LARGEST.items())
    yield f"The most rules measured, because more takes too long or fails: {large}."


def _method(results: Results) -> Iterable[str]:
    python = f"{platform.python_implementation()} {platform.python_version()}"
    yield f"- Machine: {os.cpu_count()} cores, {platform.machine()}, {platform.system()}; {python}."
    yield "- Versions: " + ", ".join(f"{name} {_version(name)}" for name in PACKAGES) + "."
    yield "- Rulebases come from a seed (`tests/benchmarks/neutral.py`): twenty attributes (eight choices, six"
    yield "  booleans, six numbers), three to eight partners, flags in three layers with negation, counts of partners"
    yield "  and joins of two partners."
    yield "- Each engine gets them in its own idiom (`tests/benchmarks/peers/`); conditions on partners are stated once"
    yield "  for all rules where the engine does not share them by itself."
    yield "- Before anything is timed all engines give the same conclusions on every case; otherwise the run stops."
    yield "- Rounds: every engine runs all cases once, then the next engine, each round starting with another one."
    yield "- Putting a case into the form of an engine is not timed; asserting facts, running and reading are."
    yield "- zen-engine evaluates in threads of its own; on a busy machine waiting for them weighs more than its rules."
    yield "- clipspy 1.0.6 never releases a fact and slows down with every case; here facts are released by hand."
    yield f"- Repeat: `{results.command}`; `make bench` installs what it needs and takes the default sizes."


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "(not installed)"


# --- charts -------------------------------------------------------------------------------------------------------


def _chart(rows: Sequence[Row], measure: Measure, label: str, path: Path, scale: float) -> None:
    with mpl.rc_context({"svg.hashsalt": "toolbox_rules", "svg.fonttype": "none", "font.size": 10}):
        figure, axes = plt.subplots(figsize=(7.5, 4.5), layout="constrained")
        for name in (*PEERS, UNKNOWN):
            points = [(row.rules, measure(row)[name] * scale) for row in rows if name in measure(row)]
            points = [(rules, value) for rules, value in points if value > 0]
            if points:
                width = 2.5 if name == ours.NAME else 1.2
                axes.plot(*zip(*points, strict=True), marker="o", markersize=4, label=name, linewidth=width)
        axes.set(xscale="log", yscale="log", xlabel="rules", ylabel=label)
        axes.grid(visible=True, alpha=0.3)
        axes.legend(fontsize=8)
        figure.savefig(path, metadata={"Date": None})
        plt.close(figure)
