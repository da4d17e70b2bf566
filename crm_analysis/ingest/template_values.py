"""The rows of the filled-in examples: three of each table, about people and products that do not exist."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime

from crm_analysis.messages import _

__all__ = ["example_values"]

Value = str | int | float | bool | date | datetime
Three = tuple[Value | None, Value | None, Value | None]

_DAYS: Three = (date(2025, 6, 1), date(2025, 7, 1), date(2025, 8, 1))
_LAST_DAYS: Three = (date(2025, 6, 30), date(2025, 7, 31), date(2025, 8, 31))
_TIMES: Three = (datetime(2025, 6, 2, 10, 30), datetime(2025, 6, 3, 15, 5), datetime(2025, 6, 10, 9, 0))
_LATER: Three = (datetime(2025, 6, 4, 12, 0), datetime(2025, 6, 5, 18, 20), datetime(2025, 6, 12, 11, 45))


def _numbers(letter: str) -> Three:
    return f"{letter}001", f"{letter}002", f"{letter}003"


_PLAIN: Mapping[str, Three] = {
    "customer_id": _numbers("C"),
    "product_id": _numbers("P"),
    "contact_id": _numbers("K"),
    "offer_id": _numbers("F"),
    "booking_id": _numbers("B"),
    "feedback_id": _numbers("N"),
    "prospect_id": _numbers("L"),
    "partner_id": _numbers("R"),
    "campaign_id": _numbers("M"),
    "household_id": _numbers("H"),
    "store_id": _numbers("S"),
    "referrer_id": (None, "C001", None),
    "email": ("one@example.com", "two@example.com", "three@example.com"),
    "phone": ("010-1234-0001", "010-1234-0002", "010-1234-0003"),
    "birth_date": (date(1985, 3, 4), date(1992, 11, 20), date(1978, 7, 1)),
    "joined_at": (date(2024, 1, 15), date(2024, 5, 2), date(2025, 2, 28)),
    "created_at": _DAYS,
    "stated_at": _DAYS,
    "as_of": _DAYS,
    "valid_from": _DAYS,
    "valid_to": _LAST_DAYS,
    "starts_on": _DAYS,
    "ends_on": _LAST_DAYS,
    "due_on": (date(2025, 12, 31), date(2025, 12, 31), date(2026, 6, 30)),
    "ordered_at": (_TIMES[0], _TIMES[0], _TIMES[2]),
    "paid_at": (_TIMES[0], _TIMES[0], _TIMES[2]),
    "refunded_at": (None, None, _LATER[2]),
    "order_id": _numbers("O"),
    "quantity": (2, 1, 1),
    "unit_price": (10000, 5000, 8000),
    "discount": (1000, 0, 0),
    "unit_cost": (6000, 3000, 5000),
    "list_price": (12000, 5000, 8000),
    "price": (11000, 4500, 8000),
    "tax": (1727, 455, 727),
    "shipping": (3000, 0, 0),
    "points_used": (500, 0, 0),
    "refunded": (0, 0, 2000),
    "cost": (150000, 80000, 40000),
    "value": (3000, 5000, 10000),
    "stock": (500, 200, 100),
    "points": (200, -500, 80),
    "score": (5, 3, 4),
    "scale_max": (5, 5, 5),
    "probability": (0.8, 0.2, 0.8),
    "handled_minutes": (5, 12, 3),
    "cost_per_customer": (9000, 15000, 7000),
    "customer_share": (0.4, 0.25, 0.6),
    "year": (2025, 2025, 2025),
    "amount": (19000, 5000, 8000),
    "language": ("en", "ko", "en"),
    "country": ("KR", "KR", "KR"),
    "currency": ("KRW", "KRW", "KRW"),
    "available": (True, True, False),
    "randomised": (True, False, True),
    "granted": (True, False, True),
    "declared": (True, False, True),
    "direction": ("in", "out", "out"),
    "fulfilment": ("delivery", "pickup", "delivery"),
    "arm": ("treated", "control", "treated"),
    "state": ("answered", "open", "closed"),
    "discount_funding": ("shop", "manufacturer", "shop"),
    "metric": ("repeat_rate", "annual_loss", "repeat_rate"),
    "target": (0.35, 0.2, 0.4),
    "start": (0.31, 0.24, 0.35),
    **dict.fromkeys(("contacted_at", "given_at", "booked_at", "changed_at", "assigned_at", "promised_at"), _TIMES),
    **dict.fromkeys(("answered_at", "redeemed_at", "delivered_at"), _LATER),
}
"""Values that are the same in every language."""

_OF_TABLE: Mapping[tuple[str, str], Three] = {
    ("order_lines", "customer_id"): ("C001", "C001", "C002"),
    ("order_lines", "order_id"): ("O001", "O001", "O002"),
    ("contacts", "channel"): ("phone", "email", "messenger"),
    ("contacts", "purpose"): ("service", "sales", "information"),
    ("contacts", "cost"): (3000, 20, 10),
    ("consents", "channel"): ("email", "sms", "app_push"),
    ("consents", "purpose"): ("advertising", "advertising", "advertising"),
    ("marketing_spend", "purpose"): ("acquisition", "development", "retention"),
    ("marketing_spend", "amount"): (1500000, 400000, 250000),
    ("category_spend", "amount"): (600000, 250000, 480000),
    ("offers", "kind"): ("money", "service", "convenience"),
    ("offers", "cost"): (3000, 2500, 1000),
    ("feedback", "kind"): ("review", "complaint", "survey"),
    ("campaign_targets", "campaign_id"): ("M001", "M001", "M002"),
}


def _words() -> dict[str, Three]:
    """Values in the language in use, by column."""
    return {
        "product_name": (_("Green tea"), _("Teacup"), _("Honey")),
        "category": (_("Drinks"), _("Tableware"), _("Food")),
        "subcategory": (_("Tea"), _("Cups"), _("Spreads")),
        "brand": (_("Own brand"), _("Own brand"), _("Hill farm")),
        "channel": (_("online"), _("online"), _("store")),
        "status": (_("paid"), _("paid"), _("paid")),
        "tax_type": (_("taxed"), _("taxed"), _("taxed")),
        "address": (_("1 Example Street"), _("2 Example Street"), _("3 Example Street")),
        "region": (_("Seoul"), _("Busan"), _("Seoul")),
        "gender": (_("female"), _("male"), _("female")),
        "acquisition_source": (_("search"), _("recommendation"), _("store")),
        "source": (_("trade fair"), _("partner"), _("event")),
        "age_group": ("40-49", "30-39", "40-49"),
        "income_group": (_("middle"), _("high"), _("middle")),
        "household_size": ("2", "1", "4"),
        "outcome": (_("solved"), _("opened"), _("replied")),
        "basis": (_("order form"), _("call"), _("app")),
        "consent_basis": (_("order form"), _("call"), None),
        "reason": (_("order"), _("redemption"), _("order")),
        "tier": (_("silver"), _("silver"), _("gold")),
        "text": (_("Fast delivery, well packed."), _("The cup arrived broken."), _("Good, but a little expensive.")),
        "owner": (_("Marketing"), _("Customer service"), _("Customer service")),
        "topic": (_("contact channel"), _("favourite tea"), _("allergies")),
        "criterion": (_("price range"), _("delivery time"), _("service quality")),
        "goal": (_("more repeat purchases"), _("fewer customers lost"), _("more repeat purchases next year")),
        "name": (_("First example"), _("Second example"), _("Third example")),
        "kind": (_("card company"), _("magazine"), _("retailer")),
        "purpose": (_("advertising"), _("advertising"), _("advertising")),
    }


_WORDS_OF_TABLE: Mapping[tuple[str, str], Callable[[], Three]] = {
    ("products", "name"): lambda: _words()["product_name"],
    ("preferences", "value"): lambda: (_("e-mail"), _("Green tea"), _("none known")),
    ("marketing_spend", "channel"): lambda: (_("search"), _("e-mail"), _("app")),
}


def example_values(table: str, column: str) -> Three:
    """Three values of a column, in the language in use; what a table says for itself comes first.

    Raises
    ------
    KeyError
        A column that has none.
    """
    if (table, column) in _OF_TABLE:
        return _OF_TABLE[table, column]
    if (table, column) in _WORDS_OF_TABLE:
        return _WORDS_OF_TABLE[table, column]()
    words = _words()
    return words[column] if column in words else _PLAIN[column]
