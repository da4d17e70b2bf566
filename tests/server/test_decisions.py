"""What the report plans, and what people decide about it."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pandas as pd
import pytest

from .conftest import Server, settings_file

QUERY = "actions?settings=shop/crm.toml"


@pytest.fixture
def shop(server: Server) -> Path:
    """A workspace with a report: champions are contacted, those at risk are not."""
    root = settings_file(server.root / "shop").parent
    tables = root / "reports" / "a_shop" / "20260101-000000-aaaa" / "tables"
    tables.mkdir(parents=True)
    (tables.parent / "manifest.json").write_text(json.dumps({"state": "done", "finished_at": "2026-01-01"}))
    strategies = pd.DataFrame(
        {
            "segment": ["champions", "champions", "at_risk"],
            "strategy": ["raise_loyalty", "cross_sell", "retain"],
            "customers": [40, 40, 7],
            "profit_per_success": [50.0, 10.0, 1.0],
            "chosen": [True, False, False],
            "system_chosen": [True, False, False],
        }
    )
    strategies.to_parquet(tables / "strategy_by_segment.parquet")
    plan = pd.DataFrame(
        {
            "customer_id": ["a", "b", "c"],
            "segment": "champions",
            "strategy": "raise_loyalty",
            "channel": "email",
            "planned_on": pd.Timestamp("2026-01-08"),
            "arm": ["contact", "contact", "control"],
            "cost": [1.0, 1.0, 0.0],
            "expected_profit": [3.0, 2.0, 0.0],
        }
    )
    plan.to_parquet(tables / "contact_plan.parquet")
    return root


def test_the_figures_are_those_of_the_plan(server: Server, shop: Path) -> None:
    found = server.ask(QUERY).json
    champions, at_risk = found["actions"]
    assert found["run"] == "20260101-000000-aaaa"
    assert (champions["segment"], champions["strategy"], champions["customers"]) == ("champions", "raise_loyalty", "2")
    assert champions["pays_if"] == "1 in 50"  # 2 of cost over 2 contacted at 50 each
    assert (at_risk["segment"], at_risk["strategy"], at_risk["customers"]) == ("at_risk", "none", "7")


def test_a_decision_is_written_with_what_the_system_had_chosen(server: Server, shop: Path) -> None:
    sent = {"segment": "champions", "strategy": "none", "reason": "they asked for <b>peace</b>", "seen": ""}
    found = server.ask(QUERY, sent).json
    assert found["actions"][0]["decision"]["reason"] == "they asked for <b>peace</b>"
    (entry,) = tomllib.loads((shop / "decisions.toml").read_text("utf-8"))["decision"]
    assert (entry["id"], entry["value"], entry["system_value"]) == ("03:champions", "none", "raise_loyalty")
    assert entry["run"] == "20260101-000000-aaaa"


def test_the_second_of_two_people_sees_a_conflict_and_not_a_loss(server: Server, shop: Path) -> None:
    sent = {"segment": "champions", "strategy": "none", "reason": "mine", "seen": ""}
    assert server.ask(QUERY, sent).status == 200
    late = server.ask(QUERY, {**sent, "strategy": "cross_sell", "reason": "mine too"})
    assert late.status == 409
    assert "in the meantime" in late.json["message"]
    (entry,) = tomllib.loads((shop / "decisions.toml").read_text("utf-8"))["decision"]
    assert entry["reason"] == "mine"


def test_a_decision_is_taken_back(server: Server, shop: Path) -> None:
    sent = {"segment": "champions", "strategy": "none", "reason": "mine", "seen": ""}
    seen = server.ask(QUERY, sent).json["actions"][0]["decision"]["at"]
    found = server.ask(QUERY, {"segment": "champions", "strategy": None, "reason": "", "seen": seen}).json
    assert found["actions"][0]["decision"] is None


@pytest.mark.parametrize(
    "wrong, reason",
    [({"reason": " "}, "needs a reason"), ({"strategy": "magic"}, "'magic'"), ({"segment": "x"}, "'x'")],
)
def test_what_is_no_decision_is_refused(server: Server, shop: Path, wrong: dict, reason: str) -> None:
    answer = server.ask(QUERY, {"segment": "champions", "strategy": "none", "reason": "why", "seen": "", **wrong})
    assert answer.status == 400
    assert reason in answer.json["message"]
    assert not (shop / "decisions.toml").exists()


def test_without_a_report_there_is_nothing_to_decide(server: Server) -> None:
    settings_file(server.root / "shop")
    found = server.ask(QUERY).json
    assert (found["run"], found["actions"]) == (None, [])
