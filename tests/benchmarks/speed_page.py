"""The page and the chart that ``make bench`` writes."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

import pandas as pd

__all__ = ["write_page"]

OURS = "crm-analysis"


def _seconds(value: float) -> str:
    return "–" if pd.isna(value) else f"{value:,.2f}" if value < 10 else f"{value:,.0f}"


def _table(rows: list[list[str]], heads: list[str]) -> str:
    lines = ["| " + " | ".join(heads) + " |", "|" + "---|" + "---:|" * (len(heads) - 1)]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)])


def _part(found: pd.DataFrame, customers: int, stages: Mapping[str, str]) -> str:
    mine = found[found["customers"] == customers]
    packages = list(dict.fromkeys(found["package"]))
    others = [name for name in packages if name != OURS]
    seconds = mine.pivot(index="stage", columns="package", values="seconds").reindex(
        index=list(stages), columns=packages
    )
    rows = []
    for stage, label in stages.items():
        ratios = seconds.loc[stage, others] / seconds.loc[stage, OURS]
        row = [_seconds(float(seconds.loc[stage, name])) for name in packages]
        rows.append([label, *row, *("–" if pd.isna(r) else f"{r:,.0f} ×" for r in ratios)])
    peak = mine.groupby("package")["gb"].max().reindex(packages)
    rows.append(["highest memory, GB", *("–" if pd.isna(g) else f"{g:.2f}" for g in peak), *([""] * len(others))])
    heads = ["seconds", *packages, *(f"{name} needs" for name in others)]
    title = f"## {customers:,} customers, {int(mine['lines'].iloc[0]):,} order lines"
    return f"{title}\n\n{_table(rows, heads)}"


def _chart(file: Path, found: pd.DataFrame) -> None:
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(1, 2, figsize=(9, 3.6), sharex=True)
    for axis, stage, title in zip(axes, ("bg_nbd", "value"), ("Fit BG/NBD", "12-month value of all"), strict=True):
        for package, rows in found[found["stage"] == stage].groupby("package", sort=False):
            axis.plot(rows["customers"], rows["seconds"], marker="o", label=package)
        axis.set(xscale="log", yscale="log", title=title, xlabel="customers", ylabel="seconds")
        axis.grid(alpha=0.3)
    axes[0].legend(frameon=False)
    figure.tight_layout()
    pyplot.rcParams["svg.hashsalt"] = "speed"
    figure.savefig(file, metadata={"Date": None})
    file.write_text("\n".join(line.rstrip() for line in file.read_text("utf-8").splitlines()) + "\n", "utf-8")


def write_page(
    folder: Path, found: pd.DataFrame, growth: pd.DataFrame, stages: Mapping[str, str], machine: str
) -> None:
    """Write speed.md and speed.svg.

    Parameters
    ----------
    folder
        Where to.
    found
        package, customers, lines, stage, seconds, gb.
    growth
        customers, lines, states, all_seconds, all_gb.
    stages
        Names to labels, in order.
    machine
        What it ran on.
    """
    _chart(folder / "speed.svg", found)
    versions = ", ".join(f"{name} {version(name)}" for name in dict.fromkeys(found["package"]))
    parts = [_part(found, customers, stages) for customers in dict.fromkeys(found["customers"])]
    rows = [
        [f"{int(r.customers):,}", f"{int(r.lines):,}", f"{int(r.states):,}", _seconds(r.all_seconds), f"{r.all_gb:.2f}"]
        for r in growth.itertuples()
    ]
    text = f"""# Speed

`make bench` measured this in one run on {machine}:
{versions}.

All packages start from the same order lines of two years, simulated as BG/NBD says, and end with the discounted value
of every customer over 12 months; crm-analysis by the calls that its report makes. "–": the package has no such model,
or was not asked at that size.

![Seconds by number of customers](speed.svg)

{chr(10).join(part + chr(10) for part in parts)}
## Order lines to scores in a warehouse

Histories, BG/NBD, Gamma-Gamma and 12-month values, computed in the engine and stored as a table of the warehouse;
DuckDB may use 3 GB of memory.

{_table(rows, ["customers", "order lines", "distinct histories", "seconds", "highest memory, GB"])}
"""
    (folder / "speed.md").write_text(text, encoding="utf-8")
