"""Step 2 in words: who is at risk, and how sure the values are."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import numpy as np
import pandas as pd
import pytest

from crm_analysis.features import ExistingCustomers, Margin
from crm_analysis.models import ScoringSettings
from crm_analysis.narrative import customers as words

SETTINGS = ScoringSettings("week", 90, 365, 84, 0.3, 0.1)


def _scores(n: int = 60, leaving: int = 0, best: float = 9.0) -> pd.DataFrame:
    """The best fifth brings ``best`` per head, the others 1; the first ``leaving`` of the best are likely to leave."""
    number = np.arange(n)
    return pd.DataFrame(
        {
            "customer_id": [f"c{i}" for i in number],
            "frequency": 2,
            "first_day": pd.Timestamp("2024-01-10"),
            "last_day": pd.Timestamp("2024-06-01"),
            "profit": np.where(number < n // 5, best, 1.0),
            "probability_leaving": np.where(number < leaving, 0.8, 0.1),
            "value_at_risk": 100.0,
            "existing": number < n // 4,
        }
    )


def _existing(basis: str) -> ExistingCustomers:
    if basis in ("none", "setting"):
        return ExistingCustomers(None, basis, 0, 0.0, 40.0, 38.0)
    return ExistingCustomers(date(2024, 5, 20), basis, 150, 0.25, 40.0, 5.0 if basis == "excess" else float("nan"))


def _grid(*cells: tuple[int, int, float]) -> pd.DataFrame:
    frame = pd.DataFrame(cells, columns=["value_class", "customers", "value_at_risk"])
    bounds = [0.0, 100.0, 500.0, np.inf]
    return frame.assign(
        value_from=[bounds[c] for c in frame["value_class"]],
        value_to=[bounds[c + 1] for c in frame["value_class"]],
        risk_from=0.25,
        risk_to=0.5,
    )


def _cohorts(active: int, *, complete: bool = True) -> pd.DataFrame:
    rows = [
        ("2024-01-01", 0, 100, 100, True),
        ("2024-01-01", 1, 100, active, complete),
        ("2024-02-01", 1, 100, 7, False),
    ]
    frame = pd.DataFrame(rows, columns=["cohort", "age", "customers", "active", "complete"])
    return frame.assign(cohort=pd.to_datetime(frame["cohort"]))


def _moves(stayed: int, moved: int) -> pd.DataFrame:
    rows = [("loyal", "loyal", stayed), ("loyal", "lost", moved)]
    return pd.DataFrame(rows, columns=["segment_from", "segment_to", "customers"])


def test_nobody_one_or_some_at_risk() -> None:
    nobody, one, some = (words.answer(_scores(leaving=n), "USD") for n in (0, 1, 3))
    assert "none of them looks likely to leave" in nobody
    assert "at risk" not in nobody
    assert "1 of them has probably left" in one
    assert "$100 of value at risk" in one
    assert "3 of them have probably left" in some
    assert "$300 of value at risk" in some


@pytest.mark.parametrize(("best", "share"), [(9.0, "69 %"), (1.0, "20 %")])
def test_share_of_the_best_fifth_follows_revenue(best: float, share: str) -> None:
    assert words.answer(_scores(best=best), "USD").startswith(f"12 customers, the best fifth, bring {share}")


def test_only_the_best_count_as_at_risk() -> None:
    scores = _scores()
    scores.loc[30:, "probability_leaving"] = 0.9
    assert "none of them looks likely to leave" in words.answer(scores, "USD")


@pytest.mark.parametrize("n", [0, 20])
def test_too_little_data_to_value(n: int) -> None:
    text = words.answer(_scores(n).astype({"first_day": "datetime64[ns]", "last_day": "datetime64[ns]"}), "USD")
    assert "too little data" in text
    assert f"{n} customers, {n} of them bought again" in text


def test_existing_customers_by_data_or_by_setting() -> None:
    short = words.existing_sentence(_existing("gap"), 84)
    assert "25 % of customers" in short
    assert "first 84 days" in short
    excess = words.existing_sentence(_existing("excess"), 84).replace("\xa0", " ")
    assert "40 customers a week were seen for the first time, later 5" in excess
    assert "25 % of customers, those first seen by 20 May 2024, count as existing" in excess
    assert "Nobody counts as existing" in words.existing_sentence(_existing("none"), 84)
    complete = words.existing_sentence(_existing("setting"), 84)
    assert "every customer's first order" in complete
    assert "%" not in complete


def test_models_say_what_the_beginning_of_the_data_does_to_them() -> None:
    assert "leans on 25 % who were not new" in words.existing_in_models(_existing("excess"))
    assert words.existing_in_models(_existing("none")) == ""
    assert words.existing_in_models(_existing("setting")) == ""


def test_existing_customers_are_in_no_statement_about_cohorts() -> None:
    marked = _cohorts(31).assign(existing=[False, *[True] * (len(_cohorts(31)) - 1)])
    assert words.cohort_words(marked)["title"] == "Customers by month of first order"
    assert "31" in words.cohort_words(_cohorts(31).assign(existing=False))["title"]


def test_risk_labels_bound_every_class() -> None:
    labels = words.risk_labels(_grid((0, 1, 1.0), (1, 1, 1.0), (2, 1, 1.0)), "USD")
    assert labels["value_label"].tolist() == ["up to $100", "$100 to $500", "over $500"]
    assert set(labels["risk_label"]) == {"25 % to 50 %"}


@pytest.mark.parametrize(
    ("grid", "title"),
    [
        (_grid((0, 40, 10.0), (2, 7, 30.0)), "7 customers in one cell hold 75 %"),
        (_grid((0, 40, 90.0), (2, 7, 10.0)), "40 customers in one cell hold 90 %"),
        (_grid((0, 40, 0.0), (2, 7, 0.0)), "hold 0 %"),
    ],
)
def test_risk_title_names_the_cell_with_most_at_risk(grid: pd.DataFrame, title: str) -> None:
    said = words.risk_words(grid, 84, "USD")
    assert title in said["title"]
    assert "84 days" in said["subtitle"]


def test_rfm_title_names_the_segment_with_most_profit() -> None:
    cells = pd.DataFrame({"segment": ["champions", "lost"], "profit_share": [0.6, 0.1], "customers": [12, 90]})
    assert "Champions bring the largest share of profit: 60 % from 12" in words.grid_words(cells)["title"]
    turned = cells.assign(profit_share=[0.1, 0.6])
    assert "Presumed lost bring the largest share of profit: 60 % from 90" in words.grid_words(turned)["title"]


def test_cohort_title_counts_whole_months_only() -> None:
    assert words.cohort_words(_cohorts(31))["title"].startswith("31 % of customers buy again")
    assert words.cohort_words(_cohorts(4))["title"].startswith("4.0 % of customers buy again")
    assert "%" not in words.cohort_words(_cohorts(31, complete=False))["title"]


@pytest.mark.parametrize(("stayed", "moved", "share"), [(90, 10, "90 %"), (15, 85, "15 %"), (0, 0, "0 %")])
def test_migration_title_counts_who_stayed(stayed: int, moved: int, share: str) -> None:
    said = words.migration_words(_moves(stayed, moved), 90)
    assert said["title"].startswith(f"{share} of customers are in the segment they were in")
    assert f"n = {stayed + moved}" in said["subtitle"]


def test_value_says_whether_the_margin_is_assumed() -> None:
    value = {"value": 5000.0, "low": 4000.0, "high": 6000.0}
    assumed, known = (words.value_sentence(value, SETTINGS, "USD", Margin(0.3, b)) for b in ("assumed", "setting"))
    assert all("next 365 days" in text and "$5,000 (90 %: 4,000 to 6,000)" in text for text in (assumed, known))
    assert "assumed margin of 30 %" in assumed
    assert "assumed" not in known


def test_segment_rows_are_finished_texts() -> None:
    segments = pd.DataFrame(
        [("at_risk", 1200, 500.0, 0.125, 80.0, 60.0, 77.0, 3.0)],
        columns=["segment", "customers", "profit", "share_profit", "value", "value_at_risk", "median_recency_days",
                 "median_orders"],
    )  # fmt: skip
    assert words.segment_rows(segments, "USD")[0] == [
        ["At risk", "1,200", "$500.00", "12.5 %", "$80.00", "$60.00", "77", "3"]
    ]


def test_cohorts_of_mostly_existing_customers_are_marked() -> None:
    scores = pd.DataFrame(
        {
            "first_day": pd.to_datetime(["2024-01-03", "2024-01-09", "2024-02-03", "2024-02-08", "2024-02-20"]),
            "existing": [True, True, True, False, False],
        }
    )
    cohorts = pd.DataFrame({"cohort": pd.to_datetime(["2024-01-01", "2024-02-01", "2024-03-01"])})
    assert words.mark_existing(cohorts, scores)["existing"].tolist() == [True, False, False]


def test_from_before_and_no_moves() -> None:
    assert "30 customers" in words.no_cohorts()
    assert "after 84 days" in words.from_before(84)
    assert "after 168 days" in words.from_before(168)
    assert "too short" in words.no_moves()


@pytest.mark.parametrize(
    ("sentence", "number"),
    [
        (lambda: words.answer(_scores(), "USD"), "69"),
        (lambda: words.answer(_scores(leaving=3), "USD"), "300"),
        (lambda: words.answer(_scores(20), "USD"), "20"),
        (lambda: words.existing_sentence(_existing("gap"), 84), "25"),
        (lambda: words.existing_sentence(_existing("excess"), 84), "25"),
        (lambda: words.existing_sentence(_existing("none"), 84), "40"),
        (lambda: words.existing_in_models(_existing("excess")), "25"),
        (lambda: words.risk_words(_grid((0, 40, 10.0), (2, 7, 30.0)), 84, "USD")["title"], "75"),
        (lambda: words.cohort_words(_cohorts(31))["title"], "31"),
        (lambda: words.migration_words(_moves(15, 85), 90)["title"], "15"),
        (lambda: words.from_before(84), "84"),
    ],
)
def test_korean(sentence: Callable[[], str], number: str, check_korean: Callable[..., None]) -> None:
    check_korean(sentence, number)


def test_what_the_interval_holds() -> None:
    assert words.interval_sentence([]) == ""
    assert "on 1 past period: 4.0 %" in words.interval_sentence([-0.04])
    assert "on 2 past periods: 5.0 % on average" in words.interval_sentence([0.03, -0.0640312])


def test_both_views_stand_beside_each_other() -> None:
    year, later = ({"value": v, "low": v * 0.9, "high": v * 1.1} for v in (1000.0, 2500.0))
    rows, heads = words.horizon_rows((300.0, 250.0), year, later, "USD")
    assert rows[0][1:] == ["$300", "the same days a year before: $250"]
    assert rows[2][1].startswith("$2,500 (90 %: ")
    assert all(len(row) == len(heads) for row in rows)
    assert words.horizon_rows((300.0, float("nan")), year, later, "USD")[0][0][2] == "–"
