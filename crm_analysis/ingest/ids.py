"""Ids as text: repaired where a spreadsheet changed them, replaced by a pseudonym where they are personal."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

__all__ = ["id_of", "is_damaged_id", "keyed_digest", "national_phone", "personal_evidence", "pseudonymised"]

_BLANKS = "^(|null|NULL|Null|nan|NaN|None|#N/A|NaT|<NA>)$"
"""A pattern, not a list: DuckDB turns a long list into a join, which costs far more."""
_SIMPLE = r"^[A-Za-z_-]*[0-9][0-9A-Za-z_-]*$"
"""Ids that need no repair: told first, because most are."""
_SHORT = r"^[0-9A-Za-z]{1,8}$"
_FLOAT = r"^\d+\.0+$"
_DAMAGED = r"^\d(\.\d+)?[eE]\+\d{1,3}$"
_EMAIL = r"^[^@\s]+@[^@\s]+\.[^@\s]+$"
_PHONE_WRITTEN = r"^(\+82|0)[- .]?1[016789][- .]\d{3,4}[- .]\d{4}$|^\+\d[\d -]{8,16}$|^010\d{8}$"
_PHONE_DIGITS = r"^0?1[016789]\d{7,8}$"
_RESIDENT = r"^\d{6}-[1-8]\d{6}$"
_NAME = r"[가-힣]|[A-Za-z][A-Za-z.'-]* +[A-Za-z]"
"""Hangul, or two words of letters: a name, and no number of a customer."""
_NUMBERED = (
    r"^(고객|회원|가구|손님|멤버)[ _-]?(번호)?[ _-]?[0-9]+$"
    r"|^(총? ?합계|총계|소계|계|비회원|미상|(?i:(grand|sub) total))$"
)
"""A number with a word before it, or a word that stands for nobody."""
_LENGTH = 24


def id_of(text: ir.StringValue) -> ir.StringValue:
    """An id without spaces around it and without the ".0" of a spreadsheet; NULL where blank or damaged."""
    bare = text.replace("\u00a0", " ").strip()
    whole = ibis.ifelse(bare.re_search(_FLOAT), bare.re_replace(r"\.0+$", ""), bare)
    repaired = ibis.ifelse(bare.re_search(_BLANKS) | is_damaged_id(text), ibis.null("string"), whole)
    return ibis.ifelse(text.re_search(_SIMPLE), text, repaired)


def is_damaged_id(text: ir.StringValue) -> ir.BooleanValue:
    """Whether a spreadsheet turned the id into a rounded number such as 2.3424544E+17."""
    return ibis.ifelse(text.contains("+"), text.strip().re_search(_DAMAGED), False)


def personal_evidence(text: ir.StringValue) -> ir.StringValue:
    """Per row: ``email``, ``phone`` as written, ``digits`` of a phone's length, ``name``, ``resident`` or nothing."""
    bare = text.strip()
    return ibis.cases(
        (text.re_search(_SHORT), ""),
        (bare.re_search(_RESIDENT), "resident"),
        (bare.re_search(_NAME) & ~bare.re_search(_NUMBERED), "name"),
        (bare.re_search(_EMAIL), "email"),
        (bare.re_search(_PHONE_WRITTEN), "phone"),
        (bare.re_search(_PHONE_DIGITS), "digits"),
        else_="",
    )


def pseudonymised(ids: ir.StringValue, key: str, *, digits_are_phones: bool) -> ir.StringValue:
    """Ids with addresses, phone numbers and names replaced by keyed digests; equal people stay equal.

    Parameters
    ----------
    ids
        From :func:`id_of`.
    key
        Secret of the workspace.
    digits_are_phones
        Whether plain digits of a phone's length are phone numbers in this column.
    """
    evidence = personal_evidence(ids)
    is_phone = evidence.isin(["phone", "digits"] if digits_are_phones else ["phone"])
    return ibis.cases(
        (evidence.isin(["email", "name", "resident"]), keyed_digest(ids.strip().lower(), key)),
        (is_phone, keyed_digest(national_phone(ids), key)),
        else_=ids,
    )


def national_phone(text: ir.StringValue) -> ir.StringValue:
    """The digits of a phone number as dialled at home: +82 10 ..., 010 ... and 10 ... are one number."""
    digits = text.re_replace(r"[^0-9]", "")
    return digits.re_replace(r"^82", "0").re_replace(r"^00", "0").re_replace(r"^1", "01")


def keyed_digest(text: ir.StringValue, key: str) -> ir.StringValue:
    """A pseudonym that only the workspace's key can make; NULL of NULL."""
    salted = ibis.literal(f"{key}|").concat(text)
    return ibis.literal("p").concat(salted.hexdigest("sha256").substr(0, _LENGTH))
