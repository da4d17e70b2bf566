"""The simulated shop as a Markdown page: what is planted, where, how strongly, what a perfect analysis finds.

``python -m crm_analysis.datasets.simulated.page data/simulated.md data/simulated_figures.json`` writes it anew; the
figures are measured by :mod:`crm_analysis.datasets.simulated.figures`.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from crm_analysis.datasets.simulated.behaviour import COMPETITOR_REGIONS, COMPETITOR_WEEK, SLOW_DAYS
from crm_analysis.datasets.simulated.calendar import FIRST_DAY, HOLIDAYS
from crm_analysis.datasets.simulated.campaigning import NEWSLETTER_WEEKS, OPTS_OUT, PUT_OFF_OUT
from crm_analysis.datasets.simulated.catalogue import DEARER, DEARER_QUARTERS, NO_COST, SOLD_OUT
from crm_analysis.datasets.simulated.consents import WITHDRAWN
from crm_analysis.datasets.simulated.marginals import MARGINALS
from crm_analysis.datasets.simulated.market import ACQUISITION
from crm_analysis.datasets.simulated.orders import RETURNED
from crm_analysis.datasets.simulated.persons import DOUBLE, SHARES_HOME
from crm_analysis.datasets.simulated.worlds import CAMPAIGNS, CHANNELS, DRIVERS, WORLDS

__all__ = ["simulated_page"]


_PAGE = """\
# The simulated shop

A shop that does not exist, with every table of the [contract](contract.md) and the truth beside it. The
analysis reads `tables/`; the truth lies in `truth/`, which only tests open. All people are false.

## Worlds

| world | people | weeks | left by the end | what a perfect analysis finds |
|---|---:|---:|---:|---|
{worlds}

## Past campaigns

Weeks count from {first}. Each person answers to each kind of offer in their own way; a few are put off by any
contact. Arms are drawn at random among those who bought in the last year and agreed to be contacted through the
channel; whether they have left by then is not known to the shop. True effects are means over everybody in the
campaign, in the window (and for C6 the one after it), measured from the potential outcomes in `truth/outcomes`: what
each person orders with the contact less what the same person orders without it. Profit is net of VAT, goods, returns
and the coupon, before the contact's own cost; money is in won.

| id | name | kind | channel | weeks | control | orders without | more orders | more profit | cost | net |
|---|---|---|---|---|---:|---:|---:|---:|---:|---:|
{campaigns}

A coupon or a call for everybody costs more than it brings, since most of them do not answer to it; for those who do, it
pays. {mass} of those in C1 got a mass mailing with a quarter of the effect. C5 harms: those who would answer to it
buy less. C6 only pulls purchases forward: what is gained in the window is lost in the next, and the coupon is paid for.
{opts_out:.1%} of those contacted take their consent back, {put_off:.0%} of those put off. Every {newsletter} weeks a
newsletter goes out that changes nothing.

The same campaigns in the other worlds, extra orders per person:

| world | {ids} |
|---|{dashes}|
{elsewhere}

## What makes people leave

Added to the log of the weekly hazard, per unit of the driver; 0 in the world `decoys`. A late delivery and a slow
answer are forgotten by 7 % a week; a unit of prices is a tenth by which what somebody buys became dearer in half a
year, for those who mind prices most. In quarters {quarters} two categories become {dearer:.0%} dearer at once.

| driver | strength | | weighed most, of those who left | where an analysis sees it |
|---|---:|---|---:|---|
{drivers}

{chance} of those who left did so without any of these, {once} after the first purchase (`truth/people`, left_because).

A delivery is late on 12 % of orders from the web that are not picked up; a complaint is slow after {slow} days; a
competitor opens in week {week} near {regions} of 10 regions. Satisfaction falls with lateness and slow answers and recovers by 3 % a week; what people
write and score follows it (`truth/feedback`, `truth/people`).

## What else is planted

