"""Tables without rows."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

__all__ = ["empty_frame"]


def empty_frame(columns: Sequence[str], texts: int) -> pd.DataFrame:
    """A table without rows whose first ``texts`` columns hold text and whose others hold numbers."""
    kinds = ["str"] * texts + ["float64"] * (len(columns) - texts)
    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in zip(columns, kinds, strict=True)})
