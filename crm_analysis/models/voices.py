"""What the texts of reviews, surveys and complaints speak of: topics with their moods, trend and examples."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import ibis.expr.types as ir
import numpy as np
import pandas as pd
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from crm_analysis.models.product_signals import shrunk_shares
from crm_analysis.models.text import Sentiment, fit_sentiment, fit_topics, masked, mood_of_scores, topic_seeds
from crm_analysis.thresholds import PERCENT_CUSTOMERS
from crm_analysis.warehouse import collect

__all__ = ["Voices", "needs_of", "read_voices"]

HALF_YEAR_DAYS = 182
_ALPHA = 0.10
_EXAMPLES = 2
_LONGEST = 120


NEED_SHARE = 0.10
"""Share of negative texts above which a topic is a need: the lower end of its interval must exceed it."""


@dataclass(frozen=True)
class Voices:
    """What was said.

    Attributes
    ----------
    topics
        One row per topic that somebody speaks of, most texts first: texts, customers, negative (texts),
        unhappy (customers), share_negative with low and high (90 %, Wilson), recent and before (texts of this
        half-year and the one before), change (of the share of all texts) with change_low and change_high (90 %,
        Newcombe). Shares are NaN under 30 texts.
    examples
        Topic to two masked texts, for topics with 30 texts or more. Not for tables.
    texts, customers
        Texts read, and customers who wrote them.
    found
        Share of the texts in which a topic is found.
    sentiment
        How moods are told where there is no score.
    products
        One row per product that texts name: product_id, texts, negative, share, low, high (90 %, drawn towards all
        products) and mark (``more`` or ``less`` negative than all beyond chance, or empty); most negative texts first.
        Empty where feedback names no product.
    """

    topics: pd.DataFrame
    examples: dict[str, list[str]]
    texts: int
    customers: int
    found: float
    sentiment: Sentiment
    products: pd.DataFrame


def read_voices(
    feedback: ir.Table | None, as_of: date, names: Sequence[str] = (), topics_file: Path | None = None
) -> Voices | None:
    """Topics and moods of all texts up to a day; None without texts.

    Parameters
    ----------
    feedback
        Reviews, surveys, complaints; None where there is no such table.
    names
        Of customers, masked in examples.
    topics_file
        A list of topics of one's own.
    """
    if feedback is None or "text" not in feedback.columns:
        return None
    wanted = ["feedback_id", "customer_id", "given_at", "score", "scale_max", "text", "product_id"]
    kept = feedback.filter(
        feedback["text"].notnull() & (feedback["text"].strip() != "") & (feedback["given_at"].date() <= as_of)
    )
    rows = collect(kept.select(*(c for c in wanted if c in kept.columns)).order_by("given_at", "feedback_id"))
    if rows.empty:
        return None
    rows = rows.reindex(columns=wanted)
    texts = rows["text"].astype("str").tolist()
    by_score = mood_of_scores(rows["score"].astype("float64"), rows["scale_max"].astype("float64"))
    sentiment = fit_sentiment(texts, by_score.tolist())
    mood = by_score.where(by_score != "", sentiment.moods(texts))
    about = fit_topics(texts, topic_seeds(topics_file)).topics(texts)
    days = pd.to_datetime(rows["given_at"]).dt.date.to_numpy()
    counted = [_row(t, about[t].to_numpy(), mood.to_numpy(), rows["customer_id"], days, as_of) for t in about.columns]
    topics = pd.DataFrame([row for row in counted if row["texts"]], columns=list(counted[0]) if counted else None)
    topics = topics.sort_values(["texts", "topic"], ascending=[False, True], ignore_index=True)
    shown = topics.loc[topics["texts"] >= PERCENT_CUSTOMERS, "topic"]
    examples = {t: _examples(rows.loc[about[t].to_numpy(), "text"], names) for t in shown}
    found = float(about.to_numpy().any(axis=1).mean())
    people = int(rows["customer_id"].nunique())
    return Voices(topics, examples, len(rows), people, found, sentiment, _by_product(rows["product_id"], mood))


def _by_product(products: pd.Series, mood: pd.Series) -> pd.DataFrame:
    """Texts and negative ones by the product they are about."""
    known = pd.DataFrame({"product_id": products, "bad": mood == "bad"}).dropna(subset=["product_id"])
    counted = known.groupby("product_id", as_index=False).agg(texts=("bad", "size"), negative=("bad", "sum"))
    counted = counted.astype({"product_id": "str", "texts": "int64", "negative": "int64"})
    found = counted.join(shrunk_shares(counted["negative"], counted["texts"]))
    return found.sort_values(["negative", "product_id"], ascending=[False, True], ignore_index=True)


def _row(
    topic: str, mine: np.ndarray, mood: np.ndarray, who: pd.Series, days: np.ndarray, as_of: date
) -> dict[str, object]:
    """One topic counted."""
    texts, bad = int(mine.sum()), mine & (mood == "bad")
    start, before = as_of - timedelta(days=HALF_YEAR_DAYS), as_of - timedelta(days=2 * HALF_YEAR_DAYS)
    now, then = days > start, (days <= start) & (days > before)
    recent, earlier = int((mine & now).sum()), int((mine & then).sum())
    row: dict[str, object] = {
        "topic": topic,
        "texts": texts,
        "customers": int(who[mine].nunique()),
        "negative": int(bad.sum()),
        "unhappy": int(who[bad].nunique()),
    }
    share = change = (float("nan"),) * 3
    if texts >= PERCENT_CUSTOMERS:
        share = (bad.sum() / texts, *proportion_confint(int(bad.sum()), texts, alpha=_ALPHA, method="wilson"))
    if min(now.sum(), then.sum()) >= PERCENT_CUSTOMERS:
        sizes = int(now.sum()), int(then.sum())
        low, high = confint_proportions_2indep(recent, sizes[0], earlier, sizes[1], method="newcomb", alpha=_ALPHA)
        change = (recent / sizes[0] - earlier / sizes[1], float(low), float(high))
    row |= dict(zip(("share_negative", "low", "high"), map(float, share), strict=True))
    row |= {"recent": recent, "before": earlier}
    return row | dict(zip(("change", "change_low", "change_high"), change, strict=True))


def _examples(texts: pd.Series, names: Sequence[str]) -> list[str]:
    """The newest different texts, masked and shortened."""
    newest = texts.iloc[::-1].drop_duplicates().head(_EXAMPLES)
    return [text[:_LONGEST] for text in masked(newest.astype("str").tolist(), names)]


def needs_of(voices: Voices | None) -> pd.DataFrame | None:
    """Topics that many customers are unhappy about, as needs.

    Returns
    -------
    pandas.DataFrame or None
        One row per topic with 30 texts or more of which surely more than one in ten is negative, most unhappy customers
        first: topic,
        customers, unhappy, share_negative, low, high, confidence (``high``: the interval is at most 10 points wide
        either way, ``low``: wider).
    """
    if voices is None:
        return None
    topics = voices.topics
    rows = topics[topics["low"] > NEED_SHARE].sort_values(["unhappy", "topic"], ascending=[False, True])
    columns = ["topic", "customers", "unhappy", "share_negative", "low", "high"]
    width = rows["high"] - rows["low"]
    return rows[columns].assign(confidence=np.where(width <= 0.2, "high", "low")).reset_index(drop=True)
