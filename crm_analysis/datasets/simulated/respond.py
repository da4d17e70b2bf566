"""What happens after a plan: the shop lives on for some weeks, and those contacted answer as they truly would."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from crm_analysis.datasets.simulated.behaviour import live
from crm_analysis.datasets.simulated.calendar import FIRST_DAY
from crm_analysis.datasets.simulated.campaigning import RunningCampaign
from crm_analysis.datasets.simulated.generate import (
    STAMP,
    TABLES,
    TRUTH,
    VERSION,
    Lived,
    ShopSetting,
    Simulation,
    Writers,
    chunk_people,
    chunks,
    make_shop,
    people_truth,
    write_weeks,
)
from crm_analysis.datasets.simulated.people import People
from crm_analysis.datasets.simulated.state import State
from crm_analysis.datasets.simulated.worlds import CHANNELS, KINDS, CampaignPlan
from crm_analysis.errors import ConfigError
from crm_analysis.messages import _, plural

__all__ = ["EFFECT_WEEKS", "PLAN_COLUMNS", "RESULTS", "respond"]

EFFECT_WEEKS = 5
"""How long a contact changes how often somebody buys."""

PLAN_COLUMNS = ("customer_id", "arm", "kind", "channel", "planned_on")
RESULTS = "contact_results.csv"

_ONCE_AN_ORDER = ("order_id", "contact_id", "feedback_id", "booking_id")
_NOT_DELIVERED, _OPENED, _OPTED_OUT, _PUT_OFF_OUT = 0.03, 0.35, 0.005, 0.08
_ARMS = ("without", "with", "mass")


def respond(folder: Path, plan: pd.DataFrame, weeks: int, seed: int, out: Path) -> Path:
    """Carry out a plan on a simulated shop.

    Nobody new registers; who has registered without an order may come to buy. A contact works from the week it is
    planned for, also beyond the last of these weeks, as strongly as the person answers to its kind of offer, unless it
    was not delivered; who opts out takes the consent of the channel back. Accounts of one person are one person, who is
    contacted if one of them is.

    Parameters
    ----------
    folder
        A simulated shop, or what an earlier plan left.
    plan
        One row per customer: customer_id, arm (``contact``, or any other word for those held back), kind (money,
        service, convenience or status), channel, planned_on (within the weeks that follow).
    weeks
        How long the shop lives on.
    seed
        Of what happens; the same bytes for the same seed.
    out
        Folder to write: ``tables/`` with the new rows of these weeks in the columns of the contract,
        ``contact_results.csv`` as ``crm-analysis import-results`` reads it, and ``truth/``, of which ``outcomes`` has
        each planned person's orders and profit of these weeks with and without the contact (a contact that works
        beyond them stands there again, with the rest, after the next plan). It can be the folder of a next call.

    Returns
    -------
    pathlib.Path
        ``out``.

    Raises
    ------
    ConfigError
        The folder holds no shop of this version; or a column, kind or customer of the plan is not known.
    """
    simulation, customers, until = _read_stamp(folder)
    accounts = pd.read_parquet(folder / TRUTH / "accounts.parquet")
    _check(plan, set(accounts["customer_id"]))
    shop = make_shop(simulation, until + weeks - simulation.settled()[2])
    fresh = out.with_name(out.name + ".new")
    shutil.rmtree(fresh, ignore_errors=True)
    for name in (TABLES, TRUTH):
        (fresh / name).mkdir(parents=True)
    tables, truth = Writers(fresh / TABLES), Writers(fresh / TRUTH)
    states = pd.read_parquet(folder / TRUTH / "state.parquet")
    answers = _answers(plan, accounts, shop, seed, until)
    planned = _by_person(plan.merge(answers[["customer_id", "outcome"]], on="customer_id"), accounts, until)
    going_on = _kept(folder)
    for start, count in chunks(customers):
        people, _first = chunk_people(shop, start, count)
        state = State.again(states.iloc[start : start + count])
        agreed = state.consent.copy()
        _withdraw(planned, people, state)
        rng = np.random.default_rng([seed, 2, start, until])
        running = [*_campaigns(planned, people, until), *_again(going_on, people)]
        now = replace(shop, world=replace(shop.world, campaigns=tuple(c.plan for c in running)))
        history = live(
            people, state, replace(now.world, campaigns=()), shop.catalogue, shop.factors, rng, start=until,
            campaigns=running,
        )  # fmt: skip
        rows = (_Renamed(tables, f"R{until}-"), _Renamed(truth, f"R{until}-"))
        write_weeks(*rows, now, Lived(people, state, history, agreed, until), rng)
        truth.add("people", people_truth(people, state))
        truth.add("state", state.table(people))
        truth.add("running", _unfinished(history.running, people, until + weeks))
    truth.add("accounts", accounts)
    tables.close()
    truth.close()
    results = answers[answers["arm"] == "contact"].drop(columns="arm")
    results.to_csv(fresh / RESULTS, index=False, date_format="%Y-%m-%d %H:%M")
    stamp = json.loads((folder / STAMP).read_text(encoding="utf-8"))
    (fresh / STAMP).write_text(json.dumps({**stamp, "until": until + weeks, "rows": tables.rows}), encoding="utf-8")
    shutil.rmtree(out, ignore_errors=True)
    fresh.replace(out)
    return out


class _Renamed(Writers):
    """Passes rows on with a mark before the numbers of orders, contacts and the like: those of before stay apart."""

    def __init__(self, writers: Writers, mark: str) -> None:
        self._writers = writers
        self._mark = mark

    def add(self, name: str, frame: pd.DataFrame) -> None:
        if name == "campaign_targets":
            return
        if name == "contacts":  # those of the plan come back as results
            frame = frame[frame["campaign_id"].isna()]
        changed = {column: self._mark + frame[column].astype(str) for column in _ONCE_AN_ORDER if column in frame}
        self._writers.add(name, frame.assign(**changed) if len(frame) else frame)


def _read_stamp(folder: Path) -> tuple[Simulation, int, int]:
    """The simulation of a folder, its people, and the first week that is not simulated yet."""
    try:
        stamp = json.loads((folder / STAMP).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        stamp = {}
    if stamp.get("version") != VERSION:
        raise ConfigError(
            _("{folder} holds no simulated shop of this version. Simulate it anew first.", folder=folder.name)
        )
    simulation = Simulation(stamp["world"], stamp["customers"], stamp["weeks"], stamp["seed"])
    return simulation, int(stamp["customers"]), int(stamp.get("until", stamp["weeks"]))


def _check(plan: pd.DataFrame, known: set[str]) -> None:
    missing = [name for name in PLAN_COLUMNS if name not in plan.columns]
    if missing:
        raise ConfigError(_("The plan has no column '{column}'.", column=missing[0]))
    unknown = sorted(set(plan["kind"]) - set(KINDS))
    if unknown:
        raise ConfigError(
            _("The plan has offers of kind '{kind}'. Known: {known}.", kind=str(unknown[0]), known=", ".join(KINDS))
        )
    strangers = int((~plan["customer_id"].isin(known)).sum())
    if strangers:
        raise ConfigError(
            plural(
                "{n} row of the plan is about a customer whom the simulated shop does not have. Give the plan the "
                "customer numbers of its table customers.",
                "{n} rows of the plan are about customers whom the simulated shop does not have. Give the plan the "
                "customer numbers of its table customers.",
                strangers,
            )
        )


def _by_person(plan: pd.DataFrame, accounts: pd.DataFrame, until: int) -> pd.DataFrame:
    """One row per planned person: treated, reached, out, kind, channel, week; being contacted wins."""
    joined = plan.merge(accounts, on="customer_id").assign(treated=lambda t: t["arm"] == "contact")
    days = (pd.to_datetime(joined["planned_on"]) - pd.Timestamp(FIRST_DAY)).dt.days
    joined["week"] = np.maximum(days // 7, until)
    joined["reached"] = joined["outcome"] != "not delivered"
    joined["out"] = joined["treated"] & (joined["outcome"] == "opted out")
    first = joined.sort_values(["treated", "week", "customer_id"], ascending=[False, True, True])
    columns = ["treated", "reached", "out", "kind", "channel", "week"]
    return first.drop_duplicates("person").set_index("person")[columns]


def _withdraw(planned: pd.DataFrame, people: People, state: State) -> None:
    """Consents that the plan's contacts cost."""
    mine = planned[planned["out"] & planned.index.isin(people.number) & planned["channel"].isin(CHANNELS)]
    channel = mine["channel"].map({name: number for number, name in enumerate(CHANNELS)}).to_numpy(dtype="int64")
    place = mine.index.to_numpy() - people.number[0]
    state.consent[place, channel] = np.minimum(state.consent[place, channel], mine["week"].to_numpy())


