"""Masks what could name a person in a text, before it is shown as an example."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

__all__ = ["MASK", "masked"]

MASK = "•••"
_PATTERNS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"\S+@\S+",
        r"(?:https?://|www\.)\S+",
        r"[가-힣]{1,10}(?:시|군|구)\s+[가-힣0-9]{1,12}(?:읍|면|동|로|길)(?:\s*\d[\d-]*)?",
        r"[가-힣0-9]{1,12}(?:대로|로|길)\s*\d[\d-]*",
        r"\d+\s+(?:[a-z]+\s+){1,3}(?:street|st|road|rd|avenue|ave|lane|drive)\b\.?",
        r"\d+\s*동\s*\d+\s*호",
        r"\b[a-z]{1,4}[-#]?\d{3,}[a-z0-9-]*",
        r"\+?\d(?:[\s().-]*\d){2,}",
        r"\b(?:mr|mrs|ms|dr)\.?\s+[a-z]+",
        r"\b(?:my name is|this is)\s+[a-z]+(?:\s+[a-z]+)?",
        r"(?<![가-힣])[가-힣]{2,4}\s?(?:씨|님)(?![가-힣]{3})",
    )
)
_LETTERS = re.compile(r"[^\W\d_]+")
_FEWEST_LETTERS = 2


def masked(texts: Sequence[str], names: Iterable[str] = ()) -> list[str]:
    """Texts with addresses, phones, numbers of three digits or more, links, and names put out of sight.

    Parameters
    ----------
    texts
        As written.
    names
        Names of customers; their parts of two letters or more are masked wherever they stand.
    """
    parts = {part.lower() for name in names for part in _LETTERS.findall(name) if len(part) >= _FEWEST_LETTERS}
    return [_masked(text, parts) for text in texts]


def _masked(text: str, parts: set[str]) -> str:
    for pattern in _PATTERNS:
        text = pattern.sub(MASK, text)
    return _LETTERS.sub(lambda found: _unless_name(found.group(), parts), text)


def _unless_name(word: str, parts: set[str]) -> str:
    """The word, or a mask where it is a name, in Korean also with a particle after it."""
    low = word.lower()
    named = low in parts or any(low[:end] in parts for end in (2, 3, 4) if "가" <= low[:1] <= "힣" and end < len(low))
    return MASK if named else word
