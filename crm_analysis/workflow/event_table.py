"""All events sorted by customer, written once after a build, so that one customer's are found without reading the rest.

The rows of a customer lie side by side in one or two row groups of each file; the engine skips all others by their
smallest and largest customer_id. It is a copy: whatever changed since makes it stale, and then the tables are asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import ibis.expr.types as ir
import pandas as pd

from crm_analysis.features.timeline import TIMELINE_TABLES, timeline_parts
from crm_analysis.warehouse import Warehouse, collect

__all__ = ["EVENTS", "SOURCES", "EventSources", "event_sources", "write_events"]

EVENTS = "customer_events"
"""One row per event, sorted by customer_id in each file: the columns of :func:`crm_analysis.features.timeline`."""
SOURCES = "customer_events_sources"
"""One row per table that the events were made of: table, build, last_day (of the order lines, ISO)."""
_BUILDS = "build_log"


@dataclass(frozen=True)
class EventSources:
    """The tables that the events were made of, and the last day of the order lines."""

    tables: frozenset[str]
    last_day: date


def _last_build(warehouse: Warehouse) -> str:
    """What tells the last build from any other; empty while one is under way or none was finished."""
    if not warehouse.has(_BUILDS):
        return ""
    last = collect(warehouse.read(_BUILDS)).sort_values("at").iloc[-1]
    return f"{last['fingerprint']} {last['at']}" if last["state"] == "finished" else ""


def write_events(warehouse: Warehouse) -> bool:
    """Bring the events up to the last build. Returns False where they were so already.

    Parameters
    ----------
    warehouse
        To write to; the workspace's lock is held meanwhile.
    """
    with warehouse.lock():
        build = _last_build(warehouse)
        if event_sources(warehouse) is not None or not build:
            return False
        tables = {name: warehouse.read(name) for name in TIMELINE_TABLES if warehouse.has(name)}
        # Table by table, each sorted in files of its own: sorting them together needs several times the memory.
        # Until SOURCES names this build nobody reads what is half written.
        for number, part in enumerate(timeline_parts(tables)):
            warehouse.write(EVENTS, part.order_by("customer_id"), mode="append" if number else "overwrite")
        last_day = _last_day(warehouse.read(EVENTS))
        warehouse.write_frame(SOURCES, pd.DataFrame({"table": list(tables), "build": build, "last_day": last_day}))
    return True


def _last_day(events: ir.Table) -> str:
    bought = events.filter(events["kind"].isin(["order", "return"]))
    return str(pd.Timestamp(collect(bought.aggregate(last=bought["at"].max()))["last"].iloc[0]).date())


def event_sources(warehouse: Warehouse) -> EventSources | None:
    """What the events were made of; None where there are none, or a build came after them."""
    if not warehouse.has(SOURCES):
        return None
    made = collect(warehouse.read(SOURCES))
    build = _last_build(warehouse)
    if not build or set(made["build"]) != {build}:
        return None
    return EventSources(frozenset(made["table"]), date.fromisoformat(made["last_day"].iloc[0]))
