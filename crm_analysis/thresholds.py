"""When data is too little: every threshold by name, with its value, what it governs and why."""

from __future__ import annotations

from dataclasses import dataclass

from crm_analysis.messages import _

__all__ = [
    "CAMPAIGN_CUSTOMERS",
    "CHECK_CUSTOMERS",
    "CHECK_DAYS",
    "CLAIM_CUSTOMERS",
    "CLAIM_DAYS",
    "EARLY_CUSTOMERS",
    "EXISTING_CUSTOMERS",
    "GROUP_CUSTOMERS",
    "SEASON_WEEKS",
    "SOURCE_CUSTOMERS",
    "EXISTING_LATER_WEEKS",
    "KEPT_PURCHASES",
    "KNOWN_COSTS_SHARE",
    "LEARNED_CUSTOMERS",
    "LEARNED_DAYS",
    "LEAVING_CUSTOMERS",
    "LEAVING_EVENTS",
    "LEAVING_RETURNERS",
    "MODEL_CUSTOMERS",
    "MODEL_EVENTS",
    "MOOD_TEXTS",
    "PERCENT_CUSTOMERS",
    "RECOMMENDATION_BUYERS",
    "REGRESSION_CUSTOMERS",
    "RHYTHM_DAYS",
    "SPEND_CUSTOMERS",
    "SATISFIED_CUSTOMERS",
    "TOPIC_TEXTS",
    "TREND_BUYERS",
    "Threshold",
    "VALUE_CUSTOMERS",
    "VALUE_DAYS",
    "VALUE_REPEATERS",
    "thresholds",
]

MODEL_CUSTOMERS = 100
MODEL_EVENTS = 50
SPEND_CUSTOMERS = 50
VALUE_CUSTOMERS = 50
VALUE_REPEATERS = 30
VALUE_DAYS = 56
CHECK_CUSTOMERS = 50
CHECK_DAYS = 84
REGRESSION_CUSTOMERS = 50
LEAVING_RETURNERS = 30
LEAVING_CUSTOMERS = 200
LEAVING_EVENTS = 30
EXISTING_CUSTOMERS = 50
EXISTING_LATER_WEEKS = 8
KNOWN_COSTS_SHARE = 0.5
RHYTHM_DAYS = 3
RECOMMENDATION_BUYERS = 30
CAMPAIGN_CUSTOMERS = 30
LEARNED_CUSTOMERS = 30
LEARNED_DAYS = 14
PERCENT_CUSTOMERS = 30
KEPT_PURCHASES = 4
CLAIM_CUSTOMERS = 100
GROUP_CUSTOMERS = 300
SEASON_WEEKS = 78
EARLY_CUSTOMERS = 300
TREND_BUYERS = 20
SOURCE_CUSTOMERS = 100
CLAIM_DAYS = 365
TOPIC_TEXTS = 5
MOOD_TEXTS = 20
SATISFIED_CUSTOMERS = 100


@dataclass(frozen=True)
class Threshold:
    """One threshold.

    Attributes
    ----------
    name
        Of the constant in this module.
    value
        Its value.
    unit
        ``customers``, ``purchases``, ``texts``, ``days``, ``weeks`` or ``share``.
    governs, why
        Sentences in the current language.
    """

    name: str
    value: float
    unit: str
    governs: str
    why: str


_Row = tuple[str, str, str, str]


def _of_the_data() -> list[_Row]:
    """What the data itself can tell."""
    return [
        (
            "LEAVING_RETURNERS",
            "customers",
            _("Returning customers from whose gaps the days of leaving are read; else assumed."),
            _("The gap of nine in ten hangs on three customers then."),
        ),
        (
            "LEAVING_CUSTOMERS",
            "customers",
            _("Active customers on each day from which a model of leaving is fitted."),
            _("Convention: in fewer, one customer can decide between models."),
        ),
        (
            "LEAVING_EVENTS",
            "customers",
            _("Customers who left, and who stayed, on each day from which a model of leaving is fitted."),
            _("Rates rest on events, not on customers."),
        ),
        (
            "EXISTING_CUSTOMERS",
            "customers",
            _("Customers from which first purchases a week are compared to find existing ones."),
            _("Fewer make less than one a week in a year."),
        ),
        (
            "EXISTING_LATER_WEEKS",
            "weeks",
            _("Weeks after one usual gap that show how many customers are new."),
            _("The middle of fewer weeks is a matter of chance."),
        ),
        (
            "KNOWN_COSTS_SHARE",
            "share",
            _("Share of sales with known costs from which they speak for all goods."),
            _("Below it most of the margin would be guessed from other goods."),
        ),
    ]


