"""What the shop knows about people: accounts with names, phones and addresses, doubles with typing errors, consents."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from crm_analysis.datasets.simulated.calendar import FIRST_DAY
from crm_analysis.datasets.simulated.people import People

__all__ = ["accounts", "consents", "doubles"]

_FAMILY = ("김", "이", "박", "최", "정", "강", "조", "윤", "장", "임", "한", "오", "서", "신", "권")
_GIVEN = (
    "민준",
    "서연",
    "도윤",
    "하은",
    "지호",
    "수아",
    "예준",
    "지우",
    "현우",
    "채원",
    "건우",
    "유진",
    "성민",
    "은지",
    "태현",
    "소율",
)
_FIRST = (
    "Alex",
    "Sam",
    "Robin",
    "Jamie",
    "Kim",
    "Lee",
    "Dana",
    "Chris",
    "Nora",
    "Milo",
    "Iris",
    "Hugo",
    "Lena",
    "Otto",
    "Rosa",
    "Finn",
)
_LAST = ("Falk", "Brandt", "Okoye", "Silva", "Novak", "Haas", "Moreau", "Rossi", "Lund", "Weber", "Costa", "Marin")
_STREETS = ("가로수길", "은행로", "솔밭길", "Linden Lane", "Mill Road")
_DOUBLE = 0.03


def accounts(people: People, rng: np.random.Generator) -> pd.DataFrame:
    """The table customers: one row per account, so that people with two channels stand there twice."""
    count = len(people)
    latin = rng.random(count) < 0.15
    korean = np.char.add(np.array(_FAMILY)[rng.integers(0, len(_FAMILY), count)],
                         np.array(_GIVEN)[rng.integers(0, len(_GIVEN), count)])  # fmt: skip
    western = np.char.add(np.char.add(np.array(_FIRST)[rng.integers(0, len(_FIRST), count)], " "),
                          np.array(_LAST)[rng.integers(0, len(_LAST), count)])  # fmt: skip
    digits = people.number.astype(str)
    born = np.datetime64("1950-01-01") + rng.integers(0, 19_000, count).astype("timedelta64[D]")
    person = pd.DataFrame(
        {
            "name": np.where(latin, western, korean),
            "email": np.char.add(np.char.add("shopper", digits), "@simulated.example"),
            "phone": _phones(people.number),
            "address": [f"{_STREETS[n % 5]} {n % 97 + 1}" for n in people.number],
            "birth_date": born.astype("datetime64[D]"),
            "gender": np.array(["f", "m"])[rng.integers(0, 2, count)],
            "joined_at": people.joined_on().astype("datetime64[D]"),
            "acquisition_source": people.source,
            "household_id": np.char.add("H", (people.number // 2 * 2 + (rng.random(count) < 0.7)).astype(str)),
            "referrer_id": _referrers(people, rng),
            "person": people.number,
        }
    )  # fmt: skip
    store = person[people.habit != 1].assign(customer_id=people.store_accounts[people.habit != 1])
    web = person[people.habit != 0].assign(customer_id=people.web_accounts[people.habit != 0])
    both: pd.DataFrame = pd.concat([store, web], ignore_index=True)
    return both


def _referrers(people: People, rng: np.random.Generator) -> pd.Series:
    """Account of the friend who brought a person: somebody who was a customer before."""
    order = np.argsort(people.first_week, kind="stable")
    place = np.empty(len(people), dtype="int64")
    place[order] = np.arange(len(people))
    friend = order[np.floor(place * rng.random(len(people))).astype("int64")]
    known = (people.source == "friend") & (people.first_week[friend] < people.first_week)
    return pd.Series(people.main_accounts[friend]).where(known)


def doubles(known: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Second accounts of some people in the same channel: a letter off, another phone, a new address."""
    again = known[rng.random(len(known)) < _DOUBLE].copy()
    cut = rng.integers(0, 2, len(again))
    names = [name[:-1] + name[-1] * 2 if c else name for name, c in zip(again["name"], cut, strict=True)]
    moved = rng.random(len(again)) < 0.5
    changed: pd.DataFrame = again.assign(
        customer_id=again["customer_id"] + "D",
        name=names,
        phone=np.where(moved, "010-9" + again["phone"].str[5:], again["phone"].str.replace("-", "")),
        address=np.where(moved, "Harbour Street 5", again["address"]),
        email=np.where(cut == 1, again["email"], again["email"].str.upper()),
    ).reset_index(drop=True)
    return changed


def consents(known: pd.DataFrame, weeks: int, rng: np.random.Generator) -> pd.DataFrame:
    """Consent to advertising per channel at registration, withdrawn by some later."""
    parts = []
    for channel, share in (("email", 0.62), ("sms", 0.48), ("app_push", 0.35), ("phone", 0.22), ("messenger", 0.40)):
        asked = known[["customer_id", "joined_at"]].copy()
        granted = rng.random(len(asked)) < share
        first = asked.assign(granted=granted, changed_at=asked["joined_at"].astype("datetime64[us]"), basis="form")
        gone = first[granted & (rng.random(len(asked)) < 0.07)].copy()
        days = rng.integers(30, 700, len(gone)).astype("timedelta64[D]")
        gone = gone.assign(granted=False, changed_at=gone["changed_at"].to_numpy() + days, basis="call")
        parts.append(pd.concat([first, gone]).assign(channel=channel, purpose="advertising"))
    columns = ["customer_id", "channel", "purpose", "granted", "changed_at", "basis"]
    found: pd.DataFrame = pd.concat(parts, ignore_index=True)[columns]
    end = pd.Timestamp(FIRST_DAY) + pd.Timedelta(days=7 * weeks)
    return found[found["changed_at"] < end].reset_index(drop=True)


def _phones(number: npt.NDArray[np.int64]) -> npt.NDArray[np.str_]:
    middle = np.char.add("010-", _four(number // 10_000 + 1000))
    return np.char.add(np.char.add(middle, "-"), _four(number))


def _four(number: npt.NDArray[np.int64]) -> npt.NDArray[np.str_]:
    return np.char.zfill((number % 10_000).astype(str), 4)
