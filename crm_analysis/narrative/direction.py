"""Step 3 in words: which strategy for whom, and what it takes to pay."""

from __future__ import annotations

import numpy as np
import pandas as pd

from crm_analysis import formats as f
from crm_analysis.decisions import Assumptions
from crm_analysis.features import Margin
from crm_analysis.labels import channel_label, segment_label, strategy_label
from crm_analysis.messages import _, plural

__all__ = [
    "action_facts",
    "action_name",
    "answer",
    "assumption_sentence",
    "break_even",
    "break_even_words",
    "card_rows",
    "from_before",
    "margin_sentence",
    "none_pays",
    "split_rows",
    "strategy_rows",
    "why_not",
    "overrule_rows",
    "overrule_sentence",
]

LARGEST_ODDS = 10_000


def break_even(share: float) -> str:
    """How many of the contacted must act for the contact to pay, as "1 in 38"."""
    if np.isnan(share):
        return _("not known")
    if share <= 0:
        return _("any at all")
    if share > 1:
        return _("more than all of them")
    if share > 0.5:
        return f.percent(share)
    odds = min(int(np.floor(1 / share)), LARGEST_ODDS)
    return _("1 in {n}", n=f.number(odds, 0))


def action_name(segment: str, strategy: str) -> str:
    """Name of an action: what is done for whom."""
    names = {
        "retain": _("Keep them from leaving: {segment}", segment=segment_label(segment)),
        "activate": _("Bring them to buy more often: {segment}", segment=segment_label(segment)),
        "raise_loyalty": _("Deepen their loyalty: {segment}", segment=segment_label(segment)),
        "cross_sell": _("Sell them something new: {segment}", segment=segment_label(segment)),
        "reactivate": _("Win them back: {segment}", segment=segment_label(segment)),
    }
    return names[strategy]


def answer(strategies: pd.DataFrame) -> str:
    """The step's answer: the safest action and what it needs to pay."""
    chosen = strategies[strategies["chosen"]]
    if chosen.empty and (strategies["expected_profit"] > 0).any():
        return _(
            "No strategy is chosen: there is too little data to value customers, or people decided against all of them."
        )
    if chosen.empty:
        return _(
            "No strategy clears its cost under the assumed effects; test on a few customers before you spend more."
        )
    best = chosen.sort_values("safety", ascending=False).iloc[0]
    return plural(
        "{n} segment has a strategy that would pay: '{action}' for {customers} customers. Without an offer, by "
        "{channel}, it pays if {odds} of those contacted act on it. These effects are assumed, not measured.",
        "{n} segments have a strategy that would pay; the safest is '{action}' for {customers} customers. Without an "
        "offer, by {channel}, it pays if {odds} of those contacted act on it. These effects are assumed, not measured.",
        len(chosen),
        action=action_name(str(best["segment"]), str(best["strategy"])),
        customers=f.number(best["customers"], 0),
        channel=channel_label(str(best["channel"])).lower(),
        odds=break_even(float(best["break_even_effect"])),
    )


def break_even_words(strategies: pd.DataFrame) -> dict[str, str]:
    """Title and captions of needed against assumed effects."""
    chosen = strategies[strategies["chosen"]]
    tight = int((chosen["safety"] < 2).sum())
    title = (
        _(
            "{n} of the chosen strategies have little room: their assumed effect is less than twice what they need",
            n=f.number(tight, 0),
        )
        if tight
        else _("Each chosen strategy needs less than half of its assumed effect to pay")
    )
    return {
        "title": title,
        "subtitle": _("Share of contacted customers who must act to cover the cost, and the share assumed"),
        "caption": _("Assumed effects are settings, not results; a test with a control group replaces them."),
    }


def margin_sentence(strategies: pd.DataFrame, margin: Margin) -> str:
    """Down to which margin the chosen strategies pay; empty where costs of goods are known.

    What a success earns is in proportion to the margin, so a strategy turns at the margin divided by its safety.
    """
    chosen = strategies[strategies["chosen"] & np.isfinite(strategies["safety"].astype(float))]
    if margin.basis == "costs" or chosen.empty:
        return ""
    first = chosen.sort_values("safety").iloc[0]
    last = float(chosen["safety"].max())
    values = {
        "rate": f.percent(margin.rate, 1),
        "action": action_name(str(first["segment"]), str(first["strategy"])),
        "turn": f.percent(margin.rate / float(first["safety"]), 1),
        "none": f.percent(margin.rate / last, 1),
    }
    if margin.basis == "assumed":
        return _(
            "The margin is assumed at {rate} of revenue: below {turn} '{action}' would no longer pay, below {none} none of "
            "the chosen strategies would.",
            **values,
        )
    return _(
        "The margin is set at {rate} of revenue: below {turn} '{action}' would no longer pay, below {none} none of the "
        "chosen strategies would.",
        **values,
    )


def why_not(strategies: pd.DataFrame) -> str:
    """Why the runner-up of the largest segment that has one was not chosen."""
    chosen = strategies[strategies["chosen"]].sort_values("customers", ascending=False)
    for row in chosen.to_dict("records"):
        mine = strategies["segment"] == row["segment"]
        others = strategies[mine & strategies["runner_up"] & ~strategies["chosen"]]
        if len(others) and row["system_chosen"]:
            other = others.iloc[0]
            return _(
                "For {segment}, '{strategy}' comes before '{other}', which would need {odds} of those "
                "contacted to act.",
                segment=segment_label(str(row["segment"])),
                strategy=strategy_label(str(row["strategy"])),
                other=strategy_label(str(other["strategy"])),
                odds=break_even(float(other["break_even_effect"])),
            )
    return ""


