"""What happens in the simulated shop after a plan, over several rounds."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from crm_analysis.contract import SOURCE_TABLES
from crm_analysis.contract.returned import CONTACT_RESULTS
from crm_analysis.datasets.simulated import Simulation, respond, simulate
from crm_analysis.datasets.simulated.calendar import FIRST_DAY
from crm_analysis.datasets.simulated.worlds import KINDS
from crm_analysis.errors import ConfigError

from .simulated_tables import table_of as _table
from .simulated_tables import truth_of as _truth

PEOPLE, WEEKS, LIVED_ON = 4_000, 156, 8


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("rounds") / "default"
    simulate(folder, Simulation(customers=PEOPLE))
    return folder


def _plan(folder: Path, *, kind: str = "service", contacted: float = 0.5, week: int = WEEKS) -> pd.DataFrame:
    """Everybody who is still a customer, some of them contacted."""
    people = _truth(folder, "people")
    here = people[people["left_week"] < 0]
    rng = np.random.default_rng(1)
    return pd.DataFrame(
        {
            "customer_id": here["web_id"].fillna(here["store_id"]),
            "arm": np.where(rng.random(len(here)) < contacted, "contact", "control"),
            "kind": kind,
            "channel": "email",
            "planned_on": FIRST_DAY + timedelta(days=7 * week + 1),
        }
    )


def _digests(folder: Path) -> dict[str, str]:
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_a_plan_is_answered_as_people_truly_would(shop: Path, tmp_path: Path) -> None:
    plan = _plan(shop)
    respond(shop, plan, LIVED_ON, 5, tmp_path / "one")
    outcomes = _truth(tmp_path / "one", "outcomes").set_index("person")
    people = _truth(shop, "people").set_index("person")
    effect = outcomes["orders_with"] - outcomes["orders_without"]
    answers = people["response_service"].reindex(outcomes.index)
    assert (effect[answers == 0] == 0).all()
    assert effect[answers > 0].mean() > 0.03
    assert effect[answers < 0].mean() <= 0
    arms = plan["arm"].value_counts()
    assert outcomes["arm"].value_counts().to_dict() == {"treated": arms["contact"], "control": arms["control"]}
    lines = _table(tmp_path / "one", "order_lines")
    assert lines["ordered_at"].min() >= pd.Timestamp(FIRST_DAY + timedelta(days=7 * WEEKS))
    assert lines["ordered_at"].max() < pd.Timestamp(FIRST_DAY + timedelta(days=7 * (WEEKS + LIVED_ON)))
    assert not set(lines["order_id"]) & set(_table(shop, "order_lines")["order_id"])
    for name in ("order_lines", "deliveries", "feedback"):
        assert set(_table(tmp_path / "one", name).columns) == set(_table(shop, name).columns), name
        assert not _table(tmp_path / "one", name).duplicated(list(SOURCE_TABLES[name].key) or None).any()
    results = pd.read_csv(tmp_path / "one" / "contact_results.csv")
    assert list(results.columns) == [column.name for column in CONTACT_RESULTS.columns]
    assert set(results["customer_id"]) == set(plan.loc[plan["arm"] == "contact", "customer_id"])


def test_rounds_follow_each_other_and_are_the_same_again(shop: Path, tmp_path: Path) -> None:
    for place in ("a", "b"):
        first = respond(shop, _plan(shop), LIVED_ON, 5, tmp_path / f"{place}1")
        respond(first, _plan(first, kind="money", week=WEEKS + LIVED_ON), LIVED_ON, 6, tmp_path / f"{place}2")
    assert _digests(tmp_path / "a2") == _digests(tmp_path / "b2")
    one, two = _table(tmp_path / "a1", "order_lines"), _table(tmp_path / "a2", "order_lines")
    assert two["ordered_at"].min() >= one["ordered_at"].max().normalize() - pd.Timedelta(days=1)
    assert not set(one["order_id"]) & set(two["order_id"])
    assert (_table(tmp_path / "a2", "redemptions")["offer_id"].str.contains("money")).all()
    gone = _truth(tmp_path / "a1", "people").set_index("person")["left_week"]
    later = _truth(tmp_path / "a2", "people").set_index("person")["left_week"]
    assert (later[gone >= 0] == gone[gone >= 0]).all(), "who has left stays away"


def test_contacting_nobody_is_the_control_and_nothing_works_in_the_null_world(shop: Path, tmp_path: Path) -> None:
    nobody = respond(shop, _plan(shop, contacted=0.0), LIVED_ON, 5, tmp_path / "nobody")
    outcomes = _truth(nobody, "outcomes")
    assert set(outcomes["arm"]) == {"control"}
    ordered = _table(nobody, "order_lines")
    accounts = _truth(nobody, "accounts").set_index("customer_id")["person"]
    kept = ordered[~ordered["order_id"].duplicated()]["customer_id"].map(accounts).value_counts()
    window = outcomes.set_index("person")["orders_without"]
    assert (kept.reindex(window.index, fill_value=0) >= window).mean() > 0.99
    simulate(tmp_path / "null", Simulation("null", customers=600))
    calm = respond(tmp_path / "null", _plan(tmp_path / "null"), LIVED_ON, 5, tmp_path / "null1")
    assert (_truth(calm, "outcomes")["orders_with"] == _truth(calm, "outcomes")["orders_without"]).all()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda plan: plan.drop(columns="kind"), r"The plan has no column 'kind'"),
        (lambda plan: plan.assign(kind="gold"), rf"offers of kind 'gold'\. Known: {', '.join(KINDS)}"),
    ],
)
def test_a_wrong_plan_is_refused(
    change: Callable[[pd.DataFrame], pd.DataFrame], message: str, shop: Path, tmp_path: Path
) -> None:
    with pytest.raises(ConfigError, match=message):
        respond(shop, change(_plan(shop)), LIVED_ON, 5, tmp_path / "out")
    with pytest.raises(ConfigError, match="holds no simulated shop of this version"):
        respond(tmp_path, _plan(shop), LIVED_ON, 5, tmp_path / "out")


def test_a_contact_that_was_not_delivered_changes_nothing(shop: Path, tmp_path: Path) -> None:
    plan = _plan(shop, contacted=1.0)
    out = respond(shop, plan, LIVED_ON, 5, tmp_path / "out")
    results = pd.read_csv(out / "contact_results.csv")
    person = results["customer_id"].map(_truth(out, "accounts").set_index("customer_id")["person"])
    lost = set(person[results["outcome"] == "not delivered"])
    assert 0.01 < len(lost) / len(results) < 0.06
    outcomes = _truth(out, "outcomes")
    effect = outcomes["orders_with"] != outcomes["orders_without"]
    assert not effect[outcomes["person"].isin(lost)].any()
    assert effect[~outcomes["person"].isin(lost)].any()


def test_a_contact_works_on_into_the_next_round(shop: Path, tmp_path: Path) -> None:
    """Eight weeks in one go or as six and two: a plan in the last week of six works on for four of five weeks."""
    plan = _plan(shop, contacted=1.0, week=WEEKS + 5)
    one = respond(shop, plan, 6, 5, tmp_path / "one")
    nothing = plan.iloc[:0]
    two = respond(one, nothing, 4, 6, tmp_path / "two")
    early, late = _truth(one, "outcomes"), _truth(two, "outcomes")
    assert set(early["campaign_id"]) == set(late["campaign_id"])
    gained = (late["orders_with"] - late["orders_without"]).sum()
    assert gained > (early["orders_with"] - early["orders_without"]).sum(), "four weeks bring more than one"
    three = respond(two, nothing, 4, 7, tmp_path / "three")
    assert not (three / "truth" / "outcomes.parquet").exists(), "and then it is over"


def test_who_opts_out_takes_the_consent_back(shop: Path, tmp_path: Path) -> None:
    plan = _plan(shop, contacted=1.0)
    out = respond(shop, plan, LIVED_ON, 5, tmp_path / "out")
    results = pd.read_csv(out / "contact_results.csv")
    left = results.loc[results["outcome"] == "opted out", "customer_id"]
    before = _table(shop, "consents").sort_values("changed_at").drop_duplicates(["customer_id", "channel"], keep="last")
    agreed = before[before["granted"] & (before["channel"] == "email")]["customer_id"]
    taken = _table(out, "consents")
    assert not taken["granted"].any()
    replies = taken[(taken["basis"] == "reply") & (taken["channel"] == "email")]
    assert set(left) & set(agreed) <= set(replies["customer_id"])
    assert len(set(left) & set(agreed)) > 3
    assert not set(replies["customer_id"]) - set(agreed), "nobody takes back what was not given"
    again = respond(out, plan.iloc[:0], LIVED_ON, 6, tmp_path / "again")
    told = _table(again, "contacts")
    letters = told[(told["purpose"] == "newsletter")]["customer_id"]
    assert not set(letters) & set(replies["customer_id"])


def test_records_of_a_round_lie_in_it_and_stand_once(shop: Path, tmp_path: Path) -> None:
    one = respond(shop, _plan(shop), LIVED_ON, 5, tmp_path / "one")
    start = pd.Timestamp(FIRST_DAY + timedelta(days=7 * WEEKS))
    end = start + pd.Timedelta(days=7 * LIVED_ON)
    dates = {
        "contacts": "contacted_at",
        "loyalty_ledger": "booked_at",
        "consents": "changed_at",
        "feedback": "given_at",
    }
    for name, column in dates.items():
        table = _table(one, name)
        assert table[column].between(start, end, inclusive="left").all(), name
        assert not table.duplicated(list(SOURCE_TABLES[name].key) or None).any(), name
    ledger = pd.concat([_table(shop, "loyalty_ledger"), _table(one, "loyalty_ledger")])
    assert (ledger.groupby("customer_id")["points"].sum() >= 0).all(), "points go on from what was held"


def test_customers_whom_the_shop_does_not_have_are_counted(shop: Path, tmp_path: Path) -> None:
    plan = _plan(shop)
    plan.loc[plan.index[:2], "customer_id"] = ["nobody", "somebody"]
    with pytest.raises(ConfigError, match=r"2 rows of the plan are about customers whom the simulated shop does not"):
        respond(shop, plan, LIVED_ON, 5, tmp_path / "out")
