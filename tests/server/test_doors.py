"""Who is let in, and what a browser may name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from .conftest import Server, settings_file

OUTSIDE = ["../../etc/passwd", "shop/../../outside/crm.toml", "link/crm.toml", ".hidden/crm.toml", "shop\\..\\..\\x"]


def _patterns(router: Any) -> Iterator[str]:
    """Patterns of the paths of all handlers, of routers inside routers too."""
    for rule in router.rules:
        if hasattr(rule.matcher, "regex"):
            yield rule.matcher.regex.pattern
        if hasattr(rule.target, "rules"):
            yield from _patterns(rule.target)


def _routes(server: Server) -> list[str]:
    """Paths of our handlers as the application has them, with something in the place of each group."""
    patterns = _patterns(server.app.web_app.default_router)
    ours = (pattern for pattern in patterns if "/crm-analysis/" in pattern)
    return [re.sub(r"\([^)]*\)", "1", pattern).rstrip("$").split("/crm-analysis/")[1] for pattern in ours]


def test_no_route_lets_in_who_is_not_known(server: Server) -> None:
    routes = _routes(server)
    assert {"settings", "runs", "watch", "jobs/1/cancel", "report/1/1"} <= set(routes)
    for route in routes:
        for method, body in (("GET", None), ("POST", {})):
            answer = server.ask(route, body, method=method, known=False)
            assert answer.status in (403, 405), (method, route, answer.status)
            allowed = server.ask(route, body, method=method).status != 405
            assert answer.status == 403 or not allowed, (method, route)


@pytest.fixture
def outside(server: Server, tmp_path: Path) -> Server:
    """The server, with settings beside its folder, a link to them, and hidden ones."""
    settings_file(tmp_path / "outside")
    settings_file(server.root / "shop")
    settings_file(server.root / ".hidden")
    (server.root / "link").symlink_to(tmp_path / "outside")
    return server


@pytest.mark.parametrize("path", OUTSIDE)
def test_nothing_outside_the_folder_is_read(outside: Server, path: str) -> None:
    for route in ("steps?settings=", "runs?settings=", "check?settings=", "actions?settings=", "look?path="):
        answer = outside.ask(route + path.replace("\\", "%5C"))
        assert answer.status == 400, route
        assert "is not in the folder" in answer.json["message"], route


@pytest.mark.parametrize("path", OUTSIDE)
def test_nothing_outside_the_folder_is_started_or_written(outside: Server, path: str) -> None:
    sent = {"runs": {"settings": path}, "settings": {"data": path}, "tickets": {"path": path}}
    for route, body in sent.items():
        answer = outside.ask(route, body)
        assert answer.status == 400, route
        assert "is not in the folder" in answer.json["message"], route
    assert outside.words() == []


def test_the_refusal_is_in_the_language_of_the_reader(server: Server) -> None:
    assert "폴더 안에 없습니다" in server.ask("look?path=../x&lang=ko-KR").json["message"]


def test_names_that_look_like_markup_stay_text(server: Server) -> None:
    settings_file(server.root / "shop", "<script>alert(1)</script>")
    answer = server.ask("settings")
    assert answer.json[0]["name"] == "<script>alert(1)</script>"
    assert answer.headers["Content-Type"].startswith("application/json")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    refused = server.ask("look?path=<script>alert(1)</script>".replace("<", "%3C").replace(">", "%3E"))
    assert refused.status == 400
    assert refused.headers["Content-Type"].startswith("application/json")
