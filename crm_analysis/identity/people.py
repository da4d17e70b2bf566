"""From pairs to people: probable pairs are merged, possible ones wait for a person to decide; nothing is deleted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from crm_analysis.errors import ContractError
from crm_analysis.identity.decisions import DECISIONS
from crm_analysis.identity.matching import score_pairs
from crm_analysis.identity.standardise import standardised
from crm_analysis.messages import _

__all__ = ["IDENTITY_VERSION", "MERGE_FROM", "REVIEW_FROM", "People", "match_lists", "resolve"]

IDENTITY_VERSION = 1
"""Raised whenever the same records would be linked differently."""

MERGE_FROM = 0.95
"""Probability from which on two records are merged without asking; chosen on the simulated shop, once for all data."""

REVIEW_FROM = 0.50
"""Probability from which on a pair is put before a person."""

_OTHER = "other: "
"""Before the ids of a second list, which may be numbered like the first."""


@dataclass(frozen=True)
class People:
    """Who is who.

    Attributes
    ----------
    links
        One row per customer_id: customer_id, person_id (of the person's records the one that joined first, of several
        the smallest), records (of that person).
    review
        Pairs that wait for a decision, as :func:`crm_analysis.identity.score_pairs` returns them.
    records
        The records in one form, as :func:`crm_analysis.identity.standardised` returns them.
    """

    links: pd.DataFrame
    review: pd.DataFrame
    records: pd.DataFrame


def resolve(customers: pd.DataFrame, decided: pd.DataFrame | None = None, region: str = "KR") -> People:
    """Find the people behind customer records.

    Records stay as they are; only the link from record to person is made, so taking a decision back restores both
    records with all their history.

    Parameters
    ----------
    customers
        One row per customer_id; of name, email, phone, address, birth_date and joined_at those that there are.
    decided
        Decisions of people: customer_id_l, customer_id_r, decision (``same`` or ``different``). Two records decided to
        be different are never one person, whatever else links them.
    region
        Country of phone numbers that name none.

    Raises
    ------
    ContractError
        customer_id repeats, or a decision is neither ``same`` nor ``different``.
    """
    if customers["customer_id"].duplicated().any():
        count = int(customers["customer_id"].duplicated().sum())
        raise ContractError(_("customers: {count} rows repeat a customer_id. Keep one row per customer.", count=count))
    records = standardised(customers, region)
    pairs = score_pairs(records, at_least=REVIEW_FROM)
    same, different = _decisions(decided)
    ids = customers["customer_id"].astype(str).to_numpy()
    key = _keys(pairs["customer_id_l"], pairs["customer_id_r"])
    pairs = pairs[~key.isin(different) & ~key.isin(same)]
    probable = pairs[(pairs["probability"] >= MERGE_FROM) & pairs["alone"]]
    edges = [(str(left), str(right)) for left, right in same]
    edges += list(zip(probable["customer_id_l"].astype(str), probable["customer_id_r"].astype(str), strict=True))
    label = _components(ids, edges, set(different))
    links = pd.DataFrame({"customer_id": ids, "label": label})
    links["person_id"] = _named_after(links["label"], links["customer_id"], customers)
    links["records"] = links.groupby("label")["customer_id"].transform("size")
    person = links.set_index("customer_id")["person_id"]
    apart = pairs["customer_id_l"].map(person).to_numpy() != pairs["customer_id_r"].map(person).to_numpy()
    return People(links.drop(columns="label"), pairs[apart].reset_index(drop=True), records)


def match_lists(records: pd.DataFrame, others: pd.DataFrame, region: str = "KR") -> pd.DataFrame:
    """Which records of another list, such as prospects, are customers already.

    Parameters
    ----------
    records
        Of the customers, from :func:`crm_analysis.identity.standardised`.
    others
        One row per customer_id, here the other list's own id; of name, email, phone, address and birth_date those
        that there are.
    region
        Country of phone numbers that name none.

    Returns
    -------
    pandas.DataFrame
        One row per record of the other list that is one of a customer: other_id, customer_id, probability. Who is
        only possibly one is not in it.
    """
    marked = others.assign(customer_id=_OTHER + others["customer_id"].astype(str))
    pairs = score_pairs(records, standardised(marked, region), at_least=MERGE_FROM)
    pairs = pairs[pairs["alone"].astype(bool)]
    left, right = pairs["customer_id_l"].astype(str), pairs["customer_id_r"].astype(str)
    swapped = left.str.startswith(_OTHER)
    other = left.where(swapped, right).str.removeprefix(_OTHER)
    found = pd.DataFrame(
        {"other_id": other, "customer_id": right.where(swapped, left), "probability": pairs["probability"]}
    )
    return found.drop_duplicates("other_id").sort_values("other_id", ignore_index=True)


def _named_after(label: pd.Series, ids: pd.Series, customers: pd.DataFrame) -> pd.Series:
    """The id of each person: whatever the order in which records arrive, it is that of the oldest one."""
    joined = pd.to_datetime(customers["joined_at"].to_numpy()) if "joined_at" in customers else None
    frame = pd.DataFrame({"label": label, "id": ids, "joined": joined if joined is not None else pd.NaT})
    first = frame.sort_values(["joined", "id"], na_position="last").drop_duplicates("label")
    return label.map(first.set_index("label")["id"])


def _keys(left: pd.Series, right: pd.Series) -> pd.Series:
    first = np.minimum(left.astype(str).to_numpy(dtype=object), right.astype(str).to_numpy(dtype=object))
    last = np.maximum(left.astype(str).to_numpy(dtype=object), right.astype(str).to_numpy(dtype=object))
    return pd.Series(list(zip(first, last, strict=True)), index=left.index, dtype=object)


def _decisions(decided: pd.DataFrame | None) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    if decided is None or decided.empty:
        return [], []
    unknown = sorted(set(decided["decision"]) - set(DECISIONS))
    if unknown:
        raise ContractError(
            _("A decision is '{decision}'. Known: {known}.", decision=str(unknown[0]), known=", ".join(DECISIONS))
        )
    keys = _keys(decided["customer_id_l"], decided["customer_id_r"])
    return list(keys[decided["decision"] == "same"]), list(keys[decided["decision"] == "different"])


def _components(ids: np.ndarray, edges: list[tuple[str, str]], different: set[tuple[str, str]]) -> np.ndarray:
    """Connected records; an edge that would bring together what people keep apart is left out, the last one first."""
    place = {name: number for number, name in enumerate(ids)}
    known = [(place[left], place[right]) for left, right in edges if left in place and right in place]
    apart = [(place[left], place[right]) for left, right in different if left in place and right in place]
    label = _connected(len(ids), known)
    if all(label[left] != label[right] for left, right in apart):
        return label
    group = np.arange(len(ids))
    for left, right in known:  # in order of probability; only where people disagree with the model
        joined = np.where(group == group[right], group[left], group)
        if all(joined[one] != joined[two] for one, two in apart):
            group = joined
    return group


def _connected(size: int, edges: list[tuple[int, int]]) -> np.ndarray:
    ends = np.array(edges, dtype="int64").reshape(-1, 2)
    graph = coo_matrix((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=(size, size))
    return np.asarray(connected_components(graph, directed=False)[1])
