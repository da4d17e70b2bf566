"""SQLite, PostgreSQL and JSON lines are read in pieces, and secrets stay outside of settings and messages."""

from __future__ import annotations

import builtins
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from crm_analysis.errors import IngestError, MissingExtraError
from crm_analysis.ingest import databases
from crm_analysis.ingest.databases import redacted
from crm_analysis.warehouse import collect
from tests.ingest.conftest import Desk
from tests.ingest.postgres import PASSWORD, server

LINES = [
    ("o1", "A", "2025-06-09 15:05:00", "P1", 2, 10.5, "paid"),
    ("o1", "A", "2025-06-09 15:05:00", "P2", 1, 3.25, "paid"),
    ("o2", "B", "2025-06-10 00:00:00", None, 1, 7.0, "paid"),
]
COLUMNS = ["customer_id", "ordered_at", "quantity", "unit_price", "order_id", "product_id"]


def shop_db(folder: Path, rows: list[tuple[Any, ...]] = LINES) -> Path:
    file = folder / "shop.db"
    with sqlite3.connect(file) as connection:
        connection.execute("CREATE TABLE orders (order_no, customer, date, sku, qty, price, state)")
        connection.executemany("INSERT INTO orders VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
    connection.close()
    return file


def test_a_table_of_sqlite(desk: Desk, tmp_path: Path) -> None:
    shop_db(tmp_path)
    staged = desk.stage(None, sql="sqlite:///shop.db", table="orders", columns={"order_id": "order_no"})
    rows = collect(staged.rows).sort_values("unit_price", ignore_index=True)
    assert rows["order_id"].tolist() == ["o1", "o2", "o1"]
    assert rows["ordered_at"].dt.strftime("%d %H:%M").tolist() == ["09 15:05", "10 00:00", "09 15:05"]
    assert rows[["quantity", "unit_price"]].values.tolist() == [[1, 3.25], [1, 7.0], [2, 10.5]]
    assert rows["product_id"].fillna("-").tolist() == ["P2", "-", "P1"]
    assert set(rows["source_file"]) == {"sqlite.orders"}


def test_a_query_and_an_absolute_path(desk_duckdb: Desk, tmp_path: Path) -> None:
    file = shop_db(tmp_path)
    query = "SELECT order_no AS order_id, customer, date, qty * price AS amount FROM orders WHERE qty = 1;"
    staged = desk_duckdb.stage(None, sql=f"sqlite:///{file}", query=query)
    assert sorted(collect(staged.rows)["amount"]) == [3.25, 7.0]


def test_more_rows_than_one_piece(desk_duckdb: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(databases, "_PIECE", 7)
    shop_db(tmp_path, [(f"o{i}", "A", "2025-06-09", "P", 1, i, "paid") for i in range(100)])
    staged = desk_duckdb.stage(None, sql="sqlite:///shop.db", table="orders")
    assert staged.row_count == 100
    assert collect(staged.rows)["unit_price"].sum() == 4950


def test_the_fingerprint_is_that_of_the_rows_in_any_order(desk_duckdb: Desk, tmp_path: Path) -> None:
    def digest(order: str) -> str:
        query = f"SELECT * FROM orders ORDER BY {order}"
        return desk_duckdb.open(None, sql="sqlite:///shop.db", query=query).files[0].sha256

    shop_db(tmp_path)
    first = digest("price")
    assert first == digest("price DESC")
    with sqlite3.connect(tmp_path / "shop.db") as connection:
        connection.execute("UPDATE orders SET qty = 3 WHERE sku = 'P2'")
    connection.close()
    assert digest("price") != first


def test_the_database_is_never_written(desk_duckdb: Desk, tmp_path: Path) -> None:
    shop_db(tmp_path)
    with pytest.raises(
        IngestError, match=r"\[sources\.order_lines\]: the database refused: attempt to write a readonly"
    ):
        desk_duckdb.open(None, sql="sqlite:///shop.db", query="DELETE FROM orders RETURNING *")


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"sql": "sqlite:///shop.db"}, "needs either table or query, and not both"),
        ({"sql": "sqlite:///shop.db", "table": "a", "query": "b"}, "needs either table or query, and not both"),
        ({"sql": "sqlite:///gone.db", "table": "orders"}, r"There is no file gone\.db"),
        ({"sql": "sqlite:///shop.db", "table": "gone"}, r"the database refused: no such table: gone\."),
        ({"sql": "mysql://host/shop", "table": "orders"}, r"'mysql' is not known"),
        ({"sql": "postgresql://u:pw@h/d", "table": "t"}, r"a password does not belong into crm\.toml.*url_env"),
        ({"url_env": "SHOP_DB_GONE", "table": "t"}, r"environment variable SHOP_DB_GONE.*is not set"),
        ({}, r"\[sources\.order_lines\] of crm\.toml has no path"),
    ],
)
def test_what_is_wrong_is_one_line(desk_duckdb: Desk, tmp_path: Path, settings: dict[str, str], message: str) -> None:
    shop_db(tmp_path)
    with pytest.raises(IngestError, match=message):
        desk_duckdb.open(None, **settings)


def test_an_address_is_never_shown() -> None:
    url = "postgresql://shop:p%40ss-word@db.example:5432/orders"
    text = f"could not connect to {url}: user shop, password p@ss-word, password=p%40ss-word"
    assert redacted(text, url) == "could not connect to ***: user ***, password ***, password=***"


