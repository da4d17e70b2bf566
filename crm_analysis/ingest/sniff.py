"""What a file is and where its table begins: kind, encoding, delimiter and header row, from its head."""

from __future__ import annotations

import codecs
import csv
import io
import re
import zipfile
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from crm_analysis.config import SourceSettings
from crm_analysis.errors import IngestError
from crm_analysis.ingest.encoding import HEAD_BYTES, decode_head, guess_encoding
from crm_analysis.ingest.header import HEADER_WITHIN, find_header, joined_header, normalise_header, unique_headers
from crm_analysis.ingest.locked import is_locked, locked_error
from crm_analysis.messages import _

__all__ = ["SAMPLE_ROWS", "Kind", "TextLayout", "sniff_kind", "sniff_text"]

Kind = Literal["text", "excel", "html", "parquet", "json"]
SAMPLE_ROWS = 200
_DELIMITERS = (",", ";", "\t", "|")
_OLE = bytes.fromhex("D0CF11E0A1B11AE1")


@dataclass(frozen=True)
class TextLayout:
    """How a text file is laid out.

    Attributes
    ----------
    encoding, delimiter
        As a Python codec, and one character.
    header_line
        Line of the header, 1 for the first.
    headers
        Names of the columns, unique without regard to case.
    sample
        Up to 200 rows below the header, as text.
    """

    encoding: str
    delimiter: str
    header_line: int
    headers: tuple[str, ...]
    sample: tuple[tuple[str, ...], ...]


def sniff_kind(file: Path, password_env: str | None = None) -> Kind:
    """What a file is, by its first bytes rather than its ending.

    Parameters
    ----------
    file
        The file.
    password_env
        Name of the environment variable with the password of a workbook; a locked one is refused without.

    Raises
    ------
    IngestError
        A workbook with a password, an old binary .xls, a compressed or otherwise foreign file.
    """
    with file.open("rb") as stream:
        head = stream.read(4096)
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(_OLE):
        if not is_locked(file):
            raise _old_workbook(file)
        if password_env is None:
            raise locked_error(file)
        return "excel"
    if head.startswith(b"PK\x03\x04"):
        return _kind_of_zip(file)
    if head.startswith(b"\x1f\x8b"):
        raise IngestError(_("{file} is compressed. Unpack it first.", file=file.name))
    start = decode_head(head, guess_encoding(head)).lstrip("\ufeff \r\n\t").lower()
    if re.match(r"<(!doctype html|html|head|meta|table|style|\?xml[^>]*>\s*<html)", start):
        return "html"
    if re.match(r"\{\s*\"|\[\s*\{", start):
        return "json"
    return "text"


def sniff_text(
    file: Path, settings: SourceSettings, known: Collection[str], *, encoding: str | None = None
) -> TextLayout:
    """Encoding, delimiter and header of a text file, from its first megabyte.

    Parameters
    ----------
    file
        The file.
    settings
        Of its source; what is set there is not guessed.
    known
        Normalised headers that the table would recognise.
    encoding
        What a scan of the whole file has proved, else None.

    Raises
    ------
    IngestError
        Only blanks, a wrong delimiter, an unknown encoding or a header row beyond the end.
    """
    with file.open("rb") as stream:
        head = stream.read(HEAD_BYTES)
    chosen = encoding or settings.encoding or guess_encoding(head)
    if chosen.lower().replace("_", "-") in ("utf-16", "utf16") and not head.startswith(
        (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    ):
        chosen = guess_encoding(head)
    try:
        text = decode_head(head, chosen).removeprefix("\ufeff")
    except LookupError as error:
        raise IngestError(
            _(
                "{file}: encoding '{encoding}' is not known. Use utf-8, cp949 or utf-16, or leave it out.",
                file=file.name,
                encoding=chosen,
            )
        ) from error
    if not text.strip():
        raise IngestError(_("{file} is empty. Export it again, or correct the path in crm.toml.", file=file.name))
    delimiter = _delimiter(file, text, settings, known)
    rows, lines = _records(text, delimiter)
    at = _header_index(file, rows, lines, settings, known)
    header, at = joined_header(rows, at, known)
    headers = unique_headers(header)
    return TextLayout(chosen, delimiter, lines[at], headers, tuple(tuple(row) for row in rows[at + 1 :]))


def _old_workbook(file: Path) -> IngestError:
    return IngestError(_("{file} is a workbook in the old .xls format. Save it as .xlsx or as CSV.", file=file.name))


def _kind_of_zip(file: Path) -> Kind:
    try:
        with zipfile.ZipFile(file) as archive:
            if any(name.startswith("xl/workbook") for name in archive.namelist()):
                return "excel"
    except zipfile.BadZipFile as error:
        raise IngestError(_("{file} is a damaged workbook. Export it again.", file=file.name)) from error
    raise IngestError(_("{file} is an archive, not a workbook. Unpack it, or save it as .xlsx or CSV.", file=file.name))


def _records(text: str, delimiter: str) -> tuple[list[list[str]], list[int]]:
    """The first records with the line each begins on; the last is left out, it may be cut."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    rows: list[list[str]] = []
    lines: list[int] = []
    csv.field_size_limit(HEAD_BYTES * 2)
    line = 1
    for row in reader:
        if any(cell.strip() for cell in row):
            rows.append(row)
            lines.append(line)
        line = reader.line_num + 1
        if len(rows) > SAMPLE_ROWS:
            break
    if len(text) >= HEAD_BYTES // 4 and len(rows) > 1:
        rows.pop()
    return rows, lines


def _splits(text: str, delimiter: str, known: Collection[str]) -> tuple[int, float, int]:
    """How well a delimiter splits: headers known, share of rows as wide as most, that width."""
    rows, _lines = _records(text, delimiter)
    widths = Counter(len(row) for row in rows)
    width = max(widths, key=lambda w: (widths[w], w))
    if width < 2:
        return 0, 0.0, width
    hits = max(sum(normalise_header(cell) in known for cell in row) for row in rows[:HEADER_WITHIN])
    return hits, widths[width] / len(rows), width


def _delimiter(file: Path, text: str, settings: SourceSettings, known: Collection[str]) -> str:
    scores = {sign: _splits(text, sign, known) for sign in _DELIMITERS}
    best = max(scores, key=lambda sign: scores[sign])
    wanted = settings.delimiter
    if wanted is None:
        return best if scores[best][2] > 1 else ","
    if _splits(text, wanted, known)[2] < 2 and scores[best][2] > 1:
        raise IngestError(
            _(
                "{file}: with delimiter '{wanted}' every row is one single column; the columns look separated by "
                "'{best}'. Write delimiter = \"{best}\" in crm.toml, or leave the setting out.",
                file=file.name,
                wanted=wanted.replace("\t", "\\t"),
                best=best.replace("\t", "\\t"),
            )
        )
    return wanted


def _header_index(
    file: Path, rows: list[list[str]], lines: list[int], settings: SourceSettings, known: Collection[str]
) -> int:
    if settings.header_row is None:
        return find_header(rows, known)
    for index, line in enumerate(lines[: len(rows)]):
        if line >= settings.header_row:
            return index
    raise IngestError(
        _(
            "{file}: header_row = {row} lies beyond the {count} rows at its beginning. Correct it, or leave it out.",
            file=file.name,
            row=settings.header_row,
            count=len(rows),
        )
    )
