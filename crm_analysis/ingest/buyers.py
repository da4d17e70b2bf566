"""Who a row belongs to: the customer's number, else e-mail, else phone, else name with phone.

What is no number becomes a keyed pseudonym at once, so that no e-mail address, phone number or name goes further.
"""

from __future__ import annotations

from collections.abc import Mapping

import ibis
import ibis.expr.types as ir
import pandas as pd

from crm_analysis import formats as f
from crm_analysis.ingest.ids import keyed_digest, national_phone
from crm_analysis.messages import _
from crm_analysis.warehouse import collect

__all__ = ["buyer_notes", "buyer_of"]

_GUEST = r"(?i)^(비회원|비회원구매|비회원주문|비회원 구매|비회원 주문|guest|guest checkout|anonymous|non-member)$"
_GUEST_OR_ZERO = _GUEST.removesuffix("$") + r"$|^0$"
"""Where a row says in other columns who it is, number 0 is that of all guests."""
_EMAIL = r"^[^@\s*]+@[^@\s*]+\.[^@\s*]+$"
_LEAST_DIGITS = 9
_SAFE_NUMBER = "050"
"""Numbers that a marketplace lends for one order: they name no person."""


def _member(number: ir.StringValue, guests: str) -> ir.StringValue:
    """The customer's number; NULL for a guest or a number that is masked with stars."""
    unknown = number.re_search(guests) | number.contains("*")
    return ibis.ifelse(unknown.fill_null(True), ibis.null("string"), number)


def buyer_of(
    number: ir.StringValue | None, texts: Mapping[str, ir.StringValue], key: str
) -> tuple[ir.StringValue, ir.StringValue]:
    """The customer of each row, and how it is known.

    Parameters
    ----------
    number
        Customer numbers as they are used further, None where the source has none.
    texts
        ``customer_email``, ``customer_phone`` and ``customer_name`` as in the source, as far as it has them.
    key
        Secret of the workspace.

    Returns
    -------
    tuple
        The customer; and ``number``, ``email``, ``phone``, ``name``, ``masked`` or NULL.
    """
    nothing = ibis.null("string")
    member = nothing if number is None else _member(number, _GUEST_OR_ZERO if texts else _GUEST)
    masked = nothing if number is None else ibis.ifelse(number.contains("*"), number, nothing)
    email = texts["customer_email"].strip().lower() if "customer_email" in texts else nothing
    email = ibis.ifelse(email.re_search(_EMAIL), email, nothing)
    phone = texts["customer_phone"].strip() if "customer_phone" in texts else nothing
    digits = national_phone(phone)
    own = ~phone.contains("*") & ~digits.startswith(_SAFE_NUMBER) & (digits.length() >= _LEAST_DIGITS)
    whole = ibis.ifelse(own, digits, nothing)
    name = texts["customer_name"].strip().lower().nullif("") if "customer_name" in texts else nothing
    both = name.concat(ibis.literal("|"), phone.nullif(""))
    ways = {
        "number": member,
        "email": keyed_digest(email, key),
        "phone": keyed_digest(whole, key),
        "name": keyed_digest(both, key),
        "masked": masked,
    }
    known = ibis.cases(*[(way.notnull(), name) for name, way in ways.items()], else_=nothing)
    return ibis.coalesce(*ways.values()), known


def buyer_notes(rows: ir.Table, file: str) -> list[str]:
    """Sentences on rows without a customer's number, and on masked ones, each with its share.

    Parameters
    ----------
    rows
        With ``_known_by`` from :func:`buyer_of`.
    file
        Name for messages.
    """
    counts = collect(rows.group_by("_known_by").aggregate(rows=rows.count()))
    found = {
        ("none" if pd.isna(by) else str(by)): int(n) for by, n in zip(counts["_known_by"], counts["rows"], strict=True)
    }
    total = sum(found.values())
    guests = total - found.get("number", 0) - found.get("masked", 0)
    notes = []
    if guests:
        notes.append(
            _(
                "{file}: {count} rows ({share}) are guests' or have no customer number; of these {email} are known by "
                "e-mail, {phone} by phone, {name} by name with phone, and {nobody} not at all.",
                file=file,
                count=f.number(guests, 0),
                share=f.percent(guests / total),
                email=f.number(found.get("email", 0), 0),
                phone=f.number(found.get("phone", 0), 0),
                name=f.number(found.get("name", 0), 0),
                nobody=f.number(found.get("none", 0), 0),
            )
        )
    if masked := found.get("masked", 0):
        notes.append(
            _(
                "{file}: {count} rows ({share}) have a masked customer number such as a***: several people may share "
                "one. Map another column to customer_id where there is one.",
                file=file,
                count=f.number(masked, 0),
                share=f.percent(masked / total),
            )
        )
    return notes
