"""What single figures say: sums that add up, shapes of evidence, limits that are marked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from crm_analysis import plots
from crm_analysis.labels import channel_label, evidence_label, segment_label
from crm_analysis.messages import language
from crm_analysis.plots.fitting import text_width, wrapped_lines
from crm_analysis.plots.scales import spread

Draw = Callable[..., go.Figure | None]
WORDS = {"title": "Title", "subtitle": "Subtitle"}


def texts(figure: go.Figure) -> list[str]:
    return [note.text for note in figure.layout.annotations]


def test_bridge_ends_where_the_total_begins(draw: Draw) -> None:
    bars = draw("growth_bridge", "many").data[0]
    ends = np.add(bars.base, bars.x)
    assert ends[-2] == pytest.approx(bars.x[-1])
    assert bars.base[-1] == 0


def test_bridge_shows_what_the_parts_leave_open() -> None:
    frame = pd.DataFrame({"part": ["before", "new", "after"], "amount": [100.0, 30.0, 131.0]})
    figure = plots.growth_bridge(frame, currency="KRW", **WORDS)
    assert figure.layout.meta["table"]["rows"][2] == ["Rounding", "₩1"]
    assert np.add(figure.data[0].base, figure.data[0].x)[-2] == pytest.approx(131)


def test_a_month_that_is_not_over_is_on_no_line() -> None:
    months = pd.date_range("2024-01-01", periods=4, freq="MS")
    frame = pd.DataFrame({"month": months, "raw_amount": [100.0, 110, 120, 4], "sales_amount": [90.0, 100, 110, 3]})
    drawn = plots.agreement_by_month(frame, currency="KRW", until=date(2024, 4, 2), **WORDS)
    lines = [trace for trace in drawn.data if trace.mode == "lines+markers"]
    assert [len(trace.x) for trace in lines] == [3, 3]
    (dot,) = [trace for trace in drawn.data if trace.mode == "markers"]
    assert list(dot.y) == [3]
    assert len(drawn.layout.meta["table"]["rows"]) == 4, "the table has every month"
    over = plots.agreement_by_month(frame, currency="KRW", until=date(2024, 4, 30), **WORDS)
    assert [len(trace.x) for trace in over.data] == [4, 4]


def test_kept_and_quarantined_rows_are_those_read() -> None:
    ledger = pd.DataFrame(
        {
            "table": ["order_lines"] * 4 + ["products"],
            "rule": ["kept", "no_customer", "return", "unreadable", "kept"],
            "action": ["kept", "quarantined", "flagged", "repaired", "kept"],
            "rows": [900, 100, 40, 25, 7],
        }
    )
    rows = plots.rows_flow(ledger, **WORDS).layout.meta["table"]["rows"]
    assert rows == [
        ["Read", "1,000", "100 %"],
        ["Kept", "900", "90 %"],
        ["Quarantined: No customer", "100", "10 %"],
        ["Repaired: Unreadable value", "25", "2.5 %"],
    ]


@pytest.mark.parametrize("sign", [1, -1])
def test_funnel_steps_down_to_those_contacted(sign: int) -> None:
    frame = pd.DataFrame(
        {
            "order": [0, 1, 2, 3],
            "reason": ["all_customers", "nothing_pays", "over_budget", "contacted"],
            "customers": [1_000, sign * 600, 0, 400],
        }
    )
    figure = plots.exclusion_funnel(frame, **WORDS)
    bars = figure.data[0]
    assert list(bars.base) == [0, 400, 0]
    assert list(bars.x) == [1_000, 600, 400]
    assert "−600 (60 %)" in texts(figure)


def test_funnel_sums_up_the_smallest_reasons(draw: Draw) -> None:
    figure = draw("exclusion_funnel", "many")
    bars = figure.data[0]
    assert len(bars.x) == 12
    assert bars.base[-2] == pytest.approx(bars.x[-1])
    assert figure.layout.meta["table"]["rows"][-2][0] == "Others"


def test_campaigns_of_one_name_are_told_apart_by_their_day(draw: Draw) -> None:
    figure = draw("effect_forest", "one")
    assert figure.layout.meta["table"]["rows"][0][0].endswith(", from 3 Mar 2025")


def test_a_year_without_a_whole_month_is_not_the_strong_one() -> None:
    months = pd.to_datetime(["2024-11-01", "2024-12-01", "2025-01-01"])
    frame = pd.DataFrame({"month": months, "revenue": [5e6, 6e6, 2e5], "complete": [True, True, False]})
    lines = plots.revenue_by_month(frame, currency="KRW", **WORDS).data
    assert [trace.line.width for trace in lines] == [3, 1.5]
    assert lines[1].marker.color == ("#FFFFFF",)


def test_flat_forecasts_are_shown_without_zero() -> None:
    weeks = pd.date_range("2025-01-06", periods=4, freq="W-MON")
    frame = pd.DataFrame(
        {
            "week": weeks,
            "actual_cumulative": [80_000, 81_000, 82_000, 83_000],
            "model_cumulative": [80_000, 80_900, 81_800, 82_700],
            "period": ["calibration", "holdout", "holdout", "holdout"],
        }
    )
    low, high = plots.forecast_tracking(frame, **WORDS).layout.yaxis.range
    assert low == pytest.approx(80_000)
    assert high >= 83_000


@pytest.mark.parametrize("name", ["break_even_bars", "effect_forest", "backtest_dots"])
def test_every_dot_lies_inside_the_axis(draw: Draw, name: str) -> None:
    figure = draw(name, "normal")
    low, high = figure.layout.xaxis.range
    drawn = np.concatenate([np.asarray(trace.x, dtype=float) for trace in figure.data])
    assert low < drawn.min()
    assert drawn.max() < high


def test_evidence_is_told_by_shape(draw: Draw) -> None:
    symbols = [trace.marker.symbol for trace in draw("effect_forest", "normal").data if trace.mode == "markers"]
    assert symbols == ["circle", "diamond-open", "square-open", "circle"]


def test_assumed_effects_are_hatched(draw: Draw) -> None:
    bars = draw("strategy_bars", "normal").data[0]
    assert list(bars.marker.pattern.shape) == ["", "", "/", "", "", "/"]


def test_infinite_safety_is_left_out(arguments: Callable[[str, str], dict[str, pd.DataFrame]]) -> None:
    frame = arguments("strategy_bars", "normal")["strategies"]
    frame.loc[frame["segment"] == "champions", "safety"] = np.inf
    figure = plots.strategy_bars(frame, currency="KRW", measure="safety", **WORDS)
    assert len(figure.data[0].x) == 5
    assert np.isfinite(figure.layout.xaxis.range).all()


def test_no_percentage_under_thirty_customers(draw: Draw) -> None:
    figure = draw("cohort_triangle", "normal")
    assert "under 30 customers" in texts(figure)
    assert figure.layout.meta["table"]["rows"][0] == ["Apr 2023 (20)", *[""] * 9]


def test_open_periods_are_blank_and_existing_customers_no_cohort(draw: Draw) -> None:
    figure = draw("cohort_triangle", "normal")
    last = np.asarray(figure.data[0].z)[-1]
    assert np.isfinite(last[0])
    assert np.isnan(last[1:]).all()
    assert not any("Mar 2023" in row[0] for row in figure.layout.meta["table"]["rows"])


def test_average_of_cohorts_is_weighted_by_size() -> None:
    frame = pd.DataFrame(
        {
            "cohort": pd.to_datetime(["2024-01-01", "2024-02-01"]),
            "age": 1,
            "customers": [300, 100],
            "share": [0.2, 0.6],
            "complete": True,
        }
    )
    figure = plots.cohort_triangle(frame, **WORDS)
    assert figure.layout.meta["table"]["rows"][-1] == ["Average", "30 %"]


def test_concentration_names_the_top_shares() -> None:
    frame = pd.DataFrame({"customers_share": [0, 0.01, 0.05, 0.2, 1], "revenue_share": [0, 0.1, 0.3, 0.62, 1]})
    figure = plots.concentration_curve(frame, **WORDS)
    named = [text for text in texts(figure) if text.startswith("Top ")]
    assert named == [
        "Top 1 % of customers: 10 %",
        "Top 5 % of customers: 30 %",
        "Top 20 % of customers: 62 %",
    ]


def test_whale_curve_names_the_loss_in_money() -> None:
    frame = pd.DataFrame({"customers_share": [0.5, 0.8, 1.0], "profit_share": [0.9, 1.25, 1.0]})
    figure = plots.profit_spread(frame, total=4e6, currency="KRW", **WORDS)
    assert "Peak 125 % at 80 % of customers;<br>the rest lose ₩1M" in texts(figure)


def test_horizon_beyond_the_data_claims_no_share(draw: Draw) -> None:
    label = next(text for text in texts(draw("time_to_next_order", "outlier")) if text.startswith("left after"))
    assert label == "left after 6,000 days,<br>later than the data shows"


def test_share_waiting_is_read_at_the_horizon() -> None:
    frame = pd.DataFrame({"days": [0, 30, 60, 120], "share_waiting": [1.0, 0.6, 0.25, 0.1]})
    figure = plots.time_to_next_order(frame, horizon_days=90, **WORDS)
    assert "left after 90 days:<br>25 % still waiting" in texts(figure)


def test_budget_marks_sit_on_the_curve() -> None:
    frame = pd.DataFrame({"budget": [0.0, 1e6, 2e6], "expected_profit": [0.0, 4e6, 5e6]})
    figure = plots.budget_curve(frame, currency="KRW", now=5e5, recommended=2e6, break_even=2e6, **WORDS)
    found = {text for text in texts(figure) if ":" in text}
    assert found == {"now ₩500K: ₩2M", "recommended ₩2M: ₩5M", "break-even ₩2M: ₩5M"}


def test_full_weeks_are_outlined() -> None:
    weeks = pd.to_datetime(["2025-06-09", "2025-06-16"])
    frame = pd.DataFrame({"week": weeks, "channel": "email", "contacts": [99, 100]})
    figure = plots.contact_calendar(frame, cap=100, **WORDS)
    assert [shape.y0 for shape in figure.layout.shapes] == [pytest.approx(0.54)]


def test_discs_have_areas_in_proportion_to_customers(
    draw: Draw, arguments: Callable[..., dict[str, pd.DataFrame]]
) -> None:
    customers = arguments("value_risk_grid", "normal")["grid"]["customers"].to_numpy(dtype=float)
    sizes = np.asarray(draw("value_risk_grid", "normal").data[0].marker.size, dtype=float)
    np.testing.assert_allclose(sizes**2 / sizes.max() ** 2, customers / customers.max())


def test_moves_up_and_down_have_their_own_sides() -> None:
    frame = pd.DataFrame(
        {
            "segment_from": ["champions", "lost", "lost"],
            "segment_to": ["lost", "champions", "lost"],
            "customers": [40, 10, 90],
        }
    )
    figure = plots.segment_migration_matrix(frame, **WORDS)
    z = np.asarray(figure.data[0].z)
    assert z[0, 1] > 0 > z[1, 0]
    assert "10 customers moved up, 40 down, 90 stayed" in figure.layout.meta["alt"]


@pytest.mark.parametrize(
    "text",
    [
        "86 customers hold 41 % of the value at risk, three times their share of the customers",
        "고객 86명이 이탈 위험 금액의 41%를 차지하며 이는 고객 비중의 세 배입니다",
    ],
)
def test_lines_fit_and_words_stay_whole(text: str) -> None:
    lines = wrapped_lines(text, width=370, size=16)
    assert len(lines) > 1
    assert " ".join(lines).replace("\u00a0", " ") == text
    assert max(text_width(line, 16) for line in lines) <= 370


def test_a_percent_sign_stays_with_its_number() -> None:
    assert wrapped_lines("25 % to 50 %", width=60, size=12) == ["25\u00a0% to", "50\u00a0%"]


def test_long_words_are_broken() -> None:
    lines = wrapped_lines("a" * 300, width=100, size=12)
    assert "".join(lines) == "a" * 300
    assert max(text_width(line, 12) for line in lines) <= 100 * 7 / 6


def test_titles_do_not_become_markup() -> None:
    frame = pd.DataFrame({"method": ["personal"], "hit_rate": [0.1], "low": [0.05], "high": [0.2], "n": [40]})
    figure = plots.backtest_dots(frame, title="A<b & c", subtitle="s")
    assert "<b>A&lt;b &amp; c</b>" in texts(figure)


def test_labels_are_moved_apart_in_their_order() -> None:
    placed = spread([100.0, 101.0, 20.0], gap=16, low=0, high=110)
    assert placed == [94.0, 110.0, 20.0]


def test_unknown_codes_keep_their_spelling() -> None:
    assert segment_label("my own segment") == "my own segment"
    assert channel_label("kiosk") == "kiosk"
    with language("xx"):
        assert segment_label("my own segment") == "my own segment"
        assert segment_label("at_risk").startswith("⟦")
        assert evidence_label("modelled").startswith("⟦")
