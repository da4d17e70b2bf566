"""Cells of a workbook that are merged: their text holds for every row and column they cover."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import IO, Any

from openpyxl.utils.cell import range_boundaries

__all__ = ["filled_rows", "merged_areas"]

_CHUNK = 1 << 20
_REFERENCE = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z]+\d+:[A-Z]+\d+)"')
_LONGEST = 200
"""Bytes that one reference may take, kept from chunk to chunk."""


@dataclass(frozen=True)
class Area:
    """Rows and columns that one cell covers, from 0, the last included."""

    top: int
    left: int
    bottom: int
    right: int


def merged_areas(book: Any, page: Any) -> list[Area]:
    """The merged cells of a sheet that was opened read-only, by its top row; the sheet is read as a stream."""
    archive: zipfile.ZipFile = book._archive
    with archive.open(page._worksheet_path) as stream:
        found = [range_boundaries(reference) for reference in _references(stream)]
    areas = [Area(top - 1, left - 1, bottom - 1, right - 1) for left, top, right, bottom in found]
    return sorted(areas, key=lambda area: (area.top, area.left))


def filled_rows(rows: Iterable[list[str]], areas: list[Area]) -> Iterator[list[str]]:
    """The rows with the text of each merged area in all of its cells."""
    waiting = list(reversed(areas))
    active: list[tuple[Area, str]] = []
    for number, row in enumerate(rows):
        active = [(area, text) for area, text in active if area.bottom >= number]
        while waiting and waiting[-1].top <= number:
            area = waiting.pop()
            if area.top == number and area.left < len(row):
                active.append((area, row[area.left]))
        yield _filled(row, active) if active else row


def _filled(row: list[str], active: list[tuple[Area, str]]) -> list[str]:
    width = max([len(row), *(area.right + 1 for area, text in active if text)])
    cells = [*row, *[""] * (width - len(row))]
    for area, text in active:
        for column in range(area.left, area.right + 1):
            if text and not cells[column]:
                cells[column] = text
    return cells


def _references(stream: IO[bytes]) -> Iterator[str]:
    held = b""
    while chunk := stream.read(_CHUNK):
        text = held + chunk
        end = 0
        for match in _REFERENCE.finditer(text):
            end = match.end()
            yield match[1].decode("ascii")
        held = text[max(end, len(text) - _LONGEST) :]
