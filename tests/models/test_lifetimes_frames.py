"""Frames of the package lifetimes and ours: made from the same orders, both ways, in days and weeks."""

from __future__ import annotations

import warnings
from datetime import date

import ibis
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lifetimes import BetaGeoFitter
from lifetimes.utils import summary_data_from_transaction_data

from crm_analysis.errors import ContractError, ModelError
from crm_analysis.features import Unit, customer_summary, purchase_states
from crm_analysis.models import BetaGeoNBD, from_lifetimes, to_lifetimes

LAST = date(2024, 9, 29)


@pytest.fixture(scope="module")
def orders() -> pd.DataFrame:
    """Orders of 300 customers, some on one day."""
    rng = np.random.default_rng(6)
    rows = []
    for customer in range(300):
        day = float(rng.integers(0, 150))
        rate, leaves = rng.gamma(0.8, 1 / 15), rng.beta(1, 3)
        while day < 270:
            rows += [(f"c{customer:03d}", int(day), float(rng.integers(5, 60)))] * int(rng.integers(1, 3))
            day = day + rng.exponential(1 / rate) if rng.random() > leaves else 999.0
    frame = pd.DataFrame(rows, columns=["customer_id", "day", "amount"])
    return frame.assign(ordered_at=pd.Timestamp("2024-01-04") + pd.to_timedelta(frame["day"], unit="D"))


def _theirs(orders: pd.DataFrame, multiplier: int) -> pd.DataFrame:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return summary_data_from_transaction_data(
            orders, "customer_id", "ordered_at", "amount", observation_period_end=LAST, freq="D",
            freq_multiplier=multiplier,
        ).sort_index()  # fmt: skip


@pytest.mark.parametrize(("unit", "multiplier"), [("day", 1), ("week", 7)])
@pytest.mark.parametrize("ours", ["day", "week", "month"])
def test_both_packages_see_the_same_customers(orders: pd.DataFrame, unit: str, multiplier: int, ours: Unit) -> None:
    summary = customer_summary(ibis.memtable(orders), LAST, ours)
    theirs = _theirs(orders, multiplier)
    assert theirs["frequency"].max() > 5
    there = to_lifetimes(summary, unit=ours, to_unit=unit)
    pd.testing.assert_frame_equal(there, theirs, rtol=1e-12, check_index_type=False)
    back = from_lifetimes(theirs, unit=unit, to_unit=ours)
    pd.testing.assert_frame_equal(back, summary[list(back.columns)], rtol=1e-12, check_dtype=False)


def test_models_agree_on_converted_frames(orders: pd.DataFrame) -> None:
    states = purchase_states(ibis.memtable(orders), LAST, "week")
    frame = to_lifetimes(states, unit="week", to_unit="week")
    other = BetaGeoFitter().fit(frame["frequency"], frame["recency"], frame["T"], weights=frame["weights"])
    model = BetaGeoNBD().fit(from_lifetimes(_theirs(orders, 1), unit="day", to_unit="week"))
    assert model.params_.to_dict() == pytest.approx(other.params_.to_dict(), rel=2e-3)
    back = from_lifetimes(frame, unit="week")
    pd.testing.assert_frame_equal(back, states, check_dtype=False)
    assert "customer_id" not in back


@given(st.integers(0, 10_000), st.sampled_from(["day", "week", "month", "year"]))
def test_whole_days_survive_every_unit(days: int, unit: str) -> None:
    one = pd.DataFrame({"customer_id": ["a"], "frequency": [1], "recency": [float(days)], "T": [float(days)]})
    there = from_lifetimes(to_lifetimes(one, "day", unit), unit, unit)
    assert to_lifetimes(there, unit, "day")["T"].iloc[0] == days


def test_what_is_no_frame_of_lifetimes_is_refused() -> None:
    frame = pd.DataFrame({"frequency": [1.5], "recency": [1.0], "T": [2.0]})
    with pytest.raises(ContractError, match="no whole number"):
        from_lifetimes(frame, unit="day")
    with pytest.raises(ContractError, match="T is missing"):
        to_lifetimes(frame.drop(columns="T"), unit="day")
    with pytest.raises(ModelError, match="fortnight"):
        to_lifetimes(frame, unit="day", to_unit="fortnight")