def strategy_rows(strategies: pd.DataFrame, currency: str) -> tuple[list[list[str]], dict[str, str]]:
    """The chosen strategies as finished texts."""
    chosen = strategies[strategies["chosen"]]
    rows = [
        [
            segment_label(str(r["segment"])),
            strategy_label(str(r["strategy"])),
            channel_label(str(r["channel"])),
            f.number(r["customers"], 0),
            f.money(r["cost"], currency, "table"),
            break_even(float(r["break_even_effect"])),
            f.percent(r["assumed_effect"], 1),
        ]
        for r in chosen.to_dict("records")
    ]
    heads = {
        _("Segment"): "left",
        _("Strategy"): "left",
        _("Channel"): "left",
        _("Customers"): "right",
        _("Cost of contacts"): "right",
        _("Pays if"): "right",
        _("Assumed"): "right",
    }
    return rows, heads


def card_rows(cards: pd.DataFrame, currency: str) -> tuple[list[list[str]], dict[str, str]]:
    """The hypotheses to test as finished texts."""
    rows = [
        [
            str(r["card"]),
            action_name(str(r["segment"]), str(r["strategy"])),
            _("share who stay") if r["kpi"] == "kept_share" else _("share who order"),
            f.percent(r["assumed_effect"], 1),
            break_even(float(r["break_even_effect"])),
            f.money(r["cost"], currency, "table"),
            _("Stop when the interval lies below what it takes to pay"),
        ]
        for r in cards.to_dict("records")
    ]
    heads = {
        _("Card"): "left",
        _("Action"): "left",
        _("Measured by"): "left",
        _("Assumed effect"): "right",
        _("Pays if"): "right",
        _("Cost"): "right",
        _("Stop rule"): "left",
    }
    return rows, heads


def split_rows(split: pd.DataFrame, currency: str) -> tuple[list[list[str]], dict[str, str]]:
    """Money per objective as finished texts."""
    names = {
        "acquisition": _("Acquisition and winning back"),
        "development": _("Development"),
        "retention": _("Retention"),
    }
    rows = [
        [
            names[str(r["objective"])],
            f.number(r["customers"], 0),
            f.money(r["cost"], currency, "table"),
            f.percent(r["share"]),
        ]
        for r in split.to_dict("records")
    ]
    return rows, {_("Objective"): "left", _("Customers"): "right", _("Cost of contacts"): "right", _("Share"): "right"}


def from_before(segments: pd.DataFrame) -> str:
    """What step 2 decided that this step uses."""
    return _(
        "From the customer analysis: {n} segments with {customers} customers.",
        n=f.number(len(segments), 0),
        customers=f.number(int(segments["customers"].sum()), 0),
    )


def none_pays() -> str:
    """Why no strategy is shown."""
    return _("No strategy clears its cost under the assumed effects.")


def assumption_sentence(assumptions: Assumptions, item_profit: float | None) -> str:
    """Which numbers are assumed."""
    if assumptions.assumed_channel_costs:
        text = _("Effects and costs of contacts are assumed; set yours under [decisions] in crm.toml.")
    else:
        text = _("Costs of contacts are those of your settings; effects are assumed.")
    if item_profit is None:
        return text + " " + _("Cross-selling is left out: it needs order_lines.product_id.")
    return text


def action_facts(cards: pd.DataFrame) -> list[dict[str, object]]:
    """The actions for the first page."""
    return [{str(name): value for name, value in row.items()} for row in cards.to_dict("records")]


def overrule_sentence(overrules: pd.DataFrame) -> str:
    """How many decisions of people are applied, and which could not be."""
    if overrules.empty:
        return _(
            "All choices are the system's. To overrule one: `crm-analysis decide SEGMENT STRATEGY --reason WHY`; it is kept in "
            "decisions.toml."
        )
    lost = overrules[~overrules["applied"].astype(bool)]
    if len(lost):
        return _(
            "{n} of your {all} decisions could not be applied: the segment is empty now or the strategy does not fit it.",
            n=f.number(len(lost), 0),
            all=f.number(len(overrules), 0),
        )
    return _("{n} of your decisions are applied.", n=f.number(len(overrules), 0))


def overrule_rows(overrules: pd.DataFrame, currency: str) -> tuple[list[list[str]], dict[str, str]]:
    """Decisions of people beside the system's as finished texts."""
    none = _("leave alone")
    rows = [
        [
            segment_label(str(r["segment"])),
            none if r["system"] == "none" else strategy_label(str(r["system"])),
            none if r["yours"] == "none" else strategy_label(str(r["yours"])),
            f.money(r["difference"], currency, signed=True),
        ]
        for r in overrules.to_dict("records")
    ]
    heads = {
        _("Segment"): "left",
        _("System's choice"): "left",
        _("Your choice"): "left",
        _("Difference in assumed profit"): "right",
    }
    return rows, heads
