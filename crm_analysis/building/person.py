"""Who a customer is in the tables: the accounts, prospects and orders of one person, and what tells the person."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import ibis
import ibis.expr.types as ir
import pandas as pd

from crm_analysis.building.people import ACCOUNTS
from crm_analysis.building.tombstones import ACCOUNT, COLUMNS, EMAIL, ORDER, OWNERS, PHONE, PROSPECT, Tombstones
from crm_analysis.errors import ConfigError
from crm_analysis.ingest.ids import pseudonymised
from crm_analysis.ingest.shapes import masked
from crm_analysis.messages import _
from crm_analysis.warehouse import Warehouse, collect

__all__ = ["Person", "find_person"]


@dataclass(frozen=True)
class Person:
    """One person.

    Attributes
    ----------
    accounts
        Numbers of customers.
    forms
        By kind of tombstone, what tells the person, in the form that is compared.
    """

    accounts: tuple[str, ...]
    forms: dict[str, list[str]] = field(default_factory=dict)


def find_person(warehouse: Warehouse, stones: Tombstones, customer: str) -> Person:
    """The person behind a customer's number.

    Parameters
    ----------
    warehouse
        With tables.
    stones
        Known tombstones: somebody whose rows are gone, and who has one, is found too.
    customer
        Number of an account, or the e-mail address or phone number that a source uses as one.

    Raises
    ------
    ConfigError
        No table knows the customer.
    """
    names = list(dict.fromkeys((customer.strip(), _pseudonym(stones.key, customer.strip()))))
    for name in names:
        accounts = _accounts(warehouse, name)
        if accounts:
            return _told(warehouse, stones, accounts)
    for name in names:
        if stones.has(ACCOUNT, name):
            return Person((name,))
    raise ConfigError(
        _(
            "No table knows customer '{customer}'. Give the number as it stands in the tables.",
            customer=masked(customer),
        )
    )


def _pseudonym(key: str, customer: str) -> str:
    one = ibis.memtable(pd.DataFrame({"id": [customer]}))
    told = one.select(known_as=pseudonymised(one["id"], key, digits_are_phones=True))
    return str(collect(told)["known_as"].iloc[0])


def _accounts(warehouse: Warehouse, name: str) -> tuple[str, ...]:
    """All accounts of the person whom a number belongs to; none where no table has it."""
    found: set[str] = set()
    if warehouse.has(ACCOUNTS):
        links = warehouse.read(ACCOUNTS)
        mine = links.filter((links["account_id"] == name) | (links["customer_id"] == name)).select("customer_id")
        every = collect(links.semi_join(mine.distinct(), "customer_id").select("account_id", "customer_id"))
        found = set(every["account_id"]) | set(every["customer_id"])
    if not found and any(_has(rows, name) for _table, rows in _tables(warehouse)):
        found = {name}
    return tuple(sorted(found))


def _tables(warehouse: Warehouse) -> Iterator[tuple[str, ir.Table]]:
    for table in warehouse.versions():
        yield table, warehouse.read(table)


def _has(rows: ir.Table, name: str) -> bool:
    tests = [rows[column] == name for column in OWNERS if column in rows.columns and rows[column].type().is_string()]
    if not tests:
        return False
    some = rows.filter(ibis.or_(*tests)).limit(1)
    return bool(collect(some.aggregate(rows=some.count()))["rows"].iloc[0])


def _told(warehouse: Warehouse, stones: Tombstones, accounts: tuple[str, ...]) -> Person:
    """What tells the person, of all tables. An address or order that others have too does not tell."""
    forms: dict[str, set[str]] = {ACCOUNT: set(accounts), PROSPECT: set(), EMAIL: set(), PHONE: set(), ORDER: set()}
    shared: dict[str, set[str]] = {kind: set() for kind in forms}
    for _table, rows in _tables(warehouse):
        owners = [name for name in ("customer_id", "account_id", "known_as") if name in rows.columns]
        for column, kind in COLUMNS.items():
            if owners and kind != ACCOUNT and column in rows.columns:
                mine, others = _sides(rows, owners[0], column, stones.form(kind, rows[column]), accounts)
                forms[kind] |= mine
                shared[kind] |= others
    return Person(accounts, {kind: sorted(found - shared[kind]) for kind, found in forms.items()})


def _sides(
    rows: ir.Table, owner: str, column: str, form: ir.StringValue, accounts: tuple[str, ...]
) -> tuple[set[str], set[str]]:
    """What a column says of the person, and what of that it says of somebody else too."""
    told = rows.filter(rows[owner].notnull() & rows[column].notnull())
    told = told.select(is_mine=rows[owner].isin(list(accounts)), form=form)
    mine = set(collect(told.filter(told["is_mine"] & told["form"].notnull()).select("form").distinct())["form"])
    if not mine:
        return set(), set()
    others = told.filter(~told["is_mine"] & told["form"].isin(sorted(mine))).select("form").distinct()
    return mine, set(collect(others)["form"])
