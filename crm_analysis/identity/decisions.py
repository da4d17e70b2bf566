"""What people decided about two records: added, never changed; the newest word about a pair counts."""

from __future__ import annotations

import getpass
from datetime import UTC, datetime

import pandas as pd

from crm_analysis.errors import ConfigError
from crm_analysis.messages import _
from crm_analysis.warehouse import Warehouse, collect

__all__ = ["DECISIONS", "UNDONE", "current_decisions", "record_decision"]

DECISIONS = ("same", "different")
UNDONE = "undone"
_TABLE = "identity_decisions"
_COLUMNS = ["customer_id_l", "customer_id_r", "decision"]


def current_decisions(warehouse: Warehouse) -> pd.DataFrame:
    """One row per pair that somebody decided on: customer_id_l, customer_id_r, decision (``same``, ``different``)."""
    if not warehouse.has(_TABLE):
        return pd.DataFrame(columns=_COLUMNS)
    told = collect(warehouse.read(_TABLE)).sort_values("at").drop_duplicates(_COLUMNS[:2], keep="last")
    return told.loc[told["decision"] != UNDONE, _COLUMNS].sort_values(_COLUMNS[:2], ignore_index=True)


def record_decision(warehouse: Warehouse, one: str, other: str, decision: str, reason: str = "") -> None:
    """Add what somebody decided about two accounts; the next build applies it.

    Parameters
    ----------
    warehouse
        To write to.
    one, other
        Ids of two accounts, in any order.
    decision
        ``same``, ``different``, or ``undone``: the model decides again.
    reason
        Kept with it.

    Raises
    ------
    ConfigError
        The two are one id, an id is not that of an account, or the decision is not one.
    """
    if decision not in (*DECISIONS, UNDONE):
        raise ConfigError(
            _("'{decision}' is no decision about two records. Known: {known}.", decision=decision,
              known=", ".join((*DECISIONS, UNDONE)))
        )  # fmt: skip
    if one == other:
        raise ConfigError(_("'{id}' is one account. Name two.", id=one))
    _refuse_unknown(warehouse, (one, other))
    first, last = sorted((one, other))
    row = {
        "customer_id_l": first,
        "customer_id_r": last,
        "decision": decision,
        "reason": reason,
        "by": getpass.getuser(),
        "at": datetime.now(UTC).isoformat(timespec="microseconds"),
    }
    with warehouse.lock():
        warehouse.write_frame(_TABLE, pd.DataFrame([row]), mode="append")


def _refuse_unknown(warehouse: Warehouse, ids: tuple[str, str]) -> None:
    if not warehouse.has("accounts"):
        raise ConfigError(_("There are no accounts yet. Load a table customers first: crm-analysis build."))
    known = warehouse.read("accounts")
    found = set(collect(known.filter(known["account_id"].isin(list(ids))).select("account_id"))["account_id"])
    for each in ids:
        if each not in found:
            raise ConfigError(_("There is no account '{id}' in the table customers.", id=each))
