"""What a run leaves behind, on two small shops."""

from __future__ import annotations

import json
import re
import sqlite3
from pathlib import Path

import pandas as pd
import pytest

from crm_analysis.contract import SOURCE_TABLES
from crm_analysis.contract.handed_over import HANDED_OVER, check_handed_over
from crm_analysis.project import open_project
from crm_analysis.warehouse import collect
from crm_analysis.workflow.steps import STEPS

pytestmark = pytest.mark.slow


def _answers(report: Path) -> dict[str, str]:
    return {s.number: json.loads((report / "notes" / f"{s.stem}.json").read_text("utf-8"))["answer"] for s in STEPS}


def test_a_run_folder_holds_pages_notebooks_tables_and_manifest(english):
    report = english.report
    for step in STEPS:
        assert (report / step.page).stat().st_size > 5_000
        assert (report / step.notebook).is_file()
    for name in HANDED_OVER:
        check_handed_over(name, pd.read_parquet(report / "tables" / f"{name}.parquet"))
    manifest = json.loads((report / "manifest.json").read_text("utf-8"))
    assert manifest["state"] == "done"
    assert manifest["warehouse"]["table_versions"]["order_lines"] == 0
    assert manifest["tables"]["customer_scores"]["rows"] > 250
    assert {"duckdb", "papermill", "pandas"} <= set(manifest["packages"])


def test_pages_name_no_folder_of_this_machine(english):
    for page in english.report.rglob("*.html"):
        text = page.read_text("utf-8")
        assert str(english.root) not in text, page.name
        assert "/site-packages/" not in text, page.name


def test_arms_in_the_warehouse_are_those_of_the_plan(english):
    plan = pd.read_parquet(english.report / "tables" / "contact_plan.parquet")
    with open_project(english.root) as project:
        drawn = collect(project.table("assignments"))
    joined = plan.merge(drawn, on="customer_id", suffixes=("", "_drawn"))
    assert len(joined) == len(plan) > 0
    assert (joined["arm"] == joined["arm_drawn"]).all()
    assert joined["probability_drawn"].between(0, 1, inclusive="neither").all()
    assert set(plan["state"]) == {"draft"}
    assert set(plan["consent"]) == {"not_checked"}


def test_effects_of_past_campaigns_are_in_the_learning_ledger(english):
    results = pd.read_parquet(english.report / "tables" / "campaign_results.parquet").set_index("campaign_id")
    with open_project(english.root) as project:
        effects = collect(project.table("effects")).set_index("source")
    assert sorted(effects.index) == [f"campaign:{name}" for name in sorted(results.index)]
    for name, row in results.iterrows():
        assert effects.loc[f"campaign:{name}", "estimate"] == row["estimate"]
        assert effects.loc[f"campaign:{name}", "evidence"] == row["evidence"]
    assert "What has been learned so far" in (english.report / "07_evaluation.html").read_text("utf-8")
    assert "지금까지 알게 된 효과" in (english.report / "ko" / "07_evaluation.html").read_text("utf-8")


def test_the_first_screen_promises_nothing_that_was_not_measured(english):
    page = (english.report / "index.html").read_text("utf-8")
    assert "no extra profit is promised" in page
    assert "Consent is not checked" in page
    assert " 1 in " in page
    strategies = pd.read_parquet(english.report / "tables" / "strategy_by_segment.parquet")
    assert set(strategies["evidence"]) == {"assumed"}


def test_every_number_of_the_first_screen_opens_its_definition(english):
    for folder in (english.report, english.report / "ko"):
        for page in (folder / "index.html", *folder.glob("action_*.html")):
            text = page.read_text("utf-8")
            asked = set(re.findall(r'popovertarget="(n-\w+)"', text))
            assert asked == set(re.findall(r'popover id="(n-\w+)"', text)), page
            assert asked, page
            assert "\ue000" not in text, page
        screen = (folder / "index.html").read_text("utf-8").split("<main>")[1].split("<h2>")[0]
        told = re.sub(r"<button.*?</button>|<a .*?</a>|<[^>]*>", " ", screen, flags=re.DOTALL)
        of_the_page = r"\b12 months|12개월|\b[1-5]\b"  # months of value, numbers of rows
        assert re.findall(r"\d+", re.sub(of_the_page, " ", told)) == [], told


def test_every_action_opens_one_page_and_every_link_leads_somewhere(english):
    plan = pd.read_parquet(english.report / "tables" / "contact_plan.parquet")
    sent = plan[plan["arm"] == "contact"]
    for folder in (english.report, english.report / "ko"):
        pages = {f"action_{s}_{t}.html" for s, t in zip(sent["segment"], sent["strategy"], strict=True)}
        assert {page.name for page in folder.glob("action_*.html")} == pages
        for page in folder.glob("*.html"):
            for link in re.findall(r'href="([^"#:]+)"', page.read_text("utf-8")):
                assert (folder / link).is_file(), (page, link)


