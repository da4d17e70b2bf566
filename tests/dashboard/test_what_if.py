"""What-if answers are those of the steps: at the run's own settings they repeat what the run published."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from crm_analysis.dashboard.published import PublishedRun
from crm_analysis.dashboard.what_if import WhatIf
from crm_analysis.decisions import retention_worth

from .conftest import ITEM_PROFIT, MARGIN, RETENTION


@pytest.fixture
def ask(run: PublishedRun) -> WhatIf:
    return WhatIf(run)


def test_the_budget_of_the_run_brings_what_the_run_published(ask: WhatIf, run: PublishedRun) -> None:
    offers = run.table("offer_decisions")
    found = ask.spend(ask.budget, MARGIN)
    assert found.spent == pytest.approx(offers["cost"].sum())
    assert found.profit == pytest.approx(offers["expected_profit"].sum())
    assert found.customers == (offers["offer"] != "none").sum() > 0


def test_no_budget_reaches_nobody_and_any_budget_is_kept(ask: WhatIf) -> None:
    assert ask.spend(0.0, MARGIN).customers == 0
    most = float(ask.curve["budget"].max())
    profits = []
    for share in (0.1, 0.4, 0.8):
        found = ask.spend(share * most, MARGIN)
        assert 0 < found.spent <= share * most + 1e-9
        profits.append(found.profit)
    assert profits == sorted(profits)


def test_another_margin_moves_value_and_break_even_in_proportion(ask: WhatIf) -> None:
    assert ask.value(MARGIN / 2) == pytest.approx(ask.value(MARGIN) / 2)
    now, half = ask.break_even(MARGIN), ask.break_even(MARGIN / 2)
    assert half["break_even_effect"].tolist() == pytest.approx((2 * now["break_even_effect"]).tolist())
    assert now["pays"].all(), "a chosen strategy pays under its assumption"
    assert not ask.break_even(MARGIN / 1000)["pays"].any()


def test_the_curve_at_the_margin_of_the_run_is_the_curve_of_the_run(ask: WhatIf) -> None:
    pd.testing.assert_frame_equal(ask.curve_at(MARGIN), ask.curve)
    double = ask.curve_at(2 * MARGIN)
    assert (double["expected_profit"] >= ask.curve["expected_profit"]).all()
    assert double["budget"].tolist() == ask.curve["budget"].tolist()


def test_choices_made_anew_never_bring_less_than_those_of_the_run(ask: WhatIf) -> None:
    for margin in (0.15, 0.25, 0.6):
        kept = float(np.interp(ask.budget, ask.curve["budget"], ask.curve_at(margin)["expected_profit"]))
        assert ask.spend(ask.budget, margin).profit >= kept * (1 - 1e-3)


@pytest.mark.parametrize("points", [1, 4, 10])
def test_retention_is_worth_what_the_step_would_say(ask: WhatIf, points: int) -> None:
    wanted = retention_worth(**RETENTION, points=points, discount_rate_annual=0.10)
    found = ask.retention(points, MARGIN)
    assert found is not None
    assert vars(found) == pytest.approx(vars(wanted))
    dearer = ask.retention(points, 2 * MARGIN)
    assert dearer is not None
    assert dearer.extra_profit == pytest.approx(2 * wanted.extra_profit)
    assert dearer.high - dearer.low == pytest.approx(2 * (wanted.high - wanted.low))


def test_the_profit_of_an_item_is_the_one_that_cross_selling_was_priced_with(ask: WhatIf) -> None:
    assert ask.item_profit == pytest.approx(ITEM_PROFIT)


def test_a_run_that_could_not_say_it_does_not_answer_about_retention(run: PublishedRun, monkeypatch) -> None:
    claims = run.table("claims").assign(value=float("nan"))
    original = PublishedRun.table
    monkeypatch.setattr(PublishedRun, "table", lambda s, name: claims if name == "claims" else original(s, name))
    ask = WhatIf(run)
    assert ask.retention(1, MARGIN) is None
