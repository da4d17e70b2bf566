"""Customer lifetime value: the corrected published example, intervals against simulated futures."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from lifetimes import BetaGeoFitter, GammaGammaFitter

from crm_analysis.errors import ContractError, ModelError
from crm_analysis.models import BetaGeoNBD, GammaGamma, customer_lifetime_value, value_interval

ONE_PERCENT_A_MONTH = 1.01**12 - 1
TWELVE_MONTHS = 12 * 4.345
"""Weeks, as the lifetimes package counts months."""

BUYING = {"r": 0.6, "alpha": 3.0, "a": 0.9, "b": 2.5}
SPENDING = {"p": 6.0, "q": 4.0, "gamma": 15.0}


@pytest.fixture(scope="module")
def fitted(cdnow_summary: pd.DataFrame) -> tuple[BetaGeoNBD, GammaGamma]:
    return BetaGeoNBD().fit(cdnow_summary), GammaGamma().fit(cdnow_summary)


@pytest.mark.realdata
def test_twelve_months_of_cdnow_with_the_right_unit(
    fitted: tuple[BetaGeoNBD, GammaGamma], cdnow_summary: pd.DataFrame
) -> None:
    # The quickstart of lifetimes prints 140.10 for customer 1: weekly data with the default daily unit.
    value = customer_lifetime_value(*fitted, cdnow_summary, TWELVE_MONTHS, "week", ONE_PERCENT_A_MONTH)
    assert value.loc[0, "value"] == pytest.approx(36.28, abs=0.005)
    assert value["value"].sum() == pytest.approx(71_510, rel=1e-4)
    assert value["customer_id"].tolist() == cdnow_summary["customer_id"].tolist()


@pytest.mark.realdata
def test_lifetimes_agrees_customer_by_customer(
    fitted: tuple[BetaGeoNBD, GammaGamma], cdnow_summary: pd.DataFrame
) -> None:
    columns = [cdnow_summary[name] for name in ("frequency", "recency", "T")]
    used = cdnow_summary[cdnow_summary["frequency"] > 0]
    theirs = (
        GammaGammaFitter()
        .fit(used["frequency"], used["monetary_value"])
        .customer_lifetime_value(
            BetaGeoFitter().fit(*columns),
            *columns,
            cdnow_summary["monetary_value"],
            time=12,
            discount_rate=0.01,
            freq="W",
        )
    )
    ours = customer_lifetime_value(*fitted, cdnow_summary, TWELVE_MONTHS, "week", ONE_PERCENT_A_MONTH)
    np.testing.assert_allclose(ours["value"], theirs, rtol=3e-4)


@pytest.mark.realdata
def test_the_unit_does_not_matter(cdnow_summary: pd.DataFrame, fitted: tuple[BetaGeoNBD, GammaGamma]) -> None:
    days = cdnow_summary.assign(recency=cdnow_summary["recency"] * 7, T=cdnow_summary["T"] * 7)
    by_day = customer_lifetime_value(BetaGeoNBD().fit(days), fitted[1], days, 364, "day", 0.1, 0.3)
    by_week = customer_lifetime_value(*fitted, cdnow_summary, 52, "week", 0.1, 0.3)
    np.testing.assert_allclose(by_day["value"], by_week["value"], rtol=1e-6)
    revenue = customer_lifetime_value(*fitted, cdnow_summary, 52, "week", 0.1)
    np.testing.assert_allclose(by_week["value"], 0.3 * revenue["value"], rtol=1e-12)


@pytest.mark.realdata
def test_groups_add_up_and_total_does_not_depend_on_them(
    fitted: tuple[BetaGeoNBD, GammaGamma], cdnow_summary: pd.DataFrame
) -> None:
    table = cdnow_summary.assign(kind=np.where(cdnow_summary["frequency"] > 0, "repeat", "once"))
    terms = (52, "week", 0.1, 0.3)
    grouped = value_interval(*fitted, table, *terms, group="kind", n_draws=40, random_state=1)
    total = value_interval(*fitted, table, *terms, n_draws=40, random_state=1)
    assert grouped["scope"].tolist() == ["total", "group", "group"]
    assert grouped["group"].tolist() == [None, "once", "repeat"]
    assert grouped["customers"].tolist() == [2357, 1411, 946]
    assert grouped["value"][1:].sum() == pytest.approx(grouped["value"][0], rel=1e-12)
    np.testing.assert_allclose(
        grouped.loc[0, ["value", "low", "high"]].astype(float),
        total.loc[0, ["value", "low", "high"]].astype(float),
        rtol=1e-10,
    )
    point = customer_lifetime_value(*fitted, table, *terms)["value"].sum()
    assert total.loc[0, "value"] == pytest.approx(point, rel=1e-12)
    assert total.loc[0, "low"] < point < total.loc[0, "high"]
    assert grouped["high"][1:].sum() - grouped["low"][1:].sum() > total.loc[0, "high"] - total.loc[0, "low"]


def with_amounts(table: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Add the mean of past amounts and the sum of future ones, drawn by the Gamma-Gamma story."""
    rng = np.random.default_rng(seed)
    p, q, gamma = SPENDING.values()
    rate = rng.gamma(q, 1 / gamma, len(table))
    x, y = table["frequency"].to_numpy(), table["future"].to_numpy()
    past = np.where(x > 0, rng.gamma(p * np.maximum(x, 1)) / rate / np.maximum(x, 1), 0.0)
    future = np.where(y > 0, rng.gamma(p * np.maximum(y, 1)) / rate, 0.0)
    return table.assign(monetary_value=past, future_amount=future)


