"""What exports of known shops look like: headers, amounts of orders, states, and where columns are switched on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from crm_analysis.messages import _

__all__ = ["PRESETS", "Preset"]

Setting = str | float | bool | tuple[str, ...]


@dataclass(frozen=True)
class Preset:
    """How one shop's export of orders becomes order lines.

    Parameters
    ----------
    title
        Name of the shop system.
    columns
        Contract column to the headers it may have, the first one found counts.
    signs
        Headers by which the export is recognised.
    where
        Where missing columns are switched on, translated when called.
    order_level
        Columns whose amount is the order's.
    discount_taken_off
        Whether ``amount`` is already after ``discount``.
    cleaning
        What to write under ``[cleaning]`` of crm.toml.
    """

    title: str
    columns: Mapping[str, tuple[str, ...]]
    signs: tuple[str, ...]
    where: Callable[[], str]
    order_level: tuple[str, ...] = ()
    discount_taken_off: bool = True
    cleaning: Mapping[str, Setting] = field(default_factory=dict)


_KOREAN_TAX: dict[str, Setting] = {"prices_include_tax": True, "tax_rate": 0.1}

CAFE24 = Preset(
    title="Cafe24",
    columns={
        "order_id": ("주문번호",),
        "customer_id": ("주문자ID", "주문자 아이디"),
        "customer_email": ("주문자 이메일",),
        "customer_phone": ("주문자 휴대전화", "주문자 전화번호"),
        "customer_name": ("주문자명",),
        "ordered_at": ("주문일시",),
        "paid_at": ("결제일시(입금확인일)", "결제일시"),
        "status": ("주문 상태", "주문상태"),
        "product_id": ("상품코드", "상품번호"),
        "product_name": ("상품명(한국어 쇼핑몰)", "상품명(기본)", "상품명"),
        "quantity": ("수량",),
        "unit_price": ("옵션+판매가", "판매가"),
        "amount": ("상품구매금액(KRW)", "상품구매금액"),
        "discount": ("쿠폰 할인금액(최종)", "쿠폰 할인금액"),
        "points_used": ("사용한 적립금액(최종)", "사용한 적립금액"),
        "shipping": ("총 배송비(KRW)", "총 배송비(최종)", "총 배송비"),
        "order_amount": ("총 실결제금액(최종)(KRW)", "총 결제금액(KRW)", "총 결제금액"),
        "refunded": ("실제 환불금액",),
        "refunded_at": ("환불완료일",),
        "tax_type": ("상품별 과세구분", "과세구분"),
        "channel": ("주문경로",),
    },
    signs=("주문자ID", "상품구매금액(KRW)", "주문경로", "주문 상태"),
    where=lambda: _("Cafe24 admin: Orders > All orders > Excel download > Manage formats"),
    order_level=("order_amount", "discount", "points_used", "shipping"),
    discount_taken_off=False,
    cleaning={
        "sale_status": ("상품준비중", "배송준비중", "배송대기", "배송중", "배송완료", "구매확정"),
        "no_sale_status": ("입금전", "취소신청", "취소처리중", "취소완료", "반품완료", "교환완료", "환불완료"),
        **_KOREAN_TAX,
    },
)

SMARTSTORE = Preset(
    title="Smartstore",
    columns={
        "order_id": ("주문번호",),
        "customer_id": ("구매자ID",),
        "customer_phone": ("구매자연락처",),
        "customer_name": ("구매자명",),
        "ordered_at": ("주문일시", "결제일"),
        "paid_at": ("결제일",),
        "status": ("주문상태",),
        "product_id": ("상품번호",),
        "product_name": ("상품명",),
        "quantity": ("수량",),
        "amount": ("최종 상품별 총 주문금액", "상품별 총 주문금액"),
        "discount": ("최종 상품별 할인액", "상품별 할인액"),
        "shipping": ("배송비 합계",),
        "channel": ("판매채널",),
    },
    signs=("상품주문번호", "구매자ID", "배송비 묶음번호", "상품별 총 주문금액"),
    where=lambda: _("Smartstore Center: Sales > Order search > Excel download > Set columns"),
    order_level=("shipping",),
    cleaning={
        "sale_status": ("결제완료", "발송대기", "배송중", "배송완료", "구매확정"),
        "no_sale_status": ("결제대기", "취소", "반품", "교환", "미결제취소"),
        **_KOREAN_TAX,
    },
)

COUPANG = Preset(
    title="Coupang",
    columns={
        "order_id": ("주문번호",),
        "customer_phone": ("구매자전화번호",),
        "customer_name": ("구매자",),
        "ordered_at": ("주문일", "주문일시"),
        "product_id": ("옵션ID", "노출상품ID"),
        "product_name": ("등록상품명", "노출상품명(옵션명)"),
        "quantity": ("구매수(수량)", "구매수"),
        "unit_price": ("옵션판매가(판매단가)", "옵션판매가"),
        "amount": ("결제액",),
        "shipping": ("배송비",),
    },
    signs=("묶음배송번호", "옵션ID", "노출상품ID", "결제액"),
    where=lambda: _(
        "Coupang Wing: Orders/Delivery > Delivery list > Excel download; a buyer's phone there is a safe number of one "
        "order, so repeat purchases cannot be told"
    ),
    order_level=("shipping",),
    cleaning=_KOREAN_TAX,
)

SHOPIFY = Preset(
    title="Shopify",
    columns={
        "order_id": ("Name",),
        "customer_email": ("Email",),
        "customer_phone": ("Phone", "Billing Phone"),
        "customer_name": ("Billing Name",),
        "ordered_at": ("Created at",),
        "paid_at": ("Paid at",),
        "status": ("Financial Status",),
        "currency": ("Currency",),
        "product_id": ("Lineitem sku",),
        "product_name": ("Lineitem name",),
        "quantity": ("Lineitem quantity",),
        "unit_price": ("Lineitem price",),
        "discount": ("Discount Amount",),
        "shipping": ("Shipping",),
        "tax": ("Taxes",),
        "order_amount": ("Total",),
        "refunded": ("Refunded Amount",),
        "country": ("Billing Country",),
        "channel": ("Source",),
    },
    signs=("Lineitem quantity", "Lineitem name", "Lineitem price", "Financial Status"),
    where=lambda: _("Shopify admin: Orders > Export > Plain CSV file, all columns"),
    order_level=("order_amount", "discount", "shipping", "tax", "refunded"),
    discount_taken_off=False,
    cleaning={
        "sale_status": ("paid", "partially_refunded", "refunded"),
        "no_sale_status": ("pending", "authorized", "voided", "expired", "partially_paid", "unpaid"),
    },
)

WOOCOMMERCE = Preset(
    title="WooCommerce",
    columns={
        "order_id": ("Order Number",),
        "customer_id": ("Customer User ID",),
        "customer_email": ("Email (Billing)",),
        "customer_phone": ("Phone (Billing)",),
        "ordered_at": ("Order Date",),
        "paid_at": ("Paid Date",),
        "status": ("Order Status",),
        "product_id": ("SKU",),
        "product_name": ("Item Name",),
        "quantity": ("Quantity (- Refund)", "Quantity"),
        "unit_price": ("Item Cost",),
        "discount": ("Cart Discount Amount",),
        "shipping": ("Order Shipping Amount",),
        "tax": ("Order Total Tax Amount",),
        "order_amount": ("Order Total Amount",),
        "refunded": ("Order Refund Amount",),
        "country": ("Country Code (Billing)",),
    },
    signs=("Order Number", "Order Total Amount", "Item Cost", "Cart Discount Amount"),
    where=lambda: _("WordPress: WooCommerce > Export Orders (Advanced Order Export) > Set up fields"),
    order_level=("order_amount", "discount", "shipping", "tax", "refunded"),
    discount_taken_off=False,
    cleaning={
        "sale_status": ("Completed", "Processing", "Refunded"),
        "no_sale_status": ("Pending payment", "On hold", "Cancelled", "Failed", "Draft"),
    },
)

OLIST = Preset(
    title="Olist",
    columns={
        "order_id": ("order_id",),
        "customer_id": ("customer_unique_id",),
        "ordered_at": ("order_purchase_timestamp",),
        "paid_at": ("order_approved_at",),
        "status": ("order_status",),
        "product_id": ("product_id",),
        "store_id": ("seller_id",),
        "amount": ("price",),
        "shipping": ("freight_value",),
        "order_amount": ("payment_value",),
    },
    signs=("order_purchase_timestamp", "customer_unique_id", "freight_value", "order_status"),
    where=lambda: _("join order items with orders, customers and payments by order_id and customer_id"),
    order_level=("order_amount",),
    cleaning={
        "sale_status": ("delivered", "shipped", "invoiced", "processing", "approved"),
        "no_sale_status": ("created", "canceled", "unavailable"),
    },
)

ONLINE_RETAIL = Preset(
    title="Online Retail",
    columns={
        "order_id": ("InvoiceNo", "Invoice"),
        "customer_id": ("CustomerID", "Customer ID"),
        "ordered_at": ("InvoiceDate",),
        "product_id": ("StockCode",),
        "product_name": ("Description",),
        "quantity": ("Quantity",),
        "unit_price": ("UnitPrice", "Price"),
        "country": ("Country",),
    },
    signs=("StockCode", "InvoiceDate", "Description", "Quantity"),
    where=lambda: _("the published file of the UCI repository has all of them"),
    cleaning={
        "cancelled_order_prefix": "C",
        "adjustment_order_prefix": "A",
        "not_products": ("POST", "D", "M", "BANK CHARGES", "DOT", "CRUK", "AMAZONFEE"),
    },
)

PRESETS: dict[str, Preset] = {
    "cafe24": CAFE24,
    "smartstore": SMARTSTORE,
    "coupang": COUPANG,
    "shopify": SHOPIFY,
    "woocommerce": WOOCOMMERCE,
    "olist": OLIST,
    "online_retail": ONLINE_RETAIL,
}
"""Exports of orders that are known by name: ``preset = "cafe24"``."""
