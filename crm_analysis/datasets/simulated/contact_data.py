"""What people are called, where they are reached, and how differently they write it down each time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from crm_analysis.datasets.simulated.names import (
    CONFUSED,
    FAMILIES,
    GIVEN_FIRST,
    GIVEN_LAST,
    PLACES,
    ROADS,
    WESTERN_FIRST,
    WESTERN_LAST,
)

__all__ = [
    "Contact",
    "make_contacts",
    "mistyped",
    "moved",
    "new_phone",
    "romanised",
    "written_address",
    "written_phone",
]

IntArray = npt.NDArray[np.int64]

_WESTERN = 0.12
_ABBREVIATED = {"특별시": "", "광역시": "", "경기도": "경기", "강원도": "강원", "충청북도": "충북", "전라북도": "전북",
                "경상남도": "경남", "제주도": "제주"}  # fmt: skip
_MAIL = ("mail.simulated.example", "post.simulated.example", "inbox.simulated.example", "simulated.example")
_PHONES = 99_999_989
_STEP = 48_271


@dataclass(frozen=True)
class Contact:
    """A person's contact data as they truly are.

    Attributes
    ----------
    family, given
        Of Korean names, in Hangul; of others in Latin letters.
    western
        Whether the name is not Korean.
    born
        Day of birth.
    local, domain
        The two parts of the e-mail address.
    phone
        Eight digits behind 010.
    place, road, house, flat
        The address: numbers of place and road, of the house, and of the flat (0 where there is none).
    """

    family: str
    given: str
    western: bool
    born: np.datetime64
    local: str
    domain: str
    phone: int
    place: int
    road: int
    house: int
    flat: int

    @property
    def name(self) -> str:
        """The name as the person usually writes it."""
        return f"{self.given} {self.family}" if self.western else self.family + self.given

    @property
    def email(self) -> str:
        """The address of the person's letters."""
        return f"{self.local}@{self.domain}"


def make_contacts(number: IntArray, household: IntArray, rng: np.random.Generator) -> list[Contact]:
    """Contact data of people; those of one household share the address, some of them the telephone.

    Parameters
    ----------
    number
        Running number of each person: e-mail addresses and telephones of two people differ.
    household
        Number of the person whose address each one shares.
    """
    count = len(number)
    weights = np.array([weight for weight, _latin in FAMILIES.values()], dtype="float64")
    family = rng.choice(len(FAMILIES), count, p=weights / weights.sum())
    first, last = rng.integers(0, len(GIVEN_FIRST), count), rng.integers(0, len(GIVEN_LAST), count)
    western = rng.random(count) < _WESTERN
    one, two = rng.integers(0, len(WESTERN_FIRST), count), rng.integers(0, len(WESTERN_LAST), count)
    born = np.datetime64("1950-01-01") + rng.integers(0, 20_000, count).astype("timedelta64[D]")
    place, road = rng.integers(0, len(PLACES), count), rng.integers(0, len(ROADS), count)
    house, flat = rng.integers(1, 180, count), rng.integers(0, 2_000, count)
    flat = np.where(flat < 800, 0, flat)
    shares_phone = rng.random(count) < 0.10
    home = household - number[0]
    families, firsts, lasts = list(FAMILIES), list(GIVEN_FIRST), list(GIVEN_LAST)
    style, mail = rng.integers(0, 4, count), rng.choice(len(_MAIL), count, p=[0.4, 0.3, 0.2, 0.1])
    found = []
    for n in range(count):
        at = int(home[n])
        if western[n]:
            names = (WESTERN_LAST[two[n]], WESTERN_FIRST[one[n]])
            latin = names
        else:
            names = (families[family[n]], firsts[first[n]] + lasts[last[n]])
            latin = (FAMILIES[names[0]][1][0], GIVEN_FIRST[names[1][0]][0] + GIVEN_LAST[names[1][1]][0])
        local = _local(latin, born[n], int(number[n]), int(style[n]))
        phone = _phone(int(number[at] if shares_phone[n] else number[n]))
        home_at = (int(place[at]), int(road[at]), int(house[at]), int(flat[at]))
        found.append(Contact(*names, bool(western[n]), born[n], local, _MAIL[mail[n]], phone, *home_at))
    return found


