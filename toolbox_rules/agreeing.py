"""What each speaker says -> what all who spoke agree on, and what is disputed."""

from collections.abc import Mapping
from typing import TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")


def agreed(said: Mapping[str, Mapping[Key, Value]]) -> dict[Key, Value]:
    """What everybody who spoke about it says alike.

    >>> agreed({"a": {"x": 1, "y": 2}, "b": {"x": 1, "y": 3}, "c": {}})
    {'x': 1}
    """
    found: dict[Key, Value] = {}
    split: set[Key] = set()
    for words in said.values():
        for key, value in words.items():
            if found.setdefault(key, value) != value:
                split.add(key)
    return {key: value for key, value in found.items() if key not in split}


def disputed(said: Mapping[str, Mapping[Key, Value]]) -> dict[str, dict[Key, Value]]:
    """What is left of each speaker's words once everything agreed on is taken out; who has nothing left is left out.

    >>> disputed({"a": {"x": 1, "y": 2}, "b": {"x": 1, "y": 3}, "c": {}})
    {'a': {'y': 2}, 'b': {'y': 3}}
    """
    settled = agreed(said)
    left = {name: {key: value for key, value in words.items() if key not in settled} for name, words in said.items()}
    return {name: words for name, words in left.items() if words}
