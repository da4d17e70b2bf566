"""What the events of one customer say."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from crm_analysis.features.history import Consent, details, history, latest_consents


def _events(*rows: tuple[str, str, float | None, str]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["at", "kind", "amount", "detail"])
    return frame.assign(at=pd.to_datetime(frame["at"], format="ISO8601"), channel="email")


def test_orders_that_stand_make_the_rhythm() -> None:
    past = history(
        _events(
            ("2024-01-01 09:00", "order", 10.0, "order=o1; lines=1"),
            ("2024-01-01 18:00", "order", 5.0, "order=o2; lines=1"),
            ("2024-01-11", "order", 10.0, "order=o3; lines=1"),
            ("2024-01-12", "order", 99.0, "order=o4; lines=1; undone=yes"),
            ("2024-01-12", "return", -99.0, "order=o4; lines=1; undone=yes"),
            ("2024-01-13", "order", 0.0, "order=o5; lines=1"),
            ("2024-01-31", "order", 10.0, "order=o6; lines=1"),
            ("2024-02-01", "return", -4.0, "order=o6; lines=1"),
        )
    )
    assert (past.orders, past.first_order, past.last_order) == (4, date(2024, 1, 1), date(2024, 1, 31))
    assert (past.revenue, past.returned) == (31.0, 4.0)
    assert past.usual_gap_days == 15.0
    assert past.expected_next == date(2024, 2, 15)


def test_two_days_are_no_rhythm() -> None:
    past = history(_events(("2024-01-01", "order", 1.0, "lines=1"), ("2024-01-09", "order", 1.0, "lines=1")))
    assert past.usual_gap_days is None
    assert past.expected_next is None


def test_nobody_has_an_empty_history() -> None:
    past = history(_events())
    assert (past.orders, past.first_order, past.late, past.complaints) == (0, None, 0, 0)
    assert latest_consents(_events()) == []


def test_only_the_last_five_deliveries_count_as_late() -> None:
    early = [(f"2024-01-{day:02}", "delivery", None, "order=o; late_days=9") for day in range(1, 4)]
    last = [(f"2024-02-{day:02}", "delivery", None, f"order=o; late_days={day % 2}") for day in range(1, 6)]
    past = history(_events(*last, *early, ("2024-03-01", "delivery", None, "order=o")))
    assert (past.deliveries, past.late) == (5, 3)


@pytest.mark.parametrize(("state", "is_open"), [("open", 1), ("closed", 0), ("answered", 0), (None, 1)])
def test_a_complaint_is_open_until_it_is_said_not_to_be(state: str | None, is_open: int) -> None:
    detail = "kind=complaint" + (f"; state={state}" if state else "")
    past = history(_events(("2024-01-01", "feedback", None, detail), ("2024-01-02", "feedback", None, "kind=review")))
    assert (past.complaints, past.open_complaints, past.last_complaint) == (1, is_open, date(2024, 1, 1))


def test_the_latest_consent_wins_and_at_one_second_the_refusal() -> None:
    found = latest_consents(
        _events(
            ("2024-01-02", "consent", None, "purpose=ads; granted=no"),
            ("2024-01-01", "consent", None, "purpose=ads; granted=yes"),
            ("2024-01-01", "consent", None, "purpose=night; granted=no"),
            ("2024-01-03 10:00", "consent", None, "purpose=night; granted=no"),
            ("2024-01-03 10:00", "consent", None, "purpose=night; granted=yes"),
        )
    )
    assert found == [
        Consent("email", "ads", False, date(2024, 1, 2)),
        Consent("email", "night", False, date(2024, 1, 3)),
    ]


def test_details_are_codes_by_name() -> None:
    assert details("order=o=1; late_days=3") == {"order": "o=1", "late_days": "3"}
    assert details("") == {}
