"""The thresholds of too little data as a table."""

from __future__ import annotations

from crm_analysis import formats as f
from crm_analysis.messages import _
from crm_analysis.thresholds import Threshold, thresholds

__all__ = ["threshold_rows", "threshold_title"]


def _value(threshold: Threshold) -> str:
    if threshold.unit == "share":
        return f.percent(threshold.value)
    number = f.number(threshold.value, 0)
    texts = {
        "customers": _("{n} customers", n=number),
        "purchases": _("{n} purchases or ends", n=number),
        "texts": _("{n} texts", n=number),
        "days": _("{n} days", n=number),
        "weeks": _("{n} weeks", n=number),
    }
    return texts[threshold.unit]


def threshold_rows() -> tuple[list[list[str]], dict[str, str]]:
    """Every threshold as finished texts: what it governs, its value, why."""
    rows = [[t.governs, _value(t), t.why] for t in thresholds()]
    return rows, {_("Governs"): "left", _("Threshold"): "right", _("Why"): "left"}


def threshold_title() -> str:
    """Line under which the table is folded."""
    return _("When data is too little: every threshold and why")
