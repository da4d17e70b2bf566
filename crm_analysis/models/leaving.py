"""What "left" means where nobody signs off: so many days without a purchase, read from the data's own gaps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from crm_analysis.thresholds import LEAVING_RETURNERS

__all__ = ["LeavingDefinition", "define_leaving", "still_waiting", "usual_gap"]

RETURNED = 0.90


@dataclass(frozen=True)
class LeavingDefinition:
    """Left: no purchase in ``days`` days.

    Attributes
    ----------
    days
        The horizon, rounded up to full weeks.
    basis
        ``setting`` (given in crm.toml), ``gaps`` (read from the gaps between purchases) or ``assumed``
        (too few customers came back to read it).
    returned_share
        Share of returning customers whose usual gap is no longer than ``days``.
    returners
        Customers with two purchases or more.
    """

    days: int
    basis: str
    returned_share: float
    returners: int


def usual_gap(gaps: pd.DataFrame, share: float = RETURNED) -> float:
    """The gap in days that ``share`` of the customers' gaps do not exceed, each customer counted once."""
    if gaps.empty:
        return float("nan")
    ordered = gaps.sort_values("days")
    reached = ordered["weight"].cumsum() / ordered["weight"].sum()
    return float(ordered["days"].to_numpy()[int(np.searchsorted(reached, share))])


def define_leaving(gaps: pd.DataFrame, history_days: int, setting: int | None) -> LeavingDefinition:
    """Choose the horizon of leaving.

    It is the gap within which nine of ten returns happen, in full weeks, at most a third of the history,
    so that leaving can still be observed.

    Parameters
    ----------
    gaps
        Of :func:`crm_analysis.features.gaps`.
    history_days
        Days that the data covers.
    setting
        ``leaving_days`` of crm.toml, which wins.
    """
    returners = int(round(gaps["weight"].sum())) if not gaps.empty else 0
    ceiling = max(7, history_days // 3)
    if setting is not None:
        days, basis = setting, "setting"
    elif returners < LEAVING_RETURNERS:
        days, basis = min(90, ceiling), "assumed"
    else:
        days, basis = min(int(np.ceil(usual_gap(gaps) / 7)) * 7, ceiling), "gaps"
    days = max(days, 1)
    within = float(gaps.loc[gaps["days"] <= days, "weight"].sum() / gaps["weight"].sum()) if returners else float("nan")
    return LeavingDefinition(days, basis, within, returners)


def still_waiting(gaps: pd.DataFrame) -> pd.DataFrame:
    """Share of returning customers whose next purchase was still to come after so many days: days, share_waiting."""
    if gaps.empty:
        return pd.DataFrame({"days": pd.Series(dtype="int64"), "share_waiting": pd.Series(dtype="float64")})
    ordered = gaps.sort_values("days")
    waiting = 1 - ordered["weight"].cumsum() / ordered["weight"].sum()
    start = pd.DataFrame({"days": [0], "share_waiting": [1.0]})
    steps = pd.DataFrame({"days": ordered["days"].to_numpy(), "share_waiting": waiting.clip(lower=0.0).to_numpy()})
    return pd.concat([start, steps], ignore_index=True)
