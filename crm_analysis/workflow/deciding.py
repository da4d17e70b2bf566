"""Overruling the strategy of a segment: checked, with what the system had chosen, kept in ``decisions.toml``."""

from __future__ import annotations

from datetime import date

import pandas as pd

from crm_analysis.config import Settings
from crm_analysis.decisions import STRATEGIES
from crm_analysis.errors import ConfigError
from crm_analysis.features import SEGMENTS
from crm_analysis.messages import _
from crm_analysis.workflow.overrules import Overrule, drop_overrule, put_overrule
from crm_analysis.workflow.run_folder import latest_published

__all__ = ["CHOICES", "check_codes", "decide_strategy", "take_back_strategy"]

CHOICES = (*STRATEGIES, "none")
"""What can be decided for a segment; "none" leaves its customers alone."""

_STEP = "03"


def check_codes(segment: str, strategy: str) -> None:
    """Refuse a segment or a strategy that is not known.

    Raises
    ------
    ConfigError
        With what is known.
    """
    _known(segment, SEGMENTS, _("Segment"))
    _known(strategy, CHOICES, _("Strategy"))


def decide_strategy(settings: Settings, segment: str, strategy: str, reason: str, review: str | None) -> Overrule:
    """Keep a decision, beside what the system had chosen in the latest report.

    Parameters
    ----------
    settings
        Of the project.
    segment, strategy
        Their codes.
    reason
        Why.
    review
        Date to look at it again, ISO 8601, or None.

    Raises
    ------
    ConfigError
        A code is not known, there is no reason, or the date is none or has passed.
    """
    check_codes(segment, strategy)
    if not reason.strip():
        raise ConfigError(_("A decision needs a reason."))
    if review is not None:
        _check_review(review)
    system, run = _system_choice(settings, segment)
    return put_overrule(
        settings.root,
        step=_STEP,
        segment=segment,
        value=strategy,
        system_value=system,
        reason=reason,
        run=run,
        review_on=review or "",
    )


def take_back_strategy(settings: Settings, segment: str) -> bool:
    """Take a decision back; False where there was none."""
    return drop_overrule(settings.root, _STEP, segment)


def _known(value: str, known: tuple[str, ...], what: str) -> None:
    if value not in known:
        raise ConfigError(
            _("{what} '{value}' is not known. Known: {known}.", what=what, value=value, known=", ".join(known))
        )


def _check_review(review: str) -> None:
    try:
        if date.fromisoformat(review) <= date.today():
            raise ConfigError(_("'{date}' has passed. Give a date to come for the review.", date=review))
    except ValueError as error:
        raise ConfigError(_("'{date}' is not a date. Write it as YYYY-MM-DD.", date=review)) from error


def _system_choice(settings: Settings, segment: str) -> tuple[str, str]:
    """What the latest report chose for a segment, and its id; both empty where there is none."""
    latest = latest_published(settings.reports / settings.slug)
    if latest is None or not (latest.path / "tables" / "strategy_by_segment.parquet").is_file():
        return "", ""
    table = pd.read_parquet(latest.path / "tables" / "strategy_by_segment.parquet")
    chosen = table.loc[(table["segment"] == segment) & table["system_chosen"], "strategy"]
    return (str(chosen.iloc[0]) if len(chosen) else "none"), latest.run_id
