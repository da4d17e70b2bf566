"""Kinds of contacts in words: what they cost and what went with them, never what they caused."""

from __future__ import annotations

import pandas as pd

from crm_analysis import formats as f
from crm_analysis.messages import _
from crm_analysis.narrative.events import contact_kind_label, outcome_label

__all__ = ["association_sentence", "kind_rows", "no_contacts"]

_FEWEST = 30
"""Customers compared below which no rate is shown."""
_OUTCOMES = 2


def no_contacts() -> str:
    """Why there is no table."""
    return _(
        "No contact is known. Table contacts fills this: who was contacted when, through what, in or out, with what "
        "outcome; visits, calls and messages alike."
    )


def association_sentence(kinds: pd.DataFrame) -> str:
    """What the comparison is, and what it is not."""
    if kinds.empty:
        return ""
    days = f.number(int(kinds["days"].iloc[0]), 0)
    clear = int((((kinds["low"] > 0) | (kinds["high"] < 0)) & (kinds["compared"] >= _FEWEST)).sum())
    return _(
        "In the {days} days after {clear} of {n} kinds of contact, customers ordered on clearly more or fewer days than "
        "usual for them. That is an association: who is contacted, and when, was not left to chance. Only a control "
        "group can say what a contact changes.",
        days=days,
        clear=f.number(clear, 0),
        n=f.number(len(kinds), 0),
    )


def _outcomes(outcomes: pd.DataFrame, kind: str) -> str:
    """The most frequent outcomes of a kind with their share of all its contacts."""
    mine = outcomes[outcomes["kind"] == kind]
    told = mine[mine["outcome"] != "none"].head(_OUTCOMES)
    all_of_them = int(mine["contacts"].sum())
    return ", ".join(
        _("{outcome} {share}", outcome=outcome_label(str(r["outcome"])), share=f.percent(r["contacts"] / all_of_them))
        for r in told.to_dict("records")
    )


def kind_rows(kinds: pd.DataFrame, outcomes: pd.DataFrame, currency: str) -> tuple[list[list[str]], dict[str, str]]:
    """Kinds of contacts as finished texts; where fewer than 30 customers can be compared, no rate is shown."""
    rows = []
    for r in kinds.to_dict("records"):
        enough = r["compared"] >= _FEWEST
        rows.append(
            [
                contact_kind_label(str(r["kind"])),
                f.number(r["contacts"], 0),
                f.number(r["customers"], 0),
                f.money(r["cost"], currency, "table"),
                f.number(r["minutes"], 0),
                _outcomes(outcomes, str(r["kind"])),
                f.number(r["orders_after"] if enough else None, 2),
                f.number(r["usual_orders"] if enough else None, 2),
                f.number_interval(*((r["difference"], r["low"], r["high"]) if enough else (None, None, None))),
            ]
        )
    days = f.number(int(kinds["days"].iloc[0]) if len(kinds) else 0, 0)
    heads = {
        _("Contact"): "left",
        _("Number"): "right",
        _("Customers"): "right",
        _("Cost"): "right",
        _("Minutes"): "right",
        _("Outcome"): "left",
        _("Days with an order, {days} days after", days=days): "right",
        _("Usual for them"): "right",
        _("Difference"): "right",
    }
    return rows, heads
