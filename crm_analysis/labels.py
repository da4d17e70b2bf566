"""Names of codes in the user's language: segments, strategies, evidence, channels, rules and reasons.

Tables hold codes; people read these labels. A code without a name is returned as it is, so that a user's
own segment, channel or rule keeps its spelling.
"""

from __future__ import annotations

from crm_analysis.messages import _

__all__ = [
    "action_label",
    "bridge_label",
    "channel_label",
    "department_label",
    "difference_label",
    "evidence_field_label",
    "evidence_label",
    "method_label",
    "reason_label",
    "rule_label",
    "segment_label",
    "strategy_label",
]


def segment_label(code: str) -> str:
    """Name of a segment, such as "Champions" for ``champions``."""
    names = {
        "champions": _("Champions"),
        "loyal": _("Loyal customers"),
        "promising": _("Promising customers"),
        "new": _("New customers"),
        "needs_attention": _("Need attention"),
        "about_to_sleep": _("About to sleep"),
        "at_risk": _("At risk"),
        "cannot_lose": _("Cannot lose"),
        "hibernating": _("Hibernating"),
        "lost": _("Presumed lost"),
        "one_time": _("One-time buyers"),
        "others": _("Others"),
    }
    return names.get(code, code)


def strategy_label(code: str) -> str:
    """Name of one of the five strategies, such as "Retain" for ``retain``."""
    names = {
        "retain": _("Retain"),
        "activate": _("Activate"),
        "raise_loyalty": _("Raise loyalty"),
        "cross_sell": _("Cross-sell"),
        "reactivate": _("Reactivate"),
        "leave_alone": _("Leave alone"),
        "none": _("Leave alone"),
    }
    return names.get(code, code)


def evidence_label(code: str) -> str:
    """Grade of evidence: measured, modelled or assumed."""
    names = {"measured": _("measured"), "modelled": _("modelled"), "assumed": _("assumed")}
    return names.get(code, code)


def department_label(code: str) -> str:
    """Name of who is in charge, such as "Sales team" for ``sales``; a code that is not known is a name already."""
    names = {
        "marketing": _("Marketing"),
        "sales": _("Sales team"),
        "service": _("Customer service"),
        "product": _("Product team"),
    }
    return names.get(code, code)


def channel_label(code: str) -> str:
    """Name of a channel of communication, such as "E-mail" for ``email``."""
    names = {
        "email": _("E-mail"),
        "sms": _("Text message"),
        "phone": _("Phone"),
        "app_push": _("App push"),
        "push": _("App push"),
        "messenger": _("Messenger"),
        "message": _("Text message"),
        "letter": _("Post"),
        "post": _("Post"),
        "mail": _("Post"),
        "direct_mail": _("Post"),
        "visit": _("Visit"),
        "sales_visit": _("Sales visit"),
        "service_visit": _("Service visit"),
        "outbound_call": _("Outbound call"),
        "inbound_call": _("Inbound call"),
        "store": _("Store"),
        "web": _("Website"),
    }
    return names.get(code, code)


def action_label(code: str) -> str:
    """What happened to a row in cleaning: kept, repaired, quarantined, netted or flagged."""
    names = {
        "read": _("Read"),
        "kept": _("Kept"),
        "repaired": _("Repaired"),
        "quarantined": _("Quarantined"),
        "netted": _("Netted"),
        "merged": _("Merged"),
        "flagged": _("Flagged"),
        "forgotten": _("Removed on request"),
    }
    return names.get(code, code)


