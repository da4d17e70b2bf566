"""The contract as a Markdown page, written from the code so that both say the same.

``python -m crm_analysis.contract.page data/contract.md`` writes it anew.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from crm_analysis.contract.columns import Column, TableSpec
from crm_analysis.contract.sources import SOURCE_TABLES
from crm_analysis.messages import _, language

__all__ = ["contract_page"]


def contract_page() -> str:
    """The contract in the language in use.

    Returns
    -------
    str
        Markdown: per table its grain, its key, what it switches on, and its columns.
    """
    parts = [
        "# " + _("The data contract"),
        _(
            "What a table of yours may hold, and what each column makes possible. Only order_lines is needed, and in "
            "it a customer, a time and an amount (or quantity and unit_price). Columns are recognised by their "
            "headers, in English and Korean, or mapped in crm.toml under [sources.TABLE.columns]."
        ),
        _(
            "An id is text that identifies. A timestamp is local to the time zone of the project. Personal columns are "
            "kept in a table of their own and never reach a report."
        ),
        *(_table(spec) for spec in SOURCE_TABLES.values()),
    ]
    return "\n\n".join(parts) + "\n"


def _table(spec: TableSpec) -> str:
    facts = [_("Grain: {grain}.", grain=spec.grain())]
    if spec.key:
        facts.append(_("Key: {columns}.", columns=", ".join(f"`{name}`" for name in spec.key)))
    if spec.switches_on is not None:
        facts.append(_("Switches on: {parts}.", parts=spec.switches_on()))
    headers = [_("Column"), _("Type"), _("Unit"), _("Required"), _("Personal"), _("Meaning"), _("Switches on")]
    lines = [_row(headers), _row(["---"] * len(headers)), *(_row(_cells(column)) for column in spec.columns)]
    return "\n\n".join([f"## `{spec.name}`", " ".join(facts), "\n".join(lines)])


def _cells(column: Column) -> list[str]:
    return [
        f"`{column.name}`",
        column.type,
        column.unit,
        _("yes") if column.required else "",
        _("yes") if column.personal else "",
        column.meaning(),
        column.switches_on() if column.switches_on is not None else "",
    ]


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _main(target: str) -> None:
    with language("en"):
        Path(target).write_text(contract_page(), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    _main(sys.argv[1])
