"""Past campaigns: a planted effect is found, a biased one is marked; and the size of the next test."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import ibis.expr.types as ir
import numpy as np
import pandas as pd
import pytest

from crm_analysis.decisions import campaign_results, needed_per_arm, past_campaigns, planned_tests
from crm_analysis.warehouse import Engine, Warehouse

FIRST, START, END, AS_OF = date(2024, 1, 1), date(2024, 3, 1), date(2024, 3, 20), date(2024, 4, 30)
EFFECT = 6.0


def _shop(effect: float = EFFECT, *, chosen: str = "chance", n: int = 1200) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Customers with sales in a third of twenty-day windows; the treated spend ``effect`` more in the campaign."""
    rng = np.random.default_rng(17)
    treated = rng.random(n) < 0.5
    if chosen == "growing":
        treated = np.arange(n) < n // 2
    rows = []
    days = pd.date_range(FIRST, AS_OF)
    for number in range(n):
        bought = days[rng.random(len(days)) < 0.02]
        growth = 1 + (np.arange(len(bought)) if chosen == "growing" and treated[number] else 0)
        rows.append(pd.DataFrame({"customer_id": f"c{number}", "ordered_at": bought, "amount": 20.0 * growth}))
        if treated[number] and effect:
            day = pd.Timestamp(START) + pd.Timedelta(days=int(rng.integers(0, 20)))
            extra = effect * 2 if rng.random() < 0.5 else 0.0
            if extra:
                rows.append(pd.DataFrame({"customer_id": [f"c{number}"], "ordered_at": [day], "amount": [extra]}))
    lines = pd.concat(rows, ignore_index=True)
    lines = lines.assign(order_id=[f"o{i}" for i in range(len(lines))], netted=False, line_kind="sale")
    targets = pd.DataFrame(
        {
            "campaign_id": "k1",
            "customer_id": [f"c{i}" for i in range(n)],
            "arm": np.where(treated, "treated", "control"),
        }
    )
    return lines, targets


def _campaigns(**more: object) -> pd.DataFrame:
    base = {"campaign_id": "k1", "name": "Spring", "starts_on": START, "ends_on": END, "randomised": True}
    return pd.DataFrame([base | more])


def _tables(engine: Engine, folder: Path, lines: pd.DataFrame, targets: pd.DataFrame) -> tuple[ir.Table, ir.Table]:
    warehouse = Warehouse(folder, engine)
    warehouse.write_frame("order_lines", lines)
    warehouse.write_frame("campaign_targets", targets)
    return warehouse.read("order_lines"), warehouse.read("campaign_targets")


def _known(lines: pd.DataFrame) -> set[str]:
    return set(lines.loc[lines["ordered_at"] < pd.Timestamp(START), "customer_id"])


def test_a_planted_effect_is_found(engine: Engine, tmp_path: Path) -> None:
    lines, targets = _shop()
    row = campaign_results(*_swap(_tables(engine, tmp_path, lines, targets)), FIRST, AS_OF).iloc[0]
    known = _known(lines)
    treated = set(targets.loc[targets["arm"] == "treated", "customer_id"])
    assert row["treated"] == len(treated & known)
    assert row["compared"] == len(known - treated)
    assert row["low"] < EFFECT < row["high"]
    assert row["low"] > 0
    assert row["high"] - row["low"] < 2 * EFFECT
    assert row["placebo_low"] < 0 < row["placebo_high"]
    assert row["evidence"] == "measured"


def _swap(tables: tuple[ir.Table, ir.Table]) -> tuple[ir.Table, pd.DataFrame, ir.Table]:
    return tables[0], _campaigns(), tables[1]


@pytest.fixture(scope="module")
def duckdb_tables(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[ir.Table, ir.Table]]:
    from crm_analysis.warehouse import open_engine

    engine = open_engine("duckdb")
    made = {}
    for name, options in {"none": {"effect": 0.0}, "growing": {"effect": 0.0, "chosen": "growing"}}.items():
        lines, targets = _shop(**options)  # type: ignore[arg-type]
        targets = targets if name == "none" else targets[targets["arm"] == "treated"].assign(arm=None)
        made[name] = _tables(engine, tmp_path_factory.mktemp(name), lines, targets)
    return made


