"""Contracts and cohorts -> how many were up for each renewal, and how many left at it."""

from __future__ import annotations

from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from crm_analysis.errors import ContractError, ModelError
from crm_analysis.messages import _
from crm_analysis.models._states import numeric_column
from crm_analysis.models.time_units import days_per

__all__ = ["renewals_of_cohorts", "renewals_of_contracts"]


def renewals_of_cohorts(survivors: pd.DataFrame) -> pd.DataFrame:
    """Count renewals from the survivors of one or more cohorts.

    Parameters
    ----------
    survivors : pandas.DataFrame
        One row per cohort and period: period (0 for the start), survivors (customers still there after that many
        renewals) and, with several cohorts, cohort. A cohort first seen later begins at a later period.

    Returns
    -------
    pandas.DataFrame
        One row per renewal: renewal (1 for the first), at_risk (customers up for it), lost (who left at it).

    Raises
    ------
    ContractError, ModelError
        A column is missing, periods have gaps, or survivors increase.
    """
    table = pd.DataFrame({name: numeric_column(survivors, name) for name in ("period", "survivors")})
    table["cohort"] = survivors["cohort"].to_numpy() if "cohort" in survivors.columns else 0
    table = table.sort_values(["cohort", "period"], ignore_index=True)
    before = table.groupby("cohort", dropna=False)[["period", "survivors"]].shift()
    later = before["period"].notna()
    step = table["period"] - before["period"]
    if (table["period"] < 0).any() or (step[later] != 1).any():
        raise ModelError(_("The periods of a cohort must be whole numbers from 0 without gaps or repeats."))
    lost = before["survivors"] - table["survivors"]
    if (table["survivors"] < 0).any() or (lost[later] < 0).any():
        raise ModelError(
            _(
                "Survivors of a cohort cannot increase or be below 0: {rows} rows do. Give each cohort its own name.",
                rows=int((lost[later] < 0).sum() + (table["survivors"] < 0).sum()),
            )
        )
    return _renewals(table.loc[later, "period"], before.loc[later, "survivors"], lost[later])


def renewals_of_contracts(contracts: pd.DataFrame, as_of: date, unit: str = "month", length: int = 1) -> pd.DataFrame:
    """Count renewals from single contracts, running ones and such first seen later among them.

    A contract that ends during its k-th period, or on its last day, left at renewal k. One that runs beyond
    ``as_of`` has made the renewals due until then. One first seen at ``observed_from`` had made those due before
    it, and counts from there on only: nobody saw the contracts that had ended by then.

    Parameters
    ----------
    contracts : pandas.DataFrame
        One row per contract: started, ended (empty while it runs; the first day without it) and, if there,
        observed_from (first day on which an end would have been seen) and customers.
    as_of : datetime.date
        Last day observed.
    unit : {"day", "week", "month", "year"}
        Of the contract period; months and years follow the calendar.
    length : int
        Units in a period: 12 months are a year.

    Returns
    -------
    pandas.DataFrame
        As :func:`renewals_of_cohorts`.

    Raises
    ------
    ContractError, ModelError
        A column is missing, a contract ends before it starts or before it is observed, or the length is below 1.
    """
    days_per(unit)  # refuses an unknown unit
    if length < 1 or length != int(length):
        raise ModelError(_("The length of a contract period must be a whole number of units, at least 1."))
    missing = [name for name in ("started", "ended") if name not in contracts.columns]
    if missing:
        raise ContractError(_("Column {column} is missing from the contracts.", column=missing[0]))
    today = pd.Timestamp(as_of)
    start = pd.to_datetime(contracts["started"]).reset_index(drop=True)
    end = pd.to_datetime(contracts["ended"]).reset_index(drop=True)
    seen = contracts["observed_from"] if "observed_from" in contracts.columns else contracts["started"]
    seen = pd.to_datetime(seen).reset_index(drop=True).fillna(start).clip(lower=start)
    count = numeric_column(contracts, "customers") if "customers" in contracts.columns else np.ones(len(contracts))
    wrong = start.isna() | (start > today) | (end <= start) | (end <= seen) | (seen > today)
    if wrong.any():
        raise ModelError(
            _(
                "A contract must start by {day}, end after its start and after the day from which it is observed:"
                " {rows} do not, the first is row {row}.",
                day=str(as_of),
                rows=int(wrong.sum()),
                row=int(np.flatnonzero(wrong)[0]),
            )
        )
    left = end.notna() & (end <= today)
    made_before = _whole_periods(start, seen, unit, length)
    made = _whole_periods(start, pd.Series(today, index=start.index), unit, length)
    last = np.where(left, _whole_periods(start, (end - pd.Timedelta(days=1)).fillna(start), unit, length) + 1, made)
    renewal = np.arange(1, int(max(last.max(initial=0), 1)) + 1)
    at_risk = [count[(made_before < k) & (last >= k)].sum() for k in renewal]
    lost = [count[left.to_numpy() & (last == k)].sum() for k in renewal]
    return _renewals(pd.Series(renewal), pd.Series(at_risk), pd.Series(lost))


def _renewals(renewal: pd.Series, at_risk: pd.Series, lost: pd.Series) -> pd.DataFrame:
    table = pd.DataFrame({"renewal": renewal.astype("int64"), "at_risk": at_risk, "lost": lost})
    summed = table.groupby("renewal", as_index=False)[["at_risk", "lost"]].sum()
    return summed[summed["at_risk"] > 0].reset_index(drop=True)


def _whole_periods(start: pd.Series, end: pd.Series, unit: str, length: int) -> npt.NDArray[np.int64]:
    """Periods that are over on a day; a month that began on the 31st is over on the last day of a shorter one."""
    if unit in ("day", "week"):
        days = (end - start).dt.days.to_numpy(dtype=np.int64)
        return np.asarray(days // (length * (7 if unit == "week" else 1)), dtype=np.int64)
    months = (end.dt.year - start.dt.year) * 12 + end.dt.month - start.dt.month
    short = (end.dt.day < start.dt.day) & (end.dt.day < end.dt.days_in_month)
    whole = (months - short).to_numpy(dtype=np.int64) // (length * (12 if unit == "year" else 1))
    return np.asarray(whole, dtype=np.int64)
