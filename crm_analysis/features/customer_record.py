"""All that is known of one customer: events of the warehouse, rows of the latest run."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import pandas as pd

from crm_analysis.features.history import Consent, History, history, latest_consents

__all__ = ["CustomerRecord"]


@dataclass(frozen=True)
class CustomerRecord:
    """One customer as of a day.

    Attributes
    ----------
    customer_id
        Who.
    as_of
        The day looked back from.
    currency
        Of all amounts.
    run
        Id of the run whose tables were read; empty where there is none.
    events
        Newest first: at, kind, channel, amount, detail.
    tables
        Tables of the warehouse that are there.
    rows
        What the run's tables hold on the customer, by table; a table that is not there has no entry.
    """

    customer_id: str
    as_of: date
    currency: str
    run: str
    events: pd.DataFrame
    tables: frozenset[str]
    rows: dict[str, list[dict[str, Any]]]

    @cached_property
    def history(self) -> History:
        """Orders and their rhythm, deliveries, complaints."""
        return history(self.events)

    @cached_property
    def consents(self) -> list[Consent]:
        """The latest word per channel and purpose."""
        return latest_consents(self.events)

    def row(self, table: str) -> dict[str, Any] | None:
        """The customer's row of a table of the run, None where there is none."""
        rows = self.rows.get(table, [])
        return rows[0] if rows else None

    def of_kind(self, kind: str) -> list[dict[str, Any]]:
        """Events of a kind, newest first."""
        return _rows(self.events[self.events["kind"] == kind])

    def latest(self, most: int) -> list[dict[str, Any]]:
        """The newest events of any kind."""
        return _rows(self.events.head(most))


def _rows(events: pd.DataFrame) -> list[dict[str, Any]]:
    """Events as dictionaries, with None where something is missing."""
    rows = events.astype(object).where(events.notna(), None).to_dict("records")
    return [{str(name): value for name, value in row.items()} for row in rows]
