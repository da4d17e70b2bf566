"""Week by week: who buys, who is disappointed, who leaves, and what each campaign would have changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from crm_analysis.datasets.simulated.campaigning import (
    CONTACTED,
    NEWSLETTER_WEEKS,
    RunningCampaign,
    answers,
    newsletter,
    orders_of_a_week,
    outcomes,
    start_campaign,
    stocked,
    under_each_arm,
)
from crm_analysis.datasets.simulated.catalogue import CATEGORIES, PER_CATEGORY, Catalogue
from crm_analysis.datasets.simulated.people import People
from crm_analysis.datasets.simulated.state import BECAUSE, State
from crm_analysis.datasets.simulated.worlds import DRIVERS, World

__all__ = ["COMPETITOR_REGIONS", "COMPETITOR_WEEK", "PICKED_UP", "SLOW_DAYS", "History", "live"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

COMPETITOR_WEEK, COMPETITOR_REGIONS = 90, 3
SLOW_DAYS = 6
_LATE = 0.12
PICKED_UP = 0.20
"""Share of web orders that people fetch themselves."""
_FADES = 0.93
_WEIGHS = 0.25


@dataclass
class History:
    """What a chunk of people did.

    Attributes
    ----------
    orders
        One row per order: person (position in the chunk), week, web, pickup, delay_days (of delivered orders, else 0),
        complained, handled_days, satisfaction (after it).
    outcomes
        One row per person and campaign: person, campaign_id, kind, arm, probability, orders_without, orders_with,
        orders_mass, orders_in_window (of orders_with): what the person would have ordered in the window (and, where
        purchases are pulled forward, in the one after it) under each arm.
    contacted
        One row per person and campaign or newsletter that reached somebody: person, week, campaign_id (None for a
        newsletter), arm, opened, opted_out.
    running
        Campaigns with their arms, as they stand at the end.
    """

    orders: pd.DataFrame
    outcomes: pd.DataFrame
    contacted: pd.DataFrame
    running: tuple[RunningCampaign, ...]


def live(
    people: People,
    state: State,
    world: World,
    catalogue: Catalogue,
    factors: FloatArray,
    rng: np.random.Generator,
    *,
    start: int = 0,
    campaigns: Sequence[RunningCampaign] = (),
) -> History:
    """Let people live through weeks; ``state`` is moved on to the end of the last one.

    Parameters
    ----------
    people
        Of one chunk.
    state
        How they stand before the first of the weeks.
    world
        Its strengths; its campaigns start in their weeks.
    catalogue
        For the prices that rise.
    factors
        Of :func:`crm_analysis.datasets.simulated.calendar.week_factors`, from the first week of the data on.
    rng
        Of this chunk.
    start
        First week to live through; the last one is that of the last factor.
    campaigns
        Further ones whose arms are drawn already.
    """
    running, orders, contacted = list(campaigns), [], []
    for week in range(start, len(factors)):
        if week % 13 == 0:
            state.price = _price_exposure(people, catalogue, min(week // 13, catalogue.prices.shape[1] - 1))
        for plan in world.campaigns:
            if plan.week == week:
                running.append(start_campaign(plan, people, state, world, rng))
                contacted.append(answers(running[-1], people, state, rng))
        if week % NEWSLETTER_WEEKS == NEWSLETTER_WEEKS // 2:
            contacted.append(newsletter(week, people, state, rng))
        bought = _buy(week, people, state, running, factors[week], rng)
        orders.append(_experience(week, bought, people, state, rng))
        _leave(week, bought, people, state, world, rng)
    sent = pd.concat(contacted, ignore_index=True) if contacted else pd.DataFrame(columns=CONTACTED)
    return History(pd.concat(orders, ignore_index=True), outcomes(running), sent, tuple(running))


def _price_exposure(people: People, catalogue: Catalogue, quarter: int) -> FloatArray:
    """How much dearer what a person likes became within half a year, in tenths."""
    now, before = catalogue.prices[:, quarter], catalogue.prices[:, max(quarter - 2, 0)]
    risen = np.log(now / before).reshape(len(CATEGORIES), PER_CATEGORY).mean(axis=1)
    shares = np.diff(people.taste, axis=1, prepend=0.0)
    exposure: FloatArray = 10 * (shares @ risen) * people.price_sensitivity
    return exposure


def _buy(
    week: int,
    people: People,
    state: State,
    campaigns: list[RunningCampaign],
    factor: float,
    rng: np.random.Generator,
) -> IntArray:
    count = len(people)
    mean = people.rate / 52.18 * factor * np.exp(0.25 * state.satisfaction - 0.15 * state.price)
    mean = np.where(state.alive & (people.first_week < week), mean, 0.0)
    uniform = rng.random(count)
    bought = orders_of_a_week(uniform, mean * stocked(week, state.last))
    for campaign in campaigns:
        if campaign.is_on(week):
            arms = under_each_arm(week, campaign, state, mean, uniform)
            lived = np.select([campaign.arm == arm for arm in range(3)], list(arms), default=bought)
            bought = np.where(campaign.arm >= 0, lived, bought)
    bought = np.where(people.first_week == week, np.maximum(bought, 1), bought)
    state.last = np.where(bought > 0, week, state.last)
    return bought


def _experience(week: int, bought: IntArray, people: People, state: State, rng: np.random.Generator) -> pd.DataFrame:
    """Orders of the week with what went wrong, and what that does to satisfaction."""
    person = np.repeat(np.arange(len(people)), bought)
    habit = people.habit[person]
    web = (habit == 1) | ((habit == 2) & (rng.random(len(person)) < 0.5))
    pickup = web & (rng.random(len(person)) < PICKED_UP)
    late = web & ~pickup & (rng.random(len(person)) < _LATE)
    delay = np.where(late, 1 + rng.geometric(0.35, len(person)), 0)
    complained = rng.random(len(person)) < 0.012 + 0.16 * late
    handled = np.where(complained, np.exp(1.2 + 0.8 * rng.standard_normal(len(person))), np.nan)
    slow = complained & (handled > SLOW_DAYS)
    state.satisfaction *= np.where(state.alive, 0.97, 1.0)  # those who left keep what they left with
    np.subtract.at(state.satisfaction, person, 0.45 * late * people.delay_sensitivity[person])
    np.subtract.at(state.satisfaction, person, 0.60 * slow * people.service_sensitivity[person])
    np.add.at(state.satisfaction, person, 0.15 * (complained & ~slow))
    state.late *= _FADES
    state.slow *= _FADES
    np.maximum.at(state.late, person, late * people.delay_sensitivity[person])
    np.maximum.at(state.slow, person, slow * 1.0)
    return pd.DataFrame(
        {
            "person": person,
            "week": week,
            "web": web,
            "pickup": pickup,
            "delay_days": delay,
            "complained": complained,
            "handled_days": handled,
            "satisfaction": state.satisfaction[person],
        }
    )


def _leave(week: int, bought: IntArray, people: People, state: State, world: World, rng: np.random.Generator) -> None:
    strength = {driver.name: driver.weekly_log_hazard * world.drivers for driver in DRIVERS}
    nearby = (people.region < COMPETITOR_REGIONS) & (week >= COMPETITOR_WEEK)
    felt = {
        "late_deliveries": state.late,
        "slow_complaints": state.slow,
        "price_increases": state.price,
        "competitor_nearby": nearby,
        "low_satisfaction": np.maximum(-state.satisfaction, 0.0),
    }
    drive = np.stack([strength[name] * value for name, value in felt.items()])
    hazard = people.hazard * np.exp(drive.sum(axis=0)) * np.where(people.wholesale, 0.3, 1.0)
    leaves = rng.random(len(people)) < -np.expm1(-hazard)
    once = people.tries_once & (bought > 0)
    leaves |= once
    leaves &= state.alive & (people.first_week <= week)
    most = np.array([BECAUSE.index(name) for name in felt])[drive.argmax(axis=0)]
    because = np.select([once, drive.max(axis=0) < _WEIGHS], [BECAUSE.index("tried once"), 0], default=most)
    state.because = np.where(leaves, because, state.because)
    state.left = np.where(leaves, week, state.left)
    state.alive &= ~leaves
