"""Headers become columns of the contract, by setting, by name, or as a suggestion from values."""

from __future__ import annotations

import pytest

from crm_analysis.contract import SOURCE_TABLES
from crm_analysis.ingest import map_columns, suggest_mapping
from crm_analysis.ingest.header import find_header, normalise_header, unique_headers
from crm_analysis.ingest.shapes import masked, shape_of

LINES = SOURCE_TABLES["order_lines"]


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        (
            ["Customer ID", "InvoiceDate", "Price", "Quantity"],
            {"customer_id": "Customer ID", "ordered_at": "InvoiceDate", "unit_price": "Price", "quantity": "Quantity"},
        ),
        (["cust", "date", "price"], {"customer_id": "cust", "ordered_at": "date", "amount": "price"}),
        (
            ["주문 번호", "주문일시", "회원ID", "상품구매금액(KRW)"],
            {"order_id": "주문 번호", "ordered_at": "주문일시", "customer_id": "회원ID", "amount": "상품구매금액(KRW)"},
        ),
    ],
)
def test_names_are_recognised(headers: list[str], expected: dict[str, str]) -> None:
    assert map_columns(LINES, headers, {}, file="f") == expected


def test_another_columns_own_name_is_taken_only_where_nothing_else_fits() -> None:
    customers = SOURCE_TABLES["customers"]
    both = map_columns(customers, ["household_id", "고객번호"], {}, file="f")
    assert both == {"customer_id": "고객번호", "household_id": "household_id"}
    assert map_columns(customers, ["household_id", "age"], {}, file="f")["customer_id"] == "household_id"


def test_a_setting_wins_and_a_header_serves_one_column() -> None:
    mapping = map_columns(LINES, ["customer", "date", "total", "amount"], {"amount": "Total"}, file="f")
    assert mapping == {"customer_id": "customer", "ordered_at": "date", "amount": "total"}


def test_suggestions_hide_personal_values() -> None:
    samples = {
        "who": ["kim@shop.kr", "lee@shop.kr"],
        "bought": ["2025-06-09", "2025-06-10"],
        "paid": ["12,000원", "9,900원"],
        "memo": ["gift", "hello you"],
    }
    found = suggest_mapping(LINES, samples, {"amount": "paid"}, file="f")
    assert [(s.header, s.column, s.certainty) for s in found] == [
        ("who", "customer_id", "values"),
        ("bought", "ordered_at", "values"),
        ("paid", "amount", "set"),
        ("memo", None, "none"),
    ]
    assert found[0].examples == ("k**@****.**", "l**@****.**")
    assert found[2].examples == ("12,000원", "9,900원")


@pytest.mark.parametrize(
    ("values", "shape"),
    [
        (["2025-01-01", "2025. 6. 9. 오후 3:05", ""], "date"),
        (["20250609", "20241231"], "date"),
        (["1,234.5", "$3", "(4)"], "amount"),
        (["1", "2", "13"], "count"),
        (["00012", "00013"], "code"),
        (["85123A", "71053"], "code"),
        (["010-1234-5678", "01012345678"], "phone"),
        (["yes", "no"], "flag"),
        (["red box", "blue"], "text"),
        (["", " "], "empty"),
    ],
)
def test_shapes(values: list[str], shape: str) -> None:
    assert shape_of(values) == shape


def test_headers_are_compared_and_named() -> None:
    assert normalise_header(" 상품구매금액 (KRW)") == "상품구매금액"
    assert normalise_header("Order_ID") == "orderid"
    assert unique_headers(["a", "A", "", " b\nc "]) == ("a", "A_2", "column_3", "b c")
    assert masked("kim@shop.kr") == "k**@****.**"
    assert find_header([["report", ""], ["x", "1"], ["2", "3"]], frozenset()) == 0
    assert find_header([["1", "2"], ["who", "when"], ["1", "2"], ["3", "4"]], frozenset()) == 1
