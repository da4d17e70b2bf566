"""What customers say, how satisfied they are, and what goes with it, in words."""

from __future__ import annotations

import math
from collections.abc import Mapping

import pandas as pd

from crm_analysis import formats as f
from crm_analysis.messages import _
from crm_analysis.models import Voices
from crm_analysis.models.text import has_korean_words
from crm_analysis.thresholds import PERCENT_CUSTOMERS, SATISFIED_CUSTOMERS

__all__ = [
    "example_rows",
    "example_title",
    "need_rows",
    "no_needs",
    "no_products",
    "no_satisfaction",
    "no_voices",
    "product_rows",
    "product_title",
    "profit_sentence",
    "repeat_sentence",
    "satisfaction_rows",
    "topic_label",
    "topic_rows",
    "voices_sentence",
]

_QUARTERS = 6
_MOST = 12
Rows = tuple[list[list[str]], dict[str, str]]


def topic_label(code: str) -> str:
    """A topic in words; one of the user's own list as it is written there."""
    names = {
        "delivery": _("Delivery"),
        "service": _("Service"),
        "quality": _("Quality"),
        "price": _("Price"),
        "range": _("Range and stock"),
        "staff": _("Staff"),
        "size": _("Size"),
        "returns": _("Returns and refunds"),
        "app": _("App and website"),
    }
    return names.get(code, code)


def voices_sentence(voices: Voices | None, customers: int) -> str:
    """How much was said, by how many, and how topics and moods were told."""
    if voices is None:
        return ""
    said = _(
        "{texts} texts of {people} customers ({share} of all); a topic is found in {found} of the texts. Those who write are "
        "not all customers.",
        texts=f.number(voices.texts, 0),
        people=f.number(voices.customers, 0),
        share=f.percent(voices.customers / customers if customers else 0.0),
        found=f.percent(voices.found),
    )
    if math.isnan(voices.sentiment.accuracy):
        mood = _("Moods follow the scores; texts without one are told by a short list of words.")
    else:
        mood = _(
            "Moods follow the scores; of texts without one, learnt from {n} texts with scores, {share} of the shop's other "
            "texts are told rightly; wholly new wordings fare worse.",
            n=f.number(voices.sentiment.texts, 0),
            share=f.percent(voices.sentiment.accuracy),
        )
    if has_korean_words():
        return f"{said} {mood}"
    plain = _("Korean is read by parts of words only: install crm-analysis[korean] to read it by stems.")
    return f"{said} {mood} {plain}"


def topic_rows(voices: Voices | None) -> Rows:
    """Topics as finished texts."""
    if voices is None:
        return [], {}
    rows = [
        [
            topic_label(str(r["topic"])),
            f.number(r["texts"], 0),
            f.number(r["customers"], 0),
            f.percent_interval(r["share_negative"], r["low"], r["high"]) if r["texts"] >= PERCENT_CUSTOMERS else "–",
            "–" if math.isnan(r["change"]) else _change(r["change"], r["change_low"], r["change_high"]),
        ]
        for r in voices.topics.to_dict("records")
    ]
    heads = {
        _("Topic"): "left",
        _("Texts"): "right",
        _("Customers"): "right",
        _("Of these, negative"): "right",
        _("Share of texts, this half-year against the last"): "right",
    }
    return rows, heads


def _change(mid: float, low: float, high: float) -> str:
    return _("{mid} (90 %: {low} to {high})", mid=f.points(mid), low=f.points(low), high=f.points(high))


def no_voices() -> str:
    """What is needed to see what customers say."""
    return _(
        "What customers say needs the table feedback with text (crm-analysis template feedback): it tells what they praise "
        "and what drives them away."
    )


def example_rows(voices: Voices | None) -> Rows:
    """Two masked examples of each topic that enough texts speak of."""
    if voices is None:
        return [], {}
    rows = [[topic_label(topic), text] for topic, texts in voices.examples.items() for text in texts]
    return rows, {_("Topic"): "left", _("Example, masked"): "left"}


def example_title() -> str:
    """Line under which the examples are folded."""
    return _("Examples: the newest of each topic, with names, numbers and addresses masked")


def need_rows(needs: pd.DataFrame | None) -> Rows:
    """Needs as statements, with what they rest on and what to ask."""
    if needs is None:
        return [], {}
    rows = [
        [
            _(
                "Customers who speak of {topic}: {unhappy} of {n} are unhappy",
                topic=topic_label(str(r["topic"])),
                unhappy=f.number(r["unhappy"], 0),
                n=f.number(r["customers"], 0),
            ),
            f.percent_interval(r["share_negative"], r["low"], r["high"]),
            _("high") if r["confidence"] == "high" else _("low: ask more customers"),
        ]
        for r in needs.to_dict("records")
    ]
    return rows, {_("Need"): "left", _("Negative texts"): "right", _("Confidence"): "left"}


