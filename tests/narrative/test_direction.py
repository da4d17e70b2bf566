"""Step 3 in words: something pays or nothing does, and what people decided."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from crm_analysis.config import ChannelSettings, DecisionSettings
from crm_analysis.decisions import assumptions_from, budget_split, hypothesis_cards
from crm_analysis.features import Margin
from crm_analysis.narrative import direction as words


def _strategies(*rows: dict[str, Any]) -> pd.DataFrame:
    base: dict[str, Any] = {
        "segment": "at_risk", "strategy": "retain", "customers": 1200, "channel": "email", "cost": 600.0,
        "assumed_effect": 0.05, "break_even_effect": 0.01, "safety": 5.0, "expected_profit": 900.0,
        "profit_per_success": 50.0, "evidence": "assumed", "objective": "retention", "chosen": True,
        "runner_up": False, "system_chosen": True,
    }  # fmt: skip
    return pd.DataFrame([base | row for row in rows] or [base]).iloc[: len(rows)]


def _overrules(*applied: bool) -> pd.DataFrame:
    rows = [("at_risk", "retain", "none", -900.0 if flag else np.nan, flag) for flag in applied]
    return pd.DataFrame(rows, columns=["segment", "system", "yours", "difference", "applied"])


SAFE = {"segment": "lost", "strategy": "reactivate", "customers": 300, "safety": 9.0, "break_even_effect": 0.004}
UNCHOSEN = {"chosen": False, "expected_profit": -5.0}
RUNNER_UP = {"strategy": "reactivate", "chosen": False, "runner_up": True, "break_even_effect": 0.02}


@pytest.mark.parametrize(
    ("share", "odds"),
    [
        (0.0, "any at all"),
        (-0.1, "any at all"),
        (0.026, "1 in 38"),
        (0.5, "1 in 2"),
        (0.6, "60 %"),
        (1.0, "100 %"),
        (float("inf"), "more than all of them"),
        (float("nan"), "not known"),
        (1.01, "more than all of them"),
        (1e-9, "1 in 10,000"),
    ],
)  # fmt: skip
def test_break_even_as_odds(share: float, odds: str) -> None:
    assert words.break_even(share) == odds


def test_action_name_says_what_and_for_whom() -> None:
    assert words.action_name("at_risk", "retain") == "Keep them from leaving: At risk"
    assert words.action_name("lost", "reactivate") == "Win them back: Presumed lost"


def test_answer_with_one_strategy_and_with_several() -> None:
    one = words.answer(_strategies({}, {"segment": "lost"} | UNCHOSEN))
    assert one.startswith("1 segment has")
    assert "'Keep them from leaving: At risk' for 1,200 customers" in one
    assert "1 in 100" in one
    two = words.answer(_strategies({}, SAFE))
    assert two.startswith("2 segments have")
    assert "the safest is 'Win them back: Presumed lost' for 300 customers" in two
    assert "1 in 250" in two


def test_answer_where_nothing_pays_nothing_is_left_or_nothing_is_known() -> None:
    loss = words.answer(_strategies(UNCHOSEN))
    decided_against = words.answer(_strategies({"chosen": False}))
    assert "No strategy clears its cost" in loss
    assert "No strategy clears its cost" in words.answer(_strategies())
    assert "No strategy is chosen" in decided_against
    assert "clears" not in decided_against


def test_break_even_title_counts_the_tight_ones() -> None:
    wide = words.break_even_words(_strategies({}, SAFE))["title"]
    tight = words.break_even_words(_strategies({"safety": 1.5}, SAFE | {"safety": 1.2}, {"safety": 0.5} | UNCHOSEN))
    assert "less than half of its assumed effect" in wide
    assert tight["title"].startswith("2 of the chosen strategies have little room")


def test_why_not_names_the_runner_up_of_the_largest_group() -> None:
    text = words.why_not(_strategies({}, RUNNER_UP, SAFE))
    assert "For At risk, 'Retain' comes before 'Reactivate'" in text
    assert "1 in 50" in text
    assert words.why_not(_strategies({})) == ""
    assert words.why_not(_strategies(RUNNER_UP)) == ""
    decided = RUNNER_UP | {"chosen": True, "system_chosen": False}
    assert words.why_not(_strategies({"chosen": False}, decided)) == "", "people chose the runner-up"


def test_strategy_rows_show_the_chosen_only() -> None:
    rows, heads = words.strategy_rows(_strategies({}, RUNNER_UP), "USD")
    assert rows == [["At risk", "Retain", "E-mail", "1,200", "$600.00", "1 in 100", "5.0 %"]]
    assert len(heads) == len(rows[0])
    assert words.strategy_rows(_strategies(RUNNER_UP), "USD")[0] == []


def test_cards_are_measured_by_what_they_want() -> None:
    cards = hypothesis_cards(_strategies({}, SAFE), 90)
    rows = words.card_rows(cards, "USD")[0]
    assert [row[0] for row in rows] == ["H1", "H2"]
    assert [row[2] for row in rows] == ["share who stay", "share who order"]
    facts = words.action_facts(cards)
    assert [fact["segment"] for fact in facts] == ["at_risk", "lost"]
    assert words.action_facts(cards.head(0)) == []


def test_split_rows_put_the_money_where_it_goes() -> None:
    keep = words.split_rows(budget_split(_strategies({})), "USD")[0]
    win = words.split_rows(budget_split(_strategies({"objective": "acquisition"})), "USD")[0]
    assert [row[3] for row in keep] == ["0 %", "0 %", "100 %"]
    assert [row[3] for row in win] == ["100 %", "0 %", "0 %"]
    assert keep[2][:3] == ["Retention", "1,200", "$600.00"]


def test_from_before_sums_the_segments() -> None:
    segments = pd.DataFrame({"segment": ["a", "b", "c"], "customers": [1000, 200, 34]})
    assert "3 segments with 1,234 customers" in words.from_before(segments)
    assert "0 segments with 0 customers" in words.from_before(segments.head(0))
    assert "No strategy clears its cost" in words.none_pays()


def test_assumptions_of_default_and_of_own_costs() -> None:
    default = words.assumption_sentence(assumptions_from(DecisionSettings(), "USD"), 2.0)
    settings = DecisionSettings(channels={"email": ChannelSettings(cost=0.5)})
    own = words.assumption_sentence(assumptions_from(settings, "USD"), None)
    assert "costs of contacts are assumed" in default
    assert "Cross-selling" not in default
    assert "Costs of contacts are those of your settings" in own
    assert "Cross-selling is left out" in own


def test_overrules_none_applied_and_lost() -> None:
    assert "All choices are the system's" in words.overrule_sentence(_overrules())
    assert words.overrule_sentence(_overrules(True, True)) == "2 of your decisions are applied."
    lost = words.overrule_sentence(_overrules(False, True, False))
    assert lost.startswith("2 of your 3 decisions could not be applied")


def test_overrule_rows_show_both_choices() -> None:
    rows, _heads = words.overrule_rows(_overrules(True, False), "USD")
    assert rows == [["At risk", "Retain", "leave alone", "−$900"], ["At risk", "Retain", "leave alone", "–"]]


@pytest.mark.parametrize(
    ("sentence", "number"),
    [
        (lambda: words.break_even(0.026), "38"),
        (lambda: words.answer(_strategies({})), "1,200"),
        (lambda: words.answer(_strategies({}, SAFE)), "300"),
        (lambda: words.break_even_words(_strategies({"safety": 1.5}, {"safety": 1.2}))["title"], "2"),
        (lambda: words.why_not(_strategies({}, RUNNER_UP)), "50"),
        (lambda: words.from_before(pd.DataFrame({"customers": [1000, 234]})), "1,234"),
        (lambda: words.overrule_sentence(_overrules(True, True)), "2"),
        (lambda: words.overrule_sentence(_overrules(False, False, True)), "2"),
        (lambda: words.strategy_rows(_strategies({}), "USD")[0][0][5], "100"),
    ],
)
def test_korean(sentence: Callable[[], str], number: str, check_korean: Callable[..., None]) -> None:
    check_korean(sentence, number)


def test_an_assumed_margin_shows_where_the_choice_turns() -> None:
    strategies = _strategies({"safety": 2.0}, {"safety": 4.0})
    said = words.margin_sentence(strategies, Margin(0.3, "assumed"))
    assert "assumed at 30.0 % of revenue: below 15.0 %" in said
    assert "below 7.5 % none of the chosen strategies would" in said
    assert "is set at 30.0 %" in words.margin_sentence(strategies, Margin(0.3, "setting"))
    assert words.margin_sentence(strategies, Margin(0.3, "costs")) == ""
    assert words.margin_sentence(strategies.assign(chosen=False), Margin(0.3, "assumed")) == ""
