"""The page of one action: who, why these, why not the runner-up, offer, channel, dates, control group, measure, stop."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from crm_analysis import formats as f
from crm_analysis.labels import channel_label, evidence_label, segment_label, strategy_label
from crm_analysis.messages import _, plural
from crm_analysis.narrative.communication import plan_rows
from crm_analysis.narrative.direction import action_name, break_even
from crm_analysis.narrative.explained import explained
from crm_analysis.narrative.offers import offer_label
from crm_analysis.narrative.overview import action_page
from crm_analysis.narrative.run_tables import RunTables

__all__ = ["ActionPage", "TextTable", "action_pages"]

EXAMPLES = 5


@dataclass(frozen=True)
class TextTable:
    """Finished texts: heads to their alignment (``left`` or ``right``), and rows."""

    heads: dict[str, str]
    rows: list[list[str]]


@dataclass(frozen=True)
class ActionPage:
    """One page as finished texts.

    Attributes
    ----------
    page
        File name.
    title, lead
        Name of the action, and what it comes to in one sentence.
    sections
        Heading, sentences and tables.
    """

    page: str
    title: str
    lead: str
    sections: list[tuple[str, list[str], list[TextTable]]]


def action_pages(run: RunTables) -> list[ActionPage]:
    """The pages of all actions of the plan, in their order on the first screen."""
    records = [{str(name): value for name, value in row.items()} for row in run.actions.to_dict("records")]
    return [_page(run, number, action) for number, action in enumerate(records, start=1)]


def _page(run: RunTables, number: int, action: dict[str, Any]) -> ActionPage:
    segment, strategy = str(action["segment"]), str(action["strategy"])
    mine = run.plan[(run.plan["segment"] == segment) & (run.plan["strategy"] == strategy)]
    chosen = run.strategies[run.strategies["chosen"] & (run.strategies["segment"] == segment)].iloc[0]
    return ActionPage(
        page=action_page(segment, strategy),
        title=action_name(segment, strategy),
        lead=_(
            "{customers} customers, {dates}, for {cost}. It pays if {odds} of those contacted act on it. Evidence: "
            "{evidence}. State: draft.",
            customers=explained(f"customers{number}", f.number(action["customers"], 0)),
            dates=f.date_range(action["starts_on"], action["ends_on"]),
            cost=explained(f"cost{number}", f.money(action["cost"], run.currency)),
            odds=explained(f"pays_if{number}", break_even(float(action["pays_if"]))),
            evidence=evidence_label("assumed"),
        ),
        sections=[
            (_("Who"), [_who(run, mine)], [_traits(run, mine)]),
            (_("Examples"), [_examples_sentence()], [_examples(run, mine)]),
            (_("Why these"), _why(run, chosen, action), []),
            (_("Why not the runner-up"), [_runner_up(run, chosen)], [_held_against(run, segment)]),
            (_("Offer, channel and dates"), [_when()], [_offers(run, mine)]),
            (_("Control group"), _control(run, mine, action), []),
            (_("How success is measured"), [_measure(run, strategy)], []),
            (_("What would stop it"), _stop(action, run), []),
        ],
    )


def _who(run: RunTables, mine: pd.DataFrame) -> str:
    members = run.scores[run.scores["customer_id"].isin(mine["customer_id"])]
    segment = str(mine["segment"].iloc[0])
    every = int((run.scores["segment"] == segment).sum())
    r, freq = members["r_score"], members["f_score"]
    return _(
        "{n} of {all} customers of the segment '{segment}': recency score {r}, frequency score {f}, where 5 is the most "
        "recent and the most frequent fifth.",
        n=f.number(len(mine), 0),
        all=f.number(every, 0),
        segment=segment_label(segment),
        r=_range(r),
        f=_range(freq),
    )


def _range(values: pd.Series) -> str:
    low, high = int(values.min()), int(values.max())
    if low == high:
        return f.number(low, 0)
    return _("{low} to {high}", low=f.number(low, 0), high=f.number(high, 0))


def _traits(run: RunTables, mine: pd.DataFrame) -> TextTable:
    """Medians of the group beside those of all customers."""
    group = run.scores[run.scores["customer_id"].isin(mine["customer_id"])]
    days = f.number(run.facts["leaving_days"], 0)
    lines: list[tuple[str, str, Callable[[float], str]]] = [
        (_("Days since the last order"), "recency_days", lambda v: f.number(v, 0)),
        (_("Orders"), "orders", lambda v: f.number(v, 0)),
        (_("Revenue"), "revenue", lambda v: f.money(v, run.currency)),
        (
            _("Probability of no purchase in {days} days", days=days),
            "probability_leaving",
            lambda v: f.percent(v),
        ),
        (_("Customer value, next 12 months"), "value", lambda v: f.money(v, run.currency)),
    ]
    rows = [[name, show(group[column].median()), show(run.scores[column].median())] for name, column, show in lines]
    heads = {
        _("Median customer"): "left",
        _("This action (n = {n})", n=f.number(len(group), 0)): "right",
        _("All customers (n = {n})", n=f.number(len(run.scores), 0)): "right",
    }
    return TextTable(heads, rows)


def _examples_sentence() -> str:
    return _(
        "From the lowest to the highest value, evenly spaced. Customers stand under their numbers or pseudonyms; the list "
        "of the plan has all of them."
    )


def _examples(run: RunTables, mine: pd.DataFrame) -> TextTable:
    """Contacted customers, evenly spaced by value."""
    sent = mine[mine["arm"] == "contact"].merge(
        run.scores[["customer_id", "recency_days", "orders", "value"]], on="customer_id"
    )
    ordered = sent.sort_values(["value", "customer_id"], ignore_index=True)
    places = np.unique(np.linspace(0, len(ordered) - 1, EXAMPLES).round().astype(int))
    first = run.items[run.items["rank"] == 1].drop_duplicates("customer_id").set_index("customer_id")
    names = first["item_name" if "item_name" in first.columns else "item"].astype(str)
    rows = [
        [
            str(r["customer_id"]),
            f.number(r["recency_days"], 0),
            f.number(r["orders"], 0),
            f.money(r["value"], run.currency),
            offer_label(str(r["offer"])),
            str(names.get(r["customer_id"], "–")),
            channel_label(str(r["channel"])),
            f.day_month(r["planned_on"]),
        ]
        for r in ordered.iloc[places].to_dict("records")
    ]
    heads = {
        _("Customer"): "left",
        _("Days since the last order"): "right",
        _("Orders"): "right",
        _("Customer value, next 12 months"): "right",
        _("Offer"): "left",
        _("Item first"): "left",
        _("Channel"): "left",
        _("On"): "left",
    }
    return TextTable(heads, rows)


def _why(run: RunTables, chosen: pd.Series, action: dict[str, Any]) -> list[str]:
    each = float(action["cost"]) / int(action["customers"])
    return [
        _(
            "One success brings {profit} of profit on average, one contact with its offer costs {cost}: it pays if {odds} "
            "act. By {channel} without an offer, {effect} are assumed to.",
            profit=f.money(float(chosen["profit_per_success"]), run.currency),
            cost=f.money(each, run.currency),
            odds=break_even(float(action["pays_if"])),
            channel=channel_label(str(chosen["channel"])).lower(),
            effect=f.percent(float(chosen["assumed_effect"]), 1),
        ),
        _(
            "Customers of the segment with whom no contact pays, or who lie beyond the budget, are left out. Each customer "
            "is in one action only."
        ),
    ]


def _runner_up(run: RunTables, chosen: pd.Series) -> str:
    same = run.strategies["segment"] == chosen["segment"]
    if not chosen["system_chosen"]:
        system = run.strategies[same & run.strategies["system_chosen"]]
        if len(system):
            return _(
                "You decided for this; the system would have chosen '{strategy}'.",
                strategy=strategy_label(str(system["strategy"].iloc[0])),
            )
        return _("You decided for this; the system would have left the segment alone.")
    others = run.strategies[same & ~run.strategies["chosen"]].sort_values("expected_profit", ascending=False)
    if others.empty:
        return _("No other strategy fits this segment.")
    other = others.iloc[0]
    if float(other["expected_profit"]) <= 0:
        return _(
            "The runner-up, '{other}', would not cover its cost: it needs {odds}, {effect} are assumed.",
            other=strategy_label(str(other["strategy"])),
            odds=break_even(float(other["break_even_effect"])),
            effect=f.percent(float(other["assumed_effect"]), 1),
        )
    return _(
        "If the assumptions hold, the runner-up, '{other}', would leave {share} of what '{chosen}' leaves.",
        other=strategy_label(str(other["strategy"])),
        share=f.percent(float(other["expected_profit"]) / float(chosen["expected_profit"])),
        chosen=strategy_label(str(chosen["strategy"])),
    )


def _held_against(run: RunTables, segment: str) -> TextTable:
    """All strategies of the segment, the chosen one first."""
    rows = run.strategies[run.strategies["segment"] == segment].sort_values(
        ["chosen", "expected_profit"], ascending=False
    )
    texts = [
        [
            strategy_label(str(r["strategy"])),
            channel_label(str(r["channel"])),
            f.money(float(r["profit_per_success"]), run.currency),
            break_even(float(r["break_even_effect"])),
            f.percent(float(r["assumed_effect"]), 1),
        ]
        for r in rows.to_dict("records")
    ]
    heads = {
        _("Strategy"): "left",
        _("Best channel"): "left",
        _("Profit of one success"): "right",
        _("Pays if"): "right",
        _("Assumed"): "right",
    }
    return TextTable(heads, texts)


def _when() -> str:
    return _("Contacts are spread over the weeks at random, so that seasons and weekdays do not pass for an effect.")


def _offers(run: RunTables, mine: pd.DataFrame) -> TextTable:
    rows, heads = plan_rows(mine, run.owners)
    return TextTable(dict(list(heads.items())[1:]), [row[1:] for row in rows])


def _control(run: RunTables, mine: pd.DataFrame, action: dict[str, Any]) -> list[str]:
    arms = mine["arm"].value_counts()
    held = int(arms.get("control", 0)), int(arms.get("holdout", 0))
    drawn = plural(
        "Of {n} customer with this action {control} are held back for it and {holdout} belong to the lasting control "
        "group, drawn at random with recorded probabilities.",
        "Of {n} customers with this action {control} are held back for it and {holdout} belong to the lasting control "
        "group, drawn at random with recorded probabilities.",
        len(mine),
        control=f.number(held[0], 0),
        holdout=f.number(held[1], 0),
    )
    test = run.tests[run.tests["action"] == f"{action['segment']}:{action['strategy']}"]
    if test.empty or pd.isna(test["detectable_effect"].iloc[0]):
        return [
            drawn,
            _("Nearly everyone here buys anyway, or a group is empty: compare amounts, not the share who order."),
        ]
    found = float(test["detectable_effect"].iloc[0])
    points, effect = f.percent(found, 1), f.percent(float(test["assumed_effect"].iloc[0]), 1)
    if found <= float(test["assumed_effect"].iloc[0]):
        words = _(
            "These groups can find an effect of {points} or more (80 % power, two-sided 5 %), and {effect} are assumed.",
            points=points,
            effect=effect,
        )
    else:
        words = _(
            "These groups can only find an effect of {points} or more (80 % power, two-sided 5 %), {effect} are "
            "assumed: one round will not decide it.",
            points=points,
            effect=effect,
        )
    return [drawn, words]


def _measure(run: RunTables, strategy: str) -> str:
    days = f.number(run.horizon_days, 0)
    if strategy == "retain":
        return _(
            "Share who stay, that is who buy within {days} days of the planned contact: those planned for a contact against "
            "those held back, whether or not the contact reached them. Profit per customer is compared the same way.",
            days=days,
        )
    return _(
        "Share who order within {days} days of the planned contact: those planned for a contact against those held back, "
        "whether or not the contact reached them. Profit per customer is compared the same way.",
        days=days,
    )


def _stop(action: dict[str, Any], run: RunTables) -> list[str]:
    lines = [
        _(
            "Stop when the whole 90 % interval of the measured effect lies below what it takes to pay ({odds}).",
            odds=break_even(float(action["pays_if"])),
        ),
    ]
    if not run.facts.get("consent_checked", False):
        lines.append(_("Nothing may be sent before consent is checked."))
    if run.facts["margin_basis"] == "assumed":
        lines.append(
            _(
                "The margin is assumed at {rate}; at half of it, it pays only if {odds} act.",
                rate=f.percent(float(run.facts["margin"])),
                odds=break_even(float(action["pays_if"]) * 2),
            )
        )
    return lines
