"""The kind of a contact, from its channel and direction: visits and calls of either side are kinds of their own."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

__all__ = ["CONTACT_KINDS", "contact_kind", "contact_kind_of"]

CONTACT_KINDS = (
    "sales_visit",
    "service_visit",
    "inbound_call",
    "outbound_call",
    "email",
    "sms",
    "app_push",
    "messenger",
)
"""The kinds that are told apart; a channel not named here is a kind by its own name."""

_CHANNELS = {
    "sales_visit": "sales_visit salesvisit 영업방문 영업사원방문",
    "service_visit": "service_visit servicevisit as방문 a/s방문 서비스방문 기사방문",
    "inbound_call": "inbound_call inbound inboundcall 인바운드 인바운드콜",
    "outbound_call": "outbound_call outbound outboundcall 아웃바운드 아웃바운드콜",
    "phone": "phone call tel telephone 전화 통화",
    "email": "email e_mail mail 이메일 메일",
    "sms": "sms text message lms mms 문자 문자메시지",
    "app_push": "app_push app push apppush 앱 앱푸시 푸시",
    "messenger": "messenger chat kakao kakaotalk 메신저 카카오톡 알림톡 채팅",
}
_INWARD = frozenset(["in", "inbound", "incoming", "인", "인바운드", "수신"])
_OUTWARD = frozenset(["out", "outbound", "outgoing", "아웃", "아웃바운드", "발신"])
_CALLS = {"in": "inbound_call", "out": "outbound_call"}

_KIND_OF = {name: kind for kind, names in _CHANNELS.items() for name in names.split()}


def _normal(text: str) -> str:
    return text.strip().lower().replace(" ", "").replace("-", "_")


def contact_kind_of(channel: str, direction: str) -> str:
    """The kind of one contact; of a call without a direction ``phone``, of an unknown channel its own name."""
    kind = _KIND_OF.get(_normal(channel), channel.strip())
    if kind != "phone":
        return kind
    way = _normal(direction)
    return _CALLS.get("in" if way in _INWARD else "out" if way in _OUTWARD else "", "phone")


def contact_kind(channel: ir.StringValue, direction: ir.StringValue) -> ir.StringValue:
    """The kind of each contact: :func:`contact_kind_of` as an expression."""
    plain = _plain(channel)
    kind = ibis.cases(*[(plain.isin(names.split()), kind) for kind, names in _CHANNELS.items()], else_=channel.strip())
    way = _plain(direction).fill_null("")
    call = ibis.cases(
        (way.isin(sorted(_INWARD)), _CALLS["in"]), (way.isin(sorted(_OUTWARD)), _CALLS["out"]), else_="phone"
    )
    return ibis.ifelse(kind == "phone", call, kind)


def _plain(text: ir.StringValue) -> ir.StringValue:
    return text.strip().lower().replace(" ", "").replace("-", "_")