def rule_label(code: str) -> str:
    """Name of a cleaning rule, such as "Exact duplicate" for ``exact_duplicate``."""
    names = {
        "not_a_line": _("Not an order line"),
        "unreadable": _("Unreadable value"),
        "unreadable_value": _("Unreadable value"),
        "no_date": _("No date"),
        "impossible_date": _("Impossible date"),
        "no_amount": _("No amount"),
        "outdated": _("Corrected by a newer file"),
        "in_two_files": _("In two files"),
        "exact_duplicate": _("Exact duplicate"),
        "adjustment": _("Accounting adjustment"),
        "netted_cancellation": _("Netted cancellation"),
        "same_person": _("Another account of the same person"),
        "not_a_sale": _("State is not a sale"),
        "negative_price": _("Negative price"),
        "no_customer": _("No customer"),
        "cancelled_order": _("Cancelled order"),
        "return": _("Return"),
        "free_line": _("Line of zero"),
        "number_twice": _("Order number given twice"),
        "not_a_product": _("Not a product"),
        "test_order": _("Test order"),
        "wholesale": _("Wholesale quantity"),
        "price_typo": _("Price slip"),
        "no_key": _("No key"),
        "duplicate_key": _("Key repeated"),
        "forgotten": _("Person removed on request"),
        "kept": _("Kept"),
        "others": _("Others"),
    }
    return names.get(code, code)


def difference_label(code: str) -> str:
    """Name of a difference between the raw file and sales; the rules' names and a few of its own."""
    names = {
        "returns": _("Returns"),
        "tax": _("Tax"),
        "shipping": _("Shipping"),
        "points": _("Points used"),
        "discount": _("Discounts"),
        "refunded": _("Refunds"),
        "repeated": _("Order amounts on each line"),
        "other": _("Other differences"),
    }
    return names.get(code, rule_label(code))


def bridge_label(code: str) -> str:
    """Part of the growth bridge, such as "New customers" for ``new``."""
    names = {
        "before": _("Before"),
        "new": _("New customers"),
        "returning": _("Returning customers"),
        "lost": _("Lost customers"),
        "frequency": _("Purchase frequency"),
        "basket": _("What is in the basket"),
        "price": _("Price"),
        "rounding": _("Rounding"),
        "after": _("After"),
    }
    return names.get(code, code)


def rung_label(code: str) -> str:
    """Rung of the ladder of profit, such as "Goods" for ``goods``."""
    names = {
        "full_price": _("Sales at full price"),
        "discounts": _("Discounts"),
        "paid_by_makers": _("Discounts that makers pay"),
        "returns": _("Returns and cancellations"),
        "revenue": _("Revenue"),
        "tax": _("Tax"),
        "points": _("Points used"),
        "goods": _("Goods"),
        "shipping": _("Shipping"),
        "fees": _("Payment fees"),
        "gross_profit": _("Gross profit"),
        "service": _("Service"),
        "contacts": _("Contacts"),
        "offers": _("Offers used"),
        "profit": _("Profit"),
    }
    return names.get(code, code)


def method_label(code: str) -> str:
    """Method of choosing a product: personal, by the segment's rule, or the most popular one."""
    names = {
        "personal": _("Personal choice"),
        "segment": _("Segment rule"),
        "popular": _("Most popular"),
    }
    return names.get(code, code)


def reason_label(code: str) -> str:
    """Why customers are not contacted, and the ends of the funnel."""
    names = {
        "all_customers": _("All customers"),
        "no_strategy": _("No strategy for the segment"),
        "nothing_pays": _("No offer pays"),
        "over_budget": _("Beyond the budget"),
        "holdout": _("Lasting control group"),
        "control": _("Control group"),
        "no_consent": _("No consent"),
        "opted_out": _("Opted out"),
        "no_contact": _("No contact details"),
        "unreachable": _("Not reachable"),
        "cap": _("Contact limit reached"),
        "recent_contact": _("Contacted recently"),
        "open_complaint": _("Open complaint"),
        "buys_anyway": _("Buys anyway"),
        "contacted": _("Contacted"),
        "others": _("Others"),
    }
    return names.get(code, code)


def evidence_field_label(field: str) -> str:
    """Name of what two accounts are compared by."""
    names = {
        "name": _("name"),
        "email": _("e-mail address"),
        "phone": _("telephone"),
        "birth": _("day of birth"),
        "address": _("address"),
        "house": _("number of the house"),
        "postcode": _("postcode"),
    }
    return names[field]
