"""Tables about what was sold: order lines and products."""

from __future__ import annotations

from crm_analysis.contract.columns import BUYER_IDENTIFIERS, Column, TableSpec, headers
from crm_analysis.messages import _

__all__ = ["ORDER_LINES", "PRODUCTS"]

ORDER_LINES = TableSpec(
    name="order_lines",
    grain=lambda: _("one row per product on an order"),
    key=(),
    identifiers=BUYER_IDENTIFIERS,
    columns=(
        Column(
            "customer_id",
            "id",
            lambda: _("Who bought: member number, household or any other stable id."),
            required=True,
            aliases=headers(
                "customer customerid cust custid client clientid member memberid userid user household "
                "householdid 고객번호 고객id 고객 회원번호 회원id 회원아이디 구매자id 구매자아이디 "
                "주문자id 주문자아이디 masterid"
            ),
        ),
        Column(
            "ordered_at",
            "timestamp",
            lambda: _("When the order was placed, in the time zone of the project."),
            required=True,
            aliases=headers(
                "date orderdate orderedat orderdatetime invoicedate purchasedate datetime timestamp "
                "transactiontimestamp transactiondate time createdat 주문일 주문일시 주문일자 결제일 "
                "결제일시 구매일 일자 날짜 거래일"
            ),
        ),
        Column(
            "amount",
            "number",
            lambda: _("What the customer paid for the line after discounts; or give quantity and unit_price."),
            unit="currency",
            aliases=headers(
                "amount sales salesvalue revenue total linetotal price value dollars spend 금액 매출 매출액 "
                "결제금액 판매금액 상품구매금액 주문금액 구매금액"
            ),
        ),
        Column(
            "quantity",
            "number",
            lambda: _("Pieces; negative for a return."),
            unit="pieces",
            switches_on=lambda: _("prices per piece, returns by quantity"),
            aliases=headers("quantity qty units pieces count 수량 주문수량 구매수량"),
        ),
        Column(
            "unit_price",
            "number",
            lambda: _("Price of one piece."),
            unit="currency",
            switches_on=lambda: _("the price part of the growth bridge"),
            aliases=headers("unitprice price itemprice priceeach 단가 판매가 상품단가"),
        ),
        Column(
            "order_id",
            "id",
            lambda: _("Number of the order; without it one order per customer and time."),
            switches_on=lambda: _("baskets, netting of cancellations"),
            aliases=headers(
                "order orderid orderno ordernumber invoice invoiceno basketid basket transactionid "
                "receipt 주문번호 주문id 영수증번호"
            ),
        ),
        Column(
            "product_id",
            "id",
            lambda: _("Code of the product."),
            switches_on=lambda: _("products per customer, cross-selling, returns matched to their sale"),
            aliases=headers("product productid sku stockcode item itemid upc asin 상품번호 상품코드 상품id 품목코드"),
        ),
        Column(
            "product_name",
            "text",
            lambda: _("Name of the product, where there is no table products."),
            switches_on=lambda: _("product names in recommendations"),
            aliases=headers("productname description itemname productdescription 상품명 품목명"),
        ),
        Column(
            "discount",
            "number",
            lambda: _("Discount on the line, as a positive number."),
            unit="currency",
            switches_on=lambda: _("discount dependence"),
            aliases=headers("discount discountamount retaildisc 할인 할인금액 쿠폰할인 쿠폰할인금액 할인액"),
        ),
        Column(
            "discount_funding",
            "text",
            lambda: _("Who pays the discount: shop or manufacturer."),
            switches_on=lambda: _("the shop's own share of discounts in profit"),
        ),
        Column(
            "unit_cost",
            "number",
            lambda: _("Cost of goods of one piece."),
            unit="currency",
            switches_on=lambda: _("profit instead of an assumed margin"),
            aliases=headers("unitcost cost cogs 원가 매입가 공급단가"),
        ),
        Column(
            "channel",
            "text",
            lambda: _("Where the order was placed: online, store or another channel."),
            switches_on=lambda: _("channel mix, customers seen in several channels"),
            aliases=headers("channel saleschannel 판매채널 채널 주문경로"),
        ),
        Column(
            "store_id",
            "id",
            lambda: _("The store."),
            switches_on=lambda: _("analysis by store"),
            aliases=headers("store storeid shop branch 매장 점포 지점"),
        ),
        Column(
            "country",
            "text",
            lambda: _("Country of the order."),
            switches_on=lambda: _("country mix"),
            aliases=headers("country shippingcountry 국가"),
        ),
        Column(
            "currency",
            "text",
            lambda: _("Currency code; mixed currencies are refused."),
            aliases=headers("currency currencycode 통화 화폐단위"),
        ),
        Column(
            "status",
            "text",
            lambda: _("State of the order; which states are a sale is a setting."),
            switches_on=lambda: _("cancelled and unpaid orders left out"),
            aliases=headers("status orderstatus financialstatus paymentstatus 주문상태 결제상태 결제구분 취소구분"),
        ),
        Column(
            "paid_at",
            "timestamp",
            lambda: _("When it was paid."),
            aliases=headers("paidat paymentdate 입금일시 입금확인일"),
        ),
        Column(
            "tax_type",
            "text",
            lambda: _("Taxed or tax-free; which words mean tax-free is a setting."),
            switches_on=lambda: _("tax-free products in profit"),
            aliases=headers("taxtype taxclass 과세구분 과세여부 과세유형 세금구분"),
        ),
        Column(
            "tax",
            "number",
            lambda: _("Tax that the amount contains; without it the tax follows from tax_rate and tax_type."),
            unit="currency",
            switches_on=lambda: _("profit without tax"),
            aliases=headers("tax taxes taxamount vat vatamount 부가세 부가세액 세액"),
        ),
        Column(
            "order_amount",
            "number",
            lambda: _("What was paid for the whole order, on each of its lines or on one; split over the lines."),
            unit="currency",
            switches_on=lambda: _("agreement with the books: shipping and points by name"),
            aliases=headers(
                "ordertotal orderamount grandtotal 총결제금액 총실결제금액 실결제금액 최종결제금액 "
                "총주문금액 주문총액 결제총액"
            ),
        ),
        Column(
            "shipping",
            "number",
            lambda: _("Shipping fee on the line."),
            unit="currency",
            aliases=headers(
                "shipping shippingfee shippingamount shippingcost 배송비 총배송비 기본배송비 배송비합계 배송료"
            ),
        ),
        Column(
            "points_used",
            "number",
            lambda: _("Points paid with."),
            unit="currency",
            aliases=headers(
                "pointsused 적립금 사용적립금 사용한적립금액 적립금사용액 사용포인트 포인트사용액 마일리지사용"
            ),
        ),
        Column(
            "refunded",
            "number",
            lambda: _("Amount refunded on the line, as a positive number; it becomes a line of its own, a return."),
            unit="currency",
            switches_on=lambda: _("returns where orders keep their amounts"),
            aliases=headers("refunded refundedamount refundamount amountrefunded 환불금액 실제환불금액 총환불금액"),
        ),
        Column(
            "refunded_at",
            "timestamp",
            lambda: _("When it was refunded; without it the return counts on the day of the order."),
            aliases=headers("refundedat refunddate 환불일 환불완료일 환불일시"),
        ),
        Column("fulfilment", "text", lambda: _("Delivery or pick-up."), aliases=headers("fulfilment fulfillment")),
    ),
)