@pytest.mark.slow
def test_intervals_cover_simulated_totals(simulated: Callable[..., pd.DataFrame]) -> None:
    # 40 shops: a 90 % interval covers 36 of them on average, fewer than 31 by chance once in 70 trials; 36 here.
    covered = 0
    for seed in range(40):
        shop = with_amounts(simulated(1_500, **BUYING, horizon=4.0, seed=seed), seed)
        models = BetaGeoNBD().fit(shop), GammaGamma().fit(shop)
        row = value_interval(*models, shop, 4.0, "week", 0.0, n_draws=40, random_state=seed).iloc[0]
        covered += bool(row["low"] <= shop["future_amount"].sum() <= row["high"])
    assert 31 <= covered <= 40


def test_process_noise_is_that_of_simulated_totals(simulated: Callable[..., pd.DataFrame]) -> None:
    # One large population: the sum of squared errors of customers estimates the process variance.
    shop = with_amounts(simulated(40_000, **BUYING, horizon=26.0, seed=9), 9)
    buying, spending = BetaGeoNBD().fit(shop), GammaGamma().fit(shop)
    row = value_interval(buying, spending, shop, 26, "week", 0.0, n_draws=5, random_state=0).iloc[0]
    expected = customer_lifetime_value(buying, spending, shop.assign(customer_id=shop.index), 26, "week", 0.0)
    error = shop["future_amount"] - expected["value"]
    assert row["process_sd"] == pytest.approx(np.sqrt((error**2).sum()), rel=0.05)


def certain() -> tuple[BetaGeoNBD, GammaGamma]:
    """Models whose parameters are known for certain."""
    buying, spending = BetaGeoNBD.from_params(**BUYING), GammaGamma.from_params(**SPENDING)
    buying.log_covariance_, spending.log_covariance_ = np.zeros((4, 4)), np.zeros((3, 3))
    return buying, spending


