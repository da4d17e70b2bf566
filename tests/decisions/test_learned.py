"""Effects of rounds and campaigns: compared as drawn, only with enough customers and days."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd
import pytest

from crm_analysis.decisions import arm_conflicts, campaign_effects, returned_contacts, round_effects
from crm_analysis.warehouse import Engine, Warehouse, collect

ROUND = "shop:2024-05-15:1"
FIRST_CONTACT, AS_OF = date(2024, 5, 20), date(2024, 6, 30)


@pytest.fixture(scope="module")
def shop(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """400 customers drawn; each buys for 100 in the window, contacted ones of segment "lost" for 150."""
    warehouse = Warehouse(tmp_path_factory.mktemp("rounds"), engine)
    number = np.arange(400)
    drawn = pd.DataFrame(
        {
            "round": ROUND,
            "customer_id": [f"c{n}" for n in number],
            "segment": np.where(number % 2, "lost", "loyal"),
            "offer_kind": "money",
            "arm": np.select([number % 10 < 6, number % 10 < 8], ["contact", "control"], default="holdout"),
        }
    )
    noise = np.random.default_rng(1).normal(0, 10, len(number))
    extra = 50.0 * ((drawn["arm"] == "contact") & (drawn["segment"] == "lost"))
    inside = pd.DataFrame(
        {
            "customer_id": drawn["customer_id"],
            "ordered_at": pd.Timestamp("2024-05-25 10:00"),
            "order_id": [f"o{n}" for n in number],
            "amount": 100.0 + extra + noise,
            "netted": False,
            "line_kind": "sale",
        }
    )
    outside = pd.concat(
        [inside.assign(ordered_at=pd.Timestamp(at), amount=1e6) for at in ("2024-05-19 23:59", "2024-06-30 10:00")]
    ).iloc[::7]
    warehouse.write_frame("order_lines", pd.concat([inside, outside]))
    warehouse.write_frame("assignments", drawn)
    contacts = pd.DataFrame(
        {
            "customer_id": ["c1", "c3"],
            "contacted_at": pd.to_datetime(["2024-05-20 09:00", "2024-05-21 09:00"]),
            "round": ROUND,
        }
    )
    warehouse.write_frame("contact_results", contacts)
    return warehouse


def _effects(shop: Warehouse, as_of: date, horizon: int) -> pd.DataFrame:
    lines, drawn, back = (shop.read(name) for name in ("order_lines", "assignments", "contact_results"))
    return round_effects(lines, drawn, back, as_of, horizon)


def test_a_planted_effect_is_found_where_it_was_planted(shop: Warehouse) -> None:
    found = _effects(shop, AS_OF, 30).set_index("segment")
    assert found.index.tolist() == ["lost", "loyal"]
    lost = found.loc["lost"]
    assert lost["low"] < 50 < lost["high"]
    assert lost["low"] > 40
    assert abs(found.loc["loyal", "estimate"]) < 5
    assert (lost["treated"], lost["compared"]) == (120, 80), "as drawn: two contacts came back, all count"
    assert lost["source"] == f"round:{ROUND}"
    assert lost["evidence"] == "measured"
    assert lost["observed_from"].date() == FIRST_CONTACT
    assert lost["observed_until"].date() == date(2024, 6, 18)


def test_too_few_days_say_nothing(shop: Warehouse) -> None:
    assert _effects(shop, date(2024, 6, 1), 30).empty, "13 days"
    assert len(_effects(shop, date(2024, 6, 2), 30)) == 2, "14 days"


def test_too_few_customers_on_one_side_say_nothing(shop: Warehouse) -> None:
    drawn = shop.read("assignments")
    few = drawn.filter((drawn["arm"] == "contact") | drawn["customer_id"].startswith("c1"))
    found = round_effects(shop.read("order_lines"), few, shop.read("contact_results"), AS_OF, 30)
    assert found.empty


def test_rounds_without_results_are_left_alone(shop: Warehouse) -> None:
    back = shop.read("contact_results")
    lines, drawn = shop.read("order_lines"), shop.read("assignments")
    assert round_effects(lines, drawn, back.filter(back["round"] == "another"), AS_OF, 30).empty
    assert round_effects(lines, drawn, None, AS_OF, 30).empty
    assert round_effects(lines, None, back, AS_OF, 30).empty


def _offers() -> ir.Table:
    rows = [("K1", "money"), ("K1", "money"), ("K2", "money"), ("K2", "status"), (None, "service")]
    return ibis.memtable(pd.DataFrame(rows, columns=["campaign_id", "kind"]))


def test_campaigns_are_written_under_the_kind_they_carried() -> None:
    results = pd.DataFrame(
        {
            "campaign_id": ["K1", "K2", "K3"],
            "starts_on": pd.Timestamp("2024-03-01"),
            "ends_on": pd.Timestamp("2024-03-31"),
            "treated": 100,
            "compared": 50,
            "estimate": [5.0, 4.0, 3.0],
            "low": 1.0,
            "high": 9.0,
            "evidence": ["measured", "modelled", "assumed"],
        }
    )
    found = campaign_effects(results, _offers())
    assert found["offer_kind"].tolist() == ["money", "mixed", "unknown"]
    assert found["evidence"].tolist() == ["measured", "modelled", "assumed"]
    assert set(found["segment"]) == {"all"}
    assert campaign_effects(results, None)["offer_kind"].tolist() == ["unknown"] * 3
    assert campaign_effects(results.iloc[:0], _offers()).empty


def test_customers_found_to_be_one_person_since(shop: Warehouse) -> None:
    """c1 (contact) and c7 (control) are one: left out. c11 and c21 (both contact) are one: counted once."""
    lines, drawn, back = (shop.read(name) for name in ("order_lines", "assignments", "contact_results"))
    links = pd.DataFrame({"account_id": ["c1", "c7", "c11", "c21"], "customer_id": ["c1", "c1", "c11", "c11"]})
    shop.write_frame("accounts", links)
    accounts = shop.read("accounts")
    assert arm_conflicts(drawn, accounts) == 1
    assert arm_conflicts(drawn, None) == 0
    assert arm_conflicts(None, accounts) == 0
    plain = round_effects(lines, drawn, back, AS_OF, 30).set_index("segment").loc["lost"]
    found = round_effects(lines, drawn, back, AS_OF, 30, accounts).set_index("segment").loc["lost"]
    assert (plain["treated"], plain["compared"]) == (120, 80)
    assert (found["treated"], found["compared"]) == (118, 79)


def test_a_person_in_conflict_in_two_rounds_is_one_person(shop: Warehouse, tmp_path: Path, engine: Engine) -> None:
    links = pd.DataFrame({"account_id": ["c1", "c7", "c6", "c8"], "customer_id": ["c1", "c1", "c6", "c6"]})
    drawn = collect(shop.read("assignments"))
    both = Warehouse(tmp_path, engine)
    both.write_frame("accounts", links)
    both.write_frame("assignments", pd.concat([drawn, drawn.assign(round="shop:2024-06-15:1")]))
    assert arm_conflicts(both.read("assignments"), both.read("accounts")) == 1, "c6 and c8 were both held back"


def test_contacts_that_came_back_are_those_of_the_person_today(tmp_path: Path, engine: Engine) -> None:
    warehouse = Warehouse(tmp_path, engine)
    back = pd.DataFrame(
        {"customer_id": ["c7", "c2", "c2"], "action": ["lost:reactivate", "loyal:raise", "loyal:raise"]}
    )
    warehouse.write_frame("contact_results", back)
    warehouse.write_frame("accounts", pd.DataFrame({"account_id": ["c1", "c7"], "customer_id": ["c1", "c1"]}))
    contacts, accounts = warehouse.read("contact_results"), warehouse.read("accounts")
    found = returned_contacts(contacts, accounts)
    assert found is not None
    assert found.to_numpy().tolist() == [["c1", "lost:reactivate"], ["c2", "loyal:raise"]]
    plain = returned_contacts(contacts, None)
    assert plain is not None
    assert plain["customer_id"].tolist() == ["c2", "c7"]
    assert returned_contacts(None, accounts) is None
