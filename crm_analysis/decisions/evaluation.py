"""Step 7: what past campaigns brought, as far as the data can say, and what the next test can find."""

from __future__ import annotations

from datetime import date, timedelta

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd
from scipy.special import ndtri

from crm_analysis.features import purchase_days
from crm_analysis.features.totals import total
from crm_analysis.thresholds import CAMPAIGN_CUSTOMERS
from crm_analysis.warehouse import collect

__all__ = ["campaign_results", "needed_per_arm", "past_campaigns", "planned_tests"]

LEVEL = 0.90
MOST_ANYWAY = 0.99
"""Where more than this share buys anyway, the share who order cannot show an effect."""
_Z = float(ndtri((1 + LEVEL) / 2))


def _windows(campaigns: pd.DataFrame, first: date, last: date) -> pd.DataFrame:
    """Campaigns whose own window and two of the same length before it lie inside the data."""
    frame = campaigns.assign(
        starts_on=pd.to_datetime(campaigns["starts_on"]), ends_on=pd.to_datetime(campaigns["ends_on"])
    )
    frame["length"] = (frame["ends_on"] - frame["starts_on"]).dt.days + 1
    inside = frame["ends_on"] <= pd.Timestamp(last)
    early = frame["starts_on"] - pd.to_timedelta(2 * frame["length"], unit="D") >= pd.Timestamp(first)
    return frame[inside & early]


def _arms(targets: ir.Table, campaign: str) -> ir.Table:
    """Customers listed for a campaign: customer_id, targeted (False for those drawn as control)."""
    mine = targets.filter(targets["campaign_id"] == campaign)
    arm = mine["arm"].strip().lower().fill_null("") if "arm" in mine.columns else ibis.literal("")
    marked = mine.mutate(arm=arm, targeted=arm.notin(["control", "holdout"]))
    marked = marked.filter(marked["arm"] != "mass")  # who only got the mass mailing is on neither side
    return marked.group_by("customer_id").aggregate(targeted=marked["targeted"].max())


def _sums(lines: ir.Table, targets: ir.Table, row: pd.Series, as_of: date) -> pd.DataFrame:
    """Number, mean and variance of the change of sales per customer, for targeted and other customers.

    Customers are those with a purchase before the campaign, whether they bought in its windows or not: counting
    only buyers would let the campaign itself decide who is counted.
    """
    start, length = row["starts_on"].date(), int(row["length"])
    days = purchase_days(lines, as_of)
    number = days["day"].delta(ibis.date(start.isoformat()), unit="day")
    days = days.filter((number < length) & (number >= -2 * length)).mutate(
        window=(number / length).floor().cast("int64")
    )
    per = days.group_by("customer_id").aggregate(
        **{
            name: total(ibis.ifelse(days["window"] == w, days["amount"], 0.0))
            for name, w in (("during", 0), ("before", -1), ("earlier", -2))
        }
    )
    known = purchase_days(lines, start - timedelta(days=1)).select("customer_id").distinct()
    per = known.left_join(per, "customer_id").drop("customer_id_right")
    per = per.fill_null({"during": 0.0, "before": 0.0, "earlier": 0.0})
    listed = _arms(targets, str(row["campaign_id"]))
    if int(collect(listed.aggregate(controls=(~listed["targeted"]).sum())).fillna(0)["controls"].iloc[0]):
        joined = per.join(listed, "customer_id")
    else:
        joined = per.left_join(listed, "customer_id").mutate(targeted=lambda t: t["targeted"].fill_null(False))
    joined = joined.mutate(effect=joined["during"] - joined["before"], placebo=joined["before"] - joined["earlier"])
    table = joined.group_by("targeted").aggregate(
        n=joined.count(),
        effect=joined["effect"].mean(),
        effect_var=joined["effect"].var(),
        placebo=joined["placebo"].mean(),
        placebo_var=joined["placebo"].var(),
    )
    return collect(table).set_index("targeted")


def _difference(sums: pd.DataFrame, name: str) -> tuple[float, float, float]:
    sides = sums.to_dict("index")
    mine, others = sides[True], sides[False]
    change = float(mine[name]) - float(others[name])
    error = float(np.sqrt(mine[f"{name}_var"] / mine["n"] + others[f"{name}_var"] / others["n"]))
    low, high = change - _Z * error, change + _Z * error
    return round(change, 6), round(low, 6), round(high, 6)  # engines add in parallel: the last bits differ


