"""Which forecast is used and how far it was off, in words."""

from __future__ import annotations

import pandas as pd

from crm_analysis import formats as f
from crm_analysis.messages import _
from crm_analysis.models import ForecastCheck, NaiveForecast

__all__ = [
    "alive_sentence",
    "calibration_words",
    "choice_sentence",
    "covered_sentence",
    "forecast_sentence",
    "forecast_words",
    "frequency_rows",
    "model_label",
    "opinion_sentence",
    "scorecard_rows",
    "shown_model",
]

_MEAN = "mean_of_the_past"
_PROMISED = 0.90


def model_label(name: str) -> str:
    """Name of a forecast, in a table."""
    names = {
        "mean_of_the_past": _("mean of the past"),
        "own_past_rate": _("each customer's own past rate"),
        "last_period": _("purchases of the last period"),
        "simple_regression": _("simple regression"),
    }
    return names.get(name, name)


def _in_a_sentence(name: str) -> str:
    names = {
        "mean_of_the_past": _("the mean of the past"),
        "own_past_rate": _("each customer's own past rate"),
        "last_period": _("the number of purchases in the last period"),
        "simple_regression": _("a simple regression on the last period"),
    }
    return names.get(name, name)


def shown_model(check: ForecastCheck) -> str:
    """The model that figures show: the winner, the closest model where a naive forecast won."""
    return check.model


def _error(check: ForecastCheck, name: str) -> float:
    rows = check.comparison[check.comparison["model"] == name]
    return float(rows["total_error_pct"].iloc[0]) / 100


def forecast_sentence(check: ForecastCheck | None) -> str:
    """Which forecast won, and by how much it was off."""
    if check is None:
        return _(
            "The history is too short to hold a forecast against what happened (twelve weeks and 50 customers are "
            "needed): values below are not checked."
        )
    model = shown_model(check)
    values = {
        "n": f.number(check.customers, 0),
        "split": f.date(check.split),
        "error": f.percent(abs(_error(check, model)), 1),
        "naive": f.percent(abs(_error(check, _MEAN)), 1),
        "own": f.percent(abs(_error(check, check.winner)), 1),
        "model": model,
        "winner": _in_a_sentence(check.winner),
    }
    if check.untouched and check.winner == model:
        return _(
            "On earlier periods {model} was closest customer by customer, so it is used. From {split} on, for {n} "
            "customers, it missed the total of purchases by {error} (mean of the past: {naive}).",
            **values,
        )
    if check.untouched:
        return _(
            "On earlier periods {winner} was closer than {model} customer by customer, or as close, so it is used. From "
            "{split} on, for {n} customers, it missed the total of purchases by {own} ({model}: {error}, mean of the past: "
            "{naive}).",
            **values,
        )
    if check.winner == model:
        return _(
            "Forecast from {split} for {n} customers, {model} missed the total of purchases by {error} (mean of the past: "
            "{naive}) and was closest customer by customer: it is used.",
            **values,
        )
    return _(
        "Forecast from {split} for {n} customers, {model} missed the total of purchases by {error} (mean of the past: "
        "{naive}), but customer by customer {winner} was closer or as close: it is used instead.",
        **values,
    )


def choice_sentence(check: ForecastCheck | None) -> str:
    """Which days the choice was made on, and whether the reported period agrees with it."""
    if check is None:
        return ""
    values = {"split": f.date(check.split), "days": f.number(check.holdout_days, 0)}
    if not check.untouched:
        return _(
            "The choice was made on the same {days} days that the errors are about: the data is too short for two periods. "
            "Expect larger errors.",
            **values,
        )
    values["origins"] = ", ".join(f.date(day) for day in check.chosen_on)
    if check.best_at_split == check.winner:
        return _(
            "Each forecast looks {days} days ahead. The choice was made on those from {origins}; the errors are of those from "
            "{split}, which took no part in it, and there the forecast chosen was the closest again.",
            **values,
        )
    return _(
        "Each forecast looks {days} days ahead. The choice was made on those from {origins}; the errors are of those from "
        "{split}, which took no part in it. There {best} was closer customer by customer than the forecast chosen: the "
        "choice is not certain.",
        best=_in_a_sentence(check.best_at_split),
        **values,
    )


def covered_sentence(check: ForecastCheck | None) -> str:
    """Whether customers were where the intervals of each said."""
    if check is None or check.covered is None or check.covered.empty:
        return ""
    inside = {str(name): float(share) for name, share in zip(*_columns(check.covered, "covered"), strict=True)}
    sizes = {str(name): int(size) for name, size in zip(*_columns(check.covered, "customers"), strict=True)}
    worst = min((name for name in inside if name != "all"), key=lambda name: inside[name])
    values = {
        "model": check.model,
        "n": f.number(sizes["all"], 0),
        "share": f.percent(inside["all"]),
        "low": f.percent(inside[worst]),
        "x": _("none: bought once") if worst == "0" else worst.replace("-", "–"),
    }
    if inside["all"] >= _PROMISED:
        return _(
            "{model} gives each customer an interval that should hold nine in ten: of {n} customers {share} bought as often "
            "as it said, fewest ({low}) of those with so many repeat purchases before: {x}.",
            **values,
        )
    return _(
        "{model} gives each customer an interval that should hold nine in ten, but of {n} customers only {share} bought as "
        "often as it said, fewest ({low}) of those with so many repeat purchases before: {x}. Customers differ, or change, "
        "more than it knows.",
        **values,
    )


