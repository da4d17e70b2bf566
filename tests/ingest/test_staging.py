"""Text of many kinds becomes the contract's types, alike on both engines."""

from __future__ import annotations

import hashlib
from datetime import datetime
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from crm_analysis.config import SourceSettings
from crm_analysis.contract import SOURCE_TABLES
from crm_analysis.errors import IngestError
from crm_analysis.ingest import Staged, open_source, stage
from crm_analysis.ingest.order_amounts import ADJUSTMENTS
from crm_analysis.warehouse import Engine, collect, open_engine

TIMES = {
    "2025-06-09": datetime(2025, 6, 9),
    "2025-06-09 10:11": datetime(2025, 6, 9, 10, 11),
    "2025-06-09T10:11:12.250": datetime(2025, 6, 9, 10, 11, 12, 250000),
    "2025-06-09T01:02:03Z": datetime(2025, 6, 9, 10, 2, 3),
    "2025-06-09 01:02:03+02:00": datetime(2025, 6, 9, 8, 2, 3),
    "2025-06-08 20:02:03-0500": datetime(2025, 6, 9, 10, 2, 3),
    "2025.06.09": datetime(2025, 6, 9),
    "2025/6/9 7:05": datetime(2025, 6, 9, 7, 5),
    "20250609": datetime(2025, 6, 9),
    "20250609150510": datetime(2025, 6, 9, 15, 5, 10),
    "2025년 6월 9일": datetime(2025, 6, 9),
    "2025-06-09 오후 3:05": datetime(2025, 6, 9, 15, 5),
    "2025. 6. 9. 오후 3:05:10": datetime(2025, 6, 9, 15, 5, 10),
    "2025-06-09 오전 12:30": datetime(2025, 6, 9, 0, 30),
    "2025-06-09 12:30 PM": datetime(2025, 6, 9, 12, 30),
    "45817.5": datetime(2025, 6, 9, 12),
    "9 Jun 2025": datetime(2025, 6, 9),
    "Jun 9, 2025": datetime(2025, 6, 9),
    "Mon, June 9th, 2025 3:05 PM": datetime(2025, 6, 9, 15, 5),
    "25/12/2025": datetime(2025, 12, 25),
    "03/04/2025 08:00": datetime(2025, 4, 3, 8),
    "2025-02-30": None,
    "yesterday": None,
}
AMOUNTS = {
    "1234.5": 1234.5,
    "1,234.50": 1234.5,
    "12,000원": 12000,
    "₩12,000": 12000,
    "$1,234": 1234,
    "-$5.25": -5.25,
    "(12,000)": -12000,
    "12-": -12,
    "△500": -500,
    "1 000": 1000,
    "1,23,456.00": 123456,
    "1.5E+3": 1500,
    "0": 0,
    "-3": -3,
    "-": None,
    "": None,
    "N/A": None,
}
NOT_AMOUNTS = ("abc", "12abc", "1.2.3", "1,2", "--5")


def quoted(*fields: str) -> str:
    return ",".join('"' + field.replace('"', '""') + '"' for field in fields) + "\n"


def staged(
    engine: Engine, folder: Path, text: str = "", *, path: str = "lines.csv", time_zone: str = "UTC", **settings: object
) -> Staged:
    if text:
        (folder / path).write_text(text, encoding="utf-8")
    source = open_source(
        SOURCE_TABLES["order_lines"],
        SourceSettings(path=path, **settings),  # type: ignore[arg-type]
        engine,
        root=folder,
        scratch=folder / "scratch",
    )
    return stage(source, engine, time_zone=time_zone, pseudonym_key="key")


def frame(result: Staged) -> pd.DataFrame:
    return collect(result.rows).sort_values("product_id", ignore_index=True)


def test_every_way_to_write_a_time_and_a_number(engine: Engine, tmp_path: Path) -> None:
    times = [(f"T{i:02d}", written, "1") for i, written in enumerate(TIMES)]
    numbers = [(f"U{i:02d}", "2025-01-01", written) for i, written in enumerate([*AMOUNTS, *NOT_AMOUNTS])]
    text = "customer,product,date,amount\n" + "".join(quoted("A", *row) for row in [*times, *numbers])
    result = staged(engine, tmp_path, text, time_zone="Asia/Seoul")
    rows = frame(result)
    read = rows[rows["product_id"].str.startswith("T")].set_index("product_id")
    for (name, written, _amount), expected in zip(times, TIMES.values(), strict=True):
        value = read.loc[name, "ordered_at"]
        assert (value == expected) if expected else pd.isna(value), (written, value)
        assert pd.isna(read.loc[name, "parse_problem"]) == (expected is not None), written
    assert read.loc[f"T{len(TIMES) - 1:02d}", "parse_problem"] == "ordered_at:not_a_date"
    assert read.loc[f"T{len(TIMES) - 1:02d}", "raw_value"] == "yesterday"
    amounts = rows[rows["product_id"].str.startswith("U")].set_index("product_id")
    for (name, _date, written), expected in zip(numbers, [*AMOUNTS.values(), *[None] * len(NOT_AMOUNTS)], strict=True):
        value = amounts.loc[name, "amount"]
        assert (value == expected) if expected is not None else pd.isna(value), (written, value)
    assert result.problems == {"ordered_at:not_a_date": 2, "amount:not_a_number": len(NOT_AMOUNTS)}
    assert result.row_count == len(rows) == len(TIMES) + len(AMOUNTS) + len(NOT_AMOUNTS)


