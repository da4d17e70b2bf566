"""Orders become lines: products, prices, discounts, returns, corrections, deliveries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd

from crm_analysis.datasets.simulated.behaviour import History
from crm_analysis.datasets.simulated.calendar import FIRST_DAY
from crm_analysis.datasets.simulated.catalogue import CATEGORIES, PER_CATEGORY, Catalogue
from crm_analysis.datasets.simulated.people import People
from crm_analysis.datasets.simulated.worlds import World

__all__ = [
    "CANCELLED",
    "COUPON",
    "FAVOURITE",
    "FURTHER_LINES",
    "FURTHER_PIECES",
    "RETURNED",
    "WHOLESALE_PIECES",
    "OrderTables",
    "favourites",
    "write_orders",
]

_DAY_WEIGHTS = np.cumsum([0.12, 0.12, 0.13, 0.13, 0.16, 0.19, 0.15])
FAVOURITE = 0.55
CANCELLED = 0.012
COUPON = 0.10
FURTHER_LINES, FURTHER_PIECES, WHOLESALE_PIECES = 1.3, 0.25, 12.0
"""Means of the numbers of lines and of pieces beyond the first, and of pieces that a business buys beyond that."""
RETURNED = {"store": 0.02, "web": 0.06}
"""Share of lines that come back."""


@dataclass(frozen=True)
class OrderTables:
    """Tables of one chunk: order_lines, deliveries, redemptions; and the orders with id and time."""

    order_lines: pd.DataFrame
    deliveries: pd.DataFrame
    redemptions: pd.DataFrame
    orders: pd.DataFrame


def write_orders(
    people: People, history: History, catalogue: Catalogue, world: World, weeks: int, rng: np.random.Generator
) -> OrderTables:
    """Fill the orders of a chunk with lines.

    Parameters
    ----------
    people, history
        Of the chunk.
    catalogue
        Products and prices.
    world
        For the campaigns that give coupons.
    weeks
        Length of the data; what happens later is not in it.
    rng
        Of this chunk.
    """
    orders = _timed(history.orders, people, rng)
    orders["coupon"] = _coupons(orders, history.outcomes, world)
    lines = _lines(orders, people, catalogue, rng)
    end = np.datetime64(FIRST_DAY + timedelta(days=7 * weeks))
    every = pd.concat([lines, _returned(lines, rng), _corrected(lines, rng)], ignore_index=True)
    every = every[(every["ordered_at"] < end).to_numpy()]
    columns = [
        "customer_id", "ordered_at", "order_id", "product_id", "product_name", "quantity", "unit_price", "amount",
        "discount", "unit_cost", "channel", "store_id", "currency", "status", "tax_type", "fulfilment",
    ]  # fmt: skip
    used = orders[orders["coupon"].notna()]
    redemptions = pd.DataFrame(
        {
            "customer_id": used["customer_id"],
            "offer_id": "O-" + used["coupon"].astype(str),
            "campaign_id": used["coupon"],
            "redeemed_at": used["ordered_at"],
        }
    )
    sent = _deliveries(orders, rng)
    return OrderTables(every[columns], sent[(sent["delivered_at"] < end).to_numpy()], redemptions, orders)


def _timed(orders: pd.DataFrame, people: People, rng: np.random.Generator) -> pd.DataFrame:
    frame = orders.reset_index(drop=True)
    size = len(frame)
    day = np.searchsorted(_DAY_WEIGHTS, rng.random(size) * _DAY_WEIGHTS[-1])
    minutes = np.clip(rng.normal(14.5, 3.6, size), 8, 21.9) * 60
    start = np.datetime64(FIRST_DAY, "m")
    at = start + (frame["week"].to_numpy() * 7 + day).astype("timedelta64[D]") + minutes.astype("timedelta64[m]")
    person, web = frame["person"].to_numpy(), frame["web"].to_numpy()
    account = np.where(web, people.web_accounts[person], people.store_accounts[person])
    number = np.char.add(
        np.char.zfill(people.number[person].astype(str), 7), np.char.add("-", np.arange(size).astype(str))
    )
    return frame.assign(
        ordered_at=at.astype("datetime64[us]"),
        customer_id=account,
        order_id=number.astype(object),
        cancelled=rng.random(size) < CANCELLED,
    )


def _coupons(orders: pd.DataFrame, outcomes: pd.DataFrame, world: World) -> pd.Series:
    """Campaign whose coupon an order used: all orders of the treated in the window of a campaign with money."""
    coupon = pd.Series(None, index=orders.index, dtype=object)
    for plan in world.campaigns:
        if plan.kind != "money":
            continue
        mine = outcomes[(outcomes["campaign_id"] == plan.campaign_id) & (outcomes["arm"] == "treated")]
        inside = orders["week"].between(plan.week, plan.week + plan.weeks - 1) & orders["person"].isin(mine["person"])
        coupon[inside] = plan.campaign_id
    return coupon


def favourites(number: npt.NDArray[np.int64], category: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Place of each person's favourite product within a category."""
    return np.asarray((number * 31 + category * 7) % PER_CATEGORY)


