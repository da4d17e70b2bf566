"""Tables of workbooks and of HTML pages called .xls: streamed row by row into Parquet files of text."""

from __future__ import annotations

import itertools
import threading
import zipfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet._read_only import ReadOnlyWorksheet

from crm_analysis.config import SourceSettings
from crm_analysis.errors import IngestError
from crm_analysis.ingest.cells import cell_text
from crm_analysis.ingest.encoding import guess_encoding
from crm_analysis.ingest.header import find_header, joined_header, unique_headers
from crm_analysis.ingest.locked import is_locked, unlocked
from crm_analysis.ingest.merged import filled_rows, merged_areas
from crm_analysis.ingest.sniff import SAMPLE_ROWS
from crm_analysis.messages import _

__all__ = ["GridLayout", "excel_rows", "html_rows", "sniff_grid", "write_grid"]

Row = list[str]
_BATCH = 20_000
_MEASURE = threading.Lock()


@dataclass(frozen=True)
class GridLayout:
    """Where the table of a grid begins: the header's row (1 is the first), its names and some rows."""

    header_row: int
    headers: tuple[str, ...]
    sample: tuple[tuple[str, ...], ...]


def excel_rows(file: Path, sheet: str | int | None, password_env: str | None = None) -> Iterator[Row]:
    """The rows of one sheet as text, blank rows included; dates as ISO, whole numbers without decimals.

    The text of merged cells stands in every row and column that they cover.

    Parameters
    ----------
    file
        An .xlsx or .xlsm file.
    sheet
        Name, or number from 1; None takes the first sheet that is not empty.
    password_env
        Name of the environment variable that holds its password.

    Raises
    ------
    IngestError
        A damaged workbook, or a sheet that is not there (with those that are).
    """
    source = unlocked(file, password_env) if is_locked(file) else file
    try:
        with _unmeasured():
            book = openpyxl.load_workbook(source, read_only=True, data_only=True)
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError) as error:
        raise IngestError(_("{file} is a damaged workbook. Export it again.", file=file.name)) from error
    try:
        page = _sheet(book, file, sheet)
        page.reset_dimensions()
        rows = ([cell_text(value) for value in row] for row in page.iter_rows(values_only=True))
        yield from filled_rows(rows, merged_areas(book, page))
    finally:
        book.close()


@contextmanager
def _unmeasured() -> Iterator[None]:
    """Without openpyxl's pass over each whole sheet that does not state its size: rows are streamed anyway."""
    with _MEASURE:
        measure = ReadOnlyWorksheet._get_size
        ReadOnlyWorksheet._get_size = lambda _page: None
        try:
            yield
        finally:
            ReadOnlyWorksheet._get_size = measure


def html_rows(file: Path, encoding: str | None) -> Iterator[Row]:
    """The rows of all tables of an HTML page as text, read in pieces."""
    with file.open("rb") as stream:
        head = stream.read(1 << 16)
    encoding = encoding or guess_encoding(head)
    parser = _TableReader()
    with file.open("r", encoding=encoding, errors="replace") as stream:
        while piece := stream.read(1 << 16):
            parser.feed(piece)
            yield from parser.take()
    parser.close()
    yield from parser.take()


def sniff_grid(file: Path, rows: Iterator[Row], settings: SourceSettings, known: Collection[str]) -> GridLayout:
    """Find the header of a grid among its first rows.

    Raises
    ------
    IngestError
        No filled row at all, or no row at ``header_row``.
    """
    numbered = [(number, row) for number, row in enumerate(itertools.islice(rows, SAMPLE_ROWS), 1) if any(row)]
    if not numbered:
        raise IngestError(_("{file} is empty. Export it again, or correct the path in crm.toml.", file=file.name))
    if settings.header_row is None:
        at = find_header([row for _number, row in numbered], known)
    else:
        at = next((i for i, (number, _row) in enumerate(numbered) if number >= settings.header_row), len(numbered))
    if at == len(numbered):
        raise IngestError(
            _(
                "{file}: header_row = {row} lies beyond the {count} rows at its beginning. "
                "Correct it, or leave it out.",
                file=file.name,
                row=settings.header_row,
                count=len(numbered),
            )
        )
    header, at = joined_header([row for _number, row in numbered], at, known)
    number = numbered[at][0]
    while header and not header[-1]:
        header = header[:-1]
    return GridLayout(number, unique_headers(header), tuple(tuple(row) for _n, row in numbered[at + 1 :]))


