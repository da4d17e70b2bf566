"""Kinds of contacts, and orders after them beside the usual rate."""

from __future__ import annotations

from datetime import date
from typing import Any

import ibis
import ibis.expr.types as ir
import pandas as pd
import pytest

from crm_analysis.contract.handed_over import check_handed_over
from crm_analysis.features import contact_kind, contact_outcomes, contact_values
from crm_analysis.features.contact_kinds import contact_kind_of
from crm_analysis.warehouse import Engine, Warehouse, collect

AS_OF = date(2024, 4, 10)
KINDS = [
    ("phone", "in", "inbound_call"),
    (" Phone ", "OUT", "outbound_call"),
    ("전화", "인바운드", "inbound_call"),
    ("통화", "발신", "outbound_call"),
    ("phone", "", "phone"),
    ("phone", None, "phone"),
    ("In Bound", None, "inbound_call"),
    ("inbound call", None, "inbound_call"),
    ("Outbound-Call", "in", "outbound_call"),
    ("sales_visit", "out", "sales_visit"),
    ("영업 방문", None, "sales_visit"),
    ("A/S 방문", None, "service_visit"),
    ("E-Mail", "out", "email"),
    ("문자", "out", "sms"),
    ("app", "out", "app_push"),
    ("KakaoTalk", "in", "messenger"),
    (" Fax ", "in", "Fax"),
]


@pytest.mark.parametrize(("channel", "direction", "kind"), KINDS)
def test_a_kind_follows_from_channel_and_direction(channel: str, direction: str | None, kind: str) -> None:
    assert contact_kind_of(channel, direction or "") == kind


def test_engines_name_the_same_kinds(engine: Engine) -> None:
    table = ibis.memtable(pd.DataFrame(KINDS, columns=["channel", "direction", "wanted"]))
    named = table.select("channel", "wanted", kind=contact_kind(table["channel"], table["direction"]))
    frame = engine.connection.to_pyarrow(named).to_pandas()
    assert frame["kind"].tolist() == frame["wanted"].tolist()


def _contact(number: int, customer: str, at: str, channel: str = "email", **more: Any) -> dict[str, Any]:
    base = {"contact_id": f"k{number}", "customer_id": customer, "contacted_at": pd.Timestamp(at), "channel": channel}
    return base | {"direction": None, "outcome": None, "cost": None, "handled_minutes": None} | more


def _shop(engine: Engine, folder: Any) -> tuple[ir.Table, ir.Table]:
    """Two customers who order on 1 Jan and on every tenth day until 10 April: a usual rate of one in ten days."""
    days = pd.date_range("2024-01-01", "2024-04-10", freq="10D")
    lines = [
        {"customer_id": who, "ordered_at": day, "order_id": f"{who}{day:%m%d}", "amount": 10.0, "netted": False,
         "line_kind": "sale"}
        for who in ("c1", "c2", "c3") for day in days
    ]  # fmt: skip
    contacts = [
        # Windows of 10 days: an order on day 10 and none.
        _contact(1, "c1", "2024-02-10 09:00", outcome="opened", cost=2.0),
        _contact(2, "c2", "2024-02-12 09:00", outcome="opened", cost=3.0, handled_minutes=4.0),
        # On the day of an order: that one is not after the contact.
        _contact(3, "c3", "2024-03-01 23:00", outcome="  "),
        # Without a whole window, before the first order, of somebody who never ordered, after the last day.
        _contact(4, "c1", "2024-04-05 09:00", outcome="call Zebulon, 010-7777-1234"),
        _contact(5, "c1", "2023-12-01 09:00"),
        _contact(6, "nobody", "2024-02-01 09:00"),
        _contact(7, "c1", "2024-04-11 09:00"),
        _contact(8, "c2", "2024-02-01 09:00", "phone", direction="in", outcome="solved"),
    ]
    warehouse = Warehouse(folder, engine)
    warehouse.write_frame("order_lines", pd.DataFrame(lines))
    warehouse.write_frame("contacts", pd.DataFrame(contacts))
    return warehouse.read("contacts"), warehouse.read("order_lines")


@pytest.fixture(scope="module")
def shop(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> tuple[ir.Table, ir.Table]:
    return _shop(engine, tmp_path_factory.mktemp("contacts"))


def test_orders_after_stand_beside_the_same_customers_usual_rate(shop: tuple[ir.Table, ir.Table]) -> None:
    found = contact_values(*shop, AS_OF, 9).set_index("kind")
    assert found.index.tolist() == ["email", "inbound_call"]
    mail = found.loc["email"]
    assert (mail["contacts"], mail["customers"], mail["compared"]) == (6, 4, 3)
    assert (mail["cost"], mail["minutes"]) == (5.0, 4.0)
    # Orders on 10 and 20 Feb, 1 and 11 Mar: within 9 days of 10 Feb and of 1 Mar none, of 12 Feb one.
    assert mail["orders_after"] == pytest.approx(1 / 3, abs=1e-6)
    assert mail["usual_orders"] == pytest.approx(0.9, abs=1e-6)
    assert mail["difference"] == pytest.approx(1 / 3 - 0.9, abs=1e-6)
    assert mail["low"] < mail["difference"] < mail["high"]
    call = found.loc["inbound_call"]
    assert pd.isna(call["cost"])
    assert (call["compared"], call["orders_after"]) == (1, 1.0)
    assert pd.isna(call["low"]), "one customer has no interval"


def test_a_window_one_day_longer_holds_the_order_on_its_last_day(shop: tuple[ir.Table, ir.Table]) -> None:
    mail = contact_values(*shop, AS_OF, 10).set_index("kind").loc["email"]
    assert mail["orders_after"] == pytest.approx(1.0)
    assert mail["usual_orders"] == pytest.approx(1.0)
    assert (mail["days"], mail["compared"]) == (10, 3)


def test_outcomes_are_counted_and_texts_of_people_are_not_shown(shop: tuple[ir.Table, ir.Table]) -> None:
    found = contact_outcomes(shop[0], AS_OF)
    assert [tuple(row) for row in found.to_numpy()] == [
        ("email", "none", 3),
        ("email", "opened", 2),
        ("email", "others", 1),
        ("inbound_call", "solved", 1),
    ]


def test_without_contacts_the_tables_are_empty_and_of_the_declared_kind(shop: tuple[ir.Table, ir.Table]) -> None:
    assert contact_values(None, shop[1], AS_OF).empty
    for name, frame in (
        ("contact_kinds", contact_values(None, shop[1], AS_OF)),
        ("contact_kinds", contact_values(*shop, AS_OF)),
        ("contact_outcomes", contact_outcomes(None, AS_OF)),
        ("contact_outcomes", contact_outcomes(shop[0], AS_OF)),
    ):
        check_handed_over(name, frame)
    assert len(collect(shop[0])) == 8
