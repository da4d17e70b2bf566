"""Contacts in words: an association, and no rate from a handful of customers."""

from __future__ import annotations

import pandas as pd

from crm_analysis.narrative.contacts import association_sentence, kind_rows, no_contacts


def _kinds(**changes: object) -> pd.DataFrame:
    columns = {
        "kind": ["email", "phone"],
        "contacts": [200, 40],
        "customers": [100, 40],
        "cost": [2000.0, float("nan")],
        "minutes": [float("nan"), 80.0],
        "days": 30,
        "compared": [90, 29],
        "orders_after": [0.5, 0.4],
        "usual_orders": [0.3, 0.2],
        "difference": [0.2, 0.2],
        "low": [0.1, 0.1],
        "high": [0.3, 0.3],
    }
    return pd.DataFrame(columns | changes)


OUTCOMES = pd.DataFrame(
    {"kind": ["email", "email", "email"], "outcome": ["none", "opened", "opted out"], "contacts": [120, 60, 20]}
)


def test_a_difference_is_called_an_association() -> None:
    told = association_sentence(_kinds())
    assert "after 1 of 2 kinds of contact" in told, "29 customers are too few to count"
    assert "association" in told
    assert "after 0 of 2 kinds" in association_sentence(_kinds(low=-0.1))
    assert association_sentence(_kinds().iloc[:0]) == ""


def test_rows_hold_no_rate_from_few_customers_and_no_zero_for_what_is_not_known() -> None:
    rows, heads = kind_rows(_kinds(), OUTCOMES, "KRW")
    assert len(heads) == 9
    assert rows[0][5] == "opened 30 %, opted out 10 %", "shares of all contacts"
    assert rows[0][6:] == ["0.50", "0.30", "0.20 (90 %: 0.10 to 0.30)"]
    assert rows[1][0] == "Call"
    assert rows[1][3:5] == ["–", "80"]
    assert set(rows[1][6:]) == {"–"}


def test_without_contacts_the_section_says_what_fills_it() -> None:
    rows, _heads = kind_rows(_kinds().iloc[:0], OUTCOMES.iloc[:0], "KRW")
    assert rows == []
    assert "Table contacts fills this" in no_contacts()
