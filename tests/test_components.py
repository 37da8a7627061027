"""Components, held against those of networkx."""

import networkx as nx
from hypothesis import given

from tests.laws.choices import Choices, choices
from toolbox_rules.components import components


@given(choices())
def test_components_are_those_of_networkx_and_each_comes_after_what_lies_below_it(choices: Choices) -> None:
    nodes = range(choices.between(0, 12))
    below = {node: choices.subset(nodes) for node in nodes}
    found = list(components(below))
    graph: nx.DiGraph[int] = nx.DiGraph()
    graph.add_nodes_from(nodes)
    graph.add_edges_from((node, child) for node in nodes for child in below[node])
    assert sorted(map(set, found), key=min) == sorted(nx.strongly_connected_components(graph), key=min)
    place = {node: at for at, members in enumerate(found) for node in members}
    assert all(place[child] <= place[node] for node in nodes for child in below[node])


def test_a_long_chain_and_a_long_circle_are_no_problem() -> None:
    chain = {node: [node + 1] for node in range(100_000)} | {100_000: []}
    assert list(components(chain)) == [(node,) for node in range(100_000, -1, -1)]
    assert list(components(chain | {100_000: [0]})) == [tuple(range(100_001))]
