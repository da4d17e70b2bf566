"""How likely two customer records are one person: a Fellegi-Sunter model on Splink.

How often a field agrees for one person (m) is fixed here, once for all data: it says how people write their own data,
and a shop with few doubles cannot teach it. How often a field agrees by chance (u) and how common each value is are
learned from the shop's own records. Source: Fellegi and Sunter (1969), A theory for record linkage, JASA 64(328).
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import splink.comparison_level_library as levels
from splink import Linker, SettingsCreator
from splink.backends.duckdb import DuckDBAPI
from splink.blocking_rule_library import block_on
from splink.comparison_library import CustomComparison

from crm_analysis.identity.standardise import FIELDS

__all__ = ["score_pairs"]

_FEW = 500
"""So few records that the doubles among them would pass for chance: then usual chances are assumed."""
_PAIRS_FOR_CHANCE = 1_000_000.0
_SEED = 20170101

_BLOCKS = (
    ("email",),
    ("phone",),
    ("birth",),
    ("postcode", "house"),
    ("postcode", "surname"),
    ("postcode", "given"),
    ("address",),
    ("given", "surname"),
    ("given_key", "family_key"),
    ("surname", "house"),
    ("given", "house"),
)
"""Pairs are compared if all fields of one of these agree, but not where that would be too many pairs."""

_SAME, _NOTHING_AGREES, _GIVEN_AGREES, _SURNAME_AGREES, _NAMES_AGREE = 2, 0, 1, 2, 3
"""Levels: a field is the same; of names nothing, the given one or the surname is; from the last on they are one."""

_OF_A_HOME, _MOST_OF_A_HOME = ("phone", "address", "house", "postcode"), 12.0
"""What people of one home share, and how many bits it says at the most where their names differ."""
_BESIDE_NAMES = ("email", "phone", "birth")
_PARTS_OF_A_HOME, _PARTS_THAT_TELL = {"address": 1, "house": _SAME, "postcode": _SAME}, 2
"""One of the first has to be the same, or two parts of the home: a name alone is no person, nor are numbered values."""

_ALWAYS_PAIRS, _PAIRS_A_RECORD = 2_000_000, 10


def score_pairs(records: pd.DataFrame, other: pd.DataFrame | None = None, *, at_least: float = 0.5) -> pd.DataFrame:
    """Pairs of records that may be one person.

    Parameters
    ----------
    records
        Of :func:`crm_analysis.identity.standardised`.
    other
        A second list, such as prospects: then pairs between the two lists are looked for, not within them.
    at_least
        Probability from which on a pair is returned.

    Returns
    -------
    pandas.DataFrame
        One row per pair, the most probable first: customer_id_l, customer_id_r, probability, and for each of
        ``name, email, phone, birth, address, house, postcode`` its weight of evidence in bits: above 0 it speaks for
        one person, below 0 against it, 0 says nothing because a record lacks it;
        and ``alone``: whether it is one person even if people share a home, a telephone or a name (the names agree and
        something else, or the day of birth; where a name is not known or the surname differs, the e-mail address does).
    """
    lists = [records] if other is None else [records, other]
    used = [field for field in FIELDS if all(frame[field].notna().any() for frame in lists)]
    few = sum(map(len, lists)) < _FEW
    comparisons = _comparisons(used, few=few)
    empty = pd.DataFrame(columns=["customer_id_l", "customer_id_r", "probability", *_EVIDENCE, "alone"])
    if not comparisons or sum(map(len, lists)) < 2:
        return empty
    with duckdb.connect() as connection, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = _predict(connection, lists, comparisons, used, at_least, few=few)
    if found.empty:
        return empty
    kept = pd.DataFrame({name: found[name] for name in ("customer_id_l", "customer_id_r")})
    for name in _EVIDENCE:
        weights = [found[column] for column in (f"mw_{name}", f"mw_tf_adj_{name}") if column in found]
        kept[name] = sum(weights) if weights else 0.0
    kept["probability"] = 1 / (1 + np.exp2(_one_home(found, kept) - found["match_weight"]))
    kept["alone"] = _alone(found)
    kept = kept[kept["probability"] >= at_least]
    order = ["probability", "customer_id_l", "customer_id_r"]
    return kept.sort_values(order, ascending=[False, True, True], ignore_index=True)


def _one_home(found: pd.DataFrame, kept: pd.DataFrame) -> pd.Series:
    """Bits to take off where names and days of birth are not the same: a home and its telephone are one fact, not five.

    The model takes the fields for independent of each other, which they are not for two people of one home.
    """
    home: pd.Series = kept[list(_OF_A_HOME)].clip(lower=0).sum(axis=1)
    no = pd.Series(data=False, index=found.index)
    born = found["gamma_birth"] == _SAME if "gamma_birth" in found else no
    told = found["given_l"].notna() & found["given_r"].notna() if "given_l" in found else ~no
    name = found.get("gamma_name", no.astype("int64") - 1)
    differ = ((name == _NOTHING_AGREES) | ((name == _SURNAME_AGREES) & told)) & ~born
    return (home - _MOST_OF_A_HOME).clip(lower=0).where(differ, 0.0)


def _alone(found: pd.DataFrame) -> pd.Series:
    """Whether a pair is one person and neither two of one home nor two of one name.

    Splink numbers the levels of a comparison from the last one.
    """
    no = pd.Series(data=False, index=found.index)
    name = found.get("gamma_name", pd.Series(data=-1, index=found.index))
    born = found["gamma_birth"] == _SAME if "gamma_birth" in found else no
    mail = found["gamma_email"] == _SAME if "gamma_email" in found else no
    same = [found[f"gamma_{field}"] == _SAME for field in _BESIDE_NAMES if f"gamma_{field}" in found]
    home = [found[f"gamma_{field}"] >= least for field, least in _PARTS_OF_A_HOME.items() if f"gamma_{field}" in found]
    more = np.logical_or.reduce([no, *same, sum(home, start=no.astype("int64")) >= _PARTS_THAT_TELL])
    half = found["given_l"].isna() | found["given_r"].isna() if "given_l" in found else no
    unsure = (name < 0) | (name == _GIVEN_AGREES) | (half & (name == _SURNAME_AGREES))
    certain: pd.Series = ((name >= _NAMES_AGREE) & more) | born | (mail & unsure)
    return certain


def _predict(
    connection: duckdb.DuckDBPyConnection,
    lists: Sequence[pd.DataFrame],
    comparisons: Mapping[str, CustomComparison],
    used: Sequence[str],
    at_least: float,
    *,
    few: bool,
) -> pd.DataFrame:
    logging.getLogger("splink").setLevel(logging.ERROR)
    connection.execute("SET enable_progress_bar = false")
    most = max(_ALWAYS_PAIRS, _PAIRS_A_RECORD * sum(map(len, lists)))
    blocks = [block for block in _BLOCKS if set(block) <= set(used) and _pairs(lists, block) <= most]
    rules: list[Any] = [block_on(*block) for block in blocks]
    settings = SettingsCreator(
        link_type="dedupe_only" if len(lists) == 1 else "link_only",
        comparisons=list(comparisons.values()),
        blocking_rules_to_generate_predictions=rules or [block_on(used[0])],
        unique_id_column_name="customer_id",
        probability_two_random_records_match=1 / max(len(lists[0]), 2),
        retain_matching_columns=True,
        retain_intermediate_calculation_columns=True,
    )
    api = DuckDBAPI(connection)
    tables = [api.register(frame, dataset_display_name=f"list_{place}") for place, frame in enumerate(lists)]
    linker = Linker(tables if len(tables) > 1 else tables[0], settings, log_level=logging.ERROR)
    if not few:
        linker.training.estimate_u_using_random_sampling(max_pairs=_PAIRS_FOR_CHANCE, seed=_SEED)
    found: Any = linker.inference.predict(threshold_match_probability=at_least)
    frame: pd.DataFrame = found.as_pandas_dataframe()
    return frame


def _pairs(lists: Sequence[pd.DataFrame], block: Sequence[str]) -> float:
    """How many pairs agree in all fields of a block."""
    sizes = [frame.dropna(subset=list(block)).groupby(list(block)).size() for frame in lists]
    if len(sizes) == 1:
        return float((sizes[0] * (sizes[0] - 1) / 2).sum())
    return float(sizes[0].mul(sizes[1], fill_value=0).sum())


_EVIDENCE = ("name", "email", "phone", "birth", "address", "house", "postcode")


_USUAL = {
    "email": (0.0005, 0.02),
    "phone": (0.0005, 0.03),
    "birth": (0.001, 0.005),
    "address": (0.15, 0.30),
    "house": (0.02, 0.20),
    "postcode": (0.02, 0.15),
    "name": (0.002, 0.002, 0.0005, 0.04, 0.08, 0.02),
}
"""How often fields are the same, or alike, by chance where the records are too few to tell."""


def _comparisons(used: Sequence[str], *, few: bool) -> dict[str, CustomComparison]:
    """The comparisons of the fields that both lists have; of few records with the usual chances."""
    found = {
        "email": _field("email", 0.75, 0.10, _slips("email", 2), few, common=True),
        "phone": _field("phone", 0.70, 0.06, _slips("phone", 1), few, common=True),
        "birth": _field("birth", 0.82, 0.10, _slips("birth", 1), few),
        "address": _field("address", 0.55, 0.30, _similar("address", 0.85), few, common=True),
        "house": _field("house", 0.75, 0.12, _slips("house", 1), few),
        "postcode": _field("postcode", 0.80, 0.10, _slips("postcode", 1), few),
    }
    kept = {name: comparison for name, comparison in found.items() if name in used}
    return {"name": _name(few), **kept} if {"given", "surname"} <= set(used) else kept


def _similar(field: str, least: float) -> str:
    return f"jaro_winkler_similarity({field}_l, {field}_r) >= {least}"


def _slips(field: str, most: int) -> str:
    """At most so many letters differ or changed places; the cheaper distance, at most twice as long, is asked first."""
    left, right = f"{field}_l", f"{field}_r"
    return (
        f"abs(length({left}) - length({right})) <= {most} AND levenshtein({left}, {right}) <= {2 * most}"
        f" AND damerau_levenshtein({left}, {right}) <= {most}"
    )


def _level(sql: str, m: float, by_chance: float | None, common: str | None = None) -> Any:
    level = levels.CustomLevel(sql).configure(m_probability=m, fix_m_probability=True, **_chance(by_chance))
    if common and by_chance is None:
        level.configure(tf_adjustment_column=common, disable_tf_exact_match_detection=True)
    return level


def _else(m: float, by_chance: float | None) -> Any:
    return levels.ElseLevel().configure(m_probability=m, fix_m_probability=True, **_chance(by_chance))


def _chance(value: float | None) -> dict[str, Any]:
    return {} if value is None else {"u_probability": value, "fix_u_probability": True}


def _field(
    field: str, same: float, alike: float, alike_if: str, few: bool, *, common: bool = False
) -> CustomComparison:
    """A field that is the same, alike or different; ``common``: the rarer the value, the more it says."""
    one, two = _USUAL[field] if few else (None, None)
    return CustomComparison(
        output_column_name=field,
        comparison_levels=[
            levels.NullLevel(field),
            _level(f"{field}_l = {field}_r", same, one, field if common else None),
            _level(alike_if, alike, two),
            _else(1 - same - alike, 1 - one - two if one is not None and two is not None else None),
        ],
    )


def _name(few: bool) -> CustomComparison:
    nothing = "(given_{0} IS NULL AND surname_{0} IS NULL)"
    both_alike = f"{_similar('given', 0.85)} AND {_similar('surname', 0.85)}"
    keys_alike = f"{_similar('given_key', 0.90)} AND family_key_l = family_key_r"
    told = (
        ("given_l = given_r AND surname_l = surname_r", 0.57, "given"),
        ("given_key_l = given_key_r AND family_key_l = family_key_r", 0.05, None),
        ("given_l = surname_r AND surname_l = given_r", 0.04, None),
        (f"({both_alike}) OR ({keys_alike})", 0.16, None),
        ("surname_l = surname_r", 0.07, "surname"),
        ("given_l = given_r", 0.07, "given"),
    )
    chances = _USUAL["name"] if few else (None,) * len(told)
    return CustomComparison(
        output_column_name="name",
        comparison_levels=[
            levels.CustomLevel(f"{nothing.format('l')} OR {nothing.format('r')}").configure(is_null_level=True),
            *(_level(sql, m, by_chance, common) for (sql, m, common), by_chance in zip(told, chances, strict=True)),
            _else(0.04, 1 - sum(_USUAL["name"]) if few else None),
        ],
    )
