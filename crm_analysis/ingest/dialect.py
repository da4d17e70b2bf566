"""The few functions of time and text that DuckDB and Spark write differently."""

from __future__ import annotations

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from crm_analysis.warehouse import Engine

__all__ = ["from_micros", "group", "instant_to_local", "micros_of", "utc_to_local"]

_LOCAL = dt.Timestamp(scale=6)
_INSTANT = dt.Timestamp(timezone="UTC", scale=6)
_builtin = ibis.udf.scalar.builtin
_epoch_us = _builtin(lambda value: ..., name="epoch_us", signature=((_LOCAL,), dt.int64))
_unix_micros = _builtin(lambda value: ..., name="unix_micros", signature=((_LOCAL,), dt.int64))
_make_timestamp = _builtin(lambda value: ..., name="make_timestamp", signature=((dt.int64,), _LOCAL))
_timestamp_micros = _builtin(lambda value: ..., name="timestamp_micros", signature=((dt.int64,), _LOCAL))
_at_zone = _builtin(lambda zone, value: ..., name="timezone", signature=((dt.string, _LOCAL), _INSTANT))
_in_zone = _builtin(lambda zone, value: ..., name="timezone", signature=((dt.string, _INSTANT), _LOCAL))
_from_utc = _builtin(lambda value, zone: ..., name="from_utc_timestamp", signature=((_LOCAL, dt.string), _LOCAL))


def group(engine: Engine, number: int) -> str:
    """How a replacement text refers to a group of its regular expression."""
    return f"${number}" if engine.name == "pyspark" else f"\\{number}"


def micros_of(engine: Engine, value: ir.TimestampValue) -> ir.IntegerValue:
    """Microseconds from 1970 to a time without zone."""
    return (_unix_micros if engine.name == "pyspark" else _epoch_us)(value)


def from_micros(engine: Engine, value: ir.IntegerValue) -> ir.TimestampValue:
    """The time without zone that lies so many microseconds after 1970."""
    return (_timestamp_micros if engine.name == "pyspark" else _make_timestamp)(value)


def utc_to_local(engine: Engine, value: ir.TimestampValue, zone: str) -> ir.TimestampValue:
    """A time without zone that means UTC, as clocks in ``zone`` showed it."""
    if zone == "UTC":
        return value
    if engine.name == "pyspark":
        return _from_utc(value, zone)
    return _in_zone(zone, _at_zone("UTC", value))


def instant_to_local(engine: Engine, value: ir.TimestampValue, zone: str) -> ir.TimestampValue:
    """An instant of a Parquet file, as clocks in ``zone`` showed it."""
    if engine.name == "pyspark":
        return utc_to_local(engine, value.cast(_LOCAL), zone)
    return _in_zone(zone, value.cast(_INSTANT))
