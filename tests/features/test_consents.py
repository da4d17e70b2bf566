"""The latest consent wins, per channel and purpose."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import ibis
import ibis.expr.types as ir
import pandas as pd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm_analysis.features import CONSENT_CHANNELS, advertising_consents, consent_purposes, current_consents
from crm_analysis.warehouse import Engine, Warehouse, collect

ROWS = [
    ("c1", "email", "ads", True, "2024-01-01 10:00", "form"),
    ("c1", "email", "ads", False, "2024-02-01 10:00", "call"),
    ("c1", "email", "ads", True, "2024-03-01 00:00", "form"),
    ("c1", "sms", "ads", True, "2024-01-01 10:00", None),
    ("c1", "email", "night", True, "2024-02-29 23:59:59", "form"),
    ("c2", "email", "ads", True, "2024-01-05 09:00", "form"),
    ("c2", "email", "ads", False, "2024-01-05 09:00", "call"),
    ("c2", "sms", "ads", None, "2024-01-06 09:00", "form"),
    ("c3", "sms", "ads", True, None, "form"),
    ("c3", "phone", "ads", True, "2024-01-07 09:00", "web"),
    ("c3", "phone", "ads", True, "2024-01-07 09:00", None),
    ("c3", "phone", "ads", True, "2024-01-07 09:00", "form"),
]
COLUMNS = ["customer_id", "channel", "purpose", "granted", "changed_at", "basis"]


def _frame(rows: list[tuple[object, ...]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=COLUMNS)
    return frame.assign(
        changed_at=pd.to_datetime(frame["changed_at"], format="ISO8601"), granted=frame["granted"].astype("boolean")
    )


def _stored(engine: Engine, folder: Path, frame: pd.DataFrame) -> ir.Table:
    warehouse = Warehouse(folder, engine)
    warehouse.write_frame("consents", frame)
    return warehouse.read("consents")


def _told(table: ir.Table) -> dict[tuple[str, str, str], tuple[bool, str, str | None]]:
    frame = collect(table)
    rows = [
        (bool(row.granted), str(row.changed_at), None if pd.isna(row.basis) else row.basis)
        for row in frame.itertuples()
    ]
    keys = list(zip(frame["customer_id"], frame["channel"], frame["purpose"], strict=True))
    assert len(set(keys)) == len(keys), "one row per customer, channel and purpose"
    return dict(zip(keys, rows, strict=True))


def test_the_latest_word_until_the_end_of_the_day_counts(engine: Engine, tmp_path: Path) -> None:
    consents = _stored(engine, tmp_path, _frame(ROWS))
    assert list(current_consents(consents, date(2024, 2, 29)).columns) == COLUMNS
    assert _told(current_consents(consents, date(2024, 2, 29))) == {
        ("c1", "email", "ads"): (False, "2024-02-01 10:00:00", "call"),
        ("c1", "email", "night"): (True, "2024-02-29 23:59:59", "form"),
        ("c1", "sms", "ads"): (True, "2024-01-01 10:00:00", None),
        ("c2", "email", "ads"): (False, "2024-01-05 09:00:00", "call"),
        ("c3", "phone", "ads"): (True, "2024-01-07 09:00:00", "form"),
    }
    assert _told(current_consents(consents, date(2024, 3, 1)))["c1", "email", "ads"][0], "given again"
    assert _told(current_consents(consents.drop("basis"), date(2024, 1, 31)))["c1", "email", "ads"] == (
        True, "2024-01-01 10:00:00", None,
    )  # fmt: skip
    assert collect(current_consents(consents, date(2023, 12, 31))).empty


_ROW = st.tuples(
    st.sampled_from(["c1", "c2"]), st.sampled_from(["email", "sms"]), st.just("ads"), st.booleans(),
    st.integers(1, 9).map(lambda day: f"2024-01-0{day}"), st.sampled_from(["form", "call", None]),
)  # fmt: skip


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(_ROW, min_size=1, max_size=12), order=st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(rows, order) -> None:  # type: ignore[no-untyped-def]
    mixed = list(rows)
    order.shuffle(mixed)
    one, other = (_told(current_consents(ibis.memtable(_frame(r)), date(2024, 1, 5))) for r in (rows, mixed))
    assert one == other
    expected = {row[:3] for row in rows if row[4] <= "2024-01-05"}
    assert set(one) == expected
    for (customer, channel, _purpose), (granted, changed_at, _basis) in one.items():
        mine = [row for row in rows if row[:2] == (customer, channel) and row[4] <= "2024-01-05"]
        newest = max(row[4] for row in mine)
        assert changed_at.startswith(newest)
        assert granted == all(row[3] for row in mine if row[4] == newest)


WORDS = [
    ("c1", "E-mail", "Advertising", True, "2024-01-01 10:00", None),
    ("c1", "all", "advertising", False, "2024-02-01 10:00", None),
    ("c1", "sms", "marketing", True, "2024-03-01 10:00", None),
    ("c2", "전체", "광고성 정보", True, "2024-01-01 10:00", None),
    ("c2", "전화", "광고", False, "2024-01-01 10:00", None),
    ("c3", "email", "service", True, "2024-01-01 10:00", None),
    ("c3", "email", "night", True, "2024-01-01 10:00", None),
    ("c4", "fax", "advertising", True, "2024-01-01 10:00", None),
]


def test_who_may_be_sent_advertising_through_what(tmp_path: Path, engine: Engine) -> None:
    warehouse = Warehouse(tmp_path, engine)
    warehouse.write_frame("consents", _frame(WORDS))
    table = warehouse.read("consents")
    found = advertising_consents(table, date(2024, 12, 31))
    said = found.set_index(["customer_id", "channel"])["granted"].astype(bool).to_dict()
    assert said == {
        ("c1", "email"): False,  # taken back for every channel
        ("c1", "letter"): False,
        ("c1", "phone"): False,
        ("c1", "message"): True,  # and given anew for one
        ("c2", "email"): True,
        ("c2", "message"): True,
        ("c2", "letter"): True,
        ("c2", "phone"): False,  # at one time a refusal counts
    }
    assert set(found["channel"]) == set(CONSENT_CHANNELS)
    early = advertising_consents(table, date(2024, 1, 31)).set_index(["customer_id", "channel"])["granted"]
    assert early[("c1", "email")]
    assert consent_purposes(table)[0] == "advertising"


LATE = [
    ("c1", "email", "advertising", True, "2024-01-01 10:00", "form"),
    ("c1", "all", "advertising", False, "2024-06-03 08:00", "call"),
    ("c2", "email", "advertising", False, "2024-01-01 10:00", "form"),
    ("c2", "email", "advertising", True, "2024-06-03 08:00", "form"),
    ("c3", "email", "advertising", True, "2024-05-31 23:59:59.999999", "form"),
    ("c3", "email", "advertising", False, "2024-06-03 08:00", "call"),
    ("c3", "email", "advertising", True, "2024-06-04 08:00", "form"),
    ("c4", "phone", "advertising", True, "2024-05-31 23:59:59.999999", "form"),
]


def test_a_plan_knows_refusals_after_the_last_day_of_sales_and_no_agreements(tmp_path: Path, engine: Engine) -> None:
    consents = _stored(engine, tmp_path, _frame(LATE))
    last = date(2024, 5, 31)
    found = advertising_consents(consents, last, later_refusals=True).set_index(["customer_id", "channel"])["granted"]
    assert found.astype(bool).to_dict() == {
        **{("c1", channel): False for channel in CONSENT_CHANNELS},
        ("c2", "email"): False,
        ("c3", "email"): False,
        ("c4", "phone"): True,
    }
    for day, expected in ((last, [True, False, True]), (date(2024, 6, 30), [False, True, True])):
        on_the_day = advertising_consents(consents, day).set_index(["customer_id", "channel"])["granted"]
        assert [bool(on_the_day[(who, "email")]) for who in ("c1", "c2", "c3")] == expected, day
