"""The worth of prospects, the next need, and the answer to prices: simulated with a known truth."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from crm_analysis.models import find_latent_needs, price_response, value_prospects

DAY = pd.Timestamp("2023-01-01")


def _history(won: dict[str, tuple[int, int]]) -> pd.DataFrame:
    rows = []
    for origin, (k, n) in won.items():
        for i in range(n):
            first = DAY + pd.Timedelta(days=30) if i < k else pd.NaT
            rows.append((f"{origin}{i}", origin, DAY, first, i % 2 == 0, i < k))
    columns = ["prospect_id", "origin", "created_at", "first_day", "has_basis", "is_customer"]
    return pd.DataFrame(rows, columns=columns).astype({"first_day": "datetime64[us]"})


MONEY = pd.DataFrame({"origin": ["all", "big"], "customers": [500, 100], "profit": [100.0, 120.0], "error": [5.0, 9.0]})


def test_a_tiny_list_is_drawn_towards_all() -> None:
    found = value_prospects(_history({"big": (30, 600), "mid": (20, 400), "tiny": (3, 4)}), MONEY, {"big": 20.0})
    assert found is not None
    rows = found.origins.set_index("origin")
    assert rows.loc["tiny", "rate"] < 0.75 and rows.loc["tiny", "high"] - rows.loc["tiny", "low"] > 0.1
    assert rows.loc["big", "rate"] == pytest.approx(0.05, abs=0.01)
    assert rows.loc["big", "worth"] == pytest.approx(rows.loc["big", "rate"] * (120 - 20))
    assert rows.loc["mid", "profit"] == 100.0  # no customers of its own: that of all
    assert rows.loc["big", ["open", "may_ask"]].tolist() == [570, 285]
    assert len(found.scores) == 570 + 380 + 1
    assert found.scores["has_basis"].iloc[0] and not found.scores["has_basis"].iloc[-1]


def test_customers_before_they_were_listed_were_not_won() -> None:
    history = _history({"big": (20, 300)})
    early = history.assign(first_day=history["first_day"].mask(history.index < 10, DAY - pd.Timedelta(days=5)))
    found = value_prospects(early, MONEY, {})
    assert found is not None
    assert found.origins.loc[0, ["known", "at_risk", "won"]].tolist() == [10, 290, 10]


def test_too_few_prospects_or_nobody_won() -> None:
    assert value_prospects(None, MONEY, {}) is None
    assert value_prospects(_history({"big": (3, 50)}), MONEY, {}) is None
    assert value_prospects(_history({"big": (0, 500)}), MONEY, {}) is None


def test_equal_lists_cover_the_common_rate() -> None:
    rng, inside, lists = np.random.default_rng(5), 0, 0
    for _draw in range(60):
        won = {f"l{i}": (int(rng.binomial(150, 0.06)), 150) for i in range(4)}
        found = value_prospects(_history(won), MONEY, {})
        assert found is not None
        inside += int(((found.origins["low"] <= 0.06) & (found.origins["high"] >= 0.06)).sum())
        lists += len(found.origins)
    assert inside / lists > 0.84


def _windows(rng: np.random.Generator, strength: float) -> dict[str, pd.DataFrame]:
    """Kinds a to j; who bought a takes up b, who bought c takes up d, the stronger the more."""
    kinds = list("abcdefghij")
    next_of = {0: 1, 2: 3, 4: 5, 6: 7}
    frames = {}
    for name in ("earlier", "later", "now"):
        rows = []
        for person in range(1500):
            owned = {int(k) for k in rng.choice(10, 3, replace=False)}
            chance = np.full(10, 0.05)
            for one, other in next_of.items():
                if one in owned:
                    chance[other] += strength
            after = {int(k) for k in np.flatnonzero(rng.random(10) < chance)}
            rows += [(f"p{person}", kinds[k], int(k in owned), int(k in after)) for k in owned | after]
        frames[name] = pd.DataFrame(rows, columns=["customer_id", "kind", "before", "after"])
    return frames


def test_the_next_need_is_found_where_it_follows_from_what_was_bought() -> None:
    found = find_latent_needs(_windows(np.random.default_rng(1), 0.4).__getitem__)
    assert found is not None and found.used == "personal" and found.low > 0
    first = found.check.set_index("way")["hit_one"]
    assert first["personal"] > first["popular"] + 0.2
    told = found.needs[found.needs["because"] != ""]
    assert {("a", "b"), ("c", "d")} <= set(zip(told["because"], told["kind"], strict=True))
    assert found.needs["probability"].max() == pytest.approx(0.45, abs=0.12)
    assert not found.needs["customer_id"].duplicated().any()


def test_without_any_order_the_popular_is_used() -> None:
    found = find_latent_needs(_windows(np.random.default_rng(2), 0.0).__getitem__)
    assert found is not None and found.used == "popular"
    assert (found.needs["because"] == "").all() and found.needs["probability"].max() < 0.12


def test_too_few_who_took_up_something_new() -> None:
    frames = {name: frame.head(40) for name, frame in _windows(np.random.default_rng(3), 0.0).items()}
    assert find_latent_needs(frames.__getitem__) is None


def _periods(rng: np.random.Generator, slope: float) -> pd.DataFrame:
    rows = []
    for product in range(60):
        level, price = rng.normal(3, 0.5), rng.uniform(5, 50)
        for quarter in range(8):
            price *= np.exp(rng.normal(0, 0.15))
            since = pd.Timestamp("2023-01-01") + pd.DateOffset(months=3 * quarter)
            until = since + pd.DateOffset(months=3) - pd.Timedelta(days=1)
            mean = np.exp(level + 0.3 * np.sin(quarter) + slope * np.log(price / 20))
            rows.append((f"p{product}", since, "all", until, price, (until - since).days + 1, rng.poisson(mean)))
    return pd.DataFrame(rows, columns=["product_id", "since", "group", "until", "price", "days", "purchases"])


def test_elasticity_is_recovered_and_covered() -> None:
    rng, inside = np.random.default_rng(4), 0
    for _draw in range(60):
        found = price_response(_periods(rng, -1.2), {})
        assert found is not None
        row = found.iloc[0]
        inside += int(row["low"] <= -1.2 <= row["high"])
        assert abs(row["elasticity"] + 1.2) < 0.5
    assert 47 <= inside <= 60  # 90 % of 60, three standard errors


def test_no_response_is_not_called_sure() -> None:
    rng = np.random.default_rng(6)
    sure = [bool(price_response(_periods(rng, 0.0), {}).loc[0, "sure"]) for _draw in range(40)]  # type: ignore[union-attr]
    assert sum(sure) <= 10


def test_prices_that_never_changed_say_nothing() -> None:
    rows = _periods(np.random.default_rng(7), 0.0)
    assert price_response(rows.assign(price=rows.groupby("product_id")["price"].transform("first")), {}) is None
    assert price_response(None, {}) is None
    assert price_response(rows[rows["product_id"].isin(["p1", "p2"])], {}) is None
