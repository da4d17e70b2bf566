"""Text that means a number or a yes or no, as expressions that DuckDB and Spark evaluate alike."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

__all__ = ["boolean_of", "decimal_evidence", "is_blank", "number_of"]

_BLANKS = "^(|-|--|–|null|nan|none|n/?a|#n/a|nat|0000-00-00( 00:00:00)?)$"
"""A pattern, not a list: DuckDB turns a long list into a join, which costs far more."""
_SPACES = "[ \t\u00a0\u202f]"
_SIGNS = f"(?i)(us\\$|krw|usd|eur|gbp|jpy|won|[₩￦$€£¥원개]|{_SPACES})"
_PLAIN = r"^-?\d+(\.\d+)?$"
_NEGATIVE = r"^(\(.*\)|[-−△▲].*|.*[-−])$"
_GROUPED = r"^[(]?[-−+△▲]?(\d{1,3}(,\d{2,3})*,\d{3}|\d+)?(\.\d*)?[)]?[-−]?$"
_SCIENTIFIC = r"^[-+]?\d+(\.\d+)?[eE][-+]?\d{1,3}$"
_YES = r"^(true|t|yes|y|1|1\.0|on|예|네|참|동의|o)$"
_NO = r"^(false|f|no|n|0|0\.0|off|아니오|아니요|거짓|미동의|x)$"


def is_blank(text: ir.StringValue) -> ir.BooleanValue:
    """Whether a cell is empty: NULL, spaces, a dash, or a word that programs write for nothing."""
    word = text.replace("\u00a0", " ").strip()
    return ibis.cases((text.isnull(), True), (text.re_search("[1-9]"), False), else_=word.lower().re_search(_BLANKS))


def number_of(text: ir.StringValue, *, decimal: str) -> ir.FloatingValue:
    """The number that a text means: "1,234.50", "12,000원", "₩-1,200", "(12,000)", "12-", "1.5E+3"; else NULL.

    Parameters
    ----------
    text
        As in the source.
    decimal
        The decimal sign, "." or ",": the other one groups thousands.
    """
    bare = text.re_replace(_SIGNS, "")
    if decimal == ",":
        bare = bare.replace(".", "\u0001").replace(",", ".").replace("\u0001", ",")
    size = bare.re_replace("[^0-9.]", "").try_cast("float64")
    read = ibis.cases(
        (bare.re_search(_SCIENTIFIC), bare.try_cast("float64")),
        (~bare.re_search(_GROUPED), ibis.null("float64")),
        (bare.re_search(_NEGATIVE), -size),
        else_=size,
    )
    if decimal == ",":
        return read
    return ibis.ifelse(text.re_search(_PLAIN), text.try_cast("float64"), read)


def decimal_evidence(text: ir.StringValue) -> ir.StringValue:
    """Per row: ``comma`` or ``dot`` where that sign can only be the decimal one, else an empty text."""
    end = r"(\d{1,2}|\d{4,})[^0-9]*$"
    return ibis.cases(
        (text.re_search(rf"^[^.]*\d\.{end}"), "dot"), (text.re_search(rf"^[^,]*\d,{end}"), "comma"), else_=""
    )


def boolean_of(text: ir.StringValue) -> ir.BooleanValue:
    """Yes or no in English, Korean or digits; else NULL."""
    word = text.strip().lower()
    return ibis.cases((word.re_search(_YES), True), (word.re_search(_NO), False), else_=ibis.null("boolean"))