| what | where | how strongly | truth |
|---|---|---|---|
| people with accounts in the store and on the web | `customers`, `order_lines.channel` | one in five | `accounts` |
| their second form: moved, new phone, other e-mail, name in Latin letters, a slip | `customers` | 15, 12, 25, 10, 4 % | `accounts.written` |
| further accounts in a channel: a slip, another phone or address, a field left out | `customers` | {double:.0%} of accounts | `accounts` |
| two people at one address, some with one phone | `customers.household_id` (of three in five) | {home:.0%} of people | `people.household` |
| people who register and buy weeks later, or not yet | `customers.joined_at` | 15 % of new people on the web | `people.first_week` |
| customers of before the data begins | `customers.joined_at` | two in five | `people.customer_before_data` |
| one-time triers; buyers for businesses | `order_lines` | 24 % of new people; 0.5 % | `people` |
| new customers that spending brings | `marketing_spend`, `customers` | {acquisition} | `marketing_spend` |
| friends who bring friends | `customers.referrer_id` | 30 % of those no spending brought | `people.source` |
| returns | `order_lines` | {web:.0%} of web lines, {store:.0%} of store lines | |
| late corrections; cancelled, positive amounts | `order_lines` | 0.2 % of lines; 1.2 % of orders | |
| margins | `order_lines.unit_cost`, `products` | 25 to 55 % of the net price by category | `products` |
| costs that are not in the books | `products.unit_cost` | {no_cost:.0%} of products; waste of 1 to 10 % by category | `products` |
| products that are sold out | `product_prices.available` | {sold_out:.1%} of products in a quarter | |
| points and tiers | `loyalty_ledger` | 60 % collect; a quarter of orders spend whole thousands | `state` |
| a yearly season, shocks that everybody feels | `order_lines` | 12 %, 6 % a week | |
| holidays that move | `order_lines` | a third more the week before | {holidays} |
| a pause after each purchase | `order_lines` | less than half the rate in the week after | `people.rate_per_year` |
| consents with withdrawals | `consents` | {consents}; {withdrawn:.0%} take it back by call | `state` |
| accounts that said something else earlier | `consents` | further accounts of one person | `state` |
| topics in Korean and English | `feedback.text` | half of the wordings kept for tests | `feedback.kept_wording` |
| prospects of whom some are customers | `prospects` | 15 % | `prospects` |

No model of this package is exactly right about it: purchases follow a season, shocks and pauses, and leaving follows
what people live through.

## Beside real shops

{real}

Complete Journey: a grocer whose households were chosen for buying often. Online Retail: a shop of gifts that sells to
many who sell them on (UCI 352).

## Size and speed

Three years, written as Parquet, on {cores} cores; memory hardly grows with the number of people, because they are
simulated {chunk:,} at a time.

{sizes}

## After a plan

`crm_analysis.datasets.simulated.respond` lets the shop live on under a plan and writes the new order lines, the results
as `crm-analysis import-results` reads them, and as truth what each planned person would have done either way. A contact
that is delivered works for {effect_weeks} weeks, also into the next plan; who opts out is in `consents` from then on.

## In tests

