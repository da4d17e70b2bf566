"""Staged order lines made by hand: contract columns, and what staging adds."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import ibis
import ibis.expr.types as ir
import pandas as pd
import pytest

from crm_analysis.cleaning import MarkedLines, mark_lines
from crm_analysis.config import CleaningSettings
from crm_analysis.contract import SOURCE_TABLES

SPEC = SOURCE_TABLES["order_lines"]
TYPES = {column.name: SPEC.ibis_type(column.name) for column in SPEC.columns} | {
    "source_file": "string",
    "parse_problem": "string",
    "raw_value": "string",
}
GOOD = {
    "customer_id": "c1",
    "ordered_at": pd.Timestamp("2024-03-05 10:00"),
    "amount": 10.0,
    "quantity": 2.0,
    "order_id": "o1",
    "product_id": "p1",
    "source_file": "a.csv",
}


def staged_lines(rows: Iterable[dict[str, Any]]) -> ir.Table:
    """A staged table of good lines with these changes."""
    frame = pd.DataFrame([GOOD | row for row in rows]).reindex(columns=list(TYPES)).astype(object)
    return ibis.memtable(frame.where(frame.notna(), None), schema=TYPES)


@pytest.fixture(scope="session")
def staged() -> Callable[[Iterable[dict[str, Any]]], ir.Table]:
    return staged_lines


@pytest.fixture(scope="session")
def marked() -> Callable[..., MarkedLines]:
    """Lines with the rules tried, as of 2024-12-31; order and product are known unless said."""

    def mark(
        rows: Iterable[dict[str, Any]], *, mapped: Iterable[str] = ("order_id", "product_id"), **settings: Any
    ) -> MarkedLines:
        return mark_lines(staged_lines(rows), CleaningSettings(**settings), mapped=set(mapped), today="2024-12-31")

    return mark
