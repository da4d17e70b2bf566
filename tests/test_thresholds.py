"""Thresholds of too little data: all in one place, all in use, and obeyed by the models."""

from __future__ import annotations

import re
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import crm_analysis
from crm_analysis import thresholds as module
from crm_analysis.errors import StatisticalWarning
from crm_analysis.messages import language
from crm_analysis.models import BetaGeoNBD, GammaGamma
from crm_analysis.narrative import too_little
from crm_analysis.thresholds import MODEL_CUSTOMERS, MODEL_EVENTS, SPEND_CUSTOMERS, thresholds
from crm_analysis.workflow import session
from crm_analysis.workflow.steps import step_of

PACKAGE = Path(crm_analysis.__file__).parent
NAMES = [name for name in module.__all__ if name.isupper()]


def test_every_constant_is_in_the_table_with_its_value() -> None:
    assert sorted(t.name for t in thresholds()) == sorted(NAMES)
    assert all(t.value == getattr(module, t.name) for t in thresholds())
    assert all(t.governs and t.why for t in thresholds())


@pytest.mark.parametrize("name", NAMES)
def test_every_threshold_governs_something(name: str) -> None:
    files = [p for p in PACKAGE.rglob("*.py") if p.name != "thresholds.py"]
    assert any(re.search(rf"\b{name}\b", path.read_text(encoding="utf-8")) for path in files)


def test_the_table_is_shown_in_both_languages() -> None:
    rows, heads = too_little.threshold_rows()
    assert len(rows) == len(NAMES)
    assert all(len(row) == len(heads) for row in rows)
    with language("ko"):
        korean, _heads = too_little.threshold_rows()
    assert all(re.search("[가-힣]", row[0]) and re.search("[가-힣]", row[2]) for row in korean)


def _warned(fit: object, frame: pd.DataFrame) -> bool:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        fit.fit(frame)  # type: ignore[attr-defined]
    return any(issubclass(w.category, StatisticalWarning) and "too few for" in str(w.message) for w in caught)


def test_a_table_that_is_folded_away_shows_all_rows(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    shown: list[str] = []
    monkeypatch.setattr(session, "display", lambda html: shown.append(html.data))
    step = session.StepSession(step_of("02"), None, tmp_path)  # type: ignore[arg-type]
    rows = [[f"row {n}"] for n in range(30)]
    step.table(rows, {"Name": "left"})
    step.table(rows, {"Name": "left"}, fold="All of them")
    assert ("row 19" in shown[0], "row 20<" in shown[0], "10 more rows" in shown[0]) == (True, False, True)
    assert "row 29" in shown[1]
    assert "more row" not in shown[1]


def test_models_warn_below_their_thresholds_and_not_at_them() -> None:
    rng = np.random.default_rng(1)
    x = rng.geometric(0.4, MODEL_CUSTOMERS) - 1
    T = rng.uniform(20, 50, MODEL_CUSTOMERS)
    enough = pd.DataFrame({"frequency": x, "recency": np.where(x > 0, T * rng.uniform(0.2, 1, len(x)), 0.0), "T": T})
    assert enough["frequency"].sum() >= MODEL_EVENTS
    assert not _warned(BetaGeoNBD(), enough)
    assert _warned(BetaGeoNBD(), enough.iloc[1:])
    spend = pd.DataFrame(
        {"frequency": rng.integers(1, 9, SPEND_CUSTOMERS), "monetary_value": rng.gamma(3, 9, SPEND_CUSTOMERS)}
    )
    assert not _warned(GammaGamma(), spend)
    assert _warned(GammaGamma(), spend.iloc[1:])
