"""Tables about the market around the shop: prices, spending, prospects, partners, competitors, goals."""

from __future__ import annotations

from crm_analysis.contract.columns import Column, TableSpec, headers
from crm_analysis.messages import _

__all__ = ["CATEGORY_SPEND", "COMPETITORS", "GOALS", "MARKETING_SPEND", "PARTNERS", "PRODUCT_PRICES", "PROSPECTS"]

PRODUCT_PRICES = TableSpec(
    name="product_prices",
    grain=lambda: _("one row per product and period of one price"),
    key=("product_id", "valid_from"),
    switches_on=lambda: _("what prices and empty shelves do to sales"),
    columns=(
        Column(
            "product_id",
            "id",
            lambda: _("Code of the product."),
            required=True,
            aliases=headers("product productid sku 상품번호 상품코드"),
        ),
        Column(
            "valid_from",
            "date",
            lambda: _("First day of the price."),
            required=True,
            aliases=headers("from validfrom date 적용시작일 적용일"),
        ),
        Column(
            "valid_to",
            "date",
            lambda: _("Last day of the price; empty while it holds."),
            aliases=headers("to validto 적용종료일"),
        ),
        Column(
            "price",
            "number",
            lambda: _("Price of one piece."),
            unit="currency",
            required=True,
            aliases=headers("price 판매가 가격"),
        ),
        Column(
            "available",
            "boolean",
            lambda: _("Whether it was in stock."),
            aliases=headers("available instock 재고 판매여부"),
        ),
    ),
)

MARKETING_SPEND = TableSpec(
    name="marketing_spend",
    grain=lambda: _("one row per period, channel and purpose"),
    key=("starts_on", "channel", "purpose"),
    switches_on=lambda: _("what it costs to win a customer"),
    columns=(
        Column(
            "starts_on",
            "date",
            lambda: _("First day of the period."),
            required=True,
            aliases=headers("start startson date month 시작일 월"),
        ),
        Column("ends_on", "date", lambda: _("Last day of the period."), aliases=headers("end endson 종료일")),
        Column(
            "channel",
            "text",
            lambda: _("Where it was spent."),
            required=True,
            aliases=headers("channel medium 채널 매체"),
        ),
        Column(
            "purpose",
            "text",
            lambda: _("acquisition, development or retention."),
            required=True,
            aliases=headers("purpose 목적"),
        ),
        Column(
            "amount",
            "number",
            lambda: _("What was spent."),
            unit="currency",
            required=True,
            aliases=headers("amount spend cost 금액 비용"),
        ),
    ),
)

PROSPECTS = TableSpec(
    name="prospects",
    grain=lambda: _("one row per person who is not known as a customer"),
    key=("prospect_id",),
    switches_on=lambda: _("who could become a customer, and who is one already"),
    columns=(
        Column(
            "prospect_id",
            "id",
            lambda: _("Number of the person."),
            required=True,
            aliases=headers("id prospectid leadid"),
        ),
        Column("name", "text", lambda: _("Name."), personal=True, aliases=headers("name fullname 이름 성명")),
        Column("email", "text", lambda: _("E-mail address."), personal=True, aliases=headers("email mail 이메일")),
        Column(
            "phone",
            "text",
            lambda: _("Phone number."),
            personal=True,
            aliases=headers("phone mobile 휴대폰 전화번호 연락처"),
        ),
        Column("source", "text", lambda: _("Where the person was met."), aliases=headers("source 유입경로")),
        Column(
            "partner_id",
            "id",
            lambda: _("The partner who brought the person."),
            aliases=headers("partner partnerid 제휴사"),
        ),
        Column(
            "consent_basis",
            "text",
            lambda: _("What allows a contact: a form, a contract with the partner; empty where nothing does."),
            aliases=headers("consentbasis basis consent 동의근거 제공동의"),
        ),
        Column(
            "region",
            "text",
            lambda: _("Region, such as a city or a province; no address."),
            switches_on=lambda: _("where prospects are, beside customers of the region"),
            aliases=headers("region city province state 지역 시도 시군구"),
        ),
        Column(
            "created_at",
            "date",
            lambda: _("When the person was met."),
            aliases=headers("date created createdat 등록일"),
        ),
    ),
)

