"""Speed of customer value against the packages lifetimes and clvkit, in one run: ``make bench``.

All three start from the same order lines and end with a 12-month value of every customer; ours by the calls that the
report makes. Each package works in a process of its own, stage by stage; a package that needs longer than its time for
one size is not asked at the next. The result is written to data/speed.md and data/speed.svg.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

from tests.benchmarks.measure import measured
from tests.benchmarks.order_lines import LAST, write_order_lines

ROOT = Path(__file__).parent.parent.parent
SIZES = (10_000, 100_000, 1_000_000)
PACKAGES = ("crm-analysis", "lifetimes", "clvkit")
STAGES = {
    "states": "order lines to summaries",
    "bg_nbd": "fit BG/NBD",
    "mbg_nbd": "fit MBG/NBD",
    "gamma_gamma": "fit Gamma-Gamma",
    "value": "12-month value of all",
    "pareto_nbd": "fit Pareto/NBD",
}
PARETO_UP_TO = 100_000
"""Customers up to which the Pareto/NBD of lifetimes is asked."""
MOST_SECONDS = 1_200
BIG = (10_000, 100_000, 1_000_000, 5_000_000)

Stage = Callable[[str, Callable[[], Any]], Any]


def _ours(folder: Path, customers: int, stage: Stage) -> None:
    from crm_analysis import features, models
    from crm_analysis.warehouse import open_engine

    lines = open_engine("duckdb").read_parquet(sorted(folder.glob("*.parquet")))
    as_of = LAST.date()
    summary, states = stage(
        "states", lambda: (features.customer_summary(lines, as_of), features.purchase_states(lines, as_of))
    )
    model = stage("bg_nbd", lambda: models.BetaGeoNBD().fit(states))
    stage("mbg_nbd", lambda: models.ModifiedBetaGeoNBD().fit(states))
    spend = stage("gamma_gamma", lambda: models.fit_spend(summary))
    value = models.customer_lifetime_value
    stage("value", lambda: value(model, spend, summary, 365.25 / 7, "week", 0.10))
    stage("pareto_nbd", lambda: models.ParetoNBD().fit(states))


def _lifetimes(folder: Path, customers: int, stage: Stage) -> None:
    import lifetimes
    from lifetimes.utils import summary_data_from_transaction_data as summarise

    def summary() -> pd.DataFrame:
        frame = summarise(
            pd.read_parquet(folder), "customer_id", "ordered_at", "amount", observation_period_end=LAST, freq="D"
        )
        return frame.assign(recency=frame["recency"] / 7, T=frame["T"] / 7)

    known = stage("states", summary)
    times = [known["frequency"], known["recency"], known["T"]]
    model = stage("bg_nbd", lambda: lifetimes.BetaGeoFitter().fit(*times))
    stage("mbg_nbd", lambda: lifetimes.ModifiedBetaGeoFitter().fit(*times))
    again = known[(known["frequency"] > 0) & (known["monetary_value"] > 0)]
    fitter = lifetimes.GammaGammaFitter()
    spend = stage("gamma_gamma", lambda: fitter.fit(again["frequency"], again["monetary_value"]))
    money = known["monetary_value"]
    stage(
        "value",
        lambda: spend.customer_lifetime_value(model, *times, money, time=12, discount_rate=0.008, freq="W"),
    )
    if customers <= PARETO_UP_TO:
        stage("pareto_nbd", lambda: lifetimes.ParetoNBDFitter().fit(*times))


def _clvkit(folder: Path, customers: int, stage: Stage) -> None:
    from clvkit import BGNBD, CLV, MBGNBD, CustomerBase, GammaGamma

    def summary() -> Any:
        log = pd.read_parquet(folder).rename(columns={"ordered_at": "date"})
        return CustomerBase.from_transactions(
            log, time_unit="W", collapse="D", observation_period_end=LAST + pd.Timedelta("23:59:59")
        )

    known = stage("states", summary)
    model = stage("bg_nbd", lambda: BGNBD().fit(known))
    stage("mbg_nbd", lambda: MBGNBD().fit(known))
    spend = stage("gamma_gamma", lambda: GammaGamma().fit(known))
    whole = CLV(model, spend, check_independence=False)
    whole.time_unit_, whole._cb = known.time_unit, known  # both models are fitted already
    stage("value", lambda: whole.predict(horizon=52, discount_rate=0.0018))


def work(package: str, folder: Path, customers: int) -> None:
    """One package, one size: a line of JSON after each stage."""
    warnings.simplefilter("ignore")

    def stage(name: str, call: Callable[[], Any]) -> Any:
        found: dict[str, float] = {}
        with measured(found, "stage"):
            result = call()
        facts = {"stage": name, "seconds": found["stage_seconds"], "gb": found["stage_gb"]}
        sys.stdout.write(json.dumps(facts) + "\n")
        sys.stdout.flush()
        return result

    {"crm-analysis": _ours, "lifetimes": _lifetimes, "clvkit": _clvkit}[package](folder, customers, stage)


def big(folder: Path, customers: int) -> None:
    """Order lines to scores in a warehouse, all in the engine."""
    from crm_analysis import models
    from crm_analysis.warehouse import Warehouse, open_engine

    warnings.simplefilter("ignore")
    engine = open_engine("duckdb", memory_limit="3GB", spill=folder / "spill")
    warehouse = Warehouse(folder / "warehouse", engine)
    lines = engine.read_parquet(sorted((folder / "lines").glob("*.parquet")))
    found: dict[str, float] = {"customers": customers}
    with measured(found, "all"):
        known = models.EngineCustomers.of_lines(lines, LAST.date())
        states = known.states()
        purchases, spend = models.BetaGeoNBD().fit(states), models.GammaGamma().fit(known.spend())
        with warehouse.lock():
            warehouse.write("customer_values", known.values(states, purchases, spend, 365.25 / 7, 0.10))
    found["states"] = len(states)
    sys.stdout.write(json.dumps(found) + "\n")


def _run(*arguments: str) -> list[dict[str, Any]]:
    """What a process of its own wrote until it ended or its time was up."""
    command = [sys.executable, "-m", "tests.benchmarks.value_models", *arguments]
    with tempfile.TemporaryFile("w+") as out:
        try:
            subprocess.run(command, stdout=out, timeout=MOST_SECONDS, cwd=ROOT, check=False)
        except subprocess.TimeoutExpired:
            sys.stderr.write(f"{' '.join(arguments)}: stopped after {MOST_SECONDS} s\n")
        out.seek(0)
        return [json.loads(line) for line in out if line.startswith("{")]


def compare() -> pd.DataFrame:
    """Seconds of each stage: package, customers, lines, stage, seconds, gb."""
    rows = []
    for customers in SIZES:
        with tempfile.TemporaryDirectory() as folder:
            lines = write_order_lines(Path(folder), customers)
            for package in PACKAGES:
                for row in _run("--work", package, folder, str(customers)):
                    rows.append({"package": package, "customers": customers, "lines": lines, **row})
                    sys.stderr.write(f"{rows[-1]}\n")
    return pd.DataFrame(rows)


def grow() -> pd.DataFrame:
    """Order lines to scores in the warehouse, by number of customers."""
    rows = []
    for customers in BIG:
        with tempfile.TemporaryDirectory() as folder:
            lines = write_order_lines(Path(folder) / "lines", customers, per_customer=8.0)
            rows += [{**row, "lines": lines} for row in _run("--big", folder, str(customers))]
            sys.stderr.write(f"{rows[-1:]}\n")
    return pd.DataFrame(rows)


def main() -> None:
    """Compare, and write the page."""
    arguments = sys.argv[1:]
    if arguments[:1] == ["--work"]:
        return work(arguments[1], Path(arguments[2]), int(arguments[3]))
    if arguments[:1] == ["--big"]:
        return big(Path(arguments[1]), int(arguments[2]))
    from tests.benchmarks.speed_page import write_page

    cores = os.cpu_count() or 1
    write_page(ROOT / "data", compare(), grow(), STAGES, f"{cores} cores, Python {platform.python_version()}")
    return None


if __name__ == "__main__":
    main()
