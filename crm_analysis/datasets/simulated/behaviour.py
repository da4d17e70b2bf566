"""Week by week: who buys, who is disappointed, who leaves, and what each campaign would have changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from crm_analysis.datasets.simulated.catalogue import CATEGORIES, PER_CATEGORY, Catalogue
from crm_analysis.datasets.simulated.people import People
from crm_analysis.datasets.simulated.worlds import DRIVERS, KINDS, CampaignPlan, World

__all__ = ["History", "RunningCampaign", "State", "at_the_start", "live"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

COMPETITOR_WEEK, COMPETITOR_REGIONS = 90, 3
SLOW_DAYS = 6
_LATE = 0.12
_FADES = 0.85
_MOST_ORDERS = 4


@dataclass
class History:
    """What a chunk of people did.

    Attributes
    ----------
    orders
        One row per order: person (position in the chunk), week, web, delay_days (of web orders, else 0), complained,
        handled_days, satisfaction (after it).
    outcomes
        One row per person and campaign: person, campaign_id, kind, arm, probability, orders_without, orders_with,
        orders_mass, orders_in_window (of orders_with): what the person would have ordered in the window (and, where
        purchases are pulled forward, in the one after it) under each arm.
    left_week
        Week of leaving per person; -1 for those who stay.
    """

    orders: pd.DataFrame
    outcomes: pd.DataFrame
    left_week: IntArray


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
    last: dict[str, IntArray] = field(init=False, default_factory=dict)
    """Week of the last purchase under each arm: after an extra purchase comes a pause."""

    def __post_init__(self) -> None:
        zeros = (np.zeros(len(self.arm), dtype="int64") for _count in range(4))
        self.without, self.with_it, self.mass, self.in_window = zeros

    def is_on(self, week: int) -> bool:
        """Whether the week is one in which the arms differ."""
        length = self.plan.weeks * (2 if self.plan.pulls_forward else 1)
        return self.plan.week <= week < self.plan.week + length


@dataclass
class State:
    """How each person of the chunk stands at the beginning of a week.

    Attributes
    ----------
    alive
        Whether the person is still a customer.
    last
        Week of the last purchase.
    satisfaction
        0 for what is usual, below it for worse.
    late, slow
        How much of late deliveries and slow answers is remembered.
    left
        Week of leaving, -1 for those who stay.
    price
        How much dearer what the person likes has become, in tenths.
    """

    alive: BoolArray
    last: IntArray
    satisfaction: FloatArray
    late: FloatArray
    slow: FloatArray
    left: IntArray
    price: FloatArray

    def table(self, people: People) -> pd.DataFrame:
        """One row per person, from which :meth:`again` makes the state."""
        names = ("alive", "last", "satisfaction", "late", "slow", "left", "price")
        return pd.DataFrame({"person": people.number, **{name: getattr(self, name) for name in names}})

    @classmethod
    def again(cls, table: pd.DataFrame) -> State:
        """The state kept in a table."""
        return cls(**{name: table[name].to_numpy().copy() for name in table.columns if name != "person"})


def at_the_start(people: People, rng: np.random.Generator) -> State:
    """How people stand before the first week."""
    count = len(people)
    return State(
        alive=np.ones(count, dtype=bool),
        last=np.where(people.first_week < 0, -rng.integers(1, 12, count), -99),
        satisfaction=0.3 * rng.standard_normal(count),
        late=np.zeros(count),
        slow=np.zeros(count),
        left=np.full(count, -1),
        price=np.zeros(count),
    )


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
    running, orders = list(campaigns), []
    for week in range(start, len(factors)):
        if week % 13 == 0:
            state.price = _price_exposure(people, catalogue, min(week // 13, catalogue.prices.shape[1] - 1))
        running += [_start(plan, people, state, world, rng) for plan in world.campaigns if plan.week == week]
        bought = _buy(week, people, state, running, factors[week], rng)
        orders.append(_experience(week, bought, people, state, rng))
        _leave(week, bought, people, state, world, rng)
    return History(pd.concat(orders, ignore_index=True), _outcomes(running), state.left.copy())


def _price_exposure(people: People, catalogue: Catalogue, quarter: int) -> FloatArray:
    """How much dearer what a person likes became within half a year, in tenths."""
    now, before = catalogue.prices[:, quarter], catalogue.prices[:, max(quarter - 2, 0)]
    risen = np.log(now / before).reshape(len(CATEGORIES), PER_CATEGORY).mean(axis=1)
    shares = np.diff(people.taste, axis=1, prepend=0.0)
    exposure: FloatArray = 10 * (shares @ risen) * people.price_sensitivity
    return exposure


def _start(plan: CampaignPlan, people: People, state: State, world: World, rng: np.random.Generator) -> RunningCampaign:
    """Draw the arms among those who bought in the last year; a targeted world picks recent buyers instead."""
    count = len(people)
    known = state.alive & (state.last > plan.week - 52) & (people.first_week < plan.week)
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


def _poisson(uniform: FloatArray, mean: FloatArray) -> IntArray:
    """Orders of a week by inversion: the same draw under another mean is the same person under another treatment."""
    term = np.exp(-mean)
    total = term.copy()
    number = (uniform > total).astype("int64")
    for k in range(1, _MOST_ORDERS):
        term = term * mean / k
        total += term
        number += uniform > total
    return number


def _stocked(week: int, last: IntArray) -> FloatArray:
    """How much less somebody buys who bought lately."""
    since = week - last
    return np.select([since <= 1, since == 2], [0.45, 0.8], default=1.12)


def _under_each_arm(
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
        _poisson(uniform, mean * strength * _stocked(week, campaign.last[arm]))
        for arm, strength in (("without", 1.0), ("with", lift), ("mass", lift**0.25))
    )
    for arm, orders in (("without", without), ("with", with_it), ("mass", mass)):
        campaign.last[arm] = np.where(orders > 0, week, campaign.last[arm])
    campaign.without += without
    campaign.with_it += with_it
    campaign.mass += mass
    campaign.in_window += 0 if after else with_it
    return without, with_it, mass


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
    bought = _poisson(uniform, mean * _stocked(week, state.last))
    for campaign in campaigns:
        if campaign.is_on(week):
            arms = _under_each_arm(week, campaign, state, mean, uniform)
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
    late = web & (rng.random(len(person)) < _LATE)
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
            "delay_days": delay,
            "complained": complained,
            "handled_days": handled,
            "satisfaction": state.satisfaction[person],
        }
    )


def _leave(week: int, bought: IntArray, people: People, state: State, world: World, rng: np.random.Generator) -> None:
    strength = {driver.name: driver.weekly_log_hazard * world.drivers for driver in DRIVERS}
    nearby = (people.region < COMPETITOR_REGIONS) & (week >= COMPETITOR_WEEK)
    drive = (
        strength["late_deliveries"] * state.late
        + strength["slow_complaints"] * state.slow
        + strength["price_increases"] * state.price
        + strength["competitor_nearby"] * nearby
        + strength["low_satisfaction"] * np.maximum(-state.satisfaction, 0.0)
    )
    hazard = people.hazard * np.exp(drive) * np.where(people.wholesale, 0.3, 1.0)
    leaves = rng.random(len(people)) < -np.expm1(-hazard)
    leaves |= people.tries_once & (bought > 0)
    leaves &= state.alive & (people.first_week <= week)
    state.left = np.where(leaves, week, state.left)
    state.alive &= ~leaves


def _outcomes(campaigns: list[RunningCampaign]) -> pd.DataFrame:
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
