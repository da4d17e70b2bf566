"""Each rule takes what it says, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from crm_analysis.cleaning import MarkedLines, ledger_of_lines, order_line_rules
from crm_analysis.config import CleaningSettings
from crm_analysis.labels import rule_label
from crm_analysis.warehouse import collect

Mark = Callable[..., MarkedLines]
GOOD: dict[str, Any] = {}

QUARANTINED: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "a total": ({"parse_problem": "row:totals_row"}, {"rule": "not_a_line"}),
    "too many fields": ({"parse_problem": "row:too_many_fields"}, {"rule": "not_a_line"}),
    "a date that is none": (
        {"ordered_at": None, "parse_problem": "ordered_at:not_a_date", "raw_value": "soon"},
        {"rule": "unreadable"},
    ),
    "no date": ({"ordered_at": None}, {"rule": "no_date"}),
    "long ago": ({"ordered_at": pd.Timestamp("1979-12-31 23:59:59")}, {"rule": "impossible_date"}),
    "tomorrow": ({"ordered_at": pd.Timestamp("2025-01-01")}, {"rule": "impossible_date"}),
    "no money": ({"amount": None, "unit_price": None}, {"rule": "no_amount"}),
    "bookkeeping": ({"order_id": "A17"}, {"rule": "adjustment", "adjustment_order_prefix": "A"}),
    "unpaid": ({"status": "pending"}, {"rule": "not_a_sale", "sale_status": ("paid", "shipped")}),
    "negative price": ({"quantity": 1.0, "amount": -5.0}, {"rule": "negative_price"}),
    "nobody": ({"customer_id": None}, {"rule": "no_customer"}),
    "guest": ({"customer_id": "guest"}, {"rule": "no_customer", "unknown_customers": ("guest",)}),
}


@pytest.mark.parametrize("case", QUARANTINED)
def test_a_bad_line_goes_to_quarantine_under_its_rule(marked: Mark, case: str) -> None:
    change, settings = QUARANTINED[case]
    expected = settings["rule"]
    lines = marked([GOOD, {"order_id": "o2"} | change], **{k: v for k, v in settings.items() if k != "rule"})
    taken = collect(lines.quarantined)
    assert taken["rule"].tolist() == [expected]
    assert taken["source_file"].tolist() == ["a.csv"]
    kept = collect(lines.kept)
    assert kept["order_id"].tolist() == ["o1"]
    assert kept["amount"].tolist() == [10.0]


@pytest.mark.parametrize(
    "change",
    [
        {"ordered_at": pd.Timestamp("1980-01-01")},
        {"ordered_at": pd.Timestamp("2024-12-31 23:59:59")},
        {"status": " PAID "},
        {"status": None},
        {"order_id": "BA1"},
        {"amount": 0.0},
    ],
    ids=["1980", "last second of today", "state in other letters", "no state", "prefix inside", "free"],
)
def test_a_line_on_the_good_side_of_a_rule_is_kept(marked: Mark, change: dict[str, Any]) -> None:
    lines = marked([change], sale_status=("paid",), adjustment_order_prefix="A")
    assert collect(lines.quarantined).empty
    assert len(collect(lines.kept)) == 1


def test_a_prefix_of_none_takes_nothing(marked: Mark) -> None:
    lines = marked([{"order_id": "A1"}, {"order_id": "C1"}])
    assert collect(lines.kept)["line_kind"].tolist() == ["sale", "sale"]


FLAGGED = {
    "return": ({"quantity": -2.0, "amount": -10.0}, "return", "return"),
    "return by amount": ({"quantity": None, "amount": -10.0}, "return", "return"),
    "cancelled_order": ({"order_id": "C2", "quantity": -2.0, "amount": -10.0}, "cancelled_order", "return"),
    "free_line": ({"amount": 0.0}, "free_line", "free"),
    "not_a_product": ({"product_id": "POST"}, "not_a_product", "sale"),
}


@pytest.mark.parametrize("case", FLAGGED)
def test_a_flagged_line_is_kept(marked: Mark, case: str) -> None:
    change, rule, kind = FLAGGED[case]
    lines = marked([change], cancelled_order_prefix="C", not_products=("POST",))
    ledger = ledger_of_lines(lines).set_index("rule")
    assert ledger.loc[rule, "action"] == "flagged"
    assert ledger.loc[rule, "rows"] == ledger.loc[rule, "matched"] == 1
    assert ledger.loc["kept", "rows"] == 1
    kept = collect(lines.kept).iloc[0]
    assert kept["line_kind"] == kind
    assert kept["is_product"] == (rule != "not_a_product")


def test_an_order_of_zero_is_a_purchase_where_lines_are_whole_orders(marked: Mark) -> None:
    """CDNOW holds such orders, and the literature counts them."""
    rows = [{"amount": 0.0, "product_id": None, "quantity": None}]
    assert collect(marked(rows, mapped=()).kept)["line_kind"].tolist() == ["sale"]


def test_the_first_rule_that_fits_takes_the_line_and_the_others_count_it_as_matched(marked: Mark) -> None:
    lines = marked([GOOD, {"customer_id": None, "ordered_at": None}])
    ledger = ledger_of_lines(lines).set_index("rule")
    assert ledger.loc["no_date", ["rows", "matched"]].tolist() == [1, 1]
    assert ledger.loc["no_customer", ["rows", "matched"]].tolist() == [0, 1]


def test_amounts_follow_from_quantity_price_and_refunds(marked: Mark) -> None:
    lines = marked(
        [
            {"order_id": "computed", "amount": None, "quantity": 3.0, "unit_price": 2.5},
            {"order_id": "given", "amount": 7.0, "quantity": 3.0, "unit_price": 2.5},
            {"order_id": "returned", "amount": 6.0, "quantity": -3.0},
            {"order_id": "refunded", "amount": 9.0, "refunded": 4.0},
        ]
    )
    kept = collect(lines.kept).set_index("order_id")["amount"]
    assert kept.to_dict() == {"computed": 7.5, "given": 7.0, "returned": -6.0, "refunded": 5.0}


def test_a_cancelled_order_written_with_plus_signs_counts_against_revenue(marked: Mark) -> None:
    kept = collect(marked([GOOD, {"order_id": "C1"}], cancelled_order_prefix="C").kept).set_index("order_id")
    assert kept.loc["C1", ["amount", "quantity"]].tolist() == [-10.0, -2.0]
    assert kept.loc["o1", ["amount", "quantity"]].tolist() == [10.0, 2.0]
    assert kept["line_kind"].to_dict() == {"o1": "sale", "C1": "return"}


def test_without_order_numbers_customer_and_time_make_an_order(marked: Mark) -> None:
    later = pd.Timestamp("2024-03-05 10:00:01")
    rows = [{"order_id": None, "product_id": p} for p in ("p1", "p2")]
    rows += [{"order_id": None, "ordered_at": later}, {"order_id": None, "customer_id": "c2"}]
    kept = collect(marked(rows, mapped=("product_id",)).kept)
    assert sorted(kept["order_id"].unique()) == ["c1@20240305100000", "c1@20240305100001", "c2@20240305100000"]


def test_equal_lines_are_copies_only_where_order_and_product_tell(marked: Mark) -> None:
    rows = [GOOD, GOOD, GOOD, {"product_id": "p2"}]
    ledger = ledger_of_lines(marked(rows)).set_index("rule")
    assert ledger.loc["exact_duplicate", ["action", "rows", "matched"]].tolist() == ["quarantined", 2, 2]
    assert ledger.loc["kept", "rows"] == 2
    bare = [{"order_id": None, "product_id": None}] * 3
    ledger = ledger_of_lines(marked(bare, mapped=())).set_index("rule")
    assert ledger.loc["exact_duplicate", ["action", "rows", "matched"]].tolist() == ["flagged", 2, 2]
    assert ledger.loc["kept", ["rows", "amount"]].tolist() == [3, 30.0]


@pytest.mark.parametrize(
    ("choice", "mapped", "kept"),
    [("quarantine", (), 1), ("keep", ("order_id", "product_id"), 2), ("auto", ("order_id",), 2)],
)
def test_the_setting_overrules_what_is_done_with_copies(
    marked: Mark, choice: str, mapped: tuple[str, ...], kept: int
) -> None:
    assert len(collect(marked([GOOD, GOOD], mapped=mapped, duplicates=choice).kept)) == kept


@pytest.mark.parametrize("mapped", [(), ("order_id", "product_id")], ids=["bare", "with identity"])
def test_extracts_that_overlap_count_a_line_once(marked: Mark, mapped: tuple[str, ...]) -> None:
    """March is in both files; two equal lines inside the first file are two lines of a bare file."""
    march = [GOOD, {"order_id": "o2", "amount": 3.0}]
    april = {"order_id": "o3", "ordered_at": pd.Timestamp("2024-04-05")}
    rows = march + [line | {"source_file": "b.csv"} for line in [*march, april]]
    ledger = ledger_of_lines(marked(rows, mapped=mapped)).set_index("rule")
    assert ledger.loc["in_two_files", ["rows", "amount"]].tolist() == [2, 13.0]
    assert ledger.loc["kept", ["rows", "amount"]].tolist() == [3, 23.0]


def test_of_a_line_twice_in_both_files_the_second_file_is_set_aside(marked: Mark) -> None:
    rows = [GOOD, GOOD, {"source_file": "b.csv"}, {"source_file": "b.csv"}, {"source_file": "b.csv"}]
    lines = marked(rows, mapped=())
    ledger = ledger_of_lines(lines).set_index("rule")
    assert ledger.loc["in_two_files", "rows"] == 2
    assert sorted(collect(lines.kept)["source_file"]) == ["a.csv", "a.csv", "b.csv"]


def test_lines_that_differ_in_one_column_are_no_copies(marked: Mark) -> None:
    rows = [GOOD, {"quantity": 3.0}, {"unit_price": 5.0}, {"customer_id": "c2"}, {"store_id": "s"}, {"amount": 10.01}]
    assert collect(marked(rows).quarantined).empty


def test_every_rule_has_a_reason_and_a_label() -> None:
    rules = order_line_rules(CleaningSettings(), lines_have_identity=True, today="2024-12-31")
    names = [rule.name for rule in rules]
    assert len(set(names)) == len(names)
    for rule in rules:
        assert rule.reason().endswith("."), rule.name
        assert rule_label(rule.name) != rule.name
        assert rule.action in {"quarantined", "flagged"}
