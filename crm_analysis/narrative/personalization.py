"""Step 5 in words: which product fits each person, and whether personal beats simple."""

from __future__ import annotations

import pandas as pd

from crm_analysis import formats as f
from crm_analysis.labels import method_label
from crm_analysis.messages import _, plural

__all__ = [
    "answer",
    "backtest_words",
    "from_before",
    "no_products",
    "nothing_chosen",
    "plan_rows",
    "reason_text",
    "with_reasons",
]


def answer(backtest: pd.DataFrame, plan: pd.DataFrame, *, products: bool) -> str:
    """The step's answer: the winner of the check, or why there is none."""
    if plan.empty and products:
        return _("No customer has an action, so no products are chosen.")
    if plan.empty:
        return _("Without products in the order lines, nothing can be chosen for single customers.")
    n = f.number(plan["customer_id"].nunique(), 0)
    rates = backtest.set_index("method")
    if rates.empty or not rates["n"].max():
        return _("{n} customers have a personal choice of products; the data is too short to check it.", n=n)
    rule = str(rates["hit_rate"].drop(index="personal").idxmax())
    share, low = rates["hit_rate"].to_dict(), rates["low"].to_dict()
    values = {
        "rule": method_label(rule),
        "simple": f.percent(share[rule]),
        "share": f.percent(share["personal"]),
        "n": n,
        "checked": f.number(int(rates["n"].max()), 0),
    }
    if float(low["personal"]) > float(rates.drop(index="personal")["high"].max()):
        return _(
            "Personal beats simple: {share} of the items chosen for {checked} customers were bought within a month, against "
            "{simple} with the best simple rule ('{rule}'). {n} customers have their own choice.",
            **values,
        )
    return _(
        "Personal does not clearly beat simple: {share} of the items chosen for {checked} customers were bought within a "
        "month, {simple} with the best simple rule ('{rule}'). The simple rule is enough until a test says otherwise.",
        **values,
    )


def backtest_words(backtest: pd.DataFrame, days: int) -> dict[str, str]:
    """Title and captions of the check."""
    if backtest.empty or not backtest["n"].max():
        return {"title": "", "subtitle": ""}
    mine, simple = backtest[backtest["method"] == "personal"], backtest[backtest["method"] != "personal"]
    lead = float(mine["hit_rate"].max() - simple["hit_rate"].max())
    if float(mine["low"].max()) > float(simple["high"].max()):
        title = _("Personal choice is {points} ahead of the best simple rule", points=f.points(lead))
    elif float(mine["high"].max()) < float(simple["low"].max()):
        title = _("A simple rule is {points} ahead of personal choice", points=f.points(-lead))
    else:
        title = _("Personal choice and the best simple rule are too close to tell apart")
    return {
        "title": title,
        "subtitle": _(
            "Share of three shown items that were bought in the next {days} days, n = {n} customers",
            days=f.number(days, 0),
            n=f.number(int(backtest["n"].max()), 0),
        ),
        "caption": _(
            "Chosen from data before the window; 90 % intervals. What people buy, not what showing it changes."
        ),
    }


def reason_text(reason: str, because: str, times: int, usual_days: int, since_days: int) -> str:
    """Why an item is shown, as one sentence."""
    if reason == "bought_before":
        return plural(
            "bought on {times} days, usually every {usual} days, last {n} day ago",
            "bought on {times} days, usually every {usual} days, last {n} days ago",
            since_days,
            times=f.number(times, 0),
            usual=f.number(usual_days, 0),
        )
    if reason == "goes_with":
        return _("often bought by those who buy {item}", item=because)
    return _("bought by most customers")


def with_reasons(plan: pd.DataFrame) -> pd.DataFrame:
    """The plan with its reasons as sentences in the report's language, in column ``why``."""
    columns = ["reason", "because", "times", "usual_days", "since_days"]
    if plan.empty:
        return plan.assign(why=pd.Series(dtype="str"))
    return plan.assign(why=[reason_text(*row) for row in plan[columns].itertuples(index=False, name=None)])


def plan_rows(plan: pd.DataFrame, most: int = 3) -> tuple[list[list[str]], dict[str, str]]:
    """The choices of a few customers as finished texts; ids are pseudonymous."""
    some = plan[plan["customer_id"].isin(plan["customer_id"].drop_duplicates().head(most))]
    kinds = {"again": _("again"), "new": _("new"), "popular": _("popular")}
    rows = [
        [str(r["customer_id"]), str(r["item_name"]), kinds[str(r["kind"])], str(r["why"])]
        for r in some.to_dict("records")
    ]
    return rows, {_("Customer"): "left", _("Item"): "left", _("Kind"): "left", _("Why"): "left"}


def from_before(offers: pd.DataFrame) -> str:
    """What step 4 decided that this step uses."""
    return _("From the offers: {n} customers get a contact.", n=f.number(int((offers["offer"] != "none").sum()), 0))


def no_products() -> str:
    """Why there is no check."""
    return _("The check needs order_lines.product_id, 90 days of data and 30 customers who bought in the last 30 days.")


def nothing_chosen(*, products: bool) -> str:
    """Why nobody has a choice of products."""
    if products:
        return _("No customer has an action, so no products are chosen.")
    return _("No product is known: map order_lines.product_id in crm.toml to see a choice for every customer.")
