"""Rows of a stretch of days."""

from __future__ import annotations

from datetime import date

import ibis
import ibis.expr.types as ir

__all__ = ["within"]


def within(table: ir.Table, column: str, since: date | None, until: date) -> ir.Table:
    """Rows whose day lies between two days, both included; without ``since`` from the beginning."""
    day = table[column].date()
    kept = day <= ibis.date(until.isoformat())
    return table.filter(kept if since is None else kept & (day >= ibis.date(since.isoformat())))
