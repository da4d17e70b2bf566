"""All forecasts against what happened: by hand, in simulations with known truth, over several days."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import numpy as np
import pandas as pd
import pytest

from crm_analysis.errors import ModelError
from crm_analysis.models import BetaGeoNBD, NaiveForecast, Origin, UsedForecast, score_forecasts
from crm_analysis.models._measures import capture, gini
from crm_analysis.models.naive import naive_forecast, own_rate

TRUTH = {"r": 0.6, "alpha": 3.0, "a": 0.9, "b": 2.5}


@pytest.fixture(scope="module")
def origins(simulated: Callable[..., pd.DataFrame]) -> list[Origin]:
    """Three days; what happened follows the BG/NBD, whose purchases of the last period are frequency here."""
    days = [date(2024, 1, 1), date(2024, 7, 1), date(2025, 1, 1)]
    frames = [
        simulated(4_000, **TRUTH, horizon=26.0, seed=seed).rename(columns={"future": "actual"}) for seed in (1, 2, 3)
    ]
    frames = [f.assign(previous=f["frequency"]) for f in frames]
    rng = np.random.default_rng(0)
    spend = rng.gamma(3.0, 10.0, 4_000)
    frames[2] = frames[2].assign(spend=spend, actual_value=frames[2]["actual"] * spend)
    return [Origin(day, 26.0, frame, frame, 26.0) for day, frame in zip(days, frames, strict=True)]


def test_the_choice_is_made_before_the_reported_day(origins: list[Origin]) -> None:
    card = score_forecasts(origins, [BetaGeoNBD])
    assert card.winner == "BG/NBD"
    assert card.chosen_on == (date(2024, 1, 1), date(2024, 7, 1))
    assert card.reported_on == date(2025, 1, 1)
    assert card.untouched
    roles = card.measures.groupby("origin")["role"].unique().map(list).tolist()
    assert roles == [["choose"], ["choose"], ["report"]]
    assert card.comparison["model"].tolist() == ["BG/NBD", *NaiveForecast.ALL]
    early = card.measures[(card.measures["role"] == "choose") & (card.measures["part"] == "all")]
    for model, rmse in card.pooled.set_index("model")["rmse"].items():
        assert rmse == pytest.approx(np.sqrt((early.loc[early["model"] == model, "rmse"] ** 2).mean()))


def test_what_happens_on_the_last_day_cannot_change_the_choice(origins: list[Origin]) -> None:
    last = origins[2]
    spoiled = Origin(last.split, 26.0, last.customers.assign(actual=last.customers["frequency"]), last.earlier, 26.0)
    before, after = (score_forecasts([*origins[:2], end], [BetaGeoNBD]) for end in (last, spoiled))
    assert before.winner == after.winner == "BG/NBD"
    best = after.comparison.sort_values("rmse")["model"].iloc[0]
    assert best == "last_period"
    pd.testing.assert_frame_equal(before.pooled, after.pooled)


def test_a_single_day_says_that_it_is_used_twice(origins: list[Origin]) -> None:
    card = score_forecasts(origins[:1], [BetaGeoNBD])
    assert not card.untouched
    assert card.measures["role"].unique().tolist() == ["both"]


def test_parts_add_up_and_one_time_buyers_stand_apart(origins: list[Origin]) -> None:
    card = score_forecasts(origins, [BetaGeoNBD])
    report = card.measures[card.measures["role"] == "report"]
    sums = report.pivot(index="model", columns="part", values="predicted_total")
    np.testing.assert_allclose(sums["all"], sums["one_time"] + sums["repeat"])
    assert (report.loc[report["model"] == "own_past_rate"].set_index("part").loc["one_time", "predicted_total"]) == 0
    classes = card.by_frequency[card.by_frequency["model"] == "BG/NBD"].set_index("frequency_class")
    assert classes.index.tolist() == ["0", "1", "2", "3", "4-6", "7+"]
    assert classes["customers"].sum() == 4_000
    frame = origins[2].customers
    some = frame[frame["frequency"].between(4, 6)]
    assert classes.loc["4-6", "actual_mean"] == pytest.approx(some["actual"].mean())
    np.testing.assert_allclose(classes["predicted_mean"], classes["actual_mean"], rtol=0.25)


def test_the_true_model_is_calibrated_and_ranks_best(origins: list[Origin]) -> None:
    card = score_forecasts(origins, [BetaGeoNBD])
    told = card.calibration
    assert told["model"].unique().tolist() == ["BG/NBD"]
    assert (told["predicted"].between(told["low"] - 0.02, told["high"] + 0.02)).mean() > 0.8
    best = card.comparison.set_index("model")
    assert best.loc["BG/NBD", "brier"] < best.loc["BG/NBD", "brier_base"]
    assert best["value_gini"].idxmax() == "BG/NBD"
    assert best.loc["BG/NBD", "value_top_decile"] > best.loc["mean_of_the_past", "value_top_decile"] > 0.1
    assert best["brier"].drop("BG/NBD").isna().all()
    assert card.measures.loc[card.measures["role"] == "choose", "value_gini"].isna().all(), "no money given there"


def test_counted_states_equal_customers(origins: list[Origin]) -> None:
    small = [Origin(o.split, 26.0, o.customers.round({"recency": 0, "T": 0}).drop(columns=["spend", "actual_value"],
                    errors="ignore")) for o in origins]  # fmt: skip
    small = [Origin(o.split, 26.0, o.customers[o.customers["T"] > 0], o.customers, 26.0) for o in small]
    keys = ["frequency", "recency", "T", "previous", "actual"]

    def counted(frame: pd.DataFrame) -> pd.DataFrame:
        return frame.groupby(keys).size().rename("customers").reset_index()

    grouped = [Origin(o.split, 26.0, counted(o.customers), counted(o.customers), 26.0) for o in small]
    each, states = score_forecasts(small, [BetaGeoNBD]), score_forecasts(grouped, [BetaGeoNBD])
    pd.testing.assert_frame_equal(each.measures, states.measures, rtol=1e-6)
    pd.testing.assert_frame_equal(each.by_frequency, states.by_frequency, rtol=1e-6)


def test_naive_forecasts_by_hand() -> None:
    histories = [(4, 30.0, 40.0, 3, 2), (0, 0.0, 0.0, 1, 1), (1, 5.0, 40.0, 0, 1)]
    frame = pd.DataFrame(histories, columns=["frequency", "recency", "T", "previous", "customers"])
    made = {name: naive_forecast(name, frame, 10.0, None, 0.0) for name in NaiveForecast.ALL}
    assert made["simple_regression"] is None
    mean, last, own = (made[name] for name in ("mean_of_the_past", "last_period", "own_past_rate"))
    assert mean is not None
    assert last is not None
    assert own is not None
    np.testing.assert_allclose(mean.expected_purchases(frame, 10.0), [7 / 4] * 3)
    np.testing.assert_allclose(last.expected_purchases(frame, 20.0), [6, 2, 0])
    np.testing.assert_allclose(own.expected_purchases(frame, 20.0), [2, 0, 0.5])
    assert own_rate(frame).tolist() == [0.1, 0.0, 0.025]


def test_the_regression_finds_a_line_and_stays_above_zero() -> None:
    rng = np.random.default_rng(5)
    T, silence = np.full(400, 60.0), rng.uniform(0, 20, 400)
    earlier = pd.DataFrame(
        {"frequency": 3, "recency": T - silence, "T": T, "previous": rng.poisson(3, 400), "customers": 1}
    )
    rate = 0.05 + 0.6 * earlier["previous"] / 20 - 0.002 * silence
    earlier["actual"] = rate * 20
    line = naive_forecast("simple_regression", earlier, 20.0, earlier, 20.0)
    assert line is not None
    assert line.coefficients == pytest.approx((0.05, 0.6, -0.002))
    np.testing.assert_allclose(line.expected_purchases(earlier, 20.0), np.maximum(earlier["actual"], 0))
    gone = pd.DataFrame({"frequency": [1], "recency": [0.0], "T": [500.0], "previous": [0], "customers": [1]})
    assert line.expected_purchases(gone, 20.0)[0] == pytest.approx(20 * (0.05 - 0.002 * 20)), "silences seen go to 20"


def test_ranking_measures_by_hand() -> None:
    one = np.ones(4)
    value = np.array([10.0, 0.0, 0.0, 0.0])
    assert gini(np.array([4.0, 3, 2, 1]), value, one) == pytest.approx(1.0)
    assert gini(np.array([1.0, 2, 3, 4]), value, one) == pytest.approx(-1.0)
    assert gini(one, value, one) == pytest.approx(0.0)
    assert np.isnan(gini(one, one, one))
    assert capture(np.array([1.0, 4, 3, 2]), value, one, 0.25) == 0
    assert capture(one, value, one, 0.25) == pytest.approx(0.25)
    assert np.isnan(capture(one, 0 * one, one, 0.25))


def test_the_used_naive_forecast_knows_each_customer() -> None:
    people = pd.DataFrame({"customer_id": ["a", "b"], "frequency": [1, 0], "recency": [1.0, 0], "T": [2.0, 3]})
    used = UsedForecast("last_period", NaiveForecast("last_period", 13.0), pd.Series({"a": 2}))
    assert used.expected_purchases(people, 26.0).tolist() == [4.0, 0.0]
    with pytest.raises(ModelError, match="no naive forecast"):
        UsedForecast("BG/NBD").expected_purchases(people, 26.0)


def test_what_cannot_be_scored_is_refused(origins: list[Origin]) -> None:
    with pytest.raises(ModelError, match="No day"):
        score_forecasts([], [BetaGeoNBD])
    with pytest.raises(ModelError, match="order of time"):
        score_forecasts(origins[::-1], [BetaGeoNBD])
    nothing = Origin(date(2024, 1, 1), 26.0, origins[0].customers.assign(actual=0))
    with pytest.raises(ModelError, match="None of the 4000 customers bought"):
        score_forecasts([nothing], [BetaGeoNBD])
