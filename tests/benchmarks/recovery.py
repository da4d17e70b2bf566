"""Known parameters found again, and how often intervals hold them: ``python -m tests.benchmarks.recovery``.

Writes data/recovery.md. Every number is of customers drawn by the model's own story.
"""

from __future__ import annotations

import sys
import warnings
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd

from crm_analysis.models import (
    BetaGeoNBD,
    ModifiedBetaGeoNBD,
    ParetoNBD,
    PurchaseProcess,
    total_purchases_interval,
)

ROOT = Path(__file__).parent.parent.parent
TRUTHS: tuple[PurchaseProcess, ...] = (
    BetaGeoNBD.from_params(r=0.6, alpha=3.0, a=0.9, b=2.5),
    ModifiedBetaGeoNBD.from_params(r=0.6, alpha=3.0, a=0.9, b=2.5),
    ParetoNBD.from_params(r=0.6, alpha=3.0, s=0.8, beta=9.0),
)
SIZES = (1_000, 10_000, 100_000)
SETS, CUSTOMERS, HORIZON, LEVEL = 500, 2_000, 26.0, 0.90


def _customers(truth: PurchaseProcess, n: int, seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    return truth.simulate(rng.uniform(26, 78, n), HORIZON, random_state=rng)


def _one_set(task: tuple[int, int]) -> list[dict[str, object]]:
    """Whether the intervals of one data set hold the truth."""
    number, seed = task
    truth = TRUTHS[number]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        table = _customers(truth, CUSTOMERS, 10_000 + seed)
        model = type(truth)().fit(table)
        summary = model.summary(LEVEL).set_index("parameter")
        total = total_purchases_interval(model, table, HORIZON, level=LEVEL, n_draws=50, random_state=seed).iloc[0]
    rows: list[dict[str, object]] = [
        {
            "model": truth.NAME,
            "of": name,
            "inside": bool(summary.loc[name, "low"] <= value <= summary.loc[name, "high"]),
            "width": float(summary.loc[name, "high"] - summary.loc[name, "low"]) / value,
            "known": bool(np.isfinite(summary.loc[name, "standard_error"])),
        }
        for name, value in truth.params_.items()
    ]
    made = float(table["future"].sum())
    width = (total["high"] - total["low"]) / total["purchases"]
    inside = bool(total["low"] <= made <= total["high"])
    return [*rows, {"model": truth.NAME, "of": "total", "inside": inside, "width": float(width), "known": True}]


def coverage(sets: int = SETS) -> pd.DataFrame:
    """Share of fresh data sets whose interval holds the truth: model, of, sets, inside, width, unknown."""
    tasks = [(number, seed) for number in range(len(TRUTHS)) for seed in range(sets)]
    with ProcessPoolExecutor(2) as pool:
        rows = [row for found in pool.map(_one_set, tasks, chunksize=5) for row in found]
    frame = pd.DataFrame(rows)
    told = frame[frame["known"]].groupby(["model", "of"], sort=False)
    table = told.agg(sets=("inside", "size"), inside=("inside", "mean"), width=("width", "mean"))
    table["unknown"] = frame.groupby(["model", "of"], sort=False)["known"].apply(lambda known: int((~known).sum()))
    return table.reset_index()


def recovery() -> pd.DataFrame:
    """Estimates by number of customers: model, customers, parameter, truth, estimate, standard_error."""
    rows = []
    for truth in TRUTHS:
        for size in SIZES:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                model = type(truth)().fit(_customers(truth, size, 1))
            rows += [
                {
                    "model": truth.NAME,
                    "customers": size,
                    "parameter": name,
                    "truth": value,
                    "estimate": model.params_[name],
                    "standard_error": model.standard_errors_[name],
                }
                for name, value in truth.params_.items()
            ]
    return pd.DataFrame(rows)


def _table(heads: list[str], rows: list[list[str]]) -> str:
    lines = ["| " + " | ".join(heads) + " |", "|---|---|" + "---:|" * (len(heads) - 2)]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)])


def page(found: pd.DataFrame, held: pd.DataFrame) -> str:
    """The page."""
    estimates = []
    for (model, parameter), part in found.groupby(["model", "parameter"], sort=False):
        each = [f"{row.estimate:.3f} ({row.standard_error:.3f})" for row in part.itertuples()]
        estimates.append([str(model), str(parameter), f"{part['truth'].iloc[0]:g}", *each])
    intervals = [
        [
            str(row.model),
            "purchases of all" if row.of == "total" else str(row.of),
            f"{row.sets:,}",
            f"{row.inside:.1%}",
            f"{row.width:.0%}",
        ]
        for row in held.itertuples()
    ]
    return f"""# Known parameters, found again

Written by `python -m tests.benchmarks.recovery`. Customers are drawn by each model's own story, aged 26 to 78 weeks.

## Estimates by number of customers

In brackets the standard errors that the fit states.

{_table(["model", "parameter", "truth", *(f"{size:,} customers" for size in SIZES)], estimates)}

## How often 90 % intervals hold the truth

Over {SETS} fresh data sets of {CUSTOMERS:,} customers each: of the parameters, and of the purchases of all customers in
the {HORIZON:.0f} weeks after the data. Width: mean of high less low, as a share of the truth or of the forecast. Data
sets that do not determine a parameter have no interval for it and are left out of its row.

{_table(["model", "of", "data sets", "inside", "width"], intervals)}
"""


def main() -> None:
    """Write the page."""
    sets = int(sys.argv[1]) if len(sys.argv) > 1 else SETS
    (ROOT / "data" / "recovery.md").write_text(page(recovery(), coverage(sets)), encoding="utf-8")


if __name__ == "__main__":
    main()
