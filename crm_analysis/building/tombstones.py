"""Tombstones of people who were forgotten: keyed digests that no row of a later load gets past.

The table ``forgotten`` holds a kind, a digest and a day, nothing else. A digest is made with the key of the workspace,
twice, as an HMAC is: who has the table and not the key cannot try out numbers or addresses.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

import ibis
import ibis.expr.types as ir
import pandas as pd
import phonenumbers

from crm_analysis.building.sources import pseudonym_key
from crm_analysis.config import Settings
from crm_analysis.contract import TableSpec
from crm_analysis.warehouse import Warehouse, collect

__all__ = [
    "ACCOUNT",
    "COLUMNS",
    "EMAIL",
    "FORGOTTEN",
    "ORDER",
    "OWNERS",
    "PHONE",
    "PROSPECT",
    "REFERENCES",
    "Tombstones",
    "read_tombstones",
]

FORGOTTEN = "forgotten"
"""Name of the table."""

ACCOUNT, PROSPECT, ORDER, EMAIL, PHONE = "account", "prospect", "order", "email", "phone"

OWNERS = ("customer_id", "account_id", "customer_id_l", "customer_id_r", "known_as")
"""Columns with the number of a customer whom the row is about, in every table, those of the system too."""
COLUMNS: dict[str, str] = dict.fromkeys(OWNERS, ACCOUNT) | {
    "prospect_id": PROSPECT,
    "order_id": ORDER,
    "email": EMAIL,
    "phone": PHONE,
}
"""Columns that tell whom a row is about, and what kind of tombstone they are held against."""
REFERENCES = ("referrer_id",)
"""Columns with the number of a customer in a row that is about somebody else: the number goes, the row stays."""

_FOLLOWED = {"customers": "customer_id", "order_lines": "order_id"}
_SHORTEST_PHONE = 7


@dataclass
class Tombstones:
    """The tombstones of a workspace.

    Attributes
    ----------
    key
        Secret of the workspace.
    calling_code
        Of the country of phone numbers that name none, empty where there is no such country.
    digests
        By kind.
    """

    key: str
    calling_code: str
    digests: dict[str, set[str]] = field(default_factory=dict)

    def __len__(self) -> int:
        return sum(len(digests) for digests in self.digests.values())

    def form(self, kind: str, value: ir.StringValue) -> ir.StringValue:
        """A value in the one form that is compared; NULL where it tells nobody apart."""
        forms: dict[str, Callable[[ir.StringValue], ir.StringValue]] = {EMAIL: _email, PHONE: self._phone}
        return forms[kind](value) if kind in forms else value

    def _phone(self, value: ir.StringValue) -> ir.StringValue:
        """Digits of a number without the country's code and leading zeros; NULL for a masked one."""
        digits = value.re_replace(r"[^0-9]", "").re_replace(r"^00", "")
        if self.calling_code:
            digits = digits.re_replace(rf"^{self.calling_code}", "")
        digits = digits.re_replace(r"^0+", "")
        tells = ~value.contains("*") & (digits.length() >= _SHORTEST_PHONE)
        return ibis.ifelse(tells, digits, ibis.null("string"))

    def digest(self, kind: str, form: str) -> str:
        """The digest of a value in its form."""
        once = hashlib.sha256(f"{self.key}|{kind}|{form}".encode()).hexdigest()
        return hashlib.sha256(f"{self.key}|{once}".encode()).hexdigest()

    def has(self, kind: str, form: str) -> bool:
        """Whether there is a tombstone of a value in its form."""
        return self.digest(kind, form) in self.digests.get(kind, ())

    def matches(self, rows: ir.Table, column: str) -> list[str]:
        """The values of a column, as they stand, that have a tombstone; of orders only in rows without a customer."""
        kind = COLUMNS.get(column, ACCOUNT)
        wanted = self.digests.get(kind)
        if not wanted or column not in rows.columns or not rows[column].type().is_string():
            return []
        if kind == ORDER and "customer_id" in rows.columns:
            rows = rows.filter(rows["customer_id"].isnull())
        values = rows.select(value=rows[column]).distinct()
        values = values.mutate(form=self.form(kind, values["value"]))
        told = values.filter(values["form"].notnull())
        told = told.mutate(digest=_digest(told["form"], self.key, kind))
        known = ibis.memtable(pd.DataFrame({"digest": sorted(wanted)}), schema={"digest": "string"})
        return sorted(collect(told.semi_join(known, "digest").select("value"))["value"])

    def mine(self, rows: ir.Table) -> ir.BooleanValue | None:
        """Which rows are about somebody who was forgotten; None where none is."""
        tests = []
        for column, kind in COLUMNS.items():
            found = self.matches(rows, column)
            if found:
                is_found = rows[column].isin(found).fill_null(False)
                owned = kind == ORDER and "customer_id" in rows.columns
                tests.append(is_found & rows["customer_id"].isnull() if owned else is_found)
        return ibis.or_(*tests) if tests else None

    def unnamed(self, rows: ir.Table) -> ir.Table | None:
        """Rows about others without the number of somebody who was forgotten; None where none holds one."""
        blank = {}
        for column in REFERENCES:
            found = self.matches(rows, column)
            if found:
                is_found = rows[column].isin(found).fill_null(False)
                blank[column] = ibis.ifelse(is_found, ibis.null("string"), rows[column])
        return rows.mutate(**blank) if blank else None

    def without(self, rows: ir.Table) -> ir.Table:
        """Rows about nobody who was forgotten, and that name none of them."""
        mine = self.mine(rows)
        others = rows if mine is None else rows.filter(~mine)
        unnamed = self.unnamed(others)
        return others if unnamed is None else unnamed

    def newly_told(self, rows: ir.Table, spec: TableSpec) -> dict[str, list[str]]:
        """By kind, what rows of the forgotten say of them that has no tombstone yet, such as a new account.

        Asked of the tables that others follow from: of customers the accounts, of order lines the orders.
        """
        column = _FOLLOWED.get(spec.name)
        mine = self.mine(rows) if column else None
        if column is None or mine is None:
            return {}
        kind = COLUMNS[column]
        told = rows.filter(mine & rows[column].notnull()).select(column).distinct()
        if kind == ORDER:  # a number that others have too tells nobody
            told = told.anti_join(rows.filter(~mine).select(column), column)
        found = collect(told)[column]
        fresh = sorted(form for form in found if not self.has(kind, form))
        return {kind: fresh} if fresh else {}

    def add(self, warehouse: Warehouse, forms: Mapping[str, Iterable[str]]) -> None:
        """Add tombstones of values in their form, all in one commit; the caller holds the lock.

        Parameters
        ----------
        warehouse
            To write to.
        forms
            Values by kind.
        """
        fresh = {
            kind: {digest for form in values if (digest := self.digest(kind, form)) not in self.digests.get(kind, ())}
            for kind, values in forms.items()
        }
        rows = [(kind, digest) for kind, digests in fresh.items() for digest in sorted(digests)]
        if not rows:
            return
        today = datetime.now(UTC).date().isoformat()
        frame = pd.DataFrame(rows, columns=["kind", "digest"]).assign(forgotten_on=today)
        warehouse.write_frame(FORGOTTEN, frame, mode="append")
        for kind, digests in fresh.items():
            self.digests.setdefault(kind, set()).update(digests)


def read_tombstones(warehouse: Warehouse, settings: Settings) -> Tombstones:
    """The tombstones of a workspace."""
    code = phonenumbers.country_code_for_region(settings.country)
    stones = Tombstones(pseudonym_key(warehouse.folder), str(code) if code else "")
    if warehouse.has(FORGOTTEN):
        frame = collect(warehouse.read(FORGOTTEN).select("kind", "digest"))
        stones.digests = {str(kind): set(group["digest"]) for kind, group in frame.groupby("kind")}
    return stones


def _email(value: ir.StringValue) -> ir.StringValue:
    address = value.re_replace(r"\s", "").lower()
    return ibis.ifelse(address.contains("@") & ~address.contains("*"), address, ibis.null("string"))


def _digest(form: ir.StringValue, key: str, kind: str) -> ir.StringValue:
    """:meth:`Tombstones.digest` in the engine."""
    once = ibis.literal(f"{key}|{kind}|").concat(form).hexdigest("sha256")
    return ibis.literal(f"{key}|").concat(once).hexdigest("sha256")
