"""Writes a simulated shop: tables of the contract in one folder, the truth in another, chunk by chunk."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from crm_analysis.datasets.simulated import consents, market, persons, service
from crm_analysis.datasets.simulated.behaviour import History, live
from crm_analysis.datasets.simulated.calendar import FIRST_DAY, week_factors
from crm_analysis.datasets.simulated.catalogue import Catalogue, make_catalogue
from crm_analysis.datasets.simulated.loyalty import loyalty
from crm_analysis.datasets.simulated.orders import write_orders
from crm_analysis.datasets.simulated.people import People, make_people
from crm_analysis.datasets.simulated.profits import order_profit, true_margins
from crm_analysis.datasets.simulated.state import BECAUSE, State, at_the_start
from crm_analysis.datasets.simulated.worlds import DRIVERS, WORLDS, World
from crm_analysis.errors import ConfigError
from crm_analysis.messages import _

__all__ = [
    "STAMP",
    "TABLES",
    "TRUTH",
    "VERSION",
    "ShopSetting",
    "Simulation",
    "Lived",
    "Writers",
    "chunk_people",
    "chunks",
    "make_shop",
    "people_truth",
    "simulate",
    "write_weeks",
]

VERSION = 4
"""Raised whenever the same settings would give other bytes."""

CHUNK = 20_000
_KNOWN_AGAIN = 10
TABLES, TRUTH = "tables", "truth"
STAMP = "simulation.json"


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


class Writers:
    """One Parquet file per table of a folder, appended to chunk by chunk."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._open: dict[str, pq.ParquetWriter] = {}
        self.rows: dict[str, int] = {}

    def add(self, name: str, frame: pd.DataFrame) -> None:
        """Append rows to a table; none leave it as it is."""
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
        """Finish all files."""
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
    _world, customers, weeks = simulation.settled()
    stamp = {"version": VERSION, **asdict(simulation), "customers": customers, "weeks": weeks}
    if _is_there(folder, stamp):
        return folder / TABLES
    fresh = folder.with_name(folder.name + ".new")
    shutil.rmtree(fresh, ignore_errors=True)
    for name in (TABLES, TRUTH):
        (fresh / name).mkdir(parents=True)
    tables, truth = Writers(fresh / TABLES), Writers(fresh / TRUTH)
    shop = make_shop(simulation)
    _write_shop(tables, truth, shop)
    written = [_write_chunk(tables, truth, shop, start, count) for start, count in chunks(customers)]
    costs = pd.concat([cost for _known, cost in written]).groupby(level=0).sum()
    tables.add("campaigns", market.campaigns(shop.world, costs.to_dict()))
    rng = shared_rng(simulation, "prospects")
    known = pd.concat([known for known, _cost in written], ignore_index=True)
    found, same = market.prospects(known, max(customers // 20, 5), weeks, rng)
    tables.add("prospects", found)
    truth.add("prospects", same)
    tables.close()
    truth.close()
    (fresh / STAMP).write_text(json.dumps({**stamp, "rows": tables.rows}, indent=1), encoding="utf-8")
    shutil.rmtree(folder, ignore_errors=True)
    fresh.replace(folder)
    return folder / TABLES


@dataclass(frozen=True)
class ShopSetting:
    """What all chunks of a simulated shop share.

    Attributes
    ----------
    simulation, world, weeks
        What is simulated, settled.
    catalogue
        Products with prices.
    factors
        How busy each week is.
    spend, brought
        Marketing spend and, as truth, the new customers it brings.
    """

    simulation: Simulation
    world: World
    weeks: int
    catalogue: Catalogue
    factors: np.ndarray
    spend: pd.DataFrame
    brought: pd.DataFrame


def make_shop(simulation: Simulation, further_weeks: int = 0) -> ShopSetting:
    """What all chunks share; the same for the same simulation, with factors of as many weeks more as asked for."""
    world, customers, weeks = simulation.settled()
    spend, brought = market.marketing_spend(weeks, customers, shared_rng(simulation, "spend"))
    return ShopSetting(
        simulation,
        world,
        weeks,
        make_catalogue(weeks, shared_rng(simulation, "catalogue")),
        week_factors(weeks + further_weeks, shared_rng(simulation, "weeks")),
        spend,
        brought,
    )


def shared_rng(simulation: Simulation, part: str) -> np.random.Generator:
    """Random numbers of a part of the shop."""
    return np.random.default_rng([simulation.seed, 0, *part.encode()])


def chunk_people(shop: ShopSetting, start: int, count: int) -> tuple[People, np.random.Generator]:
    """The people of a chunk, the same whenever they are made, and the random numbers of what they do first."""
    rng = np.random.default_rng([shop.simulation.seed, 1, start])
    return make_people(start, count, shop.world, shop.weeks, shop.brought, rng), rng


def _is_there(folder: Path, stamp: dict[str, object]) -> bool:
    try:
        found = json.loads((folder / STAMP).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return {name: found.get(name) for name in stamp} == stamp


def chunks(customers: int) -> Iterator[tuple[int, int]]:
    """First number and size of each chunk of people."""
    for start in range(0, customers, CHUNK):
        yield start, min(CHUNK, customers - start)


def _write_shop(tables: Writers, truth: Writers, shop: ShopSetting) -> None:
    """Tables that are not about single customers."""
    world, catalogue, weeks = shop.world, shop.catalogue, shop.weeks
    tables.add("products", catalogue.products.drop(columns=["popularity", "taxed"]))
    tables.add("product_prices", catalogue.price_table(weeks))
    tables.add("offers", market.offers(world))
    tables.add("partners", market.partners())
    tables.add("competitors", market.competitors())
    tables.add("goals", market.goals(weeks))
    tables.add("marketing_spend", shop.spend)
    truth.add("marketing_spend", shop.brought)
    truth.add("products", true_margins(catalogue))
    strengths = [(driver.name, driver.weekly_log_hazard * world.drivers) for driver in DRIVERS]
    truth.add("drivers", pd.DataFrame(strengths, columns=["driver", "weekly_log_hazard"]))


def _write_chunk(
    tables: Writers, truth: Writers, shop: ShopSetting, start: int, count: int
) -> tuple[pd.DataFrame, pd.Series]:
    """Everything about one chunk of people; returns some accounts for the prospects, and what campaigns cost."""
    people, rng = chunk_people(shop, start, count)
    state = at_the_start(people, rng)
    agreed = state.consent.copy()
    history = live(people, state, shop.world, shop.catalogue, shop.factors, rng)
    home = persons.households(people, rng)
    accounts = persons.accounts(people, home, rng)
    twice = persons.doubles(accounts, rng)
    known = pd.concat([accounts, twice], ignore_index=True)
    tables.add("customers", known.drop(columns=["person", "written"]))
    tables.add("consents", consents.given(known, people, agreed, rng))
    tables.add("preferences", service.preferences(people, shop.weeks, rng))
    lines, cost = write_weeks(tables, truth, shop, Lived(people, state, history, agreed, 0), rng)
    tables.add("category_spend", market.category_spend(people, lines, shop.weeks, rng))
    truth.add("people", people_truth(people, state).assign(household=home))
    truth.add("state", state.table(people))
    truth.add("accounts", known[["customer_id", "person", "written"]])
    return accounts.iloc[::_KNOWN_AGAIN], cost


def people_truth(people: People, state: State) -> pd.DataFrame:
    """What only the simulation knows about each person: traits, and how it has ended so far."""
    because = np.array([*BECAUSE, None], dtype=object)[state.because]
    return people.truth().assign(left_week=state.left, left_because=because, satisfaction=state.satisfaction)


@dataclass(frozen=True)
class Lived:
    """What a chunk of people did from the week ``start`` on, and when their consents would have ended without it."""

    people: People
    state: State
    history: History
    agreed: npt.NDArray[np.int64]
    start: int


def write_weeks(
    tables: Writers, truth: Writers, shop: ShopSetting, lived: Lived, rng: np.random.Generator
) -> tuple[pd.DataFrame, pd.Series]:
    """What a chunk of people did in some weeks; returns their order lines, and the cost of each campaign."""
    people, history, weeks = lived.people, lived.history, len(shop.factors)
    written = write_orders(people, history, shop.catalogue, shop.world, weeks, rng)
    tables.add("order_lines", written.order_lines)
    tables.add("deliveries", written.deliveries)
    tables.add("redemptions", written.redemptions)
    tables.add("campaign_targets", service.targets(people, history, shop.world))
    end = pd.Timestamp(FIRST_DAY) + pd.Timedelta(days=7 * len(shop.factors))
    contacts = service.contacts(people, history, written.orders, shop.world, (lived.start, weeks), rng)
    tables.add("contacts", contacts[contacts["contacted_at"] < end])
    tables.add("consents", consents.withdrawn(people, lived.agreed, lived.state.consent, lived.start, weeks))
    tables.add("loyalty_ledger", loyalty(people, lived.state, written.orders, written.order_lines, rng))
    said, meant = service.feedback(people, written.orders, rng)
    given = (said["given_at"] < end).to_numpy()
    late = said["answered_at"] >= end
    said = said.assign(answered_at=said["answered_at"].mask(late), state=said["state"].mask(late, "open"))
    tables.add("feedback", said[given])
    truth.add("feedback", meant[given])
    if len(history.outcomes):
        truth.add("outcomes", outcomes_of(people, history, shop.catalogue))
    return written.order_lines, contacts.groupby("campaign_id")["cost"].sum()


def outcomes_of(people: People, history: History, catalogue: Catalogue) -> pd.DataFrame:
    """Potential outcomes with the person's number and the profit of each arm, before the contact's own cost."""
    found = history.outcomes
    who = found["person"].to_numpy()
    each = order_profit(people, catalogue)
    profit, coupon = each.profit[who], each.coupon[who] * (found["kind"] == "money").to_numpy()
    return found.assign(
        person=people.number[who],
        profit_without=found["orders_without"] * profit,
        profit_with=found["orders_with"] * profit - found["orders_in_window"] * coupon,
        profit_mass=found["orders_mass"] * profit,
    ).drop(columns=["kind", "orders_in_window"])
