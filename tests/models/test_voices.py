"""Topics of a shop's feedback: counts, few texts, and nothing personal in tables or examples."""

from __future__ import annotations

from datetime import date
from pathlib import Path

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


def test_products_with_more_bad_texts_than_chance() -> None:
    good = pd.concat([_feedback(60, f"fine {n}", 5.0).assign(product_id=f"p{n}") for n in range(8)])
    bad = _feedback(60, "broken", 1.0).assign(product_id="bad")
    voices = read_voices(ibis.memtable(pd.concat([good, bad, _feedback(9, "no product", 1.0)])), AS_OF)
    assert voices is not None
    assert voices.products.loc[0, ["product_id", "texts", "negative", "mark"]].tolist() == ["bad", 60, 60, "more"]
    assert voices.products["texts"].sum() == 9 * 60 and voices.products["share"].iloc[0] < 1
    none = read_voices(ibis.memtable(bad.drop(columns="product_id")), AS_OF)
    assert none is not None and none.products.empty


def test_a_list_of_topics_of_ones_own(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text('[pets]\nen = ["dog"]\n', encoding="utf-8")
    voices = read_voices(ibis.memtable(_feedback(40, "my dog", 5.0)), AS_OF, (), tmp_path / "own.toml")
    assert voices is not None and voices.topics["topic"].tolist() == ["pets"]


def test_texts_alone_are_enough() -> None:
    rows = _feedback(40, "delivery was awful", 1.0).drop(columns=["score", "scale_max"])
    voices = read_voices(ibis.memtable(rows), AS_OF)
    assert voices is not None and voices.topics.set_index("topic").loc["delivery", "negative"] == 40
