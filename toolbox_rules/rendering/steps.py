"""The lines of an explanation, before anything decides how they look."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One line of an explanation, and the lines below it.

    ``mark`` says whether it holds, ``truth`` so that it can be coloured; ``found`` is what was found, ``given`` where
    the case gives that, ``place`` where the line stands in the rules. ``quote`` is an author's sentence, ``support``
    what it rests on. What is told once carries a ``number``; where it comes again, ``see`` has that number.
    """

    words: str
    mark: str = ""
    truth: str = ""
    found: str = ""
    given: str = ""
    place: str = ""
    quote: str = ""
    support: str = ""
    number: int = 0
    see: int = 0
    below: tuple["Step", ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """An explanation in words: its lines, and sentences that close it, such as what would change the outcome."""

    steps: tuple[Step, ...]
    closing: tuple[str, ...] = ()


def lowered(words: str) -> str:
    """Words within a sentence that began one.

    >>> lowered("Threatens, not arranged")
    'threatens, not arranged'
    """
    return words[:1].lower() + words[1:]
