"""Fair treatment and cost to serve: who gets what, whether it tells who they are, and which contacts to question."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from crm_analysis.decisions import (
    benefit_by_contribution,
    cheaper_kinds,
    serving_by_segment,
    traits_of_customers,
    treatment_tells_traits,
)
from crm_analysis.narrative import fairness


def _shop(rng: np.random.Generator, n: int = 2000) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    ids = [f"c{i}" for i in range(n)]
    gross = rng.gamma(1, 100, n)
    scores = pd.DataFrame({"customer_id": ids, "gross_profit": gross})
    decided = pd.DataFrame({"customer_id": ids, "offer": "gift", "cost": gross / 10 + rng.normal(0, 1, n)})
    traits = pd.DataFrame({"customer_id": ids, "gender": rng.choice(["f", "m"], n), "age": "", "region": ""})
    return scores, decided, traits


def test_tenths_hold_all_customers_and_their_benefit() -> None:
    scores, decided, _traits = _shop(np.random.default_rng(1))
    found = benefit_by_contribution(decided, scores)
    assert found["tenth"].tolist() == list(range(1, 11)) and found["customers"].sum() == 2000
    assert (found["benefit"] * found["customers"]).sum() == pytest.approx(decided["cost"].sum())
    assert found["contribution"].is_monotonic_decreasing
    assert "who gives more gets more" in fairness.benefit_sentence(found, "KRW")
    turned = benefit_by_contribution(decided.assign(cost=100 - decided["cost"]), scores)
    assert "those who give most get less" in fairness.benefit_sentence(turned, "KRW")
    nobody = benefit_by_contribution(decided.assign(offer="none", cost=0.0), scores)
    assert nobody["spread"].isna().all() and "Nobody gets an offer" in fairness.benefit_sentence(nobody, "KRW")


def test_a_benefit_that_follows_contribution_alone_tells_nothing() -> None:
    told, covered = 0, 0
    for seed in range(100):
        scores, decided, traits = _shop(np.random.default_rng(seed), 600)
        found = treatment_tells_traits(decided, scores, traits).set_index("group")
        told += int(found["tells"].any())
        covered += int(found.loc["f", "low"] <= 0.5 <= found.loc["f", "high"])
        assert found.loc["f", "auc"] == pytest.approx(1 - found.loc["m", "auc"])
    assert told <= 12 and covered >= 82  # 5 and 90 of 100, each with three standard errors


def test_a_trait_that_goes_with_contribution_is_no_unequal_treatment() -> None:
    scores, decided, traits = _shop(np.random.default_rng(3))
    rich = scores["gross_profit"] > scores["gross_profit"].median()
    chance = np.random.default_rng(4).random(2000)
    traits["gender"] = np.where(chance < np.where(rich, 0.8, 0.2), "m", "f")
    spread = treatment_tells_traits(decided, scores, traits).set_index("group").loc["m", "auc"]
    assert spread < 0.56  # 0.74 without the tenths
    assert "does not tell them either" in fairness.trait_sentence(
        treatment_tells_traits(decided.assign(cost=1.0), scores, traits)
    )


def test_unequal_treatment_of_equals_is_named() -> None:
    scores, decided, traits = _shop(np.random.default_rng(5))
    decided["cost"] = 1.0 + 0.5 * (traits["gender"] == "m")
    found = treatment_tells_traits(decided, scores, traits)
    assert found["tells"].all() and found["auc"].max() == pytest.approx(1.0)
    assert "Look at the offers of that group" in fairness.trait_sentence(found)
    few = traits.assign(gender=["x"] * 10 + ["y"] * 1990)
    assert treatment_tells_traits(decided, scores, few).empty


def test_traits_as_far_as_they_are_known() -> None:
    table = pd.DataFrame(
        {
            "customer_id": list("abc"),
            "gender": ["f", None, "m"],
            "birth_date": pd.to_datetime(["2000-01-01", None, "1950-01-01"]),
        }
    )
    found = traits_of_customers(table, date(2024, 12, 31))
    assert found["gender"].tolist() == ["f", "", "m"] and found["age"].tolist() == ["0-29", "", "60+"]
    assert (found["region"] == "").all() and traits_of_customers(None, date(2024, 12, 31)).empty


def test_cost_to_serve_by_segment() -> None:
    scores = pd.DataFrame(
        {
            "customer_id": list("abc"), "segment": ["new", "new", "loyal"], "gross_profit": [10.0, 10.0, 100.0],
            "serving": [12.0, 2.0, 5.0], "profit": [-2.0, 8.0, 95.0],
        }
    )  # fmt: skip
    found = serving_by_segment(scores).set_index("segment")
    assert found.loc["new", ["customers", "serving", "each", "share", "losing"]].tolist() == [2, 14.0, 7.0, 0.7, 1]
    assert found.index[0] == "new"
    assert "They take most from New" in fairness.serving_sentence(found.reset_index(), "KRW")
    free = serving_by_segment(scores.assign(serving=0.0))
    assert "is not known" in fairness.serving_sentence(free, "KRW")


def _kinds(**differences: tuple[float, float, float]) -> pd.DataFrame:
    rows = [(kind, 100, 100, cost * 100, d, d - w, d + w) for kind, (cost, d, w) in differences.items()]
    return pd.DataFrame(rows, columns=["kind", "contacts", "compared", "cost", "difference", "low", "high"])


def test_contacts_to_question() -> None:
    found = cheaper_kinds(
        _kinds(email=(1, 0.02, 0.01), sms=(5, 0.02, 0.01), sales_visit=(50, 0.3, 0.05), outbound_call=(9, -0.1, 0.02))
    )
    rows = found.set_index("kind")
    assert set(rows.index) == {"sms", "outbound_call"}  # the visit is dear, and more orders follow
    assert rows.loc["sms", ["cheaper", "saving", "verdict"]].tolist() == ["email", 400.0, "replace"]
    assert rows.loc["outbound_call", ["saving", "verdict"]].tolist() == [900.0, "stop"]
    assert "fewer orders follow" in fairness.kind_sentence(found, "KRW")
    assert cheaper_kinds(_kinds(email=(1, 0.02, 0.01), inbound_call=(9, 0.0, 0.1))).empty
