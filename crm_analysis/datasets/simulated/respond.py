"""What happens after a plan: the shop lives on for some weeks, and those contacted answer as they truly would."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from crm_analysis.datasets.simulated.behaviour import RunningCampaign, State, live
from crm_analysis.datasets.simulated.calendar import FIRST_DAY
from crm_analysis.datasets.simulated.generate import (
    STAMP,
    TABLES,
    TRUTH,
    VERSION,
    ShopSetting,
    Simulation,
    Writers,
    chunk_people,
    chunks,
    make_shop,
    write_weeks,
)
from crm_analysis.datasets.simulated.people import People
from crm_analysis.datasets.simulated.worlds import KINDS, CampaignPlan
from crm_analysis.errors import ConfigError
from crm_analysis.messages import _

__all__ = ["EFFECT_WEEKS", "PLAN_COLUMNS", "RESULTS", "respond"]

EFFECT_WEEKS = 5
"""How long a contact changes how often somebody buys."""

PLAN_COLUMNS = ("customer_id", "arm", "kind", "channel", "planned_on")
RESULTS = "contact_results.csv"

_ONCE_AN_ORDER = ("order_id", "contact_id", "feedback_id", "booking_id")
_NOT_DELIVERED, _OPENED, _OPTED_OUT, _ANNOYED_OUT = 0.03, 0.35, 0.005, 0.08


def respond(folder: Path, plan: pd.DataFrame, weeks: int, seed: int, out: Path) -> Path:
    """Carry out a plan on a simulated shop.

    Nobody new comes. A contact works from the week it is planned for, as strongly as the person answers to its kind of
    offer; accounts of one person are one person, who is contacted if one of them is.

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
        each planned person's orders and profit with and without the contact. It can be the folder of a next call.

    Returns
    -------
    pathlib.Path
        ``out``.

    Raises
    ------
    ConfigError
        The folder holds no shop of this version, or a column or kind of the plan is not known.
    """
    simulation, customers, until = _read_stamp(folder)
    _check(plan)
    shop = make_shop(simulation, until + weeks - simulation.settled()[2])
    fresh = out.with_name(out.name + ".new")
    shutil.rmtree(fresh, ignore_errors=True)
    for name in (TABLES, TRUTH):
        (fresh / name).mkdir(parents=True)
    tables, truth = Writers(fresh / TABLES), Writers(fresh / TRUTH)
    accounts = pd.read_parquet(folder / TRUTH / "accounts.parquet")
    states = pd.read_parquet(folder / TRUTH / "state.parquet")
    planned = _by_person(plan, accounts, until)
    for start, count in chunks(customers):
        people, _first = chunk_people(shop, start, count)
        state = State.again(states.iloc[start : start + count])
        rng = np.random.default_rng([seed, 2, start, until])
        running = _campaigns(planned, people, until)
        now = replace(shop, world=replace(shop.world, campaigns=tuple(c.plan for c in running)))
        rows = _Renamed(tables, f"R{until}-")
        history = live(
            people, state, replace(now.world, campaigns=()), shop.catalogue, shop.factors, rng, start=until,
            campaigns=running,
        )  # fmt: skip
        write_weeks(rows, _Renamed(truth, f"R{until}-"), now, people, history, rng)
        truth.add("people", people.truth().assign(left_week=history.left_week, satisfaction=state.satisfaction))
        truth.add("state", state.table(people))
    truth.add("accounts", accounts)
    tables.close()
    truth.close()
    _results(plan, accounts, shop, seed, until).to_csv(fresh / RESULTS, index=False, date_format="%Y-%m-%d %H:%M")
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


def _check(plan: pd.DataFrame) -> None:
    missing = [name for name in PLAN_COLUMNS if name not in plan.columns]
    if missing:
        raise ConfigError(_("The plan has no column '{column}'.", column=missing[0]))
    unknown = sorted(set(plan["kind"]) - set(KINDS))
    if unknown:
        raise ConfigError(
            _("The plan has offers of kind '{kind}'. Known: {known}.", kind=str(unknown[0]), known=", ".join(KINDS))
        )


def _by_person(plan: pd.DataFrame, accounts: pd.DataFrame, until: int) -> pd.DataFrame:
    """One row per planned person: treated, kind, channel, week; a contact comes before being held back."""
    joined = plan.merge(accounts, on="customer_id").assign(treated=lambda t: t["arm"] == "contact")
    days = (pd.to_datetime(joined["planned_on"]) - pd.Timestamp(FIRST_DAY)).dt.days
    joined["week"] = np.maximum(days // 7, until)
    first = joined.sort_values(["treated", "week", "customer_id"], ascending=[False, True, True])
    return first.drop_duplicates("person").set_index("person")[["treated", "kind", "channel", "week"]]


def _campaigns(planned: pd.DataFrame, people: People, until: int) -> list[RunningCampaign]:
    """One campaign per kind of offer and week, with the people of a chunk in their arms."""
    mine = planned.reindex(people.number)
    running = []
    for kind, week in sorted(set(zip(planned["kind"], planned["week"], strict=True))):
        here = ((mine["kind"] == kind) & (mine["week"] == week)).to_numpy()
        arm = np.where(here, np.where(mine["treated"].eq(True).to_numpy(), 1, 0), -1)
        plan = CampaignPlan(f"R{until}-{kind}-{week}", kind, kind, int(week), EFFECT_WEEKS, "email", cost=0.0)
        effect = people.response[:, KINDS.index(kind)]
        running.append(RunningCampaign(plan, effect, arm, np.full(len(people), np.nan)))
    return running


def _results(plan: pd.DataFrame, accounts: pd.DataFrame, shop: ShopSetting, seed: int, until: int) -> pd.DataFrame:
    """Contacts as a sender reports them: delivered or not, opened, opted out; those put off opt out more often."""
    sent = plan[plan["arm"] == "contact"].merge(accounts, on="customer_id").sort_values("customer_id")
    rng = np.random.default_rng([seed, 3, until])
    put_off = sent["person"].isin(_put_off(shop)).to_numpy()
    draw: npt.NDArray[np.float64] = rng.random(len(sent))
    out = np.where(put_off, _ANNOYED_OUT, _OPTED_OUT)
    bounds = [draw < _NOT_DELIVERED, draw < _NOT_DELIVERED + out, draw < _NOT_DELIVERED + out + _OPENED]
    minutes = rng.integers(9 * 60, 18 * 60, len(sent)).astype("timedelta64[m]")
    return pd.DataFrame(
        {
            "customer_id": sent["customer_id"],
            "contacted_at": pd.to_datetime(sent["planned_on"]).to_numpy().astype("datetime64[us]") + minutes,
            "channel": sent["channel"],
            "outcome": np.select(bounds, ["not delivered", "opted out", "opened"], default="delivered"),
        }
    )


def _put_off(shop: ShopSetting) -> npt.NDArray[np.int64]:
    """People whom any contact puts off."""
    found = [chunk_people(shop, start, count)[0] for start, count in chunks(shop.simulation.settled()[1])]
    return np.concatenate([people.number[(people.response < 0).all(axis=1)] for people in found])
