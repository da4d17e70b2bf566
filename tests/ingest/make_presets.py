"""Writes the sample files of ``data/presets``: exports of known shops in small, with people who do not exist.

python tests/ingest/make_presets.py
"""

from __future__ import annotations

import csv
import io
from pathlib import Path

import openpyxl

FOLDER = Path(__file__).parents[2] / "data" / "presets"
Cell = str | int | float
Table = list[list[Cell]]

CAFE24: Table = [
    ["주문번호", "주문일시", "결제일시(입금확인일)", "주문자ID", "주문자명", "주문자 이메일", "주문자 휴대전화",
     "주문경로",
     "상품코드", "상품명(한국어 쇼핑몰)", "수량", "판매가", "상품구매금액(KRW)", "쿠폰 할인금액(최종)",
     "사용한 적립금액(최종)",
     "총 배송비(KRW)", "총 결제금액(KRW)", "주문 상태", "실제 환불금액", "환불완료일", "상품별 과세구분"],
    ["20250601-0000011", "2025-06-01 오전 9:12:05", "2025-06-01 09:13:00", "minji01", "김민지", "minji@example.com",
     "010-1234-0001", "PC쇼핑몰", "P00000AA", "들기름 세트", 2, 12000, 24000, 3000, 1000, 2500, 30500, "배송완료",
     0, "", "과세"],
    ["20250601-0000011", "2025-06-01 오전 9:12:05", "2025-06-01 09:13:00", "minji01", "김민지", "minji@example.com",
     "010-1234-0001", "PC쇼핑몰", "P00000AB", "참기름", 1, 8000, 8000, 3000, 1000, 2500, 30500, "배송완료", 0, "",
     "과세"],
    ["20250602-0000012", "2025-06-02 오후 3:05:00", "2025-06-02 15:06:00", "", "이지훈", "jihoon@example.com",
     "1012340002", "모바일쇼핑몰", "P00000AC", "견과 세트", 1, 15000, 15000, 0, 0, 0, 15000, "배송완료", 5000,
     "2025-07-03", "과세"],
    ["20250603-0000013", "2025-06-03 오후 8:00:00", "2025-06-03 20:01:00", "seoyeon7", "박서연",
     "seoyeon@example.com",
     "010-1234-0003", "PC쇼핑몰", "P00000AA", "들기름 세트", 1, 20000, 20000, 0, 0, 0, 20000, "취소완료", 20000,
     "2025-06-04", "과세"],
    ["20250710-0000014", "2025-07-10 오전 11:00:00", "", "doyun22", "최도윤", "doyun@example.com",
     "010-1234-0004", "PC쇼핑몰", "P00000AD", "현미 2kg", 1, 9000, 9000, 0, 0, 0, 9000, "입금전", 0, "", "면세"],
    ["20250711-0000015", "2025-07-11 오전 10:30:00", "2025-07-11 10:31:00", "minji01", "김민지", "minji@example.com",
     "010-1234-0001", "모바일쇼핑몰", "P00000AD", "현미 2kg", 1, 10000, 10000, 1000, 0, 0, 20000, "배송중", 0, "",
     "면세"],
    ["20250711-0000015", "2025-07-11 오전 10:30:00", "2025-07-11 10:31:00", "minji01", "김민지", "minji@example.com",
     "010-1234-0001", "모바일쇼핑몰", "P00000AB", "참기름", 1, 11000, 11000, 1000, 0, 0, 20000, "배송중", 0, "",
     "과세"],
]  # fmt: skip

