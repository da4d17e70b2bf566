"""The first ten minutes with an own file: what shops' exports are like, point by point.

Order-level amounts and refunds are in ``test_order_amounts.py``, ways to write times and numbers, notes above the
header and HTML called .xls in ``test_staging.py``, damaged files in ``tests/test_bad_input.py``.
"""

from __future__ import annotations

import hashlib
import io
from datetime import datetime
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from msoffcrypto.format.ooxml import OOXMLFile

from crm_analysis.cleaning import ask_for_sale_states
from crm_analysis.config import CleaningSettings
from crm_analysis.errors import CleaningError, IngestError
from crm_analysis.warehouse import collect
from tests.ingest.conftest import Desk

STATES = "order,customer,date,amount,status\n" + "".join(
    f"o{i},A,2025-06-09,10,{state}\n" for i, state in enumerate(["배송완료", "배송완료", "취소완료", "입금대기"])
)


def digest(text: str) -> str:
    return "p" + hashlib.sha256(f"key|{text}".encode()).hexdigest()[:24]


# What counts as a sale


def test_states_are_asked_about_and_never_guessed(desk: Desk) -> None:
    desk.write("lines.csv", STATES)
    rows = desk.stage().rows
    with pytest.raises(
        CleaningError, match=r"배송완료 \(2\), 입금대기 \(1\), 취소완료 \(1\).*sale_status = \[\"배송완료\"\]"
    ):
        ask_for_sale_states(rows, CleaningSettings(), mapped=True)


def test_a_state_in_neither_list_is_asked_about(desk: Desk) -> None:
    desk.write("lines.csv", STATES)
    rows = desk.stage().rows
    lists = CleaningSettings(sale_status=("배송완료",), no_sale_status=("취소완료",))
    with pytest.raises(CleaningError, match=r"nothing is said about these states of orders: 입금대기 \(1\)\. Add each"):
        ask_for_sale_states(rows, lists, mapped=True)
    lists = CleaningSettings(sale_status=("배송완료",), no_sale_status=("취소완료", "입금대기"))
    ask_for_sale_states(rows, lists, mapped=True)
    ask_for_sale_states(rows, CleaningSettings(sale_status=("배송완료",)), mapped=True)


# Tax


TAXED = """order,customer,date,sku,amount,과세구분
o1,A,2025-06-09,P1,11000,과세
o1,A,2025-06-09,P2,5000,면세
o2,B,2025-06-10,P1,-11000,과세
"""


def test_tax_is_taken_out_of_what_is_taxed(desk: Desk) -> None:
    desk.write("lines.csv", TAXED)
    staged = desk.stage()
    kept = collect(desk.clean(staged, prices_include_tax=True, tax_rate=0.1).kept).sort_values("amount")
    assert kept["tax"].round(6).tolist() == [-1000.0, 0.0, 1000.0]
    assert (kept["amount"] - kept["tax"]).round(6).tolist() == [-10000.0, 5000.0, 10000.0]
    assert collect(desk.clean(staged).kept)["tax"].isna().all(), "nothing is assumed where the settings say nothing"
    words = desk.clean(staged, prices_include_tax=True, tax_rate=0.1, tax_free=("과세",))
    assert sorted(collect(words.kept)["tax"].round(2)) == [0.0, 0.0, 454.55]


def test_tax_that_the_source_gives_is_used(desk: Desk) -> None:
    desk.write("lines.csv", "order,customer,date,sku,amount,tax\no1,A,2025-06-09,P1,110,9\no1,A,2025-06-09,P2,55,\n")
    kept = desk.clean(desk.stage(), prices_include_tax=True, tax_rate=0.1).kept
    assert collect(kept).sort_values("amount")["tax"].round(6).tolist() == [5.0, 9.0]


def test_tax_on_top_is_a_difference_between_the_books_and_sales(desk: Desk) -> None:
    text = "order,customer,date,sku,qty,unit price,order total,shipping,tax\n"
    text += "o1,A,2025-06-09,P1,1,10,18,5,1\no1,A,2025-06-09,P2,1,2,18,5,1\n"
    desk.write("lines.csv", text)
    months = desk.months(desk.stage(order_level=("shipping", "tax"))).iloc[0].drop("month").to_dict()
    assert months == {"raw_amount": 18.0, "shipping": -5.0, "tax": -1.0, "sales_amount": 12.0}


# Who the customer is


