"""Step 0 in words: clean against dirty data, sales that match the source or not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pandas as pd
import pytest

from crm_analysis.decisions import readiness
from crm_analysis.narrative import data as words


def _ledger(kept: int, **quarantined: int) -> pd.DataFrame:
    rows = [("order_lines", rule, "quarantined", n, n, 5.0 * n) for rule, n in quarantined.items()]
    rows += [("order_lines", "kept", "kept", kept, kept, 10.0 * kept), ("products", "no_key", "quarantined", 7, 7, 0.0)]
    return pd.DataFrame(rows, columns=["table", "rule", "action", "rows", "matched", "amount"])


def _agreement(raw: float, sales: float) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "month": [pd.Timestamp("2024-01-01"), pd.Timestamp("2024-02-01")],
            "raw_amount": [raw, 100.0],
            "exact_duplicate": [sales - raw, 0.0],
            "sales_amount": [sales, 100.0],
        }
    )


def _loads(*again: bool) -> pd.DataFrame:
    return pd.DataFrame(
        [("order_lines", f"file{i}.csv", 1500, flag, "day -> ordered_at") for i, flag in enumerate(again)],
        columns=["table", "source", "rows_read", "already_loaded", "mapped"],
    )


def _readiness(*, ready: bool) -> pd.DataFrame:
    frame = readiness(lambda table, column: ready and (table, column) == ("order_lines", "product_id"))
    return frame[frame["part"] == "products"]


def test_answer_of_clean_and_of_dirty_data() -> None:
    clean = words.answer(_ledger(1200), _agreement(300.0, 300.0), "USD")
    assert clean.startswith("All 1,200 order lines can be used")
    assert "$400" in clean
    assert "matches the source" in clean
    dirty = words.answer(_ledger(900, exact_duplicate=100), _agreement(300.0, 250.0), "USD")
    assert dirty.startswith("900 of 1,000 order lines can be used (90.0 %)")
    assert "sales of $350 stand against $400" in dirty
    assert "matches" not in dirty


def test_all_lines_usable_but_money_apart_is_no_match() -> None:
    text = words.answer(_ledger(50), _agreement(300.0, 260.0), "USD")
    assert text.startswith("50 of 50")
    assert "sales of $360 stand against $400" in text
    assert "matches" not in text


def test_equal_money_does_not_hide_lines_set_aside() -> None:
    text = words.answer(_ledger(900, not_a_line=100), _agreement(300.0, 300.0), "USD")
    assert text.startswith("900 of 1,000")
    assert "All" not in text


@pytest.mark.parametrize(
    ("quarantined", "title"),
    [
        ({}, "No order line had to be set aside"),
        ({"no_date": 1}, "1 line is set aside; the reason is: No date"),
        ({"no_date": 2, "no_amount": 30}, "32 lines are set aside; the largest reason is: No amount"),
        ({"no_date": 30, "no_amount": 2}, "32 lines are set aside; the largest reason is: No date"),
    ],
)
def test_flow_names_the_largest_reason(quarantined: dict[str, int], title: str) -> None:
    said = words.flow_words(_ledger(1000, **quarantined))
    assert said["title"] == title
    assert f"{1000 + sum(quarantined.values()):,}" in said["subtitle"]


def test_agreement_title_has_the_sign_of_the_difference() -> None:
    assert "Sales match" in words.agreement_words(_agreement(300.0, 300.0), "USD")["title"]
    less, more = (words.agreement_words(_agreement(300.0, sales), "USD")["title"] for sales in (150.0, 450.0))
    assert "differ from the sum of the source by −$150" in less
    assert "differ from the sum of the source by +$150" in more


def test_agreement_rows_start_with_the_sum() -> None:
    rows, heads = words.agreement_rows(_agreement(300.0, 250.0), "USD")
    assert rows[0] == ["All months", "$400.00", "−$50.00", "$350.00"]
    assert rows[1] == ["Jan 2024", "$300.00", "−$50.00", "$250.00"]
    assert list(heads) == ["Month", "In the source", "Exact duplicate", "Sales"]


def test_files_loaded_before_are_named() -> None:
    assert words.loads_sentence(_loads(False)) == "1 file was read."
    assert words.loads_sentence(_loads(False, False)) == "2 files were read."
    again = words.loads_sentence(_loads(False, False, True))
    assert again.startswith("Files read: 2; 1 more")
    assert "not loaded twice" in again
    assert words.loads_sentence(_loads()) == "0 files were read."


def test_trust_sentence_names_period_and_customers() -> None:
    text = words.trust_sentence(date(2023, 1, 5), date(2024, 6, 9), 12_345)
    assert "5 Jan 2023 to 9 Jun 2024" in text
    assert "12,345" in text
    assert "1,000" in words.trust_sentence(date(2023, 1, 5), date(2024, 6, 9), 1000)


def test_ledger_rows_leave_out_rules_that_found_nothing() -> None:
    rows, _heads = words.ledger_rows(_ledger(900, exact_duplicate=100, no_date=0), {"exact_duplicate": "Twice."}, "USD")
    assert [row[1] for row in rows] == ["Exact duplicate", "Kept", "No key"]
    assert rows[0][3:] == ["100", "100", "$500.00", "Twice."]
    assert rows[2][5] == "", "only order lines have money"


def test_load_rows_and_readiness_rows() -> None:
    assert words.load_rows(_loads(False))[0] == [["order_lines", "file0.csv", "1,500", "day -> ordered_at"]]
    states = [words.readiness_rows(_readiness(ready=ready))[0][0][2] for ready in (True, False)]
    assert states == ["ready", "missing"]
    assert words.readiness_rows(_readiness(ready=True))[0][0][0] == words.parts_label("products")


def test_facts_count_order_lines_only() -> None:
    facts = words.facts(_ledger(900, exact_duplicate=60, no_date=40), _agreement(300.0, 250.0))
    assert facts == {"rows_kept": 900, "rows_quarantined": 100, "raw_amount": 400.0, "sales_amount": 350.0}


@pytest.mark.parametrize(
    ("sentence", "number"),
    [
        (lambda: words.answer(_ledger(1200), _agreement(300.0, 300.0), "USD"), "1,200"),
        (lambda: words.answer(_ledger(900, no_date=100), _agreement(300.0, 250.0), "USD"), "900"),
        (lambda: words.flow_words(_ledger(10, no_date=32))["title"], "32"),
        (lambda: words.agreement_words(_agreement(300.0, 150.0), "USD")["title"], "150"),
        (lambda: words.loads_sentence(_loads(*[False] * 17, True)), "17"),
        (lambda: words.trust_sentence(date(2023, 1, 5), date(2024, 6, 9), 12_345), "12,345"),
    ],
)
def test_korean(sentence: Callable[[], str], number: str, check_korean: Callable[..., None]) -> None:
    check_korean(sentence, number)


def test_months_that_differ_do_not_match_because_they_add_up() -> None:
    months = pd.to_datetime(["2024-01-01", "2024-02-01"])
    swapped = pd.DataFrame({"month": months, "raw_amount": [100.0, 100.0], "sales_amount": [150.0, 50.0]})
    assert "match" not in words.agreement_words(swapped, "USD")["title"]


def test_lines_that_stand_out_are_shown_with_limit_and_examples() -> None:
    frame = _ledger(900, wholesale=2, price_typo=0, no_date=4)
    frame = frame.assign(limit=float("nan"), examples="")
    frame.loc[frame["rule"] == "wholesale", ["limit", "examples"]] = [40.0, "o1: 99, 49500.00"]
    rows, heads = words.outlier_rows(frame, "USD")
    assert len(rows) == 1, "neither what found nothing nor other rules"
    assert rows[0][0] == "Wholesale quantity"
    assert rows[0][4:] == ["more than 40 pieces", "o1: 99, 49500.00"]
    assert len(rows[0]) == len(heads)
    assert words.outlier_rows(frame[frame["rule"] == "no_date"], "USD")[0] == []
