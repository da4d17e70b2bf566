"""Each bad input ends in one clear line, or in counted rows."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import openpyxl
import pytest

from crm_analysis.config import SourceSettings
from crm_analysis.contract import SOURCE_TABLES
from crm_analysis.errors import IngestError
from crm_analysis.ingest import Source, Staged, open_source, stage
from crm_analysis.warehouse import Engine, collect, open_engine

HEADER = "customer,date,amount\n"
GOOD = HEADER + "A,2025-01-01,1\nB,2025-01-02,2\n"


@pytest.fixture(scope="module")
def duckdb() -> Engine:
    return open_engine("duckdb")


def opened(engine: Engine, folder: Path, path: str, **settings: object) -> Source:
    chosen = SourceSettings(path=path, **settings)  # type: ignore[arg-type]
    return open_source(SOURCE_TABLES["order_lines"], chosen, engine, root=folder, scratch=folder / "scratch")


def staged(engine: Engine, folder: Path, path: str, **settings: object) -> Staged:
    return stage(opened(engine, folder, path, **settings), engine, time_zone="UTC", pseudonym_key="key")


def test_missing_file_names_the_nearest(duckdb: Engine, tmp_path: Path) -> None:
    (tmp_path / "sales_2025.csv").write_text(GOOD)
    with pytest.raises(IngestError, match=r"no file sales_2024\.csv.*sales_2025\.csv"):
        opened(duckdb, tmp_path, "sales_2024.csv")
    with pytest.raises(IngestError, match=r"no file other/\*\.csv"):
        opened(duckdb, tmp_path, "other/*.csv")


def test_a_windows_path_is_read_everywhere(duckdb: Engine, tmp_path: Path) -> None:
    (tmp_path / "sales").mkdir()
    (tmp_path / "sales" / "a [1].csv").write_text(GOOD)
    assert staged(duckdb, tmp_path, "sales\\*.csv").row_count == 2


@pytest.mark.parametrize("content", ["", "\n\n", HEADER])
def test_empty_file(duckdb: Engine, tmp_path: Path, content: str) -> None:
    (tmp_path / "sales.csv").write_text(content)
    with pytest.raises(IngestError, match=r"sales\.csv is empty"):
        opened(duckdb, tmp_path, "sales.csv")


def test_an_empty_file_among_others_is_a_note(duckdb: Engine, tmp_path: Path) -> None:
    (tmp_path / "1.csv").write_text(GOOD)
    (tmp_path / "2.csv").write_text(HEADER)
    result = staged(duckdb, tmp_path, "*.csv")
    assert result.row_count == 2
    assert result.notes == ["2.csv has no rows below its header and was left out."]


def test_unknown_column(duckdb: Engine, tmp_path: Path) -> None:
    (tmp_path / "sales.csv").write_text("who,date,total paid\nA,2025-01-01,1\n")
    with pytest.raises(
        IngestError, match=r"sales\.csv has no column 'total_paid'.*'total paid'.*who, date, total paid"
    ):
        opened(duckdb, tmp_path, "sales.csv", columns={"customer_id": "who", "amount": "total_paid"})
    with pytest.raises(IngestError, match=r"'customr_id'.*no such column.*customer_id"):
        opened(duckdb, tmp_path, "sales.csv", columns={"customr_id": "who"})


def test_a_missing_column_is_suggested_by_its_values(duckdb: Engine, tmp_path: Path) -> None:
    (tmp_path / "sales.csv").write_text("customer,date,total_paid\nA,2025-01-01,12.50\nB,2025-01-02,3.25\n")
    with pytest.raises(IngestError, match=r'as amount.*\'total_paid\'.*columns = \{ amount = "total_paid" \}'):
        opened(duckdb, tmp_path, "sales.csv")


def test_a_later_file_without_the_column_is_named(duckdb: Engine, tmp_path: Path) -> None:
    (tmp_path / "1.csv").write_text(GOOD)
    (tmp_path / "2.csv").write_text("customer,date,gift\nA,2025-01-01,x\n")
    with pytest.raises(IngestError, match=r"2\.csv: no column was recognised as amount"):
        opened(duckdb, tmp_path, "*.csv")


def test_wrong_delimiter(duckdb: Engine, tmp_path: Path) -> None:
    (tmp_path / "sales.csv").write_text(GOOD)
    with pytest.raises(IngestError, match=r"delimiter ';' every row is one single column.*delimiter = \",\""):
        opened(duckdb, tmp_path, "sales.csv", delimiter=";")


@pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
def test_delimiters_are_recognised(duckdb: Engine, tmp_path: Path, sign: str) -> None:
    (tmp_path / "sales.csv").write_text(GOOD.replace(",", sign))
    assert opened(duckdb, tmp_path, "sales.csv").files[0].delimiter == sign


def test_mixed_encodings_in_one_folder(engine: Engine, tmp_path: Path) -> None:
    text = "고객번호,주문일,결제금액,상품명\r\n회원-1,2025-01-01,1,사과 상자\r\n"
    for number, encoding in enumerate(("utf-8", "utf-8-sig", "cp949", "utf-16", "utf-16-le")):
        (tmp_path / f"{number}.csv").write_bytes(text.encode(encoding))
    source = opened(engine, tmp_path, "*.csv")
    assert [file.encoding for file in source.files] == ["utf-8", "utf-8-sig", "cp949", "utf-16", "utf-16-le"]
    rows = collect(stage(source, engine, time_zone="UTC", pseudonym_key="key").rows)
    assert rows[["customer_id", "product_name"]].drop_duplicates().values.tolist() == [["회원-1", "사과 상자"]]
    assert sorted(rows["source_file"]) == [f"{number}.csv" for number in range(5)]


@pytest.mark.parametrize("first", ["회원번호", "고객번호", "customer"])
def test_korean_windows_files_are_told_from_their_first_letters(duckdb: Engine, tmp_path: Path, first: str) -> None:
    """The two bytes of 회 in CP949 are a letter in UTF-8, too."""
    text = f"{first},주문일시,결제금액\nA1,2024-01-01,1000\nA2,2024-01-02,2000\n"
    (tmp_path / "sales.csv").write_bytes(text.encode("cp949"))
    source = opened(duckdb, tmp_path, "sales.csv")
    assert source.files[0].encoding == "cp949"
    assert set(source.mapping) == {"customer_id", "ordered_at", "amount"}


def test_one_header_for_two_columns(duckdb: Engine, tmp_path: Path) -> None:
    (tmp_path / "sales.csv").write_text(GOOD)
    header = GOOD.split(",")[0]
    with pytest.raises(IngestError, match=f"column '{header}' is given to both 'customer_id' and 'amount'"):
        opened(duckdb, tmp_path, "sales.csv", columns={"customer_id": header, "amount": header})


def test_ids_that_name_a_person_become_pseudonyms_one_by_one(engine: Engine, tmp_path: Path) -> None:
    kept = ["A17", "12345", "회원-7", "CUST 0012", "2024-0001", "1012345678"]
    persons = ["홍길동", "Jane Doe", "jane@shop.example", "01055500001", "010-5550-0001", "900101-1000000"]
    rows = [f"{who},2025-01-0{1 + n % 9},10" for n, who in enumerate([*kept, *persons])]
    (tmp_path / "sales.csv").write_text("\n".join([HEADER.strip(), *rows, ""]), encoding="utf-8")
    source = opened(engine, tmp_path, "sales.csv")
    found = collect(stage(source, engine, time_zone="UTC", pseudonym_key="key").rows)["customer_id"].tolist()
    assert sorted(set(found) & set(kept)) == sorted(kept)
    assert not set(found) & set(persons)
    assert len({who for who in found if who not in kept}) == 5, "one phone number, written in two ways"


def test_korean_after_a_megabyte_of_ascii(duckdb: Engine, tmp_path: Path) -> None:
    head = HEADER + "A,2025-01-01,1\n" * 80_000
    (tmp_path / "sales.csv").write_bytes(head.encode() + "회원77,2025-01-01,2\n".encode("cp949"))
    source = opened(duckdb, tmp_path, "sales.csv")
    assert source.files[0].encoding == "cp949"
    rows = collect(stage(source, duckdb, time_zone="UTC", pseudonym_key="key").rows.filter(lambda t: t["amount"] == 2))
    assert rows["customer_id"].tolist() == ["회원77"]


def test_two_encodings_in_one_file(duckdb: Engine, tmp_path: Path) -> None:
    text = HEADER + "회원77,2025-01-01,1\n"
    (tmp_path / "sales.csv").write_bytes(text.encode() + "박영희,2025-01-01,2\n".encode("cp949"))
    with pytest.raises(IngestError, match=r"sales\.csv: byte 43 \(line 3\) is not utf-8"):
        opened(duckdb, tmp_path, "sales.csv")


def test_wrong_encoding_chosen(duckdb: Engine, tmp_path: Path) -> None:
    (tmp_path / "sales.csv").write_bytes((HEADER + "회원77,2025-01-01,1\n").encode("cp949"))
    with pytest.raises(IngestError, match=r"is not utf-8\. The file looks like cp949"):
        opened(duckdb, tmp_path, "sales.csv", encoding="utf-8")
    with pytest.raises(IngestError, match=r"encoding 'utf-9' is not known"):
        opened(duckdb, tmp_path, "sales.csv", encoding="utf-9")


def test_western_letters_are_a_stated_guess(duckdb: Engine, tmp_path: Path) -> None:
    (tmp_path / "sales.csv").write_bytes((HEADER + "José Müller,2025-01-01,1\n").encode("latin-1"))
    result = staged(duckdb, tmp_path, "sales.csv")
    assert collect(result.rows)["customer_id"].tolist() == ["José Müller"]
    assert any("Latin-1" in note for note in result.notes)


def test_dates_in_three_formats_with_one_ambiguous(duckdb: Engine, tmp_path: Path) -> None:
    (tmp_path / "sales.csv").write_text(HEADER + "A,2025-01-01,1\nA,20250102,1\nA,03/04/2025,1\n")
    with pytest.raises(IngestError, match=r"'date' \(ordered_at\), 1 dates such as '03/04/2025'.*date_format = "):
        staged(duckdb, tmp_path, "sales.csv")
    (tmp_path / "sales.csv").write_text(
        HEADER + "A,2025-01-01,1\nA,20250102,1\nA,03/04/2025,1\nA,31/04/2025,1\nA,30/04/2025,1\n"
    )
    result = staged(duckdb, tmp_path, "sales.csv")
    assert result.problems == {"ordered_at:not_a_date": 1}
    days = collect(result.rows)["ordered_at"].dropna().dt.strftime("%m-%d")
    assert sorted(days) == ["01-01", "01-02", "04-03", "04-30"]


def test_negative_and_zero_prices_are_read_as_such(duckdb: Engine, tmp_path: Path) -> None:
    (tmp_path / "sales.csv").write_text(HEADER + 'A,2025-01-01,0\nA,2025-01-01,-5\nA,2025-01-01,"(1,200)"\n')
    result = staged(duckdb, tmp_path, "sales.csv")
    assert sorted(collect(result.rows)["amount"]) == [-1200, -5, 0]
    assert result.problems == {}


def test_a_wrong_type_in_row_one_million(duckdb: Engine, tmp_path: Path) -> None:
    with (tmp_path / "sales.csv").open("w") as file:
        file.write(HEADER)
        file.write("A,2025-01-01,1\n" * 999_999)
        file.write("A,2025-01-01,banana\n")
    result = staged(duckdb, tmp_path, "sales.csv")
    assert result.row_count == 1_000_000
    assert result.problems == {"amount:not_a_number": 1}
    assert collect(result.rows.filter(lambda t: t["parse_problem"].notnull()))["raw_value"].tolist() == ["banana"]


def test_answers_that_are_neither_yes_nor_no(duckdb: Engine, tmp_path: Path) -> None:
    rows = "".join(f"A,email,advertising,{word},2025-01-01\n" for word in ("maybe", "later", "yes"))
    (tmp_path / "consents.csv").write_text("customer_id,channel,purpose,granted,changed_at\n" + rows)
    spec, settings = SOURCE_TABLES["consents"], SourceSettings(path="consents.csv")
    source = open_source(spec, settings, duckdb, root=tmp_path, scratch=tmp_path / "scratch")
    with pytest.raises(IngestError, match=r"consents\.csv: 2 of 3 rows of column 'granted' .* are neither yes nor no"):
        stage(source, duckdb, time_zone="UTC", pseudonym_key="key")


def test_a_column_that_is_mostly_unreadable(duckdb: Engine, tmp_path: Path) -> None:
    (tmp_path / "sales.csv").write_text(HEADER + "A,soon,1\nA,later,1\nA,2025-01-01,1\n")
    with pytest.raises(
        IngestError, match=r"sales\.csv: 2 of 3 rows of column 'date' \(ordered_at\) are no date.*date_format"
    ):
        staged(duckdb, tmp_path, "sales.csv")
    (tmp_path / "sales.csv").write_text(HEADER + "A,2025-01-01,kim@shop.kr\n")
    with pytest.raises(
        IngestError, match=r"column 'amount' \(amount\) are no number, for example 'k\*\*@\*\*\*\*\.\*\*'"
    ):
        staged(duckdb, tmp_path, "sales.csv")
    (tmp_path / "sales.csv").write_text(HEADER + "2.3424544E+17,2025-01-01,1\n")
    with pytest.raises(IngestError, match=r"1 of 1 rows, column 'customer'.*ids as text"):
        staged(duckdb, tmp_path, "sales.csv")


def test_a_folder_where_a_file_belongs(duckdb: Engine, tmp_path: Path) -> None:
    (tmp_path / "sales.csv").mkdir()
    (tmp_path / "sales.csv" / "readme.md").write_text("nothing")
    with pytest.raises(IngestError, match=r"sales\.csv is a folder without files that can be read"):
        opened(duckdb, tmp_path, "sales.csv")


@contextmanager
def as_nobody() -> Iterator[None]:
    """Without the rights of root, where the tests have them."""
    if os.name != "posix":
        pytest.skip("permissions are tested on POSIX systems")
    user = os.geteuid()
    if user == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(user)


def test_unreadable_file(duckdb: Engine) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "sales.csv").write_text(GOOD)
        (folder / "sales.csv").chmod(0)
        with as_nobody(), pytest.raises(IngestError, match=r"sales\.csv may not be read by this user"):
            opened(duckdb, folder, "sales.csv")
        (folder / "sales.csv").chmod(0o600)


def test_locked_and_old_workbooks(duckdb: Engine, tmp_path: Path) -> None:
    ole = bytes.fromhex("D0CF11E0A1B11AE1") + bytes(504)
    (tmp_path / "locked.xlsx").write_bytes(ole + "EncryptedPackage".encode("utf-16-le"))
    (tmp_path / "old.xls").write_bytes(ole + "Workbook".encode("utf-16-le"))
    with pytest.raises(IngestError, match=r"locked\.xlsx is protected by a password.*password_env = "):
        opened(duckdb, tmp_path, "locked.xlsx")
    with pytest.raises(IngestError, match=r"old\.xls is a workbook in the old \.xls format"):
        opened(duckdb, tmp_path, "old.xls")


def test_damaged_files(duckdb: Engine, tmp_path: Path) -> None:
    (tmp_path / "sales.xlsx").write_bytes(b"PK\x03\x04 not a workbook")
    (tmp_path / "sales.parquet").write_bytes(b"PAR1 not a table")
    with pytest.raises(IngestError, match=r"sales\.xlsx is a damaged workbook"):
        opened(duckdb, tmp_path, "sales.xlsx")
    with pytest.raises(IngestError, match=r"sales\.parquet is a damaged Parquet file"):
        opened(duckdb, tmp_path, "sales.parquet")


def test_a_sheet_that_is_not_there(duckdb: Engine, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.title = "Orders"
    book.active.append(["customer", "date", "amount"])
    book.save(tmp_path / "sales.xlsx")
    with pytest.raises(IngestError, match=r"no sheet 'Sales'\. Its sheets: Orders"):
        opened(duckdb, tmp_path, "sales.xlsx", sheet="Sales")


def test_a_header_that_is_not_in_the_first_row(engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "sales.csv").write_text("Sales report\nfrom 2025,to 2026\n\n" + GOOD)
    source = opened(engine, tmp_path, "sales.csv")
    assert source.files[0].header_row == 4
    assert stage(source, engine, time_zone="UTC", pseudonym_key="key").row_count == 2
    assert opened(engine, tmp_path, "sales.csv", header_row=4).mapping == source.mapping
    with pytest.raises(IngestError, match=r"header_row = 40 lies beyond"):
        opened(engine, tmp_path, "sales.csv", header_row=40)
