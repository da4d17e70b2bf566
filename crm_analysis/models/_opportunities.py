"""Histories over a fixed number of opportunities to buy, checked once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from crm_analysis.errors import ModelError
from crm_analysis.messages import _
from crm_analysis.models._states import FloatArray, IntArray, numeric_column

__all__ = ["OpportunityStates", "read_opportunities"]


@dataclass(frozen=True, eq=False)
class OpportunityStates:
    """Rows of (frequency, recency, periods) with the number of customers in each.

    Attributes
    ----------
    frequency : numpy.ndarray
        Opportunities at which the customer bought, the first purchase ever not counted.
    recency : numpy.ndarray
        Number of the last of them, 0 where there was none.
    periods : numpy.ndarray
        Opportunities observed.
    customers : numpy.ndarray
        Customers in the row.
    """

    frequency: FloatArray
    recency: FloatArray
    periods: FloatArray
    customers: FloatArray

    @classmethod
    def from_frame(cls, frame: pd.DataFrame) -> OpportunityStates:
        """Check a frame with frequency, recency, periods and, if there, customers.

        Raises
        ------
        ContractError
            A column is missing or holds empty values.
        ModelError
            There are no rows, or values that no history can have.
        """
        if len(frame) == 0:
            raise ModelError(_("There are no customers in the frame. Check the filters applied before."))
        x, t_x, n = (numeric_column(frame, name) for name in ("frequency", "recency", "periods"))
        count = numeric_column(frame, "customers") if "customers" in frame.columns else np.ones(len(frame))
        whole = (x == np.floor(x)) & (t_x == np.floor(t_x)) & (n == np.floor(n))
        possible = (x >= 0) & (x <= t_x) & (t_x <= n) & (n >= 1) & ((x > 0) | (t_x == 0))
        wrong = ~(whole & possible)
        if wrong.any():
            row = int(np.flatnonzero(wrong)[0])
            raise ModelError(
                _(
                    "frequency, recency and periods must be whole numbers with 0 <= frequency <= recency <= periods,"
                    " recency 0 without a purchase and periods at least 1. {rows} rows break this, the first is"
                    " row {row}: {x}, {t_x}, {n}.",
                    rows=int(wrong.sum()),
                    row=row,
                    x=f"{x[row]:g}",
                    t_x=f"{t_x[row]:g}",
                    n=f"{n[row]:g}",
                )
            )
        if (count <= 0).any():
            raise ModelError(_("customers (count of the state) must be above 0."))
        return cls(x, t_x, n, count)

    def __len__(self) -> int:
        """Rows."""
        return len(self.frequency)

    @property
    def total(self) -> float:
        """Customers in all rows."""
        return float(self.customers.sum())

    def grouped(self) -> tuple[OpportunityStates, IntArray]:
        """Give the distinct states and, for each row of this object, the position of its state."""
        rows = np.column_stack([self.frequency, self.recency, self.periods])
        distinct, inverse = np.unique(rows, axis=0, return_inverse=True)
        inverse = inverse.reshape(-1).astype(np.intp)
        count = np.bincount(inverse, weights=self.customers).astype(np.float64)
        x, t_x, n = (np.ascontiguousarray(column) for column in distinct.T)
        return OpportunityStates(x, t_x, n, count), inverse


def read_opportunities(states: pd.DataFrame | OpportunityStates) -> OpportunityStates:
    """Return checked states; those already checked pass as they are."""
    return states if isinstance(states, OpportunityStates) else OpportunityStates.from_frame(states)
