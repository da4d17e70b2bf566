"""The final sound of a Latin word as it is borrowed into Korean: a small table of rules.

Endings that Korean writes in more than one way (credit, profit) are left undecided on purpose.
"""

from __future__ import annotations

import re

__all__ = ["latin_final"]

_LETTERS_CLOSED = {"L": "ㄹ", "M": "x", "N": "x", "R": "ㄹ"}
"""Names of letters that end in a consonant: 엘, 엠, 엔, 알."""

_WORDS = {
    "set": "",
    "hub": "",
    "github": "",
    "theme": "",
    "bag": "x",
    "big": "x",
    "hit": "",
    "kit": "",
    "type": "x",
    "data": "",
    "good": "x",
    "soup": "",
    "group": "x",
    "gmail": "ㄹ",
    "internet": "x",
}

_RULES: tuple[tuple[str, str | None], ...] = (
    (r"(?:l|le)$", "ㄹ"),
    (r"(?:[mn]|[mn]e)$", "x"),
    (r"ng$", "x"),
    (r"(?:ook|[aiou]ck|[aeiou]c|ic)$", "x"),
    (r"[aeiou]p+$", "x"),
    (r"[ao]b$|web$|club$", "x"),
    (r"(?:ea|ee|oa|ou|oo|ai|au)t$", ""),
    (r"[aeou]t$", "x"),
    (r"it$", None),
    (r"ye$|[^aeiou]e$", ""),
    (r"[a-z]$", ""),
)
_COMPILED = tuple((re.compile(pattern), final) for pattern, final in _RULES)
_CAPITALS = re.compile(r"(?:^|[a-z])([A-Z]+)$")
_LAST_PART = re.compile(r"[A-Z]?[a-z]+$")


def latin_final(word: str) -> str | None:
    """The final sound: ``""`` a vowel, ``"ㄹ"``, ``"x"`` another consonant, None not known.

    Capitals at the end are read letter by letter (CRM 씨알엠, DuckDB 덕디비), other words by their ending.

    Parameters
    ----------
    word
        Latin letters only.
    """
    capitals = _CAPITALS.search(word)
    if capitals or len(word) == 1:
        return _LETTERS_CLOSED.get(word[-1].upper(), "")
    last = _LAST_PART.search(word)
    ending = (last.group() if last else word).lower()
    for known in (word.lower(), ending):
        if known in _WORDS:
            return _WORDS[known]
    return next((final for pattern, final in _COMPILED if pattern.search(ending)), None)
