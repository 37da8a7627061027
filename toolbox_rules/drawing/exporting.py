"""A graph of networkx -> GraphML and node-link JSON, as text."""

import json
from io import BytesIO

import networkx as nx


def to_graphml(graph: "nx.MultiDiGraph[str]") -> str:
    """The graph as GraphML, to open in yEd, Gephi or Cytoscape."""
    written = BytesIO()
    nx.write_graphml_xml(graph, written, encoding="utf-8", prettyprint=True)
    return written.getvalue().decode("utf-8")


def to_node_link(graph: "nx.MultiDiGraph[str]") -> str:
    """The graph as node-link JSON, to read with ``networkx.node_link_graph`` or D3."""
    return json.dumps(nx.node_link_data(graph, edges="edges"), ensure_ascii=False, indent=2)
