"""Who is one person, and where customers are met, in words."""

from __future__ import annotations

import pandas as pd

from crm_analysis import formats as f
from crm_analysis.features import SEVERAL
from crm_analysis.labels import channel_label, evidence_field_label
from crm_analysis.messages import _, plural

__all__ = [
    "basis_rows",
    "basis_sentence",
    "channel_rows",
    "channel_sentence",
    "identity_sentence",
    "no_bases",
    "no_channels",
    "no_partners",
    "no_prospects",
    "nothing_waits",
    "partner_rows",
    "prospect_rows",
    "prospect_sentence",
    "review_rows",
]

_FIELDS = ("name", "email", "phone", "birth", "address", "house", "postcode")


def identity_sentence(counts: pd.DataFrame) -> str:
    """How many accounts are how many people."""
    one = counts.iloc[0]
    if not one["accounts"]:
        return _("Customers are taken as the order lines name them: there is no table of customers to compare.")
    if not one["several"]:
        return _(
            "No two of {accounts} accounts are the same person for certain.", accounts=f.number(one["accounts"], 0)
        )
    return _(
        "{accounts} accounts are {customers} people: {several} have more than one account.",
        accounts=f.number(one["accounts"], 0),
        customers=f.number(one["customers"], 0),
        several=f.number(one["several"], 0),
    )


def review_rows(review: pd.DataFrame | None) -> tuple[list[list[str]], dict[str, str]]:
    """Pairs of accounts that wait for somebody to decide, the most probable first, with what speaks for and against."""
    waiting = pd.DataFrame() if review is None else review.sort_values("probability", ascending=False, kind="stable")
    rows = [
        [
            str(r["customer_id_l"]),
            str(r["customer_id_r"]),
            f.probability(float(r["probability"])),
            ", ".join(evidence_field_label(name) for name in _FIELDS if float(r[name]) > 0),
            ", ".join(evidence_field_label(name) for name in _FIELDS if float(r[name]) < 0),
        ]
        for r in waiting.to_dict("records")
    ]
    heads = {
        _("Account"): "left",
        _("Other account"): "left",
        _("Probability"): "right",
        _("Speaks for one person"): "left",
        _("Speaks against it"): "left",
    }
    return rows, heads


def nothing_waits() -> str:
    """Why there is no list of pairs."""
    return _("No pair of accounts waits for a decision.")


def channel_sentence(reach: pd.DataFrame, currency: str) -> str:
    """Who is met in several channels, and what they spend beside the others."""
    several = reach[reach["reach"] == SEVERAL]
    others = reach[reach["reach"] != SEVERAL]
    if several.empty or others.empty:
        return ""
    count, all_of_them = int(several["customers"].sum()), int(reach["customers"].sum())
    return plural(
        "{n} customer bought in several channels ({share}) and spent {mine} on average, the others {theirs}.",
        "{n} customers bought in several channels ({share}) and spent {mine} on average, the others {theirs}.",
        count,
        share=f.percent(count / all_of_them, 1),
        mine=f.money(float(several["revenue"].sum()) / count, currency),
        theirs=f.money(float(others["revenue"].sum()) / int(others["customers"].sum()), currency),
    )


def channel_rows(reach: pd.DataFrame, currency: str) -> tuple[list[list[str]], dict[str, str]]:
    """Customers, orders and revenue by reach."""
    rows = [
        [
            _("Several channels") if r["reach"] == SEVERAL else channel_label(str(r["reach"])),
            f.number(r["customers"], 0),
            f.number(r["orders"], 0),
            f.money(r["revenue"], currency, "table"),
            f.money(r["revenue"] / r["customers"], currency, "table"),
        ]
        for r in reach.to_dict("records")
    ]
    heads = {
        _("Bought in"): "left",
        _("Customers"): "right",
        _("Orders"): "right",
        _("Revenue"): "right",
        _("Revenue per customer"): "right",
    }
    return rows, heads


def no_channels() -> str:
    """Why nothing can be said about channels."""
    return _(
        "order_lines.channel is missing. It would say who buys in several channels and what they are worth. Map the "
        "column of the channel under [sources.order_lines] in crm.toml."
    )


