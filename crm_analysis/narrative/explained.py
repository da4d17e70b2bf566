"""Numbers that open their definition: marked in the sentence, turned into buttons by the page."""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["Definition", "explained", "split_explained", "without_marks"]

_OPEN, _MIDDLE, _CLOSE = "\ue000", "\ue001", "\ue002"
_MARKED = re.compile(f"{_OPEN}([^{_MIDDLE}]*){_MIDDLE}([^{_CLOSE}]*){_CLOSE}")


@dataclass(frozen=True)
class Definition:
    """What a reader sees who asks where a number comes from.

    Attributes
    ----------
    key
        As given to :func:`explained`.
    name, meaning, formula
        What it is called, what it says, how it is computed, in the current language.
    table
        Handed-over table, or table of the warehouse, that it is computed from.
    rows
        How many rows of it went in, as finished text.
    """

    key: str
    name: str
    meaning: str
    formula: str
    table: str
    rows: str


def explained(key: str, text: str) -> str:
    """A finished number, marked as one that the definition ``key`` explains."""
    return f"{_OPEN}{key}{_MIDDLE}{text}{_CLOSE}"


def split_explained(text: str) -> list[tuple[str, str]]:
    """Parts of a text in order, each with the key of its definition; empty for what has none."""
    parts, place = [], 0
    for match in _MARKED.finditer(text):
        parts += [("", text[place : match.start()]), (match[1], match[2])]
        place = match.end()
    return [(key, part) for key, part in [*parts, ("", text[place:])] if part]


def without_marks(text: str) -> str:
    """The text as it is read."""
    return _MARKED.sub(r"\2", text)
