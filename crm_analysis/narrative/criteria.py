"""Segments by several criteria in words: good customers, own segments, behaviour, moves since the last run."""

from __future__ import annotations

import numpy as np
import pandas as pd

from crm_analysis import formats as f
from crm_analysis.features import GoodCustomers
from crm_analysis.labels import segment_label
from crm_analysis.messages import _, plural
from crm_analysis.models import BehaviourGroups
from crm_analysis.thresholds import GROUP_CUSTOMERS, PERCENT_CUSTOMERS

__all__ = [
    "behaviour_name",
    "behaviour_rows",
    "behaviour_sentence",
    "good_sentence",
    "move_rows",
    "moves_sentence",
    "no_behaviour",
    "no_moves_since_run",
    "no_own_segments",
    "overlap_rows",
    "overlap_title",
    "own_rows",
]

_MOST_MOVES = 10
_SPREAD = 3


def good_sentence(good: GoodCustomers, currency: str) -> str:
    """Who counts as good, how many they are, and whether they stay good."""
    if good.listed.empty:
        return _("Nobody left a profit in the last year: nobody counts as a good customer.")
    values = {"n": f.number(len(good.listed), 0), "bar": f.money(good.bar, currency)}
    if np.isnan(good.still):
        return _(
            "Good customers are the best fifth by profit of the last year: {n} who left {bar} or more. Whether they stay good "
            "cannot be said before there are two years of data.",
            **values,
        )
    return _(
        "Good customers are the best fifth by profit of the last year: {n} who left {bar} or more. Of those of the year before "
        "{still} are good still.",
        still=f.percent(good.still),
        **values,
    )


def own_rows(own: pd.DataFrame, currency: str) -> tuple[list[list[str]], dict[str, str]]:
    """The user's own segments as finished texts, each with its condition."""
    rows = [
        [
            str(r["segment"]),
            str(r["rule"]),
            f.number(r["customers"], 0),
            f.money(r["profit"], currency, "table"),
            f.money(r["value"], currency, "table"),
            f.money(r["value_at_risk"], currency, "table"),
        ]
        for r in own.to_dict("records")
    ]
    heads = {
        _("Your segment"): "left",
        _("Condition"): "left",
        _("Customers"): "right",
        _("Profit so far"): "right",
        _("Value (12 months)"): "right",
        _("Value at risk"): "right",
    }
    return rows, heads


def no_own_segments() -> str:
    """How to add an own segment."""
    return _(
        "You have no segments of your own. Add one under [segments] in crm.toml, such as {example}; somebody can be in "
        "several.",
        example=_('"Big" = "profit >= 500000"'),
    )


def _trait_label(code: str) -> str:
    names = {
        "+orders": _("order often"),
        "-orders": _("order rarely"),
        "+order_value": _("spend much at once"),
        "-order_value": _("spend little at once"),
        "+lines_per_order": _("put many things on an order"),
        "-lines_per_order": _("put few things on an order"),
        "+products": _("try many products"),
        "-products": _("keep to few products"),
        "+discount_share": _("buy at a discount"),
        "-discount_share": _("buy at full price"),
        "+weekend_share": _("buy at the weekend"),
        "-weekend_share": _("buy during the week"),
        "+channel_share": _("use the main channel"),
        "-channel_share": _("use other channels"),
    }
    return names[code]


def behaviour_name(code: str) -> str:
    """A group by what stands out about it, such as "order often, try many products" for ``+orders +products``."""
    parts = code.split()
    number = parts.pop() if parts and parts[-1].isdigit() else ""
    name = ", ".join(_trait_label(part) for part in parts if part != "average") or _("are like the average")
    return _("{name} ({number})", name=name, number=number) if number else name


def behaviour_sentence(found: BehaviourGroups | None) -> str:
    """How many groups there are, and how far to believe them."""
    if found is None:
        return ""
    values = {"n": f.number(len(found.groups), 0), "agreement": f.number(found.stability, 2)}
    if found.stable:
        return _(
            "By how they buy, customers of the last year fall into {n} groups that other customers would fall into as well "
            "(agreement between halves of the customers {agreement}, 1 is perfect).",
            **values,
        )
    return _(
        "By how they buy, customers do not fall into groups that come back on other customers (agreement between halves of "
        "the customers {agreement}, 0.8 is needed). The {n} groups below are a way to look at them and no basis for decisions.",
        **values,
    )


