"""Moods of texts: learnt from the shop's own texts with scores, else by a short list of words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedGroupKFold, cross_val_predict
from sklearn.pipeline import Pipeline, make_pipeline, make_union

from crm_analysis.models.text.tokens import stems
from crm_analysis.thresholds import MOOD_TEXTS

__all__ = ["BAD_UP_TO", "GOOD_FROM", "Sentiment", "fit_sentiment", "mood_of_scores"]

BAD_UP_TO, GOOD_FROM = 0.5, 0.8
"""Shares of the best score: bad up to the first, good from the second (5 stars: 1 and 2; 4 and 5)."""
_UNCLEAR = 0.15
_FOLDS = 5
_WORDS = {
    "good": (
        "좋 만족 친절 감사 고맙 최고 추천 빠르 편하 완벽 훌륭 맛있 good great love excellent perfect happy nice "
        "satisfied recommend fast friendly thanks wonderful"
    ),
    "bad": (
        "나쁘 불만 실망 최악 별로 느리 늦 불친절 불편 엉망 짜증 아쉽 망가지 고장 bad poor terrible awful "
        "disappointed worst slow late rude broken never unhappy"
    ),
}
_GOOD, _BAD = (frozenset(_WORDS[mood].split()) for mood in ("good", "bad"))


def mood_of_scores(score: pd.Series, scale_max: pd.Series) -> pd.Series:
    """``good``, ``bad``, ``mixed`` by score, empty without one."""
    share = (score / scale_max.where(scale_max > 0)).astype("float64")
    mood = np.select([share.isna(), share >= GOOD_FROM, share <= BAD_UP_TO], ["", "good", "bad"], default="mixed")
    return pd.Series(mood, index=score.index, dtype="str")


@dataclass(frozen=True)
class Sentiment:
    """Tells good from bad texts.

    Attributes
    ----------
    model
        None: by a short list of words.
    texts
        Texts with a good or bad score it was trained on, the same text counted once per score.
    accuracy
        Share of these told rightly by a model that did not see the text (five folds, a text in one fold only);
        NaN without a model.
    """

    model: Pipeline | None
    texts: int
    accuracy: float

    def moods(self, texts: Sequence[str]) -> npt.NDArray[np.str_]:
        """``good``, ``bad``, or ``mixed`` where it is not clear."""
        if not len(texts):
            return np.array([], dtype="str")
        read = stems(texts)
        if self.model is None:
            return np.array([_by_words(text) for text in read], dtype="str")
        good = self.model.predict_proba(read)[:, 1]
        return np.select([good >= 0.5 + _UNCLEAR, good <= 0.5 - _UNCLEAR], ["good", "bad"], default="mixed")


def _by_words(text: str) -> str:
    words = text.split()
    balance = sum(w in _GOOD for w in words) - sum(w in _BAD for w in words)
    return "good" if balance > 0 else "bad" if balance < 0 else "mixed"


def fit_sentiment(texts: Sequence[str], moods: Sequence[str]) -> Sentiment:
    """Learn moods from texts whose scores are known.

    Parameters
    ----------
    texts, moods
        Texts, and ``good``, ``bad`` or anything else (left out) for each.

    Returns
    -------
    Sentiment
        With fewer than ``MOOD_TEXTS`` distinct texts of one of both moods: by a short list of words.
    """
    frame = pd.DataFrame({"text": list(texts), "mood": list(moods)}, dtype="str")
    frame = frame[frame["mood"].isin(["good", "bad"])].drop_duplicates()
    sizes = frame["mood"].value_counts()
    if min(int(sizes.get("good", 0)), int(sizes.get("bad", 0))) < MOOD_TEXTS:
        return Sentiment(None, len(frame), float("nan"))
    read, good = stems(frame["text"].tolist()), (frame["mood"] == "good").to_numpy()
    model = _classifier()
    folds = StratifiedGroupKFold(_FOLDS, shuffle=True, random_state=0)
    told: Any = cross_val_predict(model, read, good, groups=frame["text"].to_numpy(), cv=folds)
    return Sentiment(model.fit(read, good), len(frame), float((told == good).mean()))


def _classifier() -> Pipeline:
    words = TfidfVectorizer(token_pattern=r"[^ ]+", ngram_range=(1, 2), sublinear_tf=True)
    parts = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), min_df=2, sublinear_tf=True)
    return make_pipeline(make_union(words, parts), LogisticRegression(C=3.0, max_iter=500))
