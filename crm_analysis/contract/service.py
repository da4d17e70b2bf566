"""Tables about dealing with customers: deliveries, contacts, consents, points, feedback, preferences."""

from __future__ import annotations

from crm_analysis.contract.columns import BUYER_IDENTIFIERS, CUSTOMER_HEADERS, Column, TableSpec, headers
from crm_analysis.messages import _

__all__ = ["CONSENTS", "CONTACTS", "DELIVERIES", "FEEDBACK", "LOYALTY_LEDGER", "PREFERENCES"]

DELIVERIES = TableSpec(
    name="deliveries",
    grain=lambda: _("one row per order delivered or picked up"),
    key=("order_id",),
    switches_on=lambda: _("what delays do to repeat purchases"),
    columns=(
        Column(
            "order_id",
            "id",
            lambda: _("Number of the order."),
            required=True,
            aliases=headers("order orderid 주문번호"),
        ),
        Column("customer_id", "id", lambda: _("Who ordered."), aliases=CUSTOMER_HEADERS),
        Column(
            "promised_at",
            "timestamp",
            lambda: _("When it was promised for."),
            aliases=headers("promised promisedat 배송예정일"),
        ),
        Column(
            "delivered_at",
            "timestamp",
            lambda: _("When it arrived or was picked up."),
            required=True,
            aliases=headers("delivered deliveredat 배송완료일 배송일"),
        ),
        Column("fulfilment", "text", lambda: _("delivery or pickup."), aliases=headers("kind method 배송방법")),
    ),
)

CONTACTS = TableSpec(
    name="contacts",
    grain=lambda: _("one row per contact with a customer, in or out"),
    key=("contact_id",),
    identifiers=BUYER_IDENTIFIERS,
    switches_on=lambda: _("how often customers are contacted, at what cost, and how they answer"),
    columns=(
        Column(
            "contact_id",
            "id",
            lambda: _("Number of the contact."),
            required=True,
            aliases=headers(
                "contactid ticketid ticketnumber ticket chatid conversationid id "
                "접촉번호 상담번호 상담id 문의번호 티켓번호"
            ),
        ),
        Column("customer_id", "id", lambda: _("Who."), required=True, aliases=CUSTOMER_HEADERS),
        Column(
            "contacted_at",
            "timestamp",
            lambda: _("When the contact was made."),
            required=True,
            aliases=headers(
                "contacted contactedat createdat createdtime createddate openedat startedat date "
                "접촉일 접촉일시 상담일시 "
                "상담시작일시 상담생성일시 접수일시 문의일시 일시"
            ),
        ),
        Column(
            "channel",
            "text",
            lambda: _("sales_visit, service_visit, phone, email, sms, app_push or messenger."),
            required=True,
            aliases=headers("channel medium source via mediumtype 채널 매체 상담채널 유입채널 문의채널"),
        ),
        Column(
            "direction",
            "text",
            lambda: _("in: the customer came to us; out: we went to the customer."),
            aliases=headers("direction inout 방향 인아웃구분"),
        ),
        Column(
            "purpose",
            "text",
            lambda: _("sales, service or information."),
            aliases=headers("purpose tickettype 목적 상담유형 문의유형"),
        ),
        Column(
            "order_id",
            "id",
            lambda: _("The order it was about; where the customer is not given, the one of the order."),
            switches_on=lambda: _("contacts of an order, and customers of helpdesk tickets"),
            aliases=headers("order orderid ordernumber orderno 주문번호 관련주문번호"),
        ),
        Column(
            "campaign_id",
            "id",
            lambda: _("The campaign it belonged to."),
            aliases=headers("campaign campaignid 캠페인번호"),
        ),
        Column(
            "outcome",
            "text",
            lambda: _("What came of it: delivered, opened, replied, bought, opted out."),
            aliases=headers("outcome result status ticketstatus 결과 상담결과 상담상태 처리상태"),
        ),
        Column(
            "cost",
            "number",
            lambda: _("What the contact cost."),
            unit="currency",
            switches_on=lambda: _("profit after the cost to serve"),
            aliases=headers("cost 비용"),
        ),
        Column(
            "handled_minutes",
            "number",
            lambda: _("Minutes of work."),
            unit="minutes",
            aliases=headers("minutes handledminutes duration handletime 처리시간 통화시간 상담시간"),
        ),
    ),
)

