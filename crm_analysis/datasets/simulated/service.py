"""Contacts, points, feedback and preferences of a chunk of people."""

from __future__ import annotations

import numpy as np
import pandas as pd

from crm_analysis.datasets.simulated.behaviour import SLOW_DAYS, History
from crm_analysis.datasets.simulated.calendar import FIRST_DAY
from crm_analysis.datasets.simulated.people import People
from crm_analysis.datasets.simulated.texts import HELD_OUT, WORDINGS, write_text
from crm_analysis.datasets.simulated.worlds import World

__all__ = ["contacts", "feedback", "preferences", "targets"]

_MINUTES = {"phone": 6.0, "sales_visit": 45.0, "service_visit": 60.0}
_COST = {"phone": 3_000.0, "sales_visit": 60_000.0, "service_visit": 45_000.0, "email": 20.0}
_WEEKS_BETWEEN_VISITS = 24


def targets(people: People, history: History, world: World) -> pd.DataFrame:
    """``campaign_targets``: who was in a campaign, and in which arm; a targeted world knows no arms."""
    frame = history.outcomes
    if frame.empty:
        return pd.DataFrame()
    start = np.datetime64(FIRST_DAY)
    week = frame["campaign_id"].map({plan.campaign_id: plan.week for plan in world.campaigns}).to_numpy()
    found = pd.DataFrame(
        {
            "campaign_id": frame["campaign_id"],
            "customer_id": people.main_accounts[frame["person"].to_numpy()],
            "arm": frame["arm"],
            "probability": frame["probability"],
            "assigned_at": (start + (week * 7 - 2).astype("timedelta64[D]")).astype("datetime64[us]"),
        }
    )
    return found.drop(columns=["arm", "probability", "assigned_at"]) if world.targeted else found