def _of_models() -> list[_Row]:
    """Models and their checks."""
    return [
        (
            "MODEL_CUSTOMERS",
            "customers",
            _("Customers below which models of purchases warn."),
            _("Convention: for four parameters, a hundred customers are 25 each."),
        ),
        (
            "MODEL_EVENTS",
            "purchases",
            _("Repeat purchases, or contracts that ended, below which these models warn."),
            _("Rates rest on events, not on customers."),
        ),
        (
            "SPEND_CUSTOMERS",
            "customers",
            _("Repeat buyers below whom the model of spend warns."),
            _("Convention: in fewer, the mean hangs on a few large amounts."),
        ),
        (
            "VALUE_CUSTOMERS",
            "customers",
            _("Customers from which values and decisions are called more than a first look."),
            _("Convention: in fewer, one large customer can make or break the total."),
        ),
        (
            "VALUE_REPEATERS",
            "customers",
            _("Repeat buyers from which spend is modelled; else everyone spends the mean."),
            _("Convention: in fewer, differences between customers are hard to tell from chance."),
        ),
        (
            "VALUE_DAYS",
            "days",
            _("Days of data from which customers are valued."),
            _("Convention: in less than eight weeks few customers have had time to come back."),
        ),
        (
            "CHECK_DAYS",
            "days",
            _("Days of data from which forecasts are checked, and days known before each of them."),
            _("Convention: a quarter of a year."),
        ),
        (
            "CHECK_CUSTOMERS",
            "customers",
            _("Customers from which a forecast is checked."),
            _("Convention: in fewer, one customer can decide between forecasts."),
        ),
        (
            "REGRESSION_CUSTOMERS",
            "customers",
            _("Customers from which the simple regression is fitted."),
            _("Convention: for three coefficients, fifty customers are about 17 each."),
        ),
        (
            "RHYTHM_DAYS",
            "days",
            _("Days with an order from which a customer's usual gap is shown."),
            _("Two gaps are the least that can be compared."),
        ),
    ]


def _of_decisions() -> list[_Row]:
    """Recommendations, campaigns, figures."""
    few_shares = _("Below it one customer moves a share by more than three points.")
    return [
        (
            "RECOMMENDATION_BUYERS",
            "customers",
            _("Buyers in the test period from which recommendations are judged."),
            few_shares,
        ),
        (
            "CAMPAIGN_CUSTOMERS",
            "customers",
            _("Customers on each side of a campaign from which it is judged."),
            few_shares,
        ),
        (
            "LEARNED_CUSTOMERS",
            "customers",
            _("Customers on each side from which an effect is kept for later plans."),
            few_shares,
        ),
        (
            "LEARNED_DAYS",
            "days",
            _("Days of sales after the first contact of a round before it is judged."),
            _("Convention: sales of a shorter time are mostly chance."),
        ),
        (
            "EARLY_CUSTOMERS",
            "customers",
            _("New customers with seven months behind them from which early traits are learnt."),
            _("Convention: about twenty traits then rest on fifteen customers each."),
        ),
        (
            "TREND_BUYERS",
            "customers",
            _("Buyers of a product, in two half-years together, from which its trend is tested."),
            _("In fewer, even a doubling is mostly chance."),
        ),
        (
            "SEASON_WEEKS",
            "weeks",
            _("Weeks with sales from which the effect of holidays is told from the season."),
            _("In less than a year and a half a holiday and its season are one."),
        ),
        (
            "GROUP_CUSTOMERS",
            "customers",
            _("Customers of the last year from which groups by behaviour are looked for."),
            _("Convention: for six groups, three hundred customers are fifty each."),
        ),
        (
            "SOURCE_CUSTOMERS",
            "customers",
            _("Registrations from which a source speaks for itself; others are taken together."),
            few_shares,
        ),
        (
            "TOPIC_TEXTS",
            "texts",
            _("Distinct texts that name a topic from which it is also found in other words."),
            _("Convention: in fewer, the words around it are those of one writer."),
        ),
        (
            "MOOD_TEXTS",
            "texts",
            _("Distinct texts with good, and with bad, scores from which moods are learnt; else by a list of words."),
            _("Convention: in fewer, single words decide."),
        ),
        (
            "SATISFIED_CUSTOMERS",
            "customers",
            _("Customers with a score from which satisfaction is held against purchases and profit."),
            _("Convention: in fewer, one large customer can make or break the share."),
        ),
        (
            "CLAIM_CUSTOMERS",
            "customers",
            _("Customers from which what is said everywhere is held against the data."),
            _("Convention: the best fifth are twenty customers then."),
        ),
        (
            "CLAIM_DAYS",
            "days",
            _("Length of a year for what is said per year."),
            _("Shorter periods hold only some of the seasons."),
        ),
        (
            "KEPT_PURCHASES",
            "purchases",
            _("Purchases from which a customer who has not left counts as kept, no longer as developing."),
            _("Convention: three gaps are the least that show a habit."),
        ),
        ("PERCENT_CUSTOMERS", "customers", _("Customers below whom figures show no percentage."), few_shares),
    ]


def thresholds() -> list[Threshold]:
    """All thresholds of too little data, in the order of the steps."""
    values = globals()
    rows = [*_of_the_data(), *_of_models(), *_of_decisions()]
    return [Threshold(name, float(values[name]), unit, governs, why) for name, unit, governs, why in rows]
