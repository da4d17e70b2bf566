"""Mix, target, stages, loyalty, losses, prospects, next needs and prices in words: opposite facts, opposite words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import numpy as np
import pandas as pd
import pytest

from crm_analysis.models import LatentNeeds, ProspectValues
from crm_analysis.narrative import life_cycle, mix, preferences, prices, prospects


def _mix(change: float, sure: bool) -> pd.DataFrame:
    row = {
        "dimension": "category", "value": "Pets", "revenue_before": 10.0, "revenue_after": 20.0, "share_before": 0.2,
        "share_after": 0.2 + change, "change": change, "low": change - 0.01, "high": change + 0.01, "customers": 9.0,
        "sure": sure,
    }  # fmt: skip
    return pd.DataFrame([row])


def test_the_mix_changed_or_did_not() -> None:
    assert "Pets: 20.0 % before, 25.0 % now (+5.0 points, 90 %: +4.0 points" in mix.mix_sentence(_mix(0.05, True))
    assert "none changed beyond chance" in mix.mix_sentence(_mix(0.005, False))
    assert mix.mix_sentence(_mix(0.05, True).iloc[:0]) == ""
    rows, heads = mix.mix_rows(_mix(0.05, True), "KRW")
    assert len(rows[0]) == len(heads) and rows[0][-1] == "yes"
    assert "products.category" in mix.no_mix()


def _target(reachable: float) -> pd.DataFrame:
    rows = [
        ("best_fifth", "email", 20, 900.0, 15.0, reachable, reachable),
        ("best_fifth", "any", 20, 900.0, np.nan, np.nan, reachable),
        ("active", "any", 80, 100.0, np.nan, np.nan, reachable),
    ]
    return pd.DataFrame(
        rows, columns=["group", "channel", "customers", "revenue", "with_address", "agreed", "reachable"]
    )


def test_the_target_may_be_reached_or_nobody_knows() -> None:
    assert "10 of them (10 %) may be sent advertising" in mix.target_sentence(_target(5.0))
    assert "there is no table consents" in mix.target_sentence(_target(np.nan))
    gone = _target(5.0).assign(group="left")
    assert "no target to reach" in mix.target_sentence(gone)
    rows, heads = mix.target_rows(_target(5.0), "KRW")
    assert all(len(row) == len(heads) for row in rows)


def test_stages_and_who_fell_out() -> None:
    now = pd.DataFrame({"stage": ["kept"] * 30 + ["slowing"] * 5 + ["left"] * 9, "since": pd.Timestamp("2024-12-01")})
    moves = pd.DataFrame({"stage_from": ["kept", "kept"], "stage_to": ["kept", "left"], "customers": [30, 9]})
    sentence = life_cycle.life_sentence(now, moves, 90)
    assert "30 customers are kept, 5" in sentence and "Of 39 who were kept 90 days ago, 9 have left" in sentence
    assert "have left since" not in life_cycle.life_sentence(now, moves.iloc[:0], 90)
    rows, heads = life_cycle.stage_rows(now, date(2024, 12, 31), 90)
    assert [row[2] for row in rows] == ["0", "0", "30", "5", "0", "9"] and len(heads) == len(rows[0])
    matrix, columns = life_cycle.stage_move_rows(moves)
    assert matrix == [["Kept", "30", "9"]] and list(columns) == ["From", "Kept", "Left"]


def _loyalty(before: float | None, now: float) -> pd.DataFrame:
    values = {"after": now} | ({"before": before} if before is not None else {})
    rows = [(name, "index", value, value - 1, value + 1, 100) for name, value in values.items()]
    return pd.DataFrame(rows, columns=["period", "part", "value", "low", "high", "customers"])


def test_loyalty_rose_fell_or_stood() -> None:
    assert "rose by 10.0 to 60.0" in life_cycle.loyalty_sentence(_loyalty(50, 60))
    assert "fell by 10.0 to 50.0" in life_cycle.loyalty_sentence(_loyalty(60, 50))
    assert "as a year before" in life_cycle.loyalty_sentence(_loyalty(50, 51))
    assert "two years of data" in life_cycle.loyalty_sentence(_loyalty(None, 51))
    assert life_cycle.loyalty_rows(_loyalty(50, 60))[0][0][1:3] == [
        "50.0 (90 %: 49.0 to 51.0)",
        "60.0 (90 %: 59.0 to 61.0)",
    ]


def test_losses_by_definition_in_words() -> None:
    losses = pd.DataFrame(
        {
            "active_days": [365, 120], "idle_days": [365, 365], "least_purchases": [1, 2], "customers": [100, 90],
            "loss": [0.4, 0.2], "low": [0.3, 0.1], "high": [0.5, 0.3], "a_year": [0.4, 0.2],
        }
    )  # fmt: skip
    assert "from 20 % to 40 %" in life_cycle.loss_sentence(losses)
    assert life_cycle.loss_sentence(losses.head(1)) == ""
    first, second = life_cycle.loss_rows(losses)[0]
    assert first[0] == "Bought within 365 days; then nothing for 365" and second[0].startswith("Bought at least twice")


def _values(may_ask: int, second_worth: float) -> ProspectValues:
    origins = pd.DataFrame(
        {
            "origin": ["Gym", "Fair"], "at_risk": [100, 100], "won": [9, 2], "rate": [0.09, 0.03], "low": [0.05, 0.01],
            "high": [0.13, 0.06], "profit": [100.0, 90.0], "cost": [5.0, np.nan], "worth": [9.0, second_worth],
            "worth_low": [6.0, 0.0], "worth_high": [12.0, 9.0], "open": [50, 40], "may_ask": [may_ask, 0],
        }
    )  # fmt: skip
    return ProspectValues(origins, pd.DataFrame())


def test_prospects_are_asked_only_with_a_basis() -> None:
    assert "Nobody may be asked yet" in prospects.value_sentence(_values(0, 2.0), "KRW")
    sure = prospects.value_sentence(_values(30, 2.0), "KRW")
    assert sure.endswith("30 of them may be asked.") and "those of Gym" in sure
    assert "do not differ beyond chance" in prospects.value_sentence(_values(30, 7.0), "KRW")
    assert prospects.value_sentence(None, "KRW") == "" and prospects.value_rows(None, "KRW") == ([], {})
    rows, heads = prospects.value_rows(_values(30, 2.0), "KRW")
    assert rows[1][5] == "–" and len(rows[0]) == len(heads)


def _needs(used: str, difference: float) -> LatentNeeds:
    check = pd.DataFrame({"way": ["personal", "popular"], "hit_one": 0.1, "hit_three": [0.3 + difference, 0.3]})
    because = "tea" if used == "personal" else ""
    needs = pd.DataFrame(
        {"customer_id": list("ab"), "kind": "cups", "probability": 0.2, "usual": 0.1, "because": because}
    )
    return LatentNeeds(check, difference, difference - 0.05, difference + 0.05, 300, used, needs)


def test_personal_needs_beat_the_popular_or_not() -> None:
    assert "read from what each has bought" in prospects.latent_sentence(_needs("personal", 0.2))
    assert "That is no gain" in prospects.latent_sentence(_needs("popular", 0.0))
    assert prospects.latent_rows(_needs("personal", 0.2))[0] == [["cups", "2", "–", "10.0 %", "tea"]]
    assert prospects.latent_rows(_needs("popular", 0.0))[0][0][-1] == "–"


def _response(low: float, mid: float, high: float) -> pd.DataFrame:
    row = {
        "kind": "all", "name": "", "products": 40, "purchases": 900, "elasticity": mid, "low": low, "high": high,
        "sure": high < 0,
    }  # fmt: skip
    return pd.DataFrame([row])


@pytest.mark.parametrize(
    ("numbers", "words"),
    [
        ((-0.5, -0.3, -0.1), "but by less than 1 %"),
        ((-2.0, -1.6, -1.2), "more than 1 % fewer purchases"),
        ((-0.5, -0.1, 0.3), "cannot be told"),
        ((-1.3, -0.9, -0.5), "Purchases change with prices"),
    ],
)
def test_the_answer_to_prices(numbers: tuple[float, float, float], words: str) -> None:
    assert words in prices.price_sentence(_response(*numbers))
    assert prices.price_sentence(None) == ""


def test_wishes_that_were_ignored_come_first() -> None:
    found = pd.DataFrame(
        {
            "channel": ["email", "none"],
            "customers": [9, 5],
            "contacted": [4, 2],
            "through_it": [4, 0],
            "agreed": [6.0, np.nan],
        }
    )
    assert "2 who asked for no contact were contacted" in prices.channel_sentence(found)
    heeded = found.assign(contacted=[4, 0])
    assert "asked for no contact" not in prices.channel_sentence(heeded)
    assert prices.channel_rows(found)[0][1] == ["no contact", "5", "2", "–", "–"]


def test_shelves_returns_peers_and_statements() -> None:
    shelf = pd.DataFrame(
        {"product": ["Tea"], "days": [9], "last_day": pd.Timestamp("2024-05-01"), "usual": 10.0, "missed": 90.0}
    )
    assert "Most of all: Tea, 9 days" in prices.shelf_sentence(shelf, "KRW")
    assert prices.shelf_sentence(shelf.iloc[:0], "KRW") == ""
    back = pd.DataFrame(
        {
            "customer_id": ["a"],
            "sold": 10,
            "returned": 5,
            "amount": 50.0,
            "kept": 9.0,
            "share": 0.4,
            "low": 0.2,
            "high": 0.6,
        }
    )
    assert "50 % of what they buy on average, all customers 4.0 %" in prices.returner_sentence(back, 0.04, "KRW")
    assert prices.returner_sentence(back.iloc[:0], 0.04, "KRW") == ""
    peers = pd.DataFrame({"customer_id": ["a"], "segment": ["loyal"], "own": 1.0, "peers": 9.0, "headroom": 40.0})
    assert "1 customer buys less often" in prices.peer_sentence(peers, "KRW")
    assert "Nobody buys so seldom" in prices.peer_sentence(peers.iloc[:0], "KRW")
    stated = pd.DataFrame(
        {"topic": ["t"], "trait": ["category"], "value": ["Home"], "customers": [9], "observed": [5], "other": [2]}
    )
    assert "the same for 5 and something else for 2" in preferences.stated_sentence(stated)


def test_korean(check_korean: Callable[[Callable[[], str], str], None]) -> None:
    check_korean(lambda: mix.mix_sentence(_mix(0.05, True)), "25.0")
    check_korean(lambda: life_cycle.loyalty_sentence(_loyalty(50, 60)), "60.0")
    check_korean(lambda: prospects.latent_sentence(_needs("personal", 0.2)), "50.0")
    check_korean(lambda: prices.price_sentence(_response(-0.5, -0.3, -0.1)), "0.30")
