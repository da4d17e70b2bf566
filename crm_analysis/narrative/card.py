"""The customer card in words: each part filled, or saying what fills it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from crm_analysis import formats as f
from crm_analysis.contract.handed_over import HANDED_OVER
from crm_analysis.features import CustomerRecord
from crm_analysis.labels import channel_label, reason_label, segment_label
from crm_analysis.messages import _, plural
from crm_analysis.narrative.direction import action_name
from crm_analysis.narrative.events import contact_line, event_line
from crm_analysis.narrative.leaving import reason_text as leaving_reason
from crm_analysis.narrative.offers import offer_label
from crm_analysis.narrative.personalization import reason_text

__all__ = ["CardPart", "card_parts"]

_RECENT_EVENTS = 10
_RECENT_CONTACTS = 5
_SLOW = 2.0
"""How many usual gaps without an order stand out."""


@dataclass(frozen=True)
class CardPart:
    """One part of a card.

    Attributes
    ----------
    title
        What it is about.
    lines
        Label and finished text; the label may be empty.
    otherwise
        Shown in place of the lines where there are none: what fills the part, or that there is nothing.
    """

    title: str
    lines: Sequence[tuple[str, str]]
    otherwise: str = ""


def card_parts(record: CustomerRecord) -> list[CardPart]:
    """The parts of a card in the order in which they are read."""
    return [
        _history(record),
        _value(record),
        _stage(record),
        _risk(record),
        _next_order(record),
        _contacts(record),
        _complaints(record),
        _consent(record),
        _action(record),
        _events(record),
    ]


def _needs_table(record: CustomerRecord, table: str, nothing: str) -> str:
    """What fills a part that comes from a table."""
    if table in record.tables:
        return nothing
    return _("Table {table} fills this: name its file in crm.toml under [sources.{table}].", table=table)


def _needs_run(record: CustomerRecord, table: str, nothing: str) -> str:
    """What fills a part that comes from a table of a run."""
    if table in record.rows:
        return nothing
    return _("Step {step} of 'crm-analysis run' fills this.", step=HANDED_OVER[table].step)


def _not_scored() -> str:
    return _("The latest report does not hold this customer: no purchase up to the day it looks back from.")


def _history(record: CustomerRecord) -> CardPart:
    past = record.history
    title = _("History")
    if past.last_order is None:
        return CardPart(title, [], _("No order of this customer is known."))
    lines = [
        (_("Orders"), f.number(past.orders, 0)),
        (_("Net sales"), f.money(past.revenue, record.currency)),
        (_("First order"), f.date(past.first_order)),
        (_("Last order"), f.date(past.last_order)),
    ]
    if past.returned > 0:
        lines.append((_("Returned"), f.money(past.returned, record.currency)))
    if past.usual_gap_days is not None:
        lines.append((_("Usual days between orders"), f.number(past.usual_gap_days, 0)))
    return CardPart(title, lines)


def _value(record: CustomerRecord) -> CardPart:
    score = record.row("customer_scores")
    title = _("Customer value")
    if score is None:
        return CardPart(title, [], _needs_run(record, "customer_scores", _not_scored()))
    return CardPart(
        title,
        [
            (_("Customer value, next 12 months"), f.money(score["value"], record.currency)),
            (_("Value at risk"), f.money(score["value_at_risk"], record.currency)),
            (_("Profit of one order"), f.money(score["order_profit"], record.currency)),
        ],
    )


def _stage(record: CustomerRecord) -> CardPart:
    score = record.row("customer_scores")
    if score is None:
        return CardPart(_("Stage"), [], _needs_run(record, "customer_scores", _not_scored()))
    rfm = f"{score['r_score']}-{score['f_score']}-{score['m_score']}"
    lines = [(_("Segment"), segment_label(str(score["segment"]))), (_("Recency, frequency, money (1 to 5)"), rfm)]
    return CardPart(_("Stage"), lines)


def _risk(record: CustomerRecord) -> CardPart:
    score = record.row("customer_scores")
    facts = [("", fact) for fact in _stands_out(record)]
    title = _("Risk of leaving")
    if score is None:
        return CardPart(title, facts, _needs_run(record, "customer_scores", _not_scored()))
    lines = [(_("Likely to leave"), f.percent(score["probability_leaving"]))]
    quiet = _("Nothing stands out in this customer's orders, deliveries and complaints.")
    reasons = sorted(record.rows.get("leaving_reasons", []), key=lambda row: int(row["rank"]))
    why = [(_("Why it could be") if n == 0 else "", leaving_reason(row)) for n, row in enumerate(reasons)]
    return CardPart(title, [*lines, *why, *(facts or ([] if why else [("", quiet)]))])


def _stands_out(record: CustomerRecord) -> list[str]:
    """Facts that go with leaving; none of them is said to be its cause."""
    past = record.history
    found = []
    if past.last_order is not None and past.usual_gap_days:
        since = (record.as_of - past.last_order).days
        if since > _SLOW * past.usual_gap_days:
            found.append(
                plural(
                    "The last order was {n} day ago; the usual gap is {gap} days.",
                    "The last order was {n} days ago; the usual gap is {gap} days.",
                    since,
                    gap=f.number(past.usual_gap_days, 0),
                )
            )
    if past.late:
        found.append(
            _(
                "{late} of the last {n} deliveries came after the promised day.",
                late=f.number(past.late, 0),
                n=f.number(past.deliveries, 0),
            )
        )
    if past.open_complaints:
        found.append(plural("{n} complaint is open.", "{n} complaints are open.", past.open_complaints))
    return found


def _next_order(record: CustomerRecord) -> CardPart:
    past, score = record.history, record.row("customer_scores")
    lines = []
    if past.expected_next is not None and past.expected_next >= record.as_of:
        lines.append((_("By the usual gap"), f.date(past.expected_next)))
    elif past.expected_next is not None:
        lines.append((_("By the usual gap"), _("overdue since {day}", day=f.date(past.expected_next))))
    if score is not None:
        lines.append((_("Purchases expected in 12 months"), f.number(score["expected_purchases"], 1)))
    few = _("Orders on three days are needed to see a rhythm.")
    return CardPart(_("Next order"), lines, few)


def _contacts(record: CustomerRecord) -> CardPart:
    lines = [contact_line(event, record.currency) for event in record.of_kind("contact")[:_RECENT_CONTACTS]]
    nothing = _needs_table(record, "contacts", _("There was no contact."))
    return CardPart(_("Last contacts"), lines, nothing)


def _complaints(record: CustomerRecord) -> CardPart:
    past = record.history
    nothing = _needs_table(record, "feedback", _("There was no complaint."))
    if not past.complaints:
        return CardPart(_("Complaints"), [], nothing)
    lines = [
        (_("Complaints"), f.number(past.complaints, 0)),
        (_("Open"), f.number(past.open_complaints, 0)),
        (_("Last one"), f.date(past.last_complaint)),
    ]
    if past.open_complaints:
        lines.append(("", _("Solve the complaint first; sell nothing until then.")))
    return CardPart(_("Complaints"), lines)


def purpose_label(code: str) -> str:
    """What a consent or contact is for."""
    names = {
        "advertising": _("advertising"),
        "marketing": _("advertising"),
        "night": _("advertising at night"),
        "sales": _("sales"),
        "service": _("customer service"),
        "information": _("information"),
    }
    return names.get(code, code)


def _consent(record: CustomerRecord) -> CardPart:
    nothing = _needs_table(record, "consents", _("No consent is recorded: send no advertising."))
    lines = []
    for consent in record.consents:
        label = channel_label(consent.channel)
        since = f.date(consent.since)
        given = _("{purpose}: given on {day}", purpose=purpose_label(consent.purpose), day=since)
        taken = _("{purpose}: withdrawn on {day}", purpose=purpose_label(consent.purpose), day=since)
        lines.append((label, given if consent.granted else taken))
    return CardPart(_("Consent"), lines, nothing)


def _action(record: CustomerRecord) -> CardPart:
    plan, offer = record.row("contact_plan"), record.row("offer_decisions")
    title = _("Proposed action")
    if plan is None:
        why = reason_label(str(offer["reason"])) if offer is not None else _not_scored()
        none = _("No contact is planned: {reason}.", reason=why) if offer is not None else why
        return CardPart(title, [], _needs_run(record, "contact_plan", none))
    lines = [(_("Action"), action_name(str(plan["segment"]), str(plan["strategy"])))]
    if plan["arm"] == "contact":
        lines += [
            (_("Offer"), offer_label(str(plan["offer"]))),
            (_("When"), f.date(plan["planned_on"])),
            (_("Channel"), channel_label(str(plan["channel"]))),
        ]
    else:
        lines.append(("", _("Held back at random as control group: no contact, so that the effect can be measured.")))
    if plan["consent"] == "not_checked":
        lines.append(("", _("Consent is not checked in this plan: see the part on consent.")))
    return CardPart(title, [*lines, *_products(record)])


def _products(record: CustomerRecord) -> list[tuple[str, str]]:
    return [
        (
            _("Product {rank}", rank=f.number(row["rank"], 0)),
            _(
                "{item} ({why})",
                item=str(row["item_name"]),
                why=reason_text(
                    str(row["reason"]),
                    str(row["because"]),
                    int(row["times"] or 0),
                    int(row["usual_days"] or 0),
                    int(row["since_days"] or 0),
                ),
            ),
        )
        for row in record.rows.get("personal_plan", [])[:3]
    ]


def _events(record: CustomerRecord) -> CardPart:
    lines = [event_line(event, record.currency) for event in record.latest(_RECENT_EVENTS)]
    return CardPart(_("Latest events"), lines, _("Nothing is known."))
