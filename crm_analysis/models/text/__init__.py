"""What texts of customers speak of, in what mood, and how they can be shown."""

from crm_analysis.models.text.masking import MASK, masked
from crm_analysis.models.text.sentiment import BAD_UP_TO, GOOD_FROM, Sentiment, fit_sentiment, mood_of_scores
from crm_analysis.models.text.tokens import has_korean_words, language_of, stems
from crm_analysis.models.text.topics import OTHER, TopicModel, fit_topics, topic_seeds

__all__ = [
    "BAD_UP_TO",
    "GOOD_FROM",
    "MASK",
    "OTHER",
    "Sentiment",
    "TopicModel",
    "fit_sentiment",
    "fit_topics",
    "has_korean_words",
    "language_of",
    "masked",
    "mood_of_scores",
    "stems",
    "topic_seeds",
]
