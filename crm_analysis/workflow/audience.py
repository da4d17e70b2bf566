"""Lists for other programs: CSV that Excel opens with its letters right and that never starts a formula."""

from __future__ import annotations

from pathlib import Path
from typing import IO

import pandas as pd

__all__ = ["write_csv"]

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def _harmless(text: object) -> object:
    return f"'{text}" if isinstance(text, str) and text.startswith(_FORMULA) else text


def write_csv(frame: pd.DataFrame, target: Path | IO[bytes]) -> None:
    """Write a frame as UTF-8 with a byte order mark, ISO dates and plain numbers.

    Text that a spreadsheet would read as a formula gets an apostrophe in front.

    Parameters
    ----------
    frame
        What to write.
    target
        File, whose folder is made, or a stream.
    """
    if isinstance(target, Path):
        target.parent.mkdir(parents=True, exist_ok=True)
    safe = frame.copy(deep=False)
    for name in safe.columns:
        if not pd.api.types.is_numeric_dtype(safe[name]) and not pd.api.types.is_datetime64_any_dtype(safe[name]):
            safe[name] = safe[name].map(_harmless)
    safe.columns = [str(_harmless(str(name))) for name in safe.columns]
    safe.to_csv(target, index=False, encoding="utf-8-sig", date_format="%Y-%m-%d")