def test_the_staged_table_has_exactly_the_types_of_the_contract(engine: Engine, tmp_path: Path) -> None:
    table = SOURCE_TABLES["order_lines"]
    schema = staged(engine, tmp_path, "customer,date,amount\nA,2025-01-01,1\n").rows.schema()
    names = [column.name for column in table.columns]
    steps = [f"adjusted_{name}" for name in ADJUSTMENTS]
    assert list(schema.names) == [*names, "source_file", "parse_problem", "raw_value", "stated_amount", *steps]
    kinds = {name: str(schema[name]).partition("(")[0] for name in names}
    assert kinds == {name: table.ibis_type(name).partition("(")[0] for name in names}


def test_ids_are_repaired_flagged_and_made_pseudonyms(engine: Engine, tmp_path: Path) -> None:
    ids = [
        "12345.0",
        " A-1 ",
        "2.3424544E+17",
        "Kim@Shop.kr ",
        "kim@shop.kr",
        "+82 10-1234-5678",
        "010-1234-5678",
        "007",
    ]
    lines = "".join(quoted(who, f"P{i}", "2025-01-01", "1") for i, who in enumerate(ids))
    result = staged(engine, tmp_path, "customer,product,date,amount\n" + lines)
    rows = frame(result)
    read = rows["customer_id"].tolist()
    mail = "p" + hashlib.sha256(b"key|kim@shop.kr").hexdigest()[:24]
    phone = "p" + hashlib.sha256(b"key|01012345678").hexdigest()[:24]
    assert read[:2] == ["12345", "A-1"]
    assert pd.isna(read[2])
    assert rows.loc[2, "parse_problem"] == "customer_id:damaged_id"
    assert pd.isna(rows.loc[2, "raw_value"])
    assert read[3:] == [mail, mail, phone, phone, "007"]
    assert result.pseudonymised
    assert any("replaced by pseudonyms" in note for note in result.notes)


def test_rows_of_a_wrong_width_are_kept_and_counted(engine: Engine, tmp_path: Path) -> None:
    text = 'customer,date,amount\nA,2025-01-01\nB,2025-01-01,2,9\n"C\nc",2025-01-01,3\n\n합계,,6\n'
    result = staged(engine, tmp_path, text)
    rows = collect(result.rows)
    assert result.row_count == 4
    assert sorted(rows["amount"].dropna()) == [2.0, 3.0, 6.0]
    assert result.problems == {"row:too_many_fields": 1, "row:totals_row": 1}
    assert any("more fields" in note for note in result.notes)


@pytest.fixture(scope="module")
def duckdb() -> Engine:
    return open_engine("duckdb")


@pytest.mark.parametrize(
    ("dates", "expected"),
    [
        (("03/04/2025", "25/04/2025"), 3),
        (("03/04/2025", "04/25/2025"), 4),
        (("03/04/2025", "13/1/2025", "1/13/2025", "14/1/2025"), 3),
    ],
)
def test_all_rows_decide_between_day_and_month(
    duckdb: Engine, tmp_path: Path, dates: tuple[str, ...], expected: int
) -> None:
    text = "customer,product,date,amount\n" + "".join(f"A,{i},{date},1\n" for i, date in enumerate(dates))
    assert frame(staged(duckdb, tmp_path, text)).loc[0, "ordered_at"].day == expected


@pytest.mark.parametrize(
    ("date_format", "written", "expected"),
    [
        ("%d/%m/%Y", "03/04/2025", datetime(2025, 4, 3)),
        ("%m/%d/%Y %I:%M %p", "03/04/2025 01:05 PM", datetime(2025, 3, 4, 13, 5)),
        ("%y.%m.%d", "25.06.09", datetime(2025, 6, 9)),
        ("%d.%m.%y %H:%M", "09.06.97 08:00", datetime(1997, 6, 9, 8)),
        ("%d-%b-%Y", "09-Jun-2025", datetime(2025, 6, 9)),
        ("%Y%m", "202506", datetime(2025, 6, 1)),
    ],
)
def test_a_date_format_is_kept_to(
    duckdb: Engine, tmp_path: Path, date_format: str, written: str, expected: datetime
) -> None:
    rows = frame(staged(duckdb, tmp_path, f"customer,date,amount\nA,{written},1\n", date_format=date_format))
    assert rows.loc[0, "ordered_at"] == expected


