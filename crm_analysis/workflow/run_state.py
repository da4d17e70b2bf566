"""What a published run knew and decided, for comparing a later one with it."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from crm_analysis.decisions import RunState
from crm_analysis.narrative.changes import is_comparable
from crm_analysis.workflow.recorded import facts_of, notes_of

__all__ = ["run_state_of"]

_TABLES = ("customer_scores", "strategy_by_segment")


def run_state_of(run_dir: Path) -> RunState | None:
    """What the run in a folder knew and decided; None where it recorded too little to compare with."""
    facts = facts_of(notes_of(run_dir))
    files = [run_dir / "tables" / f"{name}.parquet" for name in _TABLES]
    if not is_comparable(facts) or not all(file.is_file() for file in files):
        return None
    scores, strategies = (pd.read_parquet(file) for file in files)
    return RunState(facts, scores, strategies)
