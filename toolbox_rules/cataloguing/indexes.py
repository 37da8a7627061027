"""The pages that lead to the others: by topic, by folder, by outcome, and all sources with who cites them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from toolbox_rules.cataloguing.crossing import Crossings
from toolbox_rules.cataloguing.wording import Wording
from toolbox_rules.model import Text
from toolbox_rules.rendering.markdown import escaped

_OUTCOMES = ("success", "mixed", "running", "ended", "failed", "unknown")


def home_page(say: Wording) -> Iterator[str]:
    """The first page: what there is, how much of it, and the map."""
    knowledge = say.desk.shelf.knowledge
    yield from [f"# {say.both('catalogue')}", "", say.both("catalogue_intro"), ""]
    for name, number in (
        ("pitfalls", len(knowledge.pitfalls)),
        ("mitigations", len(knowledge.mitigations)),
        ("rules", len(say.desk.shelf.rulebook.rules)),
        ("cases", len(knowledge.cases)),
    ):
        yield f"- [{say.both(f'all_{name}')}]({name}/README.md) ({number})"
    yield f"- [{say.both('all_sources')}](sources.md) ({len(knowledge.sources)})"
    maps = f"[{say.both('map_in_dutch')}](map.nl.svg), [{say.both('map_in_english')}](map.en.svg)"
    yield f"- {say.both('the_map')}: {maps}"


def pitfall_index(say: Wording) -> Iterator[str]:
    """All pitfalls by topic."""
    groups: dict[str, list[str]] = {}
    for name, pitfall in say.desk.shelf.knowledge.pitfalls.items():
        groups.setdefault(pitfall.topic, []).append(name)
    names = {name: one.name for name, one in say.desk.shelf.knowledge.pitfalls.items()}
    yield from _index("all_pitfalls", _by_topic(groups, say), names, say)


def mitigation_index(say: Wording) -> Iterator[str]:
    """All mitigations by the topic of the pitfall that stands first with them."""
    knowledge = say.desk.shelf.knowledge
    groups: dict[str, list[str]] = {}
    for name, one in knowledge.mitigations.items():
        groups.setdefault(knowledge.pitfalls[one.mitigates[0].pitfall].topic, []).append(name)
    names = {name: one.name for name, one in knowledge.mitigations.items()}
    yield from _index("all_mitigations", _by_topic(groups, say), names, say)


def rule_index(say: Wording) -> Iterator[str]:
    """All rules by the folder that they stand in."""
    groups: dict[str, list[str]] = {}
    rules = say.desk.shelf.rulebook.rules
    for name, rule in rules.items():
        groups.setdefault(rule.document.path.split("/")[-2], []).append(name)
    names = {name: rule.spec.title for name, rule in rules.items()}
    yield from _index("all_rules", {f"`{folder}`": groups[folder] for folder in sorted(groups)}, names, say)


def case_index(say: Wording) -> Iterator[str]:
    """All practice cases by their outcome."""
    cases = say.desk.shelf.knowledge.cases
    groups = {say.both(f"outcome_{one}"): [n for n, case in cases.items() if case.outcome == one] for one in _OUTCOMES}
    names = {name: one.name for name, one in cases.items()}
    yield from _index("all_cases", {key: found for key, found in groups.items() if found}, names, say)


def _by_topic(groups: Mapping[str, Sequence[str]], say: Wording) -> dict[str, Sequence[str]]:
    order = say.desk.shelf.rulebook.vocabulary.spec.choices["topic"].values
    return {say.choices("topic", [topic]): groups[topic] for topic in order if topic in groups}


def _index(title: str, groups: Mapping[str, Iterable[str]], names: Mapping[str, Text], say: Wording) -> Iterator[str]:
    yield f"# {say.both(title)}"
    for heading, items in groups.items():
        yield from ["", f"## {heading}", ""]
        for name in sorted(items):
            yield f"- [{say.paired(names[name])}]({name}.md)"


def source_page(say: Wording, crossings: Crossings) -> Iterator[str]:
    """Every source with its year, how much of it was read, its address, and the pages that cite it."""
    yield f"# {say.both('all_sources')}"
    for name, source in say.desk.shelf.knowledge.sources.items():
        yield from ["", f"## {name}", "", say.source(name)]
        for url in dict.fromkeys(one for one in (source.url, *source.urls) if one):
            yield from ["", f"<{url}>"]
        if source.note is not None:
            yield from ["", say.told(source.note)]
        citing = crossings.citing.get(name, ())
        links = ", ".join(f"[{escaped(page)}]({kind}/{page}.md)" for kind, page in citing)
        yield from ["", f"{say.both('cited_by')}: {links}" if links else say.both("cited_nowhere")]
