"""What a notebook of the workflow works with: the project, the tables of earlier steps, a place for its own."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import ibis.expr.types as ir
import pandas as pd
from IPython.display import HTML, Markdown, display

from crm_analysis.cleaning import netting_reason, order_line_rules, reference_rules
from crm_analysis.config import Settings
from crm_analysis.contract import SOURCE_TABLES
from crm_analysis.contract.handed_over import HANDED_OVER, SCHEMA_VERSION, check_handed_over, empty_handed_over
from crm_analysis.decisions import assignments
from crm_analysis.errors import StepError
from crm_analysis.features import (
    Margin,
    ProfitLadder,
    advertising_consents,
    item_lines,
    margin_of,
    period,
    profit_ladder,
    year_bounds,
)
from crm_analysis.learning import append_assignments, append_effects, current_effects
from crm_analysis.messages import _
from crm_analysis.narrative.gaps import gaps_of
from crm_analysis.project import Project, open_project
from crm_analysis.warehouse import collect
from crm_analysis.workflow.audience import write_csv
from crm_analysis.workflow.editions import home_of
from crm_analysis.workflow.html_table import escaped, html_table
from crm_analysis.workflow.overrules import read_overrules
from crm_analysis.workflow.run_folder import latest_published
from crm_analysis.workflow.steps import Step, step_of

__all__ = ["StepSession", "open_step"]

WORKBENCH = "workbench"
ROWS_SHOWN = 20
"""Rows of a table on a page; the rest is in the tables of the run."""
ROWS_TOGETHER = 20_000
"""Rows of a group in tables about customers: who looks for one of them reads a group and not the file."""


@dataclass
class StepSession:
    """One step's context. Made by :func:`open_step`.

    Attributes
    ----------
    step
        Which of the eight.
    project
        Settings, warehouse, engine.
    run_dir
        Where its notes go: the run's folder or that of a further language in it, or the workbench when the notebook
        is run by hand.
    """

    step: Step
    project: Project
    run_dir: Path
    note: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def home(self) -> Path:
        """Folder of the run, with the tables."""
        return home_of(self.run_dir)

    @property
    def _told_again(self) -> bool:
        """Whether this is the step in a further language: all that is not words is there already."""
        return self.home != self.run_dir

    @property
    def settings(self) -> Settings:
        """Settings of the project."""
        return self.project.settings

    @property
    def currency(self) -> str:
        """Currency of the project."""
        return self.settings.project.currency

    @cached_property
    def lines(self) -> ir.Table:
        """Order lines up to ``as_of``."""
        lines = self.project.table("order_lines")
        wanted = self.settings.analysis.as_of
        if wanted is None:
            return lines
        return lines.filter(lines["ordered_at"].date() <= wanted)

    @cached_property
    def period(self) -> tuple[date, date]:
        """First and last day with an order line."""
        return period(self.lines)

    @property
    def first(self) -> date:
        """First day of the data."""
        return self.period[0]

    @property
    def as_of(self) -> date:
        """The day that everything looks back from: the setting, else the last day of the data."""
        return self.settings.analysis.as_of or self.period[1]

    def read(self, table: str) -> pd.DataFrame:
        """A table that an earlier step handed over.

        Raises
        ------
        StepError
            That step has not run.
        """
        file = self.home / "tables" / f"{table}.parquet"
        if not file.is_file():
            raise StepError(
                _(
                    "Step {here} needs table '{table}' of step {there}, which is not there. Run step {there} first.",
                    here=self.step.number,
                    table=table,
                    there=HANDED_OVER[table].step,
                )
            )
        frame = pd.read_parquet(file)
        if int(frame.attrs.get("schema_version", SCHEMA_VERSION)) > SCHEMA_VERSION:
            raise StepError(_("Table '{table}' was written by a newer version of crm-analysis. Upgrade.", table=table))
        check_handed_over(table, frame)
        return frame

    def previous(self, table: str) -> pd.DataFrame | None:
        """A handed-over table of the whole run before this one; None where there is none."""
        latest = latest_published(self.settings.reports / self.settings.slug)
        file = None if latest is None else latest.path / "tables" / f"{table}.parquet"
        return pd.read_parquet(file) if file is not None and file.is_file() else None

    def frames(self, *tables: str) -> list[pd.DataFrame]:
        """Ledgers of the warehouse as frames."""
        return [collect(self.project.table(table)) for table in tables]

    def optional(self, table: str) -> ir.Table | None:
        """A table of the warehouse, None where it is missing or empty."""
        return self.project.table(table) if self.project.has(table) else None

    def stored(self, table: str) -> ir.Table | None:
        """A table of the warehouse, also one without rows; None where there never was one.

        For tables that allow something: where every row was set aside nothing is allowed, which is not the same as
        having no such table.
        """
        return self.project.warehouse.read(table) if self.project.warehouse.has(table) else None

    @cached_property
    def agreed(self) -> pd.DataFrame | None:
        """Who may be sent advertising through which channel; None where there never was a table of consents."""
        told = self.stored("consents")
        return None if told is None else advertising_consents(told, self.as_of, later_refusals=True)

    def sources(self) -> dict[str, ir.Table]:
        """Tables of the contract that are in the warehouse."""
        return {name: self.project.table(name) for name in SOURCE_TABLES if self.project.warehouse.has(name)}

    def experiences(self) -> dict[str, ir.Table]:
        """Tables of what customers lived through, as far as they are there."""
        names = ("deliveries", "feedback", "product_prices", "contacts")
        return {name: found for name in names if (found := self.optional(name)) is not None}

    def optional_frame(self, table: str) -> pd.DataFrame | None:
        """A small table of the warehouse as a frame, None where it is missing or empty."""
        found = self.optional(table)
        return None if found is None else collect(found)

    def column_values(self, table: str, column: str) -> list[str]:
        """Distinct texts of a column, to be masked where they stand in other texts; none where it is missing."""
        found = self.optional(table)
        if found is None or column not in found.columns:
            return []
        return [str(value) for value in collect(found.select(column).distinct()).iloc[:, 0].dropna()]

    def count(self, table: str) -> int:
        """Rows of a table of the warehouse, 0 where it is missing."""
        found = self.optional(table)
        return 0 if found is None else int(collect(found.aggregate(rows=found.count()))["rows"].iloc[0])

    def trait(self, name: str) -> int:
        """A trait of the business that step 01 handed over, in whole days."""
        traits = self.read("industry_traits").set_index("trait")["value"]
        return int(traits[name])

    @cached_property
    def margin(self) -> Margin:
        """Share of revenue that is profit: from costs, as set, or assumed."""
        return margin_of(self.lines, self.optional("products"), self.settings.analysis, self.settings.costs)

    def ladder(self, since: date | None = None, until: date | None = None) -> ProfitLadder:
        """Profit of every customer rung by rung, between two days; without them of all the data."""
        return profit_ladder(
            self.lines,
            self.settings.analysis,
            self.settings.costs,
            until or self.as_of,
            since=since,
            products=self.optional("products"),
            contacts=self.optional("contacts"),
            redemptions=self.optional("redemptions"),
            offers=self.optional("offers"),
        )

    def year_ladders(self) -> tuple[ProfitLadder, ProfitLadder | None]:
        """Profit of the last year, and of the year before it where the data covers both."""
        start, later, _last = year_bounds(self.as_of)
        before = self.ladder(start, later - timedelta(days=1)) if self.first <= start else None
        return self.ladder(later), before

    def customers(self) -> int:
        """Customers with an order line."""
        return int(collect(self.lines.aggregate(n=self.lines["customer_id"].nunique()))["n"].iloc[0])

    def item_lines(self) -> ir.Table:
        """What was sold, by item."""
        return item_lines(self.lines, self.optional("products"), self.as_of)

    def rule_reasons(self) -> dict[str, str]:
        """Cleaning rules and their reasons in words."""
        rules = order_line_rules(self.settings.cleaning, lines_have_identity=True, today=self.as_of.isoformat())
        others = [rule for spec in SOURCE_TABLES.values() for rule in reference_rules(spec)]
        return {rule.name: rule.reason() for rule in [*others, *rules]} | {
            "netted_cancellation": netting_reason(),
            "same_person": _("Its rows belong to one customer in every table; the account stays as it is."),
        }

    @property
    def draw_seed(self) -> str:
        """Key of the random draws: the workspace's own, so that nobody can work out the arms from outside."""
        return f"{self.settings.slug}:{self.settings.analysis.random_state}"

    def overrules(self) -> dict[str, str]:
        """What people decided against the system in this step: segment -> choice."""
        return {o.segment: o.value for o in read_overrules(self.settings.root) if o.step == self.step.number}

    def keep_assignments(self, plan: pd.DataFrame) -> None:
        """Add the draw to the learning ledger as a round; one that repeats the newest of its day adds nothing."""
        if not self._told_again and len(plan):
            append_assignments(self.project.warehouse, assignments(plan), self.settings.slug, self.as_of)

    def keep_effects(self, *effects: pd.DataFrame) -> None:
        """Add estimates to the learning ledger; what is known already adds nothing."""
        if not self._told_again:
            append_effects(self.project.warehouse, pd.concat(effects, ignore_index=True))

    def effects(self) -> pd.DataFrame:
        """What the learning ledger says now: the newest effect per kind of offer, segment and measure."""
        found = current_effects(self.project.warehouse)
        return pd.DataFrame() if found is None else collect(found.order_by("offer_kind", "segment", "measure"))

    def audience(self, name: str, plan: pd.DataFrame) -> None:
        """Write a list as CSV for Excel: pseudonymous ids, plain numbers, text that cannot start a formula."""
        if not self._told_again:
            write_csv(plan, self.run_dir / "audiences" / f"{name}.csv")

    def save(self, table: str, frame: pd.DataFrame | None) -> None:
        """Hand a table to the steps that follow; its columns, types and key are checked. None: it has no rows."""
        if frame is None:
            frame = empty_handed_over(table)
        check_handed_over(table, frame)
        if self._told_again:
            return
        folder = self.run_dir / "tables"
        folder.mkdir(parents=True, exist_ok=True)
        stamped = frame.copy(deep=False)
        stamped.attrs["schema_version"] = SCHEMA_VERSION
        together = ROWS_TOGETHER if "customer_id" in frame.columns else None
        stamped.to_parquet(folder / f"{table}.parquet", index=False, row_group_size=together)

    def record(self, **facts: Any) -> None:
        """Keep facts for the report's first page."""
        self.note.setdefault("facts", {}).update(facts)
        self._keep()

    def answer(self, sentence: str) -> None:
        """Show the step's answer, one sentence with its number, and keep it for the first page."""
        self.note["answer"] = sentence
        self._keep()
        display(HTML(f'<p class="answer">{escaped(sentence)}</p>'))

    def say(self, *sentences: str) -> None:
        """Show sentences as a paragraph; empty ones are left out."""
        display(Markdown(" ".join(_plain_markdown(s) for s in sentences if s)))

    def figure(self, figure: Any, otherwise: str = "") -> None:
        """Show a figure, or why there is none."""
        if figure is None:
            display(
                HTML(f'<p class="empty">{escaped(otherwise or _("There is too little data for this figure."))}</p>')
            )
            return
        content = json.loads(figure.to_json())
        alt = (content.get("layout", {}).get("meta") or {}).get("alt", "")
        display({"application/vnd.plotly.v1+json": content, "text/plain": alt}, raw=True)

    def table(
        self, rows: Sequence[Sequence[str]], heads: Mapping[str, str], otherwise: str = "", fold: str = ""
    ) -> None:
        """Show a table of finished texts.

        Parameters
        ----------
        rows
            Cells as text; at most 20 rows are shown, of a table that is folded away all.
        heads
            Head of each column to its alignment, ``left`` or ``right``.
        otherwise
            Why there is none, shown in place of an empty table.
        fold
            What it is about: the table is folded away under this line until it is opened.
        """
        if not rows:
            display(HTML(f'<p class="empty">{escaped(otherwise or _("There is nothing to show here."))}</p>'))
            return
        table = html_table(rows, heads, len(rows) if fold else ROWS_SHOWN)
        title = f"<summary>{escaped(fold)}</summary>"
        display(HTML(f"<details class='figure-table'>{title}{table}</details>" if fold else table))

    def missing(self, readiness: pd.DataFrame) -> None:
        """Show what cannot be answered yet, in this step (in step 00: in all), and what would change that."""
        gaps = gaps_of(readiness, None if self.step.number == "00" else self.step.number)
        self.note["missing"] = [vars(gap) for gap in gaps]
        self._keep()
        if not gaps:
            display(Markdown(_("Nothing is missing for this step.")))
            return
        items = "".join(
            f"<li><strong>{escaped(g.what)}</strong>: {escaped(g.why)} {escaped(g.remedy)}</li>" for g in gaps
        )
        display(HTML(f'<ul class="missing">{items}</ul>'))

    def _keep(self) -> None:
        folder = self.run_dir / "notes"
        folder.mkdir(parents=True, exist_ok=True)
        text = json.dumps(self.note, ensure_ascii=False, indent=1, default=_plain)
        (folder / f"{self.step.stem}.json").write_text(text, encoding="utf-8")


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if hasattr(value, "item"):
        return value.item()
    return str(value)


