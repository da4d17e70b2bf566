"""A shop with people planted in every table, a report about them, and a search through everything that is stored."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq

from crm_analysis.workflow.audience import write_csv
from crm_analysis.workflow.run_store import RunStore

from .conftest import Shop

GONE = ("KU1001", "KU1002")
"""Two accounts of the person who is to be forgotten."""
PLANTED = (
    *GONE, "PR77", "Quuxwell", "quux.well@planted.example", "QUUX.WELL@", "010-7777-1234", "0107777", "7777 1234",
    "Zebulon Lane", "zebulon wrote this", "order-of-zebulon",
)  # fmt: skip
STAYS = ("KU2001", "Bystander", "by.stander@kept.example", "010-8888-4321", "Kept Street", "the other one wrote")

FILES: dict[str, str] = {
    "customers": """\
customer_id,name,email,phone,address,birth_date,joined_at,referrer_id
KU1001,Zebulon Quuxwell,quux.well@planted.example,010-7777-1234,12 Zebulon Lane,1981-12-07,2020-01-01,
KU1002,Zebulon Quuxwell,QUUX.WELL@planted.example,+82 10 7777 1234,12 Zebulon Lane,1981-12-07,2022-01-01,
KU2001,Anna Bystander,by.stander@kept.example,010-8888-4321,5 Kept Street,1970-02-02,2021-01-01,KU1002
""",
    "consents": """\
customer_id,channel,purpose,granted,changed_at
KU1001,email,advertising,true,2023-01-01 10:00
KU2001,email,advertising,false,2023-06-01 10:00
""",
    "feedback": """\
feedback_id,customer_id,given_at,kind,score,scale_max,text
F1,KU1002,2024-01-09,review,1,5,zebulon wrote this
F2,KU2001,2024-01-10,review,5,5,the other one wrote
""",
    "contacts": """\
contact_id,customer_id,contacted_at,channel,outcome
X1,KU1001,2024-01-11 10:00,phone,replied
X2,KU2001,2024-01-11 11:00,phone,replied
""",
    "deliveries": """\
order_id,delivered_at
order-of-zebulon,2024-01-08
o2,2024-01-22
""",
    "prospects": """\
