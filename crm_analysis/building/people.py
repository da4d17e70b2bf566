"""One customer, one record: accounts that belong to one person become one customer, in every table.

Accounts stay as they are in ``customer_accounts``, and ``accounts`` says whose they are: taking a decision back makes
two customers of one again, with all their rows. What a customer's record says is, field by field, what the account
that joined last says, where it says anything; ``joined_at`` and ``acquisition_source`` are those of the first one.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

import ibis
import ibis.expr.types as ir
import pandas as pd

from crm_analysis.building.derive import Derived
from crm_analysis.building.loads import Load
from crm_analysis.config import Settings
from crm_analysis.contract import SOURCE_TABLES, TableSpec
from crm_analysis.identity import IDENTITY_VERSION, People, current_decisions, match_lists, resolve, standardised
from crm_analysis.warehouse import Warehouse, collect

__all__ = [
    "ACCOUNTS",
    "CUSTOMER_ACCOUNTS",
    "REVIEW",
    "Linked",
    "as_customers",
    "as_people",
    "link_accounts",
    "no_links",
    "with_known",
    "write_links",
]

ACCOUNTS, CUSTOMER_ACCOUNTS, REVIEW = "accounts", "customer_accounts", "identity_review"

_COMPARED = ("customer_id", "name", "email", "phone", "address", "birth_date", "joined_at")
_TELLING = ("name", "email", "phone", "address")
_OF_THE_FIRST = ("joined_at", "acquisition_source")
_PAIR = {"account_id": "string", "customer_id": "string"}
_LINKS = {**_PAIR, "records": "int64"}
_KNOWN, _MATCHES = {"prospect_id": "string", "known_as": "string"}, "prospect_matches"


@dataclass(frozen=True)
class Linked:
    """Whose the accounts are.

    Attributes
    ----------
    links
        One row per account: account_id, customer_id (of the person), records (accounts of that person).
    review
        Pairs that wait for a person to decide.
    fingerprint
        Of all that the links depend on.
    records
        The accounts in the form in which they were compared; None where that was not needed.
    """

    links: pd.DataFrame
    review: pd.DataFrame
    fingerprint: str
    records: pd.DataFrame | None = None

    @property
    def merged(self) -> pd.DataFrame:
        """Links of accounts whose customer has another id."""
        return self.links[self.links["account_id"] != self.links["customer_id"]]


def link_accounts(warehouse: Warehouse, accounts: ir.Table, loads: Sequence[Load], settings: Settings) -> Linked:
    """Find out which accounts are one person; what was found before for the same accounts and decisions stays.

    Parameters
    ----------
    warehouse
        With the decisions of people and what was found before.
    accounts
        Cleaned rows of the table customers, one per account.
    loads
        Those that the rows come from.
    settings
        Of the project.
    """
    decided = current_decisions(warehouse)
    parts = {
        "version": IDENTITY_VERSION,
        "loads": sorted((load.load_id, *load.age) for load in loads),
        "decided": decided.to_dict("records"),
        "settings": settings.identity.model_dump(mode="json"),
        "country": settings.country,
    }
    fingerprint = hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()
    if warehouse.note(ACCOUNTS).get("identity") == fingerprint and warehouse.has(REVIEW):
        return Linked(collect(warehouse.read(ACCOUNTS)), collect(warehouse.read(REVIEW)), fingerprint)
    people = _resolved(accounts, decided, settings)
    links = people.links.rename(columns={"customer_id": "account_id", "person_id": "customer_id"})
    return Linked(links[list(_LINKS)], people.review, fingerprint, people.records if settings.identity.match else None)


def _resolved(accounts: ir.Table, decided: pd.DataFrame, settings: Settings) -> People:
    """The people behind accounts; without anything to tell them by, each account is one."""
    telling = [name for name in _COMPARED if name in accounts.columns]
    frame = collect(accounts.select(*telling).order_by("customer_id"))
    if not settings.identity.match or frame[list(_TELLING)].isna().all(axis=None):
        frame = frame.assign(**dict.fromkeys(_TELLING, None), birth_date=None)
    return resolve(frame, decided, settings.country)


def as_people(rows: ir.Table, spec: TableSpec, linked: Linked | None) -> ir.Table:
    """Rows of a table with the ids of accounts replaced by the customer's, before anything is cleaned.

    Parameters
    ----------
    rows
        Parsed rows.
    spec
        Of the table; in ``customers`` itself the accounts stay, and only who recommended them is replaced.
    linked
        None where there is no table of customers.
    """
    if linked is None or linked.merged.empty:
        return rows
    known = ibis.memtable(linked.merged[list(_PAIR)], schema=_PAIR)
    known = known.select(_account=known["account_id"], _person=known["customer_id"])
    for column in ("customer_id", "referrer_id"):
        if column not in spec or (spec.name == "customers" and column == "customer_id"):
            continue
        joined = rows.left_join(known, rows[column] == known["_account"])
        person = ibis.coalesce(joined["_person"], joined[column])
        rows = joined.mutate(**{column: person}).select(*rows.columns)
    return rows


def as_customers(accounts: Derived, linked: Linked) -> list[Derived]:
    """The accounts as they are, and one row per person made of them, each a table to be stored."""
    people = linked.links.groupby("customer_id").size()
    ledger = pd.concat(
        [accounts.ledger, _merged_line(accounts.ledger, len(linked.links) - len(people))], ignore_index=True
    )
    every = accounts.kept.rename(account_id="customer_id")
    kept = as_people(accounts.kept, SOURCE_TABLES["customers"], linked)
    persons = replace(accounts, kept=_one_each(kept, linked), ledger=ledger)
    nothing = accounts.quarantined.filter(ibis.literal(value=False))
    return [persons, Derived(CUSTOMER_ACCOUNTS, every, nothing, accounts.ledger.iloc[:0])]


def _merged_line(ledger: pd.DataFrame, rows: int) -> pd.DataFrame:
    line = {"table": "customers", "rule": "same_person", "action": "merged", "rows": rows, "matched": rows}
    return pd.DataFrame([{**dict.fromkeys(ledger.columns), **line, "amount": 0.0, "order": 98}]).astype(ledger.dtypes)


def _one_each(kept: ir.Table, linked: Linked) -> ir.Table:
    """One row per person: the last account's values where it has any; a person with one account is that account."""
    if linked.merged.empty:
        return kept
    links = ibis.memtable(linked.links[list(_LINKS)], schema=_LINKS)
    links = links.select(_account=links["account_id"], _person=links["customer_id"], _records=links["records"])
    joined = kept.join(links, kept["customer_id"] == links["_account"])
    alone = joined.filter(joined["_records"] == 1).select(*kept.columns)
    several = joined.filter(joined["_records"] > 1)
    order = [several["joined_at"].desc(nulls_first=False), several["customer_id"].desc()]
    values = {}
    for name in kept.columns:
        if name == "customer_id":
            continue
        first = name in _OF_THE_FIRST
        place = several[name]
        by = ibis.window(
            group_by="_person",
            order_by=[place.isnull(), *([several["joined_at"], several["customer_id"]] if first else order)],
        )
        values[f"_{name}"] = place.first().over(by)
    marked = several.mutate(
        **values, _row=ibis.row_number().over(ibis.window(group_by="_person", order_by=several["customer_id"]))
    )
    one = marked.filter(marked["_row"] == 0)
    columns = {name: one["_person"] if name == "customer_id" else one[f"_{name}"] for name in kept.columns}
    return ibis.union(alone, one.select(**columns))


