"""Groups, moves, members, businesses, households, recommendations and who to keep, in words that turn with the data."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from crm_analysis.config import DecisionSettings
from crm_analysis.decisions import assumptions_from
from crm_analysis.features import GoodCustomers, Referrals, WaitingMembers
from crm_analysis.models import BehaviourGroups
from crm_analysis.narrative import criteria
from crm_analysis.narrative import relations as words

ASSUMED = assumptions_from(DecisionSettings(), "USD")


def _good(n: int, still: float = 0.56) -> GoodCustomers:
    listed = pd.DataFrame({"customer_id": [f"c{i}" for i in range(n)], "profit": 100.0})
    return GoodCustomers(pd.Series(True, index=listed["customer_id"]), 90.0 if n else np.inf, still, listed)


def test_good_customers_stay_or_it_cannot_be_said() -> None:
    assert "56 % are good still" in criteria.good_sentence(_good(40), "USD")
    assert "cannot be said before there are two years" in criteria.good_sentence(_good(40, np.nan), "USD")
    assert "Nobody left a profit" in criteria.good_sentence(_good(0), "USD")


def _groups(stable: bool) -> BehaviourGroups:
    groups = pd.DataFrame(
        {
            "group": [1, 2, 3],
            "customers": [50, 40, 30],
            "orders": 5.0,
            "order_value": 20.0,
            "discount_share": 0.1,
            "traits": ["+orders -order_value", "", "+weekend_share"],
        }
    )
    return BehaviourGroups(pd.DataFrame({"customer_id": ["a"], "group": [1]}), groups, 0.9 if stable else 0.5, stable)


def test_groups_are_believed_or_not() -> None:
    assert "fall into 3 groups that other customers would fall into as well" in criteria.behaviour_sentence(
        _groups(True)
    )
    assert "no basis for decisions" in criteria.behaviour_sentence(_groups(False))
    rows, heads = criteria.behaviour_rows(_groups(True), "USD")
    assert [row[0] for row in rows] == [
        "order often, spend little at once",
        "are like the average",
        "buy at the weekend",
    ]
    assert len(rows[0]) == len(heads)
    assert criteria.behaviour_name("+orders 2") == "order often (2)"
    assert criteria.behaviour_rows(None, "USD") == ([], {})


def test_overlaps_give_no_percentage_under_thirty() -> None:
    overlaps = pd.DataFrame(
        [("good", "good", "loyal", 30, 0.75), ("good", "good", "new", 10, 0.25), ("own", "VIP", "loyal", 5, 1.0)],
        columns=["criterion", "group", "segment", "customers", "share"],
    )
    rows, heads = criteria.overlap_rows(overlaps)
    assert rows[0][-1] == "Loyal customers 75 %, New customers 25 %"
    assert rows[1][-1] == "Loyal customers 5"
    assert len(rows[0]) == len(heads)


def test_moves_since_the_run_before() -> None:
    moves = pd.DataFrame(
        {
            "segment_from": ["loyal"],
            "segment_to": ["lost"],
            "customers": [40],
            "reason": ["silent"],
            "share_reason": [0.9],
            "value_change": [-300.0],
        }
    )
    assert "40 customers are in another segment" in criteria.moves_sentence(moves, "USD")
    rows, heads = criteria.move_rows(moves, "USD")
    assert "no order since" in rows[0]
    assert len(rows[0]) == len(heads)
    assert criteria.moves_sentence(None, "USD") == ""
    assert "Nobody is in another segment" in criteria.no_moves_since_run(moves)
    assert "first run" in criteria.no_moves_since_run(None)


def test_who_is_worth_keeping_and_what_it_may_cost() -> None:
    listed = pd.DataFrame({"value_at_risk": [100.0, 50.0], "spend_limit": [5.0, 2.5]})
    said = words.keep_sentence(listed, ASSUMED, "USD")
    assert "2 good customers may leave, with $150 of value at risk" in said
    assert "(assumed), it may cost up to $3.75 each" in said
    assert "nobody to be kept" in words.keep_sentence(listed.head(0), ASSUMED, "USD")


def _waiting(n: int) -> WaitingMembers:
    members = pd.DataFrame({"customer_id": [f"m{i}" for i in range(n)], "likelihood": 0.5})
    by_source = pd.DataFrame(
        [("web", 100, 60, n, 0.5, 0.4, 0.6, 0.5), ("", 20, 5, 0, 0.2, 0.1, 0.3, np.nan)],
        columns=["source", "registered", "ordered", "waiting", "share_within", "low", "high", "likelihood"],
    )
    return WaitingMembers(members, by_source, 90)


def test_members_who_wait() -> None:
    assert "40 members registered and have not ordered yet; about 20 of them will order within 90 days" in (
        words.waiting_sentence(_waiting(40))
    )
    assert "Everybody who registered" in words.waiting_sentence(_waiting(0))
    rows, heads = words.waiting_rows(_waiting(40))
    assert rows[1][0] == "not stated"
    assert rows[1][2] == "–", "no percentage of twenty"
    assert len(rows[0]) == len(heads)
    assert words.waiting_rows(None) == ([], {})


def test_businesses_and_their_share() -> None:
    accounts = pd.DataFrame(
        {
            "customer_id": ["f"],
            "orders": [12],
            "pieces_per_order": [40.0],
            "order_value": [900.0],
            "usual_gap_days": [30.0],
            "revenue": [9000.0],
        }
    )
    assert "1 customer buys like a business" in words.business_sentence(accounts, 90_000.0, "USD")
    assert "10 % of revenue" in words.business_sentence(accounts, 90_000.0, "USD")
    assert words.business_sentence(accounts.head(0), 1.0, "USD") == ""


def test_households_shared_or_not() -> None:
    homes = pd.DataFrame(
        {"size": [1, 2], "households": [50, 10], "customers": [50, 20], "profit": 5.0, "value": [60.0, 40.0]}
    )
    assert "20 of 70 customers with a known household share it" in words.household_sentence(homes)
    assert "No two customers share" in words.household_sentence(homes.head(1))
    assert words.household_sentence(None) == ""


def _referrals(low: float, high: float, compared: int = 50) -> Referrals:
    summary: dict[str, Any] = {
        "referred": 80, "referrers": 60, "deepest": 3, "compared": compared, "others": 500, "referred_value": 10.0,
        "other_value": 9.0, "difference": (low + high) / 2, "low": low, "high": high,
    }  # fmt: skip
    referrers = pd.DataFrame(
        {
            "customer_id": ["a"],
            "brought": [2],
            "brought_in_all": [5],
            "deepest": [2],
            "own_value": [np.nan],
            "brought_value": [50.0],
        }
    )
    return Referrals(referrers, pd.Series(summary))


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (_referrals(1.0, 3.0), "They are worth more"),
        (_referrals(-3.0, -1.0), "They are worth less"),
        (_referrals(-1.0, 1.0), "cannot be told"),
        (_referrals(1.0, 3.0, compared=10), "Too few of them are new"),
    ],
)
def test_whether_recommended_customers_are_worth_more(found: Referrals, said: str) -> None:
    text = words.referral_sentence(found, "USD")
    assert text.startswith("80 customers were brought by 60 others.")
    assert said in text
    assert words.referrer_rows(found, "USD")[0][0][3] == "–"


@pytest.mark.parametrize(
    ("sentence", "number"),
    [
        (lambda: criteria.good_sentence(_good(40), "USD"), "40"),
        (lambda: criteria.behaviour_sentence(_groups(True)), "0.90"),
        (lambda: words.waiting_sentence(_waiting(40)), "40"),
        (lambda: words.referral_sentence(_referrals(1.0, 3.0), "USD"), "80"),
        (
            lambda: words.keep_sentence(pd.DataFrame({"value_at_risk": [9.0], "spend_limit": [5.0]}), ASSUMED, "USD"),
            "5",
        ),
    ],
)
def test_korean_says_the_same(
    sentence: Callable[[], str], number: str, check_korean: Callable[[Callable[[], str], str], None]
) -> None:
    check_korean(sentence, number)
