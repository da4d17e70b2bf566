"""What customers stated that they prefer, held against what they bought and how they were contacted."""

from __future__ import annotations

import re
from datetime import date, timedelta

import ibis
import ibis.expr.types as ir
import pandas as pd

from crm_analysis.features.consents import CONSENT_CHANNELS
from crm_analysis.features.preferences import TRAITS
from crm_analysis.features.windows import within
from crm_analysis.warehouse import collect

__all__ = ["stated_against_observed", "stated_channels"]

CONTACT_TOPICS = ("contactchannel", "channel", "contact", "contactpreference", "연락방법", "연락수단", "수신채널")
NO_CONTACT = ("none", "no", "never", "nocontact", "없음", "거부", "원하지않음", "연락안함")
CONTACT_DAYS = 180


def _plain(text: object) -> str:
    return re.sub(r"[\s_-]", "", str(text).lower())


def stated_against_observed(stated: pd.DataFrame | None, profiles: pd.DataFrame) -> pd.DataFrame | None:
    """Statements about a category, brand, price band, channel or discount, and whether purchases show the same.

    Parameters
    ----------
    stated
        preferences as a frame; None where there is no such table.
    profiles
        Of :func:`crm_analysis.features.preference_profiles`.

    Returns
    -------
    pandas.DataFrame or None
        One row per topic and value that is also a value of a trait: topic, trait, value, customers (who stated it),
        observed (of them, whose purchases show this preference), other (of them, whose purchases show another one in
        the same trait). None where nothing that was stated can be compared.
    """
    if stated is None or profiles.empty:
        return None
    table = stated.assign(plain=stated["value"].map(_plain), topic_plain=stated["topic"].map(_plain))
    table = table[~table["topic_plain"].isin(CONTACT_TOPICS)]
    rows = []
    for trait in TRAITS:
        mine = profiles[profiles["trait"] == trait]
        names = dict(zip(mine["value"].map(_plain), mine["value"], strict=True))
        held = mine.set_index("customer_id")["value"]
        fits = table[table["plain"].isin(names)]
        for (topic, plain), part in fits.groupby(["topic", "plain"]):
            value, seen = names[str(plain)], part["customer_id"].map(held)
            same = int((seen == value).sum())
            rows.append((str(topic), trait, value, len(part), same, int(seen.notna().sum()) - same))
    if not rows:
        return None
    found = pd.DataFrame(rows, columns=["topic", "trait", "value", "customers", "observed", "other"])
    return found.sort_values(["customers", "topic", "value"], ascending=[False, True, True], ignore_index=True)


def stated_channels(
    stated: pd.DataFrame | None, contacts: ir.Table | None, agreed: pd.DataFrame | None, as_of: date
) -> pd.DataFrame | None:
    """How customers want to be contacted, and how they were in the last 180 days.

    Parameters
    ----------
    stated
        preferences as a frame; None where there is no such table.
    contacts
        Contacts; None where there are none.
    agreed
        Of :func:`crm_analysis.features.advertising_consents`; None where no consents are known.
    as_of
        Last day.

    Returns
    -------
    pandas.DataFrame or None
        One row per channel that was stated (of :data:`crm_analysis.features.CONSENT_CHANNELS`, or ``none``): channel,
        customers, contacted (by us, through any channel), through_it (contacted through the channel they stated),
        agreed (to advertising on it; NaN where not known, and for ``none`` those who agreed on any channel). None where
        no such preference was stated.
    """
    if stated is None:
        return None
    table = stated[stated["topic"].map(_plain).isin(CONTACT_TOPICS)]
    names = {_plain(n): channel for channel, ns in CONSENT_CHANNELS.items() for n in ns}
    names |= dict.fromkeys(NO_CONTACT, "none")
    wanted = table.assign(channel=table["value"].map(_plain).map(names)).dropna(subset=["channel"])
    wanted = wanted.drop_duplicates("customer_id")[["customer_id", "channel"]]
    if wanted.empty:
        return None
    sent = _sent(contacts, as_of, names)
    yes = set() if agreed is None else set(agreed.loc[agreed["granted"].astype(bool), "customer_id"])
    rows = []
    for channel, part in wanted.groupby("channel"):
        mine = sent[sent["customer_id"].isin(part["customer_id"])]
        may = float("nan")
        if agreed is not None:
            on_it = agreed[agreed["granted"].astype(bool) & (agreed["channel"] == channel)]
            may = float(part["customer_id"].isin(yes if channel == "none" else set(on_it["customer_id"])).sum())
        through = int(mine.loc[mine["channel"] == channel, "customer_id"].nunique())
        rows.append((str(channel), len(part), int(mine["customer_id"].nunique()), through, may))
    found = pd.DataFrame(rows, columns=["channel", "customers", "contacted", "through_it", "agreed"])
    return found.sort_values(["customers", "channel"], ascending=[False, True], ignore_index=True)


def _sent(contacts: ir.Table | None, as_of: date, names: dict[str, str]) -> pd.DataFrame:
    """Who was contacted by us lately, by channel."""
    if contacts is None or "direction" not in contacts.columns:
        return pd.DataFrame({"customer_id": pd.Series(dtype="str"), "channel": pd.Series(dtype="str")})
    lately = within(contacts, "contacted_at", as_of - timedelta(days=CONTACT_DAYS - 1), as_of)
    ours = lately.filter((lately["direction"].lower() == "out") & lately["customer_id"].notnull())
    if "purpose" in ours.columns:
        ours = ours.filter(ours["purpose"].isnull() | (ours["purpose"].lower() != "service"))
    frame = collect(ours.group_by("customer_id", "channel").aggregate(n=ibis._.count()))
    return frame.assign(channel=frame["channel"].map(_plain).map(names).fillna("other"))
