"""Topics of a shop's feedback: counts, few texts, and nothing personal in tables or examples."""

from __future__ import annotations

from datetime import date

import ibis
import numpy as np
import pandas as pd

from crm_analysis.models import needs_of, read_voices

AS_OF = date(2024, 12, 31)
SECRETS = ("010-1234-5678", "kim@example.com", "김서연", "A20231105")


def _feedback(count: int, text: str, score: float) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "feedback_id": [f"{text[:2]}{i}" for i in range(count)],
            "customer_id": [f"c{i}" for i in range(count)],
            "given_at": pd.date_range("2024-12-01", periods=count, freq="h"),
            "score": score,
            "scale_max": 5.0,
            "text": text,
        }
    )


def test_topics_are_counted_with_their_moods_and_needs_follow() -> None:
    rows = pd.concat([_feedback(40, "배송이 늦었어요", 1.0), _feedback(10, "a fair price", 5.0)])
    voices = read_voices(ibis.memtable(rows), AS_OF)
    assert voices is not None and voices.texts == 50
    topics = voices.topics.set_index("topic")
    assert [topics[column]["delivery"] for column in ("texts", "negative", "unhappy")] == [40, 40, 40]
    assert topics["share_negative"]["delivery"] == 1.0
    assert topics["texts"]["price"] == 10 and np.isnan(topics["share_negative"]["price"])
    needs = needs_of(voices)
    assert needs is not None and needs["topic"].tolist() == ["delivery"]


def test_nothing_personal_is_in_tables_or_examples() -> None:
    rows = _feedback(40, f"배송 문의 {' '.join(SECRETS)}", 1.0)
    voices = read_voices(ibis.memtable(rows), AS_OF, ["김서연"])
    assert voices is not None and voices.examples["delivery"]
    shown = voices.topics.to_csv() + str(voices.examples)
    assert not [secret for secret in SECRETS if secret in shown]


def test_few_texts_give_no_example_and_no_text_gives_nothing() -> None:
    rows = _feedback(10, "배송이 늦었어요", 1.0)
    few = read_voices(ibis.memtable(rows), AS_OF)
    assert few is not None and few.examples == {}
    assert read_voices(None, AS_OF) is None and needs_of(None) is None
    assert read_voices(ibis.memtable(rows.drop(columns="text")), AS_OF) is None


def test_texts_alone_are_enough() -> None:
    rows = _feedback(40, "delivery was awful", 1.0).drop(columns=["score", "scale_max"])
    voices = read_voices(ibis.memtable(rows), AS_OF)
    assert voices is not None and voices.topics.set_index("topic").loc["delivery", "negative"] == 40
