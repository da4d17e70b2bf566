"""Tables about campaigns: what was done, to whom, with which offers."""

from __future__ import annotations

from crm_analysis.contract.columns import Column, TableSpec, headers
from crm_analysis.messages import _

__all__ = ["CAMPAIGNS", "CAMPAIGN_TARGETS", "OFFERS", "REDEMPTIONS"]

CAMPAIGNS = TableSpec(
    name="campaigns",
    grain=lambda: _("one row per campaign"),
    key=("campaign_id",),
    switches_on=lambda: _("how past campaigns did"),
    columns=(
        Column(
            "campaign_id",
            "id",
            lambda: _("Number of the campaign."),
            required=True,
            aliases=headers("campaign campaignid 캠페인 캠페인번호"),
        ),
        Column(
            "name",
            "text",
            lambda: _("Name or kind of the campaign."),
            aliases=headers("name campaigntype description 캠페인명"),
        ),
        Column(
            "starts_on",
            "date",
            lambda: _("First day."),
            required=True,
            aliases=headers("start startdate startson 시작일"),
        ),
        Column(
            "ends_on",
            "date",
            lambda: _("Last day."),
            required=True,
            aliases=headers("end enddate endson 종료일"),
        ),
        Column(
            "cost",
            "number",
            lambda: _("What it cost in all."),
            unit="currency",
            switches_on=lambda: _("return on what campaigns cost"),
            aliases=headers("cost 비용"),
        ),
        Column(
            "randomised",
            "boolean",
            lambda: _("Whether chance decided who was targeted."),
            switches_on=lambda: _("measured effects"),
            aliases=headers("randomised randomized 무작위"),
        ),
    ),
)

CAMPAIGN_TARGETS = TableSpec(
    name="campaign_targets",
    grain=lambda: _("one row per campaign and customer"),
    key=("campaign_id", "customer_id"),
    switches_on=lambda: _("targeted against untargeted customers"),
    columns=(
        Column(
            "campaign_id",
            "id",
            lambda: _("Number of the campaign."),
            required=True,
            aliases=headers("campaign campaignid"),
        ),
        Column(
            "customer_id",
            "id",
            lambda: _("Who."),
            required=True,
            aliases=headers("customer customerid householdid 고객번호"),
        ),
        Column(
            "arm",
            "text",
            lambda: _("treated, control, or mass for those who only got a mass mailing."),
            switches_on=lambda: _("measured effects"),
            aliases=headers("arm group 실험군"),
        ),
        Column("probability", "number", lambda: _("Chance of the arm that was drawn, between 0 and 1.")),
        Column("assigned_at", "timestamp", lambda: _("When the arm was drawn.")),
    ),
)

OFFERS = TableSpec(
    name="offers",
    grain=lambda: _("one row per offer"),
    key=("offer_id",),
    switches_on=lambda: _("your own offers instead of the starter catalogue"),
    columns=(
        Column(
            "offer_id",
            "id",
            lambda: _("Number of the offer."),
            required=True,
            aliases=headers("offer offerid coupon couponupc 쿠폰번호"),
        ),
        Column("name", "text", lambda: _("Name."), aliases=headers("name offername 쿠폰명")),
        Column(
            "kind",
            "text",
            lambda: _("money, service, convenience or status."),
            aliases=headers("kind type 유형"),
        ),
        Column("campaign_id", "id", lambda: _("Campaign that carried it."), aliases=headers("campaign campaignid")),
        Column(
            "value",
            "number",
            lambda: _("What it is worth to the customer."),
            unit="currency",
            aliases=headers("value benefit 혜택금액"),
        ),
        Column(
            "cost",
            "number",
            lambda: _("What one use costs the shop."),
            unit="currency",
            aliases=headers("cost 비용"),
        ),
        Column("starts_on", "date", lambda: _("First day."), aliases=headers("start startdate 시작일")),
        Column("ends_on", "date", lambda: _("Last day."), aliases=headers("end enddate 종료일")),
        Column("stock", "integer", lambda: _("How many can be given."), aliases=headers("stock 재고")),
    ),
)

REDEMPTIONS = TableSpec(
    name="redemptions",
    grain=lambda: _("one row per use of an offer"),
    key=(),
    switches_on=lambda: _("who uses offers"),
    columns=(
        Column(
            "customer_id",
            "id",
            lambda: _("Who."),
            required=True,
            aliases=headers("customer customerid householdid"),
        ),
        Column(
            "offer_id",
            "id",
            lambda: _("Number of the offer."),
            required=True,
            aliases=headers("offer offerid coupon couponupc"),
        ),
        Column("campaign_id", "id", lambda: _("Campaign that carried it."), aliases=headers("campaign campaignid")),
        Column(
            "redeemed_at",
            "timestamp",
            lambda: _("When it was used."),
            required=True,
            aliases=headers("redeemedat redemptiondate date 사용일"),
        ),
    ),
)
