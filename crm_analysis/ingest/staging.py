"""Raw table -> staged table: exactly the contract's columns and types, with what could not be read.

Nothing is decided about a row here: a value that cannot be read becomes NULL, and the row says so in
``parse_problem``. Cleaning takes it from there.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import ibis
import ibis.expr.types as ir

from crm_analysis.contract import TableSpec
from crm_analysis.errors import IngestError
from crm_analysis.ingest.buyers import buyer_notes, buyer_of
from crm_analysis.ingest.dates import canonical_time, timestamp_of
from crm_analysis.ingest.dialect import from_micros, instant_to_local
from crm_analysis.ingest.ids import id_of, is_damaged_id, pseudonymised
from crm_analysis.ingest.numbers import boolean_of, is_blank, number_of
from crm_analysis.ingest.order_amounts import with_amounts
from crm_analysis.ingest.profile import Profile, profile_source
from crm_analysis.ingest.shapes import looks_personal, masked
from crm_analysis.ingest.source import Source
from crm_analysis.messages import _
from crm_analysis.warehouse import Engine, collect
from crm_analysis.warehouse.engine import EXTRA_COLUMN, SOURCE_COLUMN

__all__ = ["Staged", "stage"]

_SHOWN = ("ordered_at", "amount", "quantity", "unit_price")
_FIRST = ("customer_id", *_SHOWN)
_TOTALS = r"(?i)^\s*(합 *계|총 *계|총 *합 *계|소 *계|totals?|grand total|sub-?total|sum)\s*:?\s*$"
_REASONS = {
    "timestamp": "not_a_date",
    "date": "not_a_date",
    "number": "not_a_number",
    "integer": "not_a_number",
    "boolean": "not_yes_or_no",
    "id": "damaged_id",
}


@dataclass(frozen=True)
class Staged:
    """A source with the contract's columns and types.

    Attributes
    ----------
    rows
        One row per row of the files: every column of the table (absent ones NULL), ``source_file``,
        ``parse_problem`` (NULL, or ``column:reason``, or ``row:too_many_fields``, ``row:totals_row``) and
        ``raw_value`` (the text behind a problem with a date, amount, quantity or price). Order lines also have
        ``stated_amount`` and ``adjusted_...`` of :mod:`crm_analysis.ingest.order_amounts`.
    mapping
        Contract column to header.
    row_count
        Rows of the source.
    problems
        Number of rows by their first problem.
    pseudonymised
        Whether customer ids that are e-mail addresses or phone numbers were replaced.
    notes
        Sentences to show.
    """

    rows: ir.Table
    mapping: dict[str, str]
    row_count: int
    problems: dict[str, int]
    pseudonymised: bool
    notes: list[str] = field(default_factory=list)


def stage(source: Source, engine: Engine, *, time_zone: str, pseudonym_key: str) -> Staged:
    """Parse a source into the contract's types; the result is stored in the source's scratch folder.

    Parameters
    ----------
    source
        From :func:`crm_analysis.ingest.open_source`.
    engine
        The engine that opened it.
    time_zone
        Of the project: times with a zone of their own are converted to it.
    pseudonym_key
        Secret of the workspace, for ids that name a person.

    Returns
    -------
    Staged

    Raises
    ------
    IngestError
        Dates of which no row tells day from month, or a needed column of which more than half of the
        rows cannot be read.
    """
    profile = profile_source(source)
    parsed = _parsed(source, engine, profile, time_zone, pseudonym_key)
    folder = source.scratch / f"staged_{uuid.uuid4().hex[:12]}"
    stored = engine.read_parquet(engine.write_parquet(parsed, folder))
    rows = _with_problems(stored, source)
    counts = collect(rows.group_by("parse_problem").aggregate(rows=rows.count()))
    found = counts.dropna(subset=["parse_problem"])
    problems = {str(code): int(n) for code, n in zip(found["parse_problem"], found["rows"].tolist(), strict=True)}
    total = int(counts["rows"].sum())
    staged = Staged(rows, source.mapping, total, problems, profile.has_persons, [*source.notes, *profile.notes])
    _refuse_unreadable(staged, source)
    staged.notes.extend(_problem_notes(staged, source))
    if "_known_by" in stored.columns:
        staged.notes.extend(buyer_notes(stored.filter(~stored["_totals"]), source.name))
    if source.table.name != "order_lines":
        return staged
    rows, notes = with_amounts(rows, source, engine)
    staged.notes.extend(notes)
    return replace(staged, rows=rows)


def _parsed(source: Source, engine: Engine, profile: Profile, time_zone: str, key: str) -> ir.Table:
    """Mapped columns in their types, beside what tells later why one is NULL."""
    table = source.raw
    times = [name for name in source.mapping if source.table[name].type in ("timestamp", "date")]
    texts = [name for name in times if _needs_text(source, name)]
    table = table.mutate(
        **{
            f"_time_{name}": canonical_time(
                _text(source, table, name),
                engine,
                day_first=profile.day_first.get(name, False),
                date_format=profile.date_format,
            )
            for name in texts
        }
    )
    columns: dict[str, ir.Value] = {}
    for name in source.mapping:
        columns[name] = _value(source, engine, profile, table, name, time_zone)
        columns[f"_filled_{name}"] = _filled(source, table, name)
        if name in _SHOWN:
            columns[f"_raw_{name}"] = _text(source, table, name)
    if "customer_id" in columns and profile.has_persons:
        columns["customer_id"] = pseudonymised(columns["customer_id"], key, digits_are_phones=profile.digits_are_phones)
    if source.table.identifiers and "customer_id" in source.table:
        persons = {name: table[header].cast("string") for name, header in source.identifiers.items()}
        columns["customer_id"], columns["_known_by"] = buyer_of(columns.get("customer_id"), persons, key)
    extra = ibis.literal(False)
    if EXTRA_COLUMN in table.columns:
        extra = table[EXTRA_COLUMN].re_search(r"\S").fill_null(False)
    return table.select(
        **columns, source_file=table[SOURCE_COLUMN], _extra=extra, _totals=_is_totals_row(source, table)
    )


def _text(source: Source, table: ir.Table, name: str) -> ir.StringValue:
    column = table[source.mapping[name]]
    return column if column.type().is_string() else column.cast("string")


def _needs_text(source: Source, name: str) -> bool:
    kind = source.raw[source.mapping[name]].type()
    return not kind.is_temporal() and not (kind.is_integer() and source.mapping[name] in source.nanoseconds)


def _filled(source: Source, table: ir.Table, name: str) -> ir.BooleanValue:
    """Whether the source has something to read there; for an id, whether a spreadsheet damaged it."""
    column = table[source.mapping[name]]
    kind = source.table[name].type
    if kind == "text" or not column.type().is_string():
        return ibis.literal(False) if kind in ("text", "id") else column.notnull() & ~_is_nan(column)
    return is_damaged_id(column).fill_null(False) if kind == "id" else ~is_blank(column)


def _is_nan(column: ir.Value) -> ir.BooleanValue:
    return column.isnan().fill_null(False) if column.type().is_floating() else ibis.literal(False)


def _value(source: Source, engine: Engine, profile: Profile, table: ir.Table, name: str, time_zone: str) -> ir.Value:
    kind = source.table[name].type
    column = table[source.mapping[name]]
    is_text = column.type().is_string()
    if kind in ("timestamp", "date"):
        moment = _time(source, engine, table, name, time_zone)
        return moment.cast("date") if kind == "date" else moment
    if kind == "id":
        return _id(column)
    if kind == "text":
        text = column.cast("string").replace("\u00a0", " ").strip()
        return text.nullif("")
    if kind == "boolean":
        return boolean_of(column) if is_text else column.cast("float64") != 0
    number = number_of(column, decimal=profile.decimal) if is_text else _number(column)
    if kind == "integer":
        return ibis.ifelse(number == number.round(), number.round().cast("int64"), ibis.null("int64"))
    return number


def _time(source: Source, engine: Engine, table: ir.Table, name: str, time_zone: str) -> ir.TimestampValue:
    header = source.mapping[name]
    column = table[header]
    if f"_time_{name}" in table.columns:
        return timestamp_of(table[f"_time_{name}"], engine, time_zone=time_zone)
    if column.type().is_integer():
        column = from_micros(engine, (column / 1000).floor().cast("int64"))
    if header in source.instants:
        return instant_to_local(engine, column, time_zone)
    return column.cast("timestamp(6)")


def _id(column: ir.Value) -> ir.StringValue:
    if column.type().is_floating():
        whole = ibis.ifelse(
            column == column.round(), column.round().cast("int64").cast("string"), column.cast("string")
        )
        return ibis.ifelse(_is_nan(column), ibis.null("string"), whole)
    return id_of(column.cast("string"))


def _number(column: ir.Value) -> ir.FloatingValue:
    if column.type().is_floating():
        return ibis.ifelse(column.isnan(), ibis.null("float64"), column.cast("float64"))
    return column.cast("float64")


def _is_totals_row(source: Source, table: ir.Table) -> ir.BooleanValue:
    """A row with a word for a sum where the customer, the order or the date should be."""
    leading = [
        source.mapping[n] for n in ("customer_id", "order_id", "ordered_at", "product_id") if n in source.mapping
    ]
    first = next(iter(source.samples))
    if first not in source.mapping.values():
        leading.append(first)
    texts = [table[header] for header in leading if source.raw[header].type().is_string()]
    words = [text.re_search(_TOTALS).fill_null(False) for text in texts]
    return ibis.or_(*words) if words else ibis.literal(False)


def _with_problems(stored: ir.Table, source: Source) -> ir.Table:
    mapped = [name for name in _FIRST if name in source.mapping]
    mapped += [
        column.name for column in source.table.columns if column.name in source.mapping and column.name not in mapped
    ]
    failed: list[tuple[ir.BooleanValue, str]] = [
        (stored["_extra"], "row:too_many_fields"),
        (stored["_totals"], "row:totals_row"),
    ]
    raws: list[tuple[ir.BooleanValue, ir.Value]] = []
    for name in mapped:
        reason = _REASONS.get(source.table[name].type)
        if reason is None:
            continue
        condition = stored[name].isnull() & stored[f"_filled_{name}"]
        failed.append((condition, f"{name}:{reason}"))
        if name in _SHOWN:
            raws.append((condition, stored[f"_raw_{name}"]))
    problem = ibis.cases(*failed, else_=ibis.null("string"))
    raw = ibis.cases(*raws, else_=ibis.null("string")) if raws else ibis.null("string")
    flagged = stored.mutate(parse_problem=problem, raw_value=raw)
    shown = ibis.or_(*[flagged["parse_problem"].startswith(f"{name}:") for name in _SHOWN])
    return flagged.select(
        **{column.name: _typed(flagged, source.table, column.name) for column in source.table.columns},
        source_file=flagged["source_file"],
        parse_problem=flagged["parse_problem"],
        raw_value=ibis.ifelse(shown, flagged["raw_value"], ibis.null("string")),
    )


def _typed(rows: ir.Table, table: TableSpec, name: str) -> ir.Value:
    kind = table.ibis_type(name)
    return rows[name].cast(kind) if name in rows.columns else ibis.null(kind)


def _refuse_unreadable(staged: Staged, source: Source) -> None:
    needed = [name for name in source.mapping if name in source.table.required or name in _FIRST]
    for name in needed:
        code = f"{name}:{_REASONS.get(source.table[name].type)}"
        count = staged.problems.get(code, 0)
        if count * 2 > staged.row_count:
            raise _unreadable(staged, source, name, code, count)


def _unreadable(staged: Staged, source: Source, name: str, code: str, count: int) -> IngestError:
    if code.endswith("damaged_id"):
        return IngestError(_damaged_ids(staged, source, name, count))
    facts = _facts(staged, source, name, count)
    example = collect(staged.rows.filter(staged.rows["parse_problem"] == code).select("raw_value").limit(1))[
        "raw_value"
    ]
    text = str(example.iloc[0]) if name in _SHOWN and len(example) else ""
    facts["example"] = masked(text) if looks_personal(text) else text
    messages: dict[str, Callable[[], str]] = {
        "not_a_date": lambda: _(
            "{file}: {count} of {rows} rows of column '{header}' ({column}) are no date, for example '{example}'. "
            'Map another column, or set date_format, for example "%d.%m.%Y %H:%M".',
            **facts,
        ),
        "not_a_number": lambda: _(
            "{file}: {count} of {rows} rows of column '{header}' ({column}) are no number, for example '{example}'. "
            "Map another column, or set decimal or delimiter in crm.toml.",
            **facts,
        ),
        "not_yes_or_no": lambda: _(
            "{file}: {count} of {rows} rows of column '{header}' ({column}) are neither yes nor no. Map another "
            "column, or write true or false.",
            **facts,
        ),
    }
    return IngestError(messages[code.partition(":")[2]]())


def _facts(staged: Staged, source: Source, name: str, count: int) -> dict[str, Any]:
    return {
        "file": source.name,
        "header": source.mapping[name],
        "column": name,
        "count": f"{count:,}",
        "rows": f"{staged.row_count:,}",
    }


def _damaged_ids(staged: Staged, source: Source, name: str, count: int) -> str:
    return _(
        "{file}: in {count} of {rows} rows, column '{header}' ({column}) was rounded by a spreadsheet "
        "(such as 2.3E+17). Export it again with the ids as text.",
        **_facts(staged, source, name, count),
    )


def _problem_notes(staged: Staged, source: Source) -> list[str]:
    notes = [
        _damaged_ids(staged, source, code.partition(":")[0], count)
        for code, count in staged.problems.items()
        if code.endswith(":damaged_id")
    ]
    if count := staged.problems.get("row:too_many_fields"):
        notes.append(
            _(
                "{file}: {count} rows have more fields than the header has columns and were set aside.",
                file=source.name,
                count=f"{count:,}",
            )
        )
    if count := staged.problems.get("row:totals_row"):
        notes.append(_("{file}: {count} rows are totals and were set aside.", file=source.name, count=f"{count:,}"))
    return notes
