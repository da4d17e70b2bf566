"""Tables and queries of SQLite and PostgreSQL, read in pieces into one Parquet file of text.

What follows sees a file. Its fingerprint is that of the rows in any order, because a database promises none.
"""

from __future__ import annotations

import hashlib
import os
import re
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit

import pyarrow as pa
import pyarrow.parquet as pq

from crm_analysis.config import SourceSettings
from crm_analysis.errors import IngestError, MissingExtraError
from crm_analysis.ingest.cells import cell_text
from crm_analysis.ingest.header import unique_headers
from crm_analysis.messages import _

__all__ = ["Extract", "extract_rows", "redacted"]

_PIECE = 20_000
_SIZE = 1 << 256


@dataclass(frozen=True)
class Extract:
    """Rows of a database as a file: where it is, how messages call it, its fingerprint and how many there are."""

    file: Path
    label: str
    sha256: str
    rows: int


class _Cursor(Protocol):
    @property
    def description(self) -> Any: ...

    def fetchmany(self, size: int, /) -> Sequence[Sequence[Any]]: ...


def redacted(text: str, url: str) -> str:
    """A text without the address of a database, its password and its user."""
    parts = urlsplit(url)
    secrets = [url, parts.netloc, parts.password, parts.username]
    for secret in [s for part in secrets if part for s in (part, unquote(part))]:
        if len(secret) > 1:
            text = text.replace(secret, "***")
    return re.sub(r"(?i)(password|passwd|pwd)\s*=\s*\S+", r"\1=***", text)


def extract_rows(source: SourceSettings, name: str, root: Path, folder: Path, *, limit: int | None = None) -> Extract:
    """Read what a source's ``table`` or ``query`` says.

    Parameters
    ----------
    source
        With ``sql`` or ``url_env``.
    name
        Of the table of the contract, for messages.
    root
        Folder of crm.toml: a relative path of SQLite starts here.
    folder
        Where to write.
    limit
        Rows to read at most; None reads all.

    Raises
    ------
    IngestError
        A password in crm.toml, no such variable, a database that cannot be reached or a query it refuses; its
        address is never shown.
    MissingExtraError
        The driver of PostgreSQL is not installed.
    """
    url = _address(source, name)
    query = _query(source, name)
    label = f"{urlsplit(url).scheme}.{source.table or 'query'}"
    target = folder / f"{re.sub(r'[^0-9A-Za-z_.-]+', '_', label)}.parquet"
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        with _cursor(url, query, root) as cursor:
            digest, rows = _write(cursor, target, limit)
    except (IngestError, MissingExtraError):
        raise
    except Exception as error:  # noqa: BLE001 - each driver has errors of its own
        reason = redacted(" ".join(str(error).split()), url)
        raise IngestError(
            _("[sources.{table}]: the database refused: {reason}.", table=name, reason=reason.rstrip("."))
        ) from None
    return Extract(target, label, digest, rows)


def _address(source: SourceSettings, name: str) -> str:
    if source.url_env is not None:
        url = os.environ.get(source.url_env, "")
        if not url:
            raise IngestError(
                _(
                    "[sources.{table}]: the environment variable {variable}, which should hold the address of the "
                    "database, is not set.",
                    table=name,
                    variable=source.url_env,
                )
            )
        return url
    url = source.sql or ""
    if urlsplit(url).password or re.search(r"(?i)[?&]password=", url):
        raise IngestError(
            _(
                "[sources.{table}]: a password does not belong into crm.toml. Put the whole address into an "
                'environment variable and write url_env = "NAME" instead of sql.',
                table=name,
            )
        )
    return url


def _query(source: SourceSettings, name: str) -> str:
    if (source.query is None) == (source.table is None):
        raise IngestError(_("[sources.{table}]: a database needs either table or query, and not both.", table=name))
    if source.query is not None:
        return source.query.strip().rstrip(";")
    parts = (source.table or "").split(".")
    return "SELECT * FROM " + ".".join('"' + part.replace('"', '""') + '"' for part in parts)


@contextmanager
def _cursor(url: str, query: str, root: Path) -> Iterator[_Cursor]:
    scheme = urlsplit(url).scheme.partition("+")[0]
    if scheme == "sqlite":
        with _sqlite(url, query, root) as cursor:
            yield cursor
    elif scheme in ("postgresql", "postgres"):
        with _postgres(url, query) as cursor:
            yield cursor
    else:
        raise IngestError(
            _(
                "A database is given as sqlite:///FILE or postgresql://HOST/NAME; '{scheme}' is not known.",
                scheme=scheme or "-",
            )
        )


@contextmanager
def _sqlite(url: str, query: str, root: Path) -> Iterator[_Cursor]:
    """A cursor on a file that is opened read-only: three slashes before a relative path, four before an absolute."""
    file = root / Path(unquote(url.partition(":///")[2]))
    if not file.is_file():
        raise IngestError(_("There is no file {path}. Correct sql in crm.toml.", path=file.name))
    with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as connection:
        yield connection.execute(query)


@contextmanager
def _postgres(url: str, query: str) -> Iterator[_Cursor]:
    """A cursor that stays on the server, in a transaction that only reads."""
    try:
        import psycopg
    except ModuleNotFoundError as missing:
        raise MissingExtraError(
            _("A source of PostgreSQL needs an extra: pip install 'crm-analysis[postgres]'.")
        ) from missing
    plain = "postgresql://" + url.partition("://")[2]
    with psycopg.connect(plain) as connection:
        connection.read_only = True
        with connection.cursor(name="crm_analysis") as cursor:
            cursor.itersize = _PIECE
            cursor.execute(query.encode())
            yield cursor


def _write(cursor: _Cursor, target: Path, limit: int | None) -> tuple[str, int]:
    first = cursor.fetchmany(min(_PIECE, limit or _PIECE))
    names = unique_headers([str(column[0]) for column in cursor.description])
    schema = pa.schema([(name, pa.string()) for name in names])
    total, left, count = 0, limit, 0
    with pq.ParquetWriter(target, schema) as writer:
        piece = first
        while piece:
            rows = [[cell_text(value) for value in row] for row in piece]
            columns = [pa.array([cell or None for cell in column], pa.string()) for column in zip(*rows, strict=True)]
            writer.write_batch(pa.record_batch(columns, schema=schema))
            for row in rows:
                total += int.from_bytes(hashlib.sha256("\x1f".join(row).encode()).digest(), "big")
            count += len(rows)
            left = None if left is None else left - len(rows)
            piece = cursor.fetchmany(_PIECE if left is None else min(_PIECE, left)) if left is None or left > 0 else []
    return hashlib.sha256(("\x1f".join(names) + f"|{total % _SIZE:x}").encode()).hexdigest(), count
