"""Seconds and memory of a build, of a customer's card and of forgetting somebody, on a simulated shop.

    python -m tests.benchmarks.whole_build 20000 200000
    python -m tests.benchmarks.whole_build --memory 4GB 1000000

Each size runs in a process of its own; the shop is simulated before the clock starts.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from crm_analysis.card import customer_card
from crm_analysis.project import open_project
from crm_analysis.warehouse import collect
from crm_analysis.workflow.event_table import write_events
from tests.benchmarks.measure import measured

TOML = """\
[project]
name = "Bench"
dataset = "simulated"
[simulation]
customers = {customers}
path = "simulated"
[cleaning]
sale_status = ["paid"]
[warehouse]
{limit}
"""


def one_size(customers: int, folder: Path, memory: str = "") -> dict[str, float]:
    """Figures for one size; ``memory`` is the engine's limit, its own default where empty."""
    limit = f'memory_limit = "{memory}"' if memory else ""
    (folder / "crm.toml").write_text(TOML.format(customers=customers, limit=limit), encoding="utf-8")
    found: dict[str, float] = {"customers": customers}
    from crm_analysis.datasets.simulated import Simulation, simulate

    with measured(found, "simulate"):
        simulate(folder / "simulated" / "default", Simulation(customers=customers))
    with open_project(folder) as project:
        with measured(found, "build"):
            project.build()
        with measured(found, "events"):
            write_events(project.warehouse)
        lines = project.table("order_lines")
        found["order_lines"] = int(collect(lines.aggregate(n=lines.count()))["n"].iloc[0])
        people = collect(project.table("accounts").order_by("customer_id").limit(200))["customer_id"]
        with measured(found, "first_card"):
            customer_card(project, people.iloc[0])
        with measured(found, "ten_cards"):
            for customer in people.iloc[20:30]:
                customer_card(project, customer)
        with measured(found, "forget"):
            project.forget(people.iloc[7])
        with measured(found, "rebuild"):
            project.build()
    return found


def main() -> None:
    """Print one line per size."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("sizes", nargs="*", type=int, default=[20_000])
    asked.add_argument("--memory", default="")
    asked.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    given = asked.parse_args()
    if given.one:
        with tempfile.TemporaryDirectory() as folder:
            found = one_size(given.sizes[0], Path(folder), given.memory)
        sys.stdout.write(json.dumps(found) + "\n")
        return
    for size in given.sizes:
        command = [sys.executable, "-m", "tests.benchmarks.whole_build", "--one", "--memory", given.memory, str(size)]
        subprocess.run(command, check=True)


if __name__ == "__main__":
    main()