def test_a_missing_driver_is_named_with_its_install_line(desk_duckdb: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *rest: Any, **more: Any) -> Any:
        if name == "psycopg":
            raise ModuleNotFoundError(name)
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    monkeypatch.setenv("SHOP_DB", "postgresql://h/d")
    with pytest.raises(MissingExtraError, match=r"pip install 'crm-analysis\[postgres\]'"):
        desk_duckdb.open(None, url_env="SHOP_DB", table="orders")


@pytest.fixture(scope="module")
def postgres() -> Iterator[str]:
    psycopg = pytest.importorskip("psycopg", reason="psycopg is not installed")
    with server() as url:
        with psycopg.connect(url) as connection:
            connection.execute(
                "CREATE TABLE orders (order_id text, customer int, ordered_at timestamptz, sku text, qty int, "
                "price numeric(10, 2), gift boolean)"
            )
            connection.execute(
                "INSERT INTO orders SELECT 'o' || i, i % 40, timestamptz '2025-06-09 15:05:00+09' + "
                "i * interval '1 hour', "
                "'P' || i % 3, 1 + i % 2, 10.10, false FROM generate_series(1, 50000) AS i"
            )
        yield url


def test_a_table_of_a_real_server(desk: Desk, postgres: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP_DB", postgres)
    staged = desk.stage(None, url_env="SHOP_DB", table="public.orders")
    assert staged.row_count == 50_000
    assert staged.problems == {}
    rows = staged.rows
    facts = collect(
        rows.aggregate(
            money=(rows["quantity"] * rows["unit_price"]).sum(),
            customers=rows["customer_id"].nunique(),
            first=rows["ordered_at"].min(),
        )
    ).iloc[0]
    assert facts["money"] == pytest.approx(75_000 * 10.10)
    assert facts["customers"] == 40
    assert facts["first"].isoformat() == "2025-06-09T07:05:00", "in the time zone of the project"


def test_a_server_that_refuses_never_shows_the_password(
    desk_duckdb: Desk, postgres: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOP_DB", postgres)
    with pytest.raises(IngestError, match=r'the database refused: relation "gone" does not exist') as refused:
        desk_duckdb.open(None, url_env="SHOP_DB", query="SELECT * FROM gone")
    assert PASSWORD not in str(refused.value)
    with pytest.raises(IngestError, match=r"the database refused: DECLARE CURSOR must not contain data-modifying"):
        desk_duckdb.open(None, url_env="SHOP_DB", query="WITH d AS (DELETE FROM orders RETURNING *) SELECT * FROM d")
    monkeypatch.setenv("SHOP_DB", postgres.replace(PASSWORD, "wrong-" + PASSWORD))
    with pytest.raises(IngestError, match=r"the database refused: .*password authentication failed") as refused:
        desk_duckdb.open(None, url_env="SHOP_DB", table="orders")
    assert PASSWORD not in str(refused.value)
    assert refused.value.__cause__ is None, "a traceback does not show it either"


def test_json_lines(desk: Desk) -> None:
    desk.write(
        "lines.jsonl",
        '{"id": 1, "customer": {"id": "A", "email": "a@b.kr"}, "date": "2025-06-09T15:05:00Z", "amount": 12.5}\n\n'
        '{"id": 2, "customer": {"id": "B"}, "date": "2025-06-10T00:00:00Z", "amount": null, "qty": 2, "price": 3}\n',
    )
    staged = desk.stage("lines.jsonl", columns={"customer_id": "customer.id", "order_id": "id"})
    rows = collect(staged.rows).sort_values("order_id", ignore_index=True)
    assert rows["customer_id"].tolist() == ["A", "B"]
    assert rows["amount"].fillna(-1).tolist() == [12.5, -1]
    assert rows["quantity"].fillna(-1).tolist() == [-1, 2]
    assert rows["ordered_at"].dt.hour.tolist() == [15, 0]


@pytest.mark.parametrize("text", ['{"a": 1}\n[1, 2]\n', '{"a": 1}\n{"a": \n', '{"a": 1}\n"text"\n'])
def test_a_line_that_is_no_object(desk_duckdb: Desk, text: str) -> None:
    desk_duckdb.write("lines.jsonl", text)
    with pytest.raises(IngestError, match=r"lines\.jsonl: line 2 is no JSON object\. One object is needed on each"):
        desk_duckdb.open("lines.jsonl")


def test_a_folder_of_several_kinds(desk_duckdb: Desk, tmp_path: Path) -> None:
    (tmp_path / "sales").mkdir()
    desk_duckdb.write("sales/1.csv", "order,customer,date,amount\no1,A,2025-06-09,1\n")
    desk_duckdb.write("sales/2.jsonl", '{"order": "o2", "customer": "B", "date": "2025-06-09", "amount": 2}\n')
    desk_duckdb.write(
        "sales/3.xls", "<table><tr><td>order<td>customer<td>date<td>amount<tr><td>o3<td>C<td>2025-06-09<td>4</table>"
    )
    staged = desk_duckdb.stage("sales")
    assert sorted(collect(staged.rows)["amount"]) == [1.0, 2.0, 4.0]
