"""With a table of consents nobody who has not agreed is in a plan or a list, and the pages say who is left out."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest

from crm_analysis.project import open_project
from crm_analysis.warehouse import collect
from crm_analysis.workflow.run_folder import latest_published

from .conftest import Workspace, crm
from .shops import CUSTOMERS

pytestmark = pytest.mark.slow


def test_only_who_agreed_is_in_the_plan(english: Workspace, tmp_path: Path) -> None:
    root = tmp_path / "shop"
    shutil.copytree(english.root, root, ignore=shutil.ignore_patterns("reports", "runs.sqlite*"))
    rows = []
    for number in range(CUSTOMERS):
        if number % 3:
            rows.append((f"C{number:04}", "all", "advertising", "true", "2023-06-01"))
        if number % 3 == 2:
            rows.append((f"C{number:04}", "e-mail", "marketing", "false", "2024-05-01"))
    consents = pd.DataFrame(rows, columns=["customer_id", "channel", "purpose", "granted", "changed_at"])
    consents.to_csv(root / "data" / "consents.csv", index=False)
    with (root / "crm.toml").open("a", encoding="utf-8") as toml:
        toml.write('\n[sources.consents]\npath = "data/consents.csv"\n')
    done = crm("run", str(root))
    assert done.returncode == 0, done.stdout + done.stderr
    report = latest_published(root / "reports" / english.reports.name)
    assert report is not None
    plan = pd.read_parquet(report.path / "tables" / "contact_plan.parquet")
    offers = pd.read_parquet(report.path / "tables" / "offer_decisions.parquet")
    number = plan["customer_id"].str.removeprefix("C").astype(int)
    assert (number % 3 != 0).all(), "who never agreed"
    assert (plan.loc[number % 3 == 2, "channel"] != "email").all(), "who refused that channel"
    assert set(plan["consent"]) == {"given"}
    listed = pd.read_csv(next((report.path / "audiences").glob("contact_plan*.csv")), encoding="utf-8-sig")
    assert set(listed["customer_id"]) <= set(plan["customer_id"])
    out = pd.read_parquet(report.path / "tables" / "exclusions.parquet").set_index("reason")["customers"]
    wanted = offers[offers["offer"] != "none"]
    never = wanted["customer_id"].str.removeprefix("C").astype(int) % 3 == 0
    assert out["no_consent"] == -int(never.sum()) < 0
    assert -out["opted_out"] == len(wanted) - len(plan) - int(never.sum()) > 0
    page = (report.path / "06_communication.html").read_text("utf-8")
    assert "Only customers with a valid consent for the channel are in the plan." in page
    first = (report.path / "index.html").read_text("utf-8")
    assert "have not agreed to a contact through the channel" in first
    assert "Consent is not checked" not in first
    with open_project(root) as project:
        drawn = collect(project.table("assignments"))
    drawn = drawn[drawn["drawn_at"] == drawn["drawn_at"].max()]  # the round before knew no consents
    assert set(drawn["customer_id"]) == set(plan["customer_id"])
    assert set(drawn["eligibility"]) == {"has_strategy,offer_pays,within_budget,consent_given"}
