"""The ledger adds up to the input, months add up to the source, and refusals name what is wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_analysis.cleaning import (
    MarkedLines,
    ledger_of_lines,
    monthly_agreement,
    netted_line,
    refuse_mixed_currencies,
    with_netting,
)
from crm_analysis.config import CleaningSettings
from crm_analysis.errors import CleaningError
from crm_analysis.warehouse import collect

Mark = Callable[..., MarkedLines]
SETTINGS = {
    "cancelled_order_prefix": "C",
    "adjustment_order_prefix": "A",
    "sale_status": ("paid",),
    "not_products": ("POST",),
    "unknown_customers": ("guest",),
}

LINE = st.fixed_dictionaries(
    {},
    optional={
        "customer_id": st.sampled_from([None, "guest", "c1", "c2"]),
        "ordered_at": st.sampled_from(
            [
                None,
                *[
                    pd.Timestamp(t)
                    for t in ("1970-01-01", "2024-03-31 23:59", "2024-04-01", "2024-05-05", "2031-01-01")
                ],
            ]
        ),
        "amount": st.sampled_from([None, -10.0, 0.0, 10.0, 3.5]),
        "quantity": st.sampled_from([None, -2.0, 0.0, 2.0]),
        "unit_price": st.sampled_from([None, 5.0]),
        "order_id": st.sampled_from([None, "o1", "C1", "A1"]),
        "product_id": st.sampled_from([None, "p1", "POST"]),
        "status": st.sampled_from([None, "paid", "open"]),
        "refunded": st.sampled_from([None, 1.0]),
        "source_file": st.sampled_from(["a.csv", "b.csv"]),
        "parse_problem": st.sampled_from([None, "row:totals_row", "amount:not_a_number", "discount:not_a_number"]),
    },
)


@settings(max_examples=12, deadline=None)
@given(rows=st.lists(LINE, min_size=1, max_size=25), identity=st.booleans())
def test_every_line_is_kept_or_in_quarantine_and_the_money_adds_up(
    marked: Mark, rows: list[dict[str, Any]], identity: bool
) -> None:
    anchor = {"order_id": "anchor", "status": "paid"}
    lines = marked([anchor, *rows], mapped=("order_id", "product_id") if identity else (), **SETTINGS)
    ledger = ledger_of_lines(lines)
    standing = ledger[ledger["action"].isin(["quarantined", "kept"])]
    kept, taken = collect(lines.kept), collect(lines.quarantined)
    assert standing["rows"].sum() == len(rows) + 1 == len(kept) + len(taken)
    assert taken["rule"].value_counts().to_dict() == {
        r.rule: r.rows for r in standing.itertuples() if r.rule != "kept" and r.rows
    }
    assert (ledger["matched"] >= ledger["rows"]).all()
    assert standing["amount"].sum() == pytest.approx(kept["amount"].sum() + taken["amount"].sum(), abs=1e-9)
    months = monthly_agreement(lines)
    differences = months.drop(columns=["month", "raw_amount", "sales_amount"])
    assert (months["raw_amount"] + differences.sum(axis=1)).tolist() == pytest.approx(months["sales_amount"].tolist())
    assert months["raw_amount"].sum() == pytest.approx(standing["amount"].sum(), abs=1e-9)
    assert months["sales_amount"].sum() == pytest.approx(kept["amount"].sum(), abs=1e-9)


def test_months_name_each_difference(marked: Mark) -> None:
    may = pd.Timestamp("2024-05-31 23:59:59")
    rows = [
        {"amount": 100.0},
        {"order_id": "o2", "amount": 40.0, "customer_id": None},
        {"order_id": "o3", "amount": -30.0, "quantity": -1.0, "ordered_at": may},
        {"order_id": "A1", "amount": 5.0, "ordered_at": may},
        {"order_id": "o4", "amount": 9.0, "ordered_at": None},
    ]
    months = monthly_agreement(marked(rows, **SETTINGS))
    assert months["month"].tolist()[:2] == [pd.Timestamp("2024-03-01"), pd.Timestamp("2024-05-01")]
    assert months["month"].isna().tolist() == [False, False, True]
    assert months["raw_amount"].tolist() == [140.0, -25.0, 9.0]
    assert months["sales_amount"].tolist() == [100.0, -30.0, 0.0]
    assert set(months.columns) == {"month", "raw_amount", "sales_amount", "no_customer", "adjustment", "no_date"}
    assert months["no_customer"].tolist() == [-40.0, 0.0, 0.0]
    assert months["adjustment"].tolist() == [0.0, -5.0, 0.0]
    assert months["no_date"].tolist() == [0.0, 0.0, -9.0]


def test_nothing_left_names_the_rule_that_took_most(marked: Mark) -> None:
    rows = [{"order_id": f"o{i}", "customer_id": None} for i in range(3)] + [{"ordered_at": None}]
    with pytest.raises(CleaningError, match=r"none of 4 rows can be used\. 3 of them: The customer is not known"):
        ledger_of_lines(marked(rows))


def test_mixed_currencies_are_refused_with_their_counts(marked: Mark) -> None:
    rows = [{"order_id": f"o{i}", "currency": c} for i, c in enumerate(["EUR", "EUR", "KRW", None])]
    with pytest.raises(CleaningError, match=r"column 'currency' holds EUR \(2\), KRW \(1\)\."):
        refuse_mixed_currencies(marked(rows).kept)
    refuse_mixed_currencies(marked(rows[:2]).kept)
    refuse_mixed_currencies(marked([{}]).kept)


def test_netting_has_its_line_in_the_ledger(marked: Mark) -> None:
    rows = [
        {"order_id": "o1"},
        {"order_id": "C1", "quantity": -2.0, "amount": -10.0, "ordered_at": pd.Timestamp("2024-03-06")},
        {"order_id": "C2", "quantity": -1.0, "amount": -4.0, "ordered_at": pd.Timestamp("2024-03-06")},
    ]
    lines = marked(rows, **SETTINGS)
    row = netted_line(with_netting(lines.kept, ledger_of_lines(lines), CleaningSettings())).iloc[0]
    assert row[["table", "rule", "action", "rows", "matched", "amount"]].tolist() == [
        "order_lines",
        "netted_cancellation",
        "netted",
        2,
        2,
        0.0,
    ]
