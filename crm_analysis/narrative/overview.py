"""The first screen in words: what to do, for whom, what it takes to pay, what is not known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from crm_analysis import formats as f
from crm_analysis.labels import channel_label, department_label, evidence_label
from crm_analysis.messages import _, plural
from crm_analysis.narrative.direction import action_name, break_even
from crm_analysis.narrative.explained import explained
from crm_analysis.narrative.market import goal_line

__all__ = [
    "ActionRow",
    "action_page",
    "action_rows",
    "actions_of",
    "goal",
    "headline",
    "left_alone",
    "more_actions",
    "long_term",
    "not_agreed",
    "not_known",
    "stale_banner",
]

MOST_ACTIONS = 5


@dataclass(frozen=True)
class ActionRow:
    """One line of the first screen, as finished texts."""

    number: str
    name: str
    page: str
    customers: str
    how: str
    cost: str
    pays_if: str
    evidence: str
    owner: str
    state: str


def actions_of(plan: pd.DataFrame, strategies: pd.DataFrame, owners: dict[str, str]) -> pd.DataFrame:
    """The actions of the plan, by expected profit if their assumptions hold.

    Returns
    -------
    pandas.DataFrame
        One row per action: segment, strategy, channel (all of them, the commonest first), customers (contacted),
        cost (of contacts and offers), starts_on, ends_on, pays_if (share of the contacted who must act), owner (one
        per channel).
    """
    sent = plan[plan["arm"] == "contact"]
    worth = strategies[strategies["chosen"]].set_index("segment")["profit_per_success"].to_dict()
    rows = []
    for (segment, strategy), members in sent.groupby(["segment", "strategy"]):
        cost = float(members["cost"].sum())
        channels = members.groupby("channel").size().sort_values(ascending=False, kind="stable").index.astype(str)
        rows.append(
            {
                "segment": str(segment),
                "strategy": str(strategy),
                "channel": tuple(channels),
                "customers": len(members),
                "cost": cost,
                "starts_on": members["planned_on"].min(),
                "ends_on": members["planned_on"].max(),
                "pays_if": cost / (len(members) * float(worth[segment])),
                "expected_profit": float(members["expected_profit"].sum()),
                "owner": tuple(dict.fromkeys(owners.get(channel, "marketing") for channel in channels)),
            }
        )
    columns = [
        "segment",
        "strategy",
        "channel",
        "customers",
        "cost",
        "starts_on",
        "ends_on",
        "pays_if",
        "expected_profit",
        "owner",
    ]
    frame = pd.DataFrame(rows, columns=columns)
    return frame.sort_values("expected_profit", ascending=False, ignore_index=True)


def action_page(segment: str, strategy: str) -> str:
    """File name of the page of an action."""
    return f"action_{segment}_{strategy}.html"


def _listed(codes: tuple[str, ...], label: Callable[[str], str]) -> str:
    return " + ".join(label(code) for code in codes)


def action_rows(actions: pd.DataFrame, currency: str) -> list[ActionRow]:
    """The first five actions as finished texts."""
    return [
        ActionRow(
            number=str(number),
            name=action_name(r["segment"], r["strategy"]),
            page=action_page(r["segment"], r["strategy"]),
            customers=explained(f"customers{number}", f.number(r["customers"], 0)),
            how=_(
                "{channel}, until {date}",
                channel=_listed(r["channel"], channel_label),
                date=explained(f"until{number}", f.day_month(r["ends_on"])),
            ),
            cost=explained(f"cost{number}", f.money(r["cost"], currency)),
            pays_if=explained(f"pays_if{number}", break_even(float(r["pays_if"]))),
            evidence=evidence_label("assumed"),
            owner=_listed(r["owner"], department_label),
            state=_("draft"),
        )
        for number, r in enumerate(actions.head(MOST_ACTIONS).to_dict("records"), start=1)
    ]


def more_actions(actions: pd.DataFrame) -> str:
    """How many actions are not on the first screen."""
    rest = actions.iloc[MOST_ACTIONS:]
    if rest.empty:
        return ""
    return plural(
        "and {n} smaller action for {customers} customers, in the communication plan",
        "and {n} smaller actions for {customers} customers, in the communication plan",
        len(rest),
        customers=f.number(int(rest["customers"].sum()), 0),
    )


def headline(actions: pd.DataFrame, currency: str, *, measured: bool = False) -> tuple[str, str]:
    """The headline and the line below it; nothing that is only assumed is added up as profit.

    ``measured``: past campaigns were, although none of these actions is.
    """
    if actions.empty:
        return (
            _("Nothing clears its cost this week"),
            _(
                "Under the assumed effects no contact pays, or there is too little data to tell. Test on a few customers with a control group to find out more."
            ),
        )
    first = actions.iloc[0]
    return (
        plural(
            "Decide by {date}: {n} action for {customers} customers, for {cost}",
            "Decide by {date}: {n} actions for {customers} customers, for {cost}",
            len(actions),
            shown=explained("actions", f.number(len(actions), 0)),
            date=explained("starts_on", f.day_month(actions["starts_on"].min())),
            customers=explained("planned", f.number(int(actions["customers"].sum()), 0)),
            cost=explained("cost", f.money(float(actions["cost"].sum()), currency)),
        ),
        _(
            "The effects of these actions are assumed, not those measured in past campaigns, so no extra profit is "
            "promised. The first action pays if {odds} of those contacted act on it; customers held back at random will "
            "show whether they do.",
            odds=explained("pays_if1", break_even(float(first["pays_if"]))),
        )
        if measured
        else _(
            "No effect has been measured here yet, so no extra profit is promised. The first action pays if {odds} of those "
            "contacted act on it; customers held back at random will show whether they do.",
            odds=explained("pays_if1", break_even(float(first["pays_if"]))),
        ),
    )


def not_agreed(offers: pd.DataFrame, plan: pd.DataFrame) -> int:
    """Customers with an action who may not be contacted for it."""
    return int((~offers.loc[offers["offer"] != "none", "customer_id"].isin(plan["customer_id"])).sum())


def left_alone(offers: pd.DataFrame, strategies: pd.DataFrame, plan: pd.DataFrame | None = None) -> list[str]:
    """Who is left alone and why: nothing pays, the budget ends, people decided so, or the customer has not agreed."""
    alone = offers[offers["offer"] == "none"]
    refused = 0 if plan is None else not_agreed(offers, plan)
    if alone.empty and not refused:
        return [_("No customer is left alone: for everyone some contact would pay under its assumption.")]
    taken = strategies.groupby("segment")[["system_chosen", "chosen"]].any()
    decided = set(taken.index[taken["system_chosen"] & ~taken["chosen"]])
    by_people = alone["segment"].isin(decided)
    over = ~by_people & (alone["reason"] == "over_budget")
    counts = int((~by_people & ~over).sum()), int(over.sum()), int(by_people.sum()), refused
    lines = [
        plural(
            "{n} customer: no contact would pay for itself, even under the assumed effects.",
            "{n} customers: no contact would pay for itself with them, even under the assumed effects.",
            counts[0],
            shown=explained("nothing_pays", f.number(counts[0], 0)),
        ),
        plural(
            "{n} customer is beyond the budget.",
            "{n} customers are beyond the budget.",
            counts[1],
            shown=explained("over_budget", f.number(counts[1], 0)),
        ),
        plural(
            "{n} customer, because you decided so.",
            "{n} customers, because you decided so.",
            counts[2],
            shown=explained("decided", f.number(counts[2], 0)),
        ),
        plural(
            "{n} customer has not agreed to a contact through the channel that would pay.",
            "{n} customers have not agreed to a contact through the channel that would pay.",
            counts[3],
            shown=explained("not_agreed", f.number(counts[3], 0)),
        ),
    ]
    return [line for line, count in zip(lines, counts, strict=True) if count]


def _wallet(facts: dict[str, Any]) -> str:
    """Customer share with its interval, or what it needs."""
    found = facts.get("customer_share")
    if not found:
        return _("needs the table category_spend")
    return explained("wallet", f.percent_interval(found["share"], found["low"], found["high"]))


def goal(states: pd.DataFrame, currency: str) -> str:
    """How the goals stand: the first that is not reached, and how many more there are.

    Parameters
    ----------
    states
        The handed-over table goals, one row per goal; empty where none are set.
    """
    if states.empty:
        return _("No goals are set, so nothing can be held against them.")
    ordered = states.sort_values(["due_on", "goal"])
    measured = ordered[ordered["now"].notna()]
    open_ones = measured[measured["state"] != "reached"]
    first = (open_ones if len(open_ones) else measured if len(measured) else ordered).iloc[0]
    line = goal_line(first.to_dict(), currency)
    if len(states) == 1:
        return line
    reached = int((states["state"] == "reached").sum())
    return _(
        "{line}. Of {n} goals {reached} are reached.",
        line=line,
        n=f.number(len(states), 0),
        reached=f.number(reached, 0),
    )


def long_term(facts: dict[str, Any], scores: pd.DataFrame, currency: str) -> list[tuple[str, str]]:
    """Value of all customers, the share presumed to have left, and customer share, with their names."""
    value = facts["value"]
    gone = float((scores["recency_days"] > facts["leaving_days"]).mean())
    return [
        (
            _("Customer value, next 12 months"),
            explained("value", f.money_interval(value["value"], value["low"], value["high"], currency)),
        ),
        (
            _("No purchase in {days} days", days=explained("leaving_days", f.number(facts["leaving_days"], 0))),
            _(
                "{share} of {n} customers",
                share=explained("gone", f.percent(gone)),
                n=explained("customers", f.number(len(scores), 0)),
            ),
        ),
        (_("Share of wallet"), _wallet(facts)),
    ]


def not_known(facts: dict[str, Any], actions: pd.DataFrame) -> list[str]:
    """What the page rests on without knowing it."""
    points, margin = [], float(facts["margin"])
    if facts["margin_basis"] == "assumed":
        rate = explained("margin", f.percent(margin))
        text = _("The margin is assumed at {rate} of revenue; set margin_rate in crm.toml.", rate=rate)
        if len(actions):
            half = explained("pays_if_half", break_even(float(actions["pays_if"].iloc[0]) * 2))
            text = _(
                "The margin is assumed at {rate} of revenue; at half of it the first action pays only if {odds} act. Set "
                "margin_rate in crm.toml.",
                rate=rate,
                odds=half,
            )
        points.append(text)
    if not facts.get("consent_checked", False):
        points.append(_("Consent is not checked in this plan. Nothing may be sent before it is."))
    points.append(
        _("Effects of contacts are assumed; those measured in past campaigns do not feed the plan yet.")
        if facts.get("measured")
        else _("Effects of contacts are assumed: no test with a control group has been evaluated yet.")
    )
    if not facts.get("checked", False):
        points.append(_("The forecast is not checked: the history is too short to hold it against what happened."))
    return points


def stale_banner(as_of: date, today: date, usual_gap_days: float, *, example: bool) -> str:
    """A warning where the data is an example of the past, or older than two usual gaps between purchases."""
    if example:
        return _(
            "Example: the report is made as of {date}, and so are the dates of its plan.",
            date=explained("as_of", f.date(as_of)),
        )
    limit = max(2 * usual_gap_days, 14) if usual_gap_days == usual_gap_days else 60
    age = (today - as_of).days
    if age > limit:
        return _(
            "The newest order is {days} days old: load newer data before you act.",
            days=explained("as_of", f.number(age, 0)),
        )
    return ""
