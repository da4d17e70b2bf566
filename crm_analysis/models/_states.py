"""Purchase states: what the likelihoods of purchasing need to know about a customer, checked once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from crm_analysis.errors import ContractError, ModelError
from crm_analysis.messages import _

__all__ = ["Coded", "FloatArray", "IntArray", "PurchaseStates", "numeric_column", "read_states"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.intp]


class Coded(NamedTuple):
    """A column as its distinct values and, for each row, the position of its value among them."""

    values: FloatArray
    code: IntArray


def _coded(column: FloatArray) -> Coded:
    # By hashing: there are few distinct values, and sorting a million would cost more than all the rest.
    code, values = pd.factorize(column, sort=True)
    return Coded(np.asarray(values, dtype=np.float64), code.astype(np.intp))


def numeric_column(frame: pd.DataFrame, name: str) -> FloatArray:
    """Take one column as finite floats, or raise an error that names column, count and an example.

    Parameters
    ----------
    frame : pandas.DataFrame
        Any frame.
    name : str
        The column's name.

    Returns
    -------
    numpy.ndarray
        Shape (rows,), a copy.

    Raises
    ------
    ContractError
        The column is missing, is not numeric, or holds empty or infinite values.
    """
    if name not in frame.columns:
        raise ContractError(
            _(
                "Column {column} is missing (found: {found}). Add it, or build the frame with purchase_states"
                " or customer_summary.",
                column=name,
                found=", ".join(map(str, frame.columns)),
            )
        )
    values = pd.to_numeric(frame[name], errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    bad = ~np.isfinite(values)
    if bad.any():
        raise ContractError(
            _(
                "Column {column} holds {rows} empty, infinite or non-numeric values (first at row {row})."
                " Remove or fill them first.",
                column=name,
                rows=int(bad.sum()),
                row=int(np.flatnonzero(bad)[0]),
            )
        )
    return np.array(values, dtype=np.float64)


@dataclass(frozen=True, eq=False)
class PurchaseStates:
    """Rows of (frequency, recency, T) with the number of customers in each.

    Attributes
    ----------
    frequency : numpy.ndarray
        Repeat purchases, whole numbers from 0.
    recency : numpy.ndarray
        Age at the last purchase, 0 where frequency is 0.
    T : numpy.ndarray
        Age at the end of the observation, in the unit of recency.
    customers : numpy.ndarray
        Customers in the row.
    """

    frequency: FloatArray
    recency: FloatArray
    T: FloatArray
    customers: FloatArray

    @classmethod
    def from_frame(cls, frame: pd.DataFrame) -> PurchaseStates:
        """Check a frame with frequency, recency, T and, if there, customers; one row per state or customer.

        Raises
        ------
        ContractError
            A column is missing or holds empty values.
        ModelError
            There are no rows, or values that no purchase history can have.
        """
        if len(frame) == 0:
            raise ModelError(_("There are no customers in the frame. Check the filters applied before."))
        x, t_x, T = (numeric_column(frame, name) for name in ("frequency", "recency", "T"))
        n = numeric_column(frame, "customers") if "customers" in frame.columns else np.ones(len(frame))
        wrong = (x < 0) | (x != np.floor(x))
        _refuse(wrong, _("frequency must be a whole number of repeat purchases, 0 or more."), x)
        _refuse(T < 0, _("T (age since the first purchase) must not be negative."), T)
        _refuse(t_x < 0, _("recency (age at the last purchase) must not be negative."), t_x)
        _refuse(t_x > T * (1 + 1e-9), _("recency must not exceed T: check that both use one time unit."), t_x)
        _refuse((x == 0) & (t_x > 0), _("recency must be 0 where frequency is 0 (no repeat purchase)."), t_x)
        _refuse((x > 0) & (T == 0), _("T must be above 0 where frequency is above 0."), x)
        _refuse(n <= 0, _("customers (count of the state) must be above 0."), n)
        return cls(x, np.minimum(t_x, T), T, n)

    def __len__(self) -> int:
        """Rows."""
        return len(self.frequency)

    @property
    def total(self) -> float:
        """Customers in all rows."""
        return float(self.customers.sum())

    def distinct(self) -> PurchaseStates:
        """One row per distinct state, sorted, with the customers of equal rows added up."""
        return self.grouped()[0]

    def grouped(self) -> tuple[PurchaseStates, IntArray]:
        """Give the distinct states and, for each row of this object, the position of its state."""
        x, t_x, T = self.x_coded, self.recency_coded, self.age_coded
        code = (x.code * len(t_x.values) + t_x.code) * len(T.values) + T.code
        inverse, codes = pd.factorize(code, sort=True)
        x_code, rest = np.divmod(np.asarray(codes), len(t_x.values) * len(T.values))
        t_x_code, T_code = np.divmod(rest, len(T.values))
        count = np.bincount(inverse, weights=self.customers).astype(np.float64)
        states = PurchaseStates(x.values[x_code], t_x.values[t_x_code], T.values[T_code], count)
        states._know(Coded(x.values, x_code), Coded(t_x.values, t_x_code), Coded(T.values, T_code))
        return states, inverse.astype(np.intp)

    def every(self, step: int) -> PurchaseStates:
        """Every ``step``-th row: of sorted states, a part that looks like the whole."""
        return PurchaseStates(self.frequency[::step], self.recency[::step], self.T[::step], self.customers[::step])

    def in_unit(self, scale: float) -> PurchaseStates:
        """Divide the times by ``scale``."""
        states = PurchaseStates(self.frequency, self.recency / scale, self.T / scale, self.customers)
        t_x, T = self.recency_coded, self.age_coded
        states._know(self.x_coded, Coded(t_x.values / scale, t_x.code), Coded(T.values / scale, T.code))
        return states

    def _know(self, x: Coded, t_x: Coded, T: Coded) -> None:
        """Take over codes that are known already, so that no column is looked through again."""
        self.__dict__.update(x_coded=x, recency_coded=t_x, age_coded=T)

    @cached_property
    def x_coded(self) -> Coded:
        """Distinct frequencies."""
        return _coded(self.frequency)

    @cached_property
    def recency_coded(self) -> Coded:
        """Distinct recencies."""
        return _coded(self.recency)

    @cached_property
    def age_coded(self) -> Coded:
        """Distinct ages."""
        return _coded(self.T)

    @cached_property
    def pairs(self) -> tuple[IntArray, IntArray, IntArray]:
        """Distinct (frequency, T): codes of x, codes of T, and the pair of each row."""
        return _pairs(self.x_coded, self.age_coded)

    @cached_property
    def recency_pairs(self) -> tuple[IntArray, IntArray, IntArray]:
        """Distinct (frequency, recency): codes of x, codes of recency, and the pair of each row."""
        return _pairs(self.x_coded, self.recency_coded)


def _pairs(first: Coded, second: Coded) -> tuple[IntArray, IntArray, IntArray]:
    inverse, pair = pd.factorize(first.code * len(second.values) + second.code, sort=True)
    return np.asarray(pair) // len(second.values), np.asarray(pair) % len(second.values), inverse.astype(np.intp)


def _refuse(wrong: npt.NDArray[np.bool_], rule: str, values: npt.NDArray[Any]) -> None:
    if wrong.any():
        raise ModelError(
            _(
                "{rule} {rows} rows break this rule, for example {example} at row {row}.",
                rule=rule,
                rows=int(wrong.sum()),
                example=f"{float(values[wrong][0]):g}",
                row=int(np.flatnonzero(wrong)[0]),
            )
        )


def read_states(states: pd.DataFrame | PurchaseStates) -> PurchaseStates:
    """Return checked states; those already checked pass as they are."""
    return states if isinstance(states, PurchaseStates) else PurchaseStates.from_frame(states)