def test_member_number_else_email_else_phone_else_name_with_phone(desk: Desk) -> None:
    text = """주문번호,회원 아이디,주문자 이메일,주문자 휴대전화,주문자명,주문일시,결제금액
o1,kim77,kim@shop.kr,010-1234-5678,김하나,2025-06-09,1
o2,비회원, Lee@Shop.kr,010-2222-3333,이둘,2025-06-09,1
o3,비회원,,010-2222-3333,이둘,2025-06-09,1
o4,,,1022223333,이둘,2025-06-09,1
o5,,,010-****-9999,박*셋,2025-06-09,1
o6,비회원,,,최넷,2025-06-09,1
o7,s****1,,,,2025-06-09,1
o8,s****1,a@b.kr,,,2025-06-09,1
"""
    rows = desk.rows(text).set_index("order_id")["customer_id"]
    assert rows["o1"] == "kim77"
    assert rows["o2"] == digest("lee@shop.kr")
    assert rows["o3"] == rows["o4"] == digest("01022223333"), "a phone that lost its 0 is the same phone"
    assert rows["o5"] == digest("박*셋|010-****-9999")
    assert pd.isna(rows["o6"]), "a name alone is nobody"
    assert rows["o7"] == "s****1"
    assert rows["o8"] == digest("a@b.kr"), "a masked number says less than an address"
    staged = desk.stage()
    assert not {"customer_email", "customer_phone", "customer_name"} & set(staged.rows.columns)
    assert staged.notes == [
        "lines.csv: 6 rows (75 %) are guests' or have no customer number; of these 2 are known by e-mail, 2 by phone, "
        "1 by name with phone, and 1 not at all.",
        "lines.csv: 1 rows (12 %) have a masked customer number such as a***: several people may share one. Map "
        "another column to customer_id where there is one.",
    ]


def test_a_file_that_knows_customers_by_email_only(desk_duckdb: Desk) -> None:
    rows = desk_duckdb.rows(
        "order,e-mail,date,amount\no1,a@b.kr,2025-06-09,1\no2,A@b.kr ,2025-06-10,1\n",
        columns={"customer_email": "e-mail"},
    )
    assert rows["customer_id"].tolist() == [digest("a@b.kr")] * 2


def test_phones_without_their_zero_are_the_same_customers(desk: Desk) -> None:
    lines = "".join(f"o{i},{phone},2025-06-09,1\n" for i, phone in enumerate(["01012345678", "1012345678"]))
    rows = desk.rows("order,customer,date,amount\n" + lines)
    assert rows["customer_id"].tolist() == [digest("01012345678")] * 2


# Korean exports


def locked(text_rows: list[list[object]], password: str) -> bytes:
    book = openpyxl.Workbook()
    for row in text_rows:
        book.active.append(row)
    plain, target = io.BytesIO(), io.BytesIO()
    book.save(plain)
    OOXMLFile(plain).encrypt(password, target)
    return target.getvalue()


