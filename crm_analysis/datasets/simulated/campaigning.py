"""Campaigns while they run: who is drawn into which arm, what each arm changes, who opts out; and newsletters."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from crm_analysis.datasets.simulated.people import People
from crm_analysis.datasets.simulated.state import State
from crm_analysis.datasets.simulated.worlds import CHANNELS, KINDS, CampaignPlan, World

__all__ = [
    "CONTACTED",
    "NEWSLETTER_WEEKS",
    "RunningCampaign",
    "answers",
    "newsletter",
    "orders_of_a_week",
    "outcomes",
    "start_campaign",
    "stocked",
    "under_each_arm",
]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

NEWSLETTER_WEEKS = 13
_MOST_ORDERS = 4
OPTS_OUT, _OPTS_OUT_OF_NEWS, PUT_OFF_OUT = 0.015, 0.002, 0.08
"""Shares of those contacted who take their consent back: of most people, by a newsletter, of those put off."""
CONTACTED = ["person", "week", "campaign_id", "arm", "opened", "opted_out"]


@dataclass
class RunningCampaign:
    """A campaign while it runs: who is in it, in which arm, and the orders under each arm."""

    plan: CampaignPlan
    effect: FloatArray
    arm: IntArray  # -1 not in it, 0 control, 1 treated, 2 mass
    probability: FloatArray
    without: IntArray = field(init=False)
    with_it: IntArray = field(init=False)
    mass: IntArray = field(init=False)
    in_window: IntArray = field(init=False)  # of with_it, those while the offer is good
    last: dict[str, IntArray] = field(default_factory=dict)
    """Week of the last purchase under each arm: after an extra purchase comes a pause."""

    def __post_init__(self) -> None:
        zeros = (np.zeros(len(self.arm), dtype="int64") for _count in range(4))
        self.without, self.with_it, self.mass, self.in_window = zeros

    def is_on(self, week: int) -> bool:
        """Whether the week is one in which the arms differ."""
        length = self.plan.weeks * (2 if self.plan.pulls_forward else 1)
        return self.plan.week <= week < self.plan.week + length


def start_campaign(
    plan: CampaignPlan, people: People, state: State, world: World, rng: np.random.Generator
) -> RunningCampaign:
    """Draw the arms among those who may be contacted; a targeted world picks recent buyers of them instead."""
    count = len(people)
    known = _reachable(plan.week, plan.channel, people, state)
    draw = rng.random(count)
    if world.targeted:
        chosen = known & (state.last > plan.week - 6) & (draw < 0.85)
        arm, chance = np.where(chosen, 1, -1), np.full(count, np.nan)
    else:
        control, mass = plan.control_share, plan.control_share + plan.mass_share
        arm = np.where(known, np.select([draw < control, draw < mass], [0, 2], default=1), -1)
        chance = np.choose(np.clip(arm, 0, 2), [plan.control_share, 1 - mass, plan.mass_share])
    kind = people.response[:, KINDS.index(plan.kind)]
    effect = kind * plan.factor if plan.factor > 0 else np.minimum(kind * plan.factor, 0.0)
    return RunningCampaign(plan, effect, arm, chance)


def _reachable(week: int, channel: str, people: People, state: State) -> BoolArray:
    """Who bought in the last year and agreed to be contacted; whether they have left is not known to the shop."""
    agreed = state.consent[:, list(CHANNELS).index(channel)] > week
    return agreed & (state.last > week - 52) & (people.first_week < week)


def answers(campaign: RunningCampaign, people: People, state: State, rng: np.random.Generator) -> pd.DataFrame:
    """What those contacted do besides buying; who opts out takes the consent back."""
    plan = campaign.plan
    person = np.flatnonzero(campaign.arm > 0)
    put_off = (people.response[person] < 0).all(axis=1)
    out = rng.random(len(person)) < np.where(put_off, PUT_OFF_OUT, OPTS_OUT)
    state.consent[person[out], list(CHANNELS).index(plan.channel)] = plan.week
    arm = np.where(campaign.arm[person] == 2, "mass", "treated")
    opened = rng.random(len(person)) < people.opens[person]
    return pd.DataFrame(dict(zip(CONTACTED, (person, plan.week, plan.campaign_id, arm, opened, out), strict=True)))


def newsletter(week: int, people: People, state: State, rng: np.random.Generator) -> pd.DataFrame:
    """A letter to all who may get one; it changes nothing but consents."""
    person = np.flatnonzero(_reachable(week, "email", people, state))
    opened, out = rng.random(len(person)) < people.opens[person], rng.random(len(person)) < _OPTS_OUT_OF_NEWS
    state.consent[person[out], list(CHANNELS).index("email")] = week
    return pd.DataFrame(dict(zip(CONTACTED, (person, week, None, "newsletter", opened, out), strict=True)))


def orders_of_a_week(uniform: FloatArray, mean: FloatArray) -> IntArray:
    """Orders of a week by inversion: the same draw under another mean is the same person under another treatment."""
    term = np.exp(-mean)
    total = term.copy()
    number = (uniform > total).astype("int64")
    for k in range(1, _MOST_ORDERS):
        term = term * mean / k
        total += term
        number += uniform > total
    return number


def stocked(week: int, last: IntArray) -> FloatArray:
    """How much less somebody buys who bought lately."""
    since = week - last
    return np.select([since <= 1, since == 2], [0.45, 0.8], default=1.12)


def under_each_arm(
    week: int, campaign: RunningCampaign, state: State, mean: FloatArray, uniform: FloatArray
) -> tuple[IntArray, IntArray, IntArray]:
    """Orders of a week without the contact, with it, and with the mass mailing, each on its own path of purchases."""
    plan = campaign.plan
    if not campaign.last:
        campaign.last = {arm: state.last.copy() for arm in ("without", "with", "mass")}
    after = week >= plan.week + plan.weeks
    lift = np.exp(campaign.effect)
    lift = np.maximum(2 - lift, 0.05) if after else lift
    without, with_it, mass = (
        orders_of_a_week(uniform, mean * strength * stocked(week, campaign.last[arm]))
        for arm, strength in (("without", 1.0), ("with", lift), ("mass", lift**0.25))
    )
    for arm, orders in (("without", without), ("with", with_it), ("mass", mass)):
        campaign.last[arm] = np.where(orders > 0, week, campaign.last[arm])
    campaign.without += without
    campaign.with_it += with_it
    campaign.mass += mass
    campaign.in_window += 0 if after else with_it
    return without, with_it, mass


def outcomes(campaigns: list[RunningCampaign]) -> pd.DataFrame:
    """What everybody in some campaigns would have ordered under each arm; see :class:`History`."""
    names = np.array(["control", "treated", "mass"], dtype=object)
    parts = []
    for campaign in campaigns:
        person = np.flatnonzero(campaign.arm >= 0)
        parts.append(
            pd.DataFrame(
                {
                    "person": person,
                    "campaign_id": campaign.plan.campaign_id,
                    "kind": campaign.plan.kind,
                    "arm": names[campaign.arm[person]],
                    "probability": campaign.probability[person],
                    "orders_without": campaign.without[person],
                    "orders_with": campaign.with_it[person],
                    "orders_mass": campaign.mass[person],
                    "orders_in_window": campaign.in_window[person],
                }
            )
        )
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()
