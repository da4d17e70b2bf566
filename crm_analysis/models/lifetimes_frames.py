"""Our summaries and states as frames of the package ``lifetimes``, and back; the unit of time is always said."""

from __future__ import annotations

import numpy as np
import pandas as pd

from crm_analysis.errors import ContractError
from crm_analysis.messages import _
from crm_analysis.models._states import numeric_column
from crm_analysis.models.time_units import days_per

__all__ = ["from_lifetimes", "to_lifetimes"]

_TIMES = ("recency", "T")


def to_lifetimes(summary: pd.DataFrame, unit: str, to_unit: str = "day") -> pd.DataFrame:
    """Turn a summary or states into the frame that ``lifetimes`` fits on.

    Parameters
    ----------
    summary : pandas.DataFrame
        One row per customer_id (of ``customer_summary``) or per state (of ``purchase_states``): frequency, recency,
        T and, if there, monetary_value, customers.
    unit : {"day", "week", "month", "year"}
        Of recency and T in ``summary``.
    to_unit : {"day", "week", "month", "year"}
        Of recency and T in the result. ``lifetimes`` counts in days unless told otherwise, and ``freq="D",
        freq_multiplier=7`` there is ``"week"`` here.

    Returns
    -------
    pandas.DataFrame
        Columns frequency, recency, T (and monetary_value), floats; indexed by customer_id, or with a column weights
        (customers in the state) for the argument ``weights`` of its models.

    Raises
    ------
    ContractError, ModelError
        A column is missing or not numeric, or a unit is unknown.

    Examples
    --------
    >>> import pandas as pd
    >>> states = pd.DataFrame({"frequency": [2], "recency": [4.0], "T": [6.0], "customers": [3]})
    >>> print(to_lifetimes(states, unit="week").to_string(index=False))
     frequency  recency    T  weights
           2.0     28.0 42.0      3.0
    """
    columns = {"frequency": numeric_column(summary, "frequency")}
    columns |= {name: _in_unit(summary, name, unit, to_unit) for name in _TIMES}
    if "monetary_value" in summary.columns:
        columns["monetary_value"] = numeric_column(summary, "monetary_value")
    if "customers" in summary.columns:
        columns["weights"] = numeric_column(summary, "customers")
    index = pd.Index(summary["customer_id"], name="customer_id") if "customer_id" in summary.columns else None
    return pd.DataFrame(columns, index=index)


def from_lifetimes(frame: pd.DataFrame, unit: str, to_unit: str = "week") -> pd.DataFrame:
    """Turn a frame of ``lifetimes`` into a summary, or into states where it has weights.

    With ``freq="W"``, ``"M"`` or ``"Y"`` that package counts weeks, months or years with a purchase, not days: such a
    frame keeps these coarser counts, and models fitted on it differ.

    Parameters
    ----------
    frame : pandas.DataFrame
        Of ``lifetimes.utils.summary_data_from_transaction_data``, or with a column weights.
    unit : {"day", "week", "month", "year"}
        Of recency and T in ``frame``; it cannot be read from it.
    to_unit : {"day", "week", "month", "year"}
        Of recency and T in the result.

    Returns
    -------
    pandas.DataFrame
        customer_id (from the index, where there are no weights), frequency (whole numbers), recency, T and, if
        there, monetary_value, customers.

    Raises
    ------
    ContractError, ModelError
        A column is missing or not numeric, frequency is not whole, or a unit is unknown.
    """
    frequency = numeric_column(frame, "frequency")
    if not (frequency == np.floor(frequency)).all():
        raise ContractError(
            _(
                "{rows} rows have a frequency that is no whole number. Give the frame as lifetimes makes it.",
                rows=int((frequency != np.floor(frequency)).sum()),
            )
        )
    columns: dict[str, object] = {} if "weights" in frame.columns else {"customer_id": frame.index.to_numpy()}
    columns["frequency"] = frequency.astype(np.int64)
    columns |= {name: _in_unit(frame, name, unit, to_unit) for name in _TIMES}
    if "monetary_value" in frame.columns:
        columns["monetary_value"] = numeric_column(frame, "monetary_value")
    if "weights" in frame.columns:
        columns["customers"] = numeric_column(frame, "weights")
    return pd.DataFrame(columns)


def _in_unit(frame: pd.DataFrame, name: str, unit: str, to_unit: str) -> np.ndarray:
    """Times in another unit; whole days stay whole, whatever unit they went through."""
    days = numeric_column(frame, name) * days_per(unit)
    whole = np.rint(days)
    days = np.where(np.abs(days - whole) < 1e-6, whole, days)
    return days / days_per(to_unit)
