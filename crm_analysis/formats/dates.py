"""Dates, months and durations: 9 Jun 2025 and 2025. 6. 9.(월), never 6/9/25."""

from __future__ import annotations

from datetime import date as Date  # noqa: N812 - the function date() has the name here
from datetime import datetime
from typing import Any

from crm_analysis.formats.scale import MISSING, finite, speaks_korean
from crm_analysis.messages import _

__all__ = ["date", "date_range", "day_month", "duration", "month", "short_month"]

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_KOREAN_WEEKDAYS = "월화수목금토일"
_MINUTE, _HOUR, _HOURS_OF_DAY = 60, 3_600, 24


def date(d: Any) -> str:
    """A day: ``9 Jun 2025``, in Korean ``2025. 6. 9.(월)``.

    Parameters
    ----------
    d
        A date, datetime, pandas Timestamp, NumPy datetime64 or ISO text; None and NaT read as a dash.
    """
    day = _day(d)
    if day is None:
        return MISSING
    if speaks_korean():
        return f"{day.year}. {day.month}. {day.day}.({_KOREAN_WEEKDAYS[day.weekday()]})"
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def day_month(d: Any) -> str:
    """A day of a year that the context names: ``9 Jun``, in Korean ``6월 9일``."""
    day = _day(d)
    if day is None:
        return MISSING
    return f"{day.month}월 {day.day}일" if speaks_korean() else f"{day.day} {_MONTHS[day.month - 1]}"


def month(d: Any) -> str:
    """A month: ``Jun 2025``, in Korean ``2025년 6월``."""
    day = _day(d)
    if day is None:
        return MISSING
    return f"{day.year}년 {day.month}월" if speaks_korean() else f"{_MONTHS[day.month - 1]} {day.year}"


def short_month(d: Any) -> str:
    """A month of a year that the context names, for axes: ``Jun``, in Korean ``6월``."""
    day = _day(d)
    if day is None:
        return MISSING
    return f"{day.month}월" if speaks_korean() else _MONTHS[day.month - 1]


def date_range(first: Any, last: Any) -> str:
    """A period of days, both ends included: ``3 to 9 Jun 2025``, in Korean ``2025. 6. 3.~6. 9.``.

    What both ends share is written once.
    """
    start, end = _day(first), _day(last)
    if start is None or end is None or start == end:
        return date(first if end is None or start == end else last if start is None else first)
    if speaks_korean():
        year = "" if start.year == end.year else f"{end.year}. "
        return f"{start.year}. {start.month}. {start.day}.~{year}{end.month}. {end.day}."
    if start.year != end.year:
        begin = date(start)
    elif start.month != end.month:
        begin = day_month(start)
    else:
        begin = str(start.day)
    return _("{first} to {last}", first=begin, last=date(end))


def duration(seconds: Any) -> str:
    """How long something took, in its two largest units: ``3 min 20 s``, in Korean ``3분 20초``."""
    value = finite(seconds)
    if value is None:
        return MISSING
    if value < 10:
        return _("{seconds} s", seconds=f"{round(value, 1):g}")
    whole = round(value)
    if whole < _MINUTE:
        return _("{seconds} s", seconds=whole)
    if whole < _HOUR:
        minutes, rest = divmod(whole, _MINUTE)
        if rest:
            return _("{minutes} min {seconds} s", minutes=minutes, seconds=rest)
        return _("{minutes} min", minutes=minutes)
    return _long_duration(whole)


def _long_duration(seconds: int) -> str:
    hours, minutes = divmod(round(seconds / _MINUTE), _MINUTE)
    if hours < _HOURS_OF_DAY:
        if minutes:
            return _("{hours} h {minutes} min", hours=hours, minutes=minutes)
        return _("{hours} h", hours=hours)
    days, hours = divmod(round(seconds / _HOUR), _HOURS_OF_DAY)
    return _("{days} d {hours} h", days=days, hours=hours) if hours else _("{days} d", days=days)


def _day(d: Any) -> Date | None:
    """The day of anything that names one; None where it is missing."""
    if d is None or d != d:
        return None
    if isinstance(d, str):
        return datetime.fromisoformat(d).date()
    if isinstance(d, datetime):
        return d.date()
    if isinstance(d, Date):
        return d
    day = d.astype("datetime64[D]").item()
    return day if isinstance(day, Date) else None
