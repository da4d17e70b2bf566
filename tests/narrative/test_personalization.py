"""Step 5 in words: personal beats simple, does not, or was not checked."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest

from crm_analysis.narrative import personalization as words


def _backtest(personal: float, segment: float, popular: float, half: float = 0.01, n: int = 1500) -> pd.DataFrame:
    rates = {"personal": personal, "segment": segment, "popular": popular}
    rows = [(method, rate, rate - half, rate + half, n) for method, rate in rates.items()]
    return pd.DataFrame(rows, columns=["method", "hit_rate", "low", "high", "n"])


def _plan(*reasons: str) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "customer_id": [f"c{i}" for i in range(len(reasons))],
            "item_name": "Tea",
            "kind": ["again" if r == "bought_before" else "new" if r == "goes_with" else "popular" for r in reasons],
            "reason": pd.Series(reasons, dtype="str"),
            "because": "Milk",
            "times": 6,
            "usual_days": 14,
            "since_days": 21,
        }
    )


PLAN = _plan(*["goes_with"] * 77)


def test_personal_beats_simple() -> None:
    text = words.answer(_backtest(0.3, 0.2, 0.12), PLAN, products=True)
    assert text.startswith("Personal beats simple: 30 %")
    assert "1,500 customers" in text
    assert "against 20 %" in text
    assert "'Segment rule'" in text
    assert "77 customers have their own choice" in text


@pytest.mark.parametrize(
    ("backtest", "personal", "simple", "rule"),
    [
        (_backtest(0.12, 0.2, 0.3), "12 %", "30 %", "'Most popular'"),
        (_backtest(0.12, 0.3, 0.2), "12 %", "30 %", "'Segment rule'"),
        (_backtest(0.3, 0.29, 0.2), "30 %", "29 %", "'Segment rule'"),
    ],
)
def test_personal_does_not_clearly_beat_simple(backtest: pd.DataFrame, personal: str, simple: str, rule: str) -> None:
    text = words.answer(backtest, PLAN, products=True)
    assert text.startswith("Personal does not clearly beat simple")
    assert text.index(personal) < text.index(simple) < text.index(rule)


def test_one_more_point_of_certainty_turns_the_answer() -> None:
    wide, narrow = (words.answer(_backtest(0.3, 0.28, 0.1, half), PLAN, products=True) for half in (0.02, 0.005))
    assert "does not clearly beat" in wide
    assert "Personal beats simple" in narrow


@pytest.mark.parametrize("backtest", [_backtest(0.3, 0.2, 0.1).head(0), _backtest(0.0, 0.0, 0.0, n=0)])
def test_a_choice_without_a_check(backtest: pd.DataFrame) -> None:
    text = words.answer(backtest, PLAN, products=True)
    assert text.startswith("77 customers have a personal choice")
    assert "too short to check" in text


def test_no_choice_for_want_of_actions_or_of_products() -> None:
    no_action, no_products = (words.answer(_backtest(0.3, 0.2, 0.1), _plan(), products=p) for p in (True, False))
    assert "No customer has an action" in no_action
    assert "Without products" in no_products


def test_backtest_title_has_the_lead_over_the_best_simple_rule() -> None:
    ahead = words.backtest_words(_backtest(0.3, 0.25, 0.1), 30)
    behind = words.backtest_words(_backtest(0.25, 0.1, 0.3), 30)
    assert "+5.0 points ahead" in ahead["title"]
    assert "next 30 days" in ahead["subtitle"]
    assert "n = 1,500" in ahead["subtitle"]
    assert behind["title"] == "A simple rule is +5.0 points ahead of personal choice"
    close = words.backtest_words(_backtest(0.3, 0.299, 0.1), 30)
    assert "too close to tell apart" in close["title"]
    assert words.backtest_words(_backtest(0.3, 0.2, 0.1).head(0), 30)["title"] == ""


def test_reason_of_an_item() -> None:
    days, day = (words.reason_text("bought_before", "", 6, 14, since) for since in (21, 1))
    assert days == "bought on 6 days, usually every 14 days, last 21 days ago"
    assert day.endswith("last 1 day ago")
    assert words.reason_text("goes_with", "Milk", 0, 0, 0) == "often bought by those who buy Milk"
    assert "most customers" in words.reason_text("most_bought", "", 0, 0, 0)


def test_plan_rows_give_a_reason_to_each_of_the_first_customers() -> None:
    plan = words.with_reasons(_plan("bought_before", "goes_with", "most_bought", "goes_with"))
    rows, _heads = words.plan_rows(plan)
    assert [row[0] for row in rows] == ["c0", "c1", "c2"]
    assert [row[2] for row in rows] == ["again", "new", "popular"]
    assert "6 days" in rows[0][3]
    assert "Milk" in rows[1][3]
    assert len(words.plan_rows(plan, most=1)[0]) == 1
    assert words.plan_rows(words.with_reasons(_plan()))[0] == []


def test_from_before_counts_contacts() -> None:
    offers = pd.DataFrame({"offer": ["coupon_10", "none", "message_only"]})
    assert "2 customers get a contact" in words.from_before(offers)
    assert "0 customers get a contact" in words.from_before(offers.assign(offer="none"))


def test_what_stands_in_for_the_check_and_for_products() -> None:
    assert "30 customers" in words.no_products()
    assert "No product is known" in words.nothing_chosen(products=False)
    assert "No customer has an action" in words.nothing_chosen(products=True)


@pytest.mark.parametrize(
    ("sentence", "number"),
    [
        (lambda: words.answer(_backtest(0.3, 0.2, 0.12), PLAN, products=True), "1,500"),
        (lambda: words.answer(_backtest(0.12, 0.3, 0.2), PLAN, products=True), "1,500"),
        (lambda: words.answer(_backtest(0.3, 0.2, 0.1).head(0), PLAN, products=True), "77"),
        (lambda: words.backtest_words(_backtest(0.3, 0.25, 0.1), 30)["title"], "5.0"),
        (lambda: words.reason_text("bought_before", "", 6, 14, 21), "21"),
        (lambda: words.from_before(pd.DataFrame({"offer": ["coupon_10"] * 17})), "17"),
        (words.no_products, "90"),
    ],
)
def test_korean(sentence: Callable[[], str], number: str, check_korean: Callable[..., None]) -> None:
    check_korean(sentence, number)
