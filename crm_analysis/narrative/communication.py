"""Step 6 in words: who is contacted when, through what, and who is not, and why."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from crm_analysis import formats as f
from crm_analysis.features import ADVERTISING
from crm_analysis.labels import channel_label, department_label
from crm_analysis.messages import _
from crm_analysis.narrative.direction import action_name
from crm_analysis.narrative.offers import offer_label

__all__ = [
    "answer",
    "calendar_words",
    "consent_sentence",
    "control_sentence",
    "dates",
    "exclusion_words",
    "from_before",
    "nobody",
    "plan_rows",
]

_PURPOSES_SHOWN = 5


def answer(plan: pd.DataFrame, offers: pd.DataFrame) -> str:
    """The step's answer: how many are contacted from when, and how many are held back."""
    taken = offers[offers["offer"] != "none"]
    sent = plan[plan["arm"] == "contact"]
    if sent.empty and len(plan):
        return _(
            "All {n} customers with an action are held back at random, so nobody is contacted.",
            n=f.number(len(plan), 0),
        )
    if sent.empty and len(taken):
        return _("Nobody is contacted this round: no customer with an action has agreed to it.")
    if sent.empty:
        return _("Nobody is contacted this round: no action would pay under its assumption.")
    return _(
        "{n} customers are planned for a contact from {start}; {held} are held back at random, so that the effect can be "
        "measured. The plan is a draft.",
        n=f.number(len(sent), 0),
        start=f.date(sent["planned_on"].min()),
        held=f.number(len(plan) - len(sent), 0),
    )


def consent_sentence(exclusions: pd.DataFrame, purposes: Sequence[str] | None) -> str:
    """Whether consent was checked, and whom it leaves out.

    Parameters
    ----------
    exclusions
        The handed-over table.
    purposes
        What the consents are for; None where there is no table of consents.
    """
    if purposes is None:
        return _(
            "Consent is not checked in this plan: the table consents is missing. Nothing of it may be sent before you "
            "have removed everyone who has not agreed. 'crm-analysis template consents' writes an example to fill in."
        )
    if not purposes:
        return _(
            "The table consents has no row that can be used, so nobody may be contacted. See on the page of data quality "
            "why its rows were set aside."
        )
    counts = (-exclusions.set_index("reason")["customers"]).to_dict()
    never, refused = int(counts.get("no_consent", 0)), int(counts.get("opted_out", 0))
    if not {_plain(purpose) for purpose in purposes} & set(ADVERTISING):
        return _(
            "No consent is for advertising (purposes found: {purposes}), so nobody may be contacted. Name the purpose "
            "'advertising' in the table consents.",
            purposes=", ".join(list(purposes)[:_PURPOSES_SHOWN]),
        )
    return _(
        "Only customers with a valid consent for the channel are in the plan. Left out before the draw: {never} who never "
        "agreed, {refused} who refused.",
        never=f.number(never, 0),
        refused=f.number(refused, 0),
    )


def _plain(purpose: str) -> str:
    return "".join(purpose.lower().split())


def control_sentence(plan: pd.DataFrame) -> str:
    """How the control groups were drawn."""
    arms = plan["arm"].value_counts()
    return _(
        "After eligibility, {control} customers were drawn into the control groups of their action and {holdout} into the "
        "lasting control group, each with a recorded probability.",
        control=f.number(int(arms.get("control", 0)), 0),
        holdout=f.number(int(arms.get("holdout", 0)), 0),
    )


def calendar_words(calendar: pd.DataFrame, cap: int) -> dict[str, str]:
    """Title and captions of the calendar."""
    if calendar.empty:
        return {"title": "", "subtitle": ""}
    peak = calendar.sort_values("contacts", ascending=False).iloc[0]
    return {
        "title": _(
            "The fullest cell is {channel} in the week of {week} with {n} contacts",
            channel=channel_label(str(peak["channel"])),
            week=f.date(peak["week"]),
            n=f.number(int(peak["contacts"]), 0),
        ),
        "subtitle": _("Planned contacts by week and channel"),
        "caption": _(
            "One contact per customer in this round; at most {cap} in any 30 days are allowed.", cap=f.number(cap, 0)
        ),
    }


def exclusion_words(exclusions: pd.DataFrame) -> dict[str, str]:
    """Title and captions of who is left out."""
    everyone = int(exclusions.loc[exclusions["reason"] == "all_customers", "customers"].iloc[0])
    sent = int(exclusions.loc[exclusions["reason"] == "contacted", "customers"].iloc[0])
    return {
        "title": _("{n} of {all} customers are contacted", n=f.number(sent, 0), all=f.number(everyone, 0)),
        "subtitle": _("Customers, and why they are not contacted"),
        "caption": _("Each customer counts at the first reason that applies."),
    }


def plan_rows(plan: pd.DataFrame, owners: dict[str, str]) -> tuple[list[list[str]], dict[str, str]]:
    """The actions of the plan as finished texts."""
    grouped = plan.groupby(["segment", "strategy", "offer", "channel"], as_index=False).agg(
        contact=("arm", lambda a: int((a == "contact").sum())),
        held=("arm", lambda a: int((a != "contact").sum())),
        start=("planned_on", "min"),
        end=("planned_on", "max"),
    )
    rows = [
        [
            action_name(str(r["segment"]), str(r["strategy"])),
            offer_label(str(r["offer"])),
            channel_label(str(r["channel"])),
            f.number(r["contact"], 0),
            f.number(r["held"], 0),
            f.date_range(r["start"], r["end"]),
            department_label(owners.get(str(r["channel"]), "marketing")),
        ]
        for r in grouped.sort_values("contact", ascending=False).to_dict("records")
    ]
    heads = {
        _("Action"): "left",
        _("Offer"): "left",
        _("Channel"): "left",
        _("Contacted"): "right",
        _("Held back"): "right",
        _("When"): "left",
        _("Owner"): "left",
    }
    return rows, heads


def from_before(offers: pd.DataFrame) -> str:
    """What step 4 decided that this step uses."""
    taken = offers[offers["offer"] != "none"]
    return _("From the offers and the personal choices: {n} customers with an action.", n=f.number(len(taken), 0))


def nobody() -> str:
    """Why there is no calendar."""
    return _("Nobody is contacted this round.")


def dates(plan: pd.DataFrame) -> dict[str, object]:
    """First and last day of the plan, for the first page."""
    if plan.empty:
        return {}
    return {"starts_on": plan["planned_on"].min().date(), "ends_on": plan["planned_on"].max().date()}