def test_process_noise_of_one_customer() -> None:
    # Simulated from the posterior of (x 1, t_x 8, T 10, mean spend 40) over 26 weeks.
    x, t_x, T, m, horizon, n = 1, 8.0, 10.0, 40.0, 26.0, 400_000
    table = pd.DataFrame({"frequency": [x], "recency": [t_x], "T": [T], "monetary_value": [m]})
    buying, spending = certain()
    row = value_interval(buying, spending, table, horizon, "week", 0.0, n_draws=2).iloc[0]
    rng = np.random.default_rng(7)
    rate = rng.gamma(BUYING["r"] + x, 1 / (BUYING["alpha"] + T), n)
    leaves = rng.beta(BUYING["a"], BUYING["b"] + x, n)
    alive = rng.random(n) < buying.probability_alive(table)[0]
    purchases = np.minimum(rng.poisson(rate * horizon), rng.geometric(leaves)) * alive
    scale = rng.gamma(SPENDING["p"] * x + SPENDING["q"], 1 / (SPENDING["gamma"] + x * m), n)
    amount = np.where(purchases > 0, rng.gamma(SPENDING["p"] * np.maximum(purchases, 1)) / scale, 0.0)
    assert row["value"] == pytest.approx(amount.mean(), rel=0.01)
    assert row["process_sd"] == pytest.approx(amount.std(), rel=0.01)


def test_process_noise_is_discounted_like_the_value() -> None:
    table = pd.DataFrame({"frequency": [1], "recency": [8.0], "T": [10.0], "monetary_value": [40.0]})
    plain = value_interval(*certain(), table, 104, "week", 0.0, n_draws=2).iloc[0]
    later = value_interval(*certain(), table, 104, "week", 0.5, 0.3, n_draws=2).iloc[0]
    assert later["value"] < 0.9 * 0.3 * plain["value"]
    assert later["process_sd"] / plain["process_sd"] == pytest.approx(later["value"] / plain["value"], rel=1e-9)


def test_draws_at_known_parameters_equal_scoring_each_customer(simulated: Callable[..., pd.DataFrame]) -> None:
    shop = with_amounts(simulated(400, **BUYING, seed=2), 2).assign(customer_id=range(400), kind=[0, 1, 2, 3] * 100)
    shop.loc[5, "monetary_value"] = -2.0
    buying, spending = BetaGeoNBD().fit(shop), GammaGamma().fit(shop)
    buying.log_covariance_, spending.log_covariance_ = np.zeros((4, 4)), np.zeros((3, 3))
    table = value_interval(buying, spending, shop, 52, "week", 0.1, 0.3, group="kind", n_draws=2)
    np.testing.assert_allclose(table["parameter_sd"], 0, atol=1e-6)
    # Without parameter errors the interval is normal around the point.
    np.testing.assert_allclose((table["low"] + table["high"]) / 2, table["value"], rtol=1e-9)
    each = customer_lifetime_value(buying, spending, shop, 52, "week", 0.1, 0.3)["value"]
    np.testing.assert_allclose(table["value"][1:], each.groupby(shop["kind"]).sum(), rtol=1e-12)


def test_refusals() -> None:
    buying, spending = BetaGeoNBD.from_params(**BUYING), GammaGamma.from_params(**SPENDING)
    table = pd.DataFrame({"frequency": [1], "recency": [1.0], "T": [2.0], "monetary_value": [3.0]})
    with pytest.raises(ContractError, match="customer_id is missing"):
        customer_lifetime_value(buying, spending, table, 52, "week", 0.1)
    with pytest.raises(ContractError, match="kind to group by is missing"):
        value_interval(buying, spending, table, 52, "week", 0.1, group="kind")
    with pytest.raises(ModelError, match="horizon must be above 0"):
        customer_lifetime_value(buying, spending, table.assign(customer_id=1), 0, "week", 0.1)
    with pytest.raises(ModelError, match="margin rate must be a number"):
        customer_lifetime_value(buying, spending, table.assign(customer_id=1), 52, "week", 0.1, np.nan)
    with pytest.raises(ModelError, match="fit it to draw"):
        value_interval(buying, spending, table, 52, "week", 0.1)
