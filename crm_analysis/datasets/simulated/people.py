"""Who the customers are: traits that drive everything they do, and what the shop knows about them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from crm_analysis.datasets.simulated.calendar import FIRST_DAY
from crm_analysis.datasets.simulated.catalogue import CATEGORIES
from crm_analysis.datasets.simulated.worlds import KINDS, World

__all__ = ["People", "make_people"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

_EXISTING = 0.40
_ORGANIC = ("friend", "partner PA1", "partner PA2", "partner PA3", "walk-in")
_ORGANIC_SHARES = (0.30, 0.08, 0.06, 0.06, 0.50)
_MOST_PAID = 0.6
_WHOLESALE = 0.005
_TRIES_ONCE = 0.24
_HABITS = (0.45, 0.35, 0.20)  # store only, web only, both
_MEMBERS = 0.6
_LOOKS_FIRST, _LOOKS_WEEKS = 0.15, 14.0
_RESPONDS = {"money": 0.30, "service": 0.18, "convenience": 0.22, "status": 0.15}
_RESPONSE_MEAN = {"money": 0.55, "service": 0.60, "convenience": 0.45, "status": 0.65}
_ANNOYED = 0.06
_ANNOYED_BY = -0.30


@dataclass(frozen=True)
class People:
    """One row per person, all arrays of the same length.

    Attributes
    ----------
    number
        Running number over all chunks.
    joined_week
        Week of registration; negative for those who were customers before the data begins.
    first_week
        Week of the first purchase; later than the registration of those who only look at first, for some of them
        later than the data.
    rate
        Purchases per year of a customer at rest.
    tries_once
        Leaves after the first purchase.
    wholesale
        Buys for a business.
    habit
        0 store only, 1 web only, 2 both.
    price_sensitivity, delay_sensitivity, service_sensitivity
        Between 0 and 1.
    hazard
        Weekly hazard of leaving at rest.
    response
        People x kinds of offers: added to the log of the purchase rate while an offer works.
    taste
        People x categories: cumulative shares.
    region
        0 to 9; a competitor opens in some of them.
    member, opens
        Whether the person collects points; how often the person opens a letter.
    source
        Where the person heard of the shop: a channel of marketing spend, a friend, a partner, or none of them.
    """

    number: IntArray
    joined_week: IntArray
    first_week: IntArray
    rate: FloatArray
    tries_once: npt.NDArray[np.bool_]
    wholesale: npt.NDArray[np.bool_]
    habit: IntArray
    price_sensitivity: FloatArray
    delay_sensitivity: FloatArray
    service_sensitivity: FloatArray
    hazard: FloatArray
    response: FloatArray
    taste: FloatArray
    region: IntArray
    member: npt.NDArray[np.bool_]
    opens: FloatArray
    source: npt.NDArray[np.object_]

    def __len__(self) -> int:
        return len(self.number)

    @property
    def store_accounts(self) -> npt.NDArray[np.object_]:
        """The id under which the store knows each person, if it does."""
        return np.char.add("S", np.char.zfill(self.number.astype(str), 7)).astype(object)

    @property
    def web_accounts(self) -> npt.NDArray[np.object_]:
        """The id under which the web shop knows each person, if it does."""
        return np.char.add("W", np.char.zfill(self.number.astype(str), 7)).astype(object)

    @property
    def main_accounts(self) -> npt.NDArray[np.object_]:
        """The account a person is contacted under: the web one of those who have it."""
        return np.where(self.habit != 0, self.web_accounts, self.store_accounts)

    def truth(self) -> pd.DataFrame:
        """What only the simulation knows, one row per person."""
        frame = pd.DataFrame(
            {
                "person": self.number,
                "store_id": pd.Series(self.store_accounts).where(self.habit != 1),
                "web_id": pd.Series(self.web_accounts).where(self.habit != 0),
                "customer_before_data": self.first_week < 0,
                "first_week": self.first_week,
                "source": self.source,
                "rate_per_year": self.rate,
                "tries_once": self.tries_once,
                "wholesale": self.wholesale,
                "price_sensitivity": self.price_sensitivity,
                "delay_sensitivity": self.delay_sensitivity,
                "service_sensitivity": self.service_sensitivity,
                "weekly_hazard": self.hazard,
                "region": self.region,
                "opens": self.opens,
            }
        )
        for place, kind in enumerate(KINDS):
            frame[f"response_{kind}"] = self.response[:, place]
        return frame

    def joined_on(self) -> npt.NDArray[np.datetime64]:
        """Day of registration: before the data for existing customers."""
        first = np.datetime64(FIRST_DAY)
        return np.asarray(first + (self.joined_week * 7).astype("timedelta64[D]"))


def make_people(
    start: int, count: int, world: World, weeks: int, brought: pd.DataFrame, rng: np.random.Generator
) -> People:
    """Draw people ``start`` to ``start + count``.

    Parameters
    ----------
    start, count
        Numbers of the people.
    world
        Its strengths.
    weeks
        Length of the data.
    brought
        New customers that each row of marketing spend brings, per person of the shop: week, weeks, channel, share.
    rng
        Of this chunk.
    """
    existing = rng.random(count) < _EXISTING
    entry, source = _entries(count, weeks, brought, rng)
    source = np.where(existing, rng.choice(_ORGANIC, count, p=_ORGANIC_SHARES), source)
    before = -1 - np.floor(rng.exponential(60.0, count)).astype("int64")
    wholesale = rng.random(count) < _WHOLESALE
    rate = rng.gamma(0.9, 11.0, count) + 0.6
    rate = np.where(wholesale, 20.0 + 2.0 * rate, rate)
    sensitivities = rng.random((3, count))
    hazard = rng.gamma(1.4, 0.0038, count) * world.leaving
    taste = np.cumsum(rng.dirichlet(np.full(len(CATEGORIES), 0.35), count), axis=1)
    taste[:, -1] = 1.0
    habit = rng.choice(3, count, p=_HABITS)
    looks = ~existing & ~wholesale & (habit != 0) & (rng.random(count) < _LOOKS_FIRST)
    joined = np.where(existing, before, entry)
    return People(
        number=np.arange(start, start + count),
        joined_week=joined,
        first_week=joined + looks * (1 + np.floor(rng.exponential(_LOOKS_WEEKS, count)).astype("int64")),
        rate=rate,
        tries_once=(rng.random(count) < _TRIES_ONCE * min(world.leaving, 1.0)) & ~existing & ~wholesale,
        wholesale=wholesale,
        habit=habit,
        price_sensitivity=sensitivities[0],
        delay_sensitivity=sensitivities[1],
        service_sensitivity=sensitivities[2],
        hazard=hazard,
        response=_responses(sensitivities[0], world, rng),
        taste=taste,
        region=rng.integers(0, 10, count),
        member=rng.random(count) < _MEMBERS,
        opens=rng.beta(2.0, 4.0, count),
        source=source,
    )


def _entries(
    count: int, weeks: int, brought: pd.DataFrame, rng: np.random.Generator
) -> tuple[IntArray, npt.NDArray[np.object_]]:
    """First week and source of new customers: some brought by spending, the others in their own time."""
    entry = np.floor((weeks - 1) * rng.beta(1.2, 1.0, count)).astype("int64")
    source = rng.choice(_ORGANIC, count, p=_ORGANIC_SHARES).astype(object)
    share = brought["share"].to_numpy() / (1 - _EXISTING)
    reached = np.cumsum(share * min(1.0, _MOST_PAID / share.sum()))
    row = np.searchsorted(reached, rng.random(count))
    paid = row < len(reached)
    row = np.minimum(row, len(reached) - 1)
    within = np.floor(rng.random(count) * brought["weeks"].to_numpy()[row]).astype("int64")
    week = np.minimum(brought["week"].to_numpy()[row] + within, weeks - 2)
    return np.where(paid, week, entry), np.where(paid, brought["channel"].to_numpy()[row], source)


def _responses(price_sensitivity: FloatArray, world: World, rng: np.random.Generator) -> FloatArray:
    """How much each kind of offer raises each person's rate while it works; a few are put off by any contact."""
    count = len(price_sensitivity)
    annoyed = rng.random(count) < _ANNOYED
    columns = []
    for kind in KINDS:
        share = _RESPONDS[kind] * (2 * price_sensitivity if kind == "money" else 1.0)
        responds = rng.random(count) < share
        size = rng.gamma(3.0, _RESPONSE_MEAN[kind] / 3.0, count)
        columns.append(np.where(annoyed, _ANNOYED_BY, np.where(responds, size, 0.0)))
    return np.stack(columns, axis=1) * world.effects