def _campaigns(planned: pd.DataFrame, people: People, until: int) -> list[RunningCampaign]:
    """One campaign per kind of offer and week, with the people of a chunk in their arms."""
    mine = planned.reindex(people.number)
    running = []
    reached = ~mine["reached"].eq(False).to_numpy()  # noqa: FBT003
    for kind, week in sorted(set(zip(planned["kind"], planned["week"], strict=True))):
        here = ((mine["kind"] == kind) & (mine["week"] == week)).to_numpy()
        arm = np.where(here, np.where(mine["treated"].eq(True).to_numpy(), 1, 0), -1)
        effect = people.response[:, KINDS.index(kind)] * reached
        plan = _plan(f"R{until}-{kind}-{week}", kind, int(week))
        running.append(RunningCampaign(plan, effect, arm, np.full(len(people), np.nan)))
    return running


def _plan(name: str, kind: str, week: int) -> CampaignPlan:
    return CampaignPlan(name, kind, kind, week, EFFECT_WEEKS, "email", cost=0.0)


def _unfinished(running: Iterable[RunningCampaign], people: People, end: int) -> pd.DataFrame:
    """Contacts that work beyond the last week, for the next plan."""
    parts = []
    for campaign in running:
        mine = np.flatnonzero(campaign.arm >= 0)
        if campaign.is_on(end) and len(mine):
            last = {f"last.{arm}": campaign.last[arm][mine] for arm in _ARMS}
            plan = campaign.plan
            columns = {"person": people.number[mine], "arm": campaign.arm[mine], "effect": campaign.effect[mine]}
            rows = pd.DataFrame({**columns, **last})
            parts.append(rows.assign(campaign_id=plan.campaign_id, kind=plan.kind, week=plan.week))
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def _kept(folder: Path) -> pd.DataFrame:
    file = folder / TRUTH / "running.parquet"
    return pd.read_parquet(file) if file.is_file() else pd.DataFrame({"person": [], "campaign_id": []})


