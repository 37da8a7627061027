"""How wide a text is, and where it is broken into lines.

Widths are those of DejaVu Sans, the widest of the usual fonts without serifs, so that a text fits in any of them.
"""

from typing import Final

# In hundredths of the size, from the space to the tilde; bold adds at most a seventh.
_WIDTHS: Final = (
    *(32, 40, 46, 84, 64, 95, 78, 27, 39, 39, 50, 84, 32, 36, 32, 34, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 34, 34),
    *(84, 84, 84, 53, 100, 68, 69, 70, 77, 63, 58, 77, 75, 29, 29, 66, 56, 86, 75, 79, 60, 79, 69, 63, 61, 73, 68, 99),
    *(69, 61, 69, 39, 34, 39, 84, 50, 50, 61, 63, 55, 63, 62, 35, 63, 63, 28, 28, 58, 28, 97, 63, 61, 63, 63, 41, 52),
    *(39, 63, 59, 82, 59, 59, 52, 64, 34, 64, 84),
)
_OTHER: Final = 65
_BOLD: Final = 1.14


def width_of(text: str, size: float, bold: bool = False) -> float:
    """How wide one line of text is, in pixels.

    >>> width_of("wa", 100), width_of("", 12)
    (143.0, 0.0)
    """
    hundredths = sum(_WIDTHS[ord(letter) - 32] if " " <= letter <= "~" else _OTHER for letter in text)
    return hundredths / 100 * size * (_BOLD if bold else 1)


def wrapped(text: str, width: float, size: float, bold: bool = False) -> tuple[str, ...]:
    """Break a text into lines of at most ``width`` pixels, between words; a word that is too long is broken itself.

    >>> wrapped("Niemand voert de regie", 75, 10)
    ('Niemand voert', 'de regie')
    >>> wrapped("Domeinoverstijgend", 70, 10)
    ('Domeinovers-', 'tijgend')
    """
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and width_of(longer, size, bold) <= width:
            lines[-1] = longer
            continue
        while width_of(word, size, bold) > width and len(word) > 1:
            fits = max((at for at in range(1, len(word)) if width_of(f"{word[:at]}-", size, bold) <= width), default=1)
            lines.append(f"{word[:fits]}-")
            word = word[fits:]  # noqa: PLW2901
        lines.append(word)
    return tuple(lines)
