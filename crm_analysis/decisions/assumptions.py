"""What is assumed as long as nothing was measured: effects, costs of contacts, the starter catalogue.

Every number here can be replaced in crm.toml, and is shown as an assumption wherever it is used.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from crm_analysis.config import DecisionSettings

__all__ = ["CHANNEL_OWNERS", "STRATEGIES", "Assumptions", "Offer", "assumptions_from"]

STRATEGIES = ("retain", "activate", "raise_loyalty", "cross_sell", "reactivate")
"""The five strategies: keep, activate, raise loyalty, cross-sell, reactivate."""

OBJECTIVE = {
    "retain": "retention",
    "raise_loyalty": "retention",
    "activate": "development",
    "cross_sell": "development",
    "reactivate": "acquisition",
}

_EFFECTS = {"retain": 0.05, "activate": 0.03, "raise_loyalty": 0.02, "cross_sell": 0.03, "reactivate": 0.01}
_CHANNEL_USD = {"email": 0.02, "message": 0.05, "letter": 1.00, "phone": 4.00}
_CHANNEL_FACTOR = {"email": 1.0, "message": 1.0, "letter": 1.5, "phone": 3.0}
_SCALE = {"USD": 1.0, "EUR": 1.0, "GBP": 1.0, "KRW": 1000.0, "JPY": 100.0}
CHANNEL_OWNERS = {"email": "marketing", "message": "marketing", "letter": "marketing", "phone": "sales"}
"""Department that carries a contact out."""


@dataclass(frozen=True)
class Offer:
    """One offer of the catalogue.

    Attributes
    ----------
    name
        Code or name.
    kind
        money, service, convenience or status.
    cost_share
        Cost of one use as a share of the order's amount.
    cost
        Cost of one use in money, added to the share.
    factor
        How many times the strategy's assumed effect it has.
    segments
        Segments it is kept for; empty for all.
    """

    name: str
    kind: str
    cost_share: float = 0.0
    cost: float = 0.0
    factor: float = 1.0
    segments: tuple[str, ...] = ()


_STARTER = (
    Offer("message_only", "service", factor=1.0),
    Offer("coupon_10", "money", cost_share=0.10, factor=2.0),
    Offer("product_advice", "service", cost_share=0.01, factor=1.2),
    Offer("free_delivery", "convenience", cost_share=0.03, factor=1.4),
    Offer("early_access", "status", cost_share=0.005, factor=1.2, segments=("champions", "loyal", "cannot_lose")),
)


@dataclass(frozen=True)
class Assumptions:
    """Effects per contact, costs of channels and the catalogue.

    Attributes
    ----------
    effects
        Strategy -> share of contacted customers who act because of the contact.
    channel_costs
        Channel -> cost of one contact, in the project's currency.
    channel_factors
        Channel -> multiple of the strategy's effect.
    offers
        The catalogue.
    starter_catalogue
        True while no offers of the shop itself are known.
    assumed_channel_costs
        True while crm.toml gives no costs.
    """

    effects: dict[str, float]
    channel_costs: dict[str, float]
    channel_factors: dict[str, float]
    offers: tuple[Offer, ...]
    starter_catalogue: bool
    assumed_channel_costs: bool
    owners: dict[str, str] = field(default_factory=dict)


def assumptions_from(settings: DecisionSettings, currency: str) -> Assumptions:
    """Take what crm.toml gives and fill the rest with the defaults.

    Parameters
    ----------
    settings
        ``[decisions]``.
    currency
        Of the project; default costs are in its order of magnitude.
    """
    scale = _SCALE.get(currency, 1.0)
    given = {name: channel.cost for name, channel in settings.channels.items()}
    costs = given or {name: cost * scale for name, cost in _CHANNEL_USD.items()}
    own = tuple(Offer(o.name, o.kind, o.cost_share, o.cost, o.effect_factor, o.segments) for o in settings.offers)
    return Assumptions(
        effects=_EFFECTS | settings.assumed_effects,
        channel_costs=costs,
        channel_factors={name: _CHANNEL_FACTOR.get(name, 1.0) for name in costs},
        offers=(_STARTER[0], *own) if own else _STARTER,
        starter_catalogue=not own,
        assumed_channel_costs=not given,
        owners=CHANNEL_OWNERS | {name: channel.owner for name, channel in settings.channels.items()},
    )
