"""Which rows of a table are its header, and how its columns are called."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence

__all__ = ["HEADER_WITHIN", "find_header", "joined_header", "normalise_header", "unique_headers"]

HEADER_WITHIN = 40
"""Rows at the beginning among which the header is looked for."""


def find_header(rows: Sequence[Sequence[str]], known: Collection[str]) -> int:
    """Index of the row that looks like the header among the first rows.

    The row with most cells that the table knows; else the first row that is filled as widely as most
    rows are and holds no number.
    """
    hits = [sum(normalise_header(cell) in known for cell in row) for row in rows[:HEADER_WITHIN]]
    if hits and max(hits) >= 1:
        return hits.index(max(hits))
    widths = Counter(sum(bool(cell.strip()) for cell in row) for row in rows)
    usual = max(widths, key=lambda width: (widths[width], width), default=0)
    for index, row in enumerate(rows[:HEADER_WITHIN]):
        filled = [cell for cell in row if cell.strip()]
        one_text = len(filled) > 1 and len(set(filled)) == 1
        if (
            len(filled) >= usual
            and not one_text
            and not any(re.fullmatch(r"[-\d.,:/ ]+", cell.strip()) for cell in filled)
        ):
            return index
    return 0


def normalise_header(header: str) -> str:
    """A header for comparison: lower case, no spaces, signs or suffix in brackets ("상품구매금액(KRW)")."""
    bare = re.sub(r"[(\[（].*?[)\]）]", "", header) or header
    return re.sub(r"[\W_]+", "", bare.lower())


def unique_headers(cells: Sequence[str]) -> tuple[str, ...]:
    """Names for the columns of a header row: blanks numbered, repeats told apart."""
    seen: set[str] = set()
    names = []
    for position, cell in enumerate(cells, start=1):
        base = " ".join(cell.replace("`", "'").split()) or f"column_{position}"
        name, copy = base, 1
        while name.lower() in seen:
            copy += 1
            name = f"{base}_{copy}"
        seen.add(name.lower())
        names.append(name)
    return tuple(names)


def joined_header(rows: Sequence[Sequence[str]], at: int, known: Collection[str]) -> tuple[list[str], int]:
    """A header of one row, or of two where merged cells spread it; and the index of its last row.

    A second row belongs to the header if both together say more names that the table knows than one alone.

    Parameters
    ----------
    rows
        The first rows.
    at
        From :func:`find_header`.
    known
        Normalised headers that the table would recognise.
    """
    best = list(rows[at])
    score, last = _known(best, known), at
    for upper in (at - 1, at):
        if upper < 0 or upper + 1 >= len(rows):
            continue
        both = _stacked(rows[upper], rows[upper + 1], known)
        if (found := _known(both, known)) > score:
            best, score, last = both, found, upper + 1
    return best, last


def _known(cells: Sequence[str], known: Collection[str]) -> int:
    return len({normalise_header(cell) for cell in cells} & set(known))


def _stacked(upper: Sequence[str], lower: Sequence[str], known: Collection[str]) -> list[str]:
    """Two rows as one: the lower name, with the one above where only both together are known."""
    names = []
    width = max(len(upper), len(lower))
    above = ""
    for position in range(width):
        top = upper[position].strip() if position < len(upper) else ""
        name = lower[position].strip() if position < len(lower) else ""
        if not name:
            names.append(top)
            above = ""
            continue
        above = top or above
        both = f"{above} {name}".strip()
        joined = above != name and normalise_header(both) in known
        names.append(both if joined else name)
    return names