def prospect_sentence(reach: pd.DataFrame) -> str:
    """How many prospects are customers already, and how many of the others may be asked."""
    prospects, known = int(reach["prospects"].sum()), int(reach["known"].sum())
    if not prospects:
        return ""
    already = _(
        "{known} of {prospects} prospects are customers already ({share}): offers for new customers are not for them.",
        known=f.number(known, 0),
        prospects=f.number(prospects, 0),
        share=f.percent(known / prospects, 1),
    )
    if not int(reach["with_basis"].sum()):
        told = _(
            "For none of them is it stated what allows a contact (column consent_basis): ask nobody before it is known."
        )
    else:
        told = plural(
            "{n} other has a stated basis for a contact and may be asked.",
            "{n} others have a stated basis for a contact and may be asked.",
            int(reach["open"].sum()),
        )
    return f"{already} {told}"


def prospect_rows(reach: pd.DataFrame, currency: str) -> tuple[list[list[str]], dict[str, str]]:
    """Prospects and the customers among them, by partner or list."""
    rows = [
        [
            str(r["origin"]) or _("not stated"),
            f.number(r["prospects"], 0),
            f.number(r["known"], 0),
            f.money(r["revenue"], currency, "table"),
            f.number(r["with_basis"], 0),
            f.number(r["open"], 0),
        ]
        for r in reach.to_dict("records")
    ]
    heads = {
        _("Partner or list"): "left",
        _("Prospects"): "right",
        _("Customers already"): "right",
        _("Their revenue"): "right",
        _("With a basis for contact"): "right",
        _("May be asked"): "right",
    }
    return rows, heads


def partner_rows(
    partners: pd.DataFrame, currency: str, *, consent_known: bool = True
) -> tuple[list[list[str]], dict[str, str]]:
    """Customers whom partners brought; who agreed is not known where there is no table of consents."""
    rows = [
        [
            str(r["partner"]),
            f.number(r["customers"], 0),
            f.money(r["revenue"], currency, "table"),
            f.money(r["revenue"] / r["customers"], currency, "table"),
            f.percent(r["agreed"] / r["customers"], 1) if consent_known else _("not known"),
        ]
        for r in partners.to_dict("records")
    ]
    heads = {
        _("Partner"): "left",
        _("Customers"): "right",
        _("Revenue"): "right",
        _("Revenue per customer"): "right",
        _("Agreed to advertising"): "right",
    }
    return rows, heads


def basis_sentence(bases: pd.DataFrame, *, consent_known: bool) -> str:
    """Of whom it is not stated what allows a contact.

    Parameters
    ----------
    bases
        Of :func:`crm_analysis.features.consent_bases`.
    consent_known
        Whether there is a table of consents.
    """
    if bases.empty:
        return ""
    people, missing = int(bases["people"].sum()), int(bases.loc[bases["basis"] == "", "people"].sum())
    told = _(
        "What allows a contact is stated for {known} of {people} prospects and customers whom partners brought; {open} of "
        "all may be asked. Ask none of the others.",
        known=f.number(people - missing, 0),
        people=f.number(people, 0),
        open=f.number(int(bases["open"].sum()), 0),
    )
    if consent_known or not (bases["who"] == "customers").any():
        return told
    unknown = _(
        "Whether the customers whom partners brought agreed to advertising could not be checked: the table consents is "
        "missing. 'crm-analysis template consents' writes an example to fill in."
    )
    return f"{told} {unknown}"


def basis_rows(bases: pd.DataFrame) -> tuple[list[list[str]], dict[str, str]]:
    """What allows a contact, by partner or list."""
    rows = [
        [
            str(r["origin"]) or _("not stated"),
            _("Customers") if r["who"] == "customers" else _("Prospects"),
            str(r["basis"]) or _("not stated"),
            f.number(r["people"], 0),
            f.number(r["open"], 0),
        ]
        for r in bases.to_dict("records")
    ]
    heads = {
        _("Partner or list"): "left",
        _("Group"): "left",
        _("Basis for contact"): "left",
        _("Number of people"): "right",
        _("May be asked"): "right",
    }
    return rows, heads


def no_bases() -> str:
    """Why nothing can be said about what allows a contact."""
    return _("Nobody is known to come from a partner or a list, so no basis for a contact is asked for.")


def no_partners() -> str:
    """Why nothing can be said about customers whom partners brought."""
    return _(
        "No customer is known to come from a partner. Give the table partners, and in customers.acquisition_source the "
        "partner's number or name."
    )


def no_prospects() -> str:
    """Why nothing can be said about prospects."""
    return _(
        "The table prospects is missing. It would say who of them is a customer already, and by which partner. "
        "'crm-analysis template prospects' writes an example to fill in."
    )
