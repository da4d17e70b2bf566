"""Step 1 in words: growth against decline, and what "left" rests on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pandas as pd
import pytest

from crm_analysis.decisions import readiness
from crm_analysis.models import LeavingDefinition
from crm_analysis.narrative import environment as words

BEFORE = (date(2023, 1, 1), date(2023, 12, 31))
AFTER = (date(2024, 1, 1), date(2024, 12, 31))


def _bridge(before: float, **parts: float) -> pd.DataFrame:
    amounts = {"new": 0.0, "returning": 0.0, "lost": 0.0, "frequency": 0.0, "basket": 0.0} | parts
    rows = [("before", before), *amounts.items(), ("after", before + sum(amounts.values()))]
    return pd.DataFrame(rows, columns=["part", "amount"])


GROWTH = _bridge(1000.0, new=600.0, returning=50.0, lost=-300.0, frequency=-50.0, basket=-100.0)
DECLINE = _bridge(1000.0, new=100.0, returning=50.0, lost=-150.0, frequency=-350.0, basket=100.0)


def _leaving(basis: str, returners: int = 250) -> LeavingDefinition:
    return LeavingDefinition(days=84, basis=basis, returned_share=0.9, returners=returners)


def _revenue(*months: tuple[str, float, bool]) -> pd.DataFrame:
    frame = pd.DataFrame(months, columns=["month", "revenue", "complete"])
    return frame.assign(month=pd.to_datetime(frame["month"]), complete=frame["complete"].astype(bool))


def _curve(top_fifth: float) -> pd.DataFrame:
    return pd.DataFrame({"customers_share": [0.0, 0.2, 1.0], "revenue_share": [0.0, top_fifth, 1.0]})


def _readiness(*tables: str) -> pd.DataFrame:
    return readiness(lambda table, column: table in tables)


def test_growth_names_what_brought_it() -> None:
    text = words.answer(GROWTH, BEFORE, AFTER, "USD")
    assert "20.0 % ($200) above" in text
    assert "new customers (+$600)" in text
    assert "below" not in text
    assert text.index("2024") < text.index("2023")


def test_decline_names_what_cost_it() -> None:
    text = words.answer(DECLINE, BEFORE, AFTER, "USD")
    assert "25.0 % ($250) below" in text
    assert "how often the same customers buy (−$350)" in text
    assert "above" not in text


def test_no_sales_before_is_no_growth() -> None:
    text = words.answer(_bridge(0.0, new=500.0), BEFORE, AFTER, "USD")
    assert "no sales in 1 Jan to 31 Dec 2023" in text
    assert "%" not in text


@pytest.mark.parametrize(
    ("bridge", "gain", "loss"),
    [
        (GROWTH, "gain is new customers ($600)", "loss customers who did not come back ($300)"),
        (DECLINE, "gain is new customers ($100)", "loss how often the same customers buy ($350)"),
        (
            _bridge(1000.0, returning=80.0, lost=-10.0, basket=-20.0),
            "gain is customers who came back ($80.00)",
            "loss what they put in the basket ($20.00)",
        ),
    ],
)
def test_bridge_title_follows_the_parts(bridge: pd.DataFrame, gain: str, loss: str) -> None:
    said = words.bridge_words(bridge, BEFORE, AFTER, "USD")
    assert gain in said["title"]
    assert loss in said["title"]
    assert "USD" in said["subtitle"]


def test_leaving_says_what_it_rests_on() -> None:
    setting, assumed, gaps = (words.leaving_sentence(_leaving(basis)) for basis in ("setting", "assumed", "gaps"))
    assert all("84 days" in text for text in (setting, assumed, gaps))
    assert "your setting" in setting
    assert "250" not in setting
    assert "Only 250 customers" in assumed
    assert "assumed" in assumed
    assert "90 % of the gaps" in gaps
    assert "assumed" not in gaps


def test_gap_words_name_days_and_customers() -> None:
    said = words.gap_words(_leaving("gaps", returners=1234))
    assert "After 84 days" in said["title"]
    assert "1,234 returning customers" in said["subtitle"]


def test_strongest_month_is_one_that_is_whole() -> None:
    spring = _revenue(("2024-03-01", 900.0, True), ("2024-04-01", 500.0, True), ("2024-05-01", 5000.0, False))
    autumn = _revenue(("2024-09-01", 500.0, True), ("2024-10-01", 700.0, True))
    assert words.revenue_words(spring, "USD")["title"] == "Mar 2024 was the strongest month with $900"
    assert words.revenue_words(autumn, "USD")["title"] == "Oct 2024 was the strongest month with $700"


@pytest.mark.parametrize("revenue", [_revenue(), _revenue(("2024-03-01", 900.0, True))])
def test_no_strongest_month_among_less_than_two(revenue: pd.DataFrame) -> None:
    assert words.revenue_words(revenue, "USD")["title"] == "Revenue per month"


@pytest.mark.parametrize(("top", "share"), [(0.62, "62 %"), (0.2, "20 %"), (0.853, "85 %")])
def test_concentration_is_read_from_the_curve(top: float, share: str) -> None:
    assert f"bring {share} of revenue" in words.pareto_sentence(_curve(top))
    said = words.concentration_words(_curve(top), 4321)
    assert f"brings {share} of revenue" in said["title"]
    assert "n = 4,321" in said["subtitle"]


def test_trait_rows_have_the_format_of_their_unit() -> None:
    traits = pd.DataFrame(
        [("one_time_share", 0.41, "share"), ("order_value", 250.0, "USD"), ("median_gap_days", float("nan"), "days")],
        columns=["trait", "value", "unit"],
    )
    values = [row[1] for row in words.trait_rows(traits)[0]]
    assert values == ["41 %", "$250", "–"]


def test_from_before_counts_the_ready_parts() -> None:
    nothing, lines = _readiness(), _readiness("order_lines")
    assert f"0 of {len(nothing)} parts" in words.from_before(nothing)
    assert lines["ready"].sum() > 0
    assert f"{lines['ready'].sum()} of {len(lines)} parts" in words.from_before(lines)


def test_what_stands_in_for_missing_figures() -> None:
    assert "too short" in words.no_growth()
    assert "No customer bought on two days" in words.no_gaps()


@pytest.mark.parametrize(
    ("sentence", "number"),
    [
        (lambda: words.answer(GROWTH, BEFORE, AFTER, "USD"), "20.0"),
        (lambda: words.answer(DECLINE, BEFORE, AFTER, "USD"), "25.0"),
        (lambda: words.answer(_bridge(0.0), BEFORE, AFTER, "USD"), "2023"),
        (lambda: words.bridge_words(GROWTH, BEFORE, AFTER, "USD")["title"], "600"),
        (lambda: words.leaving_sentence(_leaving("setting")), "84"),
        (lambda: words.leaving_sentence(_leaving("assumed")), "250"),
        (lambda: words.leaving_sentence(_leaving("gaps")), "90"),
        (lambda: words.gap_words(_leaving("gaps"))["subtitle"], "250"),
        (lambda: words.pareto_sentence(_curve(0.62)), "62"),
        (lambda: words.from_before(_readiness()), "0"),
    ],
)
def test_korean(sentence: Callable[[], str], number: str, check_korean: Callable[..., None]) -> None:
    check_korean(sentence, number)


def test_a_bridge_invents_no_gain_and_no_loss() -> None:
    def title(**changed: float) -> str:
        amounts = {"before": 1000.0, "new": 0.0, "returning": 0.0, "lost": 0.0, "frequency": 0.0, "basket": 0.0}
        amounts |= changed
        amounts["after"] = sum(amounts.values())
        frame = pd.DataFrame({"part": list(amounts), "amount": list(amounts.values())})
        return words.bridge_words(frame, BEFORE, AFTER, "USD")["title"]

    assert "nothing was lost" in title(new=500.0)
    assert "nothing was gained" in title(lost=-500.0)
    assert title() == "Nothing changed between the two periods"
    assert "largest gain" in title(new=500.0, lost=-100.0)
    assert "largest loss" in title(new=500.0, lost=-100.0)