def _again(going_on: pd.DataFrame, people: People) -> list[RunningCampaign]:
    """The contacts of an earlier plan that still work."""
    running = []
    for name, rows in going_on[going_on["person"].isin(people.number)].groupby("campaign_id", sort=True):
        mine = rows.set_index("person").reindex(people.number)
        arm = mine["arm"].fillna(-1).to_numpy(dtype="int64")
        last = {each: mine[f"last.{each}"].fillna(0).to_numpy(dtype="int64") for each in _ARMS}
        plan = _plan(str(name), str(rows["kind"].iloc[0]), int(rows["week"].iloc[0]))
        effect = mine["effect"].fillna(0.0).to_numpy()
        running.append(RunningCampaign(plan, effect, arm, np.full(len(people), np.nan), last))
    return running


def _answers(plan: pd.DataFrame, accounts: pd.DataFrame, shop: ShopSetting, seed: int, until: int) -> pd.DataFrame:
    """Contacts as a sender would report them: delivered or not, opened, opted out; those put off opt out more often.

    They are drawn for those held back too, whom a contact might not have reached either.
    """
    sent = plan.merge(accounts, on="customer_id").sort_values("customer_id")
    rng = np.random.default_rng([seed, 3, until])
    put_off = sent["person"].isin(_put_off(shop)).to_numpy()
    draw: npt.NDArray[np.float64] = rng.random(len(sent))
    out = np.where(put_off, _PUT_OFF_OUT, _OPTED_OUT)
    bounds = [draw < _NOT_DELIVERED, draw < _NOT_DELIVERED + out, draw < _NOT_DELIVERED + out + _OPENED]
    minutes = rng.integers(9 * 60, 18 * 60, len(sent)).astype("timedelta64[m]")
    return pd.DataFrame(
        {
            "customer_id": sent["customer_id"],
            "contacted_at": pd.to_datetime(sent["planned_on"]).to_numpy().astype("datetime64[us]") + minutes,
            "channel": sent["channel"],
            "outcome": np.select(bounds, ["not delivered", "opted out", "opened"], default="delivered"),
            "arm": sent["arm"],
        }
    )


def _put_off(shop: ShopSetting) -> npt.NDArray[np.int64]:
    """People whom any contact puts off."""
    found = [chunk_people(shop, start, count)[0] for start, count in chunks(shop.simulation.settled()[1])]
    return np.concatenate([people.number[(people.response < 0).all(axis=1)] for people in found])
