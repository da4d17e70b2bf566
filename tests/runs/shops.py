"""Two false shops from a seeded generator: one with all tables, one with three columns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

FORMULA = "=cmd|' /C calc'!A0"
"""A product whose name a spreadsheet would run."""

PRODUCTS = {
    FORMULA: "food",
    "Milk": "food",
    "Bread": "food",
    "Tea": "food",
    "Cheese": "food",
    "Rice": "food",
    "Apples": "food",
    "Soap": "home",
    "Candles": "home",
    "+Plus detergent": "home",
    "@home towels": "home",
    "-40 freezer bags": "home",
}
CAMPAIGNS = {"K1": "Spring mailing", "K2": "Autumn mailing"}
CUSTOMERS = 400
SAID = "배송이 늦었어요. 주문하고 한참 지나서야 왔고 그동안 아무 말도 없어서 아쉬웠습니다"
"""What customers of the small shop write, before they name themselves."""
FIRST_DAY = pd.Timestamp("2023-01-02")
DAYS = 548


@dataclass(frozen=True)
class Person:
    """Somebody who does not exist."""

    name: str
    email: str
    phone: str
    address: str


def person(number: int) -> Person:
    """The person behind a customer of the small shop; every other name is Korean."""
    name = f"Zebulon Quuxwell{number:04}" if number % 2 else f"홍가짜{number:04}"
    return Person(
        name, f"zq{number:04}@planted.example", f"010-7777-{number:04}", f"{number:04} Planted Lane, Nowhereville"
    )


def email_id(number: int) -> str:
    """The id of a customer of the three-column shop: an e-mail address."""
    return f"buyer{number:04}@planted-id.example"


def small_shop(folder: Path) -> None:
    """400 customers in 18 months: orders, products, returns, persons, two campaigns with targets."""
    rng = np.random.default_rng(7)
    rows = [row for number in range(CUSTOMERS) for row in _orders_of(number, rng)]
    columns = ["customer_id", "ordered_at", "order_id", "product_id", "quantity", "unit_price"]
    pd.DataFrame(rows, columns=columns).to_csv(folder / "orders.csv", index=False)
    products = [(f"P{n}", name, category) for n, (name, category) in enumerate(PRODUCTS.items())]
    pd.DataFrame(products, columns=["product_id", "name", "category"]).to_csv(folder / "products.csv", index=False)
    ids = [f"C{n:04}" for n in range(CUSTOMERS)]
    people = pd.DataFrame([vars(person(n)) for n in range(CUSTOMERS)])
    people.insert(0, "customer_id", ids)
    people.to_csv(folder / "customers.csv", index=False)
    starts, ends = ["2023-10-01", "2024-03-01"], ["2023-10-31", "2024-03-31"]
    campaigns = {"campaign_id": list(CAMPAIGNS), "name": list(CAMPAIGNS.values()), "starts_on": starts, "ends_on": ends}
    pd.DataFrame(campaigns).to_csv(folder / "campaigns.csv", index=False)
    targets = [("K1", c) for c in ids[::2]] + [("K2", c) for c in ids[::3]]
    pd.DataFrame(targets, columns=["campaign_id", "customer_id"]).to_csv(folder / "campaign_targets.csv", index=False)
    _texts().to_csv(folder / "feedback.csv", index=False)


def _texts() -> pd.DataFrame:
    """Reviews whose writers name themselves, their phone, mail and address."""
    rows = []
    for number in range(90):
        who = person(number)
        text = f"{SAID}, {who.name}, {who.phone}, {who.email}, {who.address}"
        rows.append((f"F{number:03}", f"C{number:04}", "2024-05-01 10:00", "review", 2, 5, text, f"P{number % 3}"))
    columns = ["feedback_id", "customer_id", "given_at", "kind", "score", "scale_max", "text", "product_id"]
    return pd.DataFrame(rows, columns=columns)


def _orders_of(number: int, rng: np.random.Generator) -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = []
    day, gap, order = int(rng.integers(0, 420)), float(rng.gamma(2, 15)) + 4, 0
    taste = rng.dirichlet(np.full(len(PRODUCTS), 0.6) + np.array([1.0] + [0.0] * (len(PRODUCTS) - 1)))
    while day < DAYS:
        order += 1
        at = FIRST_DAY + pd.Timedelta(days=day, hours=int(rng.integers(8, 20)))
        chosen = rng.choice(
            len(PRODUCTS), size=int(rng.integers(1, 4)), replace=False, p=0.9 * taste + 0.1 / len(taste)
        )
        for product in chosen:
            price = 100 * (int(rng.gamma(3, 40)) + 10)
            rows.append((f"C{number:04}", at, f"O{number:04}-{order}", f"P{product}", int(rng.integers(1, 4)), price))
        if rng.random() < 0.05:
            bought = rows[-1]
            rows.append((bought[0], at + pd.Timedelta(days=2), bought[2], bought[3], -1, bought[5]))
        if rng.random() < 0.08:
            break
        day += int(rng.exponential(gap)) + 1
    return rows


def three_columns(folder: Path) -> None:
    """Who, when, how much, and nothing else; the ids of the 300 customers are e-mail addresses."""
    rng = np.random.default_rng(3)
    rows = []
    for number in range(300):
        days = np.cumsum(rng.exponential(30, int(rng.geometric(0.2)))) + rng.integers(0, 200)
        rows += [(email_id(number), int(d), 100 * (int(rng.gamma(2, 150)) + 10)) for d in days if d < 420]
    frame = pd.DataFrame(rows, columns=["customer", "date", "amount"])
    frame["date"] = (pd.Timestamp("2024-01-01") + pd.to_timedelta(frame["date"], unit="D")).dt.date
    frame.to_csv(folder / "orders.csv", index=False)


@dataclass(frozen=True)
class Shop:
    """How a shop is made: its files and the tables they fill."""

    name: str
    fill: Callable[[Path], None]
    tables: dict[str, str]


SMALL = Shop(
    "test shop",
    small_shop,
    {
        "order_lines": "orders.csv",
        "products": "products.csv",
        "customers": "customers.csv",
        "campaigns": "campaigns.csv",
        "campaign_targets": "campaign_targets.csv",
        "feedback": "feedback.csv",
    },
)
THREE = Shop("three columns", three_columns, {"order_lines": "orders.csv"})


def make_workspace(root: Path, shop: Shop, lang: str, notebooks: Path, *, also_in: Sequence[str] = ()) -> Path:
    """A workspace with data, settings and notebooks, not built yet."""
    (root / "data").mkdir(parents=True)
    shop.fill(root / "data")
    lines = ["[project]", f'name = "{shop.name}"', 'currency = "KRW"', f'lang = "{lang}"', f"also_in = {list(also_in)}"]
    for table, file in shop.tables.items():
        lines += [f"[sources.{table}]", f'path = "data/{file}"']
    (root / "crm.toml").write_text("\n".join([*lines, ""]), encoding="utf-8")
    (root / "notebooks").mkdir()
    for notebook in sorted(notebooks.glob("0*.ipynb")):
        (root / "notebooks" / notebook.name).write_bytes(notebook.read_bytes())
    return root