def _columns(covered: pd.DataFrame, name: str) -> tuple[pd.Series, pd.Series]:
    return covered["frequency_class"], covered[name]


def alive_sentence(check: ForecastCheck | None) -> str:
    """What is said about who still is a customer."""
    if check is not None and check.winner in NaiveForecast.ALL:
        return _(
            "As a naive forecast is used, no probability of still being a customer is shown. Values over a longer time than "
            "was checked assume that customers go on at the same rate: they are rather too high."
        )
    if check is None or check.winner == "BG/NBD":
        return _(
            "BG/NBD lets customers leave only after a repeat purchase: who bought once counts as still a customer with "
            "certainty. For them read the risk of leaving instead, which is the probability of no purchase."
        )
    if check.winner == "MBG/NBD":
        return _("MBG/NBD lets customers leave at a purchase, the first one included.")
    return _(
        "Pareto/NBD lets customers leave on any day, unseen: the longer the silence, the less likely they are there."
    )


def forecast_words(check: ForecastCheck) -> dict[str, str]:
    """Title and captions of the forecast against what happened."""
    error = _error(check, shown_model(check))
    title = (
        _("The model forecast {share} too many purchases", share=f.percent(abs(error), 1))
        if error >= 0
        else _("The model forecast {share} too few purchases", share=f.percent(abs(error), 1))
    )
    return {
        "title": title,
        "subtitle": _("Cumulative repeat purchases per week, n = {n} customers", n=f.number(check.customers, 0)),
        "caption": _(
            "Both forecasts knew nothing after {split}. Naive: as many purchases per customer as in the window before.",
            split=f.date(check.split),
        ),
    }


def calibration_words(check: ForecastCheck) -> dict[str, str]:
    """Title and captions of the calibration of leaving."""
    gain = 1 - check.brier / check.brier_base if check.brier_base else 0.0
    title = (
        _("Stated risks of leaving remove {share} of the error of one risk for all", share=f.percent(gain))
        if gain > 0
        else _("Stated risks of leaving are no better than one risk for all")
    )
    return {
        "title": title,
        "subtitle": _(
            "Stated probability of no purchase in {days} days and share that did not buy, n = {n}",
            days=f.number(check.holdout_days, 0),
            n=f.number(check.customers, 0),
        ),
        "caption": _("Dots on the diagonal are right; bars are 90 % intervals."),
    }


def _cells(column: pd.Series, decimals: int) -> list[str]:
    return ["–" if pd.isna(value) else f.number(value, decimals) for value in column]


def scorecard_rows(scorecard: pd.DataFrame) -> tuple[list[list[str]], dict[str, str]]:
    """Forecasts and their errors as finished texts."""
    names = scorecard["model"].astype(str)
    best = scorecard["value_top_decile"]
    columns = [
        [model_label(name) for name in names],
        _cells(scorecard["chosen_rmse"], 2),
        _cells(scorecard["rmse"], 2),
        _cells(scorecard["mae"], 2),
        [f.percent(float(error) / 100, 1, signed=True) for error in scorecard["total_error_pct"]],
        ["–" if pd.isna(share) else f.percent(float(share)) for share in best],
        [_("used") if used else "" for used in scorecard["winner"]],
    ]
    rows = [list(row) for row in zip(*columns, strict=True)]
    heads = {
        _("Forecast"): "left",
        _("Error per customer when choosing (RMSE)"): "right",
        _("Error per customer (RMSE)"): "right",
        _("Mean absolute error"): "right",
        _("Error of the total"): "right",
        _("Sales that its best tenth brought"): "right",
        _("Choice"): "left",
    }
    return rows, heads


def frequency_rows(
    by_frequency: pd.DataFrame, check: ForecastCheck | None = None
) -> tuple[list[list[str]], dict[str, str]]:
    """Purchases forecast and made, by repeat purchases so far; those who bought once apart.

    With ``check``, only by the forecast that is used, the model that figures show and the mean of the past.
    """
    shown = None if check is None else {check.winner, check.model, _MEAN}
    models = [name for name in dict.fromkeys(by_frequency["model"]) if shown is None or name in shown]
    rows = []
    for label, part in by_frequency.groupby("frequency_class", sort=False):
        told = part.set_index("model")["predicted_mean"]
        name = _("none: bought once") if label == "0" else str(label).replace("-", "–")
        rows.append(
            [
                name,
                f.number(part["customers"].iloc[0], 0),
                f.number(part["actual_mean"].iloc[0], 2),
                *(f.number(told[model], 2) for model in models),
            ]
        )
    heads = {_("Repeat purchases so far"): "left", _("Customers"): "right", _("Purchases made"): "right"}
    return rows, heads | {model_label(str(model)): "right" for model in models}


def opinion_sentence(opinion: pd.DataFrame) -> str:
    """Whether the package lifetimes comes to the same numbers."""
    if opinion.empty:
        return _("The package lifetimes found no solution on this data, so there is no second opinion.")
    worst = float(opinion["difference"].abs().max())
    model = ", ".join(dict.fromkeys(opinion["model"]))
    if worst < 0.005:
        return _(
            "The package lifetimes, as a second opinion on {model}, comes to the same expectations (largest difference "
            "{share}).",
            model=model,
            share=f.percent(worst, 2),
        )
    return _(
        "The package lifetimes, as a second opinion on {model}, differs by up to {share}: look at the table before you rely "
        "on values.",
        model=model,
        share=f.percent(worst, 1),
    )
