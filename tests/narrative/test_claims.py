"""What is said everywhere, in words: the sentence turns with the data."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from crm_analysis.decisions.claims import CLAIMS
from crm_analysis.narrative import claims as words


def _row(claim: str, stated: float, value: float, low: float, high: float, **more: Any) -> dict[str, Any]:
    row = {"claim": claim, "stated": stated, "value": value, "low": low, "high": high, "customers": 500}
    return row | {"missing": ""} | more


def _found(*rows: dict[str, Any]) -> pd.DataFrame:
    return pd.DataFrame(list(rows))


NAN = float("nan")
TOP = _row("top_fifth", 16.0, 15.0, 12.0, 17.0)
POINT = _row("retention_point", NAN, 5000.0, 4000.0, 6000.0)
SHORT = _row("annual_loss", 0.175, NAN, NAN, NAN, missing="days")


@pytest.mark.parametrize(
    ("row", "verdict"),
    [
        (TOP, "as is said, within the interval"),
        (_row("top_fifth", 16.0, 9.0, 8.0, 10.0), "less than is said"),
        (_row("top_fifth", 16.0, 30.0, 25.0, 35.0), "more than is said"),
        (_row("annual_loss", 0.175, 0.19, 0.18, 0.22), "as is said, within the interval"),
        (_row("annual_loss", 0.175, 0.30, 0.28, 0.33), "more than is said"),
        (_row("top_fifth_next", NAN, 3.0, 2.0, 4.0), "more than the others"),
        (_row("top_fifth_next", NAN, 1.1, 0.8, 1.4), "no more than the others, as far as can be told"),
        (POINT, "earns more"),
        (_row("retention_point", NAN, 100.0, -50.0, 250.0), "may earn nothing"),
    ],
)
def test_the_finding_follows_the_interval(row: dict[str, Any], verdict: str) -> None:
    rows, heads = words.claim_rows(_found(row), "USD")
    assert rows[0][-1] == verdict
    assert len(rows[0]) == len(heads)


def test_what_cannot_be_said_names_what_is_missing() -> None:
    rows, _heads = words.claim_rows(
        _found(
            SHORT,
            _row("win_against_keep", 5.0, NAN, NAN, NAN, missing="marketing_spend"),
            _row("win_against_keep", 5.0, NAN, NAN, NAN, missing="spend_on_keeping"),
            _row("top_fifth", 16.0, NAN, NAN, NAN, missing="customers", customers=41),
            _row("top_fifth", 16.0, NAN, NAN, NAN, missing="days"),
        ),
        "USD",
    )
    said = [row[-1] for row in rows]
    assert "two years of 365 days are needed" in said[0]
    assert "crm-analysis template marketing_spend" in said[1]
    assert "contacts.cost" in said[2]
    assert "41 customers, at least 100 are needed" in said[3]
    assert "too short, 365 days are needed" in said[4]


def test_every_claim_has_its_definition() -> None:
    rows, heads = words.definition_rows()
    assert [row[0] for row in rows] == [words.claim_label(code) for code in CLAIMS]
    assert all(len(row) == len(heads) for row in rows)


def test_how_many_hold() -> None:
    assert "2 figures that are said everywhere can be checked here; 1 of them hold." in words.claims_sentence(
        _found(TOP, _row("annual_loss", 0.175, 0.4, 0.38, 0.42), POINT)
    )
    assert "confirm or contradict nothing yet" in words.claims_sentence(_found(SHORT))


def test_the_top_lasts_or_was_luck() -> None:
    lasting = words.luck_sentence(_found(TOP, _row("top_fifth_next", NAN, 14.0, 11.0, 16.0)))
    luck = words.luck_sentence(_found(TOP, _row("top_fifth_next", NAN, 6.0, 5.0, 7.0)))
    assert "the top lasts" in lasting
    assert "part of being at the top was luck" in luck
    assert words.luck_sentence(_found(TOP)) == ""


def test_what_a_programme_may_cost() -> None:
    said = words.point_sentence(_found(POINT), "USD")
    assert "$5,000 (90 %: 4,000 to 6,000)" in said
    assert "for all 500 customers of the last year may cost up to $10.00 each" in said
    assert words.point_sentence(_found(SHORT), "USD") == ""


@pytest.mark.parametrize(
    ("sentence", "number"),
    [
        (lambda: words.claims_sentence(_found(TOP)), "1"),
        (lambda: words.luck_sentence(_found(TOP, _row("top_fifth_next", NAN, 6.0, 5.0, 7.0))), "15.0"),
        (lambda: words.point_sentence(_found(POINT), "USD"), "500"),
        (lambda: words.claim_rows(_found(SHORT), "USD")[0][0][-1], "365"),
    ],
)
def test_korean_says_the_same(
    sentence: Callable[[], str], number: str, check_korean: Callable[[Callable[[], str], str], None]
) -> None:
    check_korean(sentence, number)
