"""The user's own segments: readable conditions, never code; mistakes are named with the remedy."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_analysis.config import load_settings
from crm_analysis.errors import ConfigError
from crm_analysis.segment_rules import check_rule, rule_columns, rule_mask

CUSTOMERS = pd.DataFrame(
    {
        "profit": [900.0, 100.0, np.nan, -5.0],
        "recency_days": [10, 200, 30, 40],
        "segment": ["loyal", "lost", "loyal", "new"],
        "existing": [True, False, False, True],
    }
)


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("profit >= 500", [True, False, False, False]),
        ("profit < 500", [False, True, False, True]),
        ("not profit < 500", [True, False, True, False]),
        ("profit > -10 and recency_days < 100", [True, False, False, True]),
        ("segment == 'loyal' or existing", [True, False, True, True]),
        ("segment in ['loyal', 'lost'] and not existing", [False, True, True, False]),
        ("segment not in ('loyal',)", [False, True, False, True]),
        ("20 <= recency_days <= 40", [False, False, True, True]),
        ("profit > recency_days", [True, False, False, False]),
    ],
)
def test_a_condition_names_customers(rule: str, expected: list[bool]) -> None:
    check_rule("mine", rule)
    assert rule_mask(rule, CUSTOMERS).tolist() == expected


def test_columns_of_a_condition() -> None:
    assert rule_columns("profit > 3 and not (segment == 'new' or profit < 9)") == ["profit", "segment"]


@pytest.mark.parametrize(
    "rule",
    [
        "__import__('os').system('true')",
        "profit.__class__ == 3",
        "profit > (lambda: 3)()",
        "[x for x in (1,)]",
        "profit",
        "profit >",
        "3 > 2",
        "segment > 'a'",
        "profit in 3",
        "profit == [1, 2]",
        "profit is None",
        "profit + 1 > 2",
        "-existing",
        "",
        "(" * 300 + "profit > 1" + ")" * 300,
        "profit > 1 and " * 60 + "profit > 1",
        "profit > 2**9**9**9",
    ],
)
def test_what_cannot_be_read_is_refused(rule: str) -> None:
    with pytest.raises(ConfigError, match=r"the segment 'mine' (cannot be read|names the column)"):
        check_rule("mine", rule)


def test_an_unknown_column_is_named_with_the_nearest() -> None:
    with pytest.raises(ConfigError, match=r"names the column 'recency', which is not known. Known: recency_days"):
        check_rule("VIP", "recency < 3")


def test_text_against_a_number() -> None:
    with pytest.raises(ConfigError, match=r"the segment 'VIP' compares a text with a number: profit == 'high'"):
        check_rule("VIP", "profit == 'high'")


def test_settings_refuse_a_bad_condition(tmp_path: Path) -> None:
    (tmp_path / "crm.toml").write_text("[segments]\nVIP = 'revenu > 5'\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="Known: revenue"):
        load_settings(tmp_path / "crm.toml")


def test_settings_keep_the_order_of_segments(tmp_path: Path) -> None:
    (tmp_path / "crm.toml").write_text(
        "[segments]\n'우리 VIP' = 'profit > 5'\nsleepers = 'recency_days > 200'\n", encoding="utf-8"
    )
    assert list(load_settings(tmp_path / "crm.toml").segments) == ["우리 VIP", "sleepers"]


@given(st.text(max_size=60))
def test_no_text_is_run_or_crashes(rule: str) -> None:
    try:
        check_rule("any", rule)
    except ConfigError:
        return
    assert len(rule_mask(rule, CUSTOMERS.assign(orders=1, revenue=1.0))) == len(CUSTOMERS)
