"""Where customers are met: by hand, on both engines."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd

from crm_analysis.features import (
    SEVERAL,
    advertising_consents,
    channel_reach,
    consent_bases,
    identity_counts,
    partner_customers,
    prospect_reach,
)
from crm_analysis.warehouse import Engine, Warehouse


def _warehouse(engine: Engine, folder: Path, **tables: pd.DataFrame) -> Warehouse:
    found = Warehouse(folder, engine)
    with found.lock():
        for name, frame in tables.items():
            found.write_frame(name, frame)
    return found


LINES = pd.DataFrame(
    [
        ("a", "o1", "web", 10.0, "sale"), ("a", "o1", "web", 5.0, "sale"), ("a", "o2", "store", 20.0, "sale"),
        ("b", "o3", "web", 7.0, "sale"), ("b", "o3", "web", -7.0, "return"), ("b", "o4", "web", 3.0, "sale"),
        ("c", "o5", "store", 100.0, "sale"), ("d", "o6", None, 50.0, "sale"), ("e", "o7", "web", -4.0, "return"),
    ],
    columns=["customer_id", "order_id", "channel", "amount", "line_kind"],
)  # fmt: skip


def test_customers_by_the_channels_they_bought_in(engine: Engine, tmp_path: Path) -> None:
    """Who only returned, or whose channel is not known, bought in none."""
    lines = _warehouse(engine, tmp_path / "w", order_lines=LINES.assign(netted=False)).read("order_lines")
    found = channel_reach(lines).set_index("reach")
    assert found["customers"].to_dict() == {"store": 1, SEVERAL: 1, "web": 1}
    assert found["orders"].to_dict() == {"store": 1, SEVERAL: 2, "web": 2}
    assert found["revenue"].to_dict() == {"store": 100.0, SEVERAL: 35.0, "web": 3.0}
    assert list(found.index) == ["store", SEVERAL, "web"]


def test_prospects_by_their_list(engine: Engine, tmp_path: Path) -> None:
    prospects = pd.DataFrame(
        [
            ("n1", "PA1", "fair", "a", "contract"),
            ("n2", "PA1", "fair", None, "contract"),
            ("n3", None, "fair", "c", None),
            ("n4", None, None, None, None),
        ],
        columns=["prospect_id", "partner_id", "source", "known_as", "consent_basis"],
    )
    both = _warehouse(engine, tmp_path / "w", order_lines=LINES, prospects=prospects)
    found = prospect_reach(both.read("prospects"), both.read("order_lines")).set_index("origin")
    assert found["prospects"].to_dict() == {"PA1": 2, "": 1, "fair": 1}
    assert found["known"].to_dict() == {"PA1": 1, "": 0, "fair": 1}
    assert found["revenue"].to_dict() == {"PA1": 35.0, "": 0.0, "fair": 100.0}
    assert found["with_basis"].to_dict() == {"PA1": 2, "": 0, "fair": 0}
    assert found["open"].to_dict() == {"PA1": 1, "": 0, "fair": 0}, "a customer is no prospect"
    assert prospect_reach(None, both.read("order_lines")).empty


def test_accounts_and_the_people_behind_them(engine: Engine, tmp_path: Path) -> None:
    accounts = pd.DataFrame(
        {"account_id": ["a", "b", "c", "d"], "customer_id": ["a", "a", "a", "d"], "records": [3, 3, 3, 1]}
    )
    review = pd.DataFrame({"customer_id_l": ["a"], "customer_id_r": ["d"], "probability": [0.7]})
    both = _warehouse(engine, tmp_path / "w", accounts=accounts, identity_review=review)
    found = identity_counts(both.read("accounts"), both.read("identity_review")).iloc[0].to_dict()
    assert found == {"accounts": 4, "customers": 2, "several": 1, "waiting": 1}
    assert identity_counts(None, None).iloc[0].to_dict() == {"accounts": 0, "customers": 0, "several": 0, "waiting": 0}


def test_customers_whom_partners_brought(engine: Engine, tmp_path: Path) -> None:
    customers = pd.DataFrame(
        {
            "customer_id": ["a", "b", "c", "d", "x"],
            "acquisition_source": ["partner PA1", "Blue Club", "PA10", None, "pa1"],
        }
    )
    partners = pd.DataFrame({"partner_id": ["PA1", "PA2", "PA3"], "name": [None, "Blue club", "Red club"]})
    both = _warehouse(engine, tmp_path / "w", order_lines=LINES, customers=customers, partners=partners)
    agreed = pd.DataFrame(
        {"customer_id": ["a", "a", "b"], "channel": ["email", "phone", "email"], "granted": [True, False, False]}
    )
    lines = both.read("order_lines")
    found = partner_customers(both.read("customers"), both.read("partners"), agreed, lines).set_index("partner")
    assert found["customers"].to_dict() == {"PA1": 2, "Blue club": 1}, "PA10 is another one"
    assert found["revenue"].to_dict() == {"PA1": 35.0, "Blue club": 3.0}
    assert found["agreed"].to_dict() == {"PA1": 1, "Blue club": 0}
    assert partner_customers(None, both.read("partners"), agreed, lines).empty
    assert partner_customers(both.read("customers"), None, agreed, lines).empty


def test_what_allows_a_contact_by_partner(engine: Engine, tmp_path: Path) -> None:
    prospects = pd.DataFrame(
        [
            ("n1", "PA1", None, "a", "contract"),
            ("n2", "PA1", None, None, "contract "),
            ("n3", "PA1", None, None, "None"),
            ("n4", "PA1", None, None, "미 동의"),
            ("n5", "PA9", "fair", None, None),
            ("n6", None, "fair", None, "form"),
        ],
        columns=["prospect_id", "partner_id", "source", "known_as", "consent_basis"],
    )
    customers = pd.DataFrame({"customer_id": list("abcd"), "acquisition_source": ["PA1", "PA1", "PA1", "walk-in"]})
    partners = pd.DataFrame({"partner_id": ["PA1"], "name": ["Blue club"]})
    said = [
        ("a", "email", True, "2024-01-01", "form"), ("a", "phone", True, "2024-01-01", "call"),
        ("b", "email", True, "2024-01-01", "form"), ("b", "email", False, "2024-02-01", "call"),
        ("c", "email", True, "2024-01-01", None), ("d", "email", True, "2024-01-01", "form"),
    ]  # fmt: skip
    consents = pd.DataFrame(said, columns=["customer_id", "channel", "granted", "changed_at", "basis"])
    consents = consents.assign(purpose="advertising", changed_at=pd.to_datetime(consents["changed_at"]))
    both = _warehouse(
        engine, tmp_path / "w", order_lines=LINES, prospects=prospects, customers=customers, partners=partners,
        consents=consents,
    )  # fmt: skip
    tables = [both.read(name) for name in ("prospects", "customers", "partners")]
    agreed = advertising_consents(both.read("consents"), date(2024, 3, 1))
    lines = both.read("order_lines")
    found = consent_bases(*tables, agreed, lines)
    assert found.to_numpy().tolist() == [
        ["Blue club", "customers", "", 2, 1],  # b took it back, c agreed, it is not said how
        ["Blue club", "customers", "call", 1, 1],
        ["Blue club", "prospects", "", 2, 0],
        ["Blue club", "prospects", "contract", 2, 1],  # one is a customer
        ["PA9", "prospects", "", 1, 0],
        ["fair", "prospects", "form", 1, 1],
    ]
    reach = prospect_reach(tables[0], lines, tables[2]).set_index("origin")
    assert reach[["prospects", "known", "with_basis", "open"]].to_dict("index") == {
        "Blue club": {"prospects": 4, "known": 1, "with_basis": 2, "open": 1},
        "PA9": {"prospects": 1, "known": 0, "with_basis": 0, "open": 0},
        "fair": {"prospects": 1, "known": 0, "with_basis": 1, "open": 1},
    }
    unknown = consent_bases(*tables, None, lines)
    assert unknown[unknown["who"] == "customers"].to_numpy().tolist() == [["Blue club", "customers", "", 3, 0]]
    assert consent_bases(None, None, None, agreed, lines).empty
