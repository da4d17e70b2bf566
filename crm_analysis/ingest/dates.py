"""Text that means a date or a time, as expressions that DuckDB and Spark evaluate alike.

Two steps, so that no engine repeats work: :func:`canonical_time` brings any known way of writing to
``YYYY-M-D h:mm:ss`` with what follows it; :func:`timestamp_of` reads that.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from crm_analysis.errors import IngestError
from crm_analysis.ingest.dialect import from_micros, group, micros_of, utc_to_local
from crm_analysis.messages import _
from crm_analysis.warehouse import Engine

__all__ = [
    "DateFormat",
    "canonical_time",
    "day_month_evidence",
    "parse_date_format",
    "timestamp_of",
]

_NBSP = "\u00a0"
_ISO = r"^\d{4}-\d{2}-\d{2}([ T]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?)?$"
_REST = r"([^0-9].*|)$"
_SERIAL = r"^[2-7]\d{4}(\.\d+)?$"
_NUMERIC_DAY = r"^(\d{1,2})\s*[-./]\s*(\d{1,2})\s*[-./]\s*(\d{4})" + _REST
_HALF = "오전|오후|AM|PM|am|pm|Am|Pm|a\\.m\\.|p\\.m\\."
_TAIL = (
    r"^(\d{4}-\d{1,2}-\d{1,2})(?:[T ,]+(\d{1,2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?)\d* *"
    rf"({_HALF})? *(Z|UTC|GMT|[+-]\d{{2}}:?\d{{2}}|[+-]\d{{2}})?(?: *\(?[A-Z]{{3,4}}\)?)?)?$"
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAY_SECONDS = 86_400
_SERIAL_OF_1970 = 25_569


@dataclass(frozen=True)
class DateFormat:
    """A ``date_format`` of crm.toml: patterns with the group numbers of the parts they hold."""

    patterns: tuple[tuple[str, str], ...]
    names_months: bool


def canonical_time(
    text: ir.StringValue, engine: Engine, *, day_first: bool, date_format: DateFormat | None = None
) -> ir.StringValue:
    """Bring text to ``YYYY-M-D[ h:mm[:ss]]`` with AM, PM or zone behind it; what is not known stays as it is.

    Parameters
    ----------
    text
        As in the source.
    engine
        Which evaluates it.
    day_first
        Whether 03/04/2025 is in April.
    date_format
        The only way of writing to accept, if set.
    """
    g = [group(engine, number) for number in range(10)]
    clean = text.replace(_NBSP, " ").strip()
    if date_format is not None:
        clean = _numbered_months(clean) if date_format.names_months else clean
        branches = [
            (clean.re_search(p), clean.re_replace(p, re.sub(r"<(\d+)>", lambda m: g[int(m[1])], template)))
            for p, template in date_format.patterns
        ]
        return ibis.cases(*branches, else_="?")
    year_first = r"^(\d{4})\s*[-./년]\s*(\d{1,2})\s*[-./월]\s*(\d{1,2})\s*[.일]?" + _REST
    compact = r"^(\d{4})(\d{2})(\d{2})(?:\.0)?" + _REST
    compact_time = r"^(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})$"
    numeric = f"{g[3]}-{g[2]}-{g[1]}{g[4]}" if day_first else f"{g[3]}-{g[1]}-{g[2]}{g[4]}"
    ymd = f"{g[1]}-{g[2]}-{g[3]}"
    found = ibis.cases(
        (clean.re_search(_ISO), clean.replace("T", " ")),
        (clean.re_search(year_first), clean.re_replace(year_first, f"{ymd}{g[4]}")),
        (clean.re_search(_NUMERIC_DAY), clean.re_replace(_NUMERIC_DAY, numeric)),
        (clean.re_search(compact), clean.re_replace(compact, f"{ymd}{g[4]}")),
        (clean.re_search(compact_time), clean.re_replace(compact_time, f"{ymd} {g[4]}:{g[5]}:{g[6]}")),
        (clean.re_search("^[A-Za-z]{3}|[0-9][ -]*[A-Za-z]{3}"), _with_month_name(clean, g)),
        else_=clean,
    )
    half_first = rf"^(\d{{4}}-\d{{1,2}}-\d{{1,2}})[T ,]*({_HALF}) *(\d{{1,2}}:\d{{2}}.*)$"
    half_last = found.re_replace(half_first, f"{g[1]} {g[3]} {g[2]}")
    return ibis.ifelse(text.re_search(_ISO), text.replace("T", " "), half_last)


def timestamp_of(canonical: ir.StringValue, engine: Engine, *, time_zone: str) -> ir.TimestampValue:
    """The time that a canonical text means, NULL where it means none.

    Parameters
    ----------
    canonical
        Column made by :func:`canonical_time`.
    engine
        Which evaluates it.
    time_zone
        Zone of the result; a text that names its own zone is converted to it.
    """
    serial = ((canonical.try_cast("float64") - _SERIAL_OF_1970) * _DAY_SECONDS).round().cast("int64") * 1_000_000
    return ibis.cases(
        (canonical.re_search(_ISO), canonical.try_cast("timestamp(6)")),
        (canonical.re_search(_SERIAL), from_micros(engine, serial)),
        else_=_read_tail(canonical, engine, time_zone),
    )


def day_month_evidence(text: ir.StringValue) -> ir.StringValue:
    """Per row: which part of a date like 03/04/2025 cannot be a month (first, second, unknown), or no text at all."""
    clean = text.replace(_NBSP, " ").strip()
    high = r"(1[3-9]|2\d|3[01])"
    between = r"\s*[-./]\s*"
    return ibis.cases(
        (text.re_search(r"^\d{4}"), ""),
        (clean.re_search(rf"^{high}{between}\d{{1,2}}{between}\d{{4}}"), "first"),
        (clean.re_search(rf"^\d{{1,2}}{between}{high}{between}\d{{4}}"), "second"),
        (clean.re_search(_NUMERIC_DAY), "unknown"),
        else_="",
    )


def parse_date_format(date_format: str) -> DateFormat:
    """Turn a format such as ``%d/%m/%Y %H:%M`` into patterns that both engines understand.

    Raises
    ------
    IngestError
        A directive that is not supported, or no year or month.
    """
    directives = {
        "Y": r"(\d{4})", "y": r"(\d{2})", "m": r"(\d{1,2})", "d": r"(\d{1,2})", "e": r"(\d{1,2})",
        "H": r"(\d{1,2})", "I": r"(\d{1,2})", "M": r"(\d{2})", "S": r"(\d{2})", "f": r"(\d{1,6})",
        "b": r"m(\d{2})", "B": r"m(\d{2})", "p": rf"({_HALF})", "z": r"(Z|[+-]\d{2}:?\d{2})",
    }  # fmt: skip
    expanded = date_format.replace("%F", "%Y-%m-%d").replace("%T", "%H:%M:%S").replace("%R", "%H:%M")
    pattern = "^"
    groups: dict[str, int] = {}
    for part in re.findall(r"%-?.|[^%]+|%", expanded):
        letter = part[-1]
        if not part.startswith("%"):
            pattern += re.sub(r"(\\ |\s)+", r"\\s+", re.escape(part))
        elif part == "%%":
            pattern += "%"
        elif letter in directives and part != "%":
            canonical = {"e": "d", "b": "m", "B": "m", "I": "H"}.get(letter, letter)
            groups[canonical] = len(groups) + 1
            pattern += directives[letter]
        else:
            raise _bad_format(date_format)
    if not {"Y", "y"} & groups.keys() or "m" not in groups or pattern.count("(") < len(groups):
        raise _bad_format(date_format)
    names = "%b" in expanded or "%B" in expanded
    if "Y" in groups:
        return DateFormat(((f"{pattern}$", _template(groups, f"<{groups['Y']}>")),), names)
    before, _year, after = pattern.partition(r"(\d{2})") if groups["y"] == 1 else _at_group(pattern, groups["y"])
    ours = (f"{before}([0-5]\\d|6[0-8]){after}$", _template(groups, f"20<{groups['y']}>"))
    last = (f"{before}(69|[7-9]\\d){after}$", _template(groups, f"19<{groups['y']}>"))
    return DateFormat((ours, last), names)


def _at_group(pattern: str, number: int) -> tuple[str, str, str]:
    starts = [match.start() for match in re.finditer(r"(?<!\\)\((?!\?)", pattern)]
    at = starts[number - 1]
    return pattern[:at], pattern[at : at + 7], pattern[at + 7 :]


def _template(groups: dict[str, int], year: str) -> str:
    day = f"<{groups['d']}>" if "d" in groups else "01"
    text = f"{year}-<{groups['m']}>-{day}"
    if "H" in groups:
        text += f" <{groups['H']}>:" + (f"<{groups['M']}>" if "M" in groups else "00")
        text += f":<{groups['S']}>" if "S" in groups else ""
        text += f".<{groups['f']}>" if "f" in groups and "S" in groups else ""
        text += f" <{groups['p']}>" if "p" in groups else ""
        text += f" <{groups['z']}>" if "z" in groups else ""
    return text


def _bad_format(date_format: str) -> IngestError:
    return IngestError(
        _(
            'date_format = "{format}" is not understood. Use %Y or %y, %m or %b, %d, %H, %I, %M, %S, %f, %p and %z, '
            'for example "%d/%m/%Y %H:%M".',
            format=date_format,
        )
    )


def _numbered_months(text: ir.StringValue) -> ir.StringValue:
    for number, name in enumerate(_MONTHS, start=1):
        text = text.re_replace(rf"(?i)\b{name}[a-z]*\.?", f"m{number:02d}")
    return text


def _with_month_name(text: ir.StringValue, g: list[str]) -> ir.StringValue:
    """Text such as "9 Jun 2025" or "Mon, Jun 9, 2025 3:05 PM"."""
    weekday = r"(?i)^(mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,? +"
    plain = _numbered_months(
        text.re_replace(weekday, "").re_replace(r"(?i)([0-9])(st|nd|rd|th)\b", g[1]).replace("-", " ")
    )
    named = plain.re_replace(r"^(\d{1,2})[ ,]*m(\d{2})[ ,]*(\d{4})" + _REST, f"{g[3]}-{g[2]}-{g[1]}{g[4]}")
    return named.re_replace(r"^m(\d{2})[ ,]*(\d{1,2})[ ,]+(\d{4})" + _REST, f"{g[3]}-{g[1]}-{g[2]}{g[4]}")


def _read_tail(canonical: ir.StringValue, engine: Engine, time_zone: str) -> ir.TimestampValue:
    g = [group(engine, number) for number in range(5)]
    base = ibis.ifelse(
        canonical.re_search(_TAIL), canonical.re_replace(_TAIL, f"{g[1]} {g[2]}").strip(), ibis.null("string")
    )
    half = canonical.re_extract(_TAIL, 3).lower().replace(".", "")
    hour = base.re_extract(r" (\d{1,2}):", 1).try_cast("int64").fill_null(0)
    zone = canonical.re_extract(_TAIL, 4)
    afternoon = half.isin(["pm", "오후"]) & (hour < 12)
    midnight = half.isin(["am", "오전"]) & (hour == 12)
    shift = ibis.cases((afternoon, _DAY_SECONDS // 2), (midnight, -_DAY_SECONDS // 2), else_=0)
    offset = _part(zone, 2) * 3600 + _part(zone, 3) * 60
    seconds = shift - ibis.ifelse(zone.startswith("-"), -offset, offset)
    moved = from_micros(engine, micros_of(engine, base.try_cast("timestamp(6)")) + seconds.cast("int64") * 1_000_000)
    return ibis.ifelse(zone.length() > 0, utc_to_local(engine, moved, time_zone), moved)


def _part(zone: ir.StringValue, number: int) -> ir.IntegerValue:
    return zone.re_extract(r"^([+-])(\d{2}):?(\d{2})?$", number).try_cast("int64").fill_null(0)