def with_known(
    warehouse: Warehouse, prospects: Derived, accounts: Derived, linked: Linked, loads: Sequence[Load], country: str
) -> Derived:
    """Prospects with ``known_as``: the customer_id of those who are customers already."""
    facts = [linked.fingerprint, *sorted(load.load_id for load in loads)]
    fingerprint = hashlib.sha256("|".join(facts).encode()).hexdigest()
    if warehouse.note(_MATCHES).get("identity") == fingerprint:
        matches = collect(warehouse.read(_MATCHES))
    else:
        matches = _matches(prospects.kept, accounts.kept, linked, country)
    known = ibis.memtable(matches[list(_KNOWN)], schema=_KNOWN)
    known = known.select(_prospect=known["prospect_id"], known_as=known["known_as"])
    kept = prospects.kept.left_join(known, prospects.kept["prospect_id"] == known["_prospect"]).drop("_prospect")
    return replace(prospects, kept=kept, frames={_MATCHES: matches}, notes={_MATCHES: {"identity": fingerprint}})


def _matches(prospects: ir.Table, accounts: ir.Table, linked: Linked, country: str) -> pd.DataFrame:
    compared = [name for name in _COMPARED if name in accounts.columns]
    others = prospects.select(
        customer_id=prospects["prospect_id"], **{n: prospects[n] for n in _COMPARED if n in prospects.columns}
    )
    records = linked.records
    if records is None:
        records = standardised(collect(accounts.select(*compared)), country)
    found = match_lists(records, collect(others), country)
    person = linked.links.set_index("account_id")["customer_id"]
    return pd.DataFrame(
        {
            "prospect_id": found["other_id"].astype("str"),
            "known_as": found["customer_id"].map(person).astype("str"),
            "probability": found["probability"].astype("float64"),
        }
    )


def no_links() -> Linked:
    """What is stored where there is no table of customers."""
    pairs = pd.DataFrame(columns=["customer_id_l", "customer_id_r", "probability"]).astype(
        {"customer_id_l": "str", "customer_id_r": "str", "probability": "float64"}
    )
    return Linked(
        pd.DataFrame(columns=list(_LINKS)).astype({**dict.fromkeys(_PAIR, "str"), "records": "int64"}), pairs, ""
    )


def write_links(warehouse: Warehouse, linked: Linked) -> None:
    """Store whose the accounts are, and what waits for a decision."""
    warehouse.write_frame(REVIEW, linked.review)
    warehouse.write_frame(ACCOUNTS, linked.links, note={"identity": linked.fingerprint})
