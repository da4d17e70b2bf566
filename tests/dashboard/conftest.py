"""Published runs of a false shop, made of the functions of the steps on scores from a seeded generator."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from crm_analysis import decisions as d
from crm_analysis.config import DecisionSettings
from crm_analysis.dashboard.published import PublishedRun, published_runs
from crm_analysis.workflow.steps import STEPS

CURRENCY, MARGIN, ITEM_PROFIT = "USD", 0.25, 1.4
CUSTOMERS = 300
HOSTILE = "<script>alert(1)</script>"
FORMULA = "=1+1"
SOURCE = "secret_call(run_dir)"
RETENTION = {"customers": 240, "retained": 150, "active": 200, "profit_per_year": 35.0, "profit_error": 1.5}
OLD, NEW = "20240630-080000-0a1b", "20240707-080000-0c2d"

PAGE = """<!DOCTYPE html>
<html lang="{lang}"><head><title>{title}</title></head>
<body><header class="bar"><label class="toggle"><input type="checkbox" id="code"> code</label></header>
<main>
<h1>{title}</h1>
<section class="cell"><div class="code"><div class="highlight"><pre>{source}</pre></div></div>
<p class="answer">{hostile} &amp; 1,234 &#8361;</p></section>
<p><a href="02_customers.html">next</a> <a href="#here">here</a> <a href="https://example.org/">there</a></p>
<figure class="figure"><div class="plot"></div><script type="application/json">{{"data":[]}}</script></figure>
</main>
<script>drawFigures(document)</script>
</body></html>"""


def scores_of(seed: int) -> pd.DataFrame:
    """customer_scores with the columns that steps 03 and 04 read."""
    rng = np.random.default_rng(seed)
    alive = rng.beta(3, 2, CUSTOMERS)
    profit = rng.gamma(2.0, 4.0, CUSTOMERS)
    return pd.DataFrame(
        {
            "customer_id": [f"C{n:04}" for n in range(CUSTOMERS)],
            "segment": rng.choice(["champions", "at_risk", "promising", "lost"], CUSTOMERS),
            "recency_days": rng.integers(1, 400, CUSTOMERS),
            "first_day": pd.Timestamp("2023-01-02"),
            "last_day": pd.Timestamp("2024-06-29"),
            "probability_alive": alive,
            "probability_leaving": 1 - alive,
            "probability_buying": alive * 0.6,
            "orders": rng.integers(1, 30, CUSTOMERS),
            "frequency": rng.integers(0, 29, CUSTOMERS),
            "purchases": rng.integers(1, 30, CUSTOMERS),
            "expected_purchases": alive * 4,
            "value": profit * alive * 4,
            "horizon_profit": profit * alive,
            "order_profit": profit,
        }
    )


def claims_of() -> pd.DataFrame:
    """What a run publishes about leaving and a point of retention."""
    point = d.retention_worth(**RETENTION, points=1, discount_rate_annual=0.10)
    loss = 1 - RETENTION["retained"] / RETENTION["active"]
    rows = [
        ("annual_loss", loss, loss - 0.05, loss + 0.05, RETENTION["active"]),
        ("retention_point", point.extra_profit, point.low, point.high, RETENTION["customers"]),
    ]
    return pd.DataFrame(rows, columns=["claim", "value", "low", "high", "customers"])


def _tables(seed: int) -> dict[str, pd.DataFrame]:
    scores = scores_of(seed)
    assumptions = d.assumptions_from(DecisionSettings(), CURRENCY)
    strategies = d.strategy_by_segment(scores, assumptions, ITEM_PROFIT)
    strategies["system_chosen"] = strategies["chosen"]
    chosen = d.strategy_of_customers(scores, strategies)
    options, profit, cost = d.option_values(scores, chosen, assumptions, MARGIN, ITEM_PROFIT)
    curve = d.budget_curve(profit, cost)
    found = d.allocate(profit, cost, d.recommended_budget(curve))
    needs = pd.DataFrame({"topic": [HOSTILE, FORMULA, "price"], "customers": [3, 2, 1]})
    return {
        "customer_scores": scores,
        "strategy_by_segment": strategies,
        "budget_curve": curve,
        "offer_decisions": d.offer_decisions(scores, chosen, options, profit, cost, found),
        "claims": claims_of(),
        "needs": needs,
    }


def make_run(parent: Path, run_id: str, seed: int) -> Path:
    """Write a published run in English and Korean."""
    run = parent / run_id
    tables = _tables(seed)
    (run / "tables").mkdir(parents=True)
    for name, frame in tables.items():
        frame.to_parquet(run / "tables" / f"{name}.parquet", index=False)
    for lang, folder in (("en", run), ("ko", run / "ko")):
        (folder / "notes").mkdir(parents=True)
        pages = [("index.html", f"First screen {lang}"), *((s.page, f"Step {s.number} {lang}") for s in STEPS)]
        for name, title in pages:
            text = PAGE.format(lang=lang, title=title, source=SOURCE, hostile="&lt;script&gt;alert(1)&lt;/script&gt;")
            (folder / name).write_text(text, encoding="utf-8")
        (folder / "00_data.ipynb").write_text("{}", encoding="utf-8")
        _notes(folder / "notes", tables)
    (run / "audiences").mkdir()
    (run / "audiences" / "contact_plan.csv").write_text("customer_id\nC0001\n", encoding="utf-8-sig")
    settings = {"project": {"name": "corner shop", "currency": CURRENCY}, "analysis": {}, "decisions": {}}
    sizes = {name: {"rows": len(frame), "columns": len(frame.columns)} for name, frame in tables.items()}
    manifest = {"state": "done", "whole": True, "project": f"corner {HOSTILE}", "lang": "en", "languages": ["en", "ko"]}
    manifest |= {"finished_at": run_id, "settings": settings, "tables": sizes}
    (run / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return run


def _notes(folder: Path, tables: dict[str, pd.DataFrame]) -> None:
    value = float(tables["customer_scores"]["value"].sum())
    budget = float(tables["offer_decisions"]["cost"].sum())
    facts: dict[str, dict[str, Any]] = {
        "00": {"parts": 5, "ready": 3, "rows_kept": 900 + len(tables), "as_of": "2024-06-29"},
        "02": {"margin": MARGIN, "value": {"value": value, "low": value * 0.9, "high": value * 1.1}},
        "04": {"budget": budget},
        "06": {"planned": 40},
    }
    for step in STEPS:
        note = {"answer": "", "facts": facts.get(step.number, {})}
        (folder / f"{step.stem}.json").write_text(json.dumps(note), encoding="utf-8")


@pytest.fixture(scope="session")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of reports: one data set with two runs, what is not published, and a stranger's file."""
    root = tmp_path_factory.mktemp("published") / "reports"
    shop = root / "corner_shop"
    make_run(shop, OLD, 5)
    make_run(shop, NEW, 6)
    (shop / "20240708-080000-0e3f").mkdir()
    (shop / "20240708-080000-0e3f" / "index.html").write_text("half written", encoding="utf-8")
    (root / "notes.txt").write_text("not a report", encoding="utf-8")
    return root


@pytest.fixture
def run(reports: Path) -> PublishedRun:
    """The newest run."""
    return published_runs(reports)["corner_shop"][0]
