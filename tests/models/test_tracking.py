"""Expected cumulative repeat purchases by week."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from crm_analysis.errors import ModelError
from crm_analysis.models import BetaGeoNBD, weekly_expected_cumulative

PUBLISHED = {"r": 0.24259, "alpha": 4.41360, "a": 0.79292, "b": 2.42589}


@pytest.mark.realdata
def test_cdnow_is_tracked(cdnow: pd.DataFrame) -> None:
    # Fader, Hardie, Lee (2005), figure 2: the line stays close to the actual purchases over 78 weeks.
    model = BetaGeoNBD().fit(cdnow)
    counts = (cdnow["first"] - pd.Timestamp("1997-01-01")).dt.days.value_counts()
    table = weekly_expected_cumulative(model, counts, 78).set_index("week")
    assert table.loc[39, "expected_cumulative"] == pytest.approx(2457, rel=0.03)
    assert table.loc[78, "expected_cumulative"] == pytest.approx(2457 + 1882, rel=0.05)
    assert (table["expected"] > 0).all()


def test_by_hand_and_in_any_unit() -> None:
    weekly = BetaGeoNBD.from_params(**PUBLISHED)
    daily = BetaGeoNBD.from_params(**{**PUBLISHED, "alpha": 7 * PUBLISHED["alpha"]})
    counts = pd.Series([10, 4], index=[0, 9])
    table = weekly_expected_cumulative(weekly, counts, 3)
    by_hand = [
        10 * weekly.expected_purchases_new_customer(1.0),
        10 * weekly.expected_purchases_new_customer(2.0) + 4 * weekly.expected_purchases_new_customer(5 / 7),
        10 * weekly.expected_purchases_new_customer(3.0) + 4 * weekly.expected_purchases_new_customer(12 / 7),
    ]
    np.testing.assert_allclose(table["expected_cumulative"], by_hand, rtol=1e-10)
    np.testing.assert_allclose(table["expected"].cumsum(), by_hand, rtol=1e-10)
    in_days = weekly_expected_cumulative(daily, counts, 3, unit="day")
    np.testing.assert_allclose(in_days["expected_cumulative"], by_hand, rtol=1e-10)


def test_refusals() -> None:
    model = BetaGeoNBD.from_params(**PUBLISHED)
    with pytest.raises(ModelError, match="whole numbers from 0"):
        weekly_expected_cumulative(model, pd.Series([1], index=[-1]), 3)
    with pytest.raises(ModelError, match="At least one week"):
        weekly_expected_cumulative(model, pd.Series([1], index=[0]), 0)
