"""Whether segments differ, in words."""

from __future__ import annotations

from crm_analysis import formats as f
from crm_analysis.decisions import same_strategies
from crm_analysis.labels import segment_label
from crm_analysis.messages import _
from crm_analysis.models import SegmentCheck
from crm_analysis.thresholds import VALUE_CUSTOMERS

__all__ = ["check_rows", "merged_sentence", "spread_sentence", "stable_sentence"]

_STABLE = 0.9


def stable_sentence(check: SegmentCheck | None, customers: int) -> str:
    """Whether the borders of segments hang on who happens to be in the data."""
    if check is None:
        return _(
            "Whether segments differ cannot be told: it takes {needed} customers in two segments or more, there are {n}.",
            needed=f.number(VALUE_CUSTOMERS, 0),
            n=f.number(customers, 0),
        )
    values = {"kept": f.percent_interval(*check.kept), "n": f.number(check.customers, 0)}
    if check.kept[1] >= _STABLE:
        return _(
            "The segments are stable: {kept} of {n} customers keep theirs when other customers are drawn.", **values
        )
    return _(
        "The segments are not stable: only {kept} of {n} customers keep theirs when other customers are drawn.",
        **values,
    )


def spread_sentence(check: SegmentCheck | None) -> str:
    """Whether segments tell values apart better than plain parts by revenue."""
    if check is None:
        return ""
    values = {
        "between": f.percent_interval(*check.between),
        "plain": f.percent_interval(*check.plain),
        "groups": f.number(check.groups, 0),
    }
    if check.between[1] > check.plain[2]:
        return _(
            "They tell customer values apart better than {groups} equal parts by revenue: {between} of the spread lies "
            "between segments, {plain} between those parts.",
            **values,
        )
    if check.between[2] < check.plain[1]:
        return _(
            "They tell customer values apart less well than {groups} equal parts by revenue: {between} of the spread lies "
            "between segments, {plain} between those parts.",
            **values,
        )
    return _(
        "They tell customer values apart no better and no worse than {groups} equal parts by revenue: {between} of the "
        "spread lies between segments, {plain} between those parts.",
        **values,
    )


def merged_sentence(segments: list[str]) -> str:
    """Which segments are open to the same strategies, so that the difference between them decides nothing."""
    groups = same_strategies(segments)
    if not groups:
        return _("No two segments are open to the same strategies.")
    named = "; ".join(" + ".join(segment_label(code) for code in group) for group in groups)
    return _("The same strategies come into question for these, so they can be read as one: {groups}.", groups=named)


def check_rows(check: SegmentCheck | None) -> tuple[list[list[str]], dict[str, str]]:
    """The measures as finished texts."""
    heads = {_("Measure"): "left", _("Value (90 %)"): "right"}
    if check is None:
        return [], heads
    return [
        [_("Customers who keep their segment in resamples"), f.percent_interval(*check.kept)],
        [_("Agreement of the segments beyond chance (adjusted Rand)"), f.number_interval(*check.agreement)],
        [_("Spread of value between segments"), f.percent_interval(*check.between)],
        [_("Spread of value between equal parts by revenue"), f.percent_interval(*check.plain)],
    ], heads
