"""The week before a holiday: planted effects are found within their intervals, absent ones are not."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from crm_analysis.features import moving_holidays
from crm_analysis.models import holiday_effects


def _weekly(effect: float, weeks: int = 208, noise: float = 0.06, seed: int = 1) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Daily sales with a yearly wave, growth and noise; the seven days before Seollal and Chuseok sell more."""
    rng = np.random.default_rng(seed)
    first = pd.Timestamp("2021-01-04")
    span = pd.date_range(first, periods=7 * weeks, freq="D")
    days = moving_holidays("KR", first.date(), span[-1].date())
    level = 100 * np.exp(0.1 * (span - first).days / 365 + 0.15 * np.sin(2 * np.pi * span.dayofyear / 365))
    before = np.zeros(len(span))
    for day in days.loc[days["holiday"].isin(["seollal", "chuseok"]), "day"]:
        before[(span >= day - pd.Timedelta(days=7)) & (span < day)] = 1
    sales = level * (1 + effect * before)
    weekly = pd.DataFrame({"week": span[::7], "revenue": sales.to_numpy().reshape(-1, 7).sum(axis=1), "orders": 5})
    weekly["revenue"] *= np.exp(noise * rng.normal(size=weeks))
    return weekly, days


def test_planted_effects_lie_in_their_intervals() -> None:
    inside = []
    for seed in range(30):
        found = holiday_effects(*_weekly(1 / 3, seed=seed))
        assert found is not None
        rows = found.effects.set_index("holiday").loc[["seollal", "chuseok"]]
        inside += ((rows["low"] < 1 / 3) & (rows["high"] > 1 / 3)).tolist()
        assert rows["change"].mean() == pytest.approx(1 / 3, abs=0.12)
    assert np.mean(inside) >= 0.75, "four holidays each: errors that resemble each other are estimated from few weeks"


def test_holidays_tell_more_than_months_where_they_matter() -> None:
    found = holiday_effects(*_weekly(0.6, noise=0.03))
    assert found is not None
    assert found.with_holidays < found.by_month
    assert found.with_holidays < found.without


def test_without_an_effect_little_is_found() -> None:
    sure = []
    for seed in range(20):
        found = holiday_effects(*_weekly(0.0, seed=seed))
        assert found is not None
        sure += ((found.effects["low"] > 0) | (found.effects["high"] < 0)).tolist()
    assert np.mean(sure) <= 0.3


def test_too_few_weeks() -> None:
    assert holiday_effects(*_weekly(0.3, weeks=60)) is None


def test_no_holidays_in_the_data() -> None:
    weekly, days = _weekly(0.3)
    found = holiday_effects(weekly, days.head(0))
    assert found is not None
    assert found.effects.empty
