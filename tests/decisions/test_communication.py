"""Control groups: drawn by customer, right in their shares, lasting where they must last."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom, kstest

from crm_analysis.config import DecisionSettings
from crm_analysis.contract.learning import ASSIGNMENTS
from crm_analysis.decisions import assignments, calendar, contact_plan, exclusions
from crm_analysis.decisions.communication import draw, next_monday

AS_OF = date(2024, 5, 15)
SETTINGS = DecisionSettings(control_share=0.2, global_holdout_share=0.05)
N = 20_000


def _offers(n: int = N, *, without: int = 0) -> pd.DataFrame:
    number = np.arange(n)
    frame = pd.DataFrame(
        {
            "customer_id": [f"c{i:05d}" for i in number],
            "segment": np.where(number % 2, "loyal", "lost"),
            "strategy": np.where(number % 2, "raise_loyalty", "reactivate"),
            "offer": "coupon_10",
            "kind": "money",
            "channel": np.where(number % 3, "email", "phone"),
            "cost": 1.5,
            "expected_profit": 3.0,
            "reason": "best_net",
        }
    )
    idle = {"offer": "none", "kind": "none", "channel": "none", "cost": 0.0, "expected_profit": 0.0}
    for position, reason in enumerate(("no_strategy", "nothing_pays", "over_budget") * (without // 3)):
        frame.loc[position, [*idle, "reason"]] = [*idle.values(), reason]
    return frame


def _agreed(offers: pd.DataFrame) -> pd.DataFrame:
    """Everyone agreed to the channel that is planned for them."""
    return offers[["customer_id", "channel"]].assign(granted=True)


@pytest.fixture(scope="module")
def plan() -> pd.DataFrame:
    return contact_plan(_offers(), SETTINGS, AS_OF, "shop", consents=None)


def _within(count: int, n: int, share: float) -> bool:
    """Whether a count lies where 999,999 of a million fair draws do."""
    low, high = binom.interval(1 - 1e-6, n, share)
    return bool(low <= count <= high)


def test_arms_have_their_shares_and_say_them(plan: pd.DataFrame) -> None:
    counts = plan["arm"].value_counts()
    expected = {"holdout": 0.05, "control": 0.95 * 0.2, "contact": 0.95 * 0.8}
    for arm, share in expected.items():
        assert _within(counts[arm], N, share), arm
        assert plan.loc[plan["arm"] == arm, "probability"].unique() == pytest.approx([share])
    assert sum(expected.values()) == pytest.approx(1.0)
    # In each action as well: the draw does not hang on what was planned.
    for _action, members in plan.groupby("action"):
        for arm, share in expected.items():
            assert _within((members["arm"] == arm).sum(), len(members), share)


def test_the_draw_does_not_hang_on_the_order_of_rows(plan: pd.DataFrame) -> None:
    shuffled = contact_plan(
        _offers().sample(frac=1, random_state=1).reset_index(drop=True), SETTINGS, AS_OF, "shop", consents=None
    )
    pd.testing.assert_frame_equal(shuffled.sort_values("customer_id", ignore_index=True), plan)
    some = contact_plan(_offers().iloc[::7], SETTINGS, AS_OF, "shop", consents=None).set_index("customer_id")
    assert (some["arm"] == plan.set_index("customer_id")["arm"].reindex(some.index)).all(), "nor on who else is there"


def test_the_lasting_holdout_is_the_same_in_the_next_round(plan: pd.DataFrame) -> None:
    later = contact_plan(_offers(), SETTINGS, date(2024, 6, 15), "shop", consents=None)
    lasting = plan["arm"] == "holdout"
    assert (lasting == (later["arm"] == "holdout")).all()
    both = ((plan["arm"] == "control") & (later["arm"] == "control"))[~lasting].sum()
    assert _within(both, int((~lasting).sum()), 0.2**2), "the groups of a round are drawn afresh"
    moved = contact_plan(_offers().assign(segment="at_risk"), SETTINGS, AS_OF, "shop", consents=None)
    assert ((moved["arm"] == "holdout") == lasting).all(), "whatever the action"


def test_another_seed_is_another_draw(plan: pd.DataFrame) -> None:
    other = contact_plan(_offers(), SETTINGS, AS_OF, "another shop", consents=None)
    both = ((plan["arm"] == "holdout") & (other["arm"] == "holdout")).sum()
    assert _within(both, N, 0.05**2)


def test_draws_are_uniform() -> None:
    customers = pd.Series([f"c{i}" for i in range(5_000)])
    numbers = draw(customers, "seed")
    assert kstest(numbers, "uniform").pvalue > 1e-4
    np.testing.assert_array_equal(numbers, draw(customers, "seed"))
    assert abs(np.corrcoef(numbers, draw(customers, "seed2"))[0, 1]) < 0.07


def test_who_gets_nothing_is_drawn_for_nothing() -> None:
    offers = _offers(300, without=30)
    plan = contact_plan(offers, SETTINGS, AS_OF, "shop", consents=_agreed(offers))
    assert len(plan) == 270
    assert set(plan["customer_id"]) == set(offers.loc[offers["offer"] != "none", "customer_id"])
    assert set(plan["consent"]) == {"given"}
    assert set(plan["state"]) == {"draft"}


def test_exclusions_lead_from_all_customers_to_the_contacted() -> None:
    offers = _offers(3_000, without=300)
    plan = contact_plan(offers, SETTINGS, AS_OF, "shop", consents=None)
    table = exclusions(offers, plan).set_index("reason")["customers"]
    assert table["all_customers"] == 3_000
    assert table[["no_strategy", "nothing_pays", "over_budget"]].tolist() == [-100, -100, -100]
    assert table.drop("contacted").sum() == table["contacted"] == (plan["arm"] == "contact").sum()


def test_contacts_fall_on_four_weeks_after_the_data(plan: pd.DataFrame) -> None:
    assert next_monday(AS_OF) == date(2024, 5, 20)
    assert next_monday(date(2024, 5, 20)) == date(2024, 5, 27), "a Monday is followed by the next"
    assert next_monday(date(2024, 5, 19)) == date(2024, 5, 20)
    assert plan["planned_on"].between("2024-05-20", "2024-06-16").all()
    weekdays = plan.groupby("channel")["planned_on"].agg(lambda days: days.dt.day_name().unique().tolist())
    assert weekdays.to_dict() == {"email": ["Tuesday"], "phone": ["Thursday"]}
    table = calendar(plan)
    assert table["contacts"].sum() == (plan["arm"] == "contact").sum()
    assert (table["week"].dt.day_name() == "Monday").all()
    assert table["week"].nunique() == 4
    per_week = table.groupby("week")["contacts"].sum()
    assert all(_within(n, int(per_week.sum()), 0.25) for n in per_week)


def test_no_shares_no_groups() -> None:
    none = DecisionSettings(control_share=0.0, global_holdout_share=0.0)
    plan = contact_plan(_offers(200), none, AS_OF, "shop", consents=None)
    assert set(plan["arm"]) == {"contact"}
    assert set(plan["probability"]) == {1.0}


def test_every_arm_is_written_down(plan: pd.DataFrame) -> None:
    table = assignments(plan)
    assert len(table) == N
    assert set(table.columns) == {c.name for c in ASSIGNMENTS.columns} - {"round", "drawn_at"}
    assert set(table["action"]) == {"loyal:raise_loyalty", "lost:reactivate"}
    assert set(table["offer_kind"]) == {"money"}
    assert set(table["eligibility"]) == {"has_strategy,offer_pays,within_budget,consent_not_checked"}
    assert table["arm"].value_counts().to_dict() == plan["arm"].value_counts().to_dict()


def test_who_has_not_agreed_is_out_before_the_draw(plan: pd.DataFrame) -> None:
    offers = _offers(without=9)
    said = _agreed(offers).assign(granted=np.arange(N) % 4 > 0)
    said.loc[::10, "channel"] = "letter"  # agreed, but to another channel
    chosen = contact_plan(offers, SETTINGS, AS_OF, "shop", consents=said)
    asked = offers.merge(said, on=["customer_id", "channel"], how="left")
    asked = asked[asked["offer"] != "none"]
    agreed = asked.loc[asked["granted"].fillna(False).astype(bool), "customer_id"]
    assert set(chosen["customer_id"]) == set(agreed)
    assert set(chosen["consent"]) == {"given"}
    arms = plan.set_index("customer_id")["arm"].reindex(chosen["customer_id"])
    assert (arms.to_numpy() == chosen["arm"].to_numpy()).all(), "consent moves nobody between arms"
    table = exclusions(offers, chosen, said).set_index("reason")["customers"]
    assert table["no_consent"] == -asked["granted"].isna().sum()
    assert table["opted_out"] == -(asked["granted"] == False).sum()  # noqa: E712
    assert table.drop("contacted").sum() == table["contacted"] == (chosen["arm"] == "contact").sum()
    assert set(assignments(chosen)["eligibility"]) == {"has_strategy,offer_pays,within_budget,consent_given"}


def test_without_consents_nothing_is_left_out_and_the_plan_says_so(plan: pd.DataFrame) -> None:
    assert set(plan["consent"]) == {"not_checked"}
    assert not {"no_consent", "opted_out"} & set(exclusions(_offers(), plan)["reason"])


def test_where_nobody_agreed_nobody_is_drawn() -> None:
    nobody = _agreed(_offers(50)).iloc[:0]
    plan = contact_plan(_offers(50), SETTINGS, AS_OF, "shop", consents=nobody)
    assert plan.empty
    assert calendar(plan).empty
    table = exclusions(_offers(50), plan, nobody).set_index("reason")["customers"]
    assert (table["no_consent"], table["contacted"]) == (-50, 0)