def test_a_date_format_that_is_not_understood(duckdb: Engine, tmp_path: Path) -> None:
    with pytest.raises(IngestError, match=r'date_format = "%Q" is not understood'):
        staged(duckdb, tmp_path, "customer,date,amount\nA,2025,1\n", date_format="%Q")


def test_a_decimal_comma_is_seen_from_the_values(duckdb: Engine, tmp_path: Path) -> None:
    text = "customer;date;amount\nA;2025-01-01;1.234,50\nA;2025-01-01;12,5\nA;2025-01-01;1.000\n"
    assert sorted(frame(staged(duckdb, tmp_path, text))["amount"]) == [12.5, 1000.0, 1234.5]


def test_a_workbook_with_notes_above_the_header(engine: Engine, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    page = book.active
    for row in (
        ["Sales report"],
        [],
        ["고객번호", "주문일", "상품구매금액(KRW)"],
        [12345, datetime(2025, 6, 9, 15, 5), 12000],
        ["B", "2025-06-10", "1,500원"],
        [None, None, None],
        ["합계", None, 13500],
    ):
        page.append(row)
    book.save(tmp_path / "sales.xlsx")
    result = staged(engine, tmp_path, path="sales.xlsx")
    rows = collect(result.rows).sort_values("amount", ignore_index=True)
    assert result.mapping == {"customer_id": "고객번호", "ordered_at": "주문일", "amount": "상품구매금액(KRW)"}
    assert rows["customer_id"].tolist() == ["B", "12345", "합계"]
    assert rows.loc[1, "ordered_at"] == datetime(2025, 6, 9, 15, 5)
    assert rows["amount"].tolist() == [1500, 12000, 13500]
    assert result.problems == {"row:totals_row": 1}


def test_an_html_table_called_xls(duckdb: Engine, tmp_path: Path) -> None:
    page = (
        "<html><meta charset='euc-kr'><table><tr><th>고객번호<th>주문일<th>결제금액</tr>"
        "<tr><td>A<td>2025.06.09</td><td>12,000원</td></tr></table></html>"
    )
    (tmp_path / "orders.xls").write_bytes(page.encode("cp949"))
    rows = frame(staged(duckdb, tmp_path, path="orders.xls"))
    assert rows.loc[0, ["customer_id", "amount"]].tolist() == ["A", 12000.0]


def test_parquet_keeps_types_and_turns_instants_into_local_time(engine: Engine, tmp_path: Path) -> None:
    times = pd.to_datetime(["2025-06-09 01:00", "2025-06-09 02:00"]).astype("datetime64[ns]")
    lines = pd.DataFrame({"customer": [1.0, None], "date": times, "qty": [1, -1], "price": [2.5, None]})
    lines.to_parquet(tmp_path / "naive.parquet", index=False)
    lines.assign(date=times.tz_localize("UTC")).to_parquet(tmp_path / "zoned.parquet", index=False)
    naive = collect(staged(engine, tmp_path, path="naive.parquet", time_zone="Asia/Seoul").rows)
    zoned = collect(staged(engine, tmp_path, path="zoned.parquet", time_zone="Asia/Seoul").rows)
    assert sorted(naive["ordered_at"]) == [datetime(2025, 6, 9, 1), datetime(2025, 6, 9, 2)]
    assert sorted(zoned["ordered_at"]) == [datetime(2025, 6, 9, 10), datetime(2025, 6, 9, 11)]
    assert naive["customer_id"].dropna().tolist() == ["1"]
    assert naive["unit_price"].dropna().tolist() == [2.5]
    assert naive["parse_problem"].isna().all()


@pytest.mark.realdata
def test_online_retail_comes_through_whole(duckdb: Engine, tmp_path: Path, realdata) -> None:  # type: ignore[no-untyped-def]
    file = realdata("online_retail/online_retail.parquet")
    source = open_source(
        SOURCE_TABLES["order_lines"], SourceSettings(path=file.name), duckdb, root=file.parent, scratch=tmp_path
    )
    rows = stage(source, duckdb, time_zone="Europe/London", pseudonym_key="key").rows
    counts = collect(
        rows.aggregate(
            rows=rows.count(),
            customers=rows["customer_id"].nunique(),
            unknown=rows["customer_id"].isnull().sum(),
            orders=rows["order_id"].nunique(),
            revenue=(rows["quantity"] * rows["unit_price"]).sum(),
        )
    ).iloc[0]
    # UCI 352: 541,909 lines, 25,900 invoices, 4,372 customers, 135,080 lines without one
    assert counts[["rows", "customers", "unknown", "orders"]].tolist() == [541_909, 4_372, 135_080, 25_900]
    assert counts["revenue"] == pytest.approx(9_747_747.93, abs=0.01)