def _lines(orders: pd.DataFrame, people: People, catalogue: Catalogue, rng: np.random.Generator) -> pd.DataFrame:
    per_order = 1 + np.minimum(rng.poisson(FURTHER_LINES, len(orders)), 9)
    order = np.repeat(np.arange(len(orders)), per_order)
    person = orders["person"].to_numpy()[order]
    category = (people.taste[person] < rng.random(len(order))[:, None]).sum(axis=1)
    category = np.minimum(category, len(CATEGORIES) - 1)
    favourite = favourites(people.number[person], category)
    popular = np.floor(PER_CATEGORY ** rng.random(len(order)) - 1).astype("int64")
    within = np.where(rng.random(len(order)) < FAVOURITE, favourite, np.clip(popular, 0, PER_CATEGORY - 1))
    product = category * PER_CATEGORY + within
    product = _to_be_had(product, orders["week"].to_numpy()[order], catalogue)
    _key, once = np.unique(
        order * len(catalogue.costs) + product, return_index=True
    )  # a product stands once on an order
    order, product, person = order[once], product[once], person[once]
    quarter = np.minimum(orders["week"].to_numpy()[order] // 13, catalogue.prices.shape[1] - 1)
    price = catalogue.prices[product, quarter]
    pieces = (
        1
        + rng.poisson(FURTHER_PIECES, len(order))
        + np.where(people.wholesale[person], rng.poisson(WHOLESALE_PIECES, len(order)), 0)
    )
    discount = np.round(np.where(orders["coupon"].notna().to_numpy()[order], COUPON, 0.0) * price * pieces / 10) * 10
    names = catalogue.products
    frame = orders.iloc[order].reset_index(drop=True)
    web = frame["web"].to_numpy()
    return pd.DataFrame(
        {
            "customer_id": frame["customer_id"],
            "ordered_at": frame["ordered_at"],
            "order_id": frame["order_id"],
            "product_id": names["product_id"].to_numpy()[product],
            "product_name": names["name"].to_numpy()[product],
            "quantity": pieces.astype("float64"),
            "unit_price": price,
            "amount": price * pieces - discount,
            "discount": discount,
            "unit_cost": catalogue.booked[product],
            "channel": np.where(web, "web", "store"),
            "store_id": pd.Series(np.char.add("S", people.region[person].astype(str))).where(~web),
            "currency": "KRW",
            "status": np.where(frame["cancelled"], "cancelled", "paid"),
            "tax_type": np.where(names["taxed"].to_numpy()[product], "taxed", "exempt"),
            "fulfilment": _fulfilment(frame),
            "web": web,
        }
    )


def _to_be_had(
    product: npt.NDArray[np.int64], week: npt.NDArray[np.int64], catalogue: Catalogue
) -> npt.NDArray[np.int64]:
    """The product, or the next of its category that is not sold out."""
    quarter = np.minimum(week // 13, catalogue.prices.shape[1] - 1)
    for _step in range(PER_CATEGORY):
        gone = ~catalogue.available[product, quarter]
        if not gone.any():
            break
        following = product // PER_CATEGORY * PER_CATEGORY + (product + 1) % PER_CATEGORY
        product = np.where(gone, following, product)
    return product


def _returned(lines: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Returns some days later: 6 % of lines from the web, 2 % from the store."""
    share = np.where(lines["web"], RETURNED["web"], RETURNED["store"])
    back = lines[(rng.random(len(lines)) < share) & (lines["status"] == "paid").to_numpy()].copy()
    days = rng.integers(2, 15, len(back))
    return _reversed(back, days)


def _corrected(lines: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Late corrections: a line is taken back and entered again at another price."""
    wrong = lines[(rng.random(len(lines)) < 0.002) & (lines["status"] == "paid").to_numpy()].copy()
    days = rng.integers(1, 8, len(wrong))
    again = _reversed(wrong, days)
    right = wrong.assign(ordered_at=again["ordered_at"].to_numpy(), amount=np.round(wrong["amount"] * 0.95 / 10) * 10)
    return pd.concat([again, right], ignore_index=True)


def _reversed(lines: pd.DataFrame, days: npt.NDArray[np.int64]) -> pd.DataFrame:
    return lines.assign(
        ordered_at=lines["ordered_at"].to_numpy() + days.astype("timedelta64[D]"),
        quantity=-lines["quantity"],
        amount=-lines["amount"],
        discount=0.0,
    ).reset_index(drop=True)


def _fulfilment(orders: pd.DataFrame) -> npt.NDArray[np.str_]:
    web, pickup = orders["web"].to_numpy(), orders["pickup"].to_numpy()
    return np.select([pickup, web], ["pickup", "delivery"], default="store")


def _deliveries(orders: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    sent = orders[orders["web"] & ~orders["cancelled"]]
    promised = sent["ordered_at"].to_numpy().astype("datetime64[D]") + np.timedelta64(2, "D")
    hours = rng.integers(9, 19, len(sent)).astype("timedelta64[h]")
    arrived = promised + sent["delay_days"].to_numpy().astype("timedelta64[D]") + hours
    return pd.DataFrame(
        {
            "order_id": sent["order_id"],
            "customer_id": sent["customer_id"],
            "promised_at": (promised + np.timedelta64(19, "h")).astype("datetime64[us]"),
            "delivered_at": arrived.astype("datetime64[us]"),
            "fulfilment": _fulfilment(sent),
        }
    )
