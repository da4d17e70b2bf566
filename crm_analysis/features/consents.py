"""Which consents hold on a day: for each channel and purpose the latest word counts."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import ibis
import ibis.expr.types as ir
import pandas as pd

from crm_analysis.warehouse import collect

__all__ = ["ADVERTISING", "CONSENT_CHANNELS", "advertising_consents", "consent_purposes", "current_consents"]

ADVERTISING = (
    "advertising", "advertisement", "ads", "ad", "marketing", "promotion", "promotions", "newsletter", "sales", "any",
    "all", "광고", "광고성", "광고성정보", "마케팅", "홍보", "전체",
)  # fmt: skip
"""Purposes that allow advertising, in small letters and without blanks."""

CONSENT_CHANNELS = {
    "email": ("email", "e-mail", "이메일", "메일", "전자우편"),
    "message": (
        "message", "sms", "mms", "lms", "text", "textmessage", "kakao", "kakaotalk", "alimtalk", "messenger", "문자",
        "문자메시지", "카카오", "카카오톡", "알림톡",
    ),
    "letter": ("letter", "post", "postal", "mail", "direct_mail", "directmail", "dm", "우편", "우편물"),
    "phone": ("phone", "call", "outbound_call", "telephone", "tel", "전화", "유선"),
}  # fmt: skip
"""Channels of plans, and what a consent may call them."""

_EVERY = ("any", "all", "every", "*", "전체", "모든채널", "모두")


def current_consents(consents: ir.Table, as_of: date) -> ir.Table:
    """The latest word of each customer on each channel and purpose.

    Of several at one time a refusal counts, whichever row stands first. Consents of several accounts of one person
    stand under one customer_id in the warehouse, so that the person's latest word counts for all of them.

    Parameters
    ----------
    consents
        The table ``consents``: customer_id, channel, purpose, granted, changed_at and, if there, basis. A change
        without a day or an answer says nothing.
    as_of
        The last day whose changes count.

    Returns
    -------
    ibis.expr.types.Table
        One row per customer_id, channel and purpose: granted, changed_at, basis (how it was given, else NULL).
    """
    until = datetime.combine(as_of, time()) + timedelta(days=1)
    basis = consents["basis"] if "basis" in consents.columns else ibis.null("string")
    columns = ("customer_id", "channel", "purpose", "granted", "changed_at")
    told = consents.select(*columns, basis=basis.cast("string"))
    told = told.filter(told["granted"].notnull() & (told["changed_at"] < ibis.literal(until, type="timestamp(6)")))
    latest = ibis.window(
        group_by=["customer_id", "channel", "purpose"],
        order_by=[told["changed_at"].desc(), told["granted"].cast("int64"), told["basis"].isnull(), told["basis"]],
    )
    ranked = told.mutate(place=ibis.row_number().over(latest))
    return ranked.filter(ranked["place"] == 0).drop("place")


def _plain(text: ir.StringValue) -> ir.StringValue:
    return text.lower().re_replace(r"\s", "")


def consent_purposes(consents: ir.Table) -> list[str]:
    """What the consents are for, the most frequent first, as they are written."""
    counts = consents.group_by("purpose").aggregate(rows=consents.count())
    return [str(name) for name in collect(counts.order_by([ibis.desc("rows"), "purpose"]))["purpose"].dropna()]


def advertising_consents(consents: ir.Table, as_of: date, *, later_refusals: bool = False) -> pd.DataFrame:
    """Who may be sent advertising through which channel, by the latest word on it.

    A word on all channels is one on each: whichever came last counts, and at one time a refusal. Purposes other than
    :data:`ADVERTISING`, such as service or advertising at night, say nothing about it.

    Parameters
    ----------
    consents
        The table ``consents``.
    as_of
        The last day whose changes count.
    later_refusals
        Whether refusals after ``as_of`` count as well, as for a plan: consents may be newer than sales, and who is
        known to have refused by now is not contacted.

    Returns
    -------
    pandas.DataFrame
        One row per customer_id and channel (a key of :data:`CONSENT_CHANNELS`) on which a word was said: granted, basis
        (how it was given, else missing).
    """
    about = consents.filter(_plain(consents["purpose"]).isin(ADVERTISING))
    names = {name: channel for channel, names in CONSENT_CHANNELS.items() for name in names}
    written = _plain(about["channel"])
    about = about.mutate(is_every=written.isin(_EVERY), one=written.cases(*names.items(), else_=ibis.null("string")))
    each = [
        about.filter(about["is_every"] | (about["one"] == channel)).mutate(channel=ibis.literal(channel))
        for channel in CONSENT_CHANNELS
    ]
    told = ibis.union(*each).mutate(purpose=ibis.literal("advertising"))
    if later_refusals:
        end = ibis.literal(datetime.combine(as_of, time.max), type="timestamp(6)")
        late = ~told["granted"] & (told["changed_at"] > end)
        told = told.mutate(changed_at=ibis.ifelse(late, end, told["changed_at"]))
    latest = current_consents(told, as_of)
    return collect(latest.select("customer_id", "channel", "granted", "basis").order_by("customer_id", "channel"))