SMARTSTORE: Table = [
    ["다운로드한 파일에는 개인정보가 들어 있습니다. 쓰고 난 뒤에는 지우세요."],
    ["상품주문번호", "주문번호", "구매자명", "구매자ID", "구매자연락처", "주문일시", "결제일", "주문상태",
     "상품번호", "상품명",
     "수량", "상품별 할인액", "상품별 총 주문금액", "배송비 묶음번호", "배송비 합계", "판매채널"],
    ["2025060112345671", "2025060100000001", "김*지", "minj****", "010-1234-0001", "2025-06-01 14:03:22",
     "2025-06-01 14:03:40", "구매확정", "8800000001", "유리컵 4개", 1, 2000, 19900, "71", 3000, "스마트스토어"],
    ["2025060112345672", "2025060100000001", "김*지", "minj****", "010-1234-0001", "2025-06-01 14:03:22",
     "2025-06-01 14:03:40", "구매확정", "8800000002", "컵받침", 2, 0, 5000, "71", 3000, "스마트스토어"],
    ["2025060312345673", "2025060300000002", "이*훈", "jiho****", "010-1234-0002", "2025-06-03 09:00:00",
     "2025-06-03 09:00:10", "취소", "8800000002", "컵받침", 1, 0, 7000, "72", 3000, "스마트스토어"],
    ["2025071012345674", "2025071000000003", "김*지", "minj****", "1012340001", "2025-07-10 21:10:00",
     "2025-07-10 21:10:30", "구매확정", "8800000003", "주전자", 1, 0, 12000, "73", 0, "스마트스토어"],
]  # fmt: skip

COUPANG: Table = [
    ["번호", "묶음배송번호", "주문번호", "주문일", "등록상품명", "노출상품ID", "옵션ID", "결제액", "배송비구분",
     "배송비",
     "구매수(수량)", "옵션판매가(판매단가)", "구매자", "구매자전화번호", "수취인이름", "배송완료일"],
    [1, 4100000001, 12000000000001, "2025-06-05 10:11:12", "수건 10장", 700001, 900001, 9900, "무료", 0, 1, 9900,
     "김민지",
     "0502-1234-0001", "김민지", "2025-06-07"],
    [2, 4100000001, 12000000000001, "2025-06-05 10:11:12", "발수건", 700002, 900002, 4900, "무료", 0, 1, 4900,
     "김민지",
     "0502-1234-0001", "김민지", "2025-06-07"],
    [3, 4100000002, 12000000000002, "2025-07-06 23:59:59", "욕실 매트", 700003, 900003, 25000, "유료", 2500, 2,
     12500, "이지훈",
     "0502-1234-0002", "이지훈", "2025-07-08"],
]  # fmt: skip

SHOPIFY: Table = [
    ["Name", "Email", "Financial Status", "Paid at", "Currency", "Subtotal", "Shipping", "Taxes", "Total",
     "Discount Code",
     "Discount Amount", "Created at", "Lineitem quantity", "Lineitem name", "Lineitem price", "Lineitem sku",
     "Billing Name", "Billing Country", "Refunded Amount", "Phone", "Source"],
    ["#1001", "ann@example.com", "paid", "2025-06-01 10:15:30 -0400", "USD", "45.00", "4.90", "3.60", "53.50", "JUNE",
     "5.00", "2025-06-01 10:15:00 -0400", 2, "Mug", "20.00", "MUG-1", "Ann Example", "US", "0.00", "", "web"],
    ["#1001", "ann@example.com", "", "", "", "", "", "", "", "", "", "2025-06-01 10:15:00 -0400", 1, "Lid", "10.00",
     "LID-1", "", "", "", "", ""],
    ["#1002", "bob@example.com", "pending", "", "USD", "30.00", "4.90", "0.00", "34.90", "", "0.00",
     "2025-06-20 08:00:00 -0400", 3, "Lid", "10.00", "LID-1", "Bob Example", "US", "0.00", "", "web"],
    ["#1003", "ann@example.com", "partially_refunded", "2025-07-02 12:00:00 -0400", "USD", "80.00", "0.00", "6.40",
     "86.40",
     "", "0.00", "2025-07-02 11:59:00 -0400", 1, "Kettle", "80.00", "KET-1", "Ann Example", "US", "20.00", "", "pos"],
]  # fmt: skip

