"""Where prospects are and what they are worth, and what customers will need next, in words."""

from __future__ import annotations

import math

import pandas as pd

from crm_analysis import formats as f
from crm_analysis.messages import _, plural
from crm_analysis.models import LatentNeeds, ProspectValues
from crm_analysis.thresholds import PERCENT_CUSTOMERS, RECOMMENDATION_BUYERS, SOURCE_CUSTOMERS

__all__ = [
    "first_need_rows",
    "first_need_title",
    "latent_rows",
    "latent_sentence",
    "no_latent",
    "no_regions",
    "no_values",
    "region_rows",
    "value_rows",
    "value_sentence",
]

_MOST = 12


def value_sentence(found: ProspectValues | None, currency: str) -> str:
    """What a prospect is worth, and what to do about it."""
    if found is None:
        return ""
    best = found.origins.iloc[0]
    open_ones, may = int(found.origins["open"].sum()), int(found.origins["may_ask"].sum())
    text = _(
        "{open} prospects are no customers yet. Of {risk} who were none when they were listed, {won} became one. Most worth are "
        "those of {origin}: {worth} each, the chance of {rate} counted in (90 %: {low} to {high}).",
        open=f.number(open_ones, 0),
        risk=f.number(found.origins["at_risk"].sum(), 0),
        won=f.number(found.origins["won"].sum(), 0),
        origin=str(best["origin"]),
        worth=f.money(best["worth"], currency),
        rate=f.percent(best["rate"], 1),
        low=f.money(best["worth_low"], currency),
        high=f.money(best["worth_high"], currency),
    )
    if not may:
        return f"{text} " + _(
            "Nobody may be asked yet: for none of them a basis for a contact is stated. Get one first."
        )
    second = found.origins.iloc[1:]
    if len(second) and float(best["worth_low"]) <= float(second["worth"].max()):
        return f"{text} " + plural(
            "{n} of them may be asked. The lists do not differ beyond chance: begin with any.",
            "{n} of them may be asked. The lists do not differ beyond chance: begin with any.",
            may,
        )
    return f"{text} " + plural("{n} of them may be asked.", "{n} of them may be asked.", may)


def value_rows(found: ProspectValues | None, currency: str) -> tuple[list[list[str]], dict[str, str]]:
    """Lists of prospects by worth."""
    if found is None:
        return [], {}
    rows = [
        [
            str(r["origin"]),
            f.number(r["open"], 0),
            f.number(r["may_ask"], 0),
            f.percent_interval(r["rate"], r["low"], r["high"]),
            f.money(r["profit"], currency, "table"),
            "–" if math.isnan(r["cost"]) else f.money(r["cost"], currency, "table"),
            f.money_interval(r["worth"], r["worth_low"], r["worth_high"], currency),
        ]
        for r in found.origins.head(_MOST).to_dict("records")
    ]
    heads = {
        _("List or partner"): "left",
        _("No customers yet"): "right",
        _("May be asked"): "right",
        _("Becomes a customer"): "right",
        _("Profit of the first year"): "right",
        _("Price of a customer"): "right",
        _("Worth of one prospect"): "right",
    }
    return rows, heads


def no_values() -> str:
    """What the worth of prospects needs."""
    return _(
        "What prospects are worth needs {n} of them with the day on which they were met (prospects.created_at), who were no "
        "customers then, and somebody who has become one.",
        n=f.number(SOURCE_CUSTOMERS, 0),
    )


def first_need_title() -> str:
    """What the folded table of first categories shows."""
    return _("What customers of the same origin bought first")


def first_need_rows(found: pd.DataFrame | None) -> tuple[list[list[str]], dict[str, str]]:
    """The commonest first categories of each origin."""
    if found is None:
        return [], {}
    rows = []
    for origin, part in found[found["of"] >= PERCENT_CUSTOMERS].groupby("origin"):
        rows += [
            [str(origin), str(r["category"]), f.number(r["of"], 0), f.percent(r["share"]), f.percent(r["usual"])]
            for r in part.head(2).to_dict("records")
        ]
    heads = {
        _("Origin"): "left",
        _("Category"): "left",
        _("Customers"): "right",
        _("Bought it first"): "right",
        _("Of all customers"): "right",
    }
    return rows, heads


def region_rows(found: pd.DataFrame | None) -> tuple[list[list[str]], dict[str, str]]:
    """Regions with prospects beside customers."""
    if found is None:
        return [], {}
    rows = [
        [
            str(r["region"]),
            f.number(r["prospects"], 0),
            f.number(r["customers"], 0),
            f.percent(r["penetration"]) if r["customers"] + r["prospects"] >= PERCENT_CUSTOMERS else "–",
        ]
        for r in found.head(_MOST).to_dict("records")
    ]
    heads = {
        _("Region"): "left",
        _("Prospects"): "right",
        _("Customers"): "right",
        _("Customers of both"): "right",
    }
    return rows, heads


def no_regions() -> str:
    """What regions need."""
    return _("Where prospects live beside customers needs the column region in the tables prospects and customers.")


def latent_sentence(found: LatentNeeds | None) -> str:
    """Whether a suggestion fitted to the person beats the one that fits most."""
    if found is None:
        return ""
    check = found.check.set_index("way")
    values = {
        "n": f.number(found.buyers, 0),
        "personal": f.percent(check.loc["personal", "hit_three"], 1),
        "popular": f.percent(check.loc["popular", "hit_three"], 1),
        "difference": f.points(found.difference),
        "low": f.points(found.low),
        "high": f.points(found.high),
    }
    if found.used == "personal":
        return _(
            "Of {n} customers who took up a new kind of goods in the last period, the next need was among three suggestions for {personal} "
            "when read from what they had bought, for {popular} when everybody is offered what most take up ({difference}, 90 %: {low} "
            "to {high}). The list below is read from what each has bought.",
            **values,
        )
    return _(
        "Of {n} customers who took up a new kind of goods in the last period, the next need was among three suggestions for {personal} "
        "when read from what they had bought, for {popular} when everybody is offered what most take up ({difference}, 90 %: {low} to "
        "{high}). That is no gain: the list below is simply what most others take up.",
        **values,
    )


def latent_rows(found: LatentNeeds | None) -> tuple[list[list[str]], dict[str, str]]:
    """The needs that most customers have next, with what speaks for them."""
    if found is None or found.needs.empty:
        return [], {}
    grouped = found.needs.groupby("kind").agg(
        customers=("customer_id", "size"), chance=("probability", "mean"), usual=("usual", "first")
    )
    because = (
        found.needs[found.needs["because"] != ""].groupby("kind")["because"].agg(lambda s: s.value_counts().index[0])
    )
    shown = grouped.join(because).sort_values(["customers", "chance"], ascending=False).head(_MOST).reset_index()
    rows = [
        [
            str(r["kind"]),
            f.number(r["customers"], 0),
            f.percent(r["chance"], 1) if r["customers"] >= PERCENT_CUSTOMERS else "–",
            f.percent(r["usual"], 1),
            str(r["because"]) if isinstance(r["because"], str) else "–",
        ]
        for r in shown.to_dict("records")
    ]
    heads = {
        _("Next need"): "left",
        _("Customers"): "right",
        _("Will buy it"): "right",
        _("Of all who never did"): "right",
        _("Mostly because they bought"): "left",
    }
    return rows, heads


def no_latent() -> str:
    """What next needs need."""
    return _(
        "What customers need next cannot be told: it takes order_lines.product_id, three horizons of data, and {n} customers who took "
        "up a kind of goods that they had never bought.",
        n=f.number(RECOMMENDATION_BUYERS, 0),
    )
