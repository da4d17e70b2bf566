"""The simulated shop: reproducible, plausible, and true to what its worlds promise."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import crm_analysis
from crm_analysis.build import sources_of
from crm_analysis.contract import SOURCE_TABLES
from crm_analysis.datasets.simulated import WORLDS, Simulation, simulate
from crm_analysis.datasets.simulated.page import simulated_page
from crm_analysis.datasets.simulated.texts import HELD_OUT, write_text
from crm_analysis.datasets.simulated.worlds import CAMPAIGNS, DRIVERS
from crm_analysis.errors import ConfigError
from crm_analysis.project import open_project

from .simulated_tables import table_of as _table
from .simulated_tables import truth_of as _truth

PEOPLE = 6_000
DATA = Path(__file__).parents[1] / "data"
FIGURES = json.loads((DATA / "simulated_figures.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    root = tmp_path_factory.mktemp("worlds")
    for name in WORLDS:
        size = PEOPLE if name != "tiny" else None
        simulate(root / name, Simulation(name, size))
    return {name: root / name for name in WORLDS}


def _effect(outcomes: pd.DataFrame, campaign: str) -> float:
    mine = outcomes[outcomes["campaign_id"] == campaign]
    return float((mine["orders_with"] - mine["orders_without"]).mean())


def _bytes(folder: Path) -> dict[str, str]:
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(folder.rglob("*.parquet"))}


def test_every_table_of_the_contract_is_filled_with_its_own_columns(worlds: dict[str, Path]) -> None:
    for name, spec in SOURCE_TABLES.items():
        frame = _table(worlds["default"], name)
        assert set(spec.required) <= set(frame.columns), name
        assert set(frame.columns) <= {column.name for column in spec.columns}, name
        assert not frame[list(spec.required)].isna().any().any(), name
        if spec.key:
            assert not frame.duplicated(list(spec.key)).any(), name


def test_the_same_seed_gives_the_same_bytes_and_another_one_other_numbers(tmp_path: Path) -> None:
    one, two, other = (tmp_path / name for name in ("one", "two", "other"))
    for folder, seed in ((one, 3), (two, 3), (other, 4)):
        simulate(folder, Simulation(customers=300, weeks=100, seed=seed))
    assert _bytes(one) == _bytes(two)
    same = [name for name, digest in _bytes(one).items() if _bytes(other)[name] == digest]
    assert set(same) <= {"campaigns.parquet", "offers.parquet", "partners.parquet", "competitors.parquet",
                         "goals.parquet", "drivers.parquet"}  # fmt: skip


def test_what_is_there_is_not_simulated_again(tmp_path: Path) -> None:
    simulate(tmp_path / "shop", Simulation("tiny"))
    stamp = (tmp_path / "shop" / "simulation.json").stat().st_mtime_ns
    simulate(tmp_path / "shop", Simulation("tiny"))
    assert (tmp_path / "shop" / "simulation.json").stat().st_mtime_ns == stamp
    simulate(tmp_path / "shop", Simulation("tiny", seed=8))
    assert json.loads((tmp_path / "shop" / "simulation.json").read_text())["seed"] == 8


def test_an_unknown_world_is_named() -> None:
    with pytest.raises(ConfigError, match=r"World 'moon' is not known. Known: default, null"):
        Simulation("moon").settled()


def test_campaigns_do_what_is_planned(worlds: dict[str, Path]) -> None:
    outcomes = _truth(worlds["default"], "outcomes")
    for plan in CAMPAIGNS:
        effect = _effect(outcomes, plan.campaign_id)
        base = outcomes.loc[outcomes["campaign_id"] == plan.campaign_id, "orders_without"].mean()
        if plan.factor < 0:
            assert effect < -0.02, plan
        elif plan.pulls_forward:
            assert abs(effect) < 0.08 * base, plan
        else:
            assert effect > 0.05, plan
    mine = outcomes.groupby("campaign_id")
    spread = mine.apply(lambda g: (g["orders_with"] - g["orders_without"]).std(), include_groups=False)
    assert (spread > 0.2).all(), "effects differ by customer"


def test_arms_are_drawn_at_random_with_the_recorded_chance(worlds: dict[str, Path]) -> None:
    targets = _table(worlds["default"], "campaign_targets")
    assert (targets.groupby("campaign_id")["arm"].nunique() >= 2).all()
    for (campaign, arm), mine in targets.groupby(["campaign_id", "arm"]):
        everyone = (targets["campaign_id"] == campaign).sum()
        chance = mine["probability"].iloc[0]
        error = 4 * np.sqrt(chance * (1 - chance) / everyone)
        assert abs(len(mine) / everyone - chance) < error, (campaign, arm)
    outcomes = _truth(worlds["default"], "outcomes")
    found = outcomes.groupby(["campaign_id", "arm"])["orders_without"].agg(["mean", "var", "size"]).unstack()
    error = np.sqrt(found["var"] / found["size"])
    for arm in ("control", "mass"):
        apart = (found["mean"]["treated"] - found["mean"][arm]).abs()
        assert not (apart > 4 * np.hypot(error["treated"], error[arm])).any(), "arms do not differ without the action"


def test_in_the_null_world_nothing_works_and_nobody_leaves(worlds: dict[str, Path]) -> None:
    outcomes = _truth(worlds["null"], "outcomes")
    assert (outcomes["orders_with"] == outcomes["orders_without"]).all()
    assert (_truth(worlds["null"], "people")["left_week"] == -1).all()


def test_in_the_confounded_world_buyers_were_picked(worlds: dict[str, Path]) -> None:
    targets = _table(worlds["confounded"], "campaign_targets")
    assert set(targets.columns) == {"campaign_id", "customer_id"}
    assert not _table(worlds["confounded"], "campaigns")["randomised"].any()
    chosen = _truth(worlds["confounded"], "outcomes")["orders_without"].mean()
    drawn = _truth(worlds["default"], "outcomes")["orders_without"].mean()
    assert chosen > 1.3 * drawn


def test_drivers_drive_and_decoys_do_not(worlds: dict[str, Path]) -> None:
    planned = {d.name: d.weekly_log_hazard for d in DRIVERS}
    assert _truth(worlds["default"], "drivers").set_index("driver")["weekly_log_hazard"].to_dict() == planned
    assert (_truth(worlds["decoys"], "drivers")["weekly_log_hazard"] == 0).all()

    def gone(world: str, *, near: bool) -> float:
        people = _truth(worlds[world], "people")
        mine = people[(people["region"] < 3) == near]
        stayed = mine[(mine["left_week"] == -1) | (mine["left_week"] >= 90)]
        return float((stayed["left_week"] >= 90).mean())

    assert gone("default", near=True) > gone("default", near=False) + 0.05
    assert abs(gone("decoys", near=True) - gone("decoys", near=False)) < 0.05


def test_marginals_are_those_of_a_shop(worlds: dict[str, Path]) -> None:
    lines = _table(worlds["default"], "order_lines")
    sales = lines[(lines["status"] == "paid") & (lines["amount"] > 0)]
    orders = sales.groupby("customer_id")["order_id"].nunique()
    revenue = sales.groupby("customer_id")["amount"].sum().sort_values(ascending=False)
    assert 0.10 < (orders == 1).mean() < 0.40
    assert 0.50 < revenue.head(len(revenue) // 5).sum() / revenue.sum() < 0.85
    assert 0.01 < -lines.loc[lines["amount"] < 0, "amount"].sum() / sales["amount"].sum() < 0.10
    assert lines["ordered_at"].max() < pd.Timestamp("2024-12-30"), "nothing after the last day"
    monthly = sales.groupby(sales["ordered_at"].dt.to_period("M"))["amount"].sum()
    assert 1.1 < monthly.max() / monthly.mean() < 2.5


def test_people_have_accounts_of_their_own_in_each_channel(worlds: dict[str, Path]) -> None:
    accounts = _truth(worlds["default"], "accounts")
    per_person = accounts.groupby("person")["customer_id"].nunique()
    assert 0.15 < (per_person > 1).mean() < 0.30
    known = _table(worlds["default"], "customers")
    assert set(known["customer_id"]) == set(accounts["customer_id"])
    told = known["email"].dropna()
    assert told.str.lower().str.endswith("simulated.example").mean() > 0.95
    assert known["name"].str.contains("[가-힣]").mean() > 0.7
    prospects = _truth(worlds["default"], "prospects")
    assert 0.05 < (prospects["person"] >= 0).mean() < 0.30


def test_half_of_the_wordings_are_kept_for_tests() -> None:
    shown = {write_text("price", good=False, korean=True, variant=v) for v in range(4) if v not in HELD_OUT}
    kept = {write_text("price", good=False, korean=True, variant=v) for v in HELD_OUT}
    assert not shown & kept


def test_the_tiny_world_is_tiny(worlds: dict[str, Path]) -> None:
    assert len(_truth(worlds["tiny"], "people")) == 60
    assert not (worlds["tiny"] / "tables" / "campaign_targets.parquet").exists()


def test_no_analysis_knows_of_the_truth() -> None:
    package = Path(crm_analysis.__file__).parent
    for path in package.rglob("*.py"):
        if "simulated" not in path.parts:
            text = path.read_text(encoding="utf-8")
            assert '"truth"' not in text, path
            assert "simulated.generate" not in text, path


def test_the_page_in_the_repository_is_the_one_of_the_code() -> None:
    again = "run: python -m crm_analysis.datasets.simulated.page data/simulated.md data/simulated_figures.json"
    assert (DATA / "simulated.md").read_text(encoding="utf-8") == simulated_page(FIGURES), again


def test_a_project_reads_the_tables_and_nothing_else(tmp_path: Path) -> None:
    text = '[project]\ndataset = "simulated"\n[simulation]\nworld = "tiny"\n[cleaning]\nsale_status = ["paid"]\n'
    (tmp_path / "crm.toml").write_text(text, encoding="utf-8")
    with open_project(tmp_path) as project:
        found = sources_of(project.settings, tmp_path)
        assert {Path(str(source.path)).parent for source in found.values()} == {
            tmp_path / "data" / "simulated" / "tiny" / "tables"
        }
        shutil.rmtree(tmp_path / "data" / "simulated" / "tiny" / "truth")
        ledger = project.build().cleaning_ledger
    lines = ledger[ledger["table"] == "order_lines"].set_index("rule")["rows"]
    assert lines["kept"] > 100
    assert lines.get("exact_duplicate", 0) == 0