`tests/simulated_sample` is a shop of 60 people, made by
`simulate(Path("tests/simulated_sample"), Simulation(customers=60, seed=11))`. The generator is frozen: a change of it
raises `VERSION` and makes the sample and this page anew.
"""

_SEEN = {
    "late_deliveries": "`deliveries`: delivered_at after promised_at",
    "slow_complaints": "`feedback`: answered_at long after given_at",
    "price_increases": "`product_prices` of what somebody buys",
    "competitor_nearby": "`order_lines.store_id` from week {week} on",
    "low_satisfaction": "`feedback.score`",
    "store_visits": "`order_lines.channel`",
    "newsletter_opens": "`contacts.outcome`",
}


def simulated_page(figures: dict[str, Any]) -> str:
    """The page, from the values that the simulation uses and figures measured on it."""
    from crm_analysis.datasets.simulated.generate import CHUNK
    from crm_analysis.datasets.simulated.respond import EFFECT_WEEKS

    found = figures["worlds"]
    worlds = [
        f"| `{world.name}` | {world.customers:,} | {world.weeks} | {found[world.name]['left']:.0%} | {world.summary} |"
        for world in WORLDS.values()
    ]
    because = found["default"]["because"]
    drivers = [
        f"| {driver.name} | {driver.weekly_log_hazard:+.2f} | {'decoy' if driver.weekly_log_hazard == 0 else 'real'} "
        f"| {because.get(driver.name, 0):.1%} | {_SEEN[driver.name].format(week=COMPETITOR_WEEK)} |"
        for driver in DRIVERS
    ]
    ids = [plan.campaign_id for plan in CAMPAIGNS]
    elsewhere = [
        f"| `{name}` | " + " | ".join(f"{world['campaigns'][campaign]['orders']:+.3f}" for campaign in ids) + " |"
        for name, world in found.items()
        if name != "default" and world["campaigns"]
    ]
    return _PAGE.format(
        worlds="\n".join(worlds),
        campaigns="\n".join(_campaigns(found["default"]["campaigns"])),
        mass=f"{max(plan.mass_share for plan in CAMPAIGNS):.0%}",
        ids=" | ".join(ids),
        dashes="|".join("---:" for _campaign in ids),
        elsewhere="\n".join(elsewhere),
        drivers="\n".join(drivers),
        first=FIRST_DAY.isoformat(),
        slow=SLOW_DAYS,
        week=COMPETITOR_WEEK,
        regions=COMPETITOR_REGIONS,
        acquisition=", ".join(f"{name} {strength:g} √won" for name, strength in ACQUISITION.items()) + " in four weeks",
        web=RETURNED["web"],
        store=RETURNED["store"],
        holidays=", ".join(day.isoformat() for day in HOLIDAYS),
        real="\n".join(_beside(figures["marginals"])),
        cores=figures["cores"],
        chunk=CHUNK,
        sizes="\n".join(_sizes(figures["sizes"])),
        effect_weeks=EFFECT_WEEKS,
        chance=f"{because['chance']:.0%}",
        once=f"{because['tried once']:.0%}",
        opts_out=OPTS_OUT,
        put_off=PUT_OFF_OUT,
        newsletter=NEWSLETTER_WEEKS,
        double=DOUBLE,
        home=SHARES_HOME * 2,
        no_cost=NO_COST,
        dearer=DEARER,
        quarters=" and ".join(str(quarter) for quarter in DEARER_QUARTERS).replace(" and ", ", ", 1),
        sold_out=SOLD_OUT,
        consents=", ".join(f"{name} {share:.0%}" for name, share in CHANNELS.items()),
        withdrawn=WITHDRAWN,
    )


def _campaigns(found: dict[str, Any]) -> list[str]:
    return [
        f"| {plan.campaign_id} | {plan.name} | {plan.kind} | {plan.channel} "
        f"| {plan.week} to {plan.week + plan.weeks - 1} | {plan.control_share:.0%} | {mine['orders_without']:.3f} "
        f"| {mine['orders']:+.3f} | {mine['profit']:+,.0f} | {plan.cost:,.0f} | {mine['profit'] - plan.cost:+,.0f} |"
        for plan in CAMPAIGNS
        for mine in [found[plan.campaign_id]]
    ]


def _beside(found: dict[str, Any]) -> list[str]:
    shops = {"simulated": "simulated", "complete_journey": "Complete Journey", "online_retail": "Online Retail"}
    lines = ["| | " + " | ".join(shops.values()) + " |", "|---|---:|---:|---:|"]
    for key, name in MARGINALS.items():
        cells = (_shown(key, found[shop][key]) for shop in shops)
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return lines


def _shown(key: str, value: float) -> str:
    if key in {"one_order", "top_fifth", "returned"}:
        return f"{abs(value):.1%}"
    return f"{value:.0f}" if key.startswith("gap") else f"{value:.2f}"


def _sizes(found: dict[str, Any]) -> list[str]:
    sizes = list(found)
    lines = ["| | " + " | ".join(f"{int(size):,} people" for size in sizes) + " |", "|---|" + "---:|" * len(sizes)]
    lines.append("| seconds | " + " | ".join(f"{found[size]['seconds']:.0f}" for size in sizes) + " |")
    lines.append("| most memory, GB | " + " | ".join(f"{found[size]['peak_gb']:.2f}" for size in sizes) + " |")
    return lines + [
        f"| `{table}` | " + " | ".join(f"{found[size]['rows'][table]:,}" for size in sizes) + " |"
        for table in found[sizes[0]]["rows"]
    ]


if __name__ == "__main__":
    measured = json.loads(Path(sys.argv[2]).read_text(encoding="utf-8"))
    Path(sys.argv[1]).write_text(simulated_page(measured), encoding="utf-8")
