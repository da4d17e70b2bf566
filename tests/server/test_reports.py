"""Reports are read with a ticket, in a frame that reaches nothing else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from .conftest import Server


@pytest.fixture
def report(server: Server) -> str:
    """The first page of a published run, beside one that is not finished."""
    for name, state in (("20260101-000000-aaaa", "done"), ("20260102-000000-bbbb", "failed")):
        folder = server.root / "reports" / "shop" / name
        (folder / "ko").mkdir(parents=True)
        (folder / "manifest.json").write_text(json.dumps({"state": state}))
        for page in ("index.html", "ko/index.html"):
            (folder / page).write_text(f"<p>{name} {page}</p>")
    (server.root / "secret.html").write_text("not a report")
    return "reports/shop/20260101-000000-aaaa/index.html"


def test_a_ticket_opens_all_pages_of_its_run(server: Server, report: str) -> None:
    address = server.ask("tickets", {"path": report}).json["address"]
    first = server.ask(address, known=False)
    assert "aaaa index.html" in first.text
    assert first.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "aaaa ko/index.html" in server.ask(address.replace("index.html", "ko/index.html"), known=False).text


def test_a_page_gets_an_origin_of_its_own_and_no_connection(server: Server, report: str) -> None:
    answer = server.ask(server.ask("tickets", {"path": report}).json["address"], known=False)
    policy = answer.headers["Content-Security-Policy"]
    sandbox = next(part for part in policy.split(";") if part.strip().startswith("sandbox"))
    assert "allow-scripts" in sandbox
    assert "allow-same-origin" not in sandbox
    assert "connect-src 'none'" in policy
    assert "frame-ancestors 'self'" in policy


@pytest.mark.parametrize("path", ["../20260102-000000-bbbb/index.html", "../../../secret.html", "nothing.html"])
def test_a_ticket_opens_nothing_else(server: Server, report: str, path: str) -> None:
    address = server.ask("tickets", {"path": report}).json["address"]
    ticket = address.rsplit("/", 1)[0]
    answer = server.ask(f"{ticket}/{path.replace('/', '%2F')}")
    assert answer.status in (403, 404)


@pytest.mark.parametrize("path", ["reports/shop/20260102-000000-bbbb/index.html", "secret.html", "reports"])
def test_there_are_no_tickets_for_what_is_no_report(server: Server, report: str, path: str) -> None:
    answer = server.ask("tickets", {"path": path})
    assert answer.status == 400
    assert "is not a page of a report" in answer.json["message"]


def test_an_invented_ticket_opens_nothing(server: Server, report: str) -> None:
    assert server.ask(f"report/{'x' * 43}/index.html").status == 403
    assert Path(server.root / report).is_file()