def test_a_locked_workbook_asks_for_its_password_by_reference(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows: list[list[object]] = [["고객번호", "주문일", "결제금액"], ["A", "2025-06-09", 1000]]
    (tmp_path / "smartstore.xlsx").write_bytes(locked(rows, "s3cret-1234"))
    with pytest.raises(IngestError, match=r"smartstore\.xlsx is protected by a password.*password_env = "):
        desk.open("smartstore.xlsx")
    with pytest.raises(IngestError, match=r"environment variable SHOP_BOOK that should hold it is not set"):
        desk.open("smartstore.xlsx", password_env="SHOP_BOOK")
    monkeypatch.setenv("SHOP_BOOK", "wrong-one")
    with pytest.raises(IngestError, match=r"cannot be opened with the password in SHOP_BOOK") as refused:
        desk.open("smartstore.xlsx", password_env="SHOP_BOOK")
    assert "wrong-one" not in str(refused.value)
    monkeypatch.setenv("SHOP_BOOK", "s3cret-1234")
    staged = desk.stage("smartstore.xlsx", password_env="SHOP_BOOK")
    assert collect(staged.rows)[["customer_id", "amount"]].values.tolist() == [["A", 1000.0]]
    stored = [file for file in (tmp_path / "scratch").rglob("*") if file.is_file()]
    assert stored
    assert not any(b"s3cret-1234" in file.read_bytes() for file in stored)
    assert not any(file.suffix == ".xlsx" for file in stored), "no copy without the password"


def test_two_header_rows_and_merged_cells(desk: Desk, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    page = book.active
    page.append(["6월 판매 내역", None, None, None, None])
    page.append(["주문번호", "주문자", None, "결제", None])
    page.append([None, "회원번호", "주문자명", "일시", "금액"])
    page.append(["o1", "A", "김하나", "2025-06-09", 1000])
    page.append([None, None, None, None, 500])
    page.append(["o2", "B", "이둘", "2025-06-10", 700])
    for area in ("A1:E1", "A2:A3", "B2:C2", "D2:E2", "A4:A5", "B4:B5", "C4:C5", "D4:D5"):
        page.merge_cells(area)
    book.save(tmp_path / "merged.xlsx")
    staged = desk.stage("merged.xlsx")
    assert staged.mapping == {
        "customer_id": "회원번호",
        "ordered_at": "결제 일시",
        "amount": "결제 금액",
        "order_id": "주문번호",
    }
    rows = collect(staged.rows).sort_values("amount", ignore_index=True)
    assert rows[["order_id", "customer_id", "amount"]].values.tolist() == [
        ["o1", "A", 500.0],
        ["o2", "B", 700.0],
        ["o1", "A", 1000.0],
    ]
    assert rows["ordered_at"].tolist() == [datetime(2025, 6, 9), datetime(2025, 6, 10), datetime(2025, 6, 9)]


def test_two_header_rows_of_a_csv(desk_duckdb: Desk) -> None:
    desk_duckdb.write(
        "lines.csv", "고객,,결제,\n번호,이름,일시,금액\nA,김하나,2025-06-09,1000\nB,이둘,2025-06-10,700\n"
    )
    source = desk_duckdb.open()
    assert source.mapping == {"customer_id": "고객 번호", "ordered_at": "결제 일시", "amount": "결제 금액"}
    assert desk_duckdb.stage().row_count == 2


def test_merged_cells_of_an_html_table(desk_duckdb: Desk, tmp_path: Path) -> None:
    page = (
        "<table><tr><th>주문번호<th>고객번호<th>주문일<th>상품코드<th>결제금액</tr>"
        "<tr><td rowspan=2>o1<td rowspan=2>A<td rowspan=2>2025.06.09<td>P1<td>12,000원</tr>"
        "<tr><td>P2<td>3,000원</tr><tr><td>o2<td>B<td>2025.06.10<td>P1<td>-</tr></table>"
    )
    (tmp_path / "orders.xls").write_text("<html><meta charset='utf-8'>" + page, encoding="utf-8")
    rows = collect(desk_duckdb.stage("orders.xls").rows).sort_values(["order_id", "product_id"])
    assert rows[["order_id", "customer_id", "product_id"]].values.tolist() == [
        ["o1", "A", "P1"],
        ["o1", "A", "P2"],
        ["o2", "B", "P1"],
    ]
    assert rows["amount"].tolist()[:2] == [12000.0, 3000.0]
    assert pd.isna(rows["amount"].iloc[2])


@pytest.mark.parametrize(
    "header",
    [
        "주문번호,회원번호,주문일시,상품구매금액(KRW),상품명(한국어 쇼핑몰),사용한 적립금액(최종),총 배송비",
        "주문 번호, 회원 번호 ,주문 일시,상품구매 금액 (KRW),상품명 (한국어 쇼핑몰),사용한  적립금액(최종),총배송비",
        "주문번호[필수],회원번호（ID）,주문일시,상품 구매금액,상품명,사용한적립금액,총 배송비(KRW)",
    ],
)
def test_headers_with_suffixes_and_spaces_that_vary(desk_duckdb: Desk, header: str) -> None:
    desk_duckdb.write("lines.csv", header + "\no1,A,2025-06-09,1000,사과,10,3000\n")
    names = header.split(",")
    mapped = desk_duckdb.open().mapping
    wanted = ["order_id", "customer_id", "ordered_at", "amount", "product_name", "points_used", "shipping"]
    assert {name: " ".join(header.split()) for name, header in mapped.items()} == {
        name: " ".join(header.split()) for name, header in zip(wanted, names, strict=True)
    }


def test_ids_that_a_spreadsheet_rounded_are_flagged_and_never_joined(desk: Desk) -> None:
    lines = "".join(f"o{i},A{i},2025-06-09,P{i},1\n" for i in range(3))
    lines += "2.3424544E+17,B,2025-06-09,P7,1\n2.3424544E+17,C,2025-06-09,P8,1\n"
    desk.write("lines.csv", "주문번호,고객번호,주문일,상품코드,결제금액\n" + lines)
    staged = desk.stage()
    assert staged.problems == {"order_id:damaged_id": 2}
    note = next(note for note in staged.notes if "2.3E+17" in note)
    assert "lines.csv: in 2 of 5 rows, column '주문번호' (order_id) was rounded by a spreadsheet" in note
    assert "ids as text" in note
    kept = collect(desk.clean(staged).kept)
    assert kept["order_id"].nunique() == len(kept) == 5, "two rounded numbers are not one order"


def test_excel_serial_dates_and_a_totals_row(desk: Desk, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (["고객번호", "주문일", "결제금액"], ["A", 45817, 1000], ["B", 45817.5, 500], ["총 합계", None, 1500]):
        book.active.append(row)
    book.save(tmp_path / "serial.xlsx")
    staged = desk.stage("serial.xlsx")
    rows = collect(staged.rows).sort_values("amount", ignore_index=True)
    assert rows["ordered_at"].tolist()[:2] == [datetime(2025, 6, 9, 12), datetime(2025, 6, 9)]
    assert staged.problems == {"row:totals_row": 1}
    assert any("1 rows are totals and were set aside" in note for note in staged.notes)
    months = desk.months(staged)
    assert months["sales_amount"].sum() == 1500.0
    assert months["not_a_line"].sum() == -1500.0, "set aside by name"
