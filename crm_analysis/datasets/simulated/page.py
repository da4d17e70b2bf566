"""The simulated shop as a Markdown page: what is planted, where, how strongly, what a perfect analysis finds.

``python -m crm_analysis.datasets.simulated.page data/simulated.md`` writes it anew.
"""

from __future__ import annotations

import sys
from pathlib import Path

from crm_analysis.datasets.simulated.behaviour import COMPETITOR_REGIONS, COMPETITOR_WEEK, SLOW_DAYS
from crm_analysis.datasets.simulated.calendar import FIRST_DAY, HOLIDAYS
from crm_analysis.datasets.simulated.worlds import CAMPAIGNS, DRIVERS, WORLDS

__all__ = ["simulated_page"]


_PAGE = """\
# The simulated shop

A shop that does not exist, with every table of the [contract](contract.md) and the truth beside it. The
analysis reads `tables/`; the truth lies in `truth/`, which only tests open. All people are false.

## Worlds

| world | people | weeks | what a perfect analysis finds |
|---|---|---|---|
{worlds}

## Past campaigns

Weeks count from {first}. Each person answers to each kind of offer in their own way; a few are put off by any
contact. Arms are drawn at random among those who bought in the last year.

| id | name | kind | channel | weeks | control | true effect |
|---|---|---|---|---|---|---|
{campaigns}

## What makes people leave

Added to the log of the weekly hazard, per unit of the driver.

| driver | strength | |
|---|---|---|
{drivers}

A delivery is late on 12 % of web orders; a complaint is slow after {slow} days; a competitor opens in week {week}
near {regions} of 10 regions. Satisfaction falls with lateness and slow answers and recovers by 3 % a week.

## What else is planted

- People with an account in the store and another on the web (one in five), and second accounts with typing
  errors, new phones and moved addresses (3 %).
- Customers of before the data begins (two in five), one-time triers, buyers for businesses.
- Returns (6 % of web lines, 2 % of store lines), late corrections, cancelled orders with positive amounts.
- A yearly season, holidays that move ({holidays}), shocks that everybody feels, and a pause
  after each purchase: no model of this package is exactly right.
- Reviews and complaints in Korean and English; half of the wordings are kept for tests.
- Prospects of whom some are customers already, referrals, partners, spend elsewhere, goals, preferences.
"""


def simulated_page() -> str:
    """The page, from the same values that the simulation uses."""
    worlds = [
        f"| `{world.name}` | {world.customers:,} | {world.weeks} | {world.summary} |" for world in WORLDS.values()
    ]
    campaigns = [
        f"| {plan.campaign_id} | {plan.name} | {plan.kind} | {plan.channel} "
        f"| {plan.week} to {plan.week + plan.weeks - 1} | {plan.control_share:.0%} "
        f"| {_promise(plan.factor, forward=plan.pulls_forward, mass=plan.mass_share)} |"
        for plan in CAMPAIGNS
    ]
    drivers = [
        f"| {driver.name} | {driver.weekly_log_hazard:+.2f} | {'decoy' if driver.weekly_log_hazard == 0 else 'real'} |"
        for driver in DRIVERS
    ]
    return _PAGE.format(
        worlds="\n".join(worlds),
        campaigns="\n".join(campaigns),
        drivers="\n".join(drivers),
        first=FIRST_DAY.isoformat(),
        slow=SLOW_DAYS,
        week=COMPETITOR_WEEK,
        regions=COMPETITOR_REGIONS,
        holidays=", ".join(day.isoformat() for day in HOLIDAYS),
    )


def _promise(factor: float, *, forward: bool, mass: float) -> str:
    if factor < 0:
        return "harms: those who would answer to the kind buy less"
    if forward:
        return "none: what is gained in the window is lost in the next"
    return "earns" + (f"; {mass:.0%} got a mass mailing with a quarter of the effect" if mass else "")


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(simulated_page(), encoding="utf-8")