CONSENTS = TableSpec(
    name="consents",
    grain=lambda: _("one row per change of a consent"),
    key=("customer_id", "channel", "purpose", "changed_at", "granted"),
    switches_on=lambda: _("plans that leave out who has not agreed"),
    columns=(
        Column("customer_id", "id", lambda: _("Who."), required=True, aliases=CUSTOMER_HEADERS),
        Column(
            "channel", "text", lambda: _("The channel it is about."), required=True, aliases=headers("channel 채널")
        ),
        Column(
            "purpose",
            "text",
            lambda: _("What it allows, such as advertising."),
            required=True,
            aliases=headers("purpose 목적"),
        ),
        Column(
            "granted",
            "boolean",
            lambda: _("Whether it was given or withdrawn."),
            required=True,
            aliases=headers("granted consent optin 동의 수신동의 동의여부"),
        ),
        Column(
            "changed_at",
            "timestamp",
            lambda: _("When."),
            required=True,
            aliases=headers("changed changedat date 동의일 변경일"),
        ),
        Column("basis", "text", lambda: _("How it was given: form, contract, call."), aliases=headers("basis 근거")),
    ),
)

LOYALTY_LEDGER = TableSpec(
    name="loyalty_ledger",
    grain=lambda: _("one row per booking of points"),
    key=("booking_id",),
    switches_on=lambda: _("what points and tiers cost and do"),
    columns=(
        Column("booking_id", "id", lambda: _("Number of the booking."), required=True, aliases=headers("id bookingid")),
        Column("customer_id", "id", lambda: _("Who."), required=True, aliases=CUSTOMER_HEADERS),
        Column(
            "booked_at",
            "timestamp",
            lambda: _("When."),
            required=True,
            aliases=headers("date booked bookedat 적립일 일자"),
        ),
        Column(
            "points",
            "number",
            lambda: _("Points earned, or spent when negative."),
            required=True,
            unit="points",
            aliases=headers("points 적립금 포인트"),
        ),
        Column("reason", "text", lambda: _("order, redemption, expiry or gift."), aliases=headers("reason 사유")),
        Column(
            "tier", "text", lambda: _("Tier of the customer after the booking."), aliases=headers("tier grade 등급")
        ),
    ),
)

FEEDBACK = TableSpec(
    name="feedback",
    grain=lambda: _("one row per review, survey answer or complaint"),
    key=("feedback_id",),
    switches_on=lambda: _("satisfaction, causes of complaints and what slow answers cost"),
    columns=(
        Column(
            "feedback_id",
            "id",
            lambda: _("Number of the entry."),
            required=True,
            aliases=headers("id feedbackid 접수번호"),
        ),
        Column("customer_id", "id", lambda: _("Who."), aliases=CUSTOMER_HEADERS),
        Column(
            "given_at",
            "timestamp",
            lambda: _("When."),
            required=True,
            aliases=headers("date given givenat 작성일 접수일"),
        ),
        Column(
            "kind",
            "text",
            lambda: _("review, survey, nps or complaint."),
            required=True,
            aliases=headers("kind type 유형"),
        ),
        Column(
            "product_id",
            "id",
            lambda: _("The product it is about, if about one."),
            switches_on=lambda: _("negative reviews by product"),
            aliases=headers("product productid sku 상품번호 상품코드"),
        ),
        Column("score", "number", lambda: _("Score given."), aliases=headers("score rating stars 점수 평점 별점")),
        Column("scale_max", "number", lambda: _("The best score possible."), aliases=headers("scalemax scale 만점")),
        Column(
            "text",
            "text",
            lambda: _("What was written."),
            personal=True,
            aliases=headers("text comment body 내용 후기"),
        ),
        Column("language", "text", lambda: _("Language of the text."), aliases=headers("language lang 언어")),
        Column("state", "text", lambda: _("open, answered or closed."), aliases=headers("state status 상태 처리상태")),
        Column(
            "answered_at",
            "timestamp",
            lambda: _("When it was answered."),
            aliases=headers("answered answeredat 처리일"),
        ),
        Column("owner", "text", lambda: _("Department in charge."), aliases=headers("owner department 담당 담당부서")),
    ),
)

PREFERENCES = TableSpec(
    name="preferences",
    grain=lambda: _("one row per customer and topic"),
    key=("customer_id", "topic"),
    switches_on=lambda: _("offers that fit what customers said"),
    columns=(
        Column("customer_id", "id", lambda: _("Who."), required=True, aliases=CUSTOMER_HEADERS),
        Column("topic", "text", lambda: _("What it is about."), required=True, aliases=headers("topic question 항목")),
        Column("value", "text", lambda: _("What was stated."), required=True, aliases=headers("value answer 응답")),
        Column("stated_at", "date", lambda: _("When."), aliases=headers("date stated statedat 응답일")),
    ),
)
