"""The matcher of experta without its two detours, and its agenda without its defect.

On the detours most of the time of a run goes: experta shows every fact to the patterns of every class, and asks every
rule after every firing whether it changed. The defect: a rule that no longer holds stays on the agenda, and fires.
"""

from bisect import bisect_left
from functools import cache
from typing import Any

from toolbox_rules.engines.importing import import_experta


@cache
def matcher() -> Any:
    """A class for ``KnowledgeEngine.__matcher__``; the matching itself stays that of experta."""
    import_experta()
    from experta.matchers.rete import ReteMatcher  # noqa: PLC0415
    from experta.matchers.rete.nodes import ConflictSetNode  # noqa: PLC0415
    from experta.matchers.rete.token import Token  # noqa: PLC0415

    class Matcher(ReteMatcher):  # type: ignore[misc]
        def build_network(self) -> None:
            super().build_network()
            self.patterns: dict[type, list[Any]] = {}
            for child in self.root_node.children:
                self.patterns.setdefault(child.node.matcher.fact_type, []).append(child.callback)
            self.rules = [node for node in _below(self.root_node) if isinstance(node, ConflictSetNode)]

        def changes(self, adding: Any = None, deleting: Any = None) -> tuple[list[Any], list[Any]]:
            # What goes away goes first, as in the base class.
            for facts, token in ((deleting, Token.invalid), (adding, Token.valid)):
                for fact in facts or ():
                    for activate in self.patterns.get(type(fact), ()):
                        activate(token(fact))
            added: list[Any] = []
            removed: list[Any] = []
            for node in self.rules:
                if node.added or node.removed:
                    more, less = node.get_activations()
                    added += more
                    removed += less
            return added, removed

    return Matcher


@cache
def strategy() -> Any:
    """A class for ``KnowledgeEngine.__strategy__`` that takes every rule that no longer holds off the agenda."""
    import_experta()
    from experta.strategies import DepthStrategy  # noqa: PLC0415

    class Strategy(DepthStrategy):  # type: ignore[misc]
        def _update_agenda(self, agenda: Any, added: Any, removed: Any) -> None:
            waiting = agenda.activations
            for activation in removed:
                activation.key = self.get_key(activation)
                at = bisect_left(waiting, activation)
                while at < len(waiting) and waiting[at].key == activation.key:
                    if waiting[at] == activation:
                        del waiting[at]
                        break
                    at += 1
            super()._update_agenda(agenda, added, ())

    return Strategy


def _below(root: Any) -> list[Any]:
    """Every node of a network, once."""
    found: dict[int, Any] = {}
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if id(node) not in found:
            found[id(node)] = node
            waiting += [child.node for child in node.children]
    return list(found.values())
