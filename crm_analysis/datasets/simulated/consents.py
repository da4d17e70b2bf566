"""Who may be contacted: consent at registration, withdrawn by call or in reply to a contact."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from crm_analysis.datasets.simulated.calendar import FIRST_DAY
from crm_analysis.datasets.simulated.people import People
from crm_analysis.datasets.simulated.worlds import CHANNELS

__all__ = ["FOREVER", "NEVER", "WITHDRAWN", "consent_at_the_start", "given", "withdrawn"]

IntArray = npt.NDArray[np.int64]

FOREVER, NEVER = 1_000_000, -1_000_000
WITHDRAWN = 0.07
"""Share of consents that are taken back by a call in the two years after registration."""
_COLUMNS = ["customer_id", "channel", "purpose", "granted", "changed_at", "basis"]


def consent_at_the_start(people: People, rng: np.random.Generator) -> IntArray:
    """People x channels: the week in which each consent ends unless a contact ends it earlier.

    ``NEVER`` where there was none, ``FOREVER`` where it is not taken back.
    """
    shape = (len(people), len(CHANNELS))
    agreed = rng.random(shape) < np.array(list(CHANNELS.values()))
    back = rng.random(shape) < WITHDRAWN
    week = people.joined_week[:, None] + rng.integers(4, 100, shape)
    found: IntArray = np.where(agreed, np.where(back, week, FOREVER), NEVER)
    return found


def given(known: pd.DataFrame, people: People, until: IntArray, rng: np.random.Generator) -> pd.DataFrame:
    """``consents`` at registration, for every account.

    A person's main account says what holds; further accounts said something earlier, which may be something else.
    """
    place = known["person"].to_numpy() - people.number[0]
    main = known["customer_id"].to_numpy() == people.main_accounts[place]
    morning = known["joined_at"].to_numpy().astype("datetime64[us]") + np.timedelta64(9, "h")
    parts = []
    for number, (channel, share) in enumerate(CHANNELS.items()):
        granted = np.where(main, until[place, number] != NEVER, rng.random(len(known)) < share)
        at = morning + np.where(main, 180, 0).astype("timedelta64[m]")
        parts.append(_rows(known["customer_id"].to_numpy(), channel, granted, at, "form"))
    return pd.concat(parts, ignore_index=True)


def withdrawn(people: People, before: IntArray, after: IntArray, start: int, end: int) -> pd.DataFrame:
    """``consents`` that ended in the weeks from ``start`` on, before ``end``.

    Parameters
    ----------
    before, after
        When each consent ends, as known before these weeks and after them: an earlier end is one by reply.
    """
    parts = []
    monday = np.datetime64(FIRST_DAY).astype("datetime64[us]")
    for number, channel in enumerate(CHANNELS):
        ended = after[:, number]
        gone = np.flatnonzero((ended < end) & (ended != NEVER) & ((ended >= start) | (start == 0)))
        by_reply = ended[gone] < before[gone, number]
        at = monday + (ended[gone] * 7 + np.where(by_reply, 6, 3)).astype("timedelta64[D]") + np.timedelta64(20, "h")
        basis = np.where(by_reply, "reply", "call")
        parts.append(_rows(people.main_accounts[gone], channel, np.zeros(len(gone), dtype=bool), at, basis))
    return pd.concat(parts, ignore_index=True)


def _rows(
    who: npt.NDArray[np.object_],
    channel: str,
    granted: npt.NDArray[np.bool_],
    at: npt.NDArray[np.datetime64],
    basis: str | npt.NDArray[np.str_],
) -> pd.DataFrame:
    frame = pd.DataFrame({"customer_id": who, "granted": granted, "changed_at": at, "basis": basis})
    return frame.assign(channel=channel, purpose="advertising")[_COLUMNS]
