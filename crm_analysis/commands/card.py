"""``card``: everything known of one customer, on the terminal."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from crm_analysis import formats as f
from crm_analysis.card import customer_card
from crm_analysis.messages import _
from crm_analysis.project import open_project

__all__ = ["card"]


def card(config: Path, overrides: Mapping[str, Any], customer: str) -> None:
    """Show the card of a customer."""
    with open_project(config, overrides) as project:
        found = customer_card(project, customer)
    console = Console(highlight=False, markup=False)
    record = found.record
    console.print(
        _("Customer {customer}, as of {day}", customer=record.customer_id, day=f.date(record.as_of)), soft_wrap=True
    )
    for part in found.parts:
        console.print()
        console.print(part.title, style="bold")
        if not part.lines:
            console.print(f"  {part.otherwise}", soft_wrap=True)
            continue
        table = Table.grid(padding=(0, 2))
        for label, text in part.lines:
            table.add_row(f"  {label}" if label else " ", text)
        console.print(table)
