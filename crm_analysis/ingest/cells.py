"""Values of workbooks, JSON and databases as the text that a CSV would hold."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any

__all__ = ["cell_text"]


def cell_text(value: object) -> str:
    """One value as text: dates as ISO, whole numbers without decimals, nothing as an empty text."""
    writers: dict[type, Callable[[Any], str]] = {
        bool: lambda v: "true" if v else "false",
        float: lambda v: str(int(v)) if v.is_integer() and abs(v) < 1e15 else repr(v),
        datetime: lambda v: v.isoformat(sep=" "),
        date: lambda v: v.isoformat(),
        time: lambda v: v.isoformat(),
        bytes: lambda v: v.decode("utf-8", errors="replace"),
    }
    if value is None:
        return ""
    return writers.get(type(value), str)(value).strip()
