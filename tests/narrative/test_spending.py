"""Rules about purchases and the relation of spend and frequency, in words."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest

from crm_analysis.models import SpendCheck
from crm_analysis.narrative import spending as words


def _policies(share: float = 0.08) -> pd.DataFrame:
    rows = [("same_day", 12, 0.0, 0.0), ("free", 3, 0.0, 0.0), ("cancelled", 8, 90.0, 0.01)]
    rows.append(("returned", 5, 900.0 * share, share))
    return pd.DataFrame(rows, columns=["policy", "rows", "amount", "share"])


def _check(rank: float, verdict: str) -> SpendCheck:
    columns = ["frequency_class", "customers", "actual", "low", "high", "model", "average"]
    rows = [("1", 300, 20.0, 19.0, 21.0, 22.0, 25.0), ("4-6", 1, 30.0, *[float("nan")] * 4)]
    return SpendCheck(400, rank, rank, rank - 0.07, rank + 0.07, verdict, pd.DataFrame(rows, columns=columns))


def test_every_rule_is_stated_with_its_count() -> None:
    rows, heads = words.policy_rows(_policies())
    assert [row[1] for row in rows] == ["12", "3", "8", "5"]
    assert [row[2] for row in rows] == ["–", "–", "1.0 %", "8.0 %"]
    assert rows[0][0].startswith("Orders of one customer on one day")
    assert all(len(row) == len(heads) for row in rows)


def test_returns_that_are_not_taken_off_are_said() -> None:
    assert "take 8.0 % of sales" in words.refund_sentence(_policies())
    assert words.refund_sentence(_policies(0.0)) == ""


def test_no_relation_more_or_less() -> None:
    assert "may be used" in words.spend_sentence(_check(0.02, "none"))
    assert "spend more per purchase" in words.spend_sentence(_check(0.35, "strong"))
    assert "once or twice too high" in words.spend_sentence(_check(0.2, "weak"))
    assert "spend less per purchase" in words.spend_sentence(_check(-0.35, "strong"))
    assert "once or twice too low" in words.spend_sentence(_check(-0.35, "strong"))
    assert "Too few" in words.spend_sentence(_check(float("nan"), "none"))


def test_rows_by_frequency_are_finished_texts() -> None:
    rows, heads = words.spend_rows(_check(0.2, "weak"), "USD")
    assert rows[0][0] == "1"
    assert rows[1][0] == "4–6"
    assert rows[1][3:] == ["–", "–", "–"]
    assert all(len(row) == len(heads) for row in rows)


@pytest.mark.parametrize(
    ("sentence", "number"),
    [
        (lambda: words.refund_sentence(_policies()), "8.0"),
        (lambda: words.spend_sentence(_check(0.02, "none")), "400"),
        (lambda: words.spend_sentence(_check(0.35, "strong")), "0.35"),
        (lambda: words.spend_sentence(_check(-0.35, "strong")), "400"),
    ],
)
def test_korean(sentence: Callable[[], str], number: str, check_korean: Callable[..., None]) -> None:
    check_korean(sentence, number)
