"""Trends, returns and beginnings of products: planted ones are found, chance is left alone."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_analysis.features import product_counts
from crm_analysis.models import product_signals, shrunk_shares
from crm_analysis.warehouse import Engine, Warehouse

AS_OF = date(2024, 12, 31)


def _counts(products: int, seed: int = 3) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    usual = rng.integers(30, 400, products)
    frame = pd.DataFrame({"product_id": [f"p{i:03}" for i in range(products)]})
    frame["now"], frame["before"] = rng.poisson(1.3 * usual), rng.poisson(usual)
    frame["sold"], frame["firsts"] = 3 * usual, usual
    frame["returned"], frame["back"] = rng.binomial(3 * usual, 0.04), rng.binomial(usual, 0.6)
    return frame.assign(product=frame["product_id"], category="", returned_amount=0.0)


def test_chance_makes_no_signals() -> None:
    found = product_signals(_counts(300))
    for column in ("trend", "returned_mark", "back_mark"):
        assert (found[column] != "").sum() <= 1, column


def test_planted_signals_are_found() -> None:
    counts = _counts(200)
    counts.loc[0, ["now", "before"]] = [780, 300]
    counts.loc[1, ["now", "before"]] = [180, 300]
    counts.loc[2, ["now", "before"]] = [200, 0]
    counts.loc[3, ["now", "before"]] = [0, 200]
    counts.loc[4, ["sold", "returned"]] = [1000, 120]
    counts.loc[5, ["firsts", "back"]] = [300, 240]
    found = product_signals(counts)
    assert found["trend"].head(4).tolist() == ["rising", "falling", "new", "gone"]
    assert found.loc[0, "low"] < 2.0 < found.loc[0, "high"]
    assert found.loc[4, "returned_mark"] == found.loc[5, "back_mark"] == "more"
    assert 0.04 < found.loc[4, "returned_share"] < 0.12, "drawn towards all"


def test_intervals_of_shares_cover_the_truth() -> None:
    rng = np.random.default_rng(5)
    truth, cases = rng.beta(4, 96, 2000), rng.integers(20, 500, 2000)
    found = shrunk_shares(pd.Series(rng.binomial(cases, truth)), pd.Series(cases))
    covered = ((found["low"] <= truth) & (truth <= found["high"])).mean()
    assert covered == pytest.approx(0.90, abs=0.03)


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), min_size=2, max_size=30))
def test_shares_stay_in_their_interval(pairs: list[tuple[int, int]]) -> None:
    events, cases = pd.Series([min(p) for p in pairs]), pd.Series([max(p) for p in pairs])
    found = shrunk_shares(events, cases).dropna()
    assert (found["low"] <= found["high"]).all()
    assert found[["share", "low", "high"]].stack().between(0, 1).all()


def _line(customer: str, at: str, product: str, amount: float = 10.0, *, netted: bool = False) -> dict[str, object]:
    return {
        "customer_id": customer, "ordered_at": pd.Timestamp(at), "product_id": product, "product_name": product.title(),
        "amount": amount, "netted": netted,
    }  # fmt: skip


def test_counts_on_both_engines(engine: Engine, tmp_path: object) -> None:
    place = Warehouse(tmp_path, engine)  # type: ignore[arg-type]
    rows = [
        _line("a", "2023-10-01", "tea"), _line("a", "2023-10-05", "soap"), _line("a", "2024-10-01", "tea"),
        _line("b", "2024-02-01", "tea"), _line("b", "2024-10-02", "tea"), _line("b", "2024-10-03", "tea"),
        _line("c", "2024-10-04", "tea", netted=True), _line("c", "2024-10-06", "tea", -10.0, netted=True),
        _line("d", "2023-09-01", "soap"),
    ]  # fmt: skip
    place.write_frame("order_lines", pd.DataFrame(rows))
    lines, since = place.read("order_lines"), date(2023, 9, 15)
    found = product_counts(lines, None, since, date(2023, 1, 1), AS_OF).set_index("product_id")
    tea = found.loc["tea"]
    assert (tea["now"], tea["before"], tea["sold"], tea["returned"]) == (2, 1, 5, 1)
    assert tea["returned_amount"] == 10.0
    assert (tea["firsts"], tea["back"]) == (2, 1), "b came back after 244 days only"
    assert found.loc["soap", "firsts"] == 0, "d was there before"
    assert found.loc["tea", "product"] == "Tea"
    half_before = product_counts(lines, None, since, date(2024, 1, 1), AS_OF).set_index("product_id")
    assert half_before.loc["tea", "before"] == 1, "b in February"
    assert product_counts(lines.drop("product_id"), None, since, since, AS_OF).empty
    assert product_signals(product_counts(lines.drop("product_id"), None, since, since, AS_OF)).empty
