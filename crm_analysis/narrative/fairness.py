"""Cost to serve, contacts to question, and whether the difference in treatment is fair, in words."""

from __future__ import annotations

import math

import pandas as pd

from crm_analysis import formats as f
from crm_analysis.labels import segment_label
from crm_analysis.messages import _, plural
from crm_analysis.narrative.events import contact_kind_label

__all__ = [
    "benefit_rows",
    "benefit_sentence",
    "benefit_title",
    "kind_rows",
    "kind_sentence",
    "no_kinds",
    "no_traits",
    "serving_rows",
    "serving_sentence",
    "serving_title",
    "trait_rows",
    "trait_sentence",
]


def serving_title() -> str:
    """What the folded table of costs shows."""
    return _("Cost to serve by segment")


def serving_sentence(found: pd.DataFrame, currency: str) -> str:
    """What serving costs, and where it takes most of the profit."""
    whole = float(found["serving"].sum())
    if whole <= 0:
        return _("What serving costs is not known: contacts.cost, contacts.handled_minutes or offers.cost would tell.")
    first = found[found["share"].notna()].head(1)
    text = _(
        "Service, contacts and offers cost {money} so far, {share} of the gross profit.",
        money=f.money(whole, currency),
        share=f.percent(whole / max(float(found["gross_profit"].sum()), 1e-9), 1),
    )
    if first.empty:
        return text
    return f"{text} " + _(
        "They take most from {segment}: {share}, {each} per customer.",
        segment=segment_label(str(first["segment"].iloc[0])),
        share=f.percent(first["share"].iloc[0], 1),
        each=f.money(first["each"].iloc[0], currency),
    )


def serving_rows(found: pd.DataFrame, currency: str) -> tuple[list[list[str]], dict[str, str]]:
    """Costs by segment as finished texts."""
    rows = [
        [
            segment_label(str(r["segment"])),
            f.number(r["customers"], 0),
            f.money(r["serving"], currency, "table"),
            f.money(r["each"], currency, "table"),
            "–" if math.isnan(r["share"]) else f.percent(r["share"], 1),
            f.number(r["losing"], 0),
        ]
        for r in found.to_dict("records")
    ]
    heads = {
        _("Segment"): "left",
        _("Customers"): "right",
        _("Cost to serve"): "right",
        _("Per customer"): "right",
        _("Of gross profit"): "right",
        _("Turned into a loss"): "right",
    }
    return rows, heads


def kind_sentence(found: pd.DataFrame, currency: str) -> str:
    """Which contacts to question, and what that would save."""
    if found.empty:
        return ""
    stop, other = found[found["verdict"] == "stop"], found[found["verdict"] == "replace"]
    parts = []
    if len(stop):
        parts.append(
            _(
                "After {kinds} fewer orders follow than usual for the same customers: stop them, or keep a control group; they cost "
                "{money}.",
                kinds=", ".join(contact_kind_label(str(k)) for k in stop["kind"]),
                money=f.money(stop["saving"].sum(), currency),
            )
        )
    if len(other):
        first = other.iloc[0]
        parts.append(
            _(
                "After {kind} no more orders follow than after {cheaper}, which costs less: {money} could be saved. Test it with a "
                "control group first.",
                kind=contact_kind_label(str(first["kind"])),
                cheaper=contact_kind_label(str(first["cheaper"])),
                money=f.money(first["saving"], currency),
            )
        )
    return " ".join(parts)


def kind_rows(found: pd.DataFrame, currency: str) -> tuple[list[list[str]], dict[str, str]]:
    """Contacts to question as finished texts."""
    verdicts = {"stop": _("stop or test"), "replace": _("replace or test")}
    rows = [
        [
            contact_kind_label(str(r["kind"])),
            f.number(r["contacts"], 0),
            f.money(r["each"], currency, "table"),
            contact_kind_label(str(r["cheaper"])) if r["cheaper"] else "–",
            f.money(r["saving"], currency, "table"),
            verdicts[str(r["verdict"])],
        ]
        for r in found.to_dict("records")
    ]
    heads = {
        _("Contact"): "left",
        _("Number"): "right",
        _("Cost of one"): "right",
        _("Cheaper kind"): "left",
        _("Would save"): "right",
        _("Proposal"): "left",
    }
    return rows, heads


