"""Rows of other tables: one per key, the rest set aside."""

from __future__ import annotations

import ibis
import pandas as pd
import pytest

from crm_analysis.cleaning import ledger_of, mark_rows, reference_rules
from crm_analysis.contract import SOURCE_TABLES, TableSpec
from crm_analysis.warehouse import collect


def _staged(spec: TableSpec, rows: list[dict[str, object]]) -> ibis.expr.types.Table:
    types = {c.name: spec.ibis_type(c.name) for c in spec.columns} | {
        "source_file": "string",
        "parse_problem": "string",
    }
    frame = pd.DataFrame(rows).reindex(columns=list(types)).astype(object)
    return ibis.memtable(frame.where(frame.notna(), None), schema=types)


def test_the_first_of_a_key_is_kept_and_which_one_does_not_hang_on_the_order_of_rows() -> None:
    spec = SOURCE_TABLES["products"]
    rows: list[dict[str, object]] = [
        {"product_id": "p1", "name": "Tea", "source_file": "a"},
        {"product_id": "p1", "name": "Cup", "source_file": "a"},
        {"product_id": "p2", "name": "Mug", "source_file": "a", "parse_problem": "list_price:not_a_number"},
        {"product_id": None, "name": "Nobody", "source_file": "a"},
    ]
    for order in (rows, rows[::-1]):
        marked, rules = mark_rows(_staged(spec, order), spec)
        frame = collect(marked)
        assert sorted(frame.loc[frame["rule"].isna(), "name"]) == ["Cup", "Mug"]
        ledger = ledger_of(marked, spec.name, rules, None).set_index("rule")
        assert ledger["rows"].to_dict() == {"no_key": 1, "duplicate_key": 1, "unreadable_value": 1, "kept": 2}
        assert ledger.loc["unreadable_value", "action"] == "repaired"
        assert ledger.loc[["no_key", "duplicate_key", "kept"], "rows"].sum() == len(rows)


def test_a_key_of_two_columns_needs_both() -> None:
    spec = SOURCE_TABLES["campaign_targets"]
    assert spec.key == ("campaign_id", "customer_id")
    rows: list[dict[str, object]] = [
        {"campaign_id": "k1", "customer_id": "c1"},
        {"campaign_id": "k1", "customer_id": "c2"},
        {"campaign_id": "k2", "customer_id": "c1"},
        {"campaign_id": "k1", "customer_id": "c1"},
        {"campaign_id": "k1"},
    ]
    marked, _rules = mark_rows(_staged(spec, rows), spec)
    assert sorted(collect(marked)["rule"].fillna("kept")) == ["duplicate_key", "kept", "kept", "kept", "no_key"]


def test_a_table_without_a_key_keeps_equal_rows() -> None:
    """Two redemptions of one coupon on one day are two."""
    spec = SOURCE_TABLES["redemptions"]
    assert spec.key == ()
    row = {"customer_id": "c1", "offer_id": "x", "redeemed_at": pd.Timestamp("2024-01-01")}
    marked, _rules = mark_rows(_staged(spec, [row, row, row | {"customer_id": None}]), spec)
    assert collect(marked)["rule"].fillna("kept").value_counts().to_dict() == {"kept": 2, "no_key": 1}


@pytest.mark.parametrize("name", [name for name in SOURCE_TABLES if name != "order_lines"])
def test_every_rule_has_a_reason(name: str) -> None:
    assert all(rule.reason().endswith(".") for rule in reference_rules(SOURCE_TABLES[name]))
