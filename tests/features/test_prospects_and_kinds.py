"""Prospects and what became of them, kinds of goods, prices and shelves; by hand, on both engines."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from crm_analysis.features import (
    empty_shelves,
    first_categories,
    first_year_profit,
    kind_windows,
    kinds_bought,
    level_of_kinds,
    partner_prices,
    price_periods,
    prospect_history,
    region_density,
    returns_by_customer,
    stated_against_observed,
    stated_channels,
)
from crm_analysis.models import frequent_returners
from crm_analysis.warehouse import Engine, Warehouse

AS_OF = date(2024, 12, 31)


def _order(customer: str, at: str, product: str = "tea", amount: float = 10.0) -> dict[str, object]:
    return {
        "customer_id": customer, "ordered_at": pd.Timestamp(at), "order_id": f"{customer}{at}", "amount": amount,
        "product_id": product, "line_kind": "return" if amount < 0 else "sale", "netted": False,
    }  # fmt: skip


@pytest.fixture(scope="module")
def place(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    return Warehouse(tmp_path_factory.mktemp("kinds"), engine)


def test_prospects_and_what_became_of_them(place: Warehouse) -> None:
    place.write_frame("order_lines", pd.DataFrame([_order("a", "2023-05-01"), _order("a", "2024-06-30", amount=90.0)]))
    place.write_frame(
        "prospects",
        pd.DataFrame(
            {
                "prospect_id": ["p1", "p2", "p3"],
                "source": ["fair", "fair", "list"],
                "partner_id": ["P1", None, None],
                "consent_basis": ["form", "none", None],
                "created_at": pd.Timestamp("2023-01-01"),
                "known_as": ["a", None, None],
                "region": ["North", "North", "South"],
            }
        ),
    )
    place.write_frame("partners", pd.DataFrame({"partner_id": ["P1"], "name": ["Gym"], "cost_per_customer": [5.0]}))
    place.write_frame(
        "customers",
        pd.DataFrame(
            {"customer_id": ["a", "b"], "acquisition_source": ["partner P1", "fair"], "region": ["North"] * 2}
        ),
    )
    lines, partners, customers = (place.read(name) for name in ("order_lines", "partners", "customers"))
    found = prospect_history(place.read("prospects"), partners, lines)
    assert found is not None
    assert found["origin"].tolist() == ["Gym", "fair", "list"]
    assert found["has_basis"].tolist() == [True, False, False] and found["is_customer"].tolist() == [True, False, False]
    assert found.loc[0, "first_day"] == pd.Timestamp("2023-05-01") and found["first_day"].isna().sum() == 2
    assert prospect_history(None, partners, lines) is None
    assert partner_prices(partners) == {"Gym": 5.0} and partner_prices(None) == {}
    money = first_year_profit(lines, customers, partners, date(2023, 1, 1), AS_OF, 0.5).set_index("origin")
    assert money.loc["Gym", ["customers", "profit"]].tolist() == [1, 5.0]  # the second order is 14 months later
    assert set(money.index) == {"Gym", "all"}
    density = region_density(place.read("prospects"), customers)
    assert density is not None
    assert density.set_index("region")["penetration"].to_dict() == {"North": pytest.approx(2 / 3), "South": 0.0}
    assert region_density(place.read("prospects").drop("region"), customers) is None


def test_first_categories_of_an_origin(place: Warehouse) -> None:
    rows = [_order(f"a{n}", "2024-01-01", "soap" if n < 3 else "tea") for n in range(4)]
    rows += [_order("b0", "2024-01-01"), _order("b0", "2024-02-01", "soap")]
    place.write_frame("order_lines", pd.DataFrame(rows))
    goods = pd.DataFrame({"product_id": ["tea", "soap"], "category": ["Food", "Home"]})
    place.write_frame("products", goods)
    place.write_frame(
        "customers",
        pd.DataFrame({"customer_id": ["a0", "a1", "a2", "a3", "b0"], "acquisition_source": ["x"] * 4 + ["y"]}),
    )
    found = first_categories(
        place.read("order_lines"), place.read("products"), place.read("customers"), None, date(2023, 1, 1), AS_OF
    )
    assert found is not None
    row = found.set_index(["origin", "category"]).loc[("x", "Home")]
    assert row[["customers", "of", "share", "usual"]].tolist() == [3, 4, 0.75, 0.6]
    assert ("y", "Home") not in found.set_index(["origin", "category"]).index  # bought later, not first


def test_kinds_before_and_after(place: Warehouse) -> None:
    rows = [
        _order("a", "2024-01-01"), _order("a", "2024-01-01"), _order("a", "2024-03-01", "soap"),
        _order("b", "2023-01-01"), _order("b", "2024-03-05"), _order("late", "2024-03-05"),
    ]  # fmt: skip
    place.write_frame("order_lines", pd.DataFrame(rows))
    lines = place.read("order_lines")
    found = kinds_bought(lines, None, "product", None, date(2024, 2, 1), date(2024, 3, 31))
    counts = found.set_index(["customer_id", "kind"])
    assert counts.loc[("a", "tea"), ["before", "after"]].tolist() == [1, 0]
    assert counts.loc[("b", "tea"), ["before", "after"]].tolist() == [1, 1]
    assert "late" not in set(found["customer_id"])
    assert ("a", "soap") not in counts.index  # nobody had bought it before
    recent = kinds_bought(lines, None, "product", date(2023, 6, 1), date(2024, 2, 1), date(2024, 3, 31))
    assert set(recent["customer_id"]) == {"a"}
    with pytest.raises(ValueError, match="category"):
        kinds_bought(lines, None, "category", None, AS_OF, AS_OF)
    assert level_of_kinds(lines, None, AS_OF, 365) is None  # fewer than five kinds
    assert kind_windows(lines, None, date(2024, 1, 1), AS_OF, horizon=200, active_days=90) is None


def test_purchases_by_price(place: Warehouse) -> None:
    rows = [_order(f"c{n}", f"2024-01-{1 + n:02d}") for n in range(9)] + [
        _order("c0", "2024-07-05"),
        _order("c0", "2024-07-05"),
    ]
    place.write_frame("order_lines", pd.DataFrame(rows))
    place.write_frame(
        "product_prices",
        pd.DataFrame(
            {
                "product_id": ["tea", "tea", "tea"],
                "valid_from": pd.to_datetime(["2024-01-01", "2024-04-01", "2024-07-01"]),
                "valid_to": pd.to_datetime(["2024-03-31", "2024-06-30", None]),
                "price": [10.0, 11.0, 12.0],
                "available": [True, False, True],
            }
        ),
    )
    lines, prices = place.read("order_lines"), place.read("product_prices")
    found = price_periods(lines, prices, None, date(2024, 1, 1), AS_OF)
    assert found is not None
    assert found["price"].tolist() == [10.0, 12.0]  # an empty shelf sells nothing at any price
    assert found["purchases"].tolist() == [9, 1] and found["days"].tolist() == [91, 184]
    groups = pd.DataFrame({"customer_id": ["c0", "c1"], "group": ["x", "y"]})
    of_groups = price_periods(lines, prices, groups, date(2024, 1, 1), AS_OF)
    assert of_groups is not None
    assert of_groups.set_index(["group", "price"])["purchases"].to_dict() == {
        ("x", 10.0): 1, ("x", 12.0): 1, ("y", 10.0): 1, ("y", 12.0): 0,
    }  # fmt: skip
    assert price_periods(lines, None, None, date(2024, 1, 1), AS_OF) is None
    gone = empty_shelves(lines, prices, None, date(2024, 1, 1), AS_OF)
    assert gone is not None
    row = gone.iloc[0]
    assert row[["product", "days"]].tolist() == ["tea", 91] and row["usual"] == pytest.approx(90 / 180)
    assert row["missed"] == pytest.approx(91 * 0.5)
    assert empty_shelves(lines, prices.drop("available"), None, date(2024, 1, 1), AS_OF) is None


def test_who_sends_back_more_than_chance(place: Warehouse) -> None:
    rows = [_order(f"c{n}", f"2024-{1 + m:02d}-0{1 + n % 9}") for n in range(60) for m in range(10)]
    rows += [_order("c1", f"2024-{1 + m:02d}-15", amount=-10.0) for m in range(8)]
    rows += [_order("c2", "2024-02-15", amount=-10.0)]
    place.write_frame("order_lines", pd.DataFrame(rows))
    counted = returns_by_customer(place.read("order_lines"), AS_OF).set_index("customer_id")
    assert counted.loc["c1", ["sold", "returned", "amount", "kept"]].tolist() == [10, 8, 80.0, 20.0]
    found = frequent_returners(counted.reset_index())
    assert found["customer_id"].tolist() == ["c1"]
    assert found.loc[0, "low"] > 0.1 and found.loc[0, "share"] < 0.8  # drawn towards all


def test_stated_wishes_against_contacts(place: Warehouse) -> None:
    stated = pd.DataFrame(
        {
            "customer_id": list("abcde"),
            "topic": ["contact channel"] * 3 + ["favourite"] * 2,
            "value": ["E-Mail", "none", "sms", "Home", "Food"],
        }
    )
    place.write_frame(
        "contacts",
        pd.DataFrame(
            {
                "customer_id": ["a", "b", "c"],
                "channel": ["email", "phone", "email"],
                "direction": ["out", "out", "in"],
                "purpose": ["sales", "sales", None],
                "contacted_at": pd.Timestamp("2024-12-01"),
            }
        ),
    )
    agreed = pd.DataFrame({"customer_id": ["a", "b"], "channel": ["email", "phone"], "granted": [True, True]})
    found = stated_channels(stated, place.read("contacts"), agreed, AS_OF)
    assert found is not None
    rows = found.set_index("channel")[["customers", "contacted", "through_it", "agreed"]]
    assert rows.loc["email"].tolist() == [1, 1, 1, 1] and rows.loc["none"].tolist() == [1, 1, 0, 1]
    assert rows.loc["message"].tolist() == [1, 0, 0, 0]
    assert stated_channels(None, None, None, AS_OF) is None
    profiles = pd.DataFrame({"customer_id": ["d", "e", "x"], "trait": "category", "value": ["Home", "Home", "Food"]})
    compared = stated_against_observed(stated, profiles)
    assert compared is not None
    assert compared.set_index("value")[["customers", "observed", "other"]].to_dict("index") == {
        "Food": {"customers": 1, "observed": 0, "other": 1},
        "Home": {"customers": 1, "observed": 1, "other": 0},
    }
