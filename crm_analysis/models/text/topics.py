"""Topics of texts: by words of a visible list, and by what else stands in texts that hold those words."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline, make_union

from crm_analysis.errors import ConfigError
from crm_analysis.messages import _
from crm_analysis.models.text.tokens import language_of, stems
from crm_analysis.thresholds import TOPIC_TEXTS

__all__ = ["OTHER", "TopicModel", "fit_topics", "topic_seeds"]

OTHER = "other"
"""Texts in which no topic is found."""
_SURE = 0.9
"""Probability from which a text without a word of the list belongs to a topic: a wrong example costs more trust than a
missed one, and at a half wishes were shown as complaints about prices."""
_FILE = Path(__file__).with_name("topics.toml")
BoolArray = npt.NDArray[np.bool_]
Seeds = Mapping[str, Mapping[str, Sequence[str]]]


def topic_seeds(path: Path | None = None) -> dict[str, dict[str, list[str]]]:
    """Topic -> language -> words.

    Parameters
    ----------
    path
        A list of one's own, written as ``topics.toml`` of this package; None for that one.

    Raises
    ------
    ConfigError
        The list cannot be read, or a topic is not made of lists of words.
    """
    try:
        found = tomllib.loads((path or _FILE).read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(_("The list of topics cannot be read: {why}", why=str(error))) from error
    for topic, words in found.items():
        if not isinstance(words, dict) or not all(isinstance(one, list) for one in words.values()):
            raise ConfigError(_("Topic '{topic}' needs lists of words, such as ko and en.", topic=topic))
    return found


@dataclass(frozen=True)
class TopicModel:
    """Finds topics in texts.

    Attributes
    ----------
    seeds
        Topic -> language -> words.
    widened
        Topic -> classifier of the stems of a text, for topics that enough texts name.
    """

    seeds: Seeds
    widened: Mapping[str, Pipeline]

    def topics(self, texts: Sequence[str]) -> pd.DataFrame:
        """Whether each text speaks of each topic: by its words, else by the most likely topic if that is likely.

        Returns
        -------
        pandas.DataFrame
            One row per text in the given order, a boolean column per topic.
        """
        read = stems(texts)
        hits = _hits(texts, read, self.seeds)
        found: BoolArray = hits.to_numpy(dtype="bool", copy=True)
        names = list(self.widened)
        rest = np.flatnonzero(~found.any(axis=1))
        if names and len(rest):
            held = [read[i] for i in rest]
            chance = np.column_stack([self.widened[name].predict_proba(held)[:, 1] for name in names])
            best = chance.argmax(axis=1)
            for column, name in enumerate(names):
                sure = (best == column) & (chance[:, column] >= _SURE)
                found[rest[sure], list(hits.columns).index(name)] = True
        return pd.DataFrame(found, columns=hits.columns)


def _hits(texts: Sequence[str], read: Sequence[str], seeds: Seeds) -> pd.DataFrame:
    """Texts that hold a word of a topic: a Korean word as a whole stem, others as the beginning of a word."""
    frame = pd.DataFrame({"text": [t.lower() for t in texts], "stems": [f" {r} " for r in read]}, dtype="str")
    korean = np.array([language_of(t) == "ko" for t in texts], dtype="bool")
    found = {}
    for topic, words in seeds.items():
        ko = "|".join(re.escape(w.lower()) for w in words.get("ko", ()))
        others = "|".join(re.escape(w.lower()) for lang, ws in words.items() if lang != "ko" for w in ws)
        by_stem = frame["stems"].str.contains(rf"(?<= )(?:{ko})(?= )", regex=True) if ko else False
        by_word = frame["text"].str.contains(rf"\b(?:{others})", regex=True) if others else False
        found[topic] = np.where(korean, by_stem, by_word)
    return pd.DataFrame(found).astype("bool")


def fit_topics(texts: Sequence[str], seeds: Seeds) -> TopicModel:
    """Learn from texts that hold a topic's words which other words go with it.

    Parameters
    ----------
    texts
        All texts of the shop.
    seeds
        From :func:`topic_seeds`.

    Returns
    -------
    TopicModel
        Topics named by fewer than ``TOPIC_TEXTS`` distinct texts are found by their words alone.
    """
    distinct = list(dict.fromkeys(texts))
    if not distinct:
        return TopicModel(seeds, {})
    read = stems(distinct)
    hits = _hits(distinct, read, seeds)
    found: BoolArray = hits.to_numpy(dtype="bool")
    named = np.flatnonzero(found.any(axis=1))
    held = [read[i] for i in named]
    widened: dict[str, Pipeline] = {}
    for column, topic in enumerate(hits.columns):
        mine = found[named, column]
        if min(int(mine.sum()), int((~mine).sum())) >= TOPIC_TEXTS:
            widened[topic] = _classifier().fit(held, mine)
    return TopicModel(seeds, widened)


def _classifier() -> Pipeline:
    words = TfidfVectorizer(token_pattern=r"[^ ]+", ngram_range=(1, 2), sublinear_tf=True)
    parts = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), sublinear_tf=True)
    return make_pipeline(make_union(words, parts), LogisticRegression(C=10.0, class_weight="balanced", max_iter=500))
