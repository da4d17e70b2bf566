"""Writes a simulated shop: tables of the contract in one folder, the truth in another, chunk by chunk."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from crm_analysis.datasets.simulated import market, persons, service
from crm_analysis.datasets.simulated.behaviour import live
from crm_analysis.datasets.simulated.calendar import week_factors
from crm_analysis.datasets.simulated.catalogue import Catalogue, make_catalogue
from crm_analysis.datasets.simulated.orders import write_orders
from crm_analysis.datasets.simulated.people import make_people
from crm_analysis.datasets.simulated.worlds import DRIVERS, WORLDS, World
from crm_analysis.errors import ConfigError
from crm_analysis.messages import _

__all__ = ["VERSION", "Simulation", "simulate"]

VERSION = 1
"""Raised whenever the same settings would give other bytes."""

CHUNK = 20_000
TABLES, TRUTH = "tables", "truth"
_STAMP = "simulation.json"


@dataclass(frozen=True)
class Simulation:
    """What to simulate; equal settings give equal bytes.

    Attributes
    ----------
    world
        Name of one of :data:`crm_analysis.datasets.simulated.WORLDS`.
    customers, weeks
        Size; None takes that of the world.
    seed
        Of all random numbers.
    """

    world: str = "default"
    customers: int | None = None
    weeks: int | None = None
    seed: int = 7

    def settled(self) -> tuple[World, int, int]:
        """The world, the number of people and of weeks.

        Raises
        ------
        ConfigError
            No such world.
        """
        if self.world not in WORLDS:
            raise ConfigError(
                _("World '{name}' is not known. Known: {known}.", name=self.world, known=", ".join(WORLDS))
            )
        world = WORLDS[self.world]
        return world, self.customers or world.customers, self.weeks or world.weeks


class _Writers:
    """One Parquet file per table, appended to chunk by chunk."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._open: dict[str, pq.ParquetWriter] = {}
        self.rows: dict[str, int] = {}

    def add(self, name: str, frame: pd.DataFrame) -> None:
        if not len(frame):
            return
        table = pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata(None)
        writer = self._open.get(name)
        if writer is None:
            fields = [f.with_type(pa.string()) if pa.types.is_null(f.type) else f for f in table.schema]
            writer = self._open[name] = pq.ParquetWriter(self._folder / f"{name}.parquet", pa.schema(fields))
        writer.write_table(table.cast(writer.schema))
        self.rows[name] = self.rows.get(name, 0) + len(frame)

    def close(self) -> None:
        for writer in self._open.values():
            writer.close()


def simulate(folder: Path, simulation: Simulation) -> Path:
    """Write the simulated shop, unless it is there already.

    Parameters
    ----------
    folder
        Gets ``tables/``, ``truth/`` and a stamp that says what was simulated.
    simulation
        What to simulate.

    Returns
    -------
    pathlib.Path
        The folder of the tables.
    """
    world, customers, weeks = simulation.settled()
    stamp = {"version": VERSION, **asdict(simulation), "customers": customers, "weeks": weeks}
    if _is_there(folder, stamp):
        return folder / TABLES
    fresh = folder.with_name(folder.name + ".new")
    shutil.rmtree(fresh, ignore_errors=True)
    for name in (TABLES, TRUTH):
        (fresh / name).mkdir(parents=True)
    tables, truth = _Writers(fresh / TABLES), _Writers(fresh / TRUTH)
    shared = np.random.default_rng([simulation.seed, 0])
    catalogue = make_catalogue(weeks, shared)
    factors = week_factors(weeks, shared)
    _write_shop(tables, truth, world, catalogue, weeks, shared)
    known = []
    for start, count in _chunks(customers):
        rng = np.random.default_rng([simulation.seed, 1, start])
        known.append(_write_chunk(tables, truth, world, catalogue, factors, start, count, rng))
    found, same = market.prospects(pd.concat(known, ignore_index=True), max(customers // 20, 5), shared)
    tables.add("prospects", found)
    truth.add("prospects", same)
    tables.close()
    truth.close()
    (fresh / _STAMP).write_text(json.dumps({**stamp, "rows": tables.rows}, indent=1), encoding="utf-8")
    shutil.rmtree(folder, ignore_errors=True)
    fresh.replace(folder)
    return folder / TABLES


def _is_there(folder: Path, stamp: dict[str, object]) -> bool:
    try:
        found = json.loads((folder / _STAMP).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return {name: found.get(name) for name in stamp} == stamp


def _chunks(customers: int) -> Iterator[tuple[int, int]]:
    for start in range(0, customers, CHUNK):
        yield start, min(CHUNK, customers - start)


def _write_shop(
    tables: _Writers, truth: _Writers, world: World, catalogue: Catalogue, weeks: int, rng: np.random.Generator
) -> None:
    """Tables that are not about single customers."""
    tables.add("products", catalogue.products.drop(columns=["popularity", "taxed"]))
    tables.add("product_prices", catalogue.price_table(weeks))
    tables.add("campaigns", market.campaigns(world))
    tables.add("offers", market.offers(world))
    tables.add("partners", market.partners())
    tables.add("competitors", market.competitors())
    tables.add("goals", market.goals(weeks))
    spend, brought = market.marketing_spend(weeks, rng)
    tables.add("marketing_spend", spend)
    truth.add("marketing_spend", brought)
    strengths = [(driver.name, driver.weekly_log_hazard * world.drivers) for driver in DRIVERS]
    truth.add("drivers", pd.DataFrame(strengths, columns=["driver", "weekly_log_hazard"]))


def _write_chunk(
    tables: _Writers,
    truth: _Writers,
    world: World,
    catalogue: Catalogue,
    factors: np.ndarray,
    start: int,
    count: int,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Everything about one chunk of people; returns their accounts for the prospects."""
    people = make_people(start, count, world, len(factors), rng)
    history = live(people, world, catalogue, factors, rng)
    written = write_orders(people, history, catalogue, world, len(factors), rng)
    accounts = persons.accounts(people, rng)
    twice = persons.doubles(accounts, rng)
    known = pd.concat([accounts, twice], ignore_index=True)
    tables.add("customers", known.drop(columns="person"))
    tables.add("order_lines", written.order_lines)
    tables.add("deliveries", written.deliveries)
    tables.add("redemptions", written.redemptions)
    tables.add("consents", persons.consents(known, rng))
    tables.add("campaign_targets", service.targets(people, history, world))
    tables.add("contacts", service.contacts(people, history, written.orders, world, rng))
    tables.add("loyalty_ledger", service.loyalty(written.orders, written.order_lines, rng))
    said, meant = service.feedback(people, written.orders, rng)
    tables.add("feedback", said)
    tables.add("preferences", service.preferences(people, rng))
    tables.add("category_spend", market.category_spend(people, written.order_lines, len(factors), rng))
    truth.add("people", people.truth().assign(left_week=history.left_week))
    truth.add("accounts", known[["customer_id", "person"]])
    truth.add("feedback", meant)
    if len(history.outcomes):
        truth.add("outcomes", history.outcomes.assign(person=people.number[history.outcomes["person"].to_numpy()]))
    return accounts
