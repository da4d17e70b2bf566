"""Who leaves, against the past of simulated shops: what won, by how much, and what is named."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from crm_analysis import models
from crm_analysis.datasets.simulated import Simulation, simulate
from crm_analysis.features import gaps, period
from crm_analysis.project import open_project

PLANTED = {"late_deliveries", "slow_complaints", "price_increases", "low_satisfaction", "store_loses_others"}
TOML = """\
[project]
dataset = "simulated"
[simulation]
world = "{world}"
customers = 8000
path = "simulated"
[cleaning]
sale_status = ["paid"]
[identity]
match = false
"""


@pytest.fixture(scope="module", params=["default", "decoys"])
def found(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, models.LeavingCheck, int]:
    folder: Path = tmp_path_factory.mktemp(request.param)
    (folder / "crm.toml").write_text(TOML.format(world=request.param), encoding="utf-8")
    simulate(folder / "simulated" / request.param, Simulation(world=request.param, customers=8000))
    with open_project(folder) as project:
        project.build()
        lines = project.table("order_lines")
        first, as_of = period(lines)
        days = models.define_leaving(gaps(lines, as_of), (as_of - first).days + 1, None).days
        tables = {n: project.table(n) for n in ("deliveries", "feedback", "product_prices", "contacts")}
        check = models.check_leaving(lines, first, as_of, days, tables, models.BetaGeoNBD())
    assert check is not None
    return request.param, check, days


def test_planted_drivers_are_named_and_no_decoy(found: tuple[str, models.LeavingCheck, int]) -> None:
    world, check, _days = found
    assert check.model is not None
    named = set(check.model.drivers_.loc[check.model.drivers_["named"], "driver"])
    if world == "decoys":
        assert not named
    else:
        assert len(named & PLANTED) >= 3
        assert len(named - PLANTED) <= 1, "a tenth of the names may be false"


def test_the_winner_is_reported_on_a_day_that_took_no_part(found: tuple[str, models.LeavingCheck, int]) -> None:
    _world, check, days = found
    assert check.split not in check.chosen_on
    assert all(check.split - day >= timedelta(days=days) for day in check.chosen_on)
    card = check.scorecard.set_index("way")
    assert card.loc[check.winner, "chosen_loss"] == card["chosen_loss"].min()
    assert card.loc["base_rate", "low"] > 0, "everything beats the same share for all"
    assert card.loc["recency", "low"] > 0
    assert card.loc[check.winner, "slope"] == pytest.approx(1.0, abs=0.2)
    assert card.loc[check.winner, "auc"] > 0.75


def test_reasons_are_drivers_first_and_in_scale(found: tuple[str, models.LeavingCheck, int]) -> None:
    _world, check, _days = found
    reasons = models.leaving_reasons(check)
    if not check.used:
        assert reasons.empty
        return
    assert reasons.groupby("customer_id")["rank"].max().max() <= 3
    drivers = set(reasons.loc[reasons["kind"] == "driver", "reason"])
    assert check.model is not None
    assert drivers <= set(check.model.drivers_.loc[check.model.drivers_["named"], "driver"])
    first = reasons[reasons["rank"] == 1].set_index("customer_id")["kind"]
    both = reasons.groupby("customer_id")["kind"].nunique()
    assert (first[both[both == 2].index] == "driver").all()


def test_scores_take_the_winner_for_active_customers(found: tuple[str, models.LeavingCheck, int]) -> None:
    _world, check, _days = found
    active = check.now["customer_id"].iloc[0]
    scores = pd.DataFrame(
        {"customer_id": [active, "gone"], "probability_leaving": [0.123, 0.9], "value": [100.0, 10.0]}
    )
    told = models.with_leaving(scores, check).set_index("customer_id")
    expected = check.now["probability_leaving"].iloc[0] if check.trusted else 0.123
    assert told.loc[active, "probability_leaving"] == pytest.approx(expected)
    assert told.loc["gone", "probability_leaving"] == 0.9
    if check.trusted:
        np.testing.assert_allclose(told["value_at_risk"], told["value"] * told["probability_leaving"])
    pd.testing.assert_frame_equal(models.with_leaving(scores, None), scores)


def test_days_of_the_past() -> None:
    days = models.leaving_origins(date(2022, 1, 1), date(2024, 12, 31), 120)
    assert days[-1] == date(2024, 12, 31) - timedelta(days=120)
    assert all((b - a).days == 120 for a, b in zip(days, days[1:], strict=False))
    assert (days[0] - date(2022, 1, 1)).days >= 240
    assert models.leaving_origins(date(2024, 1, 1), date(2024, 12, 31), 120) == [date(2024, 9, 2)]
