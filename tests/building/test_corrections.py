"""Extracts that overlap count each line once, and the newest file says what an order is."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from crm_analysis.warehouse import Engine, collect

from .conftest import FEBRUARY, HEAD, JANUARY, Shop

LATER = "c7,2024-03-30,o8,p1,1,1.00"
CORRECTIONS: dict[str, tuple[Sequence[str], dict[str, list[float]], int]] = {
    "another amount": (["c2,2024-01-20,o2,p1,1,12.00", LATER], {"o2": [12.0]}, 1),
    "another amount, and nothing else in the file": (["c2,2024-01-20,o2,p1,1,12.00"], {"o2": [12.0]}, 1),
    "a line more": ([*JANUARY, "c2,2024-01-20,o2,p3,1,1.00", LATER], {"o2": [1.0, 10.0]}, 0),
    "a line less": ([JANUARY[0].replace("o1", "o0").replace("-05", "-02"), JANUARY[0], LATER], {"o1": [10.0]}, 1),
    "another day of the order": (
        ["c9,2024-01-02,o9,p1,1,1.00", "c2,2024-01-22,o2,p1,1,10.00", LATER],
        {"o2": [10.0]},
        1,
    ),
    "the same again": ([*JANUARY, LATER], {"o1": [5.5, 10.0], "o2": [10.0]}, 0),
    "a refund under the order's number": (["c2,2024-02-20,o2,p1,-1,-10.00", LATER], {"o2": [-10.0, 10.0]}, 0),
    "the rest of an order that was cut": (["c2,2024-01-20,o2,p2,1,3.00", LATER], {"o2": [3.0, 10.0]}, 0),
    "the number of another customer's order": (["c5,2024-01-20,o2,p1,1,12.00", LATER], {"o2": [10.0, 12.0]}, 0),
}


@pytest.mark.parametrize("case", CORRECTIONS)
@pytest.mark.parametrize("together", [True, False], ids=["together", "one after the other"])
def test_a_later_file(shop: Shop, case: str, together: bool) -> None:
    lines, wanted, outdated = CORRECTIONS[case]
    shop.put("01.csv", JANUARY)
    if not together:
        shop.open().build()
    shop.put("02.csv", lines)
    ledger = shop.open().build().cleaning_ledger.set_index("rule")["rows"]
    assert {order: amounts for order, amounts in shop.amounts().items() if order in wanted} == wanted
    assert ledger["outdated"] == outdated
    assert ledger[["kept", "outdated", "in_two_files"]].sum() == len(JANUARY) + len(lines)


SAME = [f"c{n},2024-02-0{n},s{n},p1,1,1.00" for n in range(1, 9)]
"""Orders that both files hold, unchanged: numbers name one order here."""
MOVES: dict[str, tuple[Sequence[str], dict[str, list[float]], int]] = {
    "to a day that its file does not cover else": (["c2,2024-02-15,o2,p1,1,10.00"], {"o2": [10.0]}, 1),
    "to another day with another amount": (["c2,2024-02-15,o2,p1,1,12.00"], {"o2": [12.0]}, 1),
    "to another customer": (["c5,2024-01-20,o2,p1,1,10.00"], {"o2": [10.0]}, 1),
    "to another customer without one of its lines": (["c5,2024-01-05,o1,p1,1,10.00"], {"o1": [10.0]}, 2),
    "returned later": (["c2,2024-02-20,o2,p1,-1,-10.00"], {"o2": [-10.0, 10.0]}, 0),
    "exchanged for the same product": (
        ["c2,2024-02-20,o2,p1,-1,-10.00", "c2,2024-02-20,o2,p1,1,10.00"],
        {"o2": [-10.0, 10.0, 10.0]},
        0,
    ),
    "a second parcel of other products": (["c2,2024-02-15,o2,p2,1,3.00"], {"o2": [3.0, 10.0]}, 0),
}


@pytest.mark.parametrize("case", MOVES)
def test_a_later_file_that_moves_an_order(shop: Shop, case: str) -> None:
    lines, wanted, outdated = MOVES[case]
    shop.put("01.csv", [*JANUARY, *SAME])
    shop.open().build()
    shop.put("02.csv", [*SAME, *lines])
    ledger = shop.open().build().cleaning_ledger.set_index("rule")["rows"]
    assert {order: amounts for order, amounts in shop.amounts().items() if order in wanted} == wanted
    assert (ledger["outdated"], ledger["in_two_files"], ledger["number_twice"]) == (outdated, len(SAME), 0)
    assert ledger[["kept", "outdated", "in_two_files"]].sum() == len(JANUARY) + len(lines) + 2 * len(SAME)


def test_moves_on_either_engine(shop: Shop, engine: Engine) -> None:
    shop.put("01.csv", [*JANUARY, *SAME])
    shop.put("02.csv", [*SAME, "c2,2024-02-15,o2,p1,1,10.00", "c5,2024-01-05,o1,p1,1,10.00"])
    ledger = shop.open(engine).build().cleaning_ledger.set_index("rule")["rows"]
    assert (ledger["kept"], ledger["outdated"], ledger["in_two_files"]) == (10, 3, 8)


def test_a_move_that_is_taken_back(shop: Shop) -> None:
    shop.put("01.csv", [*JANUARY, *SAME])
    shop.put("02.csv", [*SAME, "c2,2024-02-15,o2,p1,1,10.00"])
    shop.put("03.csv", [*SAME, "c2,2024-01-20,o2,p1,1,10.00"])
    shop.open().build()
    rows = shop.lines()
    assert rows.loc[rows["order_id"] == "o2", "ordered_at"].dt.date.astype(str).tolist() == ["2024-01-20"]


def test_shops_that_number_alike_keep_their_orders(shop: Shop) -> None:
    """Two branches number from 1: no number agrees, so each stays, and the ledger says that they meet."""
    shop.put("a.csv", [f"a{n},2024-01-{n + 10},{n},p1,1,1.00" for n in range(1, 9)])
    shop.put("b.csv", [f"b{n},2024-01-{n + 10},{n},p1,1,1.00" for n in range(1, 9)])
    ledger = shop.open().build().cleaning_ledger.set_index("rule")["rows"]
    assert (ledger["kept"], ledger["outdated"], ledger["number_twice"]) == (16, 0, 16)
    ledger = shop.open(cleaning__order_numbers="restart").build().cleaning_ledger.set_index("rule")["rows"]
    assert (ledger["kept"], ledger["number_twice"]) == (16, 0)
    ledger = shop.open(cleaning__order_numbers="unique").build().cleaning_ledger.set_index("rule")["rows"]
    assert (ledger["kept"], ledger["outdated"], ledger["number_twice"]) == (8, 8, 0)


def test_a_number_that_a_file_gives_to_two_customers_moves_nothing(shop: Shop) -> None:
    same = [line.replace("2024-02-0", "2024-06-1") for line in SAME]
    shop.put("01.csv", ["a,2024-06-01,77,p1,1,10.00", "a,2024-06-01,77,p2,1,5.00", *same])
    shop.put("02.csv", ["a,2024-06-01,77,p2,1,5.00", "b,2024-06-09,77,p1,1,7.00", *same])
    ledger = shop.open().build().cleaning_ledger.set_index("rule")["rows"]
    assert shop.amounts()["77"] == [5.0, 7.0, 10.0]
    assert (ledger["outdated"], ledger["in_two_files"]) == (0, 1 + len(SAME))


def test_the_older_file_loaded_later_corrects_nothing(shop: Shop) -> None:
    newer = shop.put("a.csv", ["c2,2024-01-20,o2,p1,1,12.00", LATER])
    shop.open().build()
    older = shop.put("b.csv", JANUARY)
    shop.date(older, minute=0)
    shop.open().build()
    assert shop.amounts()["o2"] == [12.0]
    assert newer.stat().st_mtime > older.stat().st_mtime


def test_files_of_one_second_are_told_apart_by_their_names(shop: Shop) -> None:
    for name, lines in {"2024-02.csv": ["c2,2024-01-20,o2,p1,1,12.00", LATER], "2024-01.csv": JANUARY}.items():
        shop.date(shop.put(name, lines), minute=5)
        shop.open().build()
    assert shop.amounts()["o2"] == [12.0]


def test_a_cost_known_later_is_taken_over(shop: Shop) -> None:
    """Two lines that agree in all that identifies them may differ in what is known of them."""
    shop.put("01.csv", [f"{line}," for line in JANUARY], HEAD + ",unit_cost")
    shop.put("02.csv", [f"{line},4" for line in JANUARY], HEAD + ",unit_cost")
    shop.open().build()
    rows = shop.lines()
    assert rows["unit_cost"].tolist() == [4.0, 4.0, 4.0]


def test_two_equal_lines_of_an_order_stay_two(shop: Shop) -> None:
    twice = [JANUARY[0], JANUARY[0]]
    shop.put("01.csv", twice)
    shop.put("02.csv", [*twice, LATER])
    shop.open(cleaning__duplicates="keep").build()
    assert shop.amounts()["o1"] == [10.0, 10.0]


def test_without_order_numbers_lines_are_told_apart_by_what_they_say(shop: Shop) -> None:
    head = "customer_id,date,amount"
    shop.put("01.csv", ["c1,2024-01-05,10", "c1,2024-01-05,10", "c1,2024-01-07,3"], head)
    shop.put("02.csv", ["c1,2024-01-05,10", "c1,2024-01-05,10", "c1,2024-01-05,10", "c1,2024-01-09,4"], head)
    ledger = shop.open().build().cleaning_ledger.set_index("rule")["rows"]
    assert (ledger["in_two_files"], ledger["outdated"]) == (2, 0)
    assert sorted(shop.lines()["amount"]) == [3.0, 4.0, 10.0, 10.0, 10.0]


def _with_table(shop: Shop, name: str) -> None:
    (shop.root / name).mkdir()
    shop.put("01.csv", [*JANUARY, *FEBRUARY])
    with (shop.root / "crm.toml").open("a", encoding="utf-8") as file:
        file.write(f'[sources.{name}]\npath = "{name}/*"\n')


@pytest.mark.parametrize("together", [True, False], ids=["together", "one after the other"])
def test_of_a_key_the_newest_row_counts(shop: Shop, together: bool) -> None:
    _with_table(shop, "products")
    shop.put("a.csv", ["p1,Tea", "p2,Cup", "p3,Pot", "p3,Jug"], "product_id,name", "products")
    if not together:
        shop.open().build()
    shop.put("b.csv", ["p1,Green tea", "p2,Cup"], "product_id,name", "products")
    result = shop.open().build()
    names = shop.lines(table="products").set_index("product_id")["name"]
    assert names[["p1", "p2"]].tolist() == ["Green tea", "Cup"]
    assert len(names) == 3
    ledger = result.cleaning_ledger[result.cleaning_ledger["table"] == "products"].set_index("rule")["rows"]
    assert ledger.to_dict() == {
        "no_key": 0, "outdated": 1, "in_two_files": 1, "duplicate_key": 1, "unreadable_value": 0, "kept": 3,
    }  # fmt: skip
    assert set(shop.lines(table="products")["source_file"]) == {"products/a.csv", "products/b.csv"}


def test_rows_without_a_key_that_stand_in_two_files_count_once(shop: Shop) -> None:
    _with_table(shop, "redemptions")
    head = "customer_id,offer_id,campaign_id,redeemed_at"
    once, twice = "c1,f1,k1,2024-01-05", "c2,f1,k1,2024-01-06"
    shop.put("a.csv", [once, twice, twice], head, "redemptions")
    shop.put("b.csv", [twice, twice, "c3,f1,k1,2024-02-06"], head, "redemptions")
    shop.open().build()
    rows = shop.lines(table="redemptions")
    assert rows["customer_id"].tolist() == ["c1", "c2", "c2", "c3"]


def test_tables_beside_the_order_lines_on_either_engine(shop: Shop, engine: Engine) -> None:
    """Newest row of a key, rows without a key, and their history; NULL is equal to NULL."""
    _with_table(shop, "products")
    _with_table(shop, "redemptions")
    head = "customer_id,offer_id,campaign_id,redeemed_at"
    shop.put("a.csv", ["p1,Tea,", "p2,Cup,"], "product_id,name,brand", "products")
    shop.put("a.csv", ["c1,f1,,2024-01-05", "c1,f1,,2024-01-05"], head, "redemptions")
    shop.open(engine).build()
    shop.put("b.csv", ["p1,Tea,Ours", "p2,Cup,"], "product_id,name,brand", "products")
    shop.put("b.csv", ["c1,f1,,2024-01-05", "c2,f1,,2024-02-05"], head, "redemptions")
    project = shop.open(engine)
    project.build()
    products = collect(project.table("products")).sort_values("product_id")
    assert products["brand"].fillna("-").tolist() == ["Ours", "-"]
    assert products["source_file"].tolist() == ["products/b.csv", "products/a.csv"]
    assert products["known_from"].nunique() == 2
    assert sorted(collect(project.table("redemptions"))["customer_id"]) == ["c1", "c1", "c2"]
    history = collect(project.table("history_products"))
    assert history["product_id"].tolist() == ["p1"]
    assert not project.warehouse.has("history_redemptions")
    moment = history["known_from"].iloc[0].to_pydatetime()
    then = collect(project.table("products", as_of=moment))
    assert then["brand"].isna().all()
    assert len(then) == 2
