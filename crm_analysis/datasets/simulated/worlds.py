"""What is planted in each world: strengths, shares and sizes. The page of the simulated shop is made from it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

__all__ = ["CAMPAIGNS", "CHANNELS", "DRIVERS", "KINDS", "WORLDS", "CampaignPlan", "Driver", "World"]

KINDS = ("money", "service", "convenience", "status")
"""Kinds of offers, each with an effect of its own on each customer."""


CHANNELS = {"email": 0.62, "sms": 0.48, "app_push": 0.42, "phone": 0.36, "messenger": 0.40}
"""Channels of advertising, each with the share of people who agree to it when they register."""


@dataclass(frozen=True)
class Driver:
    """Something that makes customers leave, or only seems to.

    Attributes
    ----------
    name
        As in the truth.
    weekly_log_hazard
        Added to the log of the weekly hazard per unit of the driver; 0 for a decoy.
    """

    name: str
    weekly_log_hazard: float


DRIVERS = (
    Driver("late_deliveries", 1.10),
    Driver("slow_complaints", 1.60),
    Driver("price_increases", 1.00),
    Driver("competitor_nearby", 0.60),
    Driver("low_satisfaction", 0.90),
    Driver("store_visits", 0.0),
    Driver("newsletter_opens", 0.0),
)


@dataclass(frozen=True)
class CampaignPlan:
    """One past campaign.

    Attributes
    ----------
    campaign_id, name
        As in the tables.
    kind
        Kind of its offer, which decides how customers respond.
    week, weeks
        First week since the start of the data, and its length.
    channel
        Through which it went.
    control_share, mass_share
        Shares of those eligible who were held back, or only got the mass mailing.
    factor
        Multiplies each customer's own response to the kind.
    pulls_forward
        Whether what is gained in the window is lost in the one after it.
    cost
        Of one contact, in won.
    """

    campaign_id: str
    name: str
    kind: str
    week: int
    weeks: int
    channel: str
    control_share: float = 0.2
    mass_share: float = 0.0
    factor: float = 1.0
    pulls_forward: bool = False
    cost: float = 40.0


CAMPAIGNS = (
    CampaignPlan("C1", "Spring coupon", "money", 62, 5, "email", 0.2, mass_share=0.2),
    CampaignPlan("C2", "Style advice", "service", 75, 5, "phone", 0.3, cost=3_000.0),
    CampaignPlan("C3", "Free shipping", "convenience", 88, 5, "app_push", 0.2, cost=10.0),
    CampaignPlan("C4", "Preview evening", "status", 101, 5, "sms", 0.2),
    CampaignPlan("C5", "Daily calls", "service", 114, 5, "phone", 0.25, factor=-1.0, cost=3_000.0),
    CampaignPlan("C6", "Stock-up week", "money", 127, 4, "messenger", 0.2, pulls_forward=True),
)


@dataclass(frozen=True)
class World:
    """A set of truths.

    Attributes
    ----------
    name, summary
        How it is called, and what a perfect analysis finds in it.
    effects
        Multiplies every response to a campaign: 0 where nothing works.
    leaving
        Multiplies the base hazard of leaving: 0 where nobody leaves early.
    drivers
        Multiplies every driver of leaving: 0 where they are all decoys.
    targeted
        Whether past campaigns went to those who bought lately instead of being drawn.
    customers, weeks
        Size unless another is asked for.
    """

    name: str
    summary: str
    effects: float = 1.0
    leaving: float = 1.0
    drivers: float = 1.0
    targeted: bool = False
    customers: int = 20_000
    weeks: int = 156
    campaigns: tuple[CampaignPlan, ...] = field(default=CAMPAIGNS)


_DEFAULT = World(
    "default",
    "Two campaigns earn with everybody, two only with those who answer to them, one harms, one only pulls purchases "
    "forward; five drivers make customers leave, two do not.",
)
WORLDS: dict[str, World] = {
    world.name: world
    for world in (
        _DEFAULT,
        replace(
            _DEFAULT,
            name="null",
            summary="No campaign changes anything and nobody leaves early: the right plan spends nothing.",
            effects=0.0,
            leaving=0.0,
        ),
        replace(
            _DEFAULT,
            name="confounded",
            summary="Campaigns went to those who bought lately, without a control group: comparisons flatter them.",
            targeted=True,
        ),
        replace(
            _DEFAULT,
            name="decoys",
            summary="Customers leave at random: whatever looks like a driver of leaving is none.",
            drivers=0.0,
        ),
        replace(
            _DEFAULT,
            name="tiny",
            summary="Too little data: the right answer to most questions is that the data cannot say.",
            customers=60,
            weeks=16,
            campaigns=(),
        ),
    )
}
"""The worlds by name."""
