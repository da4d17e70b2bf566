"""What the numbers of the first screen mean: definition, formula, table, rows used."""

from __future__ import annotations

from collections.abc import Iterator

from crm_analysis import formats as f
from crm_analysis.messages import _
from crm_analysis.narrative.direction import action_name
from crm_analysis.narrative.explained import Definition
from crm_analysis.narrative.overview import not_agreed
from crm_analysis.narrative.run_tables import RunTables

__all__ = ["definitions_of"]


def definitions_of(run: RunTables) -> dict[str, Definition]:
    """The definitions of all numbers that the first screen and the pages of actions mark, by key."""
    return {d.key: d for part in (_of_plan, _of_actions, _left_alone, _of_data, _of_value) for d in part(run)}


def _of(used: int, total: int) -> str:
    return _("{used} of {all}", used=f.number(used, 0), all=f.number(total, 0))


def _of_plan(run: RunTables) -> Iterator[Definition]:
    sent, total = int((run.plan["arm"] == "contact").sum()), len(run.plan)
    yield Definition(
        "actions",
        _("Actions"),
        _("A group of customers of one segment, with one strategy, of whom at least one is planned for a contact."),
        _("Number of pairs of segment and strategy among the rows with arm = contact"),
        "contact_plan",
        _of(sent, total),
    )
    yield Definition(
        "planned",
        _("Customers with a planned contact"),
        _("Those whom the plan contacts. Customers held back at random as control groups are not counted."),
        _("Number of rows with arm = contact; each customer has one row"),
        "contact_plan",
        _of(sent, total),
    )
    yield Definition(
        "cost",
        _("Cost"),
        _("What the contacts and their offers are expected to cost."),
        _(
            "Sum of cost over the rows with arm = contact: one contact through its channel, and the offer's cost times "
            "the share expected to use it"
        ),
        "contact_plan",
        _of(sent, total),
    )
    yield Definition(
        "starts_on",
        _("Decide by"),
        _("The first planned day: what is to happen must be decided before it."),
        _("Smallest planned_on among the rows with arm = contact; plans start on the Monday after the data ends"),
        "contact_plan",
        _of(sent, total),
    )


def _pays_if(key: str, name: str, meaning: str, used: int, total: int) -> Definition:
    formula = _("Sum of cost ÷ (number of customers contacted × profit of one success); of 1 in n, n is rounded down")
    return Definition(key, name, meaning, formula, "contact_plan", _of(used, total))


def _of_actions(run: RunTables) -> Iterator[Definition]:
    total = len(run.plan)
    for number, action in enumerate(run.actions.to_dict("records"), start=1):
        name = action_name(str(action["segment"]), str(action["strategy"]))
        used = int(action["customers"])
        yield Definition(
            f"customers{number}",
            name,
            _("Customers of this action whom the plan contacts; its control groups are not counted."),
            _("Number of rows with arm = contact, this segment and this strategy"),
            "contact_plan",
            _of(used, total),
        )
        yield Definition(
            f"cost{number}",
            name,
            _("What the contacts and offers of this action are expected to cost."),
            _("Sum of cost over the rows with arm = contact, this segment and this strategy"),
            "contact_plan",
            _of(used, total),
        )
        yield Definition(
            f"until{number}",
            name,
            _("The last planned day of this action."),
            _("Largest planned_on among the rows with arm = contact, this segment and this strategy"),
            "contact_plan",
            _of(used, total),
        )
        meaning = _(
            "The smallest share of those contacted who must act because of the contact, so that the profit covers the cost."
        )
        yield _pays_if(f"pays_if{number}", name, meaning, used, total)
        if number == 1:
            half = _(
                "The same with half the margin: each success then brings half the profit, so twice as many must act."
            )
            yield _pays_if("pays_if_half", name, half, used, total)


def _left_alone(run: RunTables) -> Iterator[Definition]:
    total = len(run.offers)
    alone = run.offers[run.offers["offer"] == "none"]
    name = _("Left alone")
    formula = _("Number of rows without an offer, by reason; decisions of people come before the other reasons")
    meanings = {
        "nothing_pays": _("Customers with whom every contact and offer would cost more than it brings, as assumed."),
        "over_budget": _("Customers with whom a contact would pay, but others bring more for the same money."),
        "decided": _("Customers of segments that you decided to leave alone, or gave another strategy."),
    }
    for key, meaning in meanings.items():
        yield Definition(key, name, meaning, formula, "offer_decisions", _of(len(alone), total))
    yield Definition(
        "not_agreed",
        _("No consent"),
        _("Customers for whom an action would pay, but who never agreed to its channel or have refused it."),
        _("Rows of offer_decisions with an offer whose customer is not in contact_plan"),
        "exclusions",
        _of(not_agreed(run.offers, run.plan), total),
    )


def _of_data(run: RunTables) -> Iterator[Definition]:
    kept = int(run.facts["rows_kept"])
    yield Definition(
        "rows_kept",
        _("Order lines"),
        _("Lines of the source that cleaning kept; the others are set aside under the name of a rule."),
        _("Sum of rows with table = order_lines and action = kept"),
        "cleaning_ledger",
        f.number(kept, 0),
    )
    yield Definition(
        "as_of",
        _("Data up to"),
        _("The day that everything looks back from."),
        _("Latest ordered_at of the order lines, or as_of in crm.toml where that is set"),
        "cleaning_ledger",
        f.number(kept, 0),
    )


def _of_value(run: RunTables) -> Iterator[Definition]:
    customers = f.number(len(run.scores), 0)
    yield Definition(
        "customers",
        _("Customers"),
        _("Everybody with at least one order line."),
        _("Number of rows; each customer has one"),
        "customer_scores",
        customers,
    )
    yield Definition(
        "value",
        _("Customer value"),
        _(
            "Profit that all customers together are expected to bring in the next {days} days, before contacts. It is what "
            "they bring anyway, not what an action earns. The interval holds it with 90 % probability, if the models are "
            "right.",
            days=f.number(run.value_horizon_days, 0),
        ),
        _(
            "Sum over customers: expected purchases (by the model or naive forecast that was closest) × "
            "expected amount (Gamma-Gamma) × margin, discounted"
        ),
        "customer_scores",
        customers,
    )
    yield Definition(
        "change",
        _("Change since the run before"),
        _(
            "By how much customer value changed for these customers, or the expected profit of what is decided for them. "
            "The parts of the change of value add up."
        ),
        _("Sum over these customers of value now − value in the run before, at today's margin"),
        "customer_scores",
        customers,
    )
    yield Definition(
        "wallet",
        _("Share of wallet"),
        _("What customers spend with us of all that they spend in our categories, as far as it is known or estimated."),
        _("Sum of own sales ÷ sum of category_spend, over customers and categories with both"),
        "customer_share",
        _("one row per category"),
    )
    yield Definition(
        "leaving_days",
        _("Days without a purchase"),
        _("From so many days without a purchase on, a customer is presumed to have left."),
        _("The gap that nine of ten returning customers stay within, in full weeks; or leaving_days in crm.toml"),
        "industry_traits",
        _("one value"),
    )
    yield Definition(
        "gone",
        _("Presumed to have left"),
        _("Customers whose last purchase is longer ago than the definition of leaving allows."),
        _("Rows with recency_days above leaving_days ÷ all rows"),
        "customer_scores",
        customers,
    )
    yield Definition(
        "margin",
        _("Margin"),
        _("Share of revenue that is profit before contacts and offers."),
        _(
            "1 − costs of goods ÷ sales; where costs are not known, margin_rate in crm.toml; where that is not set, 30 %"
        ),
        "customer_scores",
        customers,
    )
