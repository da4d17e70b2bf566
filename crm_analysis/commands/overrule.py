"""``decide``: overrule a strategy."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
from rich.console import Console

from crm_analysis.config import load_settings
from crm_analysis.errors import ConfigError
from crm_analysis.features import SEGMENTS
from crm_analysis.labels import segment_label, strategy_label
from crm_analysis.messages import _, use_language
from crm_analysis.workflow.overrules import DECISIONS_FILE, drop_overrule, put_overrule
from crm_analysis.workflow.run_folder import latest_published

__all__ = ["decide"]

STRATEGIES = ("retain", "activate", "raise_loyalty", "cross_sell", "reactivate", "none")


def _known(value: str, known: tuple[str, ...], what: str) -> None:
    if value not in known:
        raise ConfigError(
            _("{what} '{value}' is not known. Known: {known}.", what=what, value=value, known=", ".join(known))
        )


def decide(
    config: Path,
    overrides: Mapping[str, Any],
    segment: str,
    strategy: str,
    reason: str,
    review: str | None,
    *,
    undo: bool,
) -> None:
    """Write an entry of decisions.toml, or take it back.

    Raises
    ------
    ConfigError
        Segment, strategy or date are not known.
    """
    settings = load_settings(config, overrides)
    use_language(settings.lang)
    console = Console(highlight=False, markup=False)
    _known(segment, SEGMENTS, _("Segment"))
    _known(strategy, STRATEGIES, _("Strategy"))
    if undo:
        found = drop_overrule(settings.root, "03", segment)
        console.print(
            _("Taken back.") if found else _("There was no entry for {segment}.", segment=segment_label(segment))
        )
        return
    if not reason.strip():
        raise ConfigError(_('A decision needs a reason: --reason "...".'))
    if review is not None:
        try:
            if date.fromisoformat(review) <= date.today():
                raise ConfigError(_("'{date}' has passed. Give a date to come for the review.", date=review))
        except ValueError as error:
            raise ConfigError(_("'{date}' is not a date. Write it as YYYY-MM-DD.", date=review)) from error
    latest = latest_published(settings.reports / settings.slug)
    system, run = "", ""
    if latest is not None and (latest.path / "tables" / "strategy_by_segment.parquet").is_file():
        table = pd.read_parquet(latest.path / "tables" / "strategy_by_segment.parquet")
        chosen = table.loc[(table["segment"] == segment) & table["system_chosen"], "strategy"]
        system, run = (str(chosen.iloc[0]) if len(chosen) else "none"), latest.run_id
    put_overrule(
        settings.root,
        step="03",
        segment=segment,
        value=strategy,
        system_value=system,
        reason=reason,
        run=run,
        review_on=review or "",
    )
    console.print(
        _(
            "Kept in {file}: {segment}, {strategy}. The next run applies it.",
            file=DECISIONS_FILE,
            segment=segment_label(segment),
            strategy=strategy_label(strategy) if strategy != "none" else _("leave alone"),
        )
    )
