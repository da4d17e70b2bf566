"""Fitting text into a figure: estimated widths and line breaks, in English and Korean.

Plotly neither wraps text nor knows its width before a browser draws it. Figures must work from 390 px, so
text is broken for that width. Korean breaks between words, never inside one that fits.
"""

from __future__ import annotations

import html
import re
import unicodedata

__all__ = ["NARROWEST", "escape", "text_width", "wrap", "wrapped_lines"]

NARROWEST = 362
"""Width in pixels of a figure on the narrowest screen it must be readable on: 390 less the page's margins."""

_OVERHANG = 7 / 6
_NARROW_CHARACTERS = frozenset(" \u00a0.,:;'!|iIljtfr()[]·-")


def text_width(text: str, size: float) -> float:
    """Estimated width in pixels of the longest line of a text set in a sans-serif of ``size`` pixels."""
    return max((sum(_em(character) for character in line) for line in text.split("<br>")), default=0.0) * size


def wrapped_lines(text: str, *, width: float, size: float) -> list[str]:
    """Lines of a text of about ``width`` pixels; a word is broken only if it is a sixth wider than that."""
    lines: list[str] = []
    line = ""
    for word in _words(text):
        longer = f"{line} {word}" if line else word
        if line and text_width(longer, size) > width:
            lines.append(line)
            line = word
        else:
            line = longer
        while text_width(line, size) > width * _OVERHANG and len(line) > 1:
            cut = _fitting_length(line, width, size)
            lines.append(line[:cut])
            line = line[cut:]
    if line:
        lines.append(line)
    return lines


def wrap(text: str, *, width: float, size: float) -> str:
    """Break a text into lines for Plotly (``<br>``), with its special characters escaped."""
    return "<br>".join(escape(line) for line in wrapped_lines(text, width=width, size=size))


def escape(text: str) -> str:
    """Escape ``<``, ``>`` and ``&``, which Plotly would read as markup."""
    return html.escape(text, quote=False)


def _words(text: str) -> list[str]:
    """Words of a text; a number and its percent sign are one."""
    return [word for word in re.split(r"[ \t\n]+", text.replace(" %", "\u00a0%")) if word]


def _em(character: str) -> float:
    if unicodedata.combining(character):
        return 0.0
    if unicodedata.east_asian_width(character) in "WF":
        return 0.93
    if character in _NARROW_CHARACTERS:
        return 0.32
    if character in "mwMW%₩€":
        return 0.88
    if character.isupper():
        return 0.65
    return 0.56


def _fitting_length(line: str, width: float, size: float) -> int:
    """Number of leading characters that fit; at least one."""
    total = 0.0
    for position, character in enumerate(line):
        total += _em(character) * size
        if total > width:
            return max(position, 1)
    return len(line)
