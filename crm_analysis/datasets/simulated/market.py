"""The market around the shop: spending, prospects, partners, competitors, spend elsewhere, goals, offers, campaigns."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import numpy as np
import pandas as pd

from crm_analysis.datasets.simulated.behaviour import COMPETITOR_WEEK
from crm_analysis.datasets.simulated.calendar import FIRST_DAY
from crm_analysis.datasets.simulated.catalogue import CATEGORIES, PER_CATEGORY
from crm_analysis.datasets.simulated.people import People
from crm_analysis.datasets.simulated.worlds import World

__all__ = ["campaigns", "category_spend", "competitors", "goals", "marketing_spend", "offers", "partners", "prospects"]

ACQUISITION = {"search": 0.040, "social": 0.025, "print": 0.008}
"""True new customers of a shop of 20,000 people: this times the square root of the won spent in four weeks."""

_USUAL_PEOPLE = 20_000
_CRITERIA = ("price", "range", "service", "delivery")


def campaigns(world: World, cost: Mapping[str, float]) -> pd.DataFrame:
    """``campaigns``: what was done, what the contacts cost in all; whether chance decided is part of the table."""
    rows = [
        (
            plan.campaign_id,
            plan.name,
            FIRST_DAY + timedelta(days=7 * plan.week),
            FIRST_DAY + timedelta(days=7 * (plan.week + plan.weeks) - 1),
            cost.get(plan.campaign_id, 0.0),
            not world.targeted,
        )
        for plan in world.campaigns
    ]
    return pd.DataFrame(rows, columns=["campaign_id", "name", "starts_on", "ends_on", "cost", "randomised"])


def offers(world: World) -> pd.DataFrame:
    """``offers``: one per campaign."""
    rows = [
        (
            f"O-{plan.campaign_id}",
            f"{plan.name} offer",
            plan.kind,
            plan.campaign_id,
            0.10 if plan.kind == "money" else 0.0,
            plan.cost,
            FIRST_DAY + timedelta(days=7 * plan.week),
            FIRST_DAY + timedelta(days=7 * (plan.week + plan.weeks) - 1),
        )
        for plan in world.campaigns
    ]
    return pd.DataFrame(
        rows, columns=["offer_id", "name", "kind", "campaign_id", "value", "cost", "starts_on", "ends_on"]
    )


def marketing_spend(weeks: int, customers: int, rng: np.random.Generator) -> tuple[pd.DataFrame, pd.DataFrame]:
    """``marketing_spend`` by four weeks; and as truth the new customers each row brings.

    The truth has week, weeks, channel, amount, share (of all people of the shop) and new_customers (expected). A shop
    twice as large spends twice as much and wins twice as many.
    """
    rows, truth = [], []
    size = customers / _USUAL_PEOPLE
    for start in range(0, weeks, 4):
        first = FIRST_DAY + timedelta(days=7 * start)
        for channel, response in ACQUISITION.items():
            amount = float(np.round(rng.gamma(4.0, 150_000.0 * size), -1))
            brings = response * np.sqrt(amount * size)
            rows.append((first, first + timedelta(days=27), channel, "acquisition", amount))
            truth.append((start, min(4, weeks - start), channel, amount, brings / customers, brings))
    table = pd.DataFrame(rows, columns=["starts_on", "ends_on", "channel", "purpose", "amount"])
    return table, pd.DataFrame(truth, columns=["week", "weeks", "channel", "amount", "share", "new_customers"])


def partners() -> pd.DataFrame:
    """``partners``."""
    return pd.DataFrame(
        {
            "partner_id": ["PA1", "PA2", "PA3"],
            "name": ["Gym on the corner", "Parents' club", "Office supply"],
            "kind": ["sports", "club", "business"],
            "cost_per_customer": [3_000.0, 1_500.0, 5_000.0],
        }
    )


def competitors() -> pd.DataFrame:
    """``competitors``: our shop and three others on four criteria."""
    scores = {"Our shop": (3, 4, 4, 3), "Big box": (5, 5, 2, 2), "Fast web": (4, 5, 2, 5), "Old market": (3, 2, 4, 1)}
    rows = [
        (name, criterion, float(score), None if name == "Our shop" else 0.1 * (4 - place))
        for place, (name, line) in enumerate(scores.items())
        for criterion, score in zip(_CRITERIA, line, strict=True)
    ]
    frame = pd.DataFrame(rows, columns=["name", "criterion", "score", "customer_share"])
    return frame.assign(as_of=FIRST_DAY + timedelta(days=7 * COMPETITOR_WEEK))


def goals(weeks: int) -> pd.DataFrame:
    """``goals``."""
    due = FIRST_DAY + timedelta(days=7 * weeks + 180)
    return pd.DataFrame(
        {
            "goal": ["more repeat buyers", "fewer leave", "more of the wallet"],
            "metric": ["repeat_rate", "annual_loss", "customer_share"],
            "target": [0.60, 0.20, 0.45],
            "start": [0.52, 0.28, 0.38],
            "due_on": [due] * 3,
        }
    )


def category_spend(people: People, lines: pd.DataFrame, weeks: int, rng: np.random.Generator) -> pd.DataFrame:
    """``category_spend``: what some customers spend in a category, with us and elsewhere, in the last whole year."""
    year = (FIRST_DAY + timedelta(days=7 * weeks - 1)).year
    stood = lines[(lines["status"] == "paid") & (lines["ordered_at"].dt.year == year)]
    category = stood["product_id"].str[1:].astype("int64") // PER_CATEGORY
    mine = stood.assign(category=np.array(list(CATEGORIES))[category])
    asked = mine["customer_id"].isin(pd.unique(mine["customer_id"])[::6])
    ours = mine[asked].groupby(["customer_id", "category"], as_index=False)["amount"].sum()
    ours = ours[ours["amount"] > 0]
    share = rng.beta(3.0, 3.5, len(ours))
    total = np.round(ours["amount"].to_numpy() / np.clip(share, 0.05, 1.0), -2)
    declared = rng.random(len(ours)) < 0.5
    table: pd.DataFrame = ours.assign(amount=total, year=year, declared=declared)
    return table[["customer_id", "category", "year", "amount", "declared"]]


def prospects(
    known: pd.DataFrame, count: int, weeks: int, rng: np.random.Generator
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """``prospects``, some of whom are customers already; as truth, which ones."""
    already = rng.random(count) < 0.15
    place = rng.integers(0, len(known), count)
    same = known.iloc[place].reset_index(drop=True)
    ids = [f"N{n:06}" for n in range(count)]
    table = pd.DataFrame(
        {
            "prospect_id": ids,
            "name": np.where(already, same["name"], [f"Prospect {n}" for n in range(count)]),
            "email": np.where(already, same["email"], [f"prospect{n}@simulated.example" for n in range(count)]),
            "phone": np.where(already, same["phone"], [f"010-7{n // 10_000:03}-{n % 10_000:04}" for n in range(count)]),
            "source": np.array(["fair", "partner", "web form"])[rng.integers(0, 3, count)],
            "partner_id": np.array(["PA1", "PA2", "PA3"])[rng.integers(0, 3, count)],
            "created_at": np.datetime64(FIRST_DAY) + rng.integers(0, 7 * weeks, count).astype("timedelta64[D]"),
        }
    )
    truth = pd.DataFrame({"prospect_id": ids, "person": np.where(already, same["person"], -1)})
    return table, truth