def test_no_effect_is_not_found(duckdb_tables: dict[str, tuple[ir.Table, ir.Table]]) -> None:
    row = campaign_results(*_swap(duckdb_tables["none"]), FIRST, AS_OF).iloc[0]
    assert row["low"] < 0 < row["high"]


def test_customers_on_another_path_are_no_evidence(duckdb_tables: dict[str, tuple[ir.Table, ir.Table]]) -> None:
    """Targeted were those who grew anyway: the placebo shows it, and the estimate is not called modelled."""
    lines, targets = duckdb_tables["growing"]
    row = campaign_results(lines, _campaigns(randomised=None), targets, FIRST, AS_OF).iloc[0]
    assert row["estimate"] > 0
    assert row["placebo_low"] > 0
    assert row["evidence"] == "assumed"


def test_without_chance_but_on_the_same_path_it_is_modelled(
    duckdb_tables: dict[str, tuple[ir.Table, ir.Table]],
) -> None:
    lines, targets = duckdb_tables["none"]
    row = campaign_results(lines, _campaigns(randomised=False), targets, FIRST, AS_OF).iloc[0]
    assert row["placebo_low"] < 0 < row["placebo_high"]
    assert row["evidence"] == "modelled"


@pytest.mark.parametrize(
    "change",
    [
        {"ends_on": date(2024, 5, 1)},
        {"starts_on": date(2024, 2, 1), "ends_on": date(2024, 2, 28)},
        {"campaign_id": "k2"},
    ],
    ids=["ends after the data", "two windows before it begin before the data", "nobody targeted"],
)
def test_a_campaign_that_cannot_be_judged_is_left_out(
    duckdb_tables: dict[str, tuple[ir.Table, ir.Table]], change: dict[str, object]
) -> None:
    lines, targets = duckdb_tables["growing"]
    assert campaign_results(lines, _campaigns(**change), targets, FIRST, AS_OF).empty


def test_without_campaigns_the_table_is_empty_and_typed(
    duckdb_tables: dict[str, tuple[ir.Table, ir.Table]],
) -> None:
    empty = past_campaigns(duckdb_tables["none"][0], None, None, FIRST, AS_OF)
    assert empty.empty
    assert {"campaign_id", "treated", "estimate", "low", "high", "evidence"} <= set(empty.columns)
    assert empty["treated"].dtype == "int64"


def test_needed_per_arm_as_published() -> None:
    """Hillstrom (2008) e-mail experiment: conversion of the Womens arm .8837 % against .5726 %.

    11,721 per arm, two-sided 5 %, power 80 %, computed independently.
    """
    base, treated = 122 / 21_306, 189 / 21_387
    assert needed_per_arm(base, treated - base) == 11_721
    assert needed_per_arm(base, (treated - base) / 2) > 4 * 11_000 * 0.9
    assert needed_per_arm(base, treated - base, power=0.9) > 11_721


def test_needed_per_arm_at_the_edge_is_a_number() -> None:
    assert needed_per_arm(0.98, 0.05) > 0
    assert needed_per_arm(0.5, -0.1) == needed_per_arm(0.5, 0.1)
    assert needed_per_arm(0.3, 0.0) == 0
    assert needed_per_arm(0.10, 0.05) == 683


def test_planned_tests_count_the_groups() -> None:
    plan = pd.DataFrame(
        {
            "customer_id": [f"c{i}" for i in range(100)],
            "action": ["loyal:retain"] * 100,
            "segment": ["loyal"] * 100,
            "arm": ["contact"] * 75 + ["control"] * 20 + ["holdout"] * 5,
        }
    )
    scores = pd.DataFrame({"customer_id": plan["customer_id"], "probability_buying": 0.3})
    strategies = pd.DataFrame({"segment": ["loyal"], "assumed_effect": [0.05], "chosen": [True]})
    row = planned_tests(plan, scores, strategies).iloc[0]
    assert row[["customers", "contact", "control"]].tolist() == [100, 75, 25]
    assert row["base"] == pytest.approx(0.3)
    assert row["needed_per_arm"] == needed_per_arm(0.3, 0.05)
    # (1.96 + .8416) * sqrt(.3 * .7 * (1/75 + 1/25))
    assert row["detectable_effect"] == pytest.approx(2.8016 * np.sqrt(0.21 * (1 / 75 + 1 / 25)), rel=1e-3)
    assert planned_tests(plan.iloc[:0], scores, strategies).empty