PARTNERS = TableSpec(
    name="partners",
    grain=lambda: _("one row per partner"),
    key=("partner_id",),
    switches_on=lambda: _("what partners bring"),
    columns=(
        Column(
            "partner_id",
            "id",
            lambda: _("Number of the partner."),
            required=True,
            aliases=headers("id partner partnerid"),
        ),
        Column("name", "text", lambda: _("Name of the partner."), aliases=headers("name partnername 제휴사명")),
        Column("kind", "text", lambda: _("What the partner does."), aliases=headers("kind type 유형")),
        Column(
            "cost_per_customer",
            "number",
            lambda: _("Price of one new customer."),
            unit="currency",
            aliases=headers("cost costpercustomer fee 건당비용"),
        ),
    ),
)

COMPETITORS = TableSpec(
    name="competitors",
    grain=lambda: _("one row per competitor and criterion"),
    key=("name", "criterion"),
    switches_on=lambda: _("where competitors are better"),
    columns=(
        Column(
            "name",
            "text",
            lambda: _("Name of the competitor; our own shop may stand here too."),
            required=True,
            aliases=headers("name competitor 경쟁사"),
        ),
        Column(
            "criterion",
            "text",
            lambda: _("What is compared: price, range, service, delivery."),
            required=True,
            aliases=headers("criterion 항목"),
        ),
        Column(
            "score", "number", lambda: _("From 1 (weak) to 5 (strong)."), required=True, aliases=headers("score 점수")
        ),
        Column(
            "customer_share",
            "number",
            lambda: _("Share of our customers who buy there too, between 0 and 1."),
            aliases=headers("customershare 이용률"),
        ),
        Column("as_of", "date", lambda: _("When it was judged."), aliases=headers("date asof 기준일")),
    ),
)

CATEGORY_SPEND = TableSpec(
    name="category_spend",
    grain=lambda: _("one row per customer, category and year"),
    key=("customer_id", "category", "year"),
    switches_on=lambda: _("customer share instead of sales alone"),
    columns=(
        Column(
            "customer_id",
            "id",
            lambda: _("Who."),
            required=True,
            aliases=headers("customer customerid memberid 고객번호 고객id 회원번호 회원id"),
        ),
        Column(
            "category", "text", lambda: _("Main category."), required=True, aliases=headers("category 카테고리 분류")
        ),
        Column("year", "integer", lambda: _("The year it is about."), required=True, aliases=headers("year 연도")),
        Column(
            "amount",
            "number",
            lambda: _("All that the customer spends in it, with us and elsewhere."),
            unit="currency",
            required=True,
            aliases=headers("amount spend total 금액"),
        ),
        Column(
            "declared",
            "boolean",
            lambda: _("Stated by the customer; else it is an estimate."),
            aliases=headers("declared 응답여부"),
        ),
    ),
)

GOALS = TableSpec(
    name="goals",
    grain=lambda: _("one row per goal"),
    key=("goal",),
    switches_on=lambda: _("how far the goals are reached"),
    columns=(
        Column("goal", "text", lambda: _("Name of the goal."), required=True, aliases=headers("goal name 목표")),
        Column(
            "metric",
            "text",
            lambda: _("What is measured, such as repeat_rate or annual_loss."),
            required=True,
            aliases=headers("metric measure 지표"),
        ),
        Column(
            "target", "number", lambda: _("The value to reach."), required=True, aliases=headers("target value 목표값")
        ),
        Column("start", "number", lambda: _("The value at the beginning."), aliases=headers("start baseline 현재값")),
        Column("due_on", "date", lambda: _("By when."), required=True, aliases=headers("due dueon date 기한")),
    ),
)
