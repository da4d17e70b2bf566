"""One timeline from whatever tables are there: every event, codes only, the same on both engines."""

from __future__ import annotations

from typing import Any

import ibis.expr.types as ir
import pandas as pd
import pytest

from crm_analysis.contract import SOURCE_TABLES
from crm_analysis.features import TIMELINE_TABLES, timeline
from crm_analysis.warehouse import Engine, Warehouse, collect

WROTE = "Please call Zebulon Quux, 010-7777-1234"

TABLES: dict[str, list[dict[str, Any]]] = {
    "order_lines": [
        {"customer_id": "c1", "ordered_at": "2024-01-01 10:00", "order_id": "o1", "amount": 10.0, "channel": "web"},
        {"customer_id": "c1", "ordered_at": "2024-01-01 10:00", "order_id": "o1", "amount": 5.0, "channel": "web"},
        {"customer_id": "c1", "ordered_at": "2024-01-09 12:00", "order_id": "o1", "amount": -5.0,
         "line_kind": "return"},
        {"customer_id": "c2", "ordered_at": "2024-02-01 12:00", "order_id": "o2", "amount": 7.0, "netted": True},
    ],
    "deliveries": [
        {"order_id": "o1", "promised_at": "2024-01-02 18:00", "delivered_at": "2024-01-05 09:00",
         "fulfilment": "delivery"},
        {"order_id": "o2", "customer_id": "c2", "promised_at": "2024-02-03 12:00", "delivered_at": "2024-02-02 12:00"},
        {"order_id": "o9", "customer_id": "c2", "delivered_at": "2024-02-09 12:00"},
    ],
    "contacts": [
        {"contact_id": "k1", "customer_id": "c1", "contacted_at": "2024-01-06 09:00", "channel": "phone",
         "direction": "in", "purpose": "service", "outcome": WROTE, "cost": 3000.0, "handled_minutes": 12.5},
    ],
    "consents": [
        {"customer_id": "c1", "channel": "email", "purpose": "ads", "granted": True, "changed_at": "2023-01-01 00:00"},
        {"customer_id": "c1", "channel": "email", "purpose": "ads", "granted": False, "changed_at": "2024-01-07 00:00"},
    ],
    "feedback": [
        {"feedback_id": "f1", "customer_id": "c1", "given_at": "2024-01-08 08:00", "kind": "complaint", "score": 1.5,
         "scale_max": 5.0, "text": WROTE, "state": "open"},
        {"feedback_id": "f2", "customer_id": None, "given_at": "2024-01-08 08:00", "kind": "review", "text": WROTE},
    ],
    "loyalty_ledger": [
        {"booking_id": "b1", "customer_id": "c1", "booked_at": "2024-01-01 10:00", "points": 15.0, "reason": "order"},
        {"booking_id": "b2", "customer_id": "c1", "booked_at": "2024-01-09 12:00", "points": -5.0, "tier": "gold"},
    ],
    "campaigns": [{"campaign_id": "K1", "starts_on": "2024-01-03", "ends_on": "2024-01-31"}],
    "campaign_targets": [
        {"campaign_id": "K1", "customer_id": "c1", "arm": "treated"},
        {"campaign_id": "K1", "customer_id": "c2", "arm": "control", "assigned_at": "2024-01-02 10:00"},
    ],
    "redemptions": [{"customer_id": "c1", "offer_id": "F1", "campaign_id": "K1", "redeemed_at": "2024-01-04 10:00"}],
    "preferences": [{"customer_id": "c1", "topic": "size", "value": WROTE}],
}  # fmt: skip


def _typed(name: str) -> pd.DataFrame:
    spec = SOURCE_TABLES[name]
    frame = pd.DataFrame(TABLES[name]).reindex(columns=[column.name for column in spec.columns])
    kinds = {"number": "float64", "integer": "Int64", "boolean": "boolean", "timestamp": "datetime64[us]"}
    frame = frame.astype({c.name: kinds.get(c.type, "string") for c in spec.columns if c.type != "date"})
    for column in spec.columns:
        if column.type == "date":
            frame[column.name] = pd.to_datetime(frame[column.name]).astype("datetime64[us]")
    if name == "order_lines":
        rows = pd.DataFrame(TABLES[name]).reindex(columns=["line_kind", "netted"])
        frame["line_kind"] = rows["line_kind"].fillna("sale").astype("string")
        frame["netted"] = rows["netted"].fillna(False).astype(bool)
    return frame


@pytest.fixture(scope="module")
def tables(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> dict[str, ir.Table]:
    warehouse = Warehouse(tmp_path_factory.mktemp("events"), engine)
    for name in TABLES:
        warehouse.write_frame(name, _typed(name))
    return {name: warehouse.read(name) for name in TABLES}


def _of(tables: dict[str, ir.Table], customer: str) -> list[tuple[Any, ...]]:
    frame = collect(timeline(tables).filter(lambda t: t["customer_id"] == customer))
    frame["at"] = frame["at"].dt.strftime("%m-%d %H:%M").fillna("")
    frame = frame.sort_values(["at", "kind", "detail"])
    return [tuple(None if pd.isna(v) else v for v in row) for row in frame.drop(columns="customer_id").to_numpy()]


def test_every_event_of_a_customer_is_there_with_its_codes(tables: dict[str, ir.Table]) -> None:
    assert _of(tables, "c1") == [
        ("", "preference", None, None, "topic=size"),
        ("01-01 00:00", "consent", "email", None, "purpose=ads; granted=yes"),
        ("01-01 10:00", "order", "web", 15.0, "order=o1; lines=2"),
        ("01-01 10:00", "points", None, None, "points=15; reason=order"),
        ("01-03 00:00", "campaign", None, None, "campaign=K1; arm=treated"),
        ("01-04 10:00", "redemption", None, None, "offer=F1; campaign=K1"),
        ("01-05 09:00", "delivery", "delivery", None, "order=o1; late_days=3"),
        ("01-06 09:00", "contact", "phone", 3000.0, "direction=in; purpose=service; minutes=12.5"),
        ("01-07 00:00", "consent", "email", None, "purpose=ads; granted=no"),
        ("01-08 08:00", "feedback", None, None, "kind=complaint; score=1.5; of=5; state=open"),
        ("01-09 12:00", "points", None, None, "points=-5; tier=gold"),
        ("01-09 12:00", "return", None, -5.0, "order=o1; lines=1"),
    ]


def test_what_is_early_undone_or_drawn_says_so(tables: dict[str, ir.Table]) -> None:
    assert _of(tables, "c2") == [
        ("01-02 10:00", "campaign", None, None, "campaign=K1; arm=control"),
        ("02-01 12:00", "order", None, 7.0, "order=o2; lines=1; undone=yes"),
        ("02-02 12:00", "delivery", None, None, "order=o2; late_days=0"),
        ("02-09 12:00", "delivery", None, None, "order=o9"),
    ]


def test_nothing_that_somebody_wrote_is_in_it(tables: dict[str, ir.Table]) -> None:
    text = collect(timeline(tables)).to_csv()
    assert "Zebulon" not in text
    assert "7777" not in text


@pytest.mark.parametrize("name", [name for name in TIMELINE_TABLES if name != "campaigns"])
def test_any_one_table_is_enough(name: str, tables: dict[str, ir.Table]) -> None:
    frame = collect(timeline({name: tables[name]}))
    known = {"order_lines": 3, "deliveries": 2, "feedback": 1}
    named = frame if name != "deliveries" else frame[frame["customer_id"].notna()]
    assert len(named) == known.get(name, len(TABLES[name]))


def test_no_table_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one table"):
        timeline({})