def _local(latin: tuple[str, str], born: np.datetime64, number: int, style: int) -> str:
    """Name, year of birth and something of one's own: alike for namesakes, never the same for two people."""
    own = np.base_repr(number * _STEP % _PHONES, 36).lower()
    family, given = (word.lower() for word in latin)
    year = str(born)[2:4]
    return (f"{given}.{family}{year}{own}", f"{given}{family[0]}{own}", f"{own}{given}", f"{family}_{own}{year}")[style]


def _phone(number: int, again: int = 0) -> int:
    return (number * _STEP + 11 + again * 49_999_999) % _PHONES


def new_phone(number: int) -> int:
    """A second telephone number of a person; now and then one that somebody else had before."""
    return _phone(number, 1)


def moved(draw: IntArray) -> tuple[int, int, int, int]:
    """Place, road, house and flat after a move; ``draw`` is four random numbers."""
    return int(draw[0] % len(PLACES)), int(draw[1] % len(ROADS)), 1 + int(draw[2] % 180), int(draw[3] % 2_000)


def romanised(contact: Contact, style: int) -> str:
    """A Korean name in Latin letters, in one of the ways that are usual."""
    family = FAMILIES[contact.family][1]
    surname = family[style % len(family)]
    first, last = GIVEN_FIRST[contact.given[0]], GIVEN_LAST[contact.given[1]]
    one, two = first[style % len(first)], last[style % len(last)]
    return (
        f"{one}{two} {surname}",
        f"{surname} {one}-{two}",
        f"{one} {two.title()} {surname}",
        f"{surname} {one}{two}",
    )[style % 4]


def mistyped(text: str, where: int, kind: int) -> str:
    """A name or the like with one slip: a wrong letter, two swapped, one lost, one twice."""
    place = where % max(len(text) - 1, 1)
    if text[place] in CONFUSED or (text[-1:] and text[-1] in CONFUSED):
        place = place if text[place] in CONFUSED else len(text) - 1
        return text[:place] + CONFUSED[text[place]] + text[place + 1 :]
    if kind % 3 == 0 and len(text) > place + 1:
        return text[:place] + text[place + 1] + text[place] + text[place + 2 :]
    return text[:place] + text[place + 1 :] if kind % 3 == 1 and len(text) > 3 else text[: place + 1] + text[place:]


def written_phone(digits: int, style: int) -> str:
    """A telephone number in one of the ways that forms, people and spreadsheets write it."""
    text = f"{digits:08}"
    one, two = text[:4], text[4:]
    return (f"010-{one}-{two}", f"010{one}{two}", f"010-{one}-{two}", f"+82 10-{one}-{two}", f"10{one}{two}",
            f"010 {one} {two}", f"010.{one}.{two}", f"010-{one}-{two}")[style % 8]  # fmt: skip


def written_address(place: int, road: int, house: int, flat: int, style: int) -> str:
    """An address in one of the ways that people write it: short or long, with or without flat and postcode."""
    province, town = PLACES[place]
    if style % 3 == 1:
        for long, short in _ABBREVIATED.items():
            province = province.replace(long, short)
    elif style % 3 == 2:
        province = province.replace("특별시", "시").replace("광역시", "시")
    street = f"{ROADS[road]} {house}" if style % 5 else f"{ROADS[road]}{house}"
    parts = [province, town, street]
    if flat and style % 4:
        block, door = flat // 100 + 100, flat % 100 + 101
        parts.append(f"{block}동 {door}호" if style % 2 else f"{block}-{door}")
    code = f"{10_000 + place * 2_503 + road * 97:05}"
    return " ".join([*parts, code] if style % 7 > 2 else parts)
