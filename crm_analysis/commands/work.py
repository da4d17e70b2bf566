"""``build`` and ``run``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from crm_analysis import formats as f
from crm_analysis.messages import _, plural
from crm_analysis.project import open_project
from crm_analysis.workflow.events import Event
from crm_analysis.workflow.steps import step_of

__all__ = ["build", "run", "take_results"]


def build(config: Path, overrides: Mapping[str, Any], *, force: bool) -> None:
    """Load and clean, then say what was kept and what was set aside."""
    from crm_analysis.labels import rule_label
    from crm_analysis.workflow.event_table import write_events

    with open_project(config, overrides) as project:
        result = project.build(force=force)
        write_events(project.warehouse)
        console = Console(highlight=False, markup=False)
        for note in result.notes:
            console.print(note, soft_wrap=True)
        if not result.changed:
            console.print(_("Nothing changed since the last build."))
        lines = result.cleaning_ledger[result.cleaning_ledger["table"] == "order_lines"]
        kept = int(lines.loc[lines["action"] == "kept", "rows"].sum())
        out = lines[(lines["action"] == "quarantined") & (lines["rows"] > 0)]
        console.print(
            _("{kept} order lines kept, {out} set aside.", kept=f.number(kept, 0), out=f.number(out["rows"].sum(), 0))
        )
        for row in out.to_dict("records"):
            console.print(f"  {f.number(row['rows'], 0)}  {rule_label(str(row['rule']))}")


def take_results(config: Path, overrides: Mapping[str, Any], file: Path) -> None:
    """Take in the results of a plan, then say what was kept and learned."""
    from crm_analysis.workflow.learned import learn_from_results

    with open_project(config, overrides) as project:
        found = project.import_results(file)
        learned = learn_from_results(project)
    console = Console(highlight=False, markup=False)
    if not found.changed:
        console.print(_("{file} was imported before; nothing changed.", file=file.name), soft_wrap=True)
    console.print(
        plural(
            "{n} contact of customers in a plan kept.",
            "{n} contacts of customers in a plan kept.",
            found.kept,
        )
    )
    if found.set_aside or found.not_planned:
        console.print(
            _(
                "Left out: {aside} rows without customer or date or that repeat another row, {other} of customers in "
                "no plan.",
                aside=f.number(found.set_aside, 0),
                other=f.number(found.not_planned, 0),
            ),
            soft_wrap=True,
        )
    if learned:
        console.print(
            plural("{n} effect is new in the learning ledger.", "{n} effects are new in the learning ledger.", learned)
        )
    if found.against_control:
        console.print(
            _(
                "{n} of these customers were to be held back as control group; the comparison is weaker for it.",
                n=f.number(found.against_control, 0),
            ),
            soft_wrap=True,
        )


class _Shown:
    """Shows events: a bar on a terminal, a line per finished step elsewhere."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.fields[left]}"),
            console=console,
            transient=True,
        )
        self._task = self._bar.add_task("", total=None, left="")

    def __enter__(self) -> _Shown:
        if self._console.is_terminal:
            self._bar.start()
        return self

    def __exit__(self, *_error: object) -> None:
        if self._console.is_terminal:
            self._bar.stop()

    def __call__(self, event: Event) -> None:
        if event.step is None:
            return
        title = f"{event.step} {step_of(event.step).title()}"
        if event.type in ("cell_started", "step_started"):
            left = _("about {time} left", time=f.duration(event.left_seconds)) if event.left_seconds else ""
            done = (event.cell or 1) - 1
            shown = _("{step}: cell {cell} of {cells}", step=title, cell=done + 1, cells=event.cells or 1)
            self._bar.update(self._task, description=shown, completed=done, total=event.cells or 1, left=left)
        elif event.type == "step_finished":
            self._console.print(_("{step} done in {time}", step=title, time=f.duration(event.seconds)))


def run(
    config: Path,
    overrides: Mapping[str, Any],
    steps: Sequence[str] | None,
    parameters: Mapping[str, str],
    *,
    resume: bool,
) -> None:
    """Load, execute, publish, and say where the report is."""
    from crm_analysis.workflow.whole_run import run_workflow

    console = Console(highlight=False, markup=False)
    with open_project(config, overrides) as project, _Shown(console) as shown:
        found = run_workflow(project, steps=steps, parameters=parameters, resume=resume, progress=shown)
    first = found.folder / "index.html"
    page = first if first.is_file() else found.folder
    console.print(_("Report: {path}", path=str(page)), soft_wrap=True)
