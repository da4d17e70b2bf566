"""Strategies by segment: what it takes to pay, what is assumed, and what is left out."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest

from crm_analysis.config import ChannelSettings, DecisionSettings, OfferSettings
from crm_analysis.decisions import (
    STRATEGIES,
    assumptions_from,
    budget_split,
    hypothesis_cards,
    option_values,
    strategy_by_segment,
    strategy_of_customers,
)
from crm_analysis.decisions.assumptions import CHANNEL_OWNERS
from crm_analysis.decisions.direction import ELIGIBLE, apply_overrules, profit_per_success
from crm_analysis.features import SEGMENTS


def _scores(segment: str = "at_risk", n: int = 60, **more: float) -> pd.DataFrame:
    base: dict[str, object] = {
        "frequency": 2,
        "first_day": pd.Timestamp("2024-01-01"),
        "last_day": pd.Timestamp("2024-06-01"),
        "horizon_profit": 60.0,
        "probability_alive": 0.6,
        "probability_leaving": 0.5,
        "order_profit": 12.0,
        "probability_buying": 0.4,
    }
    return pd.DataFrame({"customer_id": [f"{segment}{i}" for i in range(n)], "segment": segment} | base | more)


ONE_CHANNEL = assumptions_from(
    DecisionSettings(channels={"email": ChannelSettings(cost=0.5)}, assumed_effects={"retain": 0.04}), "USD"
)


def test_every_segment_has_a_strategy_to_try() -> None:
    assert set(ELIGIBLE) == set(SEGMENTS)
    assert {strategy for choices in ELIGIBLE.values() for strategy in choices} == set(STRATEGIES)


def test_what_a_success_brings() -> None:
    scores = _scores(n=1)
    assert profit_per_success(scores, "retain", None).tolist() == [60.0 / 0.6 * 0.5]
    assert profit_per_success(scores, "reactivate", None).tolist() == [12.0]
    assert profit_per_success(scores, "cross_sell", 3.5).tolist() == [3.5]
    nearly_gone = _scores(n=1, probability_alive=0.0001)
    assert profit_per_success(nearly_gone, "retain", None).tolist() == [60.0 / 0.05 * 0.5], "bounded"


def test_the_arithmetic_of_one_strategy() -> None:
    frame = strategy_by_segment(_scores(), ONE_CHANNEL, None).set_index("strategy")
    row = frame.loc["retain"]
    assert row["profit_per_success"] == pytest.approx(50.0)
    assert row["cost"] == pytest.approx(60 * 0.5)
    assert row["break_even_effect"] == pytest.approx(0.5 / 50)
    assert row["safety"] == pytest.approx(0.04 / 0.01)
    assert row["expected_profit"] == pytest.approx(60 * (0.04 * 50 - 0.5))
    assert row["chosen"]
    assert frame.loc["reactivate", "expected_profit"] < 0
    assert not frame.loc["reactivate", "chosen"]
    assert set(frame["evidence"]) == {"assumed"}


def test_the_channel_that_leaves_most_is_taken() -> None:
    channels = {"email": ChannelSettings(cost=0.1), "phone": ChannelSettings(cost=4.0)}
    assumptions = assumptions_from(DecisionSettings(channels=channels), "USD")
    cheap = strategy_by_segment(_scores(horizon_profit=6.0), assumptions, None).set_index("strategy")
    assert cheap.loc["retain", "channel"] == "email"
    dear = strategy_by_segment(_scores(horizon_profit=600.0), assumptions, None).set_index("strategy")
    assert dear.loc["retain", "channel"] == "phone"
    assert dear.loc["retain", "assumed_effect"] == pytest.approx(0.15), "five percent, three times as strong by phone"


def test_nothing_is_chosen_where_nothing_pays() -> None:
    frame = strategy_by_segment(_scores("lost", order_profit=1.0), ONE_CHANNEL, None)
    assert frame["strategy"].tolist() == ["reactivate"]
    assert not frame["chosen"].any()
    assert hypothesis_cards(frame, 90).empty
    assert budget_split(frame)["customers"].tolist() == [0, 0, 0]
    assert strategy_of_customers(_scores("lost"), frame).isna().all()


def test_customers_without_any_worth_give_an_empty_table() -> None:
    nothing = _scores("lost", order_profit=0.0)
    frame = strategy_by_segment(nothing, ONE_CHANNEL, None)
    assert frame.empty
    assert {"segment", "strategy", "chosen", "expected_profit", "evidence"} <= set(frame.columns)
    assert budget_split(frame)["share"].tolist() == [0.0, 0.0, 0.0]


def test_nothing_is_chosen_on_too_little_data() -> None:
    frame = strategy_by_segment(_scores(n=20), ONE_CHANNEL, None)
    assert frame["expected_profit"].max() > 0
    assert not frame["chosen"].any()


def test_overrules_are_priced_and_kept_apart() -> None:
    strategies = strategy_by_segment(_scores(order_profit=40.0), ONE_CHANNEL, None)
    wanted = {"at_risk": "reactivate", "champions": "retain", "lost": "none"}
    frame, table = apply_overrules(strategies, wanted)
    chosen = frame[frame["chosen"]]
    assert chosen["strategy"].tolist() == ["reactivate"]
    assert frame.loc[frame["system_chosen"], "strategy"].tolist() == ["retain"]
    assert strategies["chosen"].sum() == 1
    assert strategies.loc[strategies["chosen"], "strategy"].tolist() == ["retain"], "the input is left as it was"
    table = table.set_index("segment")
    assert table["applied"].to_dict() == {"at_risk": True, "champions": False, "lost": False}
    worth = strategies.set_index("strategy")["expected_profit"]
    assert table.loc["at_risk", "difference"] == pytest.approx(worth["reactivate"] - worth["retain"])
    left_alone, _table = apply_overrules(strategies, {"at_risk": "none"})
    assert not left_alone["chosen"].any()


def test_cross_selling_needs_products_and_makes_no_noise_without() -> None:
    scores = _scores("loyal")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        without = strategy_by_segment(scores, ONE_CHANNEL, None)
    assert "cross_sell" not in set(without["strategy"])
    assert "cross_sell" in set(strategy_by_segment(scores, ONE_CHANNEL, 5.0)["strategy"])


def test_cards_say_what_would_stop_them() -> None:
    scores = pd.concat([_scores("at_risk"), _scores("cannot_lose", 10), _scores("loyal", order_profit=90.0)])
    strategies = strategy_by_segment(scores, ONE_CHANNEL, None)
    cards = hypothesis_cards(strategies, 90, most=2)
    assert cards["card"].tolist() == ["H1", "H2"]
    assert cards["safety"].is_monotonic_decreasing
    assert set(cards["stop_rule"]) == {"upper_bound_below_break_even"}
    split = budget_split(strategies)
    assert split["objective"].tolist() == ["acquisition", "development", "retention"]
    assert split["cost"].sum() == pytest.approx(strategies.loc[strategies["chosen"], "cost"].sum())
    assert split["share"].sum() == pytest.approx(1.0)


def test_settings_replace_what_is_assumed() -> None:
    plain = assumptions_from(DecisionSettings(), "KRW")
    assert plain.starter_catalogue
    assert plain.assumed_channel_costs
    assert plain.channel_costs["phone"] == 4_000.0, "in the order of magnitude of the currency"
    own = assumptions_from(
        DecisionSettings(
            channels={"visit": ChannelSettings(cost=9.0, owner="sales")},
            offers=(OfferSettings(name="gift", kind="money", cost=2.0),),
            assumed_effects={"retain": 0.2},
        ),
        "USD",
    )
    assert not own.starter_catalogue
    assert [offer.name for offer in own.offers] == ["message_only", "gift"]
    assert own.channel_costs == {"visit": 9.0}
    assert own.channel_factors == {"visit": 1.0}
    assert own.owners["visit"] == "sales"
    assert own.owners["email"] == CHANNEL_OWNERS["email"]
    assert own.effects["retain"] == 0.2
    assert own.effects["activate"] == plain.effects["activate"]


def test_an_offer_costs_where_the_customer_would_have_bought_anyway() -> None:
    scores = _scores(n=1)
    offers = (
        OfferSettings(name="tenth", kind="money", cost_share=0.1, effect_factor=2.0),
        OfferSettings(name="club", kind="status", segments=("champions",)),
    )
    assumptions = assumptions_from(
        DecisionSettings(
            channels={"email": ChannelSettings(cost=0.5)}, offers=offers, assumed_effects={"retain": 0.04}
        ),
        "USD",
    )
    options, profit, cost = option_values(scores, pd.Series(["retain"]), assumptions, 0.3, None)
    assert [offer.name for offer, _channel in options] == ["message_only", "tenth", "club"]
    # 40 of 100 buy anyway and 8 because of it; each takes a tenth of an order of 12 / .3.
    assert cost[0].tolist() == pytest.approx([0.5, 0.5 + 0.48 * 0.1 * 40, 0.5])
    assert profit[0, :2].tolist() == pytest.approx([0.04 * 50 - 0.5, 0.08 * 50 - cost[0, 1]])
    assert np.isneginf(profit[0, 2]), "kept for champions"
    nobody = option_values(scores, pd.Series([None], dtype="str"), assumptions, 0.3, None)[1]
    assert np.isneginf(nobody).all(), "no strategy, no offer"
