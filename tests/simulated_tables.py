"""Reads what a simulation wrote."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

__all__ = ["table_of", "truth_of"]


def table_of(folder: Path, name: str) -> pd.DataFrame:
    return pd.read_parquet(folder / "tables" / f"{name}.parquet")


def truth_of(folder: Path, name: str) -> pd.DataFrame:
    return pd.read_parquet(folder / "truth" / f"{name}.parquet")
