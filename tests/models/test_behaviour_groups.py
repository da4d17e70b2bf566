"""Groups by behaviour: planted ones are found and called stable, one cloud of customers is not."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from crm_analysis.features import BEHAVIOUR
from crm_analysis.models import behaviour_members, group_by_behaviour


def _traits(centres: list[dict[str, float]], each: int, spread: float = 0.05) -> tuple[pd.DataFrame, np.ndarray]:
    rng = np.random.default_rng(5)
    usual = {"orders": 5.0, "order_value": 50.0, "lines_per_order": 2.0, "products": 6.0, "discount_share": 0.1,
             "weekend_share": 0.3, "channel_share": 0.5}  # fmt: skip
    parts = [
        pd.DataFrame({name: (usual | centre)[name] * np.exp(spread * rng.normal(size=each)) for name in BEHAVIOUR})
        for centre in centres
    ]
    frame = pd.concat(parts, ignore_index=True)
    frame.insert(0, "customer_id", [f"c{i}" for i in frame.index])
    return frame, np.repeat(np.arange(len(centres)), each)


def test_planted_groups_come_back_with_their_traits() -> None:
    traits, truth = _traits([{"orders": 40.0}, {"order_value": 900.0}, {"discount_share": 0.9}, {}], 200)
    found = group_by_behaviour(traits, 1)
    assert found is not None
    assert found.stable
    assert len(found.groups) == 4
    assert pd.crosstab(truth, found.members["group"]).max(axis=1).sum() == len(traits)
    named = " ".join(found.groups["traits"])
    assert "+orders" in named
    assert "+order_value" in named
    assert "+discount_share" in named


def test_one_cloud_is_not_called_groups() -> None:
    traits, _truth = _traits([{}], 1200, spread=0.5)
    found = group_by_behaviour(traits, 1)
    assert found is not None
    assert not found.stable
    assert found.stability < 0.8


def test_too_few_customers() -> None:
    traits, _truth = _traits([{}, {"orders": 40.0}], 100)
    assert group_by_behaviour(traits, 1) is None
    assert behaviour_members(None) is None


def test_unknown_traits_are_left_out_and_the_draw_repeats() -> None:
    traits, _truth = _traits([{"orders": 40.0}, {"order_value": 900.0}, {"discount_share": 0.9}], 150)
    traits["channel_share"] = np.nan
    one, two = (group_by_behaviour(traits, 7) for _ in range(2))
    assert one is not None
    assert two is not None
    pd.testing.assert_frame_equal(one.members, two.members)
    members = behaviour_members(one)
    assert members is not None
    assert members["group"].nunique() == len(one.groups)
    assert one.groups["customers"].sum() == pytest.approx(450)
