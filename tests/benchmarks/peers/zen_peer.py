"""zen-engine: one expression per flag, in expression nodes that run layer after layer."""

import json
from collections import defaultdict
from itertools import pairwise

import zen

from tests.benchmarks.neutral import Among, Condition, Count, Flag, Is, Number, Rivals, Rulebase
from tests.benchmarks.peers.loaded import Loaded

NAME = "zen-engine"
CANNOT = ("unknown facts: `and` of an absent value is an error", "chaining by itself: the writer puts layers in order")


def load(rulebase: Rulebase) -> Loaded:
    """Make the decision."""
    content = json.dumps(_graph(rulebase))
    decision = zen.ZenEngine().create_decision(content)
    names = rulebase.flags

    def flags(found: dict[str, dict[str, bool]]) -> frozenset[str]:
        return frozenset(flag for flag in names if found["result"].get(flag))

    return Loaded(
        ready=lambda case: {**case.attributes, "partners": [dict(partner) for partner in case.partners]},
        run=decision.evaluate,
        flags=flags,
    )


def _graph(rulebase: Rulebase) -> dict[str, object]:
    about = rulebase.about_partners()
    layers: dict[int, list[tuple[str, str]]] = defaultdict(list)
    layers[0] = [(f"s{at}", _on_partners(one)) for at, one in enumerate(about)]
    for flag, rules in rulebase.by_flag():
        parts = ["(" + " and ".join(_part(one, about) for one in rule.conditions) + ")" for rule in rules]
        layers[rulebase.layers[flag]].append((flag, " or ".join(parts) or "false"))
    nodes = [_node("in", "inputNode", None)]
    for layer, expressions in sorted(layers.items()):
        if expressions:
            listed = [{"id": key, "key": key, "value": value} for key, value in expressions]
            content = {"expressions": listed, "passThrough": True, "inputField": None, "outputPath": None}
            nodes.append(_node(f"layer{layer}", "expressionNode", content))
    nodes.append(_node("out", "outputNode", None))
    edges = [
        {"id": f"e{at}", "type": "edge", "sourceId": one["id"], "targetId": other["id"]}
        for at, (one, other) in enumerate(pairwise(nodes))
    ]
    return {"nodes": nodes, "edges": edges}


def _node(name: str, kind: str, content: object) -> dict[str, object]:
    node: dict[str, object] = {"id": name, "name": name, "type": kind, "position": {"x": 0, "y": 0}}
    return node if content is None else {**node, "content": content}


def _part(one: Condition, about: tuple[Condition, ...]) -> str:
    match one:
        case Among(name, (value,)):
            return f"{name} == {json.dumps(value)}"
        case Among(name, values):
            return f"{name} in {json.dumps(values)}"
        case Is(name, value):
            return name if value else f"not {name}"
        case Number(name, op, bound):
            return f"{name} {op} {bound}"
        case Flag(flag, holds):
            return flag if holds else f"not {flag}"
        case _:
            return f"s{about.index(one)}"


def _on_partners(one: Count | Rivals) -> str:
    match one:
        case Count(kind, number):
            return f"count(partners, #.type == {json.dumps(kind)}) >= {number}"
        case Rivals(kind, other):
            inner = f"some(partners as q, q.type == {json.dumps(other)} and q.market == p.market)"
            return f"some(partners as p, p.type == {json.dumps(kind)} and {inner})"
