"""Which header of a source is which column of the contract."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from crm_analysis.contract.columns import Column, TableSpec
from crm_analysis.errors import IngestError
from crm_analysis.ingest.header import normalise_header
from crm_analysis.ingest.shapes import Shape, looks_personal, masked, shape_of
from crm_analysis.messages import _

__all__ = ["Suggestion", "known_headers", "map_columns", "missing_columns", "refuse_missing", "suggest_mapping"]

_SHOWN = 5
_SHAPES: dict[str, tuple[Shape, ...]] = {
    "customer_id": ("code", "email", "phone"),
    "ordered_at": ("date",),
    "amount": ("amount",),
    "quantity": ("count",),
    "unit_price": ("amount",),
    "order_id": ("code",),
    "product_id": ("code",),
}
_PERSONAL_HEADER = re.compile(
    r"(수취인|수령인|주문자|구매자|받는|보내는|고객|회원|예금주).*(명|이름|분|주소|전화|연락처|휴대)|주소|생년월일|주민|이메일"
    r"|(billing|shipping|recipient|buyer|customer|contact|first|last|full|user).*(name|phone|street|address|company)"
    r"|e-?mail|address|birth|phone",
    re.IGNORECASE,
)
_BY_TYPE: dict[str, tuple[Shape, ...]] = {
    "id": ("code", "email", "phone"),
    "timestamp": ("date",),
    "date": ("date",),
    "number": ("amount", "count"),
    "integer": ("count", "amount"),
    "boolean": ("flag",),
    "text": ("text",),
}


@dataclass(frozen=True)
class Suggestion:
    """One header of a source, with what it seems to be.

    Attributes
    ----------
    header
        As in the file.
    examples
        Up to five different values; those that look personal are masked.
    column
        Column of the contract, None where nothing fits.
    certainty
        ``set`` in crm.toml, ``name`` recognised, guessed by ``values``, or ``none``.
    """

    header: str
    examples: tuple[str, ...]
    column: str | None
    certainty: Literal["set", "name", "values", "none"]


def known_headers(table: TableSpec, columns: Mapping[str, str]) -> frozenset[str]:
    """All headers that a table recognises, normalised: names, aliases and those set in crm.toml."""
    names = {
        normalise_header(name)
        for column in (*table.columns, *table.identifiers)
        for name in (column.name, *column.aliases)
    }
    return frozenset(names | {normalise_header(header) for header in columns.values()})


def map_columns(table: TableSpec, headers: Sequence[str], columns: Mapping[str, str], *, file: str) -> dict[str, str]:
    """Contract columns found among the headers: set ones first, then names, then aliases.

    Parameters
    ----------
    table
        The table of the contract.
    headers
        As in the file.
    columns
        ``columns`` of the source's settings: contract column to header.
    file
        Name for messages.

    Returns
    -------
    dict
        Contract column to header; a header serves one column.

    Raises
    ------
    IngestError
        A column that is no column of the contract, a header that is not in the file, or one given to two columns.
    """
    mapping: dict[str, str] = {}
    for column, wanted in columns.items():
        if column not in table and column not in {spec.name for spec in table.identifiers}:
            raise _not_in_contract(table, column)
        header = _header(headers, wanted, column, file)
        twice = next((name for name, other in mapping.items() if other == header), None)
        if twice is not None:
            raise IngestError(
                _(
                    "{file}: column '{header}' is given to both '{first}' and '{second}'. Correct columns in crm.toml.",
                    file=file,
                    header=header,
                    first=twice,
                    second=column,
                )
            )
        mapping[column] = header
    taken = set(mapping.values())
    by_name: dict[str, str] = {}
    for header in headers:
        by_name.setdefault(normalise_header(header), header)
    own = {normalise_header(column.name) for column in table.columns}
    for spec in (*table.columns, *table.identifiers):
        if spec.name in mapping:
            continue
        found = [by_name.get(normalise_header(alias)) for alias in (spec.name, *spec.aliases)]
        free = [header for header in found if header is not None and header not in taken]
        # A header that is another column's own name is taken only where nothing else fits.
        best = next((h for h in free if normalise_header(h) not in own - {normalise_header(spec.name)}), None)
        if free:
            mapping[spec.name] = best or free[0]
            taken.add(mapping[spec.name])
    return _price_or_amount(mapping)


def missing_columns(table: TableSpec, mapping: Mapping[str, str]) -> list[str]:
    """Required columns that are not mapped; for order_lines also an amount, or quantity with unit_price.

    An e-mail address or a phone number tells who the customer is, too, and so does the order of a contact.
    """
    missing = [name for name in table.required if name not in mapping]
    known = {"customer_email", "customer_phone"} & mapping.keys()
    if "customer_id" in missing and (known or (table.name == "contacts" and "order_id" in mapping)):
        missing.remove("customer_id")
    has_amount = {"amount", "order_amount"} & mapping.keys() or {"quantity", "unit_price"} <= mapping.keys()
    if table.name == "order_lines" and not has_amount:
        missing.append("amount")
    return missing


def refuse_missing(
    table: TableSpec, mapping: Mapping[str, str], samples: Mapping[str, Sequence[str]], *, file: str
) -> None:
    """Refuse a source without its required columns.

    Raises
    ------
    IngestError
        The first missing column, headers that could be it, and the line for crm.toml.
    """
    missing = missing_columns(table, mapping)
    if not missing:
        return
    headers = ", ".join(samples)
    guesses = {name: _candidate(table[name], samples, mapping) for name in missing}
    found = {name: guess for name, guess in guesses.items() if guess is not None}
    if found:
        lines = ", ".join(f'{name} = "{header}"' for name, header in found.items())
        raise IngestError(
            _(
                "{file}: no column was recognised as {missing}. By its values it could be {candidates}. If so, write "
                "in [sources.{table}] of crm.toml: columns = {{ {lines} }}. Columns in the file: {headers}.",
                file=file,
                missing=", ".join(missing),
                candidates=", ".join(f"'{header}'" for header in found.values()),
                table=table.name,
                lines=lines,
                headers=headers,
            )
        )
    raise IngestError(
        _(
            "{file}: no column was recognised as {missing}, and none looks like it. Name it in [sources.{table}] of "
            'crm.toml: columns = {{ {example} = "..." }}. Columns in the file: {headers}.',
            file=file,
            missing=", ".join(missing),
            table=table.name,
            example=missing[0],
            headers=headers,
        )
    )


def suggest_mapping(
    table: TableSpec, samples: Mapping[str, Sequence[str]], columns: Mapping[str, str], *, file: str
) -> list[Suggestion]:
    """What each header of a source seems to be, for ``crm-analysis check``.

    Parameters
    ----------
    table
        The table of the contract.
    samples
        Header to values from the head of the file.
    columns
        ``columns`` of the source's settings.
    file
        Name for messages.

    Returns
    -------
    list of Suggestion
        One per header, in the order of the file.
    """
    mapping = map_columns(table, list(samples), columns, file=file)
    by_header = {header: name for name, header in mapping.items()}
    guessed: dict[str, str] = {}
    for name in [*missing_columns(table, mapping), *(column.name for column in table.columns)]:
        if name in mapping or name in guessed.values() or name not in _SHAPES:
            continue
        header = _candidate(table[name], samples, {**mapping, **{v: k for k, v in guessed.items()}})
        if header is not None:
            guessed[header] = name
    suggestions = []
    for header, values in samples.items():
        column = by_header.get(header) or guessed.get(header)
        personal = (column is not None and table[column].personal) or _names_a_person(header)
        suggestions.append(
            Suggestion(header, _examples(values, personal), column, _certainty(header, columns, by_header, guessed))
        )
    return suggestions


def _certainty(
    header: str, columns: Mapping[str, str], by_header: Mapping[str, str], guessed: Mapping[str, str]
) -> Literal["set", "name", "values", "none"]:
    if header in by_header:
        return "set" if by_header[header] in columns else "name"
    return "values" if header in guessed else "none"


def _names_a_person(header: str) -> bool:
    """Whether a column that is not used is about a person by its name."""
    return _PERSONAL_HEADER.search(header) is not None


def _examples(values: Sequence[str], personal: bool) -> tuple[str, ...]:
    different = list(dict.fromkeys(value.strip() for value in values if value.strip()))[:_SHOWN]
    hide = personal or any(looks_personal(value) for value in values)
    return tuple(masked(value) if hide else value for value in different)


def _header(headers: Sequence[str], wanted: str, column: str, file: str) -> str:
    if wanted in headers:
        return wanted
    same = [header for header in headers if " ".join(header.split()).lower() == " ".join(wanted.split()).lower()]
    if same:
        return same[0]
    near = difflib.get_close_matches(wanted, headers, n=3, cutoff=0.5)
    shown = ", ".join(headers)
    if near:
        raise IngestError(
            _(
                "{file} has no column '{wanted}', which crm.toml names for {column}. Did you mean {near}? "
                "Columns in the file: {headers}.",
                file=file,
                wanted=wanted,
                column=column,
                near=", ".join(f"'{header}'" for header in near),
                headers=shown,
            )
        )
    raise IngestError(
        _(
            "{file} has no column '{wanted}', which crm.toml names for {column}. Columns in the file: {headers}.",
            file=file,
            wanted=wanted,
            column=column,
            headers=shown,
        )
    )


def _not_in_contract(table: TableSpec, column: str) -> IngestError:
    names = [spec.name for spec in table.columns]
    near = difflib.get_close_matches(column, names, n=1, cutoff=0.5)
    return IngestError(
        _(
            "crm.toml maps '{column}', but the table {table} has no such column. {near} is the nearest one; "
            "all of them: {names}.",
            column=column,
            table=table.name,
            near=near[0] if near else names[0],
            names=", ".join(names),
        )
    )


def _price_or_amount(mapping: dict[str, str]) -> dict[str, str]:
    """A lone "price" beside a quantity is the price of one piece, not the amount of the line."""
    header = mapping.get("amount")
    if (
        header is not None
        and normalise_header(header) == "price"
        and "quantity" in mapping
        and "unit_price" not in mapping
    ):
        return {**{name: source for name, source in mapping.items() if name != "amount"}, "unit_price": header}
    return mapping


def _candidate(column: Column, samples: Mapping[str, Sequence[str]], mapping: Mapping[str, str]) -> str | None:
    """The free header whose values fit best: the nearest name among those of the right shape."""
    wanted = _SHAPES.get(column.name, _BY_TYPE[column.type])
    taken = set(mapping.values())
    fitting = [header for header, values in samples.items() if header not in taken and shape_of(values) in wanted]
    if column.name == "amount" and not fitting:
        fitting = [header for header, values in samples.items() if header not in taken and shape_of(values) == "code"]
        fitting = [header for header in fitting if _similar(header, column) > 0.6]
    return max(fitting, key=lambda header: _similar(header, column), default=None)


def _similar(header: str, column: Column) -> float:
    name = normalise_header(header)
    return max(difflib.SequenceMatcher(None, name, normalise_header(a)).ratio() for a in (column.name, *column.aliases))