WOOCOMMERCE: Table = [
    ["Order Number", "Order Status", "Order Date", "Customer User ID", "First Name (Billing)", "Last Name (Billing)",
     "Email (Billing)", "Phone (Billing)", "Country Code (Billing)", "Cart Discount Amount", "Order Shipping Amount",
     "Order Refund Amount", "Order Total Amount", "Order Total Tax Amount", "SKU", "Item #", "Item Name",
     "Quantity (- Refund)", "Item Cost"],
    [501, "Completed", "2025-06-04 12:30", 12, "Ann", "Example", "ann@example.com", "", "DE", "3.95", "6.00",
     "0.00", "41.55",
     "0.00", "TEA-1", 1, "Green tea", 2, "15.00"],
    [501, "Completed", "2025-06-04 12:30", 12, "Ann", "Example", "ann@example.com", "", "DE", "3.95", "6.00",
     "0.00", "41.55",
     "0.00", "TIN-1", 2, "Tin", 1, "9.50"],
    [502, "Cancelled", "2025-06-05 08:00", 13, "Bob", "Example", "bob@example.com", "", "DE", "0.00", "0.00",
     "0.00", "20.00",
     "0.00", "TEA-2", 1, "Black tea", 1, "20.00"],
    [503, "Processing", "2025-07-01 19:45", 0, "Cem", "Example", "cem@example.com", "", "AT", "0.00", "6.00",
     "4.00", "16.00",
     "0.00", "TIN-2", 1, "Small tin", 1, "10.00"],
]  # fmt: skip

OLIST: Table = [
    ["order_id", "order_item_id", "customer_id", "customer_unique_id", "order_status", "order_purchase_timestamp",
     "order_approved_at", "product_id", "seller_id", "price", "freight_value", "payment_value"],
    ["a1", 1, "c-a1", "u-1", "delivered", "2018-06-01 10:00:00", "2018-06-01 10:10:00", "p1", "s1", "50.00",
     "10.00", "95.00"],
    ["a1", 2, "c-a1", "u-1", "delivered", "2018-06-01 10:00:00", "2018-06-01 10:10:00", "p2", "s2", "30.00", "5.00",
     "95.00"],
    ["a2", 1, "c-a2", "u-2", "canceled", "2018-06-02 11:00:00", "", "p1", "s1", "20.00", "7.00", "27.00"],
    ["a3", 1, "c-a3", "u-1", "delivered", "2018-07-03 12:00:00", "2018-07-03 12:05:00", "p3", "s1", "100.00",
     "12.50", "112.50"],
]  # fmt: skip

ONLINE_RETAIL: Table = [
    ["InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country"],
    ["900001", "85001A", "LANTERN WHITE", 6, "12/1/2010 8:26", 2.55, "17001.0", "United Kingdom"],
    ["900001", "71001", "HOLDER HEART", 6, "12/1/2010 8:26", 3.39, "17001.0", "United Kingdom"],
    ["900001", "POST", "POSTAGE", 1, "12/1/2010 8:26", 18.00, "17001.0", "United Kingdom"],
    ["C900002", "85001A", "LANTERN WHITE", -2, "12/15/2010 9:41", 2.55, "17001.0", "United Kingdom"],
    ["900003", "71001", "HOLDER HEART", 4, "12/20/2010 14:32", 1.25, "", "United Kingdom"],
    ["900004", "22001", "LUNCH BOX", 10, "1/14/2011 12:00", 1.00, "17002.0", "France"],
    ["A900005", "B", "Adjust bad debt", 1, "1/14/2011 15:00", -100.00, "", "United Kingdom"],
]  # fmt: skip

CSV = {
    "cafe24.csv": (CAFE24, "cp949"),
    "shopify.csv": (SHOPIFY, "utf-8"),
    "woocommerce.csv": (WOOCOMMERCE, "utf-8-sig"),
    "olist.csv": (OLIST, "utf-8"),
    "online_retail.csv": (ONLINE_RETAIL, "utf-8"),
}
XLSX = {"smartstore.xlsx": SMARTSTORE, "coupang.xlsx": COUPANG}


def csv_bytes(table: Table, encoding: str) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(table)
    return text.getvalue().encode(encoding)


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, (table, encoding) in CSV.items():
        (FOLDER / name).write_bytes(csv_bytes(table, encoding))
    for name, table in XLSX.items():
        book = openpyxl.Workbook()
        for row in table:
            book.active.append(row)
        book.save(FOLDER / name)


if __name__ == "__main__":
    main()
