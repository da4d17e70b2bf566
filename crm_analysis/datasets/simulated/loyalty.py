"""Points and tiers: earned on paid orders, spent in thousands, never more than there are."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from crm_analysis.datasets.simulated.people import People
from crm_analysis.datasets.simulated.state import State

__all__ = ["PER_POINT", "TIERS", "loyalty"]

PER_POINT = 100
"""Won of a paid order that bring a point; a point is worth a won."""
TIERS = {"gold": 12_000, "silver": 4_000, "basic": 0}
"""Points ever earned from which on an account has a tier."""
_SPENDS, _STEP = 0.25, 1_000
_COLUMNS = ["booking_id", "customer_id", "booked_at", "points", "reason", "tier"]


def loyalty(
    people: People, state: State, orders: pd.DataFrame, lines: pd.DataFrame, rng: np.random.Generator
) -> pd.DataFrame:
    """``loyalty_ledger`` of some weeks; the state's points are moved on.

    Parameters
    ----------
    people, state
        Of a chunk.
    orders, lines
        What they ordered, as :func:`crm_analysis.datasets.simulated.orders.write_orders` gives it.
    """
    paid = lines[(lines["status"] == "paid") & (lines["amount"] > 0)]
    worth = orders["order_id"].map(paid.groupby("order_id", sort=False)["amount"].sum())
    mine = orders.assign(points=np.floor(worth.fillna(0.0) / PER_POINT), draw=rng.random(len(orders)))
    mine = mine[people.member[mine["person"].to_numpy()] & (mine["points"] > 0)]
    mine = mine.sort_values(["customer_id", "ordered_at", "order_id"]).reset_index(drop=True)
    account = (mine["person"].to_numpy(), mine["web"].to_numpy().astype("int64"))
    spent, tier = _booked(mine, account, state)
    used = mine.assign(points=-spent, reason="redemption", tier=tier, part=0)[spent > 0]
    rows = pd.concat([used, mine.assign(reason="order", tier=tier, part=1)])
    rows = rows.sort_values(["customer_id", "ordered_at", "order_id", "part"], ignore_index=True)
    rows["booking_id"] = [f"L{people.number[0]}-{n}" for n in range(len(rows))]
    table: pd.DataFrame = rows.rename(columns={"ordered_at": "booked_at"})[_COLUMNS]
    return table


def _booked(
    mine: pd.DataFrame, account: tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]], state: State
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.object_]]:
    """Points spent with each order and the tier after it: the first orders of all accounts, then the second ones."""
    spent = np.zeros(len(mine))
    tier = np.full(len(mine), "", dtype=object)
    points, wants = mine["points"].to_numpy(), mine["draw"].to_numpy() < _SPENDS
    turn = mine.groupby("customer_id", sort=False).cumcount().to_numpy()
    order = np.argsort(turn, kind="stable")
    bounds = np.searchsorted(turn[order], np.arange(turn.max(initial=-1) + 2))
    for first, end in zip(bounds[:-1], bounds[1:], strict=True):
        rows = order[first:end]
        whose = (account[0][rows], account[1][rows])
        spent[rows] = np.where(wants[rows], state.points[whose] // _STEP * _STEP, 0.0)
        state.points[whose] += points[rows] - spent[rows]
        state.earned[whose] += points[rows]
        earned = state.earned[whose]
        tier[rows] = np.select([earned >= least for least in TIERS.values()], list(TIERS), default="basic")
    return spent, tier
