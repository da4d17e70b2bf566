"""The additive model of leaving: planted drivers are named, decoys are not, and reasons are its own terms."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit, logit

from crm_analysis.features import HABITS, LIVED_THROUGH
from crm_analysis.models import LeavingModel

STRENGTH = {"late_deliveries": 0.9, "slow_complaints": 1.5}


def _traits(n: int = 4000, seed: int = 0, strength: dict[str, float] | None = None) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({name: rng.gamma(2.0, 1.0, n) for name in HABITS})
    for name in LIVED_THROUGH:
        frame[name] = np.where(rng.random(n) < 0.2, rng.gamma(2.0, 0.5, n), 0.0)
    frame.insert(0, "customer_id", [f"c{i}" for i in range(n)])
    log_odds = -1.5 + 0.5 * frame["recency_days"] + sum(w * frame[d] for d, w in (strength or {}).items())
    frame["left"] = (rng.random(n) < expit(log_odds)).astype(float)
    return frame


def test_planted_drivers_are_named_and_decoys_are_not() -> None:
    model = LeavingModel().fit(_traits(strength=STRENGTH))
    drivers = model.drivers_.set_index("driver")
    assert drivers.index[drivers["named"]].tolist() == ["slow_complaints", "late_deliveries"]
    truth = {"late_deliveries": np.exp(0.9), "slow_complaints": np.exp(1.5)}
    for name, odds in truth.items():
        row = drivers.loc[name]
        assert row["low"] < row["odds_ratio"] < row["high"]
        assert row["low"] < odds * 1.15, "typical amounts are about one"
        assert row["high"] > odds / 1.15


def test_without_any_driver_hardly_one_is_ever_named() -> None:
    named = [bool(LeavingModel().fit(_traits(800, seed)).drivers_["named"].any()) for seed in range(40)]
    assert np.mean(named) <= 0.20, "a tenth of names false on average, half of them in the direction that is named"


def test_deleting_a_driver_lowers_the_probability() -> None:
    traits = _traits(strength=STRENGTH)
    model = LeavingModel().fit(traits)
    hit = traits[traits["slow_complaints"] > 0]
    assert (model.without(hit, "slow_complaints") < model.probability(hit)).all()
    untouched = traits[traits["slow_complaints"] == 0].head(50)
    np.testing.assert_allclose(model.without(untouched, "slow_complaints"), model.probability(untouched))


def test_terms_add_up_to_the_log_odds() -> None:
    traits = _traits(1000, strength=STRENGTH)
    model = LeavingModel().fit(traits)
    reference = traits.head(1).assign(**model.reference_)
    told = logit(model.probability(traits.head(20))) - logit(model.probability(reference))[0]
    np.testing.assert_allclose(model.contributions(traits.head(20)).sum(axis=1), told, atol=1e-9)


def test_probabilities_are_calibrated_and_rank() -> None:
    model = LeavingModel().fit(_traits(6000, 1, STRENGTH))
    fresh = _traits(6000, 2, STRENGTH)
    told = model.probability(fresh)
    assert told.mean() == pytest.approx(fresh["left"].mean(), abs=0.02)
    assert np.corrcoef(told, fresh["left"])[0, 1] > 0.3


def test_what_is_missing_or_the_same_for_all_is_left_out() -> None:
    traits = _traits(1000).assign(late_deliveries=np.nan, store_visits=1.0, trend=0.0)
    model = LeavingModel().fit(traits)
    assert not {"late_deliveries", "store_visits", "trend"} & set(model.terms_)
    assert np.isfinite(model.probability(traits)).all()


def test_without_anything_lived_through_there_are_no_drivers() -> None:
    traits = _traits(1000).assign(**dict.fromkeys(LIVED_THROUGH, np.nan))
    assert LeavingModel().fit(traits).drivers_.empty


def test_a_driver_that_tells_all_does_not_break_the_fit() -> None:
    traits = _traits(600)
    traits["returned_share"] = traits["left"]
    model = LeavingModel().fit(traits)
    assert np.isfinite(model.probability(traits)).all()
    assert np.isfinite(model.drivers_["odds_ratio"]).all()
