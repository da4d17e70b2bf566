"""Exports of known shops: from the sample of each to sales that were reckoned by hand."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

from crm_analysis.cleaning import ask_for_sale_states
from crm_analysis.config import CleaningSettings
from crm_analysis.errors import ConfigError
from crm_analysis.ingest import with_customers_of_orders
from crm_analysis.ingest.presets import detect_preset, preset_lines
from crm_analysis.ingest.shops import PRESETS
from crm_analysis.project import open_project
from crm_analysis.warehouse import collect
from tests.ingest import make_presets
from tests.ingest.conftest import Desk

SAMPLES = {
    "cafe24": "cafe24.csv",
    "smartstore": "smartstore.xlsx",
    "coupang": "coupang.xlsx",
    "shopify": "shopify.csv",
    "woocommerce": "woocommerce.csv",
    "olist": "olist.csv",
    "online_retail": "online_retail.csv",
}
MONTHS: dict[str, list[dict[str, float]]] = {
    # June: 32,000 less coupon 3,000, and 15,000; paid 30,500 and 15,000, and 20,000 that were cancelled.
    # July: 21,000 less coupon 1,000, and 5,000 of June given back; 9,000 were never paid.
    "cafe24": [
        {
            "raw_amount": 65500,
            "sales_amount": 44000,
            "not_a_sale": -20000,
            "points": 1000,
            "refunded": 0,
            "shipping": -2500,
        },
        {
            "raw_amount": 29000,
            "sales_amount": 15000,
            "not_a_sale": -9000,
            "points": 0,
            "refunded": -5000,
            "shipping": 0,
        },
    ],
    "smartstore": [
        {"raw_amount": 31900, "sales_amount": 24900, "not_a_sale": -7000},
        {"raw_amount": 12000, "sales_amount": 12000, "not_a_sale": 0},
    ],
    "coupang": [{"raw_amount": 14800, "sales_amount": 14800}, {"raw_amount": 25000, "sales_amount": 25000}],
    # June: 50 less 5; the total of 53.50 has 4.90 for shipping and 3.60 tax. July: 80, of which 20 went back.
    "shopify": [
        {"raw_amount": 88.4, "sales_amount": 45, "not_a_sale": -34.9, "refunded": 0, "shipping": -4.9, "tax": -3.6},
        {"raw_amount": 86.4, "sales_amount": 60, "not_a_sale": 0, "refunded": -20, "shipping": 0, "tax": -6.4},
    ],
    "woocommerce": [
        {"raw_amount": 61.55, "sales_amount": 35.55, "not_a_sale": -20, "refunded": 0, "shipping": -6},
        {"raw_amount": 16, "sales_amount": 6, "not_a_sale": 0, "refunded": -4, "shipping": -6},
    ],
    "olist": [
        {"raw_amount": 122, "sales_amount": 80, "not_a_sale": -27, "shipping": -15},
        {"raw_amount": 112.5, "sales_amount": 100, "not_a_sale": 0, "shipping": -12.5},
    ],
    # December: 15.30 + 20.34 + 18.00 - 5.10, and 5.00 of nobody. January: 10, and 100 of bookkeeping.
    "online_retail": [
        {"raw_amount": 53.54, "sales_amount": 48.54, "adjustment": 0, "no_customer": -5},
        {"raw_amount": -90, "sales_amount": 10, "adjustment": 100, "no_customer": 0},
    ],
}


def cleaning(name: str) -> dict[str, Any]:
    return dict(PRESETS[name].cleaning)


def months(desk: Desk, name: str) -> list[dict[str, float]]:
    shutil.copy(make_presets.FOLDER / SAMPLES[name], desk.folder)
    staged = desk.stage(SAMPLES[name], preset=name)
    assert staged.problems == {}
    ask_for_sale_states(staged.rows, CleaningSettings(**cleaning(name)), mapped="status" in staged.mapping)
    found = desk.months(staged, **cleaning(name)).drop(columns="month").round(6)
    return [dict(sorted(row.items())) for row in found.to_dict("records")]


@pytest.mark.parametrize("name", PRESETS)
def test_from_the_sample_to_sales(desk_duckdb: Desk, name: str) -> None:
    assert months(desk_duckdb, name) == [dict(sorted(month.items())) for month in MONTHS[name]]


@pytest.mark.parametrize("name", ["cafe24", "shopify"])
def test_both_engines_agree(desk: Desk, name: str) -> None:
    assert months(desk, name) == [dict(sorted(month.items())) for month in MONTHS[name]]


@pytest.mark.parametrize("name", PRESETS)
def test_the_sample_has_every_column_of_its_preset_but_few(desk_duckdb: Desk, name: str) -> None:
    shutil.copy(make_presets.FOLDER / SAMPLES[name], desk_duckdb.folder)
    source = desk_duckdb.open(SAMPLES[name], preset=name)
    mapped = {**source.mapping, **source.identifiers}
    assert set(PRESETS[name].columns) - set(mapped) <= {"paid_at"}, "columns that a setting of the shop switches on"
    assert detect_preset(list(source.samples)) == name


@pytest.mark.parametrize("name", PRESETS)
def test_what_check_writes_down_is_enough_to_build(tmp_path: Path, name: str) -> None:
    shutil.copy(make_presets.FOLDER / SAMPLES[name], tmp_path)
    lines = [line for line in preset_lines(name)[1:] if not line.startswith("[sources")]
    head = ["[sources.order_lines]", f'path = "{SAMPLES[name]}"', *lines]
    (tmp_path / "crm.toml").write_text("\n".join(head), encoding="utf-8")
    with open_project(tmp_path) as project:
        project.build()
        agreement = collect(project.table("monthly_agreement")).sort_values("month")
        stored = collect(project.table("order_lines"))
    assert agreement["sales_amount"].round(6).tolist() == [month["sales_amount"] for month in MONTHS[name]]
    assert agreement["raw_amount"].round(6).tolist() == [month["raw_amount"] for month in MONTHS[name]]
    text = stored.to_csv()
    for person in ("example.com", "010-1234", "1012340001", "김민지", "Ann Example"):
        assert person not in text, "who it is stays outside of the order lines"


def test_customers_of_the_samples(desk_duckdb: Desk) -> None:
    def customers(name: str) -> pd.Series:
        shutil.copy(make_presets.FOLDER / SAMPLES[name], desk_duckdb.folder)
        rows = collect(desk_duckdb.stage(SAMPLES[name], preset=name).rows)
        return rows.drop_duplicates("order_id").set_index("order_id")["customer_id"]

    def digest(text: str) -> str:
        return "p" + hashlib.sha256(f"key|{text}".encode()).hexdigest()[:24]

    cafe24 = customers("cafe24")
    assert cafe24["20250601-0000011"] == cafe24["20250711-0000015"] == "minji01"
    assert cafe24["20250602-0000012"] == digest("jihoon@example.com"), "a guest"
    smartstore = customers("smartstore")
    assert smartstore["2025060100000001"] == smartstore["2025071000000003"] == digest("01012340001")
    assert customers("woocommerce")["503"] == digest("cem@example.com"), "number 0 is that of all guests"
    assert customers("olist").to_dict() == {"a1": "u-1", "a2": "u-2", "a3": "u-1"}, "the person, not the order's number"
    assert customers("coupang").nunique() == 2


def test_tax_free_products_of_cafe24(desk_duckdb: Desk) -> None:
    shutil.copy(make_presets.FOLDER / "cafe24.csv", desk_duckdb.folder)
    kept = desk_duckdb.clean(desk_duckdb.stage("cafe24.csv", preset="cafe24"), **cleaning("cafe24")).kept
    lines = collect(kept.filter(kept["order_id"] == "20250711-0000015")).set_index("product_id")
    assert lines["amount"].to_dict() == {"P00000AD": 9524.0, "P00000AB": 10476.0}, "1,000 by 10,000 : 11,000"
    assert lines["tax"].round(2).to_dict() == {"P00000AD": 0.0, "P00000AB": 952.36}


def test_missing_columns_are_named_with_where_to_switch_them_on(desk_duckdb: Desk) -> None:
    desk_duckdb.write(
        "lines.csv",
        "주문번호,주문자ID,주문일시,주문 상태,상품코드,상품구매금액(KRW),주문경로\n"
        "A,kim,2025-06-09,배송완료,P1,1000,PC\n",
    )
    notes = desk_duckdb.open(preset="cafe24").notes
    assert len(notes) == 1
    assert notes[0].startswith(
        "lines.csv: of the export of Cafe24 these columns are missing: '주문자 이메일' (customer_email)"
    )
    assert "'쿠폰 할인금액(최종)' (discount)" in notes[0]
    assert notes[0].endswith(
        "Where to switch them on: Cafe24 admin: Orders > All orders > Excel download > Manage formats."
    )


def test_settings_of_the_source_stand_above_the_preset(desk_duckdb: Desk) -> None:
    shutil.copy(make_presets.FOLDER / "cafe24.csv", desk_duckdb.folder)
    mine = desk_duckdb.open(
        "cafe24.csv", preset="cafe24", columns={"amount": "판매가"}, order_level=(), discount_taken_off=True
    )
    assert mine.mapping["amount"] == "판매가"
    assert mine.settings.order_level == ()
    assert mine.settings.discount_taken_off
    assert not desk_duckdb.open("cafe24.csv", preset="cafe24").settings.discount_taken_off


def test_a_preset_that_is_not_known(desk_duckdb: Desk) -> None:
    desk_duckdb.write("lines.csv", "customer,date,amount\nA,2025-06-09,1\n")
    with pytest.raises(ConfigError, match=r'preset = "cafe42" of \[sources\.order_lines\] is not known.*cafe24, smart'):
        desk_duckdb.open(preset="cafe42")


def test_no_preset_is_seen_where_there_is_none() -> None:
    assert detect_preset(["customer", "date", "amount", "Quantity"]) is None
    assert detect_preset(["Financial Status", "lineitem  quantity", "Lineitem Name", "Lineitem price"]) == "shopify"


def test_the_samples_are_as_the_script_writes_them() -> None:
    for name, (table, encoding) in make_presets.CSV.items():
        assert (make_presets.FOLDER / name).read_bytes() == make_presets.csv_bytes(table, encoding), name
    for name, table in make_presets.XLSX.items():
        page = openpyxl.load_workbook(make_presets.FOLDER / name).active
        assert page is not None
        rows = [[cell for cell in row if cell is not None] for row in page.iter_rows(values_only=True)]
        assert rows == [[cell for cell in row if cell != ""] for row in table], name


HELPDESKS = {
    "zendesk": (
        "ID,Requester email,Created at,Via,Status,Ticket type,Order number\n"
        "1001,ann@example.com,2025-06-09 10:00,Email,Solved,Question,\n"
        "1002,,2025-06-10 11:00,Web form,Open,Problem,o2\n"
    ),
    "freshdesk": (
        "Ticket ID,Subject,Status,Priority,Source,Type,Created time,Contact name,Email,Order ID\n"
        "1001,Late,Closed,Low,Email,Question,2025-06-09 10:00:00,Ann,ann@example.com,\n"
        "1002,Broken,Open,High,Portal,Problem,2025-06-10 11:00:00,,,o2\n"
    ),
    "channel": (
        "상담 ID,고객 이름,이메일,연락처,상담 시작일시,상담 채널,상담 상태,상담 유형,주문번호\n"
        "1001,앤,ann@example.com,,2025-06-09 오전 10:00,앱,완료,문의,\n"
        "1002,,,,2025-06-10 오전 11:00,웹,진행,불량,o2\n"
    ),
}


@pytest.mark.parametrize("name", HELPDESKS)
def test_exports_of_helpdesks_are_contacts(desk: Desk, name: str, tmp_path: Path) -> None:
    desk.write("tickets.csv", HELPDESKS[name])
    desk.write("lines.csv", "order,customer,date,amount\no1,A,2025-06-01,1\no2,B,2025-06-02,2\n")
    staged = desk.stage("tickets.csv", into="contacts")
    assert staged.problems == {}
    contacts = with_customers_of_orders(staged.rows, desk.stage().rows)
    rows = collect(contacts).sort_values("contact_id", ignore_index=True)
    assert rows["contact_id"].tolist() == ["1001", "1002"]
    assert rows["contacted_at"].dt.hour.tolist() == [10, 11]
    assert rows["channel"].notna().all()
    assert rows["outcome"].notna().all()
    assert rows["order_id"].fillna("-").tolist() == ["-", "o2"]
    ann = "p" + hashlib.sha256(b"key|ann@example.com").hexdigest()[:24]
    assert rows["customer_id"].tolist() == [ann, "B"], "by e-mail, and by the order"


def test_an_order_of_two_customers_tells_nothing(desk_duckdb: Desk) -> None:
    desk_duckdb.write("tickets.csv", HELPDESKS["zendesk"])
    desk_duckdb.write("lines.csv", "order,customer,date,amount\no2,A,2025-06-01,1\no2,B,2025-06-02,2\n")
    contacts = with_customers_of_orders(
        desk_duckdb.stage("tickets.csv", into="contacts").rows, desk_duckdb.stage().rows
    )
    assert collect(contacts).set_index("contact_id")["customer_id"].isna().to_dict() == {"1001": False, "1002": True}
