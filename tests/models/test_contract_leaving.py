"""Leaving under a contract: the Telco customers, and hazard ratios from contracts that were first seen late."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold

from crm_analysis.errors import ModelError
from crm_analysis.models import ContractLeaving, contract_survival, hazard_ratios


@pytest.mark.realdata
def test_telco_customers_out_of_the_fold(realdata: Callable[[str], Path]) -> None:
    """7,043 customers, 26.54 % left; a plain logistic regression reaches an AUC near .845."""
    frame = pd.read_csv(realdata("telco_churn/Telco-Customer-Churn.csv"))
    left = (frame["Churn"] == "Yes").to_numpy().astype(int)
    assert len(frame) == 7043
    assert left.mean() == pytest.approx(0.2654, abs=5e-5)
    total = pd.to_numeric(frame["TotalCharges"], errors="coerce")
    assert int(total.isna().sum()) == 11, "blank where the first month is not over"
    traits = frame.drop(columns=["customerID", "Churn"]).assign(TotalCharges=total.fillna(0.0))
    traits["SeniorCitizen"] = traits["SeniorCitizen"].astype(str)
    told = np.zeros(len(frame))
    for train, test in StratifiedKFold(5, shuffle=True, random_state=1).split(traits, left):
        told[test] = ContractLeaving().fit(traits.iloc[train], left[train]).probability(traits.iloc[test])
    assert roc_auc_score(left, told) >= 0.84
    assert told.mean() == pytest.approx(left.mean(), abs=0.005)
    by_contract = pd.Series(told).groupby(frame["Contract"]).mean()
    assert by_contract["Month-to-month"] == pytest.approx(0.4271, abs=0.02)


def _contracts(n: int = 4000, seed: int = 3) -> tuple[pd.DataFrame, np.ndarray, np.ndarray, np.ndarray]:
    """Contracts that ended before the first day of observation are not in the data; the others enter at their age."""
    rng = np.random.default_rng(seed)
    traits = pd.DataFrame({"complained": (rng.random(3 * n) < 0.3).astype(float), "price": rng.normal(size=3 * n)})
    rate = 0.03 * np.exp(np.log(2.0) * traits["complained"] + 0.3 * traits["price"])
    lasts = rng.exponential(1 / rate)
    began = rng.uniform(-60, 20, 3 * n)
    entered = np.maximum(-began, 0.0)
    until = 24.0 - began
    seen = (lasts > entered) & (until > entered)
    ended = (lasts <= until).astype(int)
    return traits[seen].reset_index(drop=True), entered[seen], np.minimum(lasts, until)[seen], ended[seen]


def test_hazard_ratios_are_recovered_with_delayed_entry() -> None:
    found = hazard_ratios(*_contracts()).set_index("trait")
    truth = {"complained": 2.0, "price": np.exp(0.3)}
    for trait, ratio in truth.items():
        assert found.loc[trait, "hazard_ratio"] == pytest.approx(ratio, rel=0.06)
    inside = []
    for seed in range(60):
        few = hazard_ratios(*_contracts(400, seed)).set_index("trait")
        inside += [few.loc[trait, "low"] < ratio < few.loc[trait, "high"] for trait, ratio in truth.items()]
    assert 0.82 <= np.mean(inside) <= 0.97, "two standard errors of 120 intervals around nine in ten"


def test_without_the_entry_contracts_seem_to_last_longer() -> None:
    _traits, entered, until, ended = _contracts()
    right = contract_survival(entered, until, ended)
    wrong = contract_survival(np.zeros(len(until)), until, ended)
    at = 12.0
    frames = {"right": right, "wrong": wrong}
    share = {name: frame.loc[frame["age"] <= at, "share_lasting"].iloc[-1] for name, frame in frames.items()}
    rng = np.random.default_rng(9)
    traits = pd.DataFrame({"c": (rng.random(200_000) < 0.3).astype(float), "p": rng.normal(size=200_000)})
    truth = float(np.exp(-0.03 * np.exp(np.log(2.0) * traits["c"] + 0.3 * traits["p"]) * at).mean())
    assert share["right"] == pytest.approx(truth, abs=0.03)
    assert share["wrong"] > truth + 0.1


def test_survival_falls_and_holds_its_interval() -> None:
    _traits, entered, until, ended = _contracts(500)
    found = contract_survival(entered, until, ended)
    assert found["share_lasting"].is_monotonic_decreasing
    assert ((found["low"] <= found["share_lasting"]) & (found["share_lasting"] <= found["high"])).all()


def test_what_cannot_be_learnt() -> None:
    traits = pd.DataFrame({"months": [1.0, 2.0, None], "kind": ["a", "b", "a"]})
    with pytest.raises(ModelError, match="must not be missing: months in 1 rows"):
        ContractLeaving().fit(traits, [0, 1, 0])
    with pytest.raises(ModelError, match="one kind is missing"):
        ContractLeaving().fit(traits.fillna(3.0), [0, 0, 0])
    with pytest.raises(ModelError, match="1 contracts were last seen no later"):
        hazard_ratios(traits[["months"]].fillna(3.0), [0, 0, 5], [4, 4, 5], [1, 0, 1])


def test_a_value_never_seen_counts_as_none() -> None:
    rng = np.random.default_rng(1)
    traits = pd.DataFrame({"kind": rng.choice(["a", "b", "c"], 300), "n": rng.normal(size=300)})
    model = ContractLeaving().fit(traits, (rng.random(300) < 0.3).astype(int))
    assert np.isfinite(model.probability(pd.DataFrame({"kind": ["new"], "n": [0.0]}))).all()
