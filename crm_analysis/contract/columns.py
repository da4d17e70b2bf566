"""What a table of the contract is: columns with type, unit, meaning and what switches on with them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

__all__ = ["CUSTOMER_HEADERS", "Column", "ColumnType", "TableSpec", "headers"]

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
    """One table: its grain in words, its key, its columns."""

    name: str
    grain: Callable[[], str]
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    switches_on: Callable[[], str] | None = None

    def __getitem__(self, name: str) -> Column:
        return {column.name: column for column in self.columns}[name]

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
