"""Lines that stand out: flagged and kept, set aside or left alone as set, with limits from the data."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from crm_analysis.cleaning import MarkedLines, ledger_of_lines, monthly_agreement
from crm_analysis.cleaning.outliers import limits_of, mark_outliers
from crm_analysis.errors import ConfigError
from crm_analysis.labels import rule_label
from crm_analysis.warehouse import Engine, Warehouse, collect

Mark = Callable[..., MarkedLines]


def _many(n: int = 40, **more: Any) -> list[dict[str, Any]]:
    """Ordinary sales: two pieces at 500."""
    return [{"order_id": f"n{i}", "quantity": 2.0, "amount": 1000.0} | more for i in range(n)]


def _rows(lines: MarkedLines) -> pd.DataFrame:
    return ledger_of_lines(lines).set_index("rule")


TESTS = ["test", "TEST 2", "테스트", "테스트 상품", "test-product_01", "(테스트주문) 3", "Dummy", "시험 결제"]
PRODUCTS = ["Test kit", "임신 테스트기", "Contest", "latest", "테스트스트립 50매", "protest song", "시험지"]


@pytest.mark.parametrize("name", TESTS)
def test_what_is_called_a_test_is_one(marked: Mark, name: str) -> None:
    for column in ("product_name", "product_id", "customer_id"):
        found = _rows(marked([*_many(), {"order_id": "x", "amount": 900.0, column: name}]))
        assert found.loc["test_order", "matched"] == 1, column
        assert found.loc["test_order", "action"] == "flagged"


@pytest.mark.parametrize("name", PRODUCTS)
def test_a_product_with_test_in_its_name_is_none(marked: Mark, name: str) -> None:
    assert (
        _rows(marked([*_many(), {"order_id": "x", "amount": 900.0, "product_name": name}])).loc["test_order", "matched"]
        == 0
    )


@pytest.mark.parametrize(("usual", "found"), [(1000.0, 1), (50.0, 0)])
def test_a_single_coin_is_a_test_where_it_buys_nothing(marked: Mark, usual: float, found: int) -> None:
    lines = marked([*_many(amount=usual), {"order_id": "x", "quantity": 1.0, "amount": 1.0}])
    assert _rows(lines).loc["test_order", "matched"] == found


def test_wholesale_begins_at_a_limit_that_the_ledger_states(marked: Mark) -> None:
    rows = [
        *_many(),
        {"order_id": "big", "quantity": 41.0, "amount": 9000.0},
        {"order_id": "big2", "quantity": 40.0, "amount": 8000.0},
    ]
    found = _rows(marked(rows)).loc["wholesale"]
    assert found["limit"] == 40.0, "twenty times the median of two pieces"
    assert (found["matched"], found["amount"]) == (1, 9000.0)
    assert found["examples"] == "big: 41, 9000.00"


def test_where_quantities_vary_the_limit_is_far_above_the_upper_quartile(marked: Mark) -> None:
    rows = [{"order_id": f"n{i}", "quantity": float(q), "amount": 10.0 * q} for i, q in enumerate([1, 10, 100] * 20)]
    found = _rows(marked([*rows, {"order_id": "x", "quantity": 5000.0, "amount": 1.0}])).loc["wholesale"]
    assert found["limit"] > 5000
    assert found["matched"] == 0


@pytest.mark.parametrize(
    ("price", "found"),
    [(5000.0, 1), (50.0, 1), (4000.0, 1), (3900.0, 0), (6300.0, 0), (250.0, 0), (62.5, 1), (64.0, 0)],
)
def test_a_price_ten_times_off_its_median_is_a_slip(marked: Mark, price: float, found: int) -> None:
    lines = marked([*_many(), {"order_id": "x", "quantity": 3.0, "amount": 3 * price}])
    assert _rows(lines).loc["price_typo", "matched"] == found


def test_a_deep_discount_is_no_slip_and_neither_is_a_rare_product(marked: Mark) -> None:
    cheap = {"order_id": "x", "quantity": 1.0, "amount": 50.0}
    assert _rows(marked([*_many(), cheap])).loc["price_typo", "matched"] == 1
    assert _rows(marked([*_many(), cheap | {"discount": 450.0}])).loc["price_typo", "matched"] == 0
    assert _rows(marked([*_many(), cheap | {"unit_price": 500.0}])).loc["price_typo", "matched"] == 0
    assert _rows(marked([*_many(18), cheap])).loc["price_typo", "matched"] == 0, "19 sales"
    assert _rows(marked([*_many(19), cheap])).loc["price_typo", "matched"] == 1, "20 sales"
    assert _rows(marked([*_many(), cheap | {"product_id": "p2"}])).loc["price_typo", "matched"] == 0


ODD = [
    {"order_id": "t", "amount": 900.0, "product_name": "test"},
    {"order_id": "w", "quantity": 99.0, "amount": 49_500.0},
    {"order_id": "p", "quantity": 1.0, "amount": 5000.0},
]
SETTINGS = {"test_orders": ("test_order", "t"), "wholesale": ("wholesale", "w"), "price_typos": ("price_typo", "p")}


def test_by_default_everything_is_flagged_and_kept(marked: Mark) -> None:
    lines = marked([*_many(), *ODD])
    found = _rows(lines)
    assert found.loc[list(dict(SETTINGS.values())), "matched"].tolist() == [1, 1, 1]
    assert found.loc["kept", "rows"] == len(collect(lines.kept)) == 43
    assert collect(lines.quarantined).empty


@pytest.mark.parametrize("setting", SETTINGS)
def test_a_setting_sets_aside_or_turns_off_and_the_counts_add_up(marked: Mark, setting: str) -> None:
    rule, order = SETTINGS[setting]
    rows = [*_many(), *ODD]
    taken = marked(rows, **{setting: "quarantine"})
    assert collect(taken.quarantined)[["order_id", "rule"]].to_numpy().tolist() == [[order, rule]]
    ledger = ledger_of_lines(taken)
    standing = ledger[ledger["action"].isin(["quarantined", "kept"])]
    assert standing["rows"].sum() == len(rows)
    assert rule in monthly_agreement(taken).columns
    assert ledger.set_index("rule").loc[rule, "examples"].startswith(f"{order}: ")
    off = marked(rows, **{setting: "off"})
    assert rule not in ledger_of_lines(off)["rule"].tolist()
    assert len(collect(off.kept)) == len(rows)
    assert rule_label(rule) != rule


def test_a_setting_that_is_none_of_these_is_refused(tmp_path: Path) -> None:
    from crm_analysis.config import load_settings

    (tmp_path / "crm.toml").write_text('[cleaning]\nwholesale = "drop"\n', encoding="utf-8")
    with pytest.raises(ConfigError, match=r"cleaning\.wholesale.*'flag', 'quarantine', 'off'"):
        load_settings(tmp_path)


def test_engines_agree(engine: Engine, tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path, engine)
    columns = ["order_id", "customer_id", "product_id", "product_name", "quantity", "unit_price", "amount", "discount"]
    base = {"customer_id": "c1", "product_id": "p1", "product_name": None, "unit_price": None, "discount": None}
    frame = pd.DataFrame(
        [
            base | row
            for row in [
                *_many(),
                *ODD,
                {"order_id": "k", "quantity": 1.0, "amount": 500.0, "product_name": "임신 테스트기"},
            ]
        ]
    )
    frame = frame.fillna({"quantity": 2.0})[columns].astype(
        {"unit_price": "float64", "discount": "float64", "product_name": "string"}
    )
    warehouse.write_frame("lines", frame)
    rows = warehouse.read("lines")
    limits = limits_of(rows)
    assert limits == {"wholesale": 40.0, "test_order": 1.0}
    found = collect(mark_outliers(rows, ["test_order", "wholesale", "price_typo"], limits)).set_index("order_id")
    for rule, order in SETTINGS.values():
        assert found.index[found[f"is_{rule}"].astype(bool)].tolist() == [order]


def test_nothing_sold_has_no_limit(marked: Mark) -> None:
    lines = marked([{"amount": 0.0}, {"order_id": "o2", "quantity": None, "amount": 0.0}])
    assert limits_of(lines.rows) == {}
    assert _rows(lines).loc["wholesale", "matched"] == 0
