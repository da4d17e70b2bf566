"""Takes a person out of what runs left: rows of tables and lists, the number in pages, notebooks and notes.

Counts that were published stay: manifests and aggregates are not touched. Where a page shows the card of the person,
a sentence takes its place; where it shows the number, a neutral word does.
"""

from __future__ import annotations

import csv
import html
import io
import json
import re
import sqlite3
import time
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import tomlkit

from crm_analysis.building.tombstones import ACCOUNT, OWNERS, Tombstones
from crm_analysis.config import Settings
from crm_analysis.errors import RunError
from crm_analysis.messages import LANGUAGES, _, language

__all__ = ["erase_from_reports", "refuse_while_running"]

_TEXTS = {".html", ".json", ".jsonl", ".log", ".md", ".txt", ".csv"}
_STORE, _DECISIONS = "runs.sqlite", "decisions.toml"
_CARD = re.compile(r'<table class="data card"><caption>(.*?)</caption>.*?</table>', re.DOTALL)
_CELL = re.compile(r'(<td class="txt">)([^<>]*)(</td>)')
_SHORTEST_WORD = 4


@dataclass(frozen=True)
class _Words:
    """The numbers of a person, and what stands in their place in one language."""

    accounts: frozenset[str]
    lang: str

    @property
    def somebody(self) -> str:
        """The neutral word."""
        with language(self.lang):
            return _("removed customer")

    @property
    def instead_of_card(self) -> str:
        """What stands in place of a card."""
        with language(self.lang):
            return _("This customer was removed on request.")


def refuse_while_running(warehouse: Path) -> None:
    """Refuse while a run is under way: it would write down what it has read.

    Raises
    ------
    RunError
        A process holds a run.
    """
    if not (warehouse / _STORE).is_file():
        return
    with closing(sqlite3.connect(warehouse / _STORE, timeout=30)) as store:
        question = "SELECT run_id FROM runs WHERE state IN ('running', 'cancelling') AND lease_until > ?"
        held = store.execute(question, (time.time(),)).fetchone()
    if held:
        raise RunError(
            _(
                "Run {run} is under way and would write down what it has read. Wait for its end, or stop it.",
                run=held[0],
            )
        )


def erase_from_reports(settings: Settings, warehouse: Path, stones: Tombstones, accounts: Iterable[str]) -> int:
    """Take the forgotten out of the project's reports, the store of runs and decisions.toml.

    Parameters
    ----------
    settings
        Of the project.
    warehouse
        Its folder, where the store of runs lies.
    stones
        Whose rows go.
    accounts
        Numbers of customers to look for in text, besides those that the tables of a run hold.

    Returns
    -------
    int
        Folders of runs that were changed, unfinished ones and the workbench among them.
    """
    parent = settings.reports / settings.slug
    folders = sorted(path for path in parent.iterdir() if path.is_dir()) if parent.is_dir() else []
    known, changed = set(accounts), 0
    for folder in folders:
        mine = known | _held(folder, stones)
        files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
        texts = [path for path in files if path.suffix in _TEXTS or path.suffix == ".ipynb"]
        tables = [path for path in files if path.suffix == ".parquet"]
        # Tables last: they tell whose numbers the pages show, should this end halfway.
        done = [_erase_text(path, frozenset(mine), _language_of(path, folder, settings)) for path in texts]
        done += [_erase_rows(path, frozenset(mine), settings.lang) for path in tables]
        changed += any(done)
    words = _Words(frozenset(known), settings.lang)
    _erase_from_store(warehouse / _STORE, words)
    _erase_decisions(settings.root / _DECISIONS, words)
    return changed