def _plain_markdown(sentence: str) -> str:
    """A sentence that Markdown shows as it stands: no formula, strikethrough or tag, no list from a leading year."""
    text = sentence.replace("$", r"\$").replace("~", r"\~").replace("<", r"\<")
    return re.sub(r"^(\s*)(\d+)\. ", r"\1\2\. ", text)


def open_step(name: str, config: str, run_dir: str = "", lang: str = "") -> StepSession:
    """Open the context of a step, as the first cell of each notebook does.

    Parameters
    ----------
    name
        Of the step, for example ``"02_customers"``.
    config
        Path of crm.toml.
    run_dir
        Folder of the run; empty when the notebook is run by hand: then the workbench beside the reports is
        used, which starts with the tables of the latest report.
    lang
        Language; empty for that of the settings.

    Examples
    --------
    >>> from crm_analysis import open_step
    >>> step = open_step("02_customers", "crm.toml")  # in the folder of a workspace
    >>> step.step.number, step.currency
    ('02', 'KRW')
    """
    project = open_project(config, {"project.lang": lang} if lang else None)
    folder = Path(run_dir) if run_dir else _workbench(project.settings)
    (home_of(folder) / "tables").mkdir(parents=True, exist_ok=True)
    return StepSession(step_of(name), project, folder)


def _workbench(settings: Settings) -> Path:
    folder = settings.reports / settings.slug / WORKBENCH
    tables = folder / "tables"
    tables.mkdir(parents=True, exist_ok=True)
    latest = latest_published(settings.reports / settings.slug, whole=False)
    if latest is not None:
        for file in (latest.path / "tables").glob("*.parquet"):
            target = tables / file.name
            if not target.exists() or target.stat().st_mtime < file.stat().st_mtime:
                shutil.copy2(file, target)
    return folder