def contacts(
    people: People,
    history: History,
    orders: pd.DataFrame,
    world: World,
    weeks: tuple[int, int],
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Contacts of all kinds: campaigns and newsletters out, calls in, visits to those who buy for a business.

    ``weeks`` are the first week and the one after the last.
    """
    parts = [_sent(people, history.contacted, world, rng)]
    start = np.datetime64(FIRST_DAY, "m")
    calls = orders[orders["complained"]]
    parts.append(_service_contacts(calls["customer_id"], calls["ordered_at"], "phone", "in", rng))
    repairs = calls[rng.random(len(calls)) < 0.08]
    parts.append(_service_contacts(repairs["customer_id"], repairs["ordered_at"], "service_visit", "out", rng))
    business = np.flatnonzero(people.wholesale)
    first, end = weeks
    visited = np.repeat(business, rng.poisson((end - first) / _WEEKS_BETWEEN_VISITS, len(business)))
    day = start + (rng.integers(7 * first, 7 * end, len(visited)) * 1440 + 600).astype("timedelta64[m]")
    visits = _service_contacts(
        pd.Series(people.main_accounts[visited]), pd.Series(day.astype("datetime64[us]")), "sales_visit", "out", rng
    )
    parts.append(visits.assign(purpose="sales"))
    frame = pd.concat([part for part in parts if len(part)], ignore_index=True) if any(map(len, parts)) else parts[-1]
    frame.insert(0, "contact_id", [f"K{people.number[0]}-{n}" for n in range(len(frame))])
    return frame


def _sent(people: People, contacted: pd.DataFrame, world: World, rng: np.random.Generator) -> pd.DataFrame:
    """Contacts of campaigns and newsletters."""
    plans = pd.DataFrame(
        [(plan.campaign_id, plan.channel, plan.cost) for plan in world.campaigns], columns=["campaign_id", "by", "each"]
    )
    each = contacted.merge(plans, on="campaign_id", how="left")
    size = len(each)
    by_mail = (each["by"].isna() | (each["arm"] == "mass")).to_numpy()
    minutes = each["week"].to_numpy(dtype="int64") * 7 * 1440 + rng.integers(9 * 60, 19 * 60, size)
    called = ~by_mail & (each["by"] == "phone").to_numpy()
    talked = np.round(_MINUTES["phone"] * np.exp(0.4 * rng.standard_normal(size)), 1)
    return pd.DataFrame(
        {
            "customer_id": people.main_accounts[each["person"].to_numpy(dtype="int64")],
            "contacted_at": (np.datetime64(FIRST_DAY, "m") + minutes.astype("timedelta64[m]")).astype("datetime64[us]"),
            "channel": np.where(by_mail, "email", each["by"]),
            "direction": "out",
            "purpose": np.where(each["campaign_id"].isna(), "newsletter", "sales"),
            "campaign_id": each["campaign_id"],
            "outcome": np.select(
                [each["opted_out"] == True, called, each["opened"] == True],  # noqa: E712
                ["opted out", "replied", "opened"],
                default="delivered",
            ),
            "cost": np.where(by_mail, _COST["email"], each["each"]).astype("float64"),
            "handled_minutes": np.where(called, talked, 0.0),
        }
    )


def _service_contacts(
    who: pd.Series, when: pd.Series, channel: str, direction: str, rng: np.random.Generator
) -> pd.DataFrame:
    later = rng.integers(1, 4, len(who)).astype("timedelta64[D]")
    minutes = _MINUTES[channel] * np.exp(0.4 * rng.standard_normal(len(who)))
    return pd.DataFrame(
        {
            "customer_id": who.to_numpy(),
            "contacted_at": (when.to_numpy() + later).astype("datetime64[us]"),
            "channel": channel,
            "direction": direction,
            "purpose": "service",
            "campaign_id": None,
            "outcome": "replied",
            "cost": _COST[channel],
            "handled_minutes": np.round(minutes, 1),
        }
    )


def feedback(people: People, orders: pd.DataFrame, rng: np.random.Generator) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Reviews, surveys and complaints; and, as truth, what each speaks of and how its writer felt."""
    wrote = orders[orders["complained"] | (rng.random(len(orders)) < 0.03)].reset_index(drop=True)
    complaint = wrote["complained"].to_numpy()
    late = (wrote["delay_days"] > 0).to_numpy()
    satisfaction = wrote["satisfaction"].to_numpy()
    mood = 0.8 + 1.5 * satisfaction - 1.2 * complaint - 0.8 * late + 0.6 * rng.standard_normal(len(wrote))
    topic = np.select(
        [late, complaint],
        ["delivery", "service"],
        default=np.array(["quality", "price", "range", "staff"])[rng.integers(0, 4, len(wrote))],
    )
    korean = rng.random(len(wrote)) < 0.85
    variant = rng.integers(0, 1_000_000, len(wrote))
    texts = [
        write_text(str(t), good=m > 0, korean=bool(k), variant=int(v))
        for t, m, k, v in zip(topic, mood, korean, variant, strict=True)
    ]
    nps = ~complaint & (rng.random(len(wrote)) < 0.3)
    score = np.where(nps, np.clip(np.round(7 + 2 * mood), 0, 10), np.clip(np.round(3.4 + mood), 1, 5))
    handled = wrote["handled_days"].to_numpy()
    answered = wrote["ordered_at"].to_numpy() + np.nan_to_num(handled * 1440).astype("timedelta64[m]")
    first = int(people.number[0])
    ids = [f"F{first}-{n}" for n in range(len(wrote))]
    table = pd.DataFrame(
        {
            "feedback_id": ids,
            "customer_id": wrote["customer_id"],
            "given_at": wrote["ordered_at"] + np.timedelta64(3, "D"),
            "kind": np.select([complaint, nps], ["complaint", "nps"], default="review"),
            "score": score,
            "scale_max": np.where(nps, 10.0, 5.0),
            "text": texts,
            "language": np.where(korean, "ko", "en"),
            "state": np.where(complaint & (handled > 60), "open", np.where(complaint, "closed", "")),
            "answered_at": pd.Series(answered).where(complaint & (handled <= 60)),
            "owner": np.where(complaint, "service", "marketing"),
        }
    )
    truth = pd.DataFrame(
        {
            "feedback_id": ids,
            "topic": topic,
            "good": mood > 0,
            "slow": complaint & (handled > SLOW_DAYS),
            "satisfaction": satisfaction,
            "kept_wording": np.isin(variant % WORDINGS, HELD_OUT),
        }
    )
    return table, truth


def preferences(people: People, weeks: int, rng: np.random.Generator) -> pd.DataFrame:
    """Stated preferences of some: the channel they want, and what they like."""
    asked = np.flatnonzero(rng.random(len(people)) < 0.12)
    channel = np.array(["email", "sms", "messenger", "none"])[rng.integers(0, 4, len(asked))]
    day = np.datetime64(FIRST_DAY) + rng.integers(0, 7 * weeks, len(asked)).astype("timedelta64[D]")
    who = people.main_accounts[asked]
    return pd.DataFrame({"customer_id": who, "topic": "contact channel", "value": channel, "stated_at": day})
