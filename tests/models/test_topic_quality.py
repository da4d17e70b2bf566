"""How well topics are found in texts whose truth is known, in wordings that the shop writes and in ones kept back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from crm_analysis.datasets.simulated import Simulation, simulate
from crm_analysis.models.text import fit_topics, has_korean_words, topic_seeds
from tests.simulated_tables import table_of, truth_of


def _f1(truth: pd.Series, found: pd.DataFrame) -> float:
    wanted = pd.get_dummies(truth).reindex(columns=found.columns, fill_value=False).to_numpy(dtype=bool)
    given = found.to_numpy(dtype=bool)
    return float(2 * (wanted & given).sum() / (wanted.sum() + given.sum()))


@pytest.mark.slow
@pytest.mark.skipif(not has_korean_words(), reason="needs the extra korean (kiwipiepy)")
def test_topics_of_known_and_unseen_wordings(tmp_path: Path, record_property: Callable[[str, object], None]) -> None:
    simulate(tmp_path, Simulation(world="default", customers=4_000, seed=11))
    rows = truth_of(tmp_path, "feedback").merge(table_of(tmp_path, "feedback"), on="feedback_id")
    rows = rows.dropna(subset=["text"]).reset_index(drop=True)
    found = fit_topics(rows["text"].tolist(), topic_seeds()).topics(rows["text"].tolist())
    reached = {}
    for lang in ("ko", "en"):
        for kept in (False, True):
            mine = (rows["language"] == lang) & (rows["kept_wording"] == kept)
            reached[f"{lang} {'kept back' if kept else 'known'}"] = _f1(rows.loc[mine, "topic"], found[mine])
    record_property("reached", reached)
    assert min(reached["ko known"], reached["en known"]) > 0.75
    assert min(reached["ko kept back"], reached["en kept back"]) > 0.25
