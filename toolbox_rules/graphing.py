"""Knowledge and rules -> the networkx graph of how they hang together; sole importer of networkx."""

import networkx as nx

from toolbox_rules.knowledge import Knowledge
from toolbox_rules.model import CaseLink, PitfallLink, Text
from toolbox_rules.rulebook import Rulebook


def build_graph(knowledge: Knowledge, rulebook: Rulebook) -> "nx.MultiDiGraph[str]":
    """The knowledge graph: typed nodes, and edges that carry their own text, basis and sources.

    Nodes are called ``kind:id`` with kind ``pitfall``, ``mitigation``, ``case``, ``source`` or ``rule``. Edges have as
    key and as attribute ``kind``: ``leads-to``, ``aggravates``, ``mitigates``, ``needs``, ``conflicts``, ``seen-in``,
    ``helped-in``, ``concludes``, ``rests-on``. Every attribute is text, so that the graph can be written as GraphML.
    The graph is frozen; copy it to change it.
    """
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    for key, source in knowledge.sources.items():
        graph.add_node(
            f"source:{key}", kind="source", title=source.title, year=str(source.year or ""), read=source.read
        )
    for case in knowledge.cases.values():
        graph.add_node(f"case:{case.id}", kind="case", outcome=case.outcome, **_texts("name", case.name))
        _rests_on(graph, f"case:{case.id}", case.sources)
    for pitfall in knowledge.pitfalls.values():
        graph.add_node(
            f"pitfall:{pitfall.id}",
            kind="pitfall",
            area=pitfall.area,
            topic=pitfall.topic,
            severity=pitfall.severity,
            basis=pitfall.basis,
            **_texts("name", pitfall.name),
            **_texts("summary", pitfall.summary),
        )
        _rests_on(graph, f"pitfall:{pitfall.id}", pitfall.sources)
    for mitigation in knowledge.mitigations.values():
        graph.add_node(
            f"mitigation:{mitigation.id}",
            kind="mitigation",
            effort=mitigation.effort,
            basis=mitigation.basis,
            **_texts("name", mitigation.name),
            **_texts("summary", mitigation.summary),
        )
        _rests_on(graph, f"mitigation:{mitigation.id}", mitigation.sources)
    _link(graph, knowledge)
    for rule in rulebook.rules.values():
        graph.add_node(f"rule:{rule.id}", kind="rule", basis=rule.spec.basis, **_texts("name", rule.spec.title))
        _rests_on(graph, f"rule:{rule.id}", rule.spec.sources)
        for threat in rule.threats:
            because = _texts("because", rule.spec.because)
            graph.add_edge(f"rule:{rule.id}", f"pitfall:{threat.pitfall}", "concludes", kind="concludes", **because)
    nx.freeze(graph)
    return graph


def _link(graph: "nx.MultiDiGraph[str]", knowledge: Knowledge) -> None:
    for pitfall in knowledge.pitfalls.values():
        start = f"pitfall:{pitfall.id}"
        for kind, links in (("leads-to", pitfall.leads_to), ("aggravates", pitfall.aggravates)):
            for link in links:
                _edge(graph, start, f"pitfall:{link.pitfall}", kind, link)
        for seen in pitfall.seen_in:
            _edge(graph, start, f"case:{seen.case}", "seen-in", seen)
    for mitigation in knowledge.mitigations.values():
        start = f"mitigation:{mitigation.id}"
        for helps in mitigation.mitigates:
            graph.add_edge(
                start,
                f"pitfall:{helps.pitfall}",
                "mitigates",
                kind="mitigates",
                coverage=helps.coverage,
                basis=helps.basis,
                sources=" ".join(helps.sources),
                **_texts("because", helps.because),
            )
        for kind, others in (("needs", mitigation.needs), ("conflicts", mitigation.conflicts)):
            for other in others:
                because = _texts("because", other.because)
                graph.add_edge(start, f"mitigation:{other.mitigation}", kind, kind=kind, **because)
        for helped in mitigation.helped_in:
            _edge(graph, start, f"case:{helped.case}", "helped-in", helped)


def _edge(graph: "nx.MultiDiGraph[str]", start: str, end: str, kind: str, link: PitfallLink | CaseLink) -> None:
    sources = " ".join(link.sources)
    graph.add_edge(start, end, kind, kind=kind, basis=link.basis, sources=sources, **_texts("because", link.because))


def _rests_on(graph: "nx.MultiDiGraph[str]", node: str, sources: tuple[str, ...]) -> None:
    for source in sources:
        graph.add_edge(node, f"source:{source}", "rests-on", kind="rests-on")


def _texts(name: str, text: Text) -> dict[str, str]:
    return {f"{name}_nl": text.nl, f"{name}_en": text.en}
