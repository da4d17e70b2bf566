"""A handed-over table on a page: searched and sorted as a whole, shown in parts."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from html import escape
from typing import Any

import pandas as pd

from crm_analysis import formats as f
from crm_analysis.messages import _, plural

__all__ = ["ROWS_OF_PAGE", "TableQuery", "found_rows", "table_html"]

ROWS_OF_PAGE = 25
"""Rows shown at a time."""


@dataclass(frozen=True)
class TableQuery:
    """What a reader asks of a table.

    Attributes
    ----------
    words
        Each must stand in some cell of a row, in any letter case; empty takes all rows.
    sort_by
        Column, empty for the order of the table.
    descending
        Largest first; rows without a value stay last either way.
    page
        From 0.
    """

    words: str = ""
    sort_by: str = ""
    descending: bool = False
    page: int = 0


def found_rows(frame: pd.DataFrame, query: TableQuery) -> pd.DataFrame:
    """All rows that are asked for, in the order that is asked for; the frame is not changed.

    Parameters
    ----------
    frame
        One row per row of the table.
    """
    for word in query.words.lower().split():
        hit = pd.Series(data=False, index=frame.index)
        for name in frame.columns:
            column = frame[name]
            texts = column.astype(str).where(column.notna(), "")
            hit |= texts.str.lower().str.contains(word, regex=False)
        frame = frame[hit]
    if query.sort_by in frame.columns:
        frame = frame.sort_values(query.sort_by, ascending=not query.descending, kind="stable", na_position="last")
    return frame


def table_html(frame: pd.DataFrame, query: TableQuery) -> str:
    """One part of the rows that are asked for as HTML, below how many there are; names stay as they are stored."""
    rows = found_rows(frame, query)
    if rows.empty:
        return f'<p class="empty">{escape(_("No row holds all of these words."))}</p>'
    start = min(query.page, (len(rows) - 1) // ROWS_OF_PAGE) * ROWS_OF_PAGE
    shown = rows.iloc[start : start + ROWS_OF_PAGE]
    told = plural(
        "{n} row, {first} to {last} shown",
        "{n} rows, {first} to {last} shown",
        len(rows),
        shown=f.number(len(rows), 0),
        first=f.number(start + 1, 0),
        last=f.number(start + len(shown), 0),
    )
    sides = ["num" if _is_number(frame[name]) else "txt" for name in frame.columns]
    head = "".join(
        f'<th scope="col" class="{side}"{_sorted_mark(str(name), query)}>{escape(str(name))}</th>'
        for name, side in zip(frame.columns, sides, strict=True)
    )
    body = "".join(
        "<tr>"
        + "".join(f'<td class="{side}">{escape(_cell(v))}</td>' for v, side in zip(row, sides, strict=True))
        + "</tr>"
        for row in shown.itertuples(index=False, name=None)
    )
    return (
        f'<p class="more" role="status">{escape(told)}</p><div class="scroll" tabindex="0"><table class="data">'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _is_number(column: pd.Series) -> bool:
    return bool(pd.api.types.is_numeric_dtype(column)) and not pd.api.types.is_bool_dtype(column)


def _sorted_mark(name: str, query: TableQuery) -> str:
    if name != query.sort_by:
        return ""
    return f' aria-sort="{"descending" if query.descending else "ascending"}"'


def _cell(value: Any) -> str:
    if pd.api.types.is_scalar(value) and pd.isna(value):
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, (pd.Timestamp, dt.datetime, dt.date)):
        return f.date(value)
    if isinstance(value, float):
        return f.number(value, 0 if value.is_integer() else 4 if abs(value) < 1 else 2)
    return f.number(value, 0) if isinstance(value, int) else str(value)
