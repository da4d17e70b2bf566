"""What BG/NBD, MBG/NBD and Pareto/NBD share: held against customers drawn by each model's own story."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate

from crm_analysis.errors import ModelError, StatisticalWarning
from crm_analysis.models import BetaGeoNBD, ModifiedBetaGeoNBD, ParetoNBD, PurchaseProcess
from crm_analysis.models._laplace import discounted_power
from crm_analysis.models._states import PurchaseStates
from crm_analysis.models.time_units import continuous_rate

MODELS: list[PurchaseProcess] = [
    BetaGeoNBD.from_params(r=0.6, alpha=3.0, a=0.9, b=2.5),
    ModifiedBetaGeoNBD.from_params(r=0.6, alpha=3.0, a=0.9, b=2.5),
    ParetoNBD.from_params(r=0.6, alpha=3.0, s=0.8, beta=9.0),
    ParetoNBD.from_params(r=1.0, alpha=8.0, s=1.0, beta=4.0),
]
CLASSES = [BetaGeoNBD, ModifiedBetaGeoNBD, ParetoNBD]
N, HORIZON = 60_000, 13.0

each_model = pytest.mark.parametrize("model", MODELS, ids=repr)
each_class = pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.NAME)


@pytest.fixture(scope="module", params=MODELS, ids=repr)
def drawn(request: pytest.FixtureRequest) -> tuple[PurchaseProcess, pd.DataFrame]:
    model: PurchaseProcess = request.param
    ages = np.random.default_rng(3).uniform(10, 40, N)
    return model, model.simulate(ages, HORIZON, random_state=4)


def _close(found: pd.Series | np.ndarray, expected: np.ndarray, variance: np.ndarray) -> None:
    """The sum lies within four standard errors."""
    assert abs(float(np.sum(found)) - float(np.sum(expected))) < 4 * float(np.sqrt(np.sum(variance)))


def test_who_is_alive(drawn: tuple[PurchaseProcess, pd.DataFrame]) -> None:
    model, table = drawn
    alive = model.probability_alive(table)
    for few, many in ((0, 0), (1, 2), (3, 10_000)):
        part = table["frequency"].between(few, many).to_numpy()
        _close(table["alive"][part], alive[part], alive[part] * (1 - alive[part]) + 1e-12)
    later = model.probability_alive(table, ahead=5.0)
    assert (later < alive).all()


def test_alive_later_is_alive_after_the_wait(drawn: tuple[PurchaseProcess, pd.DataFrame]) -> None:
    model, table = drawn
    longer = model.simulate(table["T"] + HORIZON, random_state=9)["alive"]
    # The same model seen later, without looking at the purchases in between.
    share = model.probability_alive(table, ahead=HORIZON).mean()
    assert abs(longer.mean() - share) < 4 * np.sqrt(2 * 0.25 / N)


def test_expected_purchases_and_their_variance(drawn: tuple[PurchaseProcess, pd.DataFrame]) -> None:
    model, table = drawn
    expected, variance = model.expected_purchases(table, HORIZON), model.variance_of_purchases(table, HORIZON)
    for few, many in ((0, 0), (1, 3), (4, 10_000)):
        part = table["frequency"].between(few, many).to_numpy()
        _close(table["future"][part], expected[part], variance[part])
    assert ((table["future"] - expected) ** 2).sum() == pytest.approx(variance.sum(), rel=0.08)


def test_distribution_of_the_number_of_purchases(drawn: tuple[PurchaseProcess, pd.DataFrame]) -> None:
    model, table = drawn
    chances = model.purchase_distribution(table, HORIZON, 8)
    np.testing.assert_allclose(chances.sum(axis=1), 1.0, atol=1e-9)
    for number in range(9):
        chance = chances[:, number]
        _close(table["future"] == number, chance, chance * (1 - chance))
    _close(table["future"] > 8, chances[:, 9], chances[:, 9] * (1 - chances[:, 9]))
    np.testing.assert_allclose(chances[:, 0], model.probability_no_purchase(table, HORIZON), atol=1e-9)


@each_model
def test_distribution_has_the_expectation_and_variance(model: PurchaseProcess) -> None:
    states = pd.DataFrame({"frequency": [0, 1, 6], "recency": [0.0, 4.0, 18.0], "T": [20.0, 30.0, 20.0]})
    chances = model.purchase_distribution(states, HORIZON, 400)
    number = np.arange(402)
    assert chances[:, -1].max() < 1e-9
    mean = chances @ number
    np.testing.assert_allclose(mean, model.expected_purchases(states, HORIZON), rtol=1e-7)
    variance = chances @ number**2 - mean**2
    np.testing.assert_allclose(variance, model.variance_of_purchases(states, HORIZON), rtol=1e-6)


def test_the_next_purchase(drawn: tuple[PurchaseProcess, pd.DataFrame]) -> None:
    model, table = drawn
    some = table.iloc[:4_000]
    waits = model.simulate(some["T"], 1e5, random_state=12)
    told = model.next_purchase(waits, level=0.8)
    comes = np.isfinite(waits["next_purchase"])
    chance = told["probability"].to_numpy()
    _close(comes, chance, chance * (1 - chance) + 1e-9)
    seen, told = waits.loc[comes, "next_purchase"], told[comes]
    tolerance = 4 * np.sqrt(0.25 / len(seen))
    assert (seen < told["median"]).mean() == pytest.approx(0.5, abs=tolerance)
    assert seen.between(told["low"], told["high"]).mean() == pytest.approx(0.8, abs=tolerance)


@each_model
def test_all_time_to_come_is_the_limit_of_long_horizons(model: PurchaseProcess) -> None:
    states = pd.DataFrame({"frequency": [0, 1, 9, 40], "recency": [0, 3.0, 38.0, 39.5], "T": [39.0, 39.0, 39.0, 40.0]})
    whole = model.discounted_residual_purchases(states, 0.15, "week")
    rate = continuous_rate(0.15, "week")
    for row in range(len(states)):
        one = states.iloc[[row]]
        found, _error = integrate.quad(
            lambda log_t, one=one: float(
                rate * np.exp(log_t - rate * np.exp(log_t)) * model.expected_purchases(one, float(np.exp(log_t)))[0]
            ),
            -12, np.log(60 / rate), limit=400, epsabs=0, epsrel=1e-9,
        )  # fmt: skip
        assert whole[row] == pytest.approx(found, rel=1e-6)
    assert (model.discounted_residual_purchases(states, 0.3, "week") < whole).all()


@pytest.mark.parametrize(("s", "z"), [(0.05, 1e-4), (0.6, 0.13), (1.0, 2.0), (30.0, 1e-3), (500.0, 100.0)])
def test_the_integral_of_discounting(s: float, z: float) -> None:
    def density(w: float) -> float:
        return float(np.exp(w - s * np.log1p(np.exp(w)) - z * np.exp(w)))

    parts = [-60.0, -np.log(s + z) - 3, -np.log(z) + 4]
    found = sum(
        integrate.quad(density, a, b, limit=500, epsabs=0, epsrel=1e-12)[0]
        for a, b in zip(parts, parts[1:], strict=False)
    )
    assert float(discounted_power(np.array(s), np.array(z))) == pytest.approx(found, rel=1e-9)


@each_class
@pytest.mark.parametrize(("unit", "per_week"), [("day", 7.0), ("month", 7 / 30.4375), ("year", 7 / 365.25)])
def test_the_unit_changes_nothing(kind: type[PurchaseProcess], unit: str, per_week: float) -> None:
    model = next(m for m in MODELS if isinstance(m, kind))
    table = model.simulate(np.full(2_000, 30.0), random_state=8)
    other = table.assign(recency=table["recency"] * per_week, T=table["T"] * per_week)
    mine, theirs = kind().fit(table), kind().fit(other)
    scale = pd.Series({name: per_week if name in kind.TIMES else 1.0 for name in kind.PARAMETERS})
    np.testing.assert_allclose(theirs.params_ / scale, mine.params_, rtol=1e-6)
    for ask in (
        lambda m, t, k, u: m.probability_alive(t, 4 * k),
        lambda m, t, k, u: m.expected_purchases(t, 10 * k),
        lambda m, t, k, u: m.discounted_expected_purchases(t, 52 * k, 0.1, u),
        lambda m, t, k, u: m.discounted_residual_purchases(t, 0.1, u),
        lambda m, t, k, u: m.purchase_distribution(t, 10 * k, 3),
        lambda m, t, k, u: m.next_purchase(t)["median"] / k,
    ):
        np.testing.assert_allclose(
            ask(theirs, other.head(50), per_week, unit), ask(mine, table.head(50), 1.0, "week"), rtol=1e-6
        )


@each_class
def test_states_and_customers_give_one_likelihood(kind: type[PurchaseProcess]) -> None:
    model = next(m for m in MODELS if isinstance(m, kind))
    table = model.simulate(np.full(3_000, 20.0), random_state=5)
    table["recency"] = np.round(table["recency"], 0)
    table = table[(table["frequency"] == 0) | (table["recency"] > 0)]
    counted = table.groupby(["frequency", "recency", "T"]).size().rename("customers").reset_index()
    assert len(counted) < len(table) / 5
    one, other = kind().fit(table), kind().fit(counted)
    assert other.log_likelihood_ == pytest.approx(one.log_likelihood_, rel=1e-9)
    np.testing.assert_allclose(other.params_, one.params_, rtol=1e-6)


@each_class
def test_the_gradient_is_that_of_the_likelihood(kind: type[PurchaseProcess]) -> None:
    frame = pd.DataFrame(
        {"frequency": [0, 0, 1, 7, 300], "recency": [0, 0, 0.3, 0.9, 1.1], "T": [1.2, 0.2, 0.9, 0.95, 1.15]}
    )
    objective = kind()._objective(PurchaseStates.from_frame(frame.assign(customers=[5, 4, 3, 2, 1])))
    for point in np.log([[0.6, 0.7, 0.5, 0.9], [3.0, 0.01, 2.0, 40.0]]):
        _value, slopes = objective(point)
        for k in range(4):
            step = np.zeros(4)
            step[k] = 1e-5
            change = (objective(point + step)[0] - objective(point - step)[0]) / 2e-5
            assert slopes[k] == pytest.approx(change, rel=1e-5, abs=1e-8)


EXTREME = st.tuples(
    st.sampled_from([0, 1, 2, 10, 100, 1_000, 10_000]),
    st.floats(0, 1),
    st.sampled_from([1 / 7, 1.0, 52.0, 520.0, 2_609.0]),
    st.sampled_from([0.2, 1.0, 40.0]),
)


@each_class
@given(customers=st.lists(EXTREME, min_size=1, max_size=6))
@settings(max_examples=60)
def test_whoever_the_customers_are_results_are_finite(
    kind: type[PurchaseProcess], customers: list[tuple[int, float, float, float]]
) -> None:
    """From a day to 50 years in weeks, from none to 10,000 purchases, at ordinary and at odd parameters."""
    frame = pd.DataFrame(customers, columns=["frequency", "share", "T", "odd"])
    frame["recency"] = np.where(frame["frequency"] > 0, frame["share"] * frame["T"], 0.0)
    odd = float(frame["odd"].iloc[0])
    names = kind.PARAMETERS
    model = kind.from_params(**dict(zip(names, (0.5 * odd, 3.0, 0.7, 2.0 * odd), strict=True)))
    for values in (
        model.probability_alive(frame),
        model.probability_alive(frame, 10.0),
        model.probability_no_purchase(frame, 10.0),
        model.purchase_distribution(frame, 10.0, 5).ravel(),
    ):
        assert np.isfinite(values).all()
        assert ((values >= 0) & (values <= 1 + 1e-12)).all()
    for values in (
        model.expected_purchases(frame, [1.0, 52.0]).ravel(),
        model.variance_of_purchases(frame, 52.0),
        model.discounted_residual_purchases(frame, 0.1, "week"),
        model.next_purchase(frame)["probability"].to_numpy(),
    ):
        assert np.isfinite(values).all()
        assert (values >= 0).all()


@each_class
@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame({"frequency": [1], "recency": [1.0], "T": [4.0]}),
        pd.DataFrame({"frequency": [2] * 50, "recency": [3.0] * 50, "T": [4.0] * 50}),
        pd.DataFrame({"frequency": [0, 10_000], "recency": [0.0, 2_600.0], "T": [1 / 7, 2_609.0]}),
    ],
    ids=["one customer", "identical customers", "extremes"],
)
def test_hardly_any_data_warns_and_stays_finite(kind: type[PurchaseProcess], frame: pd.DataFrame) -> None:
    with pytest.warns(StatisticalWarning):
        model = kind().fit(frame)
    assert np.isfinite(model.params_).all()
    assert (model.params_ > 0).all()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert np.isfinite(model.expected_purchases(frame, 10.0)).all()


@each_class
def test_nobody_bought_again(kind: type[PurchaseProcess]) -> None:
    with pytest.raises(ModelError, match="None of the 2 customers bought again"):
        kind().fit(pd.DataFrame({"frequency": [0, 0], "recency": [0, 0], "T": [3.0, 4.0]}))


@each_model
def test_wrong_questions_are_refused(model: PurchaseProcess) -> None:
    one = pd.DataFrame({"frequency": [1], "recency": [1.0], "T": [4.0]})
    with pytest.raises(ModelError, match="whole number"):
        model.purchase_distribution(one, 10.0, -1)
    with pytest.raises(ModelError, match="discount rate must be above 0"):
        model.discounted_residual_purchases(one, 0.0, "week")
    with pytest.raises(ModelError, match="horizon"):
        model.probability_alive(one, -1.0)