prospect_id,name,email,phone,partner_id
PR77,Zebulon Quuxwell,quux.well@planted.example,0107777 1234,PA1
PR88,Nora Lund,nora@shop.example,010-9999-0000,PA1
""",
}
LINES = (
    "KU1001,2024-01-05,order-of-zebulon,p1,1,10.00",
    "KU1002,2024-01-06,,p2,2,5.50",
    "KU2001,2024-01-20,o2,p1,1,10.00",
    "KU2001,2024-01-21,,p1,1,12.00",
    "KU1001,2024-01-06,o8,p1,1,nothing",
)
CORRECTED = ("KU1001,2024-02-11,o3,p1,1,10.00", "KU2001,2024-02-12,o4,p2,1,2.75")


def fill(shop: Shop, tables: Sequence[str] = tuple(FILES)) -> Shop:
    """Write files and settings."""
    shop.put("01.csv", LINES)
    for name in tables:
        (shop.root / f"{name}.csv").write_text(FILES[name], encoding="utf-8")
    sources = "".join(f'[sources.{name}]\npath = "{name}.csv"\n' for name in tables)
    toml = '[project]\nname = "shop"\ncurrency = "KRW"\n[sources.order_lines]\npath = "lines/*"\n'
    (shop.root / "crm.toml").write_text(toml + sources, encoding="utf-8")
    return shop


def build_twice(shop: Shop) -> None:
    """Build, correct a file, build again: then there are rows in histories and files of older versions."""
    shop.open().build()
    shop.put("01.csv", (LINES[0].replace("10.00", "11.00"), *LINES[1:]))
    shop.put("02.csv", CORRECTED)
    shop.open().build()


CARD = (
    '<table class="data card"><caption>Customer {id}</caption><tbody><tr><th class="txt" rowspan="1">Orders</th>'
    '<td class="txt" colspan="2">{order}</td></tr></tbody></table>'
)


def copy(shop: Shop, root: Path) -> Shop:
    """The same shop in another place."""
    shutil.copytree(shop.root, root, dirs_exist_ok=True)
    found = object.__new__(Shop)
    found.root, found.engine, found._minute = root, shop.engine, shop._minute
    return found


def write_run(shop: Shop) -> Path:
    """A published run as the workflow leaves it, as far as it names customers."""
    run = shop.root / "reports" / "shop" / "20240301-120000-abcd"
    (run / "tables").mkdir(parents=True)
    ids = ["KU1001", "KU2001"]
    scores = pd.DataFrame({"customer_id": ids, "orders": [3, 2], "reason": ["of KU1001", "none"]})
    scores.attrs["schema_version"] = 1
    scores.to_parquet(run / "tables" / "customer_scores.parquet", index=False)
    segments = pd.DataFrame({"segment": ["loyal"], "customers": [2]})
    segments.to_parquet(run / "tables" / "segments.parquet", index=False)
    write_csv(scores, run / "audiences" / "contact_plan.csv")
    cells = "".join(f'<tr><td class="txt">{one}</td><td class="num">3</td></tr>' for one in ids)
    page = f'<html><body><p>2 customers</p><table class="data">{cells}</table>{{card}}</body></html>\n'
    for folder in (run, run / "ko"):
        folder.mkdir(exist_ok=True)
        (folder / "action_loyal_retain.html").write_text(
            page.format(card=CARD.format(id="KU2001", order="o2")), encoding="utf-8"
        )
        (folder / "02_customers.html").write_text(
            page.format(card=CARD.format(id="KU1001", order="order-of-zebulon")), encoding="utf-8"
        )
        shown = {
            "text/html": [CARD.format(id="KU1001", order="order-of-zebulon")],
            "text/plain": ["CustomerCard(orders=['order-of-zebulon'])"],
        }
        cell = {"cell_type": "code", "source": [], "outputs": [{"output_type": "execute_result", "data": shown}]}
        (folder / "02_customers.ipynb").write_text(json.dumps({"cells": [cell]}), encoding="utf-8")
    note = {"answer": "2 customers", "facts": {"first": "KU1001"}}
    (run / "notes.json").write_text(json.dumps(note), encoding="utf-8")
    (run / "events.jsonl").write_text('{"v": 1, "reason": "KU1001 was odd"}\n', encoding="utf-8")
    manifest = {"state": "done", "lang": "en", "tables": {"customer_scores": {"rows": 2}}}
    (run / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    store = RunStore(shop.root / "data" / "warehouse" / "runs.sqlite")
    store.create("r1", "shop")
    store.append_event("r1", {"type": "step_failed", "why": "KU1001 and KU2001"})
    store.finish("r1", "failed", "customer KU1001 was odd")
    reasons = '[[decision]]\nsegment = "KU1001"\nreason = "asked"\n[[decision]]\nsegment = "loyal"\nreason = "as {}"\n'
    (shop.root / "decisions.toml").write_text(reasons.format("KU1002 said, not KU2001"), encoding="utf-8")
    return run


def found_in(root: Path, values: tuple[str, ...], *, among: str = "") -> dict[str, set[str]]:
    """Which values stand in which files: Parquet decoded, orphaned files and logs of tables too; sources left out."""
    found: dict[str, set[str]] = {}
    sources = {f"{name}.csv" for name in FILES}
    for path in sorted(root.rglob("*")):
        if not path.is_file() or path.parent.name == "lines" or path.name in sources or among not in str(path):
            continue
        text = path.read_bytes().decode("utf-8", "replace")
        if path.suffix == ".parquet":
            text += pd.read_parquet(path).to_csv() + str(pq.read_schema(path).metadata)
        if path.suffix == ".sqlite":
            with closing(sqlite3.connect(path)) as store:
                text += "\n".join(store.iterdump())
        for value in values:
            if value in text:
                found.setdefault(value, set()).add(path.relative_to(root).as_posix())
    return found