def _held(folder: Path, stones: Tombstones) -> set[str]:
    """Numbers with a tombstone that the tables and lists of a run hold."""
    found: set[str] = set()
    for path in folder.rglob("*.parquet"):
        names = [name for name in OWNERS if name in pq.read_schema(path).names]
        for column in pq.read_table(path, columns=names).columns if names else ():
            found |= {str(value) for value in pc.unique(column).to_pylist() if value is not None}
    for path in folder.rglob("*.csv"):
        head, rows, places = _csv(path)
        found |= {_bare(row[place]) for row in rows for place in places if len(row) == len(head)}
    return {name for name in found if stones.has(ACCOUNT, name)}


def _language_of(path: Path, folder: Path, settings: Settings) -> str:
    part = path.relative_to(folder).parts[0]
    if part in LANGUAGES:
        return part
    try:
        told = json.loads((folder / "manifest.json").read_text(encoding="utf-8")).get("lang")
    except (OSError, ValueError, AttributeError):
        told = None
    return told if told in LANGUAGES else settings.lang


def _replace(path: Path, write: Callable[[Path], None]) -> None:
    fresh = path.with_name(f".{path.name}.erased")
    write(fresh)
    fresh.replace(path)


def _erase_text(path: Path, accounts: frozenset[str], lang: str) -> bool:
    """Whether a file of text was changed."""
    try:
        before = path.read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        return False
    words = _Words(accounts, lang)
    if path.suffix == ".csv":
        after = _without_rows(path, before, accounts)
    elif path.suffix == ".ipynb":
        after = _in_notebook(before, words)
    else:
        after = _in_text(before, words)
    if after == before:
        return False
    _replace(path, lambda fresh: _write(fresh, after))
    return True


def _write(path: Path, text: str) -> None:
    path.write_bytes(text.encode("utf-8"))