def write_grid(
    rows: Iterator[Row], layout: GridLayout, target: Path, extra: dict[str, str | None], *, limit: int | None = None
) -> int:
    """Stream the rows below the header into a Parquet file of text; blank rows are left out.

    Parameters
    ----------
    rows
        All rows of the grid.
    layout
        Its header.
    target
        File to write.
    extra
        Further columns with one value for all rows; the one with value None takes what stands to the
        right of the last header.
    limit
        Rows to write at most.

    Returns
    -------
    int
        Rows written.
    """
    names = [*layout.headers, *extra]
    schema = pa.schema([(name, pa.string()) for name in names])
    filled = (row for row in itertools.islice(rows, layout.header_row, None) if any(row))
    body = itertools.islice(filled, limit)
    width, written = len(layout.headers), 0
    target.parent.mkdir(parents=True, exist_ok=True)
    with pq.ParquetWriter(target, schema) as writer:
        while batch := list(itertools.islice(body, _BATCH)):
            columns: list[list[str | None]] = [
                [(row[i] or None) if i < len(row) else None for row in batch] for i in range(width)
            ]
            columns.extend(
                [next((c for c in row[width:] if c), None) if value is None else value for row in batch]
                for value in extra.values()
            )
            writer.write_batch(pa.record_batch([pa.array(c, pa.string()) for c in columns], schema=schema))
            written += len(batch)
    return written


def _sheet(book: Any, file: Path, sheet: str | int | None) -> Any:
    names = book.sheetnames
    if isinstance(sheet, int) and 1 <= sheet <= len(names):
        return book[names[sheet - 1]]
    if isinstance(sheet, str) and sheet in names:
        return book[sheet]
    if sheet is not None:
        raise IngestError(
            _(
                "{file} has no sheet '{sheet}'. Its sheets: {names}.",
                file=file.name,
                sheet=sheet,
                names=", ".join(names),
            )
        )
    for page in book.worksheets:
        page.reset_dimensions()
        first = itertools.islice(page.iter_rows(values_only=True), SAMPLE_ROWS)
        if any(value is not None for row in first for value in row):
            return page
    return book.worksheets[0]


class _TableReader(HTMLParser):
    """Collects the cells of table rows as text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._rows: list[Row] = []
        self._row: Row | None = None
        self._cell: list[str] | None = None
        self._span, self._down = 1, 1
        self._below: dict[int, tuple[int, str]] = {}

    def take(self) -> list[Row]:
        """The rows completed since the last call."""
        rows, self._rows = self._rows, []
        return rows

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open a row or a cell."""
        if tag == "tr":
            self._end_row()
            self._row = []
        elif tag in ("td", "th") and self._row is not None:
            self._end_cell()
            self._cell = []
            self._span, self._down = _span(attrs, "colspan"), _span(attrs, "rowspan")
        elif tag == "br" and self._cell is not None:
            self._cell.append(" ")

    def handle_endtag(self, tag: str) -> None:
        """Close a row or a cell."""
        if tag in ("td", "th"):
            self._end_cell()
        elif tag in ("tr", "table"):
            self._end_row()

    def handle_data(self, data: str) -> None:
        """Text of a cell."""
        if self._cell is not None:
            self._cell.append(data)

    def _end_cell(self) -> None:
        if self._cell is not None and self._row is not None:
            self._take_from_above()
            text = " ".join("".join(self._cell).split())
            for position in range(len(self._row), len(self._row) + self._span):
                if self._down > 1:
                    self._below[position] = (self._down - 1, text)
            self._row.extend([text, *[""] * (self._span - 1)])
        self._cell = None

    def _take_from_above(self) -> None:
        """Cells of rows above that reach down to here."""
        while self._row is not None and len(self._row) in self._below:
            left, text = self._below.pop(len(self._row))
            if left > 1:
                self._below[len(self._row)] = (left - 1, text)
            self._row.append(text)

    def _end_row(self) -> None:
        self._end_cell()
        if self._row is not None:
            if self._row:
                self._take_from_above()
            self._rows.append(self._row)
        self._row = None


def _span(attrs: list[tuple[str, str | None]], name: str) -> int:
    span = dict(attrs).get(name) or "1"
    return int(span) if span.isdigit() else 1
