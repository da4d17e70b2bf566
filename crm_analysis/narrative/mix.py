"""What sales are made of, and who the target is and may be reached, in words."""

from __future__ import annotations

import math

import pandas as pd

from crm_analysis import formats as f
from crm_analysis.labels import channel_label
from crm_analysis.messages import _, plural
from crm_analysis.thresholds import PERCENT_CUSTOMERS

__all__ = ["mix_rows", "mix_sentence", "no_mix", "target_rows", "target_sentence"]

_MOST = 12


def _dimension(code: str) -> str:
    names = {
        "category": _("Category"),
        "channel": _("Channel"),
        "country": _("Country"),
        "store_id": _("Store"),
        "region": _("Region"),
    }
    return names.get(code, code)


def _value(dimension: str, value: str) -> str:
    return channel_label(value) if dimension == "channel" else value


def mix_sentence(mix: pd.DataFrame) -> str:
    """Which share changed most, of those that changed beyond chance."""
    if mix.empty:
        return ""
    sure = mix[mix["sure"]]
    if sure.empty:
        return plural(
            "Of {n} share compared none changed beyond chance: sales are made of what they were made of before.",
            "Of {n} shares compared none changed beyond chance: sales are made of what they were made of before.",
            len(mix),
        )
    first = sure.sort_values("change", key=lambda s: s.abs(), ascending=False).iloc[0]
    values = {
        "all": f.number(len(mix), 0),
        "name": _value(str(first["dimension"]), str(first["value"])),
        "before": f.percent(first["share_before"], 1),
        "after": f.percent(first["share_after"], 1),
        "change": f.points(first["change"]),
        "low": f.points(first["low"]),
        "high": f.points(first["high"]),
    }
    return plural(
        "Of {all} shares of revenue compared, {n} changed beyond chance; most of all {name}: {before} before, {after} now ({change}, "
        "90 %: {low} to {high}).",
        "Of {all} shares of revenue compared, {n} changed beyond chance; most of all {name}: {before} before, {after} now ({change}, "
        "90 %: {low} to {high}).",
        len(sure),
        **values,
    )


def mix_rows(mix: pd.DataFrame, currency: str) -> tuple[list[list[str]], dict[str, str]]:
    """Shares by dimension: those that changed beyond chance first, then the largest."""
    if mix.empty:
        return [], {}
    ordered = mix.assign(size=mix["change"].abs().where(mix["sure"], 0.0))
    ordered = ordered.sort_values(["size", "share_after"], ascending=False, kind="stable").head(_MOST)
    rows = [
        [
            _dimension(str(r["dimension"])),
            _value(str(r["dimension"]), str(r["value"])),
            f.money(r["revenue_after"], currency, "table"),
            f.percent(r["share_before"], 1),
            f.percent(r["share_after"], 1),
            _(
                "{change} (90 %: {low} to {high})",
                change=f.points(r["change"]),
                low=f.points(r["low"]),
                high=f.points(r["high"]),
            ),
            _("yes") if r["sure"] else _("no"),
        ]
        for r in ordered.to_dict("records")
    ]
    heads = {
        _("By"): "left",
        _("Part"): "left",
        _("Revenue"): "right",
        _("Share before"): "right",
        _("Share now"): "right",
        _("Change of the share"): "right",
        _("Beyond chance"): "left",
    }
    return rows, heads


def no_mix() -> str:
    """What the mix needs."""
    return _(
        "What sales are made of needs products.category, or the columns channel, country or store_id of order_lines, with sales in "
        "both periods."
    )


def _group(code: str) -> str:
    names = {
        "best_fifth": _("The best fifth of those who buy"),
        "active": _("Others who buy"),
        "new": _("One purchase so far"),
        "left": _("Left"),
    }
    return names.get(code, code)


def target_sentence(target: pd.DataFrame) -> str:
    """How many of those who buy may be reached."""
    whole = target[target["channel"] == "any"]
    here = whole[whole["group"] != "left"]
    n = int(here["customers"].sum())
    if not n:
        return _("Nobody has bought within the days that tell leaving: there is no target to reach yet.")
    if here["reachable"].isna().all():
        return _(
            "The target are {n} customers who have not left. Who of them may be contacted is not known: there is no table consents.",
            n=f.number(n, 0),
        )
    best = here[here["group"] == "best_fifth"]
    return _(
        "The target are {n} customers who have not left; {reach} of them ({share}) may be sent advertising through a channel with a "
        "known address. Of the best fifth it is {best_reach} of {best}.",
        n=f.number(n, 0),
        reach=f.number(here["reachable"].sum(), 0),
        share=f.percent(float(here["reachable"].sum()) / n),
        best_reach=f.number(best["reachable"].sum(), 0),
        best=f.number(best["customers"].sum(), 0),
    )


def target_rows(target: pd.DataFrame, currency: str) -> tuple[list[list[str]], dict[str, str]]:
    """Groups of the target by channel; channels on which nobody agreed are left out."""
    rows = []
    for (group, channel), part in target.groupby(["group", "channel"], sort=False):
        r = part.iloc[0]
        if channel != "any" and not (r["agreed"] > 0 or (math.isnan(r["agreed"]) and r["with_address"] > 0)):
            continue
        known = channel == "any" or not math.isnan(r["reachable"])
        share = r["reachable"] / r["customers"] if r["customers"] >= PERCENT_CUSTOMERS else math.nan
        rows.append(
            [
                _group(str(group)),
                _("any channel") if channel == "any" else channel_label(str(channel)),
                f.number(r["customers"], 0),
                f.money(r["revenue"], currency, "table"),
                "–" if math.isnan(r["with_address"]) else f.number(r["with_address"], 0),
                "–" if math.isnan(r["agreed"]) else f.number(r["agreed"], 0),
                f.number(r["reachable"], 0) if known and not math.isnan(r["reachable"]) else "–",
                "–" if math.isnan(share) else f.percent(share),
            ]
        )
    order = [_group(code) for code in ("best_fifth", "active", "new", "left")]
    rows.sort(key=lambda row: order.index(row[0]))
    heads = {
        _("Who they are"): "left",
        _("Through"): "left",
        _("Customers"): "right",
        _("Revenue so far"): "right",
        _("Address known"): "right",
        _("Agreed"): "right",
        _("May be reached"): "right",
        _("Share"): "right",
    }
    return rows, heads
