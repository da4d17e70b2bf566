"""Tables of each kind a figure is drawn from: as usual, one segment, twelve, all zero, one outlier, empty.

Seeded and made up: the figures' tests look at marks and words, not at results.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from crm_analysis import plots

SEGMENTS = [
    "champions", "loyal", "promising", "new", "needs_attention", "about_to_sleep",
    "at_risk", "cannot_lose", "hibernating", "lost", "one_time",
    "a segment of the user with a very long name of its own",
]  # fmt: skip
STRATEGIES = ["retain", "activate", "raise_loyalty", "cross_sell", "reactivate"]
VARIANTS = ("normal", "one", "many", "outlier")
"""What every figure must be able to draw."""


def _segments(variant: str) -> list[str]:
    return {"one": SEGMENTS[6:7], "many": SEGMENTS}.get(variant, SEGMENTS[:6])


def _varied(values: Any, variant: str) -> np.ndarray:
    """Values as they are, all zero, or with the second a hundred times as large."""
    array = np.asarray(values, dtype=float).copy()
    if variant == "zero":
        return array * 0
    if variant == "outlier" and len(array) > 1:
        array[1] *= 100
    return array


def rows_flow(variant: str) -> dict[str, Any]:
    rules = {
        "one": ["exact_duplicate"],
        "many": ["exact_duplicate", "no_customer", "not_a_sale", "no_date", "no_amount", "impossible_date",
                 "adjustment", "return", "negative_price", "in_two_files", "free_line", "not_a_product"],
    }.get(variant, ["exact_duplicate", "no_customer", "not_a_sale", "no_date"])  # fmt: skip
    rows = pd.DataFrame({
        "table": "order_lines",
        "rule": ["kept", *rules],
        "action": ["kept", *[["quarantined", "repaired", "netted"][i % 3] for i in range(len(rules))]],
        "rows": _varied([1_043_992, *[24_300 // (i + 1) for i in range(len(rules))]], variant),
    })  # fmt: skip
    return {"ledger": rows}


def _months(n: int, start: str = "2023-03-01") -> pd.DatetimeIndex:
    return pd.date_range(start, periods=n, freq="MS")


def agreement_by_month(variant: str) -> dict[str, Any]:
    n = {"one": 2, "many": 36}.get(variant, 16)
    raw = _varied(9e7 + 2e7 * np.sin(np.arange(n)), variant)
    rows = pd.DataFrame({"month": _months(n), "raw_amount": raw, "no_customer": -0.07 * raw, "returns": -0.03 * raw})
    rows = rows.assign(sales_amount=rows[["raw_amount", "no_customer", "returns"]].sum(axis=1))
    open_month = {"until": rows["month"].iloc[-1] + pd.Timedelta(days=9)} if variant == "normal" else {}
    return {"agreement": rows, **open_month}


def growth_bridge(variant: str) -> dict[str, Any]:
    inner = {"one": ["new"], "many": ["new", "returning", "lost", "frequency", "basket", "price", "a", "b", "c"]}
    parts = inner.get(variant, ["new", "returning", "lost", "frequency", "basket"])
    amounts = _varied([(-1) ** i * 1.4e8 / (i + 1) for i in range(len(parts))], variant)
    before = 0.0 if variant == "zero" else 9.2e8
    rows = pd.DataFrame({
        "part": ["before", *parts, "after"], "amount": [before, *amounts, before + float(amounts.sum())],
    })  # fmt: skip
    return {"bridge": rows}


def profit_ladder(variant: str) -> dict[str, Any]:
    steps = {
        "one": ["goods"],
        "many": ["discounts", "returns", "tax", "goods", "fees", "service", "contacts", "offers"],
    }
    parts = steps.get(variant, ["discounts", "returns", "goods", "contacts"])
    amounts = _varied([-1.4e8 / (i + 1) for i in range(len(parts))], variant)
    first = 0.0 if variant == "zero" else 9.2e8
    rows = pd.DataFrame({
        "rung": ["full_price", *parts, "profit"], "amount": [first, *amounts, first + float(amounts.sum())],
        "basis": "data",
    })  # fmt: skip
    return {"rungs": rows}


def revenue_by_month(variant: str) -> dict[str, Any]:
    n = {"one": 5, "many": 60}.get(variant, 31)
    rows = pd.DataFrame({
        "month": _months(n, "2022-11-01"),
        "revenue": _varied(8e7 + 3e7 * np.sin(np.arange(n) / 2) + 5e5 * np.arange(n), variant),
        "complete": [True] * (n - 1) + [False],
    })  # fmt: skip
    return {"revenue": rows}


def seasonality(variant: str) -> dict[str, Any]:
    n = {"one": 10, "many": 220}.get(variant, 130)
    weeks = pd.date_range("2022-07-04", periods=n, freq="W-MON")
    revenue = _varied(8e7 + 3e7 * np.sin(np.arange(n) / 8) + 1e5 * np.arange(n), variant)
    days = pd.to_datetime(["2023-01-22", "2024-02-10", "2024-09-17", "2024-12-25"])
    marks = pd.DataFrame({"day": days, "label": ["설날", "설날", "추석", "성탄절"]})
    return {"weekly": pd.DataFrame({"week": weeks, "revenue": revenue}), "marks": marks}


def concentration_curve(variant: str) -> dict[str, Any]:
    x = np.linspace(0, 1, 201)
    y = {"one": x, "many": x**0.3, "outlier": np.minimum(0.97 + 0.03 * x, 1.0), "zero": 0 * x}.get(variant, x**0.45)
    return {"concentration": pd.DataFrame({"customers_share": x, "revenue_share": y})}


def profit_spread(variant: str) -> dict[str, Any]:
    x = np.linspace(0, 1, 201)
    whale = 1.12 * (1 - (1 - np.minimum(x / 0.7, 1)) ** 3) - 0.12 * np.maximum((x - 0.7) / 0.3, 0) ** 2
    y = {"one": x, "many": whale, "outlier": 1 + 100 * x * (1 - x), "zero": 0 * x}.get(variant, whale)
    more = {"total": 8.4e8, "currency": "KRW"} if variant == "normal" else {}
    return {"spread_frame": pd.DataFrame({"customers_share": x, "profit_share": y}), **more}


_RFM = [
    ["lost", "lost", "hibernating", "at_risk", "cannot_lose"],
    ["lost", "hibernating", "hibernating", "at_risk", "at_risk"],
    ["about_to_sleep", "about_to_sleep", "needs_attention", "loyal", "loyal"],
    ["new", "promising", "promising", "loyal", "champions"],
    ["new", "promising", "promising", "champions", "champions"],
]


def rfm_grid(variant: str) -> dict[str, Any]:
    cuts = [(206, 580), (121, 205), (74, 120), (35, 73), (0, 34)]
    orders = [(1, 1), (2, 2), (3, 4), (5, 9), (10, 84)]
    rows = pd.DataFrame([
        {
            "r": r, "f": f, "customers": (37 * r * f) % 900 + 4, "profit_share": r * f / 225,
            "value_at_risk": 4e6 * (6 - r) * f**2,
            "segment": "loyal" if variant == "one" else _RFM[r - 1][f - 1],
            "recency_from": cuts[r - 1][0], "recency_to": cuts[r - 1][1],
            "frequency_from": orders[f - 1][0], "frequency_to": orders[f - 1][1],
        }
        for r in range(1, 6) for f in range(1, 6)
    ])  # fmt: skip
    for column in ("customers", "value_at_risk", "profit_share"):
        rows[column] = _varied(rows[column], variant)
    if variant == "one":
        rows = rows[rows["r"].eq(3) & rows["f"].eq(4)]
    return {"grid": rows, "currency": "KRW"}


def value_risk_grid(variant: str) -> dict[str, Any]:
    risks = {"one": ["low"], "many": ["very low", "low", "middle", "high", "very high risk of leaving"]}
    values = {"one": ["high"], "many": ["lowest quarter", "low", "high", "highest quarter of value"]}
    across, up = risks.get(variant, ["low", "middle", "high"]), values.get(variant, ["low", "middle", "high"])
    rows = pd.DataFrame([
        {
            "value_class": v, "risk_class": r, "value_label": value, "risk_label": risk,
            "customers": 860 // (v + 1) // (r + 1), "value_at_risk": 2.1e6 * (v + 1) ** 2 * (r + 1),
        }
        for v, value in enumerate(up) for r, risk in enumerate(across)
    ])  # fmt: skip
    for column in ("customers", "value_at_risk"):
        rows[column] = _varied(rows[column], variant)
    return {"grid": rows, "currency": "KRW"}


def cohort_triangle(variant: str) -> dict[str, Any]:
    n = {"one": 2, "many": 30}.get(variant, 12)
    rows = pd.DataFrame([
        {
            "cohort": start, "age": age, "customers": 20 if i == 1 else 1_204 - 30 * i,
            "share": 1.0 if age == 0 else 0.42 / (1 + 0.2 * age), "complete": age < n - i,
            "existing": i == 0 and n > 2,
        }
        for i, start in enumerate(_months(n)) for age in range(n - i + 1)
    ])  # fmt: skip
    if variant == "zero":
        rows["share"] = 0.0
    if variant == "outlier":
        rows.loc[rows["cohort"].eq(_months(n)[3]) & rows["age"].eq(2), "share"] = 1.0
    rows["active"] = rows["customers"] * rows["share"]
    return {"cohorts": rows}


def segment_migration_matrix(variant: str) -> dict[str, Any]:
    codes = _segments(variant)
    rows = pd.DataFrame([
        {"segment_from": a, "segment_to": b, "customers": 900 // (1 + 3 * abs(i - j)) if abs(i - j) < 4 else 0}
        for i, a in enumerate(codes) for j, b in enumerate(codes)
    ])  # fmt: skip
    return {"migration": rows.assign(customers=_varied(rows["customers"], variant))}


def forecast_tracking(variant: str) -> dict[str, Any]:
    n = {"one": 2, "many": 156}.get(variant, 78)
    weeks = pd.date_range("2023-01-02", periods=n, freq="W-MON")
    steps = np.arange(1, n + 1)
    actual = _varied(np.cumsum(80 - steps * 0.3), "zero" if variant == "zero" else "normal")
    if variant == "outlier":
        actual[-1] *= 100
    rows = pd.DataFrame({
        "week": weeks, "actual_cumulative": actual, "model_cumulative": actual * (0.97 if variant != "outlier" else 1),
        "naive_cumulative": actual * 1.2, "low": actual * 0.9, "high": actual * 1.05,
        "period": np.where(steps <= n / 2, "calibration", "holdout"),
    })  # fmt: skip
    rows.loc[rows["period"] == "calibration", ["naive_cumulative", "low", "high"]] = np.nan
    return {"weekly": rows}


def calibration_dots(variant: str) -> dict[str, Any]:
    n = {"one": 1, "many": 20}.get(variant, 10)
    predicted = np.linspace(0.03, 0.9, n) if variant != "outlier" else np.array([*np.linspace(0.001, 0.01, n - 1), 0.9])
    observed = np.clip(predicted * 1.1 - 0.02, 0.001, 0.98)
    rows = pd.DataFrame({
        "bin": range(n), "n": _varied(2_400 // np.arange(1, n + 1), variant), "predicted": predicted,
        "observed": observed, "low": observed * 0.85, "high": np.minimum(observed * 1.15 + 0.01, 1),
    })  # fmt: skip
    return {"calibration": rows}


def time_to_next_order(variant: str) -> dict[str, Any]:
    days = np.arange(0, {"one": 3, "many": 720}.get(variant, 240), 1)
    waiting = np.exp(-days / 60) * 0.8 + 0.2
    rows = pd.DataFrame({
        "days": days, "share_waiting": _varied(waiting, "zero" if variant == "zero" else "normal"),
        "low": waiting - 0.02, "high": waiting + 0.02, "at_risk": (12_000 * waiting).astype(int),
    })  # fmt: skip
    return {"gaps": rows, "horizon_days": 6_000 if variant == "outlier" else 2 if variant == "one" else 91}


def _strategies(variant: str) -> pd.DataFrame:
    rows = [
        {
            "segment": segment, "strategy": STRATEGIES[(i + j) % 5], "customers": 400 - 20 * i,
            "expected_profit": 5.2e6 / (i + 1) / (j + 1) - (9e5 if i > 3 else 0), "cost": 6e5,
            "break_even_effect": 0.012 * (i + 1), "assumed_effect": 0.05 / (j + 1),
            "safety": 4.2 / (i + 1) / (j + 1), "evidence": ["measured", "modelled", "assumed"][i % 3],
            "chosen": j == 0, "runner_up": j == 1, "profit_per_success": 41_000,
        }
        for i, segment in enumerate(_segments(variant)) for j in range(3)
    ]  # fmt: skip
    frame = pd.DataFrame(rows)
    for column in ("expected_profit", "safety", "assumed_effect", "break_even_effect"):
        values = frame[column].to_numpy().copy()
        if variant == "outlier":
            values[3] *= 100
        frame[column] = values * (variant != "zero")
    return frame


def strategy_bars(variant: str) -> dict[str, Any]:
    return {"strategies": _strategies(variant), "currency": "KRW"}


def break_even_bars(variant: str) -> dict[str, Any]:
    return {"strategies": _strategies(variant)}


def budget_curve(variant: str) -> dict[str, Any]:
    n = {"one": 2, "many": 200}.get(variant, 41)
    budget = np.linspace(0, 6e6, n)
    profit = 1.1e7 * (1 - np.exp(-budget / 9e5)) - 1.2 * budget
    profit = _varied(profit, "zero" if variant == "zero" else "normal")
    if variant == "outlier":
        profit[-1] *= 100
    rows = pd.DataFrame({
        "budget": budget, "expected_profit": profit, "customers": (budget / 2e3).astype(int),
        "low": profit * 0.5 - 1e5, "high": profit * 1.5 + 1e5,
    })  # fmt: skip
    return {"curve": rows, "now": 1.2e6, "recommended": 2.2e6, "break_even": 5.6e6}


def backtest_dots(variant: str) -> dict[str, Any]:
    methods = {"one": ["personal"], "many": [f"method {i} with a long name" for i in range(14)]}
    names = methods.get(variant, ["personal", "segment", "popular"])
    rate = _varied([0.124 / (1 + 0.4 * i) for i in range(len(names))], variant if variant == "zero" else "normal")
    rows = pd.DataFrame({"method": names, "hit_rate": rate, "low": rate * 0.9, "high": rate * 1.1, "n": 4_120})
    if variant == "outlier":
        rows.loc[1, ["hit_rate", "low", "high"]] = [0.9, 0.85, 0.95]
        rows.loc[2, ["hit_rate", "low", "high"]] = [0.009, 0.008, 0.01]
    return {"backtest": rows}


def contact_calendar(variant: str) -> dict[str, Any]:
    channels = {"one": ["email"], "many": ["email", "sms", "phone", "app_push", "sales_visit", "post", "store"]}
    names, n = channels.get(variant, ["email", "sms", "phone"]), {"one": 1, "many": 26}.get(variant, 13)
    weeks = pd.date_range("2025-06-09", periods=n, freq="W-MON")
    rows = pd.DataFrame([
        {"week": week, "channel": channel, "contacts": (137 * (i + 3) * (j + 1)) % 1_200, "blocked": 12 * (i == 2)}
        for i, week in enumerate(weeks) for j, channel in enumerate(names)
    ])  # fmt: skip
    rows["contacts"] = _varied(rows["contacts"], variant)
    return {"calendar": rows, "cap": 1_000}


def exclusion_funnel(variant: str) -> dict[str, Any]:
    reasons = {
        "one": [],
        "many": [
            "no_consent",
            "opted_out",
            "no_contact",
            "cap",
            "recent_contact",
            "open_complaint",
            "control",
            "holdout",
            "nothing_pays",
            "budget",
            "buys_anyway",
            "unreachable",
        ],
    }
    names = reasons.get(variant, ["no_consent", "no_contact", "recent_contact", "nothing_pays", "control"])  # fmt: skip
    lost = [960 // (i + 1) for i in range(len(names))]
    if variant == "outlier":
        lost[0] *= 100
    total = sum(lost) + 1_104
    counts = np.array([total, *lost, 1_104], dtype=float) * (variant != "zero")
    rows = pd.DataFrame({"reason": ["all_customers", *names, "contacted"], "customers": counts})
    return {"exclusions": rows.assign(order=range(len(rows)))}


def effect_forest(variant: str) -> dict[str, Any]:
    n = {"one": 1, "many": 12}.get(variant, 4)
    estimate = _varied([1_900 - 600 * i for i in range(n)], variant)
    rows = pd.DataFrame({
        "campaign_id": range(n), "name": [f"Action {i}: call before they leave, with a voucher" for i in range(n)],
        "starts_on": pd.Timestamp("2025-03-03"), "ends_on": pd.Timestamp("2025-03-30"), "treated": 1_204,
        "compared": 1_198, "estimate": estimate, "low": estimate - 900, "high": estimate + 900,
        "evidence": [["measured", "modelled", "assumed"][i % 3] for i in range(n)],
        "placebo_estimate": [40.0 if i == 1 else np.nan for i in range(n)], "placebo_low": -300.0,
        "placebo_high": 380.0,
    })  # fmt: skip
    return {"results": rows, "currency": "KRW", "goal": 1_500}


WITH_CURRENCY = (
    "agreement_by_month",
    "growth_bridge",
    "profit_ladder",
    "revenue_by_month",
    "seasonality",
    "strategy_bars",
    "budget_curve",
)


def arguments(name: str, variant: str) -> dict[str, Any]:
    """Arguments of a figure, without its words."""
    given: dict[str, Any] = globals()[name](variant if variant != "empty" else "normal")
    if name in WITH_CURRENCY:
        given.setdefault("currency", "KRW")
    if variant == "empty":
        given = {k: v.iloc[:0] if isinstance(v, pd.DataFrame) else v for k, v in given.items()}
    return given


def draw(name: str, variant: str, **words: str) -> go.Figure | None:
    """Draw a figure of :mod:`crm_analysis.plots` on a made-up table."""
    texts = {"title": "⟦title⟧", "subtitle": "⟦subtitle⟧", "caption": "⟦caption⟧", **words}
    function: Callable[..., go.Figure | None] = getattr(plots, name)
    return function(**arguments(name, variant), **texts)


@pytest.fixture(name="draw")
def _draw() -> Callable[..., go.Figure | None]:
    return draw


@pytest.fixture(name="arguments")
def _arguments() -> Callable[[str, str], dict[str, Any]]:
    return arguments
