"""What the data can answer in words: tables and columns, questions, what to add next, how far the data has come."""

from __future__ import annotations

import pandas as pd

from crm_analysis import formats as f
from crm_analysis.contract import SOURCE_TABLES
from crm_analysis.messages import _, plural

__all__ = [
    "addition_rows",
    "inventory_rows",
    "maturity_sentence",
    "nothing_to_add",
    "question_label",
    "question_rows",
    "stage_label",
]

_COMPLETE = 0.95
"""Share of rows with a value from which a column counts as complete."""


def stage_label(code: str) -> str:
    """Stage of the data."""
    names = {
        "operations": _("Operations and products"),
        "analysis": _("Customers, for analysis"),
        "integration": _("Customers, integrated"),
    }
    return names[code]


def question_label(code: str) -> str:
    """A question of the eight steps."""
    names = {
        "sales_over_time": _("How do sales develop?"),
        "returns": _("What comes back?"),
        "products_together": _("Which products are bought together?"),
        "categories": _("Which categories grow?"),
        "sales_channels": _("Through which channels do we sell?"),
        "price_changes": _("What do price changes do?"),
        "late_deliveries": _("How often do deliveries come late?"),
        "spending": _("What do we spend on marketing?"),
        "competitors": _("Where are competitors stronger?"),
        "goals": _("Do we reach our goals?"),
        "customer_value": _("What is each customer worth, and who is leaving?"),
        "customer_profit": _("What profit does each customer bring?"),
        "new_customers": _("Who is really new?"),
        "who_they_are": _("Who are the customers?"),
        "where_from": _("Where do good customers come from?"),
        "cost_of_winning": _("What does a new customer cost?"),
        "several_channels": _("Who buys through several channels?"),
        "customer_share": _("What share of their spending do customers give us?"),
        "satisfaction": _("How satisfied are our good customers?"),
        "reasons_for_leaving": _("Why do customers leave?"),
        "referrals": _("Who recommends us?"),
        "prospects": _("Where are prospects?"),
        "right_product": _("Which product fits whom?"),
        "preferences": _("What do customers say they want?"),
        "all_contacts": _("How did we deal with each customer: visits, calls, messages?"),
        "cost_to_serve": _("What does it cost to serve each customer?"),
        "answers_by_channel": _("Who answers through which channel?"),
        "allowed_contacts": _("Whom may we contact?"),
        "own_offers": _("Which of our offers pays?"),
        "used_offers": _("Who uses offers?"),
        "points": _("What do points cost and do?"),
        "past_campaigns": _("How did past campaigns do?"),
        "measured_effects": _("What did campaigns really change?"),
        "complaints": _("Which complaints are open?"),
        "slow_answers": _("What do slow answers cost?"),
        "what_they_write": _("What do customers write about?"),
        "alliances": _("Which partner brings good customers?"),
    }
    return names[code]


def inventory_rows(inventory: pd.DataFrame) -> tuple[list[list[str]], dict[str, str]]:
    """Tables that are there: rows, period, columns, and those that are not complete."""
    rows = []
    for name, columns in inventory.groupby("table", sort=False):
        known = columns[columns["filled"] > 0]
        gaps = known[known["filled"] < _COMPLETE].sort_values("filled")
        rows.append(
            [
                str(name),
                f.number(columns["rows"].iloc[0], 0),
                f.date(columns["first"].iloc[0]),
                f.date(columns["last"].iloc[0]),
                _(
                    "{filled} of {all}",
                    filled=f.number(len(known), 0),
                    all=f.number(len(SOURCE_TABLES[str(name)].columns), 0),
                ),
                ", ".join(
                    f"{r['table']}.{r['column']} {f.percent(r['filled'])}" for r in gaps.head(3).to_dict("records")
                ),
            ]
        )
    heads = {
        _("Table"): "left",
        _("Rows"): "right",
        _("Since"): "left",
        _("Until"): "left",
        _("Columns with values"): "right",
        _("Least complete"): "left",
    }
    return rows, heads


def question_rows(asked: pd.DataFrame) -> tuple[list[list[str]], dict[str, str]]:
    """Questions that cannot be answered yet, with what they need."""
    rows = [
        [question_label(str(r["question"])), str(r["step"]), str(r["missing"])]
        for r in asked[~asked["answerable"]].to_dict("records")
    ]
    return rows, {_("Question"): "left", _("Step"): "left", _("Missing"): "left"}


def addition_rows(added: pd.DataFrame) -> tuple[list[list[str]], dict[str, str]]:
    """What to add next, and the questions that each addition switches on."""
    rows = [
        [
            ", ".join(f"{r['table']}.{column}" for column in str(r["columns"]).split(", ")),
            f.number(r["questions"], 0),
            " ".join(question_label(code) for code in str(r["switched_on"]).split(", ")),
        ]
        for r in added.to_dict("records")
    ]
    return rows, {_("Add"): "left", _("Questions"): "right", _("Then answerable"): "left"}


def nothing_to_add() -> str:
    """Where no single addition answers a further question."""
    return _("The data can answer every question of the eight steps.")


def maturity_sentence(stages: pd.DataFrame) -> str:
    """How far the data has come, and how much of each stage it can answer."""
    reached = stages[stages["reached"]].iloc[-1]
    told = [
        _(
            "{stage}: {answerable} of {n}",
            stage=stage_label(str(r["stage"])),
            answerable=f.number(r["answerable"], 0),
            n=f.number(r["questions"], 0),
        )
        for r in stages.to_dict("records")
    ]
    return plural(
        "The data can answer {n} question of {all} and has reached the stage: {stage}. By stage: {told}.",
        "The data can answer {n} questions of {all} and has reached the stage: {stage}. By stage: {told}.",
        int(stages["answerable"].sum()),
        all=f.number(int(stages["questions"].sum()), 0),
        stage=stage_label(str(reached["stage"])),
        told="; ".join(told),
    )