def behaviour_rows(found: BehaviourGroups | None, currency: str) -> tuple[list[list[str]], dict[str, str]]:
    """Groups by behaviour as finished texts."""
    if found is None:
        return [], {}
    rows = [
        [
            behaviour_name(str(r["traits"])),
            f.number(r["customers"], 0),
            f.number(r["orders"], 1),
            f.money(r["order_value"], currency, "table"),
            f.percent(r["discount_share"], 1),
        ]
        for r in found.groups.to_dict("records")
    ]
    heads = {
        _("They …"): "left",
        _("Customers"): "right",
        _("Orders a year"): "right",
        _("Amount per order"): "right",
        _("Share of discounts"): "right",
    }
    return rows, heads


def no_behaviour() -> str:
    """Why there are no groups by behaviour."""
    return _(
        "Fewer than {need} customers bought in the last year: groups by behaviour would be chance.",
        need=f.number(GROUP_CUSTOMERS, 0),
    )


def overlap_title() -> str:
    """What the folded table is about."""
    return _("How these groups overlap with the segments")


def overlap_rows(overlaps: pd.DataFrame) -> tuple[list[list[str]], dict[str, str]]:
    """Per group of another criterion the segments that most of its members are in."""
    rows = []
    for (criterion, group), part in overlaps.groupby(["criterion", "group"], sort=False):
        n = int(part["customers"].sum())
        shown = part.head(_SPREAD)
        spread = [
            f"{segment_label(str(r['segment']))} {f.percent(r['share']) if n >= PERCENT_CUSTOMERS else r['customers']}"
            for r in shown.to_dict("records")
        ]
        rows.append([_criterion(str(criterion)), _group(str(criterion), str(group)), f.number(n, 0), ", ".join(spread)])
    heads = {_("By"): "left", _("Group"): "left", _("Customers"): "right", _("Mostly in the segments"): "left"}
    return rows, heads


def _group(criterion: str, code: str) -> str:
    if criterion == "behaviour":
        return behaviour_name(code)
    return _("Good customers") if criterion == "good" else code


def _criterion(code: str) -> str:
    names = {"good": _("profit"), "own": _("your own condition"), "behaviour": _("behaviour")}
    return names.get(code, code)


def move_rows(moves: pd.DataFrame | None, currency: str) -> tuple[list[list[str]], dict[str, str]]:
    """Moves since the run before as finished texts."""
    if moves is None:
        return [], {}
    reasons = {
        "ordered": _("ordered again"),
        "taken_back": _("gave something back"),
        "silent": _("no order since"),
        "others_moved": _("others bought more"),
    }
    rows = [
        [
            segment_label(str(r["segment_from"])),
            segment_label(str(r["segment_to"])),
            f.number(r["customers"], 0),
            reasons[str(r["reason"])],
            f.percent(r["share_reason"]) if r["customers"] >= PERCENT_CUSTOMERS else "–",
            f.money(r["value_change"], currency, "table"),
        ]
        for r in moves.head(_MOST_MOVES).to_dict("records")
    ]
    heads = {
        _("From segment"): "left",
        _("To segment"): "left",
        _("Customers"): "right",
        _("Mostly because"): "left",
        _("Share of them"): "right",
        _("Change of value"): "right",
    }
    return rows, heads


def moves_sentence(moves: pd.DataFrame | None, currency: str) -> str:
    """How many moved since the run before, and the largest move."""
    if moves is None:
        return ""
    first = moves.iloc[0]
    return plural(
        "{n} customer is in another segment than in the run before; customer value changed by {money} with them. The largest "
        "move: {source} to {target}, {largest}.",
        "{n} customers are in another segment than in the run before; customer value changed by {money} with them. The "
        "largest move: {source} to {target}, {largest}.",
        int(moves["customers"].sum()),
        money=f.money(float(moves["value_change"].sum()), currency, signed=True),
        source=segment_label(str(first["segment_from"])),
        target=segment_label(str(first["segment_to"])),
        largest=f.number(first["customers"], 0),
    )


def no_moves_since_run(before: pd.DataFrame | None) -> str:
    """Why there is no list of moves."""
    if before is not None:
        return _("Nobody is in another segment than in the run before.")
    return _("This is the first run: who moves shows from the next one on.")
