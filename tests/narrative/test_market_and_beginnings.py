"""Seasons, customer share, rivals, beginnings and pairs in words: opposite facts, opposite sentences."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from crm_analysis.features import CustomerShare
from crm_analysis.models import EarlyTraits, HolidayEffects
from crm_analysis.narrative import beginnings, market


def _holidays(change: float, low: float, high: float, better: bool = True) -> HolidayEffects:
    effects = pd.DataFrame({"holiday": ["chuseok"], "times": [3], "change": [change], "low": [low], "high": [high]})
    return HolidayEffects(effects, 0.12, 0.09 if better else 0.11, 0.10)


def test_a_holiday_sells_more_less_or_the_same() -> None:
    more, less, same = (
        market.holiday_sentence(_holidays(*numbers))
        for numbers in ((0.3, 0.1, 0.5), (-0.3, -0.5, -0.1), (0.1, -0.1, 0.3))
    )
    assert "The week before Chuseok sells 30 % more than its season (90 %: 10 % to 50 %)" in more
    assert "a week is missed by 9.0 % with holidays, by 10.0 % with months alone" in more
    assert "30 % less" in less
    assert "sells more or less than its season, as far as can be told" in same
    assert "months alone tell as much" in market.holiday_sentence(_holidays(0.3, 0.1, 0.5, better=False))
    assert market.holiday_sentence(None) == ""
    assert "78 weeks" in market.no_holidays(None)


def _share() -> CustomerShare:
    by_category = pd.DataFrame(
        {
            "category": ["tea", "soap"],
            "customers": [50, 12],
            "own": 10.0,
            "spent": 40.0,
            "share": 0.25,
            "headroom": 30.0,
        }
    )
    return CustomerShare(2024, 0.25, 0.2, 0.3, 60, 0.18, 0.54, 60.0, by_category)


def test_customer_share_with_what_it_covers() -> None:
    said = market.share_sentence(_share())
    assert "60 customers spent 25.0 % with us in 2024 (90 %: 20.0 % to 30.0 %)" in said
    assert "covers 18 % of that year's customers; 54 % of the spending was stated" in said
    rows, heads = market.share_rows(_share(), "USD")
    assert rows[1][2] == "–", "no percentage of twelve"
    assert len(rows[0]) == len(heads)
    assert market.share_rows(None, "USD") == ([], {})
    assert "category_spend" in market.no_share()


def _grid(*gaps: float) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "criterion": ["price", "range"][: len(gaps)],
            "ours": [5 + g for g in gaps],
            "rival": "Big",
            "best": 5.0,
            "gap": list(gaps),
            "rival_share": np.nan,
            "as_of": pd.Timestamp("2023-09-25"),
        }
    )


def test_rivals_ahead_or_not() -> None:
    assert "On 1 criterion a rival is ahead (judged on 25 Sep 2023): price" in market.rival_sentence(_grid(-2.0, 1.0))
    assert "On no criterion is a rival ahead" in market.rival_sentence(_grid(1.0, 0.0))
    assert "our own shop is not" in market.rival_sentence(_grid(np.nan))
    assert market.rival_sentence(None) == ""
    rows, heads = market.rival_rows(_grid(-2.0))
    assert len(rows[0]) == len(heads)
    assert market.rival_rows(None) == ([], {})


def test_few_accounts_or_many_customers() -> None:
    assert "these few accounts" in market.network_sentence(40, 0.8, 0, 0)
    assert "the customers themselves" in market.network_sentence(4000, 0.05, 3, 5)


def _early(beats: bool, named: bool = True) -> EarlyTraits:
    traits = pd.DataFrame(
        {
            "trait": ["again", "category"],
            "value": ["", "Drinks"],
            "customers": 50,
            "ratio": [2.6, 0.8],
            "low": [2.2, 0.6],
            "high": [3.0, 1.1],
            "q_value": 0.01,
            "named": [named, False],
        }
    )
    scores = pd.DataFrame({"customer_id": ["n"], "first_day": [pd.Timestamp("2024-12-01")], "expected_sales": [90.0]})
    return EarlyTraits(traits, 700, 300, 0.5, 0.25 if beats else 0.55, 3.5, 2.3, beats, scores)


def test_beginnings_that_tell_or_do_not() -> None:
    assert "Ordered again within 30 days; they buy 2.6 times as much" in beginnings.early_sentence(_early(True))
    assert "3.5 times their share of later sales; by the first amount alone 2.3 times" in beginnings.early_sentence(
        _early(True)
    )
    assert "ranks no better than the first amount alone" in beginnings.early_sentence(_early(False))
    assert "No trait of a beginning" in beginnings.early_sentence(_early(True, named=False))
    rows, heads = beginnings.early_rows(_early(True))
    assert [row[-1] for row in rows] == ["more than chance", "chance is enough"]
    assert rows[1][0] == "First category: Drinks"
    assert len(rows[0]) == len(heads)
    assert beginnings.early_rows(None) == ([], {})
    assert "300 new customers" in beginnings.no_early()


def test_who_lags_and_what_goes_together() -> None:
    usage = pd.DataFrame(
        {
            "customer_id": ["a"],
            "segment": ["loyal"],
            "before": [12.0],
            "now": [3.0],
            "missing": [8.0],
            "headroom": [40.0],
        }
    )
    assert "1 customer buys less often" in beginnings.usage_sentence(usage, "USD")
    assert "this is room, not what a contact earns" in beginnings.usage_sentence(usage, "USD")
    pairs = pd.DataFrame(
        {
            "item": ["a"],
            "other": ["b"],
            "item_name": ["Cat food"],
            "other_name": ["Litter"],
            "baskets": [50],
            "support": [0.01],
            "lift": [7.4],
            "low": [7.0],
            "high": [7.9],
            "first": ["a"],
        }
    )
    said = beginnings.pair_sentence(pairs)
    assert "most of all Cat food with Litter, 7.4 times as often (90 %: 7.0 to 7.9)" in said
    assert "In 1 of them one product clearly comes first" in said
    assert "In none of them" in beginnings.pair_sentence(pairs.assign(first=""))
    assert beginnings.pair_rows(pairs)[0][0][-1] == "Cat food"
    assert beginnings.pair_sentence(pairs.head(0)) == ""


@pytest.mark.parametrize(
    ("sentence", "number"),
    [
        (lambda: market.holiday_sentence(_holidays(0.3, 0.1, 0.5)), "30"),
        (lambda: market.share_sentence(_share()), "25.0"),
        (lambda: market.rival_sentence(_grid(-2.0)), "5"),
        (lambda: market.network_sentence(4000, 0.05, 3, 5), "4,000"),
        (lambda: beginnings.early_sentence(_early(True)), "3.5"),
        (lambda: beginnings.no_early(), "300"),
    ],
)
def test_korean_says_the_same(
    sentence: Callable[[], str], number: str, check_korean: Callable[[Callable[[], str], str], None]
) -> None:
    check_korean(sentence, number)
