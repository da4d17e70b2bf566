"""The market as far as tables of the user's own tell it: rivals by criterion, and nothing that nobody entered."""

from __future__ import annotations

import pandas as pd

__all__ = ["brands_of", "competitor_grid", "own_name", "top_share"]

_OURS = ("our ", "we", "own", "자사", "우리", "당사")


def own_name(competitors: pd.DataFrame, project: str) -> str | None:
    """The row that is our own shop: named like the project, or called ours; None where there is none."""
    names = [str(name) for name in competitors["name"].dropna().unique()]
    for name in names:
        if name.strip().lower() == project.strip().lower():
            return name
    return next((name for name in names if name.strip().lower().startswith(_OURS)), None)


def competitor_grid(competitors: pd.DataFrame | None, project: str) -> pd.DataFrame | None:
    """Each criterion with our score, that of the best rival and the gap, the largest lag first.

    Parameters
    ----------
    competitors
        The table: name, criterion, score, customer_share, as_of; None where there is none.
    project
        Name of the project.

    Returns
    -------
    pandas.DataFrame or None
        One row per criterion: criterion, ours (NaN where our shop is not among them), rival (the best of the others;
        at equal scores the one that more of our customers use), best, gap (ours less best), rival_share (share of our
        customers who buy there, NaN where not known), as_of (the oldest judgement used).
    """
    if competitors is None or competitors.empty:
        return None
    frame = competitors.assign(customer_share=competitors.get("customer_share"), as_of=competitors.get("as_of"))
    ours = own_name(frame, project)
    rows = []
    for criterion, part in frame.groupby("criterion"):
        mine = part.loc[part["name"] == ours, "score"]
        rivals = part[part["name"] != ours].sort_values(
            ["score", "customer_share", "name"], ascending=[False, False, True], na_position="last"
        )
        if rivals.empty:
            continue
        best = rivals.iloc[0]
        own = float(mine.iloc[0]) if len(mine) else float("nan")
        share = best["customer_share"]
        rows.append(
            (
                str(criterion), own, str(best["name"]), float(best["score"]), own - float(best["score"]),
                float("nan") if pd.isna(share) else float(share), pd.to_datetime(part["as_of"]).min(),
            )
        )  # fmt: skip
    columns = ["criterion", "ours", "rival", "best", "gap", "rival_share", "as_of"]
    if not rows:
        return None
    grid = pd.DataFrame(rows, columns=columns)
    grid["as_of"] = pd.to_datetime(grid["as_of"])
    return grid.sort_values(["gap", "criterion"], na_position="last", ignore_index=True)


def top_share(revenue: pd.Series, most: int = 10) -> float:
    """Share of revenue that the largest customers bring; 0 without revenue."""
    whole = float(revenue.clip(lower=0).sum())
    return float(revenue.nlargest(most).clip(lower=0).sum()) / whole if whole > 0 else 0.0


def brands_of(products: pd.DataFrame | None) -> int:
    """How many brands are sold; 0 where it is not known."""
    return 0 if products is None or "brand" not in products else int(products["brand"].nunique())
