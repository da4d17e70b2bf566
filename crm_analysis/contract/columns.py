"""What a table of the contract is: columns with type, unit, meaning and what switches on with them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from crm_analysis.messages import _

__all__ = ["BUYER_IDENTIFIERS", "CUSTOMER_HEADERS", "Column", "ColumnType", "TableSpec", "headers"]

ColumnType = Literal["id", "text", "timestamp", "date", "number", "integer", "boolean"]
"""``id`` is text that identifies; ``number`` a decimal; ``timestamp`` is local to the project's time zone."""

IBIS_TYPES: dict[str, str] = {
    "id": "string",
    "text": "string",
    "timestamp": "timestamp(6)",
    "date": "date",
    "number": "float64",
    "integer": "int64",
    "boolean": "boolean",
}


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Parameters
    ----------
    name, type
        As in code; names stay English.
    meaning
        One sentence, translated when called.
    unit
        For example ``currency`` or ``pieces``; empty where there is none.
    required
        Whether the table is useless without it.
    personal
        Whether it may hold personal data.
    switches_on
        What becomes possible with an optional column, translated when called.
    aliases
        Header names that are recognised, in lower case without spaces.
    """

    name: str
    type: ColumnType
    meaning: Callable[[], str]
    unit: str = ""
    required: bool = False
    personal: bool = False
    switches_on: Callable[[], str] | None = None
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class TableSpec:
    """One table: its grain in words, its key, its columns.

    ``identifiers`` are columns of a source that only tell who the customer is, where a row has no number of one:
    they are read at load and never stored.
    """

    name: str
    grain: Callable[[], str]
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    switches_on: Callable[[], str] | None = None
    identifiers: tuple[Column, ...] = ()

    def __getitem__(self, name: str) -> Column:
        return {column.name: column for column in (*self.columns, *self.identifiers)}[name]

    def __contains__(self, name: object) -> bool:
        return any(column.name == name for column in self.columns)

    @property
    def required(self) -> tuple[str, ...]:
        """Names of the columns that must be mapped."""
        return tuple(column.name for column in self.columns if column.required)

    def ibis_type(self, name: str) -> str:
        """The Ibis type of a column."""
        return IBIS_TYPES[self[name].type]


def headers(names: str) -> tuple[str, ...]:
    """Header names that are recognised, from a text with spaces between them."""
    return tuple(names.split())


CUSTOMER_HEADERS = headers("customer customerid memberid householdid 고객번호 고객id 회원번호 회원id")
"""What the column of a customer's number is called outside of order lines."""

BUYER_IDENTIFIERS = (
    Column(
        "customer_email",
        "text",
        lambda: _("E-mail address: who it is where there is no customer number; never stored."),
        personal=True,
        aliases=headers(
            "email emailaddress customeremail buyeremail billingemail requesteremail contactemail 이메일 이메일주소 "
            "주문자이메일 구매자이메일 고객이메일"
        ),
    ),
    Column(
        "customer_phone",
        "text",
        lambda: _("Phone number: who it is where there is neither number nor e-mail; never stored."),
        personal=True,
        aliases=headers(
            "phone phonenumber mobile customerphone buyerphone billingphone requesterphone 휴대폰 휴대전화 휴대폰번호 "
            "휴대전화번호 전화번호 연락처 주문자휴대전화 주문자휴대폰 주문자전화번호 주문자연락처 "
            "구매자전화번호 구매자연락처 고객연락처"
        ),
    ),
    Column(
        "customer_name",
        "text",
        lambda: _("Name: with a phone number that is not whole, the last way to tell who it is; never stored."),
        personal=True,
        aliases=headers(
            "customername buyername billingname requestername contactname 주문자 주문자명 주문자이름 구매자 구매자명 "
            "고객명 성명"
        ),
    ),
)
"""Who bought or called, where a row has no customer number: e-mail, else phone, else name with phone."""
