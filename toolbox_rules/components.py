"""The strongly connected components of a graph: what reaches each other both ways belongs together."""

from collections.abc import Iterable, Iterator, Mapping


def components(below: Mapping[int, Iterable[int]]) -> Iterator[tuple[int, ...]]:
    """Give each component, its members sorted, after every component that lies below it.

    ``below`` names for each node the nodes right below it, each of them a node too. After Tarjan, Depth-first search
    and linear graph algorithms (1972), with a list instead of recursion, so that a long chain is no problem.

    >>> list(components({1: [2], 2: [3], 3: [2], 4: [1, 4]}))
    [(2, 3), (1,), (4,)]
    """
    lowest: dict[int, int] = {}  # for each node that was visited the earliest visit it is known to lead back to
    opened: list[int] = []
    closed: set[int] = set()
    for start in sorted(below):
        path = [] if start in lowest else [(start, len(lowest), iter(sorted(below[start])))]
        while path:
            node, visit, rest = path[-1]
            if node not in lowest:
                lowest[node] = visit
                opened.append(node)
            child = next(rest, None)
            if child is not None and child not in lowest:
                path.append((child, len(lowest), iter(sorted(below[child]))))
            elif child is not None and child not in closed:
                lowest[node] = min(lowest[node], lowest[child])
            elif child is None:
                path.pop()
                if path:
                    above = path[-1][0]
                    lowest[above] = min(lowest[above], lowest[node])
                if lowest[node] == visit:
                    members = {opened.pop()}
                    while node not in members:
                        members.add(opened.pop())
                    closed |= members
                    yield tuple(sorted(members))
