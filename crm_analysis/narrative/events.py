"""Events of a customer in words: day and what happened."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from crm_analysis import formats as f
from crm_analysis.features.contact_kinds import contact_kind_of
from crm_analysis.features.history import details
from crm_analysis.labels import channel_label
from crm_analysis.messages import _, plural

__all__ = ["contact_kind_label", "contact_line", "event_line", "outcome_label"]


def contact_kind_label(kind: str) -> str:
    """Name of a kind of contact."""
    return _("Call") if kind == "phone" else channel_label(kind)


def outcome_label(code: str) -> str:
    """What came of a contact; an outcome of the shop's own keeps its name."""
    names = {
        "delivered": _("delivered"),
        "opened": _("opened"),
        "clicked": _("clicked"),
        "replied": _("replied"),
        "bought": _("bought"),
        "solved": _("solved"),
        "unsolved": _("not solved"),
        "opted_out": _("opted out"),
        "no_answer": _("no answer"),
        "answered": _("answered"),
        "bounced": _("not delivered"),
        "others": _("others"),
    }
    return names.get(code.lower().replace(" ", "_"), code)


def contact_line(event: Mapping[str, Any], currency: str) -> tuple[str, str]:
    """Day of a contact, and its kind, what came of it, how long it took and what it cost."""
    codes = details(str(event["detail"]))
    kind = contact_kind_label(contact_kind_of(str(event["channel"] or ""), codes.get("direction", "")))
    parts = [kind]
    if "outcome" in codes:
        parts.append(outcome_label(codes["outcome"]))
    minutes = float(codes.get("minutes", 0))
    if minutes > 0:
        parts.append(f.duration(60 * minutes))
    if event["amount"] is not None and event["amount"] > 0:
        parts.append(f.money(event["amount"], currency))
    return f.date(event["at"]), ", ".join(parts)


def event_line(event: Mapping[str, Any], currency: str) -> tuple[str, str]:
    """Day of an event and what happened."""
    kind, codes = str(event["kind"]), details(str(event["detail"]))
    if kind == "contact":
        return contact_line(event, currency)
    return f.date(event["at"]), _WORDS[kind](event, codes, currency)


Words = Callable[[Mapping[str, Any], Mapping[str, str], str], str]


def _order(event: Mapping[str, Any], codes: Mapping[str, str], currency: str) -> str:
    amount = f.money(event["amount"], currency)
    if "undone" in codes:
        return _("Order of {amount}, undone later", amount=amount)
    return plural("Order of {amount}, {n} line", "Order of {amount}, {n} lines", int(codes["lines"]), amount=amount)


def _return(event: Mapping[str, Any], _codes: Mapping[str, str], currency: str) -> str:
    return _("Return of {amount}", amount=f.money(abs(event["amount"] or 0.0), currency))


def _delivery(_event: Mapping[str, Any], codes: Mapping[str, str], _currency: str) -> str:
    if "late_days" not in codes:
        return _("Delivery")
    late = int(codes["late_days"])
    return plural("Delivery, {n} day late", "Delivery, {n} days late", late) if late else _("Delivery in time")


def _consent(event: Mapping[str, Any], codes: Mapping[str, str], _currency: str) -> str:
    channel = channel_label(str(event["channel"] or ""))
    if codes.get("granted") == "yes":
        return _("Consent given: {channel}", channel=channel)
    return _("Consent withdrawn: {channel}", channel=channel)


def _feedback(_event: Mapping[str, Any], codes: Mapping[str, str], _currency: str) -> str:
    kinds = {
        "complaint": _("Complaint"),
        "review": _("Review"),
        "survey": _("Survey answer"),
        "nps": _("Recommendation score"),
    }
    kind = kinds.get(codes.get("kind", ""), _("Feedback"))
    if "score" in codes and "of" in codes:
        return _("{kind}, {score} of {best}", kind=kind, score=codes["score"], best=codes["of"])
    return kind


def _points(_event: Mapping[str, Any], codes: Mapping[str, str], _currency: str) -> str:
    return _("Points: {points}", points=f.number(float(codes.get("points", 0)), 0, signed=True))


def _campaign(_event: Mapping[str, Any], codes: Mapping[str, str], _currency: str) -> str:
    if codes.get("arm") in ("control", "holdout"):
        return _("Campaign {name}: control group", name=codes["campaign"])
    return _("Campaign {name}", name=codes["campaign"])


def _redemption(_event: Mapping[str, Any], codes: Mapping[str, str], _currency: str) -> str:
    return _("Used offer {name}", name=codes["offer"])


def _preference(_event: Mapping[str, Any], codes: Mapping[str, str], _currency: str) -> str:
    return _("Stated a preference: {topic}", topic=codes.get("topic", ""))


_WORDS: dict[str, Words] = {
    "order": _order,
    "return": _return,
    "delivery": _delivery,
    "consent": _consent,
    "feedback": _feedback,
    "points": _points,
    "campaign": _campaign,
    "redemption": _redemption,
    "preference": _preference,
}
