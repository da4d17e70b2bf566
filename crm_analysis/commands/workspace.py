"""``init``: a workspace of one's own."""

from __future__ import annotations

import shutil
from pathlib import Path

from rich.console import Console

from crm_analysis.errors import ConfigError
from crm_analysis.messages import _, current_language
from crm_analysis.resources import resource

__all__ = ["init"]

EXAMPLES = {
    "complete-journey": ("complete_journey", "USD", ""),
    "simulated": (
        "simulated",
        "KRW",
        '\n[cleaning]\nsale_status = ["paid"]\nprices_include_tax = true\ntax_rate = 0.1\n',
    ),
}
"""Data set, currency and further settings of an example."""


def _settings(name: str, lang: str, example: str | None) -> str:
    dataset, currency, more = EXAMPLES[example] if example else ("", "KRW" if lang == "ko" else "USD", "")
    head = [
        "[project]",
        f'name = "{name}"',
        f'currency = "{currency}"',
        f'lang = "{lang}"',
    ]
    if example:
        return "\n".join([*head, f'dataset = "{dataset}"', "example = true", more])
    notes = {
        "languages": _("The report can be switched to the other language; each one makes a run a third longer."),
        "source": _("Your order lines: CSV, Excel or Parquet; a pattern such as sales/*.csv takes many files."),
        "columns": _("Left: our names. Right: the headers of your file. Headers that are recognised can be left out."),
        "margin": _("Share of revenue that is profit, until unit_cost is given; without it 30 % is assumed."),
    }
    return "\n".join(
        [
            *head,
            f"# {notes['languages']}",
            "# also_in = []",
            "",
            "[analysis]",
            f"# {notes['margin']}",
            "# margin_rate = 0.30",
            "",
            f"# {notes['source']}",
            "[sources.order_lines]",
            'path = "data/orders.csv"',
            f"# {notes['columns']}",
            '# columns = { customer_id = "customer", ordered_at = "date", amount = "amount" }',
            "",
        ]
    )


def init(folder: Path, example: str | None, lang: str | None) -> None:
    """Make a workspace; nothing that is there is overwritten.

    Raises
    ------
    ConfigError
        The folder has a crm.toml already, or the example is not known.
    """
    if example is not None and example not in EXAMPLES:
        raise ConfigError(
            _("Example '{name}' is not known. Known: {known}.", name=example, known=", ".join(sorted(EXAMPLES)))
        )
    if folder.exists() and not folder.is_dir():
        raise ConfigError(_("{folder} is a file. Give the name of a folder.", folder=str(folder)))
    settings = folder / "crm.toml"
    if settings.exists():
        raise ConfigError(_("{folder} is a workspace already: it has a crm.toml.", folder=str(folder)))
    for name in ("notebooks", "data", "reports"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    for notebook in sorted(resource("notebooks").glob("*.ipynb")):
        target = folder / "notebooks" / notebook.name
        if not target.exists():
            shutil.copyfile(notebook, target)
    (folder / ".gitignore").write_text("data/warehouse/\ndata/simulated/\nreports/\n", encoding="utf-8")
    name = folder.resolve().name.replace('"', "").replace("\\", "")
    settings.write_text(_settings(name, lang or current_language(), example), encoding="utf-8")
    console = Console(highlight=False, markup=False)
    console.print(_("Workspace made in {folder}.", folder=str(folder)), soft_wrap=True)
    if example is None:
        console.print(
            _("Put your orders into {file} and see what is recognised:", file=str(folder / "data" / "orders.csv")),
            soft_wrap=True,
        )
        console.print(f"  crm-analysis check {folder}", soft_wrap=True)
    console.print(_("Then make the report:"))
    console.print(f"  crm-analysis run {folder}", soft_wrap=True)
