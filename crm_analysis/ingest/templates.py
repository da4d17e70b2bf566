"""A table of the contract as a filled-in workbook in the language in use, ready to be overwritten and loaded."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from crm_analysis.contract import SOURCE_TABLES, Column, TableSpec
from crm_analysis.errors import ConfigError, IngestError
from crm_analysis.ingest.template_values import example_values
from crm_analysis.messages import _, current_language

__all__ = ["template_header", "write_template"]

_KOREAN = re.compile("[가-힣]")
_LEFT_OUT = {("order_lines", "order_amount")}
"""What stands for columns that are in the example already."""
_WIDTH = 16


def write_template(table: str, target: Path) -> list[str]:
    """Write the example of a table.

    Parameters
    ----------
    table
        Name of the table.
    target
        The .xlsx file; one that exists is never replaced.

    Returns
    -------
    list of str
        The headers.

    Raises
    ------
    ConfigError
        A table that is not part of the contract.
    IngestError
        The file exists, or cannot be written.
    """
    if table not in SOURCE_TABLES:
        raise ConfigError(_("There is no table '{name}'. Tables: {known}.", name=table, known=", ".join(SOURCE_TABLES)))
    if target.exists():
        raise IngestError(_("{file} exists already and was left as it is. Give another name.", file=target.name))
    spec = SOURCE_TABLES[table]
    columns = [column for column in spec.columns if (table, column.name) not in _LEFT_OUT]
    headers = [template_header(column) for column in columns]
    book = Workbook()
    page = book.worksheets[0]
    page.title = table
    _fill(page, [headers, *_rows(spec, columns)])
    for position, column in enumerate(columns, start=1):
        if column.type in ("id", "text"):
            for row in range(2, page.max_row + 200):  # so that ids and phones keep their zeros when typed over
                page.cell(row, position).number_format = "@"
    _fill(book.create_sheet(_("Explanation")), _explained(spec, columns, headers))
    try:
        book.save(target)
    except OSError as error:
        reason = error.strerror or str(error)
        raise IngestError(_("{file} cannot be written: {reason}.", file=target.name, reason=reason)) from error
    return headers


def template_header(column: Column) -> str:
    """The header of a column: its name, or the first Korean word for it that is recognised."""
    if current_language() != "ko":
        return column.name
    return next((alias for alias in column.aliases if _KOREAN.search(alias)), column.name)


def _rows(spec: TableSpec, columns: Sequence[Column]) -> list[list[object]]:
    values = [example_values(spec.name, column.name) for column in columns]
    shown = [[_shown(value) for value in three] for three in values]
    return [list(row) for row in zip(*shown, strict=True)]


def _shown(value: object) -> object:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return value


def _explained(spec: TableSpec, columns: Sequence[Column], headers: Sequence[str]) -> list[list[object]]:
    heads: list[object] = [_("Column"), _("Name in crm.toml"), _("Meaning"), _("Required"), _("Unit"), _("Switches on")]
    rows: list[list[object]] = [
        [
            header,
            column.name,
            column.meaning(),
            _("yes") if column.required else "",
            column.unit,
            column.switches_on() if column.switches_on is not None else "",
        ]
        for header, column in zip(headers, columns, strict=True)
    ]
    return [heads, *rows, [], [_("Grain: {grain}.", grain=spec.grain())]]


def _fill(page: Worksheet, rows: Sequence[Sequence[object]]) -> None:
    for row in rows:
        page.append(list(row))
    for cell in page[1]:
        cell.font = Font(bold=True)
        cell.alignment = Alignment(wrap_text=True)
        page.column_dimensions[get_column_letter(cell.column or 1)].width = _WIDTH
    page.freeze_panes = "A2"
