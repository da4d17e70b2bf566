"""The ladder of profit in words: sentences turn with the data, and what is not known is named."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest

from crm_analysis.features import RUNGS, ProfitLadder, big_unprofitable, profit_deciles, profit_spread
from crm_analysis.narrative import profit as words


def _ladder(profits: list[float], basis: str = "costs", *, serving: float = 2.0) -> ProfitLadder:
    frame = pd.DataFrame(0.0, index=range(len(profits)), columns=[*RUNGS, "cost_known"])
    frame.insert(0, "customer_id", [f"c{i}" for i in frame.index])
    frame["revenue"] = frame["full_price"] = 100.0
    frame["contacts"] = -serving
    frame["profit"] = profits
    frame["goods"] = frame["profit"] - 100.0 + serving
    frame["gross_profit"] = frame["profit"] + serving
    frame["serving"] = serving
    frame["cost_known"] = 0.8 if basis == "costs" else 0.0
    bases = dict.fromkeys(RUNGS, "data") | {"fees": "left_out", "goods": "data" if basis == "costs" else basis}
    return ProfitLadder(frame, bases, 0.3, basis)  # type: ignore[arg-type]


def test_profit_or_loss_and_with_or_without_serving() -> None:
    earned = words.ladder_sentence(_ladder([30.0] * 4), "USD")
    assert "gross profit, and $120 after service, contacts and offers: 30 %" in earned
    assert "nothing is known of the cost of service" in words.ladder_sentence(_ladder([30.0] * 4, serving=0.0), "USD")
    assert "leave a loss before any customer is served" in words.ladder_sentence(_ladder([-30.0] * 4), "USD")


def test_what_costs_rest_on() -> None:
    assert "known for 80 % of sales" in words.basis_sentence(_ladder([30.0]))
    assert "the margin is assumed" in words.basis_sentence(_ladder([30.0], "assumed"))
    assert "that you set" in words.basis_sentence(_ladder([30.0], "setting"))


def test_what_is_left_out_is_named() -> None:
    assert "Left out, since the data does not say: Payment fees." in words.left_out_sentence(_ladder([30.0]))


def test_an_assumed_margin_shows_where_the_result_turns() -> None:
    said = words.turning_sentence(_ladder([30.0, 10.0], "assumed"))
    assert "At a margin on goods of 2.0 % all customers together would leave nothing" in said
    assert "with half of today's 0 of 2 customers would leave a loss" in said
    assert words.turning_sentence(_ladder([30.0, 10.0])) == ""


def test_losing_customers_big_or_not() -> None:
    nobody = _ladder([30.0] * 5)
    assert words.unprofitable_sentence(big_unprofitable(nobody), nobody, "USD").startswith("No customer leaves a loss")
    some = _ladder([-40.0, *[30.0] * 9])
    some.customers.loc[0, "revenue"] = 200.0
    said = words.unprofitable_sentence(big_unprofitable(some), some, "USD")
    assert said.startswith("1 of 10 customers leaves a loss, $40.00 in all.")
    assert "1 of them is in the best fifth by revenue and loses $40.00, mostly for this reason: Goods." in said
    small = _ladder([-40.0, *[30.0] * 9])
    small.customers.loc[0, "revenue"] = 50.0
    assert "None of the best fifth by revenue is among them." in words.unprofitable_sentence(
        big_unprofitable(small), small, "USD"
    )


def test_the_whale_is_named_where_there_is_one() -> None:
    profits = [*[30.0] * 6, *[-10.0] * 4]
    ladder = _ladder(profits)
    said = words.spread_words(profit_spread(ladder.customers["profit"]), ladder)
    assert said["title"] == "The best 60 % of customers bring 129 % of profit; the rest take some of it back"
    even = _ladder([30.0] * 10)
    assert words.spread_words(profit_spread(even.customers["profit"]), even)["title"].startswith(
        "The better half of customers brings 50 %"
    )


def test_tenths_need_thirty_customers() -> None:
    scores = _ladder([30.0] * 29).customers.assign(value=1.0)
    assert words.decile_rows(profit_deciles(scores), "USD") == ([], {})
    many = _ladder([30.0] * 40).customers.assign(value=1.0)
    rows, heads = words.decile_rows(profit_deciles(many), "USD")
    assert len(rows) == 10
    assert len(rows[0]) == len(heads)


@pytest.mark.parametrize(
    ("sentence", "number"),
    [
        (lambda: words.ladder_sentence(_ladder([30.0] * 4), "USD"), "120"),
        (lambda: words.turning_sentence(_ladder([30.0, 10.0], "assumed")), "2.0"),
        (lambda: words.basis_sentence(_ladder([30.0])), "80"),
        (lambda: words.unprofitable_sentence(big_unprofitable(_ladder([-40.0] * 3)), _ladder([-40.0] * 3), "USD"), "3"),
        (lambda: words.ladder_words(_ladder([30.0] * 4), "USD")["title"], "68"),
    ],
)
def test_korean_says_the_same(
    sentence: Callable[[], str], number: str, check_korean: Callable[[Callable[[], str], str], None]
) -> None:
    check_korean(sentence, number)
