"""What the shop knows about people: accounts that somebody filled in, some of them twice and not the same way twice."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from crm_analysis.datasets.simulated.contact_data import (
    Contact,
    make_contacts,
    mistyped,
    moved,
    new_phone,
    romanised,
    written_address,
    written_phone,
)
from crm_analysis.datasets.simulated.people import People

__all__ = ["DOUBLE", "SHARES_HOME", "accounts", "doubles", "households"]

DOUBLE = 0.03
"""Share of accounts whose owner has another one in the same channel."""
SHARES_HOME = 0.30
"""Share of people who live with the person numbered before them."""

_ASKS = {"store": {"email": 0.50, "phone": 0.95, "address": 0.40, "birth_date": 0.60},
         "web": {"email": 1.00, "phone": 0.90, "address": 0.95, "birth_date": 0.85}}  # fmt: skip
"""What each channel asks for, and how many answer."""
_SLIP, _LATIN, _MASKED, _ANOTHER_MAIL, _NEW_PHONE, _MOVED = 0.04, 0.10, 0.02, 0.25, 0.12, 0.15


def households(people: People, rng: np.random.Generator) -> npt.NDArray[np.int64]:
    """Number of the person at whose home each one lives: two people at the most live together."""
    joins = (people.number % 2 == 1) & (rng.random(len(people)) < SHARES_HOME * 2)
    joins[0] = False
    return np.asarray(people.number - joins)


def accounts(people: People, home: npt.NDArray[np.int64], rng: np.random.Generator) -> pd.DataFrame:
    """The table customers: one row per account, so that people with two channels stand there twice.

    Further columns for the truth: person, written (``hangul``, ``latin``, or ``romanised`` for a Korean name in Latin
    letters).
    """
    contacts = make_contacts(people.number, home, rng)
    parts = []
    for channel, habit, ids in (("store", 1, people.store_accounts), ("web", 0, people.web_accounts)):
        mine = np.flatnonzero(people.habit != habit)
        second = channel == "web"
        now = [
            _changed(contacts[n], int(people.number[n]), draw) if second and people.habit[n] == 2 else contacts[n]
            for n, draw in zip(mine, rng.integers(0, 2**31, (len(mine), 4)), strict=True)
        ]
        written = _written(now, channel, rng)
        parts.append(written.assign(customer_id=ids[mine], person=people.number[mine], place=mine))
    both = pd.concat(parts, ignore_index=True)
    place = both.pop("place").to_numpy()
    told = rng.random(len(both)) < 0.6
    return both.assign(
        gender=np.array(["f", "m"])[rng.integers(0, 2, len(people))][place],
        joined_at=people.joined_on().astype("datetime64[D]")[place],
        acquisition_source=people.source[place],
        household_id=pd.Series(np.char.add("H", home[place].astype(str))).where(told),
        referrer_id=_referrers(people, rng).to_numpy()[place],
    )


def doubles(known: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Second accounts of some people in the same channel: a slip, another phone or address, a field left out."""
    again = known[rng.random(len(known)) < DOUBLE].copy().reset_index(drop=True)
    size = len(again)
    slips = rng.random((4, size))
    where, kind = rng.integers(0, 50, (2, size))
    digits = rng.integers(0, 2**31, (size, 4))
    name = [
        mistyped(text, int(w), int(k)) if isinstance(text, str) and s < 0.45 else text
        for text, w, k, s in zip(again["name"], where, kind, slips[0], strict=True)
    ]
    email = [
        (mistyped(text.split("@")[0], int(w) + 3, int(k)) + "@" + text.split("@")[1] if s < 0.25 else text.upper())
        if isinstance(text, str) and s < 0.6
        else None
        for text, w, k, s in zip(again["email"], where, kind, slips[1], strict=True)
    ]
    phone = [
        written_phone(new_phone(int(person)), int(k)) if s < 0.35 else text if s < 0.85 else None
        for text, person, k, s in zip(again["phone"], again["person"], kind, slips[2], strict=True)
    ]
    address = [
        written_address(*moved_to, int(k)) if s < 0.35 else text if s < 0.8 else None
        for text, moved_to, k, s in zip(again["address"], map(moved, digits), kind, slips[3], strict=True)
    ]
    changed = pd.DataFrame({"name": name, "email": email, "phone": phone, "address": address}, dtype=object)
    return again.assign(customer_id=again["customer_id"] + "D", **{field: changed[field] for field in changed.columns})


def _changed(contact: Contact, number: int, draw: npt.NDArray[np.int64]) -> Contact:
    """A person as he is when he fills in the second form: another address, telephone or place for letters."""
    chance = (draw % 1_000) / 1_000
    if chance[0] < _MOVED:
        place, road, house, flat = moved(draw)
        contact = replace(contact, place=place, road=road, house=house, flat=flat)
    if chance[1] < _NEW_PHONE:
        contact = replace(contact, phone=new_phone(number))
    if chance[2] < _ANOTHER_MAIL:
        contact = replace(contact, local=f"{contact.local[::-1].strip('._')}{number % 10}")
    return contact


def _written(contacts: list[Contact], channel: str, rng: np.random.Generator) -> pd.DataFrame:
    """How people filled in a form of a channel."""
    size = len(contacts)
    slip, latin, masked = rng.random((3, size))
    styles = rng.integers(0, 840, (3, size))
    told = {field: rng.random(size) < share for field, share in _ASKS[channel].items()}
    names, scripts = [], []
    for n, contact in enumerate(contacts):
        name, script = contact.name, "latin" if contact.western else "hangul"
        if not contact.western and channel == "web" and latin[n] < _LATIN:
            name, script = romanised(contact, int(styles[0, n])), "romanised"
        if slip[n] < _SLIP:
            name = mistyped(name, int(styles[0, n]), int(styles[1, n]))
        if masked[n] < _MASKED and len(name) > 2:
            name = name[0] + "*" * (len(name) - 2) + name[-1]
        names.append(name)
        scripts.append(script)
    return pd.DataFrame(
        {
            "name": names,
            "email": pd.Series([c.email for c in contacts], dtype=object).where(told["email"]),
            "phone": pd.Series(
                [written_phone(c.phone, int(s)) for c, s in zip(contacts, styles[1], strict=True)], dtype=object
            ).where(told["phone"]),
            "address": pd.Series(
                [
                    written_address(c.place, c.road, c.house, c.flat, int(s))
                    for c, s in zip(contacts, styles[2], strict=True)
                ],
                dtype=object,
            ).where(told["address"]),
            "birth_date": pd.Series([c.born for c in contacts], dtype="datetime64[s]").where(told["birth_date"]),
            "written": scripts,
        }
    )


def _referrers(people: People, rng: np.random.Generator) -> pd.Series:
    """Account of the friend who brought a person: somebody who was a customer before."""
    order = np.argsort(people.first_week, kind="stable")
    place = np.empty(len(people), dtype="int64")
    place[order] = np.arange(len(people))
    friend = order[np.floor(place * rng.random(len(people))).astype("int64")]
    known = (people.source == "friend") & (people.first_week[friend] < people.joined_week)
    return pd.Series(people.main_accounts[friend]).where(known)
