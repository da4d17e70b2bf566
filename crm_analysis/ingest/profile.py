"""What all rows together say about a source: day or month first, the decimal sign, ids that name persons."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

import ibis.expr.types as ir

from crm_analysis.errors import IngestError
from crm_analysis.ingest.dates import DateFormat, day_month_evidence, parse_date_format
from crm_analysis.ingest.ids import personal_evidence
from crm_analysis.ingest.numbers import decimal_evidence
from crm_analysis.ingest.source import Source
from crm_analysis.messages import _
from crm_analysis.warehouse import collect

__all__ = ["Profile", "profile_source"]


_PERSONAL = ("email", "phone", "name", "resident")
_KINDS = ("first", "second", "unknown", "comma", "dot", "email", "phone", "digits", "name", "resident")


@dataclass(frozen=True)
class Profile:
    """Decisions for a whole source.

    Attributes
    ----------
    day_first
        Per column of dates: whether 03/04/2025 is in April.
    decimal
        "." or ",".
    date_format
        The one set in crm.toml.
    has_persons, digits_are_phones
        Whether customer ids hold e-mail addresses or phone numbers, and whether plain digits do.
    notes
        Sentences to show.
    """

    day_first: dict[str, bool]
    decimal: str
    date_format: DateFormat | None
    has_persons: bool
    digits_are_phones: bool
    notes: list[str] = field(default_factory=list)


def profile_source(source: Source) -> Profile:
    """Look once at all rows of a source.

    Returns
    -------
    Profile

    Raises
    ------
    IngestError
        Dates like 03/04/2025 of which no row tells the day from the month, or a ``date_format`` that is
        not understood.
    """
    settings = source.settings
    date_format = parse_date_format(settings.date_format) if settings.date_format else None
    dates = [] if date_format else _text_columns(source, "timestamp", "date")
    numbers = [] if settings.decimal else _text_columns(source, "number", "integer")
    evidence = {name: day_month_evidence(source.raw[source.mapping[name]]) for name in dates}
    evidence.update({name: decimal_evidence(source.raw[source.mapping[name]]) for name in numbers})
    if "customer_id" in source.mapping:
        evidence["customer_id"] = personal_evidence(source.raw[source.mapping["customer_id"]].cast("string"))
    counts = _counts(source.raw, evidence)
    commas = sum(counts[name, "comma"] for name in numbers)
    dots = sum(counts[name, "dot"] for name in numbers)
    decimal = settings.decimal or ("," if commas and not dots else ".")
    written = sum(counts["customer_id", kind] for kind in _PERSONAL)
    digits = counts["customer_id", "digits"]
    phones = digits > 0 and (digits + counts["customer_id", "phone"]) * 2 > counts["customer_id", "all"]
    notes = []
    if written or phones:
        notes.append(
            _(
                "{file}: column '{header}' holds names, e-mail addresses, phone or resident numbers; they were "
                "replaced by pseudonyms.",
                file=source.name,
                header=source.mapping["customer_id"],
            )
        )
    first = {name: _day_first(source, name, counts) for name in dates}
    return Profile(first, decimal, date_format, bool(written) or phones, phones, notes)


def _text_columns(source: Source, *kinds: str) -> list[str]:
    return [
        name
        for name, header in source.mapping.items()
        if source.table[name].type in kinds and source.raw[header].type().is_string()
    ]


def _counts(raw: ir.Table, evidence: Mapping[str, ir.StringValue]) -> Counter[tuple[str, str]]:
    """Rows by column and what they show; ``all`` counts every row."""
    if not evidence:
        return Counter()
    shown = raw.select(**evidence)
    sums = {f"{name}__{kind}": (shown[name] == kind).sum().fill_null(0) for name in evidence for kind in _KINDS}
    row = collect(shown.aggregate(all=shown.count(), **sums)).iloc[0]
    counts = Counter({(name, kind): int(row[f"{name}__{kind}"]) for name in evidence for kind in _KINDS})
    counts.update({(name, "all"): int(row["all"]) for name in evidence})
    return counts


def _day_first(source: Source, name: str, counts: Counter[tuple[str, str]]) -> bool:
    first, second, unknown = (counts[name, kind] for kind in ("first", "second", "unknown"))
    if first + second + unknown == 0:
        return False
    if first != second:
        return first > second
    header = source.mapping[name]
    column = source.raw[header]
    matching = source.raw.filter(day_month_evidence(column) != "").select(example=column).limit(1)
    example = str(collect(matching)["example"].iloc[0]).strip()
    raise IngestError(
        _(
            "{file}: in column '{header}' ({column}), {count} dates such as '{example}' do not tell the day from the "
            'month. Write date_format = "%d/%m/%Y" or date_format = "%m/%d/%Y" in [sources.{table}] of crm.toml.',
            file=source.name,
            header=header,
            column=name,
            count=f"{first + second + unknown:,}",
            example=example,
            table=source.table.name,
        )
    )
