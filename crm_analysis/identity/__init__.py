"""Which customer records are the same person: standardised contact data, scored pairs, people."""

from crm_analysis.identity.matching import score_pairs
from crm_analysis.identity.people import MERGE_FROM, REVIEW_FROM, People, resolve
from crm_analysis.identity.standardise import standardised

__all__ = ["MERGE_FROM", "REVIEW_FROM", "People", "resolve", "score_pairs", "standardised"]
