"""Who leaves and why, in the worlds of the simulated shop: planted drivers, decoys, and every way of telling.

python -m tests.benchmarks.leaving_worlds 20000
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

import pandas as pd

from crm_analysis import models
from crm_analysis.datasets.simulated import Simulation, simulate
from crm_analysis.features import gaps, period
from crm_analysis.project import open_project

TOML = """\
[project]
name = "Worlds"
dataset = "simulated"
[simulation]
world = "{world}"
customers = {customers}
path = "simulated"
[cleaning]
sale_status = ["paid"]
[identity]
match = false
"""
PLANTED = {
    "late_deliveries": "late_deliveries",
    "slow_complaints": "slow_complaints",
    "price_increases": "price_increases",
    "store_loses_others": "competitor_nearby",
    "low_satisfaction": "low_satisfaction",
}


def world_figures(world: str, customers: int) -> None:
    """Print what is found in one world."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "crm.toml").write_text(TOML.format(world=world, customers=customers), encoding="utf-8")
        simulate(folder / "simulated" / world, Simulation(world=world, customers=customers))
        with open_project(folder) as project:
            project.build()
            lines = project.table("order_lines")
            first, as_of = period(lines)
            days = models.define_leaving(gaps(lines, as_of), (as_of - first).days + 1, None).days
            names = ("deliveries", "feedback", "product_prices", "contacts")
            tables = {n: project.table(n) for n in names if project.has(n)}
            began = time.perf_counter()
            check = models.check_leaving(lines, first, as_of, days, tables, models.ParetoNBD())
            seconds = time.perf_counter() - began
    sys.stdout.write(f"\n{world}, {customers} people, H = {days}, {seconds:.1f} s\n")
    if check is None:
        sys.stdout.write("nothing can be compared\n")
        return
    sys.stdout.write(check.scorecard.round(4).to_string(index=False) + "\n")
    if check.model is not None:
        drivers = check.model.drivers_.assign(planted=check.model.drivers_["driver"].isin(list(PLANTED)))
        sys.stdout.write(drivers.round(4).to_string(index=False) + "\n")


def main() -> None:
    """All worlds at one size."""
    pd.set_option("display.width", 200)
    customers = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    for world in sys.argv[2:] or ["default", "null", "confounded", "decoys"]:
        world_figures(world, customers)


if __name__ == "__main__":
    main()