def campaign_results(
    lines: ir.Table, campaigns: pd.DataFrame, targets: ir.Table, first: date, as_of: date
) -> pd.DataFrame:
    """Change of sales of targeted against other customers, campaign by campaign.

    The change is that from the window of the same length before the campaign; the same comparison one window
    earlier is a placebo: where it is not zero, the groups were on different paths and the estimate is no
    effect. Campaigns that were not randomised stay biased all the same. Where the list of targets names a control
    group, only that group is compared; customers without a purchase before the campaign are left out.

    Parameters
    ----------
    lines
        Order lines.
    campaigns
        campaign_id, name, starts_on, ends_on, randomised.
    targets
        campaign_id, customer_id.
    first, as_of
        First and last day of the data.

    Returns
    -------
    pandas.DataFrame
        One row per campaign that can be judged: treated and compared (customers), estimate, low, high (extra
        sales per customer, currency, 90 %), placebo_estimate, placebo_low, placebo_high, evidence
        (``measured`` if randomised, ``modelled`` if the placebo holds, else ``assumed``).
    """
    rows = []
    for _number, row in _windows(campaigns, first, as_of).iterrows():
        sums = _sums(lines, targets, row, as_of)
        if len(sums) < 2 or sums["n"].min() < CAMPAIGN_CUSTOMERS:
            continue
        effect, placebo = _difference(sums, "effect"), _difference(sums, "placebo")
        fair = placebo[1] <= 0 <= placebo[2]
        evidence = "measured" if row.get("randomised") is True else "modelled" if fair else "assumed"
        rows.append(
            {
                "campaign_id": str(row["campaign_id"]),
                "name": str(row["name"]),
                "starts_on": row["starts_on"],
                "ends_on": row["ends_on"],
                "treated": int(sums["n"].to_dict()[True]),
                "compared": int(sums["n"].to_dict()[False]),
                "estimate": effect[0],
                "low": effect[1],
                "high": effect[2],
                "placebo_estimate": placebo[0],
                "placebo_low": placebo[1],
                "placebo_high": placebo[2],
                "evidence": evidence,
            }
        )
    return pd.DataFrame(rows)


def needed_per_arm(base: float, lift: float, power: float = 0.80, level: float = 0.95) -> int:
    """Customers per arm to detect a lift of a share, two-sided; 0 where there is no lift to detect.

    The normal approximation with each arm's own variance (Fleiss, Levin and Paik 2003, chapter 4).

    Parameters
    ----------
    base
        Share without the action.
    lift
        Difference to detect.
    power, level
        Of the test.
    """
    after = min(max(base + lift, 0.0), 1.0)
    if after == base:
        return 0
    z = float(ndtri(1 - (1 - level) / 2) + ndtri(power))
    return int(np.ceil(z * z * (base * (1 - base) + after * (1 - after)) / (after - base) ** 2))


def _detectable(base: float, treated: int, control: int, power: float = 0.80, level: float = 0.95) -> float:
    if min(treated, control) < 2 or not 1 - MOST_ANYWAY < base < MOST_ANYWAY:
        return float("nan")
    z = ndtri(1 - (1 - level) / 2) + ndtri(power)
    return float(z * np.sqrt(base * (1 - base) * (1 / treated + 1 / control)))


def planned_tests(plan: pd.DataFrame, scores: pd.DataFrame, strategies: pd.DataFrame) -> pd.DataFrame:
    """What the control groups of this round can find out.

    Returns
    -------
    pandas.DataFrame
        One row per action: customers, contact, control, base (share who would buy anyway), assumed_effect,
        detectable_effect (80 % power, two-sided 5 %), needed_per_arm for the assumed effect; both are NaN where
        nearly everyone buys anyway.
    """
    buying = scores.set_index("customer_id")["probability_buying"]
    effects = strategies[strategies["chosen"]].set_index("segment")["assumed_effect"]
    rows = []
    for action, members in plan.groupby("action"):
        arms = members["arm"].value_counts()
        base = float(buying.reindex(members["customer_id"]).mean())
        effect = float(effects.get(members["segment"].iloc[0], np.nan))
        contact, control = int(arms.get("contact", 0)), int(arms.get("control", 0) + arms.get("holdout", 0))
        rows.append(
            {
                "action": str(action),
                "customers": len(members),
                "contact": contact,
                "control": control,
                "base": base,
                "assumed_effect": effect,
                "detectable_effect": _detectable(base, contact, control),
                "needed_per_arm": float(needed_per_arm(base, effect)) if base + effect < MOST_ANYWAY else np.nan,
            }
        )
    columns = [
        "action",
        "customers",
        "contact",
        "control",
        "base",
        "assumed_effect",
        "detectable_effect",
        "needed_per_arm",
    ]
    return pd.DataFrame(rows, columns=columns)


RESULT_COLUMNS = {
    "campaign_id": "str", "name": "str", "starts_on": "datetime64[ns]", "ends_on": "datetime64[ns]", "treated": "int64",
    "compared": "int64", "estimate": "float64", "low": "float64", "high": "float64", "placebo_estimate": "float64",
    "placebo_low": "float64", "placebo_high": "float64", "evidence": "str",
}  # fmt: skip


def past_campaigns(
    lines: ir.Table, campaigns: ir.Table | None, targets: ir.Table | None, first: date, as_of: date
) -> pd.DataFrame:
    """:func:`campaign_results`, or an empty table where no campaign can be judged."""
    empty = pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in RESULT_COLUMNS.items()})
    if campaigns is None or targets is None:
        return empty
    found = campaign_results(lines, collect(campaigns), targets, first, as_of)
    return found if len(found) else empty
