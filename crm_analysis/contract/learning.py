"""The learning ledger: who was drawn into which arm, and what each kind of offer did in each segment."""

from __future__ import annotations

from crm_analysis.contract.columns import Column, TableSpec
from crm_analysis.messages import _

__all__ = ["ASSIGNMENTS", "EFFECTS", "LEARNING_TABLES"]

ASSIGNMENTS = TableSpec(
    name="assignments",
    grain=lambda: _("one row per round, action and customer drawn"),
    key=("round", "action", "customer_id"),
    columns=(
        Column("round", "id", lambda: _("The draw: project, last day of its data, number."), required=True),
        Column("action", "text", lambda: _("Segment and strategy, with a colon between."), required=True),
        Column("segment", "text", lambda: _("Segment of the customer when drawn.")),
        Column("offer", "text", lambda: _("The offer that was meant for the customer.")),
        Column("offer_kind", "text", lambda: _("money, service, convenience or status.")),
        Column("unit", "text", lambda: _("What was drawn: customer or household."), required=True),
        Column("customer_id", "id", lambda: _("Who."), required=True),
        Column("eligibility", "text", lambda: _("What had to hold before the draw, with commas between.")),
        Column("arm", "text", lambda: _("contact, control (of this action) or holdout (lasting)."), required=True),
        Column("probability", "number", lambda: _("Chance of the arm that was drawn, between 0 and 1."), required=True),
        Column("drawn_at", "timestamp", lambda: _("When the arm was drawn, in UTC."), required=True),
    ),
)

EFFECTS = TableSpec(
    name="effects",
    grain=lambda: _("one row per source, kind of offer, segment, measure and estimate"),
    key=("source", "offer_kind", "segment", "measure", "estimated_at"),
    columns=(
        Column("source", "id", lambda: _("What it was learned from: campaign:NUMBER or round:NAME."), required=True),
        Column(
            "offer_kind", "text", lambda: _("money, service, convenience, status, mixed or unknown."), required=True
        ),
        Column("segment", "text", lambda: _("The segment, or all."), required=True),
        Column("measure", "text", lambda: _("What was compared, such as sales_per_customer."), required=True),
        Column("estimate", "number", lambda: _("Difference that contact made, per customer."), unit="currency"),
        Column("low", "number", lambda: _("Lower end of the interval."), unit="currency"),
        Column("high", "number", lambda: _("Upper end of the interval."), unit="currency"),
        Column("level", "number", lambda: _("Level of the interval, such as 0.9."), required=True),
        Column("treated", "integer", lambda: _("Customers meant to be contacted."), required=True),
        Column("compared", "integer", lambda: _("Customers they are compared with."), required=True),
        Column("evidence", "text", lambda: _("measured, modelled or assumed."), required=True),
        Column("observed_from", "date", lambda: _("First day of the sales compared."), required=True),
        Column("observed_until", "date", lambda: _("Last day of the sales compared."), required=True),
        Column("estimated_at", "timestamp", lambda: _("When it was estimated, in UTC."), required=True),
    ),
)

LEARNING_TABLES: dict[str, TableSpec] = {spec.name: spec for spec in (ASSIGNMENTS, EFFECTS)}
"""Tables that the system keeps itself: only ever added to, by no build and no rerun rewritten."""
