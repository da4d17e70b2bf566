"""Step 7 in words: did it work, and what do we change?"""

from __future__ import annotations

import pandas as pd

from crm_analysis import formats as f
from crm_analysis.labels import evidence_label, segment_label
from crm_analysis.messages import _, plural
from crm_analysis.narrative.direction import action_name
from crm_analysis.narrative.offers import kind_label

__all__ = [
    "answer",
    "conflict_sentence",
    "effect_rows",
    "forest_words",
    "from_before",
    "no_campaigns",
    "nothing_learned",
    "result_rows",
    "returned_sentence",
    "test_rows",
    "tests_sentence",
    "warning_sentence",
]


def answer(results: pd.DataFrame) -> str:
    """The step's answer: what past campaigns say, if anything."""
    if results.empty:
        return _(
            "No past campaign can be judged from this data; the control groups of this round will give the first answer."
        )
    measured = results[results["evidence"] == "measured"]
    if len(measured):
        won = int((measured["low"] > 0).sum())
        return _(
            "{won} of {n} randomised campaigns raised sales per customer beyond chance.",
            won=f.number(won, 0),
            n=f.number(len(measured), 0),
        )
    unfair = int((results["evidence"] == "assumed").sum())
    return _(
        "None of the {n} past campaigns was randomised, so none of them measures an effect; in {unfair} of them the targeted "
        "customers were already on another path before the campaign.",
        n=f.number(len(results), 0),
        unfair=f.number(unfair, 0),
    )


def warning_sentence(results: pd.DataFrame) -> str:
    """What a comparison without random assignment means."""
    if results.empty or (results["evidence"] == "measured").all():
        return ""
    if (results["evidence"] == "measured").any():
        return _(
            "Hollow marks are campaigns whose customers were chosen, not drawn: their figures are biased, do not use them "
            "as effects."
        )
    return _(
        "Targeted customers were chosen, not drawn: they differ from the others in ways that also change sales. The "
        "figures below compare changes and are biased all the same; do not use them as effects."
    )


def forest_words(results: pd.DataFrame, currency: str) -> dict[str, str]:
    """Title and captions of the comparison of campaigns."""
    if results.empty:
        return {"title": "", "subtitle": ""}
    measured = results[results["evidence"] == "measured"]
    judged = measured if len(measured) else results
    clear = f.number(((judged["low"] > 0) | (judged["high"] < 0)).sum(), 0)
    n = f.number(len(judged), 0)
    return {
        "title": _("{clear} of {n} randomised campaigns changed sales beyond chance", clear=clear, n=n)
        if len(measured)
        else _(
            "In {clear} of {n} campaigns targeted customers changed differently from the others; none was randomised",
            clear=clear,
            n=n,
        ),
        "subtitle": _(
            "Change of sales per customer against customers not targeted, {currency}, 90 % intervals", currency=currency
        ),
        "caption": _(
            "Change from the window of the same length before the campaign. Hollow marks: no random assignment, the "
            "difference is not an effect."
        ),
    }


def result_rows(results: pd.DataFrame, currency: str) -> tuple[list[list[str]], dict[str, str]]:
    """Campaigns as finished texts."""
    rows = [
        [
            str(r["campaign_id"]),
            str(r["name"]),
            f.date_range(r["starts_on"], r["ends_on"]),
            f.number(r["treated"], 0),
            f.number(r["compared"], 0),
            f.money_interval(r["estimate"], r["low"], r["high"], currency),
            f.money_interval(r["placebo_estimate"], r["placebo_low"], r["placebo_high"], currency),
            evidence_label(str(r["evidence"])),
        ]
        for r in results.to_dict("records")
    ]
    heads = {
        _("Campaign"): "left",
        _("Name"): "left",
        _("When"): "left",
        _("Targeted"): "right",
        _("Compared"): "right",
        _("Difference per customer"): "right",
        _("Same, one window earlier (placebo)"): "right",
        _("Evidence"): "left",
    }
    return rows, heads


