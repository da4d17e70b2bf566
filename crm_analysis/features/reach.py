"""Where customers are met: the people behind accounts, channels they buy in, partners and lists they come from."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir
import pandas as pd

from crm_analysis.features.purchases import is_purchase
from crm_analysis.warehouse import collect

__all__ = [
    "NO_BASIS",
    "SEVERAL",
    "channel_reach",
    "consent_bases",
    "identity_counts",
    "listed_prospects",
    "partner_customers",
    "partners_of_sources",
    "prospect_reach",
]

SEVERAL = "several channels"
"""Reach of customers who bought in more than one channel."""

NO_BASIS = (
    "",
    "-",
    "0",
    "false",
    "n",
    "n/a",
    "na",
    "no",
    "none",
    "null",
    "unknown",
    "없음",
    "모름",
    "미동의",
    "미확인",
    "불명",
)
"""What a basis of consent says where there is none, in small letters and without blanks."""


def identity_counts(accounts: ir.Table | None, review: ir.Table | None) -> pd.DataFrame:
    """Accounts, the customers they are, and pairs that wait for a decision.

    Parameters
    ----------
    accounts, review
        Tables of the warehouse; None where there are none.

    Returns
    -------
    pandas.DataFrame
        One row: accounts, customers, several (customers with more than one account), waiting (pairs).
    """
    counts = {"accounts": 0, "customers": 0, "several": 0}
    if accounts is not None:
        people = accounts.group_by("customer_id").aggregate(n=accounts.count())
        found = people.aggregate(accounts=people["n"].sum(), customers=people.count(), several=(people["n"] > 1).sum())
        row = collect(found).fillna(0).iloc[0]
        counts = {name: int(row[name]) for name in counts}
    waiting = 0 if review is None else int(collect(review.aggregate(n=review.count()))["n"].iloc[0])
    return pd.DataFrame([{**counts, "waiting": waiting}])


def channel_reach(lines: ir.Table) -> pd.DataFrame:
    """Customers by the channels that they bought in.

    Parameters
    ----------
    lines
        Order lines of the warehouse.

    Returns
    -------
    pandas.DataFrame
        One row per reach, the largest revenue first: reach (a channel, or :data:`SEVERAL`), customers, orders, revenue
        (net of returns). Empty where no line names its channel.
    """
    told = lines.filter(lines["channel"].notnull())
    bought = is_purchase(told)
    each = told.group_by("customer_id").aggregate(
        channels=told["channel"].nunique(where=bought),
        channel=told["channel"].max(where=bought),
        orders=told["order_id"].nunique(where=bought),
        revenue=told["amount"].sum(),
    )
    each = each.filter(each["channels"] > 0)
    each = each.mutate(reach=ibis.ifelse(each["channels"] > 1, SEVERAL, each["channel"]))
    found = each.group_by("reach").aggregate(
        customers=each.count(), orders=each["orders"].sum(), revenue=each["revenue"].sum()
    )
    frame = collect(found).astype({"customers": "int64", "orders": "int64", "revenue": "float64"})
    return frame.sort_values(["revenue", "reach"], ascending=[False, True], ignore_index=True)


def _stated(basis: ir.StringValue) -> ir.StringValue:
    """A basis as it is written, NULL where it says that there is none (strip() takes letters on Spark)."""
    is_none = basis.lower().re_replace(r"\s", "").isin(NO_BASIS)
    return is_none.ifelse(ibis.null("string"), basis.re_replace(r"^\s+|\s+$", ""))


def listed_prospects(prospects: ir.Table, partners: ir.Table | None) -> ir.Table:
    """Prospects by the list that they came on: prospect_id, origin (name of the partner, else its number, else source),
    known_as, basis, created_at."""
    given = {
        name: prospects[column] if column in prospects.columns else ibis.null(kind)
        for name, column, kind in (
            ("prospect_id", "prospect_id", "string"), ("basis", "consent_basis", "string"),
            ("created_at", "created_at", "date"),
        )
    }  # fmt: skip
    told = prospects.select("partner_id", "source", "known_as", **given)
    told = told.mutate(basis=_stated(told["basis"].cast("string")))
    if partners is None:
        return told.mutate(origin=ibis.coalesce(told["partner_id"], told["source"], ""))
    names = partners.group_by(_partner=partners["partner_id"]).aggregate(_name=partners["name"].max())
    joined = told.left_join(names, told["partner_id"] == names["_partner"])
    return joined.mutate(origin=ibis.coalesce(joined["_name"], joined["partner_id"], joined["source"], ""))


def prospect_reach(prospects: ir.Table | None, lines: ir.Table, partners: ir.Table | None = None) -> pd.DataFrame:
    """Prospects by the list that they came on, and who of them is a customer already.

    Parameters
    ----------
    prospects
        Table of the warehouse with ``known_as``, the customer_id of those who are customers; None where there is none.
    lines
        Order lines of the warehouse.
    partners
        For the names of partners; None where there are none.

    Returns
    -------
    pandas.DataFrame
        One row per list, the largest first: origin (partner, else source), prospects, known (customers already),
        revenue (of these), with_basis (prospects of whom it is stated what allows a contact), open (of these, who is
        no customer yet: who may be asked).
    """
    kinds = {
        "origin": "str", "prospects": "int64", "known": "int64", "revenue": "float64", "with_basis": "int64",
        "open": "int64",
    }  # fmt: skip
    if prospects is None or "known_as" not in prospects.columns:
        return pd.DataFrame(columns=list(kinds)).astype(kinds)
    spent = lines.group_by("customer_id").aggregate(spent=lines["amount"].sum())
    listed = listed_prospects(prospects, partners)
    joined = listed.left_join(spent, listed["known_as"] == spent["customer_id"])
    found = joined.group_by("origin").aggregate(
        prospects=joined.count(),
        known=joined["known_as"].count(),
        revenue=joined["spent"].sum().fill_null(0.0),
        with_basis=joined["basis"].count(),
        open=joined["basis"].count(where=joined["known_as"].isnull()),
    )
    frame = collect(found)[list(kinds)].astype(kinds)
    return frame.sort_values(["prospects", "origin"], ascending=[False, True], ignore_index=True)


def partner_customers(
    customers: ir.Table | None, partners: ir.Table | None, agreed: pd.DataFrame | None, lines: ir.Table
) -> pd.DataFrame:
    """Customers whom a partner brought, what they spent, and whether they agreed to advertising.

    Parameters
    ----------
    customers
        With acquisition_source; a partner's customers are those whose source is its number or name, or ends with it.
    partners
        partner_id and, if there, name.
    agreed
        Of :func:`crm_analysis.features.advertising_consents`; None where no consents are known.
    lines
        Order lines of the warehouse.

    Returns
    -------
    pandas.DataFrame
        One row per partner with customers, the most first: partner (its name, else its number), customers, revenue
        (net of returns), agreed (customers who agreed on some channel; 0 where no consents are known).
    """
    kinds = {"partner": "str", "customers": "int64", "revenue": "float64", "agreed": "int64"}
    frame = _brought(customers, partners, lines)
    yes = set() if agreed is None else set(agreed.loc[agreed["granted"].astype(bool), "customer_id"])
    frame = frame.assign(agreed=frame["customer_id"].isin(yes))
    found = frame.groupby("partner").agg(
        customers=("customer_id", "size"),
        revenue=("spent", "sum"),
        agreed=("agreed", "sum"),
    )
    found = found.reset_index().astype(kinds)
    return found.sort_values(["customers", "partner"], ascending=[False, True], ignore_index=True)


def _brought(customers: ir.Table | None, partners: ir.Table | None, lines: ir.Table) -> pd.DataFrame:
    """Customers whom partners brought: customer_id, partner (its name, else its number), spent."""
    empty = pd.DataFrame({"customer_id": [], "partner": [], "spent": []})
    empty = empty.astype({"customer_id": "str", "partner": "str", "spent": "float64"})
    if customers is None or partners is None or "acquisition_source" not in customers.columns:
        return empty
    told = customers.filter(customers["acquisition_source"].notnull())
    of = {source: name for source, name in partners_of_sources(told, partners).items() if name}
    if not of:
        return empty
    mine = told.filter(told["acquisition_source"].isin(list(of))).select("customer_id", "acquisition_source")
    spent = lines.group_by("customer_id").aggregate(spent=lines["amount"].sum())
    frame = collect(mine.left_join(spent, "customer_id").select("customer_id", "acquisition_source", "spent"))
    return frame.assign(partner=frame["acquisition_source"].map(of))[list(empty.columns)]


def consent_bases(
    prospects: ir.Table | None,
    customers: ir.Table | None,
    partners: ir.Table | None,
    agreed: pd.DataFrame | None,
    lines: ir.Table,
) -> pd.DataFrame:
    """What allows a contact with prospects and with customers whom partners brought.

    Parameters
    ----------
    prospects
        As in :func:`prospect_reach`.
    customers, partners, lines
        As in :func:`partner_customers`.
    agreed
        Of :func:`crm_analysis.features.advertising_consents`; None where no consents are known.

    Returns
    -------
    pandas.DataFrame
        One row per origin (partner, else list), who (``prospects`` or ``customers``) and basis (as it is written, empty
        where none is stated): people, open (who may be asked: prospects with a basis who are no customers, customers
        who agreed on some channel). Of several bases of a customer the first by the alphabet counts.
    """
    kinds = {"origin": "str", "who": "str", "basis": "str", "people": "int64", "open": "int64"}
    parts = []
    if prospects is not None and "known_as" in prospects.columns:
        listed = listed_prospects(prospects, partners)
        may = listed["basis"].notnull() & listed["known_as"].isnull()
        told = listed.select("origin", basis=ibis.coalesce(listed["basis"], ""), open=may.cast("int64"))
        counted = told.group_by("origin", "basis").aggregate(people=told.count(), open=told["open"].sum())
        parts.append(collect(counted).assign(who="prospects"))
    brought = _brought(customers, partners, lines)
    if len(brought):
        basis = brought["customer_id"].map(_bases_of(agreed)).astype("str")
        brought = brought.assign(basis=basis.fillna(""), open=basis.notna())
        counted = brought.groupby(["partner", "basis"]).agg(people=("open", "size"), open=("open", "sum"))
        parts.append(counted.reset_index().rename(columns={"partner": "origin"}).assign(who="customers"))
    found = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(kinds))
    found = found[list(kinds)].astype(kinds)
    order = ["origin", "who", "people", "basis"]
    return found.sort_values(order, ascending=[True, True, False, True], ignore_index=True)


def _bases_of(agreed: pd.DataFrame | None) -> pd.Series:
    """How each customer who agreed on some channel did so, by customer_id; empty text where that is not stated."""
    if agreed is None:
        return pd.Series(dtype="str")
    given = agreed[agreed["granted"].astype(bool)]
    basis = given["basis"].fillna("").astype("str").str.strip()
    basis = basis.mask(basis.str.lower().str.replace(r"\s", "", regex=True).isin(NO_BASIS), "")
    given = given.assign(basis=basis, is_missing=basis == "")
    first = given.sort_values(["customer_id", "is_missing", "basis"]).drop_duplicates("customer_id")
    return first.set_index("customer_id")["basis"]


def partners_of_sources(customers: ir.Table, partners: ir.Table | None) -> dict[str, str]:
    """Every acquisition_source of customers and the name of the partner that it means, the empty text for none."""
    sources = collect(customers.select("acquisition_source").distinct())["acquisition_source"].dropna().astype("str")
    if partners is None:
        return dict.fromkeys(sources, "")
    known = collect(partners.select("partner_id", "name"))
    return {source: _partner_of(source, known) for source in sources}


def _partner_of(source: str, partners: pd.DataFrame) -> str:
    """Name of the partner that a source means, the empty text for none."""
    words = source.lower().strip()
    names = partners["name"].fillna(partners["partner_id"]).astype(str)
    for number, name in zip(partners["partner_id"].astype(str), names, strict=True):
        for text in {number.lower(), name.lower()}:
            if words == text or words.endswith(f" {text}"):
                return str(name)
    return ""
