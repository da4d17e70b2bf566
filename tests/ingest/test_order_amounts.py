"""Amounts of orders are split over their lines to the cent, and refunds become returns."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm_analysis.errors import ConfigError
from tests.ingest.conftest import Desk

Sums = Callable[[pd.DataFrame, str], dict[str, float]]

COLUMNS = "주문번호,회원번호,주문일시,상품코드,수량,판매가,총 결제금액(KRW),쿠폰 할인금액,사용한 적립금액(최종)"
REPEATED = f"""{COLUMNS},총 배송비
o1,A,2025-06-09,P1,1,10000,22000,1000,500,3500
o1,A,2025-06-09,P2,2,5000,22000,1000,500,3500
o1,A,2025-06-09,P3,1,1,22000,1000,500,3500
o2,B,2025-06-10,P1,1,10000,9001,1000,0,1
o2,B,2025-06-10,P4,3,0,9001,1000,0,1
o3,C,2025-06-11,P1,1,10000,10000,0,0,0
"""


def test_amounts_repeated_on_every_line_are_split_and_never_summed(desk: Desk, by_order: Sums) -> None:
    rows = desk.rows(REPEATED)
    assert by_order(rows, "order_amount") == {"o1": 22000, "o2": 9001, "o3": 10000}
    assert by_order(rows, "discount") == {"o1": 1000, "o2": 1000, "o3": 0}
    assert by_order(rows, "points_used") == {"o1": 500, "o2": 0, "o3": 0}
    assert by_order(rows, "shipping") == {"o1": 3500, "o2": 1, "o3": 0}
    first = rows[rows["order_id"] == "o1"].set_index("product_id")
    # 22,000 by 10,000 : 10,000 : 1, whole won
    assert first["order_amount"].sort_values().tolist() == [1.0, 10999.0, 11000.0]
    free = rows[(rows["order_id"] == "o2") & (rows["product_id"] == "P4")].iloc[0]
    assert free["discount"] == 0.0, "a free line carries nothing"


def test_what_was_split_is_said_in_the_words_of_the_file(desk_duckdb: Desk) -> None:
    desk_duckdb.write("lines.csv", REPEATED)
    notes = desk_duckdb.stage().notes
    for header in ("총 결제금액(KRW)", "쿠폰 할인금액", "사용한 적립금액(최종)", "총 배송비"):
        assert any(f"column '{header}' holds one amount per order" in note for note in notes), header


def test_amounts_on_the_first_line_only_are_split_and_its_words_filled_down(desk: Desk, by_order: Sums) -> None:
    text = (
        "Order Number,Email,Financial Status,Created at,SKU,Quantity,Unit price,Order total,Shipping,Discount Amount\n"
        "#1,a@b.kr,paid,2025-06-09,P1,1,10.00,25.98,5.99,0.01\n"
        "#1,a@b.kr,,2025-06-09,P2,2,5.00,,,\n"
        "#2,c@d.kr,paid,2025-06-09,P1,1,10.00,10.00,0,\n"
        "#3,e@f.kr,pending,2025-06-10,P1,1,10.00,23.33,3.33,0.00\n"
        "#3,e@f.kr,,2025-06-10,P3,1,10.00,,,\n"
        "#4,e@f.kr,paid,2025-06-10,P1,1,10.00,20.00,0,0\n"
        "#4,e@f.kr,,2025-06-10,P3,1,10.00,,,\n"
    )
    rows = desk.rows(text)
    assert by_order(rows, "order_amount") == {"#1": 25.98, "#2": 10.0, "#3": 23.33, "#4": 20.0}
    assert by_order(rows, "shipping") == {"#1": 5.99, "#2": 0.0, "#3": 3.33, "#4": 0.0}
    assert rows.groupby("order_id")["status"].agg(["nunique", "count"]).values.tolist() == [
        [1, 2],
        [1, 1],
        [1, 2],
        [1, 2],
    ]
    assert sorted(rows.loc[rows["order_id"] == "#1", "discount"]) == [0.0, 0.01]


def test_a_total_in_the_amount_column_is_no_amount_of_a_line(desk: Desk, by_order: Sums) -> None:
    lines = "".join(
        f"o{i},A,2025-06-09,P{p},1,{price},30.01\n" for i in range(4) for p, price in enumerate((10, 19.99, 0.5))
    )
    rows = desk.rows("order,customer,date,sku,qty,unit price,amount\n" + lines)
    assert by_order(rows, "amount") == {f"o{i}": 30.01 for i in range(4)}
    staged = desk.stage()
    months = desk.months(staged).iloc[0]
    assert months["raw_amount"] == pytest.approx(12 * 30.01)
    assert months["repeated"] == pytest.approx(-8 * 30.01)
    assert months["sales_amount"] == pytest.approx(4 * 30.01)


def test_amounts_of_lines_stay_as_they_are(desk: Desk) -> None:
    """Equal prices of two products of an order are no total, and neither is a fee that differs by line."""
    lines = "".join(f"o{i},A,2025-06-09,P{p},5,{i}.{p}\n" for i in range(6) for p in range(2))
    rows = desk.rows("order,customer,date,sku,amount,shipping\n" + lines)
    assert rows["amount"].tolist() == [5.0] * 12
    assert rows["shipping"].tolist() == [float(f"{i}.{p}") for i in range(6) for p in range(2)]


def test_a_shop_of_one_price_has_no_totals_on_its_lines(desk_duckdb: Desk) -> None:
    lines = "".join(f"o{i},A,2025-06-09,P{p},10\n" for i in range(40) for p in range(3))
    assert desk_duckdb.rows("order,customer,date,sku,amount\n" + lines)["amount"].tolist() == [10.0] * 120
    lines = "".join(f"o{i},A,2025-06-09,P{p},{30 + i}\n" for i in range(40) for p in range(3))
    rows = desk_duckdb.rows("order,customer,date,sku,amount\n" + lines)
    assert rows["amount"].sum() == sum(30 + i for i in range(40)), "totals that differ from order to order"


def test_what_one_line_of_few_orders_has_is_its_own(desk_duckdb: Desk) -> None:
    """A refund or discount of a single line, blank on the others."""
    lines = "".join(
        f"o{i},A,2025-06-09,P{p},1,{10 + p},{5 if i < 6 and p == 0 else ''},{2 if i < 6 and p == 1 else ''}\n"
        for i in range(20)
        for p in range(2)
    )
    rows = desk_duckdb.rows("order,customer,date,sku,qty,unit price,refunded amount,discount\n" + lines)
    back = rows[rows["amount"] < 0]
    assert back["product_id"].tolist() == ["P0"] * 6
    assert back["amount"].tolist() == [-5.0] * 6
    assert rows.loc[rows["discount"].notna(), "product_id"].tolist() == ["P1"] * 6


def test_a_setting_says_what_belongs_to_the_order(desk_duckdb: Desk, by_order: Sums) -> None:
    rows = desk_duckdb.rows(REPEATED, order_level=())
    assert by_order(rows, "shipping") == {"o1": 10500, "o2": 2, "o3": 0}
    assert by_order(rows, "order_amount")["o1"] == 22000, "by its meaning the amount of the order"
    rows = desk_duckdb.rows(REPEATED, order_level=("shipping",))
    assert by_order(rows, "shipping") == {"o1": 3500, "o2": 1, "o3": 0}
    assert by_order(rows, "discount") == {"o1": 3000, "o2": 2000, "o3": 0}
    with pytest.raises(ConfigError, match=r"order_level.*'store_id'.*Possible here: order_amount, discount"):
        desk_duckdb.rows(REPEATED, order_level=("store_id",))


def test_an_order_that_stands_in_a_file_twice_is_split_in_each_copy(desk: Desk) -> None:
    body = "".join(REPEATED.splitlines(keepends=True)[1:4])
    desk.write("lines.csv", REPEATED + body)
    staged = desk.stage()
    kept = desk.clean(staged).kept
    assert float(kept.filter(kept["order_id"] == "o1")["shipping"].sum().execute()) == 3500


MONEY = st.integers(0, 99_999).map(lambda cents: cents / 100)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    orders=st.lists(
        st.tuples(st.lists(st.tuples(MONEY, st.integers(0, 3)), min_size=1, max_size=6), MONEY, MONEY),
        min_size=1,
        max_size=6,
    ),
    once=st.booleans(),
)
def test_the_parts_add_up_to_the_order_to_the_cent(
    desk_duckdb: Desk, orders: list[tuple[list[tuple[float, int]], float, float]], once: bool
) -> None:
    lines = []
    for number, (products, total, shipping) in enumerate(orders):
        for position, (price, quantity) in enumerate(products):
            given_here = not once or position == 0
            own = [f"o{number}", "A", "2025-06-09", f"P{position}", quantity, price]
            lines.append([*own, *((total, shipping) if given_here else ("", ""))])
    text = "order,customer,date,sku,qty,unit price,order total,shipping\n"
    text += "".join(",".join(str(cell) for cell in line) + "\n" for line in lines)
    rows = desk_duckdb.rows(text, order_level=("shipping",))
    for number, (_products, total, shipping) in enumerate(orders):
        mine = rows[rows["order_id"] == f"o{number}"]
        assert round(mine["order_amount"].sum(), 6) == total
        assert round(mine["shipping"].sum(), 6) == shipping


REFUNDS = """order,customer,date,sku,qty,unit price,refunded amount,refunded at
o1,A,2025-06-09,P1,2,10,20,2025-07-01
o2,B,2025-06-09,P1,2,10,5,2025-07-02
o3,C,2025-06-09,P1,2,10,,
"""


def test_refunds_become_return_lines_on_the_day_of_the_refund(desk: Desk) -> None:
    rows = desk.rows(REFUNDS)
    assert len(rows) == 5
    back = rows[rows["amount"] < 0].set_index("order_id")
    assert back["amount"].to_dict() == {"o1": -20.0, "o2": -5.0}
    assert back["quantity"].fillna(0).to_dict() == {"o1": -2.0, "o2": 0.0}, (
        "pieces come back with the whole amount only"
    )
    assert back["ordered_at"].dt.day.to_dict() == {"o1": 1, "o2": 2}
    staged = desk.stage()
    months = desk.months(staged)
    assert months["raw_amount"].tolist() == [60.0, 0.0]
    assert months["refunded"].tolist() == [0.0, -25.0]
    assert months["sales_amount"].tolist() == [60.0, -25.0]
    kinds = desk.clean(staged).kept["line_kind"].execute().value_counts().to_dict()
    assert kinds == {"sale": 3, "return": 2}


def test_a_refund_of_an_order_that_never_counted_is_no_return(desk_duckdb: Desk) -> None:
    text = "order,customer,date,sku,qty,unit price,refunded amount,status\n"
    text += "o1,A,2025-06-09,P1,1,10,10,cancelled\no2,B,2025-06-09,P1,1,10,,paid\n"
    desk_duckdb.write("lines.csv", text)
    months = desk_duckdb.months(desk_duckdb.stage(), sale_status=("paid",)).iloc[0]
    assert months[["raw_amount", "not_a_sale", "sales_amount"]].tolist() == [20.0, -10.0, 10.0]


def test_discounts_on_top_are_taken_off_where_the_setting_says_so(desk: Desk, by_order: Sums) -> None:
    rows = desk.rows(REPEATED, discount_taken_off=False)
    assert by_order(rows, "amount") == {"o1": 19001, "o2": 9000, "o3": 10000}


def agreement(desk: Desk, text: str, cleaning: dict[str, Any], **source: Any) -> pd.Series:
    desk.write("lines.csv", text)
    return desk.months(desk.stage(**source), **cleaning).drop(columns="month").sum()


def test_the_books_agree_with_each_difference_by_name(desk: Desk) -> None:
    """Paid 41,001 in all: goods 40,001, coupons 2,000 off, shipping 3,501 on top, 500 paid with points."""
    found = agreement(desk, REPEATED, {}, discount_taken_off=False)
    assert found.to_dict() == {
        "raw_amount": 41001.0,
        "shipping": -3501.0,
        "points": 500.0,
        "other": 1.0,
        "sales_amount": 38001.0,
    }


LINE = st.tuples(
    st.sampled_from(["o1", "o2", "o3"]),
    st.sampled_from(["A", "B", ""]),
    st.sampled_from(["2025-06-09", "2025-07-01", "someday", ""]),
    st.sampled_from(["P1", "P2", "P3"]),
    st.sampled_from(["1", "2", "-1", ""]),
    MONEY.map(str),
    st.sampled_from(["", "3.5", "10"]),
    st.sampled_from(["", "2", "0"]),
    st.sampled_from(["", "1.25"]),
    st.sampled_from(["", "4"]),
    st.sampled_from(["paid", "cancelled"]),
    st.sampled_from(["", "0.5"]),
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    lines=st.lists(LINE, min_size=1, max_size=12),
    totals=st.booleans(),
    taken_off=st.booleans(),
    included=st.booleans(),
)
def test_the_parts_lead_from_the_file_to_sales_exactly(
    desk_duckdb: Desk, lines: list[tuple[str, ...]], totals: bool, taken_off: bool, included: bool
) -> None:
    head = "order,customer,date,sku,qty,unit price,order total,shipping,discount,refunded,status,tax"
    head = head if totals else head.replace("order total", "remark")
    good = ("o9", "Z", "2025-06-01", "P9", "1", "7", "7", "", "", "", "paid", "")
    text = "\n".join([head, *(",".join(line) for line in [good] * 13 + lines), ""])
    desk_duckdb.write("lines.csv", text)
    staged = desk_duckdb.stage(discount_taken_off=taken_off)
    settings_ = {"sale_status": ("paid",), "prices_include_tax": included, "tax_rate": 0.1}
    marked = desk_duckdb.clean(staged, **settings_)
    months = desk_duckdb.months(staged, **settings_)
    parts = months.drop(columns=["month", "raw_amount", "sales_amount"]).sum(axis=1)
    assert (months["raw_amount"] + parts).tolist() == pytest.approx(months["sales_amount"].tolist(), abs=1e-6)
    kept = marked.kept["amount"].sum().execute()
    assert months["sales_amount"].sum() == pytest.approx(kept, abs=1e-6)
    stated = staged.rows["stated_amount"].sum().execute()
    assert months["raw_amount"].sum() == pytest.approx(0.0 if pd.isna(stated) else stated, abs=1e-6)