def no_needs() -> str:
    """Why no need is stated."""
    return _("No need is stated: no topic has {n} texts with negative ones among them.", n=PERCENT_CUSTOMERS)


def satisfaction_rows(quarters: pd.DataFrame | None) -> Rows:
    """Satisfaction of the last quarters as finished texts."""
    if quarters is None:
        return [], {}
    rows = [
        [
            f.month(r["period"]),
            f.number(r["answers"], 0),
            f.number(r["customers"], 0),
            "–" if math.isnan(r["satisfied"]) else f.percent_interval(r["satisfied"], r["low"], r["high"]),
        ]
        for r in quarters.tail(_QUARTERS).to_dict("records")
    ]
    heads = {
        _("Quarter from"): "left",
        _("Answers"): "right",
        _("Customers"): "right",
        _("Satisfied (4 of 5 stars or more)"): "right",
    }
    return rows, heads


def no_satisfaction() -> str:
    """What is needed to see satisfaction."""
    return _(
        "Satisfaction needs feedback.score, feedback.scale_max and feedback.customer_id: they tell whether the satisfied buy "
        "again, and how much of profit is theirs."
    )


def repeat_sentence(found: pd.Series | None, leaving_days: int) -> str:
    """Whether those satisfied buy again more often; an association."""
    if found is None:
        return ""
    if math.isnan(found["difference"]):
        return _(
            "Whether the satisfied buy again more often cannot be said: {n} satisfied and {others} other customers, at least "
            "{need} of each are needed.",
            n=f.number(found["satisfied"], 0),
            others=f.number(found["others"], 0),
            need=PERCENT_CUSTOMERS,
        )
    slots = {
        "days": f.number(leaving_days, 0),
        "again": f.percent(found["satisfied_again"]),
        "n": f.number(found["satisfied"], 0),
        "rest": f.percent(found["others_again"]),
        "others": f.number(found["others"], 0),
        "difference": _change(found["difference"], found["low"], found["high"]),
    }
    if found["low"] > 0:
        return _(
            "The satisfied buy again more often: within {days} days {again} of them ({n} customers) against {rest} of the "
            "others ({others}), a difference of {difference}. It goes together; that one makes the other is not shown.",
            **slots,
        )
    if found["high"] < 0:
        return _(
            "The satisfied buy again less often: within {days} days {again} of them ({n} customers) against {rest} of the "
            "others ({others}), a difference of {difference}. It goes together; the cause is not shown.",
            **slots,
        )
    return _(
        "Whether the satisfied buy again more often cannot be told: within {days} days {again} of them ({n} customers) "
        "against {rest} of the others ({others}), a difference of {difference}.",
        **slots,
    )


def profit_sentence(found: pd.Series | None) -> str:
    """How much of the profit of those who answered comes from the satisfied."""
    if found is None:
        return ""
    if math.isnan(found["share"]):
        return _(
            "How much of profit comes from the satisfied cannot be said: {n} customers of the last year gave a score, at "
            "least {need} with a profit are needed.",
            n=f.number(found["answered"], 0),
            need=SATISFIED_CUSTOMERS,
        )
    return _(
        "{share} of the profit of the {n} customers with a score in the last year comes from the satisfied (most of their "
        "scores 4 of 5 or better). They are {covered} of {all} customers; of the others nothing is known.",
        share=f.percent_interval(found["share"], found["low"], found["high"]),
        n=f.number(found["answered"], 0),
        covered=f.percent(found["answered"] / found["customers"]),
        all=f.number(found["customers"], 0),
    )


def product_title() -> str:
    """What the folded table of products shows."""
    return _("Products by negative texts")


def product_rows(voices: Voices | None, names: Mapping[str, str]) -> Rows:
    """Products with the most negative texts.

    Parameters
    ----------
    voices
        Of :func:`crm_analysis.models.read_voices`.
    names
        product_id to name.
    """
    if voices is None or voices.products.empty:
        return [], {}
    marks = {"more": _("more than chance"), "less": _("less than chance"), "": _("chance is enough")}
    rows = [
        [
            names.get(str(r["product_id"]), str(r["product_id"])),
            f.number(r["texts"], 0),
            f.number(r["negative"], 0),
            f.percent_interval(r["share"], r["low"], r["high"]),
            marks[str(r["mark"])],
        ]
        for r in voices.products.head(_MOST).to_dict("records")
    ]
    heads = {
        _("Product"): "left",
        _("Texts"): "right",
        _("Negative"): "right",
        _("Share, drawn towards all"): "right",
        _("Finding"): "left",
    }
    return rows, heads


def no_products() -> str:
    """What negative texts by product need."""
    return _("Negative texts by product need the column feedback.product_id.")