def _in_text(text: str, words: _Words) -> str:
    """Text, or a page, without cards and numbers of the forgotten."""
    if not any(name in text or html.escape(name) in text for name in words.accounts):
        return text

    def card(found: re.Match[str]) -> str:
        told = html.unescape(re.sub("<[^>]*>", "", found[1]))
        mine = any(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", told) for name in words.accounts)
        return f'<p class="empty">{words.instead_of_card}</p>' if mine else found[0]

    def cell(found: re.Match[str]) -> str:
        mine = html.unescape(found[2]).strip() in words.accounts
        return f"{found[1]}{words.somebody}{found[3]}" if mine else found[0]

    text = _CELL.sub(cell, _CARD.sub(card, text))
    for name in words.accounts:
        for pattern in _patterns(name):
            text = re.sub(pattern, words.somebody, text)
    return text


def _patterns(name: str) -> list[str]:
    """Where a number is the customer's for sure: in an order's made-up number, or as a word like no other."""
    whole = rf"(?<![\w-]){re.escape(name)}"
    found = [rf"{whole}@\d{{14}}"]
    if len(name) >= _SHORTEST_WORD and re.search(r"\d", name) and re.search(r"[^\W\d_]", name):
        found.append(rf"{whole}(?![\w-])")
    return found


def _in_notebook(text: str, words: _Words) -> str:
    try:
        notebook = json.loads(text)
    except ValueError:
        return _in_text(text, words)
    erased = _in_value(notebook, words)
    return text if erased == notebook else json.dumps(erased, ensure_ascii=False, indent=1) + "\n"


def _in_value(value: Any, words: _Words) -> Any:
    """A value of JSON; lines of one text are taken together, and a card goes with what stands for it elsewhere."""
    if isinstance(value, str):
        return _in_text(value, words)
    if isinstance(value, list):
        if value and all(isinstance(line, str) for line in value):
            whole = "".join(value)
            erased = _in_text(whole, words)
            return value if erased == whole else erased.splitlines(keepends=True)
        return [_in_value(item, words) for item in value]
    if isinstance(value, dict):
        parts = {name: _in_value(item, words) for name, item in value.items()}
        shown = parts.get("text/html")
        if shown != value.get("text/html") and words.instead_of_card in "".join(shown or ""):
            return {name: item if name == "text/html" else words.instead_of_card for name, item in parts.items()}
        return parts
    return value


def _bare(cell: str) -> str:
    """A cell of a list without the apostrophe that keeps it from starting a formula."""
    return cell[1:] if cell.startswith("'") else cell


def _csv(path: Path) -> tuple[list[str], list[list[str]], list[int]]:
    """Header, rows, and which columns hold customers; nothing of a file that is not UTF-8."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        return [], [], []
    rows = list(csv.reader(io.StringIO(text, newline="")))
    head = rows[0] if rows else []
    return head, rows[1:], [place for place, name in enumerate(head) if name in OWNERS]


def _without_rows(path: Path, text: str, accounts: frozenset[str]) -> str:
    head, rows, places = _csv(path)
    kept = [row for row in rows if not any(_bare(row[p]) in accounts for p in places if p < len(row))]
    if len(kept) == len(rows):
        return text
    target = io.StringIO(newline="")
    csv.writer(target, lineterminator="\r\n" if "\r\n" in text else "\n").writerows([head, *kept])
    return ("\ufeff" if text.startswith("\ufeff") else "") + target.getvalue()


def _erase_rows(path: Path, accounts: frozenset[str], lang: str) -> bool:
    """Whether a table of a run was changed: rows of the person gone, the number replaced in other text."""
    file = pq.ParquetFile(path)
    largest = max([file.metadata.row_group(n).num_rows for n in range(file.num_row_groups)] or [1])
    table = before = file.read()
    file.close()
    for name in OWNERS:
        if name in table.column_names and accounts:
            mine = pc.is_in(table[name].cast("string"), value_set=pa.array(sorted(accounts), "string"))
            table = table.filter(pc.invert(pc.fill_null(mine, False)))
    words = _Words(accounts, lang)
    for place, column in enumerate(table.schema):
        if column.name not in OWNERS and _mentions(table[column.name], accounts):
            texts = table[column.name].to_pylist()
            erased = [text if text is None else _in_text(text, words) for text in texts]
            if erased != texts:
                table = table.set_column(place, column, pa.chunked_array([pa.array(erased, column.type)]))
    if table.equals(before):
        return False
    _replace(path, partial(pq.write_table, table, row_group_size=max(largest, 1)))
    return True


def _mentions(column: pa.ChunkedArray, accounts: frozenset[str]) -> bool:
    if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
        return False
    return any(pc.any(pc.match_substring(column, name)).as_py() for name in accounts)


def _erase_from_store(path: Path, words: _Words) -> None:
    """Take numbers out of the reasons and events of runs, and out of the pages that SQLite has set free."""
    if not path.is_file():
        return
    with closing(sqlite3.connect(path, timeout=30)) as store:
        store.execute("PRAGMA secure_delete = ON")
        changed = 0
        with store:
            for table, key, column in (("runs", "run_id", "reason"), ("events", "id", "event")):
                rows = store.execute(f"SELECT {key}, {column} FROM {table} WHERE {column} IS NOT NULL").fetchall()
                erased = [(_in_text(text, words), number) for number, text in rows]
                told = [pair for pair, (_number, text) in zip(erased, rows, strict=True) if pair[0] != text]
                store.executemany(f"UPDATE {table} SET {column} = ? WHERE {key} = ?", told)
                changed += len(told)
        if changed:
            store.execute("VACUUM")
            store.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _erase_decisions(path: Path, words: _Words) -> None:
    """Take decisions about the person out of decisions.toml, and the number out of reasons."""
    if not path.is_file():
        return
    before = path.read_text(encoding="utf-8")
    document = tomlkit.parse(before)
    entries = document.get("decision", [])
    about = [n for n, entry in enumerate(entries) if words.accounts & {entry.get("segment"), entry.get("customer")}]
    for number in reversed(about):
        del entries[number]
    after = _in_text(tomlkit.dumps(document), words)
    if after != before:
        _replace(path, lambda fresh: _write(fresh, after))
