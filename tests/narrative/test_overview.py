"""The first screen in words: something to decide or nothing, what changed, what is not known."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pandas as pd
import pytest

from crm_analysis.narrative import overview
from crm_analysis.narrative.explained import without_marks

AS_OF = date(2024, 6, 30)


def _as_read(found: Any) -> Any:
    """Texts without the marks of numbers that open a definition."""
    if isinstance(found, str):
        return without_marks(found)
    if isinstance(found, (list, tuple)):
        return type(found)(_as_read(item) for item in found)
    if isinstance(found, overview.ActionRow):
        return overview.ActionRow(**_as_read_values(vars(found)))
    return found


def _as_read_values(values: dict[str, str]) -> dict[str, str]:
    return {name: without_marks(text) for name, text in values.items()}


class _Words:
    """The functions of the module, their texts as a reader sees them."""

    def __getattr__(self, name: str) -> Callable[..., Any]:
        function = getattr(overview, name)
        return lambda *args, **named: _as_read(function(*args, **named))


words = _Words()


def _plan(
    contacts: int, held: int = 0, *, segment: str = "at_risk", worth: float = 2.0, start: str = "2024-07-01"
) -> pd.DataFrame:
    n = contacts + held
    return pd.DataFrame(
        {
            "segment": segment,
            "strategy": "retain",
            "channel": "email",
            "planned_on": pd.date_range(start, periods=n, freq="D"),
            "arm": ["contact"] * contacts + ["control"] * held,
            "cost": 0.5,
            "expected_profit": worth,
        }
    )


STRATEGIES = pd.DataFrame(
    [("at_risk", True, 25.0), ("at_risk", False, 5.0), ("loyal", True, 10.0)],
    columns=["segment", "chosen", "profit_per_success"],
)


SEGMENTS = ("at_risk", "loyal", "champions", "new", "lost", "hibernating", "promising", "one_time")


def _actions(n: int) -> pd.DataFrame:
    """Actions for 100 customers each; the first starts last, and pays if 2 % act, the next if 3 % do."""
    starts = [f"2024-07-{10 - i:02}" for i in range(n)]
    plans = [_plan(0)] + [
        _plan(100, segment=segment, worth=9.0 - i, start=start)
        for i, (segment, start) in enumerate(zip(SEGMENTS, starts, strict=False))
    ]
    worth = [0.5 / (0.02 + 0.01 * i) for i in range(len(SEGMENTS))]
    strategies = pd.DataFrame({"segment": SEGMENTS, "chosen": True, "profit_per_success": worth})
    return words.actions_of(pd.concat(plans), strategies, {"email": "sales"})


def _facts(rows: int = 1000, planned: int = 40, value: float = 5000.0, as_of: str = "2024-06-30") -> dict[str, Any]:
    return {
        "rows_kept": rows,
        "planned": planned,
        "as_of": as_of,
        "leaving_days": 84,
        "value": {"value": value, "low": value * 0.8, "high": value * 1.2},
    }


def _left_alone(*reasons: str) -> list[str]:
    """What is said of customers with these reasons; people decided against a strategy for ``loyal``."""
    offers = pd.DataFrame({"reason": pd.Series(reasons, dtype="str")})
    offers["segment"] = ["loyal" if r == "decided" else "at_risk" for r in reasons]
    offers["reason"] = offers["reason"].replace("decided", "no_strategy")
    offers["offer"] = ["coupon_10" if r == "best_net" else "none" for r in reasons]
    strategies = pd.DataFrame({"segment": ["at_risk", "loyal"], "system_chosen": True, "chosen": [True, False]})
    return words.left_alone(offers, strategies)


def test_actions_count_the_contacted_only() -> None:
    plan = pd.concat([_plan(3, held=2), _plan(4, segment="loyal", worth=9.0)])
    actions = words.actions_of(plan, STRATEGIES, {"email": "sales"}).set_index("segment")
    assert actions["customers"].to_dict() == {"loyal": 4, "at_risk": 3}
    assert actions["cost"].to_dict() == {"loyal": 2.0, "at_risk": 1.5}
    assert actions["pays_if"].to_dict() == pytest.approx({"loyal": 0.5 / 10, "at_risk": 0.5 / 25})


def test_no_actions_without_contacts() -> None:
    assert words.actions_of(_plan(0, held=3), STRATEGIES, {}).empty
    nothing = words.actions_of(_plan(0), STRATEGIES, {})
    assert nothing.empty
    assert words.headline(nothing, "USD")[0] == "Nothing clears its cost this week"
    assert words.action_rows(nothing, "USD") == []


def test_headline_of_one_and_of_several_actions() -> None:
    one, lead = words.headline(_actions(1), "USD")
    assert one == "Decide by 10 Jul: 1 action for 100 customers, for $50.00"
    assert "pays if 1 in 50" in lead
    assert "no extra profit is promised" in lead
    three, _lead = words.headline(_actions(3), "USD")
    assert three == "Decide by 8 Jul: 3 actions for 300 customers, for $150"


def test_action_rows_stop_at_five() -> None:
    rows = words.action_rows(_actions(7), "USD")
    assert [row.number for row in rows] == ["1", "2", "3", "4", "5"]
    assert rows[0].pays_if == "1 in 50"
    assert rows[2].pays_if == "1 in 25"
    assert [row.name.split(": ")[1] for row in rows[:2]] == ["At risk", "Loyal customers"]
    assert rows[0].how.startswith("E-mail")
    assert (rows[0].customers, rows[0].owner, rows[0].evidence) == ("100", "Sales team", "assumed")


@pytest.mark.parametrize(
    ("n", "start"),
    [(6, "and 1 smaller action for 100 customers"), (8, "and 3 smaller actions for 300 customers")],
)
def test_more_actions_than_shown(n: int, start: str) -> None:
    assert words.more_actions(_actions(n)).startswith(start)
    assert words.more_actions(_actions(5)) == ""


def test_left_alone_nobody_one_or_many() -> None:
    assert "No customer is left alone" in _left_alone("best_net")[0]
    one, many = _left_alone("nothing_pays", "best_net"), _left_alone(*["nothing_pays"] * 1234)
    assert one[0].startswith("1 customer:")
    assert many[0].startswith("1,234 customers:")
    assert all("no contact would pay" in lines[0] and len(lines) == 1 for lines in (one, many))


def test_left_alone_for_the_budget_or_by_people_is_not_for_lack_of_profit() -> None:
    budget, people = _left_alone("over_budget", "over_budget"), _left_alone("decided")
    assert len(budget) == len(people) == 1
    assert budget[0].startswith("2 customers")
    assert "budget" in budget[0]
    assert people[0].startswith("1 customer")
    assert "you decided" in people[0]
    assert not any("pay" in text for text in budget + people)
    assert [line[0] for line in _left_alone("decided", *["over_budget"] * 2, *["nothing_pays"] * 3)] == ["3", "2", "1"]


def test_left_alone_for_want_of_consent() -> None:
    offers = pd.DataFrame(
        {
            "customer_id": ["a", "b", "c"],
            "offer": ["coupon", "coupon", "none"],
            "segment": "loyal",
            "reason": "nothing_pays",
        }
    )
    strategies = pd.DataFrame({"segment": ["loyal"], "system_chosen": [True], "chosen": [True]})
    lines = words.left_alone(offers, strategies, pd.DataFrame({"customer_id": ["a"]}))
    assert lines[1].startswith("1 customer has not agreed")
    assert len(words.left_alone(offers, strategies, pd.DataFrame({"customer_id": ["a", "b"]}))) == 1


def test_long_term_counts_who_is_past_the_limit() -> None:
    for days, share in (([10, 84, 85, 200], "50 % of 4 customers"), ([1, 2], "0 % of 2 customers")):
        pairs = words.long_term(_facts(), pd.DataFrame({"recency_days": days}), "USD")
        assert pairs[0][1] == "$5,000 (90 %: 4,000 to 6,000)"
        assert "84 days" in pairs[1][0]
        assert pairs[1][1] == share


ASSUMED = {"margin": 0.3, "margin_basis": "assumed"}
COSTED = {"margin": 0.3, "margin_basis": "costs"}


def test_effects_that_were_measured_are_not_denied() -> None:
    one, none = (words.not_known(_facts() | COSTED | {"measured": n}, _actions(1)) for n in (2, 0))
    assert any("those measured in past campaigns" in point for point in one)
    assert any("no test with a control group" in point for point in none)
    assert "past campaigns" in words.headline(_actions(1), "USD", measured=True)[1]
    assert "No effect has been measured" in words.headline(_actions(1), "USD")[1]


def test_not_known_margin() -> None:
    assumed = words.not_known(_facts() | ASSUMED, _actions(1))[0]
    assert "assumed at 30 %" in assumed
    assert "only if 1 in 25 act" in assumed
    idle = words.not_known(_facts() | ASSUMED, _actions(0))[0]
    assert "assumed at 30 %" in idle
    assert "first action" not in idle
    known = words.not_known(_facts() | COSTED, _actions(1))
    assert not any("margin" in point for point in known)


def test_not_known_forecast() -> None:
    unchecked, checked = (words.not_known(_facts() | COSTED | {"checked": flag}, _actions(1)) for flag in (False, True))
    assert any("forecast is not checked" in point for point in unchecked)
    assert not any("forecast is not checked" in point for point in checked)


@pytest.mark.parametrize(
    ("age", "gap", "stale"),
    [(60, 30.0, False), (61, 30.0, True), (14, 2.0, False), (15, 2.0, True), (60, float("nan"), False)],
)
def test_banner_from_two_usual_gaps_on(age: int, gap: float, stale: bool) -> None:
    text = words.stale_banner(AS_OF, AS_OF + timedelta(days=age), gap, example=False)
    assert (f"{age} days old" in text) is stale
    assert bool(text) is stale


def test_banner_of_an_example_is_about_its_date() -> None:
    text = words.stale_banner(AS_OF, date(2026, 1, 1), 30.0, example=True)
    assert "as of 30 Jun 2024" in text
    assert "old" not in text


@pytest.mark.parametrize(
    ("sentence", "number"),
    [
        (lambda: words.headline(_actions(3), "USD")[0], "300"),
        (lambda: words.headline(_actions(1), "USD")[1], "50"),
        (lambda: words.more_actions(_actions(8)), "300"),
        (lambda: _left_alone(*["nothing_pays"] * 1234)[0], "1,234"),
        (lambda: words.long_term(_facts(), pd.DataFrame({"recency_days": [85, 1]}), "USD")[1][1], "50"),
        (lambda: words.not_known(_facts() | ASSUMED, _actions(1))[0], "30"),
        (lambda: words.stale_banner(AS_OF, AS_OF + timedelta(days=77), 30.0, example=False), "77"),
        (lambda: words.stale_banner(AS_OF, AS_OF, 30.0, example=True), "2024"),
    ],
)
def test_korean(sentence: Callable[[], str], number: str, check_korean: Callable[..., None]) -> None:
    check_korean(sentence, number)


def _goals(*rows: tuple[str, str, float, float, str]) -> pd.DataFrame:
    """goal, metric, now, at_pace, state; from 0.52 to 0.60."""
    frame = pd.DataFrame(rows, columns=["goal", "metric", "now", "at_pace", "state"])
    return frame.assign(start=0.52, target=0.60, due_on=pd.Timestamp("2025-06-28"))


def test_goals_name_the_first_that_is_open() -> None:
    assert "No goals are set" in words.goal(_goals(), "USD")
    one = words.goal(_goals(("more", "repeat_rate", 0.55, 0.57, "behind")), "USD")
    assert one == "Repeat rate 52.0 % → 60.0 % by 28 Jun 2025: now 55.0 %, at this pace 57.0 %"
    two = words.goal(
        _goals(("a", "repeat_rate", 0.62, 0.63, "reached"), ("b", "annual_loss", 0.3, float("nan"), "behind")), "USD"
    )
    assert two == "Annual loss 52.0 % → 60.0 % by 28 Jun 2025: now 30.0 %. Of 2 goals 1 are reached."
    unknown = words.goal(_goals(("a", "wishes", float("nan"), float("nan"), "unknown")), "USD")
    assert "cannot be measured with this data yet" in unknown


def test_share_of_wallet_or_what_it_needs() -> None:
    scores = pd.DataFrame({"recency_days": [10, 100]})
    assert words.long_term(_facts(), scores, "USD")[-1][1] == "needs the table category_spend"
    known = _facts() | {"customer_share": {"share": 0.387, "low": 0.371, "high": 0.404}}
    assert words.long_term(known, scores, "USD")[-1][1] == "38.7 % (90 %: 37.1 to 40.4)"
