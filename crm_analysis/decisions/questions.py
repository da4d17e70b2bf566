"""The questions of the eight steps: which the data can answer, what would switch on most, how far the data has come.

Data grows in three stages: about operations and products; about customers, for analysis; and about all dealings with
customers, integrated. Which stage a shop has reached follows from the questions of each that its data can answer.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pandas as pd

__all__ = ["QUESTIONS", "STAGES", "Question", "additions", "maturity", "questions"]

STAGES = ("operations", "analysis", "integration")
MOST = 3
"""Additions to name."""
REACHED = 0.5
"""Share of a stage's questions that must be answerable for the stage to be reached."""


@dataclass(frozen=True)
class Question:
    """A question: code, step that it belongs to, stage of the data, and the columns that it needs."""

    code: str
    step: str
    stage: str
    needs: tuple[str, ...]


def _question(code: str, step: str, stage: str, needs: str) -> Question:
    return Question(code, step, stage, tuple(needs.split()))


QUESTIONS: tuple[Question, ...] = (
    _question("sales_over_time", "01", "operations", "order_lines.ordered_at"),
    _question("returns", "00", "operations", "order_lines.quantity"),
    _question("products_together", "05", "operations", "order_lines.product_id order_lines.order_id"),
    _question("categories", "01", "operations", "order_lines.product_id products.category"),
    _question("sales_channels", "01", "operations", "order_lines.channel"),
    _question("price_changes", "01", "operations", "order_lines.product_id product_prices.price"),
    _question("late_deliveries", "00", "operations", "deliveries.promised_at deliveries.delivered_at"),
    _question("spending", "01", "operations", "marketing_spend.amount"),
    _question("competitors", "01", "operations", "competitors.score"),
    _question("goals", "01", "operations", "goals.target"),
    _question("customer_value", "02", "analysis", "order_lines.customer_id order_lines.ordered_at"),
    _question("customer_profit", "02", "analysis", "order_lines.unit_cost"),
    _question("new_customers", "02", "analysis", "customers.joined_at"),
    _question("who_they_are", "02", "analysis", "customers.age_group"),
    _question("where_from", "02", "analysis", "customers.acquisition_source"),
    _question("cost_of_winning", "02", "analysis", "marketing_spend.amount customers.joined_at"),
    _question("several_channels", "02", "analysis", "order_lines.channel order_lines.customer_id"),
    _question("customer_share", "01", "analysis", "category_spend.amount"),
    _question("satisfaction", "02", "analysis", "feedback.score feedback.customer_id"),
    _question("reasons_for_leaving", "02", "analysis", "deliveries.promised_at feedback.kind feedback.customer_id"),
    _question("referrals", "04", "analysis", "customers.referrer_id"),
    _question("prospects", "02", "analysis", "prospects.source"),
    _question("right_product", "05", "analysis", "order_lines.product_id"),
    _question("preferences", "05", "integration", "preferences.value"),
    _question("all_contacts", "02", "integration", "contacts.contacted_at contacts.channel contacts.direction"),
    _question("cost_to_serve", "03", "integration", "contacts.cost contacts.handled_minutes"),
    _question("answers_by_channel", "06", "integration", "contacts.channel contacts.outcome"),
    _question("allowed_contacts", "06", "integration", "consents.granted"),
    _question("own_offers", "04", "integration", "offers.kind offers.cost"),
    _question("used_offers", "07", "integration", "redemptions.redeemed_at"),
    _question("points", "04", "integration", "loyalty_ledger.points"),
    _question("past_campaigns", "07", "integration", "campaigns.starts_on campaign_targets.customer_id"),
    _question("measured_effects", "07", "integration", "campaigns.starts_on campaign_targets.arm"),
    _question("complaints", "07", "integration", "feedback.kind feedback.state"),
    _question("slow_answers", "07", "integration", "feedback.kind feedback.answered_at"),
    _question("what_they_write", "07", "integration", "feedback.text"),
    _question("alliances", "04", "integration", "partners.kind prospects.partner_id"),
)
"""All questions, in the order of the stages."""


