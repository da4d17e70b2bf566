"""What a step cannot answer yet: which question, what is missing, how to add it."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from crm_analysis.decisions.readiness import NOT_ANALYSED
from crm_analysis.messages import _
from crm_analysis.narrative.data import parts_label

__all__ = ["Missing", "gaps_of"]


@dataclass(frozen=True)
class Missing:
    """Something that cannot be answered: what, why, and what to bring.

    Attributes
    ----------
    what
        The question, as a phrase.
    why
        Which table or column is missing, or how much there is and how much is needed.
    remedy
        How to add it.
    """

    what: str
    why: str
    remedy: str


def gaps_of(readiness: pd.DataFrame, step: str | None = None) -> list[Missing]:
    """The parts that are not ready, of one step or of all.

    Parameters
    ----------
    readiness
        Of step 00: part, step, ready, needs.
    step
        Number of the step; None for all.
    """
    gaps = readiness[~readiness["ready"].astype(bool)]
    if step is not None:
        gaps = gaps[gaps["step"] == step]
    return [_gap(str(row["part"]), str(row["needs"]), loaded=bool(row["loaded"])) for row in gaps.to_dict("records")]


def _gap(part: str, needs: str, *, loaded: bool) -> Missing:
    table, column = needs.split(".")
    if loaded:
        return Missing(
            parts_label(part),
            _("{needs} is loaded, but no step works on it yet.", needs=needs),
            _("Nothing is estimated in its place."),
        )
    if part == "profit":
        return Missing(
            parts_label(part),
            _("order_lines has no {column}.", column=column),
            _("Map the column in crm.toml, or set margin_rate under [analysis]; until then the margin is assumed."),
        )
    if part in NOT_ANALYSED:
        return Missing(
            parts_label(part),
            _("{needs} is not there.", needs=needs),
            _("It can be loaded, but no step works on it yet; nothing is estimated in its place."),
        )
    return Missing(
        parts_label(part),
        _("{table} has no {column}.", table=table, column=column),
        _("Add it to [sources.{table}] in crm.toml.", table=table),
    )