PRODUCTS = TableSpec(
    name="products",
    grain=lambda: _("one row per product"),
    key=("product_id",),
    switches_on=lambda: _("categories in every cut, product names in recommendations"),
    columns=(
        Column(
            "product_id",
            "id",
            lambda: _("Code of the product."),
            required=True,
            aliases=headers("product productid sku stockcode itemid 상품번호 상품코드"),
        ),
        Column(
            "name",
            "text",
            lambda: _("Name as customers see it."),
            aliases=headers("name productname description 상품명"),
        ),
        Column(
            "category",
            "text",
            lambda: _("Main category."),
            switches_on=lambda: _("category mix and headroom"),
            aliases=headers("category department maincategory 카테고리 대분류 분류"),
        ),
        Column(
            "subcategory",
            "text",
            lambda: _("Finer category."),
            switches_on=lambda: _("recommendations by kind"),
            aliases=headers("subcategory producttype subcat 중분류 소분류"),
        ),
        Column("brand", "text", lambda: _("Brand."), aliases=headers("brand 브랜드")),
        Column(
            "list_price",
            "number",
            lambda: _("Price before discounts."),
            unit="currency",
            aliases=headers("listprice 정가 소비자가"),
        ),
        Column(
            "unit_cost",
            "number",
            lambda: _("Cost of goods of one piece."),
            unit="currency",
            switches_on=lambda: _("profit instead of an assumed margin"),
            aliases=headers("unitcost cost 원가"),
        ),
    ),
)
