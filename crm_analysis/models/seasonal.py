r"""Seasons as a clock: BG/NBD and MBG/NBD in operational time, which runs faster when everybody buys more.

Customers leave at purchases only, so nothing but purchases depends on time: measured on a clock whose speed is the
season's, the likelihood stays what it is. In calendar time the density of every repeat purchase is multiplied by the
speed of its day, which is the same for all parameters. The idea of an operational time is that of Feller (1966), An
Introduction to Probability Theory and Its Applications II, chapter X.7.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pandas as pd

from crm_analysis.errors import NotEnoughDataError
from crm_analysis.features import per_customer, purchase_days
from crm_analysis.messages import _
from crm_analysis.models._states import FloatArray
from crm_analysis.models.beta_geo import BetaGeoNBD, ModifiedBetaGeoNBD
from crm_analysis.warehouse import collect

__all__ = ["SeasonCheck", "SeasonalClock", "SeasonalModel", "check_season"]

_MONTHS = 12
_FULL_YEAR = 365
_SHRINK = 0.9
"""Of the logarithm of a measured season so much is believed: two or three years measure it with error."""

Days = npt.NDArray[np.datetime64]


@dataclass(frozen=True)
class SeasonalClock:
    """How fast time runs in each month of the year; 1 on average over a year.

    Attributes
    ----------
    speed
        Twelve numbers above 0, January first.
    """

    speed: tuple[float, ...] = (1.0,) * _MONTHS

    @classmethod
    def of_purchases(cls, daily: pd.Series) -> SeasonalClock:
        """Measure the season: purchases of each month against the mean of the year around it.

        The ratio to a centred moving average of a year (classical decomposition), averaged over the years, on the
        logarithm. Growth and waning of the shop are in the moving average, not in the season.

        Parameters
        ----------
        daily
            Purchases by day, indexed by day; days without any may be missing.

        Raises
        ------
        NotEnoughDataError
            Less than two years: a season cannot be told from growth.
        """
        every = pd.date_range(daily.index.min(), daily.index.max(), freq="D")
        if len(every) < 2 * _FULL_YEAR:
            raise NotEnoughDataError(
                _("A season is measured from two years of purchases, and there are {days} days.", days=len(every))
            )
        counts = daily.reindex(every, fill_value=0).astype("float64")
        around = counts.rolling(_FULL_YEAR, center=True, min_periods=_FULL_YEAR).mean()
        known = around.notna() & (around > 0)
        stamps = every[known.to_numpy()]
        by = [np.asarray(stamps.year), np.asarray(stamps.month)]
        made, usual = counts[known].groupby(by).sum(), around[known].groupby(by).sum()
        days = counts[known].groupby(by).size()
        ratio = np.log(np.maximum(made, 0.5) / usual)
        by_month = days.index.get_level_values(1)
        season = (ratio * days).groupby(by_month).sum() / days.groupby(by_month).sum()
        speed = np.exp(_SHRINK * season.reindex(range(1, _MONTHS + 1), fill_value=0.0).to_numpy())
        return cls(tuple(float(value) for value in speed / speed.mean()))

    def read(self, days: Days) -> FloatArray:
        """Operational days since the first of January 1970 at the beginning of each day."""
        number = days.astype("datetime64[D]").astype(int)
        first = min(int(number.min()), 0)
        span = np.arange(first, int(number.max()) + 1).astype("datetime64[D]")
        passed = np.concatenate([[0.0], np.cumsum(self.at(span))])
        read: FloatArray = passed[number - first] - passed[-first]
        return read

    def at(self, days: Days) -> FloatArray:
        """The speed on each day."""
        month = days.astype("datetime64[M]").astype(int) % _MONTHS
        speed: FloatArray = np.asarray(self.speed)[month]
        return speed


class SeasonalModel:
    """BG/NBD or MBG/NBD on a seasonal clock.

    Parameters
    ----------
    clock
        Of the season.
    kind
        The model that holds in operational time.

    Attributes
    ----------
    model_
        The fitted model; its times are weeks of operational time.
    log_likelihood_
        In calendar time: comparable with that of the model without a season.
    as_of_
        The last day observed.
    """

    def __init__(self, clock: SeasonalClock, kind: type[BetaGeoNBD] | type[ModifiedBetaGeoNBD] = BetaGeoNBD) -> None:
        self.clock, self.kind = clock, kind

    def fit(self, lines: ir.Table, as_of: date) -> SeasonalModel:
        """Maximise the likelihood of all purchases until ``as_of``.

        Parameters
        ----------
        lines
            Order lines.
        as_of
            The last day observed.
        """
        self.as_of_ = as_of
        states = self.states(lines, as_of)
        self.model_ = self.kind().fit(states)
        days = purchase_days(lines, as_of)
        first = days.group_by("customer_id").aggregate(first=days["day"].min())
        again = days.join(first, "customer_id").filter(lambda t: t["day"] > t["first"])
        counts = collect(again.group_by("day").aggregate(n=again.count()))
        speed = np.log(self.clock.at(pd.to_datetime(counts["day"]).to_numpy().astype("datetime64[D]")))
        self.log_likelihood_ = self.model_.log_likelihood_ + float(counts["n"].to_numpy() @ speed)
        return self

    def states(self, lines: ir.Table, as_of: date) -> pd.DataFrame:
        """Purchase states in weeks of operational time: frequency, recency, T, customers."""
        found = per_customer(purchase_days(lines, as_of), as_of)
        counts = collect(found.group_by("frequency", "first_day", "last_day").aggregate(customers=found.count()))
        ends = [pd.to_datetime(counts[name]).to_numpy().astype("datetime64[D]") for name in ("first_day", "last_day")]
        now = np.full(len(counts), np.datetime64(as_of, "D"))
        first, last, until = np.split(self.clock.read(np.concatenate([*ends, now])), 3)
        return pd.DataFrame(
            {
                "frequency": counts["frequency"].astype("int64"),
                "recency": (last - first) / 7,
                "T": (until - first) / 7,
                "customers": counts["customers"].astype("int64"),
            }
        )

    def weeks_ahead(self, days: int) -> float:
        """Weeks of operational time in the next ``days`` calendar days."""
        ends = np.array([self.as_of_, self.as_of_ + timedelta(days=days)], dtype="datetime64[D]")
        now, then = self.clock.read(ends)
        return float(then - now) / 7

    def expected_purchases(self, states: pd.DataFrame, days: int) -> FloatArray:
        """Purchases expected in the next ``days`` calendar days, shape (rows,); ``states`` as of :meth:`states`."""
        return self.model_.expected_purchases(states, self.weeks_ahead(days))


@dataclass(frozen=True)
class SeasonCheck:
    """Whether a season helped out of time.

    Attributes
    ----------
    clock
        Measured before ``split``.
    split
        Last day known.
    weekly
        One row per week after it: week (its number from 1), actual, plain, seasonal (purchases of known customers).
    """

    clock: SeasonalClock
    split: date
    weekly: pd.DataFrame

    def error(self, forecast: str) -> float:
        """Root of the mean squared error per week, in purchases."""
        return float(np.sqrt(((self.weekly[forecast] - self.weekly["actual"]) ** 2).mean()))

    @property
    def helps(self) -> bool:
        """The weeks after the split were forecast closer with the season than without."""
        return self.error("seasonal") < self.error("plain")


def check_season(
    lines: ir.Table,
    split: date,
    weeks: int = 26,
    kind: type[BetaGeoNBD] | type[ModifiedBetaGeoNBD] = BetaGeoNBD,
) -> SeasonCheck:
    """Measure the season before a day, forecast the weeks after it with and without, and compare.

    Parameters
    ----------
    lines
        Order lines.
    split
        Last day known to both forecasts; two years lie before it.
    weeks
        After it.
    kind
        The model.

    Raises
    ------
    NotEnoughDataError
        Less than two years before ``split``.
    """
    days = purchase_days(lines)
    known = days.filter(days["day"] <= split)
    counts = collect(known.group_by("day").aggregate(n=known.count())).set_index("day")["n"]
    counts.index = pd.to_datetime(counts.index)
    clock = SeasonalClock.of_purchases(counts)
    customers = known.select("customer_id").distinct()
    after = days.filter(days["day"] > split).semi_join(customers, "customer_id")
    made = collect(after.group_by("day").aggregate(n=after.count()))
    week = (pd.to_datetime(made["day"]) - pd.Timestamp(split)).dt.days.sub(1) // 7 + 1
    actual = made.groupby(week)["n"].sum().reindex(range(1, weeks + 1), fill_value=0)
    table = {"week": np.arange(1, weeks + 1), "actual": actual.to_numpy(dtype="float64")}
    for name, used in (("plain", SeasonalClock()), ("seasonal", clock)):
        model = SeasonalModel(used, kind).fit(lines, split)
        states = model.states(lines, split)
        n = states["customers"].to_numpy()
        total = [float(n @ model.expected_purchases(states, 7 * number)) for number in range(1, weeks + 1)]
        table[name] = np.diff(total, prepend=0.0)
    return SeasonCheck(clock, split, pd.DataFrame(table))
