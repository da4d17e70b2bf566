"""Who leaves, by several ways of telling, held against what happened from several days of the past."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.isotonic import IsotonicRegression
from sklearn.metrics import roc_auc_score
from statsmodels.discrete.discrete_model import Logit

from crm_analysis.errors import NotEnoughDataError, StatisticalWarning
from crm_analysis.features import (
    DAYS_PER_UNIT,
    Unit,
    customer_summary,
    leaving_traits,
    purchase_days,
    purchase_states,
)
from crm_analysis.intervals import NORMAL_90
from crm_analysis.models.calibration import calibration_table
from crm_analysis.models.leaving_model import EXPECTED, LeavingModel
from crm_analysis.models.purchase_process import PurchaseProcess
from crm_analysis.models.seasonal import SeasonalClock
from crm_analysis.thresholds import LEAVING_CUSTOMERS, LEAVING_EVENTS
from crm_analysis.warehouse import collect

__all__ = ["LeavingCheck", "check_leaving", "leaving_origins"]

FloatArray = npt.NDArray[np.float64]

ADDITIVE, PURCHASES, RECENCY, BASE = "additive", EXPECTED, "recency", "base_rate"
WAYS = (ADDITIVE, PURCHASES, RECENCY, BASE)
MOST_ORIGINS = 5
FIT_ROWS = 200_000
_TINY = 1e-6


@dataclass(frozen=True)
class LeavingCheck:
    """How well leaving was told on a last day that nobody looked at, and what is used now.

    Attributes
    ----------
    split
        The last day; everything reported is about the H days after it.
    leaving_days
        H.
    chosen_on
        Earlier days that decided which way is used.
    customers
        Active on ``split``.
    left_share
        Of them, the share that left.
    scorecard
        One row per way: way, log_loss, auc, brier, slope (of calibration: 1 is right, below 1 too bold), chosen_loss
        (log loss on ``chosen_on``), difference (log loss less that of the winner, paired by customer) with low and
        high (90 %), winner.
    winner
        The way with the lowest log loss on ``chosen_on``.
    calibration
        Of the winner on ``split``: bin, n, predicted, observed, low, high.
    model
        The additive model fitted to all days, None where there is too little to fit it.
    now
        Traits of those active on the last day of the data, with ``probability_leaving`` by the winner.
    """

    split: date
    leaving_days: int
    chosen_on: tuple[date, ...]
    customers: int
    left_share: float
    scorecard: pd.DataFrame
    winner: str
    calibration: pd.DataFrame
    model: LeavingModel | None
    now: pd.DataFrame

    @property
    def trusted(self) -> bool:
        """Whether no other way was clearly better than the winner on the last day."""
        return not bool((self.scorecard["high"] < 0).any())

    @property
    def used(self) -> bool:
        """Whether the additive model is used, so that its reasons are shown: it won, and can be trusted."""
        return self.winner == ADDITIVE and self.model is not None and self.trusted


def leaving_origins(first: date, as_of: date, leaving_days: int) -> list[date]:
    """Days of the past in order of time, H apart, each with 2 H known before and H after it; at most five."""
    days: list[date] = []
    day = as_of - timedelta(days=leaving_days)
    while (day - first).days >= 2 * leaving_days and len(days) < MOST_ORIGINS:
        days.append(day)
        day -= timedelta(days=leaving_days)
    return days[::-1]


def check_leaving(
    lines: ir.Table,
    first: date,
    as_of: date,
    leaving_days: int,
    tables: Mapping[str, ir.Table],
    process: PurchaseProcess,
    unit: Unit = "week",
    random_state: int = 0,
) -> LeavingCheck | None:
    """Compare ways of telling who leaves; the winner is chosen on earlier days and reported on the last.

    Ways: the additive model; the model of purchases (probability of no purchase in H days); recency alone (isotonic);
    the share of all. Each knows, on each day, only what had happened and what had been seen to follow by then.

    Parameters
    ----------
    lines
        Order lines.
    first, as_of
        First and last day of the data.
    leaving_days
        H.
    tables
        deliveries, feedback, product_prices, contacts, as far as they are there.
    process
        A model of purchases whose kind is fitted anew on each day.
    unit
        Of its recency and T.
    random_state
        Seed of the sample that the additive model is fitted to where there are more than 200,000 rows.

    Returns
    -------
    LeavingCheck or None
        None where the data is too short for three days H apart, or holds too few customers or too few who left.
    """
    days = leaving_origins(first, as_of, leaving_days)
    if len(days) < 3:
        return None
    asked = _Asked(lines, leaving_days, tables, type(process), unit)
    frames = [asked.on(day) for day in days]
    smallest = min(len(frame) for frame in frames)
    events = min(min(frame["left"].sum(), (1 - frame["left"]).sum()) for frame in frames)
    if smallest < LEAVING_CUSTOMERS or events < LEAVING_EVENTS:
        return None
    rng = np.random.default_rng(random_state)
    told = [_ways(pd.concat(frames[:k], ignore_index=True), frames[k], rng) for k in range(1, len(days))]
    chosen = {
        way: float(np.mean([_loss(told[k][way], frames[k + 1]["left"]).mean() for k in range(len(told) - 1)]))
        for way in WAYS
    }
    winner = min(WAYS, key=lambda way: chosen[way])
    every, now = pd.concat(frames, ignore_index=True), asked.on(as_of, after=False)
    final = LeavingModel().fit(_sample(every, rng))
    probability = _ways(every, now, rng)[winner] if winner != ADDITIVE else final.probability(now)
    last = frames[-1]
    return LeavingCheck(
        split=days[-1],
        leaving_days=leaving_days,
        chosen_on=tuple(days[1:-1]),
        customers=len(last),
        left_share=float(last["left"].mean()),
        scorecard=_scorecard(told[-1], last["left"].to_numpy(), chosen, winner),
        winner=winner,
        calibration=calibration_table(told[-1][winner], last["left"]),
        model=final,
        now=now.assign(probability_leaving=probability),
    )


def _sample(frame: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    if len(frame) <= FIT_ROWS:
        return frame
    return frame.iloc[np.sort(rng.choice(len(frame), FIT_ROWS, replace=False))].reset_index(drop=True)


@dataclass(frozen=True)
class _Asked:
    """Whom is asked about on a day: traits, and what the model of purchases that was known then says."""

    lines: ir.Table
    leaving_days: int
    tables: Mapping[str, ir.Table]
    process: type[PurchaseProcess]
    unit: Unit

    def on(self, day: date, *, after: bool = True) -> pd.DataFrame:
        traits = leaving_traits(self.lines, day, self.leaving_days, self.tables, after=after)
        summary = traits[["customer_id"]].merge(customer_summary(self.lines, day, self.unit), on="customer_id")
        with warnings.catch_warnings():
            # About standard errors, which nothing here uses; the report warns where it fits the model to all the data.
            warnings.simplefilter("ignore", StatisticalWarning)
            fitted = self.process().fit(purchase_states(self.lines, day, self.unit))
        horizon = self.leaving_days * self._speed(day) / DAYS_PER_UNIT[self.unit]
        told = fitted.probability_no_purchase(summary, horizon)
        return traits.assign(**{PURCHASES: np.asarray(told, dtype=np.float64)})

    def _speed(self, day: date) -> float:
        """How much faster than on average the season runs in the days after a day; 1 below two years of data."""
        bought = purchase_days(self.lines, day)
        daily = collect(bought.group_by("day").aggregate(purchases=bought.count()))
        try:
            clock = SeasonalClock.of_purchases(daily.set_index(pd.to_datetime(daily["day"]))["purchases"])
        except NotEnoughDataError:
            return 1.0
        ahead = np.datetime64(day, "D") + np.arange(1, self.leaving_days + 1)
        return float((clock.read(ahead[-1:]) - clock.read(ahead[:1]))[0] / max(self.leaving_days - 1, 1))


def _ways(known: pd.DataFrame, asked: pd.DataFrame, rng: np.random.Generator) -> dict[str, FloatArray]:
    """Probability of leaving of each customer asked about, by each way."""
    recency = IsotonicRegression(out_of_bounds="clip").fit(known["recency_days"], known["left"])
    return {
        ADDITIVE: LeavingModel().fit(_sample(known, rng)).probability(asked),
        PURCHASES: asked[PURCHASES].to_numpy(dtype="float64"),
        RECENCY: np.asarray(recency.predict(asked["recency_days"]), dtype=np.float64),
        BASE: np.full(len(asked), float(known["left"].mean())),
    }


def _loss(probability: FloatArray, left: npt.ArrayLike) -> FloatArray:
    p, y = np.clip(probability, _TINY, 1 - _TINY), np.asarray(left, dtype=np.float64)
    return np.asarray(-(y * np.log(p) + (1 - y) * np.log(1 - p)), dtype=np.float64)


def _scorecard(told: dict[str, FloatArray], left: FloatArray, chosen: dict[str, float], winner: str) -> pd.DataFrame:
    best = _loss(told[winner], left)
    rows = []
    for way, probability in told.items():
        loss = _loss(probability, left)
        paired = loss - best
        error = NORMAL_90 * float(paired.std(ddof=1)) / np.sqrt(len(paired))
        rows.append(
            {
                "way": way,
                "log_loss": float(loss.mean()),
                "auc": float(roc_auc_score(left, probability)),
                "brier": float(np.mean((probability - left) ** 2)),
                "slope": _slope(probability, left),
                "chosen_loss": chosen[way],
                "difference": float(paired.mean()),
                "low": float(paired.mean() - error),
                "high": float(paired.mean() + error),
                "winner": way == winner,
            }
        )
    return pd.DataFrame(rows).sort_values("log_loss", ignore_index=True)


def _slope(probability: FloatArray, left: FloatArray) -> float:
    """Slope of the outcome on the stated log-odds (Cox 1958); NaN where everybody is told the same."""
    p = np.clip(probability, _TINY, 1 - _TINY)
    log_odds = np.log(p / (1 - p))
    if np.ptp(log_odds) < _TINY:
        return float("nan")
    design = np.column_stack([np.ones(len(p)), log_odds])
    return float(Logit(left, design).fit(disp=0).params[1])
