"""Step 6: who is contacted when, through what, and who is not; with control groups drawn at random.

The draw is a keyed digest of the customer, not a sequence of random numbers: it does not depend on the order
of rows, and the lasting holdout stays the same people in every round.
"""

from __future__ import annotations

import hashlib
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd

from crm_analysis.config import DecisionSettings

__all__ = ["assignments", "calendar", "consent_states", "contact_plan", "draw", "exclusions", "next_monday"]

FloatArray = npt.NDArray[np.float64]
WEEKS = 4


def draw(customers: pd.Series, seed: str) -> FloatArray:
    """One uniform number in [0, 1) per customer, the same for the same seed and customer."""
    digests = [hashlib.blake2b(f"{seed}\x1f{c}".encode(), digest_size=8).digest() for c in customers]
    return np.array([int.from_bytes(d, "big") / 2**64 for d in digests], dtype="float64")


def next_monday(as_of: date) -> date:
    """The first Monday after a day."""
    return as_of + timedelta(days=7 - as_of.weekday())


def consent_states(offers: pd.DataFrame, consents: pd.DataFrame | None) -> pd.Series:
    """Whether each offer may be sent through its channel.

    Parameters
    ----------
    offers
        customer_id and channel.
    consents
        Of :func:`crm_analysis.features.advertising_consents`; None where there are none to check.

    Returns
    -------
    pandas.Series
        By row of ``offers``: ``given``, ``opted_out``, ``no_consent`` (nothing was ever said) or ``not_checked``.
    """
    if consents is None:
        return pd.Series("not_checked", index=offers.index, dtype="str")
    said = offers[["customer_id", "channel"]].merge(consents, on=["customer_id", "channel"], how="left")["granted"]
    states = np.select([said.isna(), said.fillna(False).astype(bool)], ["no_consent", "given"], default="opted_out")
    return pd.Series(states, index=offers.index, dtype="str")


def contact_plan(
    offers: pd.DataFrame, settings: DecisionSettings, as_of: date, seed: str, *, consents: pd.DataFrame | None
) -> pd.DataFrame:
    """Arms, channel and date for every customer with an action who may be contacted.

    Eligibility and consent come before the draw. A customer in the lasting holdout is in no arm of any action.

    Parameters
    ----------
    offers
        offer_decisions.
    settings
        ``[decisions]``: shares of the holdout and of the control groups.
    as_of
        Last day of the data; contacts start on the Monday after it.
    seed
        Of the draws.
    consents
        Of :func:`crm_analysis.features.advertising_consents`; None where there are none to check: then everyone with
        an action is in the plan, and it says so.

    Returns
    -------
    pandas.DataFrame
        One row per customer_id with an action: action (segment and strategy), offer, channel, message (kind),
        planned_on, arm (``contact``, ``control`` or ``holdout``), probability (of the arm), state (``draft``),
        consent (``not_checked`` or ``given``), cost, expected_profit, owner is that of the channel.
    """
    consent = consent_states(offers, consents)
    allowed = (offers["offer"] != "none") & consent.isin(["given", "not_checked"])
    planned, consent = offers[allowed].reset_index(drop=True), consent[allowed].reset_index(drop=True)
    action = planned["segment"] + ":" + planned["strategy"]
    lasting = draw(planned["customer_id"], f"{seed}:holdout") < settings.global_holdout_share
    control = (
        draw(planned["customer_id"] + "\x1f" + action, f"{seed}:round:{as_of.isoformat()}") < settings.control_share
    )
    arm = np.select([lasting, control], ["holdout", "control"], default="contact")
    rest = 1 - settings.global_holdout_share
    chance = np.select(
        [lasting, control],
        [settings.global_holdout_share, rest * settings.control_share],
        default=rest * (1 - settings.control_share),
    )
    week = (draw(planned["customer_id"], f"{seed}:week") * WEEKS).astype("int64")
    start = pd.Timestamp(next_monday(as_of))
    weekday = (
        pd.Series(planned["channel"]).map({"email": 1, "message": 2, "letter": 0, "phone": 3}).fillna(0).astype("int64")
    )
    return pd.DataFrame(
        {
            "customer_id": planned["customer_id"],
            "action": action,
            "segment": planned["segment"],
            "strategy": planned["strategy"],
            "offer": planned["offer"],
            "channel": planned["channel"],
            "message": planned["strategy"] + ":" + planned["kind"],
            "planned_on": start + pd.to_timedelta(week * 7 + weekday.to_numpy(), unit="D"),
            "arm": arm.astype(str),
            "probability": chance,
            "state": "draft",
            "consent": consent,
            "cost": planned["cost"],
            "expected_profit": planned["expected_profit"],
        }
    )


def assignments(plan: pd.DataFrame) -> pd.DataFrame:
    """The draw as it goes to the learning ledger.

    Returns
    -------
    pandas.DataFrame
        One row per customer_id of the plan: action, segment, offer, offer_kind, unit, eligibility (what had to hold
        before the draw, with commas between), arm, probability.
    """
    return pd.DataFrame(
        {
            "action": plan["action"],
            "segment": plan["segment"],
            "offer": plan["offer"],
            "offer_kind": plan["message"].str.rpartition(":")[2],
            "unit": "customer",
            "customer_id": plan["customer_id"],
            "eligibility": "has_strategy,offer_pays,within_budget,consent_" + plan["consent"],
            "arm": plan["arm"],
            "probability": plan["probability"],
        }
    )


def exclusions(offers: pd.DataFrame, plan: pd.DataFrame, consents: pd.DataFrame | None = None) -> pd.DataFrame:
    """From all customers to those who are contacted, with the reason for each loss: order, reason, customers."""
    reasons = offers["reason"].value_counts()
    states = consent_states(offers, consents)[offers["offer"] != "none"].value_counts()
    arms = plan["arm"].value_counts()
    rows = [
        ("all_customers", len(offers)),
        ("no_strategy", -int(reasons.get("no_strategy", 0))),
        ("nothing_pays", -int(reasons.get("nothing_pays", 0))),
        ("over_budget", -int(reasons.get("over_budget", 0))),
        *[(name, -int(states.get(name, 0))) for name in ("no_consent", "opted_out") if consents is not None],
        ("holdout", -int(arms.get("holdout", 0))),
        ("control", -int(arms.get("control", 0))),
        ("contacted", int(arms.get("contact", 0))),
    ]
    frame = pd.DataFrame(rows, columns=["reason", "customers"])
    frame.insert(0, "order", range(len(frame)))
    return frame


def calendar(plan: pd.DataFrame) -> pd.DataFrame:
    """Contacts per week (its Monday) and channel: week, channel, contacts."""
    sent = plan[plan["arm"] == "contact"]
    week = sent["planned_on"] - pd.to_timedelta(sent["planned_on"].dt.day_of_week, unit="D")
    counted = sent.assign(week=week).groupby(["week", "channel"]).size()
    return counted.reset_index(name="contacts")
