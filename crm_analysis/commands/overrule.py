"""``decide``: overrule a strategy."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.console import Console

from crm_analysis.config import load_settings
from crm_analysis.errors import ConfigError
from crm_analysis.labels import segment_label, strategy_label
from crm_analysis.messages import _, use_language
from crm_analysis.workflow.deciding import check_codes, decide_strategy, take_back_strategy
from crm_analysis.workflow.overrules import DECISIONS_FILE

__all__ = ["decide"]


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
    check_codes(segment, strategy)
    if undo:
        found = take_back_strategy(settings, segment)
        console.print(
            _("Taken back.") if found else _("There was no entry for {segment}.", segment=segment_label(segment))
        )
        return
    if not reason.strip():
        raise ConfigError(_('A decision needs a reason: --reason "...".'))
    decide_strategy(settings, segment, strategy, reason, review)
    console.print(
        _(
            "Kept in {file}: {segment}, {strategy}. The next run applies it.",
            file=DECISIONS_FILE,
            segment=segment_label(segment),
            strategy=strategy_label(strategy) if strategy != "none" else _("leave alone"),
        )
    )