def questions(filled: Callable[[str, str], bool]) -> pd.DataFrame:
    """Hold every question against the data.

    Parameters
    ----------
    filled
        Whether a column of a table has any value.

    Returns
    -------
    pandas.DataFrame
        One row per question: question, step, stage, answerable, needs and missing (``table.column``, with commas).
    """
    rows = []
    for question in QUESTIONS:
        missing = [need for need in question.needs if not filled(*need.split("."))]
        rows.append(
            {
                "question": question.code,
                "step": question.step,
                "stage": question.stage,
                "answerable": not missing,
                "needs": ", ".join(question.needs),
                "missing": ", ".join(missing),
            }
        )
    return pd.DataFrame(rows)


def additions(asked: pd.DataFrame, tables: Sequence[str]) -> pd.DataFrame:
    """The additions that would make most questions answerable, each on top of those before it.

    An addition is a table that is not there, with all columns that questions ask of it, or one column of a table
    that is there. Among equals the one that needs fewer columns comes first.

    Parameters
    ----------
    asked
        Of :func:`questions`.
    tables
        Names of the tables that are there.

    Returns
    -------
    pandas.DataFrame
        At most three rows: rank, table, columns (with commas), questions (how many it switches on), switched_on
        (their codes, with commas).
    """
    open_needs = {r["question"]: set(r["missing"].split(", ")) for r in asked.to_dict("records") if r["missing"]}
    rows = []
    for rank in range(1, MOST + 1):
        best = max(
            (_gain(added, open_needs) for added in _candidates(open_needs, tables)), default=None, key=lambda g: g[0]
        )
        if best is None or not best[1]:
            break
        _score, codes, added = best
        names = [need.split(".") for need in sorted(added)]
        rows.append(
            {
                "rank": rank,
                "table": names[0][0],
                "columns": ", ".join(column for _table, column in names),
                "questions": len(codes),
                "switched_on": ", ".join(codes),
            }
        )
        open_needs = {code: needs - added for code, needs in open_needs.items() if needs - added}
    frame = pd.DataFrame(rows, columns=["rank", "table", "columns", "questions", "switched_on"])
    return frame.astype({"rank": "int64", "questions": "int64", "table": "str", "columns": "str", "switched_on": "str"})


def _candidates(open_needs: dict[str, set[str]], tables: Sequence[str]) -> list[frozenset[str]]:
    wanted = sorted(set().union(*open_needs.values())) if open_needs else []
    new = sorted({need.split(".")[0] for need in wanted} - set(tables))
    whole = [frozenset(need for need in wanted if need.startswith(f"{table}.")) for table in new]
    return [*whole, *(frozenset({need}) for need in wanted if need.split(".")[0] in tables)]


def _gain(added: frozenset[str], open_needs: dict[str, set[str]]) -> tuple[tuple[int, int], list[str], frozenset[str]]:
    """How good an addition is, the questions it switches on, and what it is."""
    codes = [code for code, needs in open_needs.items() if needs <= added]
    return (len(codes), -len(added)), codes, added


def maturity(asked: pd.DataFrame) -> pd.DataFrame:
    """How far the data has come.

    Returns
    -------
    pandas.DataFrame
        One row per stage, in order: stage, questions, answerable, reached (at least half of its questions and of those
        of every stage before it can be answered; the first stage is where everybody begins).
    """
    counts = asked.groupby("stage")["answerable"].agg(["size", "sum"]).reindex(STAGES)
    enough = (counts["sum"] >= REACHED * counts["size"]) | (counts.index == STAGES[0])
    return pd.DataFrame(
        {
            "stage": list(STAGES),
            "questions": counts["size"].astype("int64").to_numpy(),
            "answerable": counts["sum"].astype("int64").to_numpy(),
            "reached": enough.cummin().astype(bool).to_numpy(),
        }
    )
