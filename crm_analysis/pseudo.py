"""The pseudo language: brackets and accents that show which text has passed through the catalogue.

``# Title`` becomes ``# ⟦Títlé⟧``: the Markdown around the words stays in force, so that a page in the
pseudo language has the layout of the real one.
"""

from __future__ import annotations

import re

__all__ = ["PSEUDO_CLOSE", "PSEUDO_OPEN", "pseudo_translate"]

PSEUDO_OPEN = "⟦"
"""Opens each block of a message in the pseudo language."""

PSEUDO_CLOSE = "⟧"
"""Closes each block of a message in the pseudo language."""

_ACCENTS = str.maketrans("aceinosuyzACEINOSUYZ", "áčéíñóšúýžÁČÉÍÑÓŠÚÝŽ")

_KEPT = (
    r"`[^`]*`",  # code
    r"(?<=\])\([^)\s]*(?:\s+\"[^\"]*\")?\)",  # target of a link
    r"https?://[^\s)]+",
    r"</?[A-Za-z!][^<>]*>",  # tags and comments
    r"&#?\w+;",
    r"\$[^$\n]*\\[^$\n]*\$",  # formulas
)
_SLOTS = (r"\{\{", r"\}\}", r"\{[^{}]*\}")
_KEPT_IN_TEXT = re.compile("|".join(_KEPT))
_KEPT_IN_MESSAGE = re.compile("|".join(_KEPT + _SLOTS))

_FENCE = re.compile(r"^\s*(```|~~~)")
_RULE = re.compile(r"^\s*(?:[-=*_]\s*){3,}$|^\s*\|?[\s:|-]*-[\s:|-]*\|[\s:|-]*$")
_LEAD = re.compile(r"^\s*(?:>\s*)*(?:#{1,6}\s+|[-*+]\s+(?:\[[ xX]\]\s+)?|\d+[.)]\s+)?")
_HEADING = re.compile(r"^\s*(?:>\s*)*#{1,6}\s")


def pseudo_translate(message: str, *, slots: bool = True) -> str:
    """Bracket each block of a message and put accents on its letters.

    Parameters
    ----------
    message
        A sentence or a Markdown text.
    slots
        Whether ``{name}`` is a slot to keep. Markdown cells have none.

    Returns
    -------
    str
        Each heading, paragraph, list item and table cell between :data:`PSEUDO_OPEN` and
        :data:`PSEUDO_CLOSE`; line breaks, list markers, code, tags, link targets and slots as they were.
    """
    kept = _KEPT_IN_MESSAGE if slots else _KEPT_IN_TEXT
    out: list[str] = []
    paragraph: list[str] = []

    def close() -> None:
        if paragraph:
            out.extend(_bracket("\n".join(paragraph), kept).split("\n"))
            paragraph.clear()

    fenced = False
    for line in message.split("\n"):
        fence = bool(_FENCE.match(line))
        if fence or fenced or not line.strip() or _RULE.match(line):
            close()
            out.append(line)
            fenced = fenced != fence
        elif line.lstrip().startswith("|"):
            close()
            out.append(_table_row(line, kept))
        else:
            if _starts_block(line):
                close()
            paragraph.append(line)
            if _HEADING.match(line):
                close()
    close()
    return "\n".join(out)


def _starts_block(line: str) -> bool:
    lead = _LEAD.match(line)
    return lead is not None and bool(lead.group().strip())


def _bracket(block: str, kept: re.Pattern[str]) -> str:
    lead = _LEAD.match(block)
    start = lead.end() if lead else 0
    body = block[start:]
    end = len(body.rstrip())
    if not end:
        return block
    return f"{block[:start]}{PSEUDO_OPEN}{_accent(body[:end], kept)}{PSEUDO_CLOSE}{body[end:]}"


def _table_row(line: str, kept: re.Pattern[str]) -> str:
    return "|".join(_bracket(cell, kept) for cell in line.split("|"))


def _accent(text: str, kept: re.Pattern[str]) -> str:
    parts: list[str] = []
    position = 0
    for match in kept.finditer(text):
        parts += [text[position : match.start()].translate(_ACCENTS), match.group()]
        position = match.end()
    parts.append(text[position:].translate(_ACCENTS))
    return "".join(parts)
