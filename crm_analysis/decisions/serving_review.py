"""What serving each segment costs, and which kinds of contact to question."""

from __future__ import annotations

import pandas as pd

from crm_analysis.intervals import margin_of_difference
from crm_analysis.thresholds import PERCENT_CUSTOMERS

__all__ = ["cheaper_kinds", "serving_by_segment"]


def serving_by_segment(scores: pd.DataFrame) -> pd.DataFrame:
    """Cost to serve by segment.

    Parameters
    ----------
    scores
        customer_scores: segment, gross_profit, serving (service, contacts and offers), profit.

    Returns
    -------
    pandas.DataFrame
        One row per segment, the largest share first: segment, customers, gross_profit, serving (currency),
        each (serving per customer), share (of the gross profit; NaN where there is none), losing (customers whom
        serving turns into a loss).
    """
    table = scores.assign(cost=scores["serving"], losing=(scores["gross_profit"] > 0) & (scores["profit"] < 0))
    found = table.groupby("segment", as_index=False).agg(
        customers=("customer_id", "size"), gross_profit=("gross_profit", "sum"), serving=("cost", "sum"),
        losing=("losing", "sum"),
    )  # fmt: skip
    found["each"] = found["serving"] / found["customers"]
    found["share"] = found["serving"] / found["gross_profit"].where(found["gross_profit"] > 0)
    columns = ["segment", "customers", "gross_profit", "serving", "each", "share", "losing"]
    ordered = found.sort_values(["share", "segment"], ascending=[False, True], ignore_index=True)
    return ordered[columns].astype({"losing": "int64"})


def cheaper_kinds(kinds: pd.DataFrame) -> pd.DataFrame:
    """Kinds of outward contact beside the cheapest one whose effect cannot be told from theirs, or is better.

    What is compared is an association: days with an order after the contact, less the same customers' usual rate. So a
    row is a question for a test with a control group, not a proof.

    Parameters
    ----------
    kinds
        contact_kinds: kind, contacts, compared, cost (of all), difference, low, high.

    Returns
    -------
    pandas.DataFrame
        One row per dearer kind, the largest saving first: kind, contacts, each (cost of one, currency), cheaper (kind),
        cheaper_each, saving (contacts times the difference of the costs), verdict (``stop``: fewer orders follow than
        usual, surely; ``replace``: no more orders follow than after the cheaper kind, by the 90 % interval of
        the difference).
    """
    columns = ["kind", "contacts", "each", "cheaper", "cheaper_each", "saving", "verdict"]
    ours = kinds[~kinds["kind"].str.contains("inbound|service") & (kinds["compared"] >= PERCENT_CUSTOMERS)]
    ours = ours[ours["cost"] > 0].assign(each=lambda t: t["cost"] / t["contacts"])
    rows = []
    for row in ours.to_dict("records"):
        mine = (row["low"], row["high"])
        wide = [margin_of_difference(mine, theirs) for theirs in zip(ours["low"], ours["high"], strict=True)]
        others = ours[(ours["each"] < row["each"]) & (row["difference"] - ours["difference"] <= wide)]
        stop = bool(row["high"] < 0)
        if others.empty and not stop:
            continue
        best = others.sort_values(["difference", "kind"], ascending=[False, True]).head(1)
        name, price = (str(best["kind"].iloc[0]), float(best["each"].iloc[0])) if len(best) else ("", 0.0)
        price = 0.0 if stop else price
        saving = float(row["contacts"]) * (row["each"] - price)
        verdict = "stop" if stop else "replace"
        rows.append((row["kind"], int(row["contacts"]), row["each"], "" if stop else name, price, saving, verdict))
    found = pd.DataFrame(rows, columns=columns).astype({"kind": "str", "cheaper": "str", "verdict": "str"})
    return found.sort_values(["saving", "kind"], ascending=[False, True], ignore_index=True)
