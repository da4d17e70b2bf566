"""Which customer records are the same person: standardised contact data, scored pairs, people."""

from crm_analysis.identity.decisions import current_decisions, record_decision
from crm_analysis.identity.matching import score_pairs
from crm_analysis.identity.people import IDENTITY_VERSION, MERGE_FROM, REVIEW_FROM, People, match_lists, resolve
from crm_analysis.identity.standardise import standardised

__all__ = [
    "IDENTITY_VERSION",
    "MERGE_FROM",
    "REVIEW_FROM",
    "People",
    "current_decisions",
    "match_lists",
    "record_decision",
    "resolve",
    "score_pairs",
    "standardised",
]