def no_kinds() -> str:
    """Why no kind of contact is questioned."""
    return _(
        "No kind of contact is dearer than another without more orders after it, or contacts and their costs are not known."
    )


def benefit_title() -> str:
    """What the folded table of benefits shows."""
    return _("Benefit by contribution, in tenths of the customers")


def benefit_sentence(found: pd.DataFrame, currency: str) -> str:
    """Whether those who contribute more get more."""
    if found.empty or not found["benefit"].sum():
        return _("Nobody gets an offer: there is no difference in treatment.")
    top, others = found.iloc[0], found.iloc[1:]
    rest = float((others["benefit"] * others["customers"]).sum() / max(others["customers"].sum(), 1))
    values = {"top": f.money(top["benefit"], currency), "rest": f.money(rest, currency)}
    if top["benefit"] >= rest:
        return _(
            "The tenth that contributes most gets offers worth {top} each, the others {rest}: who gives more gets more.",
            **values,
        )
    return _(
        "The tenth that contributes most gets offers worth {top} each, the others {rest}: those who give most get less than the "
        "others. That earns most by the plan; whether it is fair is for you to decide.",
        **values,
    )


def benefit_rows(found: pd.DataFrame, currency: str) -> tuple[list[list[str]], dict[str, str]]:
    """Benefits by tenth as finished texts."""
    rows = [
        [
            f.number(r["tenth"], 0),
            f.number(r["customers"], 0),
            f.money(r["contribution"], currency, "table"),
            f.percent(r["with_offer"]),
            f.money(r["benefit"], currency, "table"),
            "–" if math.isnan(r["spread"]) else f.number(r["spread"], 1),
        ]
        for r in found.to_dict("records")
    ]
    heads = {
        _("Tenth by contribution"): "right",
        _("Customers"): "right",
        _("Gross profit so far, each"): "right",
        _("With an offer"): "right",
        _("Cost of the offer, each"): "right",
        _("Spread among equals"): "right",
    }
    return rows, heads


def _trait(code: str) -> str:
    names = {"gender": _("Gender"), "age": _("Age"), "region": _("Region")}
    return names[code]


def trait_sentence(found: pd.DataFrame) -> str:
    """Whether treatment tells who somebody is."""
    if found.empty:
        return ""
    tells = found[found["tells"]]
    if tells.empty:
        return plural(
            "No decision reads gender, age or region; and among customers of equal contribution the benefit does not tell them "
            "either ({n} group compared).",
            "No decision reads gender, age or region; and among customers of equal contribution the benefit does not tell them "
            "either ({n} groups compared).",
            len(found),
        )
    worst = tells.sort_values("auc", key=lambda s: (s - 0.5).abs(), ascending=False).iloc[0]
    values = {
        "trait": _trait(str(worst["trait"])),
        "group": str(worst["group"]),
        "auc": f.percent(worst["auc"]),
        "low": f.percent(worst["low"]),
        "high": f.percent(worst["high"]),
    }
    return _(
        "No decision reads gender, age or region; but what customers buy goes with them: of pairs of equal contribution, the one of "
        "group {group} ({trait}) gets more in {auc} (90 %: {low} to {high}; 50 % would be equal). Look at the offers of that group "
        "before you approve the plan.",
        **values,
    )


def trait_rows(found: pd.DataFrame) -> tuple[list[list[str]], dict[str, str]]:
    """Groups of forbidden traits against the benefit."""
    rows = [
        [
            _trait(str(r["trait"])),
            str(r["group"]),
            f.number(r["customers"], 0),
            f.percent_interval(r["auc"], r["low"], r["high"]),
            _("yes") if r["tells"] else _("no"),
        ]
        for r in found.to_dict("records")
    ]
    heads = {
        _("Trait"): "left",
        _("Group"): "left",
        _("Customers"): "right",
        _("Gets more than an equal outside the group"): "right",
        _("Treatment tells it"): "left",
    }
    return rows, heads


def no_traits() -> str:
    """Why nothing is said about traits."""
    return _(
        "Gender, age and region are not known: nothing can be decided by them, and whether treatment tells them cannot be said."
    )
