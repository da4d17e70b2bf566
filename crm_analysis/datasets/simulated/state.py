"""How each person stands from week to week: what is remembered, what was agreed, what is held."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt
import pandas as pd

from crm_analysis.datasets.simulated.consents import consent_at_the_start
from crm_analysis.datasets.simulated.people import People
from crm_analysis.datasets.simulated.worlds import DRIVERS

__all__ = ["BECAUSE", "State", "at_the_start"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

BECAUSE = ("chance", *(driver.name for driver in DRIVERS), "tried once")
"""What can be behind somebody's leaving: the driver that weighed most, where it weighed at all."""


@dataclass
class State:
    """How each person of the chunk stands at the beginning of a week.

    Attributes
    ----------
    alive
        Whether the person is still a customer.
    last
        Week of the last purchase.
    satisfaction
        0 for what is usual, below it for worse.
    late, slow
        How much of late deliveries and slow answers is remembered.
    left
        Week of leaving, -1 for those who stay.
    price
        How much dearer what the person likes has become, in tenths.
    because
        Place in :data:`BECAUSE` of those who left.
    consent
        People x channels: week in which each consent ends, see :mod:`crm_analysis.datasets.simulated.consents`.
    points, earned
        People x (store, web): points that each account holds, and all that it ever got.
    """

    alive: BoolArray
    last: IntArray
    satisfaction: FloatArray
    late: FloatArray
    slow: FloatArray
    left: IntArray
    price: FloatArray
    because: IntArray
    consent: IntArray
    points: FloatArray
    earned: FloatArray

    def table(self, people: People) -> pd.DataFrame:
        """One row per person, from which :meth:`again` makes the state."""
        columns = {"person": people.number}
        for each in fields(self):
            value = getattr(self, each.name)
            wide = value.ndim > 1
            columns |= {f"{each.name}.{n}": value[:, n] for n in range(value.shape[1])} if wide else {each.name: value}
        return pd.DataFrame(columns)

    @classmethod
    def again(cls, table: pd.DataFrame) -> State:
        """The state kept in a table."""
        found = {}
        for each in fields(cls):
            wide = [name for name in table.columns if name.startswith(f"{each.name}.")]
            found[each.name] = table[wide].to_numpy().copy() if wide else table[each.name].to_numpy().copy()
        return cls(**found)


def at_the_start(people: People, rng: np.random.Generator) -> State:
    """How people stand before the first week."""
    count = len(people)
    return State(
        alive=np.ones(count, dtype=bool),
        last=np.where(people.first_week < 0, -rng.integers(1, 12, count), -99),
        satisfaction=0.3 * rng.standard_normal(count),
        late=np.zeros(count),
        slow=np.zeros(count),
        left=np.full(count, -1),
        price=np.zeros(count),
        because=np.full(count, -1),
        consent=consent_at_the_start(people, rng),
        points=np.zeros((count, 2)),
        earned=np.zeros((count, 2)),
    )
