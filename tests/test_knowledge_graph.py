"""The knowledge as a networkx graph: what its nodes and edges say, and that it can be taken elsewhere."""

import json
from pathlib import Path

import networkx as nx
import pytest

from toolbox_rules.toolbox import Toolbox

FOLDER = Path(__file__).parent / "second_domain"
NODES = {"pitfall", "mitigation", "case", "source", "rule"}
#: What each kind of edge leads from and to.
EDGES = {
    "leads-to": ("pitfall", "pitfall"),
    "aggravates": ("pitfall", "pitfall"),
    "mitigates": ("mitigation", "pitfall"),
    "needs": ("mitigation", "mitigation"),
    "conflicts": ("mitigation", "mitigation"),
    "seen-in": ("pitfall", "case"),
    "helped-in": ("mitigation", "case"),
    "concludes": ("rule", "pitfall"),
}
Graph = nx.MultiDiGraph


@pytest.fixture(scope="module")
def car() -> "Graph[str]":
    return Toolbox.load(rules=FOLDER / "rules", knowledge=FOLDER / "knowledge").graph


@pytest.fixture(scope="module", params=["shipped", "second domain"])
def graph(request: pytest.FixtureRequest, car: "Graph[str]") -> "Graph[str]":
    return car if request.param == "second domain" else Toolbox.load().graph


def test_every_node_is_called_by_its_kind_and_id(graph: "Graph[str]") -> None:
    kinds = {node: facts["kind"] for node, facts in graph.nodes(data=True)}
    assert set(kinds.values()) == NODES
    assert [node for node, kind in kinds.items() if node.partition(":")[0] != kind] == []


def test_every_edge_joins_the_kinds_that_it_is_between(graph: "Graph[str]") -> None:
    for start, end, key, facts in graph.edges(keys=True, data=True):
        kind = facts["kind"]
        assert key == kind
        if kind == "rests-on":
            assert graph.nodes[end]["kind"] == "source"
        else:
            assert (graph.nodes[start]["kind"], graph.nodes[end]["kind"]) == EDGES[kind]


def test_every_link_says_why_in_both_languages_and_how_strongly_it_is_supported(graph: "Graph[str]") -> None:
    for start, end, data in graph.edges(data=True):
        if data["kind"] == "rests-on":
            continue
        assert data["because_nl"], (start, end)
        assert data["because_en"], (start, end)
        if data["kind"] in ("needs", "conflicts", "concludes"):
            continue
        assert data["basis"] in ("source", "inferred", "general", "no-effect"), (start, end)
        assert data["sources"] or data["basis"] == "general", (start, end)
        assert all(f"source:{name}" in graph for name in data["sources"].split()), (start, end)


def test_a_link_carries_its_own_text_basis_and_sources(car: "Graph[str]") -> None:
    assert car.edges["mitigation:jump-start", "pitfall:flat-battery", "mitigates"] == {
        "kind": "mitigates",
        "coverage": "full",
        "basis": "source",
        "sources": "H1",
        "because_nl": "De andere accu levert de stroom.",
        "because_en": "The other battery gives the power.",
    }


def test_the_whole_of_the_knowledge_is_in_it(car: "Graph[str]") -> None:
    assert sorted(car.successors("pitfall:flat-battery")) == [
        "case:winter-morning",
        "pitfall:worn-starter",
        "source:H1",
    ]
    assert sorted(car.predecessors("pitfall:flat-battery")) == [
        "mitigation:jump-start",
        "mitigation:new-battery",
        "rule:battery-flat",
    ]
    assert car.has_edge("mitigation:jump-start", "mitigation:new-battery", "conflicts")


def test_it_cannot_be_changed_but_a_copy_can(car: "Graph[str]") -> None:
    with pytest.raises(nx.NetworkXError, match="Frozen graph can't be modified"):
        car.add_node("pitfall:new")
    copy: nx.MultiDiGraph[str] = nx.MultiDiGraph(car)
    copy.add_node("pitfall:new")
    assert "pitfall:new" not in car


def test_it_can_be_written_as_graphml_and_read_again(graph: "Graph[str]", tmp_path: Path) -> None:
    nx.write_graphml(graph, tmp_path / "knowledge.graphml")
    again = nx.read_graphml(tmp_path / "knowledge.graphml", force_multigraph=True)
    assert list(again.nodes(data=True)) == list(graph.nodes(data=True))
    said = {(start, end, data["kind"]): data for start, end, data in graph.edges(data=True)}
    read = {(start, end, data["kind"]): data for start, end, data in again.edges(data=True)}
    assert {place: {**data, "id": None} for place, data in said.items()} == {
        place: {**data, "id": None} for place, data in read.items()
    }


def test_it_can_be_written_as_node_link_json_and_read_again(graph: "Graph[str]") -> None:
    text = json.dumps(nx.node_link_data(graph, edges="edges"))
    again = nx.node_link_graph(json.loads(text), multigraph=True, directed=True, edges="edges")
    assert nx.utils.graphs_equal(again, nx.MultiDiGraph(graph))


def test_the_algorithms_of_networkx_run_on_it(car: "Graph[str]") -> None:
    others = [edge for edge in car.edges(keys=True) if edge[2] != "leads-to"]
    causes: nx.MultiDiGraph[str] = nx.MultiDiGraph(car)
    causes.remove_edges_from(others)
    assert nx.has_path(causes, "pitfall:flat-battery", "pitfall:worn-starter")
    assert nx.descendants(causes, "pitfall:worn-starter") == set()