def test_the_page_on_customers_ends_with_the_card_of_one(english):
    scores = pd.read_parquet(english.report / "tables" / "customer_scores.parquet")
    most = scores.sort_values(["value_at_risk", "customer_id"], ascending=[False, True])["customer_id"].iloc[0]
    for folder, title in ((english.report, "Proposed action"), (english.report / "ko", "제안 조치")):
        card = (folder / "02_customers.html").read_text("utf-8").split('<table class="data card">')[1]
        assert most in card.split("</caption>")[0]
        assert title in card


def test_past_campaigns_carry_the_warning(english):
    page = (english.report / "07_evaluation.html").read_text("utf-8")
    assert "chosen, not drawn" in page


def test_three_columns_fill_all_eight_steps_and_say_what_is_missing(plain):
    for step in STEPS:
        assert (plain.report / step.page).is_file()
    page = (plain.report / "05_personalization.html").read_text("utf-8")
    assert "order_lines.product_id" in page
    page = (plain.report / "07_evaluation.html").read_text("utf-8")
    assert "campaign_targets" in page
    ready = pd.read_parquet(plain.report / "tables" / "readiness.parquet").set_index("part")["ready"]
    assert ready["value"]
    assert not ready["products"]


def test_sentences_follow_the_facts(english, plain):
    one, other = _answers(english.report), _answers(plain.report)
    assert all(one[number] != other[number] for number in one)


PLANTED = ("Zebulon Quux", "홍가짜", "@planted.example", "010-7777-", "Planted Lane", "@planted-id.example")
PERSONAL = {spec.name for spec in SOURCE_TABLES.values() if any(column.personal for column in spec.columns)}
"""Tables of the warehouse that may hold personal data, with those made of them under other names."""


def _decoded(file: Path) -> str:
    """What a file says: Parquet and stores of runs as text, letters that JSON writes as numbers as letters."""
    if file.suffix == ".parquet":
        return pd.read_parquet(file).to_csv()
    if file.suffix == ".sqlite":
        with sqlite3.connect(file) as store:
            return "\n".join(store.iterdump())
    text = file.read_bytes().decode("utf-8", "replace")
    return re.sub(r"\\u([0-9a-fA-F]{4})", lambda code: chr(int(code[1], 16)), text)


def _may_hold_personal_data(folder: str) -> bool:
    table = re.sub("^(staged|history|quarantine)_", "", folder)
    return table in PERSONAL or table == "customer_accounts"


def test_no_personal_value_is_left_anywhere(english, plain):
    for workspace in (english, plain):
        warehouse = workspace.root / "data" / "warehouse"
        files = [file for file in workspace.reports.rglob("*") if file.is_file()]
        files += [
            file
            for file in warehouse.rglob("*")
            if file.is_file() and not _may_hold_personal_data(file.relative_to(warehouse).parts[0])
        ]
        assert {"events.jsonl", "manifest.json", "contact_plan.csv", "runs.sqlite"} <= {file.name for file in files}
        for file in files:
            told = _decoded(file) + file.name
            for value in PLANTED:
                assert value not in told, f"{value} in {file}"
        assert workspace.said
        assert not any(value in workspace.said for value in PLANTED)


def test_texts_are_shown_without_who_wrote_them(english):
    page = (english.report / "02_customers.html").read_text("utf-8")
    assert "배송이 늦었어요" in page and "Quuxwell" not in page
    said = pd.read_parquet(english.report / "tables" / "feedback_topics.parquet").set_index("topic")
    assert said.loc["delivery", "texts"] == 90
    about = pd.read_parquet(english.report / "tables" / "feedback_products.parquet")
    assert about["texts"].tolist() == [30, 30, 30] and (about["mark"] == "").all()


def test_the_search_finds_what_may_be_kept(english):
    warehouse = english.root / "data" / "warehouse"
    kept = "".join(_decoded(file) for file in (warehouse / "customers").glob("*.parquet"))
    assert all(value in kept for value in PLANTED[:-1])


def test_lists_open_in_a_spreadsheet_and_start_no_formula(english):
    file = english.report / "audiences" / "contact_plan.csv"
    assert file.read_bytes().startswith(b"\xef\xbb\xbf")
    frame = pd.read_csv(file, dtype=str, encoding="utf-8-sig")
    text = frame.drop(columns=["cost", "expected_profit", "probability"]).stack()
    assert not text.str.match(r"[=+\-@]").any()