def tests_sentence(tests: pd.DataFrame) -> str:
    """What this round's control groups can tell."""
    if tests.empty:
        return _("No action is planned, so no test is running.")
    enough = int((tests["detectable_effect"] <= tests["assumed_effect"]).sum())
    full = int(tests["detectable_effect"].isna().sum())
    if full:
        return _(
            "{enough} of {n} planned actions have control groups large enough to find the effect they assume (80 % power, "
            "two-sided 5 %). In {full} nearly everyone buys anyway or a group is empty: compare amounts there, not the "
            "share who order.",
            enough=f.number(enough, 0),
            n=f.number(len(tests), 0),
            full=f.number(full, 0),
        )
    return _(
        "{enough} of {n} planned actions have control groups large enough to find the effect they assume (80 % power, "
        "two-sided 5 %).",
        enough=f.number(enough, 0),
        n=f.number(len(tests), 0),
    )


def test_rows(tests: pd.DataFrame) -> tuple[list[list[str]], dict[str, str]]:
    """Planned tests as finished texts."""
    rows = [
        [
            action_name(*str(r["action"]).split(":")),
            f.number(r["contact"], 0),
            f.number(r["control"], 0),
            f.percent(r["base"]),
            f.percent(r["assumed_effect"], 1),
            f.percent(r["detectable_effect"], 1),
            f.number(r["needed_per_arm"], 0),
        ]
        for r in tests.to_dict("records")
    ]
    heads = {
        _("Action"): "left",
        _("Contacted"): "right",
        _("Held back"): "right",
        _("Buy anyway"): "right",
        _("Assumed effect"): "right",
        _("Smallest effect it can find"): "right",
        _("Needed per group"): "right",
    }
    return rows, heads


def from_before(plan: pd.DataFrame) -> str:
    """What step 6 decided that this step uses."""
    held = int((plan["arm"] != "contact").sum())
    return _(
        "From the communication plan: {n} customers planned, {held} held back at random.",
        n=f.number(len(plan), 0),
        held=f.number(held, 0),
    )


def returned_sentence(plan: pd.DataFrame, returned: pd.DataFrame | None) -> str:
    """How far the plan was carried out, by what was imported."""
    if returned is None or returned.empty:
        return _(
            "Nothing has come back from a plan yet. 'crm-analysis import-results FILE' takes in who was contacted and "
            "what came of it."
        )
    who = ["customer_id", "action"]
    reached = plan.set_index(who).index.isin(returned.set_index(who).index)
    planned = (plan["arm"] == "contact").to_numpy()
    done, against = int((planned & reached).sum()), int((~planned & reached).sum())
    if against:
        return _(
            "Results are back for {done} of {planned} planned contacts. {against} customers who were to be held back were "
            "contacted all the same, which weakens the comparison.",
            done=f.number(done, 0),
            planned=f.number(planned.sum(), 0),
            against=f.number(against, 0),
        )
    return _(
        "Results are back for {done} of {planned} planned contacts; nobody of the control groups was contacted.",
        done=f.number(done, 0),
        planned=f.number(planned.sum(), 0),
    )


def conflict_sentence(people: int) -> str:
    """How many people are on both sides of a round, since two customers turned out to be one; empty for none."""
    if not people:
        return ""
    return plural(
        "{n} person is left out of comparisons: two accounts, found to be one person since, were drawn to different sides.",
        "{n} people are left out of comparisons: accounts that were found to be one person since were drawn to different "
        "sides.",
        people,
    )


def no_campaigns() -> str:
    """Why no campaign is shown."""
    return _(
        "No past campaign can be judged: that needs the tables campaigns and campaign_targets, and for each campaign "
        "twice its length of data before it and 30 customers on both sides."
    )


def effect_rows(effects: pd.DataFrame, currency: str) -> tuple[list[list[str]], dict[str, str]]:
    """What the learning ledger says now, per kind of offer and segment."""
    rows = [
        [
            kind_label(str(r["offer_kind"])),
            _("All customers") if r["segment"] == "all" else segment_label(str(r["segment"])),
            f.money_interval(r["estimate"], r["low"], r["high"], currency, r["level"]),
            f.number(r["treated"] + r["compared"], 0),
            evidence_label(str(r["evidence"])),
            f.date(r["observed_until"]),
        ]
        for r in effects.to_dict("records")
    ]
    heads = {
        _("Kind of offer"): "left",
        _("Segment"): "left",
        _("Extra sales per customer"): "right",
        _("Customers"): "right",
        _("Evidence"): "left",
        _("Sales until"): "left",
    }
    return rows, heads


def nothing_learned() -> str:
    """Why there is no effect yet."""
    return _(
        "Nothing has been learned yet: that takes a campaign with a list of its targets, or a plan whose results came "
        "back ('crm-analysis import-results') and two weeks of sales after it."
    )
