"""Nobody gets anything without the token, from either server; what they get holds no sources."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import pandas as pd
import pytest
from tornado.httpclient import AsyncHTTPClient, HTTPRequest, HTTPResponse
from tornado.httpserver import HTTPServer
from tornado.testing import bind_unused_port
from tornado.web import Application

from crm_analysis.config import ServeSettings
from crm_analysis.resources import resource
from crm_analysis.voila_server.app import DashboardServer, Places
from crm_analysis.voila_server.guard import _Guard
from crm_analysis.voila_server.options import ServeOptions
from crm_analysis.voila_server.plain import PlainServer

from .conftest import FORMULA, HOSTILE, NEW, SOURCE

TOKEN = "a-token-of-this-test"
BASE = "/under/"
PAGE = f"{BASE}report/corner_shop/{NEW}/index.html"
Ask = Callable[..., HTTPResponse]


def options_of(reports: Path, token: str = TOKEN) -> ServeOptions:
    return ServeOptions(reports, "corner_shop", token, ServeSettings(base_url=BASE, preheated=0))


def asking(application: Application) -> Ask:
    """Asks an application, which listens only for as long as the answer takes."""

    async def answer(path: str, token: str, cookie: str) -> HTTPResponse:
        socket, port = bind_unused_port()
        server = HTTPServer(application)
        server.add_socket(socket)
        headers = {"Authorization": f"token {token}"} if token else {}
        headers |= {"Cookie": cookie} if cookie else {}
        request = HTTPRequest(f"http://localhost:{port}{path}", headers=headers, follow_redirects=False)
        found = await AsyncHTTPClient(force_instance=True).fetch(request, raise_error=False)
        server.stop()
        return found

    return lambda path, token="", cookie="": asyncio.run(answer(path, token, cookie))


def routes(application: Application) -> list[tuple[str, type]]:
    """Pattern and handler of every route."""
    hosts = [*application.default_router.rules, *application.wildcard_router.rules]
    rules = [rule for host in hosts for rule in getattr(host.target, "rules", [host])]
    return [(rule.matcher.regex.pattern, rule.target) for rule in rules if hasattr(rule.matcher, "regex")]


def address_of(pattern: str) -> str:
    """An address that a pattern fits."""
    path = re.sub(r"\(\?P<kernel_id>[^)]*\)", "01234567-0123-0123-0123-0123456789ab", pattern.rstrip("$"))
    path = re.sub(r"\((?:\?:)?[^()]*\)", "x", path).replace("\\", "")
    return "/anything" if path == ".*" else path


@pytest.fixture(scope="module")
def plain(reports: Path) -> Application:
    return PlainServer(options_of(reports)).application()


@pytest.fixture(scope="module")
def dashboard(reports: Path) -> Iterator[Application]:
    server = DashboardServer.made(resource("notebooks") / "dashboard.ipynb", options_of(reports))
    server.listen = lambda: None
    server.start()
    yield server.app
    server.stop()


@pytest.mark.parametrize("kind", ["plain", "dashboard"])
def test_every_route_is_refused_without_the_token(kind: str, request: pytest.FixtureRequest) -> None:
    application = request.getfixturevalue(kind)
    found = routes(application)
    assert len(found) >= {"plain": 4, "dashboard": 12}[kind]
    ask = asking(application)
    for pattern, handler in found:
        assert issubclass(handler, _Guard), pattern
        path = address_of(pattern)
        assert re.fullmatch(pattern, path), (pattern, path)
        for tried in (path, f"{path}?token=wrong"):
            answer = ask(tried)
            assert answer.code == 403, (tried, answer.code)
            assert b"token" in answer.body
            assert b"corner" not in answer.body
            assert "Set-Cookie" not in answer.headers
        assert ask(path, token="wrong").code == 403


@pytest.mark.parametrize("kind", ["plain", "dashboard"])
def test_what_no_route_fits_is_refused_too(kind: str, request: pytest.FixtureRequest) -> None:
    ask = asking(request.getfixturevalue(kind))
    for path in ("/", "/elsewhere", f"{BASE}voila/files/dashboard.ipynb", f"{BASE}voila/render/dashboard.ipynb"):
        assert ask(path).code == 403, path


def test_the_token_opens_and_its_cookie_goes_on_opening(plain: Application) -> None:
    ask = asking(plain)
    first = ask(f"{PAGE}?token={TOKEN}")
    assert first.code == 200
    cookie = first.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert TOKEN not in cookie
    assert ask(PAGE, cookie=cookie.split(";")[0]).code == 200
    forged = re.sub(r'="?[^;]*', f"={TOKEN}", cookie.split(";")[0])
    assert ask(PAGE, cookie=forged).code == 403
    assert ask(PAGE, token=TOKEN).code == 200


def test_without_a_token_it_is_open(reports: Path) -> None:
    assert asking(PlainServer(options_of(reports, token="")).application())(PAGE).code == 200


@pytest.mark.parametrize("kind", ["plain", "dashboard"])
def test_pages_hold_no_code_and_bring_their_policy(kind: str, request: pytest.FixtureRequest) -> None:
    ask = asking(request.getfixturevalue(kind))
    answer = ask(PAGE, token=TOKEN)
    assert answer.code == 200
    text = answer.body.decode()
    assert "First screen en" in text
    assert SOURCE not in text
    assert HOSTILE not in text
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "First screen ko" in ask(PAGE.replace("index", "ko/index"), token=TOKEN).body.decode()


@pytest.mark.parametrize(
    "name",
    [
        "00_data.ipynb",
        "ko/00_data.ipynb",
        "manifest.json",
        "notes/00_data.json",
        "tables/needs.parquet",
        "tables/nothing.csv",
        "../latest.json",
        "..%2f..%2fnotes.txt",
        "ko/../manifest.json",
        "",
    ],
)
def test_sources_notes_and_what_lies_elsewhere_are_not_served(name: str, plain: Application) -> None:
    assert asking(plain)(f"{BASE}report/corner_shop/{NEW}/{name}", token=TOKEN).code == 404


@pytest.mark.parametrize("where", ["corner_shop/20240708-080000-0e3f", "none/" + NEW, "..%2fcorner_shop/" + NEW])
def test_what_is_not_published_is_not_served(where: str, plain: Application) -> None:
    assert asking(plain)(f"{BASE}report/{where}/index.html", token=TOKEN).code == 404


def test_a_table_is_saved_for_excel_and_starts_no_formula(plain: Application, tmp_path: Path) -> None:
    answer = asking(plain)(f"{BASE}report/corner_shop/{NEW}/tables/needs.csv", token=TOKEN)
    assert answer.body.startswith(b"\xef\xbb\xbf")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="needs.csv"'
    saved = tmp_path / "needs.csv"
    saved.write_bytes(answer.body)
    assert pd.read_csv(saved)["topic"].tolist() == [HOSTILE, f"'{FORMULA}", "price"]


def test_the_first_address_leads_to_the_latest_report(plain: Application) -> None:
    answer = asking(plain)(BASE, token=TOKEN)
    assert (answer.code, answer.headers["Location"]) == (302, PAGE)


def test_scripts_come_from_here_and_no_others(dashboard: Application) -> None:
    ask = asking(dashboard)
    for name in ("plotly.min.js", "report.css", "figures.js", "dashboard.css", "dashboard.js", "theme.js"):
        answer = ask(f"{BASE}crm/{name}", token=TOKEN)
        assert answer.code == 200, name
        assert len(answer.body) > 200
        assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
    assert ask(f"{BASE}crm/index.html.j2", token=TOKEN).code == 404
    assert ask(f"{BASE}voila/files/{quote('dashboard.ipynb')}", token=TOKEN).code == 403


class _Kernels:
    """A manager that knows which kernels run."""

    def __init__(self, *running: str) -> None:
        self.running = set(running)

    def list_kernel_ids(self) -> list[str]:
        return sorted(self.running)


def test_places_are_kept_from_the_moment_a_visitor_comes_until_the_kernel_ends() -> None:
    places, kernels = Places(2), _Kernels("a", "waiting")
    assert places.take("first", kernels)
    places.arrive("first", "a")
    assert places.take("second", kernels), "a kernel that waits takes no place"
    assert not places.take("third", kernels), "the second is still coming"
    places.leave("second")
    assert places.take("third", kernels)
    places.leave("third")
    kernels.running.add("b")
    assert places.take("fourth", kernels)
    places.arrive("fourth", "b")
    assert not places.take("fifth", kernels)
    kernels.running.discard("a")
    assert places.take("fifth", kernels), "the first went"


def test_a_full_house_leads_to_the_report_at_once_with_a_note(dashboard: Application, monkeypatch) -> None:
    monkeypatch.setattr(Places, "take", lambda *_given: False)
    ask = asking(dashboard)
    answer = ask(BASE, token=TOKEN)
    assert answer.code == 302
    page = ask(answer.headers["Location"], token=TOKEN).body.decode()
    assert "All places of the dashboard are taken" in page
    assert f'href="{BASE}"' in page
    assert "First screen en" in page
