"""Finds what is known of one customer. Reads only the parts of each table that can hold the customer."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path

import ibis
import ibis.expr.types as ir
import pandas as pd

from crm_analysis.build import pseudonym_key
from crm_analysis.card.latest import LatestRun, latest_run
from crm_analysis.card.page import card_html
from crm_analysis.errors import ConfigError
from crm_analysis.features import TIMELINE_TABLES, CustomerRecord, period, timeline
from crm_analysis.ingest.ids import pseudonymised
from crm_analysis.ingest.shapes import masked
from crm_analysis.messages import _
from crm_analysis.narrative.card import CardPart, card_parts
from crm_analysis.project import Project
from crm_analysis.warehouse import collect
from crm_analysis.workflow.event_table import EVENTS, event_sources

__all__ = ["CustomerCard", "customer_card"]


@dataclass(frozen=True)
class CustomerCard:
    """One customer's card. Shows itself in a notebook; its words are in the language in use.

    Attributes
    ----------
    record
        The facts behind it.
    """

    record: CustomerRecord

    @property
    def parts(self) -> list[CardPart]:
        """Titles and finished lines, each part filled or saying what fills it."""
        return card_parts(self.record)

    def _repr_html_(self) -> str:
        return card_html(self.record.customer_id, self.parts)


def customer_card(project: Project, customer_id: str, *, tables: Path | None = None) -> CustomerCard:
    """Everything known of one customer.

    Parameters
    ----------
    project
        With a warehouse that was built.
    customer_id
        As in the tables; an e-mail address or phone number used as id in the source is found by its pseudonym.
    tables
        Folder with the tables of a run; None takes the latest report.

    Raises
    ------
    ConfigError
        No table knows the customer.

    Examples
    --------
    >>> from crm_analysis import open_project
    >>> from crm_analysis.card import customer_card
    >>> with open_project("crm.toml") as project:  # in the folder of a workspace that was built
    ...     somebody = project.table("order_lines").limit(1).customer_id.to_pandas()[0]
    ...     card = customer_card(project, somebody)
    >>> card.record.history.orders > 0
    True
    """
    run = latest_run(project.settings) if tables is None else LatestRun("", tables)
    for name_of in (str, partial(_pseudonym, project)):
        record = _record(project, name_of(customer_id), run)
        if len(record.events) or record.row("customer_scores"):
            return CustomerCard(record)
    raise ConfigError(
        _(
            "No table knows customer '{customer}'. Give the number as it stands in the tables.",
            customer=masked(customer_id),
        )
    )


def _record(project: Project, customer_id: str, run: LatestRun) -> CustomerRecord:
    copy = event_sources(project.warehouse)
    if copy is not None:
        events, tables = project.table(EVENTS), copy.tables
    else:
        found = {name: project.table(name) for name in TIMELINE_TABLES if project.warehouse.has(name)}
        events = timeline({name: _mine(table, name, customer_id) for name, table in found.items()})
        tables = frozenset(found)
    last_day = project.settings.analysis.as_of or run.as_of or (copy and copy.last_day)
    as_of = last_day or period(project.table("order_lines"))[1]
    mine = collect(events.filter(events["customer_id"] == customer_id)).drop(columns="customer_id")
    seen = mine[mine["at"].isna() | (mine["at"] < pd.Timestamp(as_of) + pd.Timedelta(days=1))]
    return CustomerRecord(
        customer_id=customer_id,
        as_of=as_of,
        currency=project.settings.project.currency,
        run=run.name,
        events=seen.sort_values(["at", "kind", "detail"], ascending=[False, True, True], ignore_index=True),
        tables=tables,
        rows=run.rows_of(customer_id),
    )


def _mine(table: ir.Table, name: str, customer_id: str) -> ir.Table:
    """The rows that can be about a customer; of deliveries those without one too, which their order tells."""
    if "customer_id" not in table.columns:
        return table
    is_mine = table["customer_id"] == customer_id
    return table.filter(is_mine | table["customer_id"].isnull() if name == "deliveries" else is_mine)


def _pseudonym(project: Project, customer_id: str) -> str:
    """What an address or phone number used as an id became at load; any other id as it is."""
    key = pseudonym_key(project.warehouse.folder)
    one = ibis.memtable({"id": [customer_id]})
    told = one.select(known_as=pseudonymised(one["id"], key, digits_are_phones=True))
    return str(collect(told)["known_as"].iloc[0])
