"""The command line on workspaces that need no report: verbs, exit statuses, errors in one line, languages."""

from __future__ import annotations

import io
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from crm_analysis.cli import main
from crm_analysis.messages import use_language
from crm_analysis.project import open_project
from crm_analysis.workflow.event_table import event_sources
from crm_analysis.workflow.steps import STEPS

Main = Callable[..., tuple[int, str, str]]


@pytest.fixture
def crm(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Main:
    """Call the command line in this process: exit status, standard output, standard error."""
    monkeypatch.setenv("COLUMNS", "200")
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.setenv(name, "C.UTF-8")

    def call(*words: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as left:
            main(list(words))
        use_language("en")
        captured = capsys.readouterr()
        return int(left.value.code or 0), captured.out, captured.err

    return call


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A workspace with six orders of three customers in two months."""
    (tmp_path / "data").mkdir()
    lines = ["Kunde,Tag,Summe", "a1,2024-01-05,10.00", "b2,2024-01-20,20.50", "a1,2024-02-03,30.00"]
    lines += ["c3,2024-02-11,5.25", "b2,2024-02-11,4.75", "a1,2024-02-28,100.00"]
    (tmp_path / "data" / "orders.csv").write_text("\n".join([*lines, ""]), encoding="utf-8")
    settings = '[project]\nname = "six"\ncurrency = "EUR"\n[sources.order_lines]\npath = "data\\\\orders.csv"\n'
    columns = 'columns = { customer_id = "Kunde", ordered_at = "Tag", amount = "Summe" }\n'
    (tmp_path / "crm.toml").write_text(settings + columns, encoding="utf-8")
    return tmp_path


def one_line(text: str) -> bool:
    return text.endswith("\n") and text.count("\n") == 1 and "Traceback" not in text


def test_init_makes_a_workspace_and_leaves_an_existing_one_alone(crm: Main, tmp_path: Path) -> None:
    folder = tmp_path / "corner shop"
    status, out, err = crm("init", str(folder))
    assert (status, err) == (0, "")
    assert {p.name for p in (folder / "notebooks").iterdir()} == {*(step.notebook for step in STEPS), "dashboard.ipynb"}
    assert (folder / "data").is_dir()
    assert (folder / "reports").is_dir()
    settings = tomllib.loads((folder / "crm.toml").read_text("utf-8"))
    assert settings["project"] == {"name": "corner shop", "currency": "USD", "lang": "en"}
    assert settings["sources"]["order_lines"]["path"] == "data/orders.csv"
    assert f"crm-analysis run {folder}" in out
    before = (folder / "crm.toml").read_bytes()
    status, out, err = crm("init", str(folder))
    assert status == 1
    assert one_line(err)
    assert "is a workspace already" in err
    assert (folder / "crm.toml").read_bytes() == before


def test_init_in_korean_writes_korean_settings(crm: Main, tmp_path: Path) -> None:
    assert crm("init", str(tmp_path / "가게"), "--lang", "ko")[0] == 0
    text = (tmp_path / "가게" / "crm.toml").read_text("utf-8")
    assert tomllib.loads(text)["project"] == {"name": "가게", "currency": "KRW", "lang": "ko"}
    notes = [line for line in text.splitlines() if line.startswith("# ") and "=" not in line]
    assert len(notes) == 4
    assert all(re.search("[가-힣]", note) for note in notes)


def test_init_of_an_example_names_its_data_set(crm: Main, tmp_path: Path) -> None:
    assert crm("init", str(tmp_path / "demo"), "--example", "complete-journey")[0] == 0
    project = tomllib.loads((tmp_path / "demo" / "crm.toml").read_text("utf-8"))["project"]
    assert project["dataset"] == "complete_journey"
    assert project["example"] is True
    assert crm("init", str(tmp_path / "shop"), "--example", "simulated")[0] == 0
    settings = tomllib.loads((tmp_path / "shop" / "crm.toml").read_text("utf-8"))
    assert (settings["project"]["dataset"], settings["cleaning"]["sale_status"]) == ("simulated", ["paid"])
    status, _out, err = crm("init", str(tmp_path / "other"), "--example", "moon")
    assert status == 1
    assert "Known: complete-journey" in err
    assert not (tmp_path / "other").exists()


def test_init_on_a_file_is_refused(crm: Main, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("x")
    status, _out, err = crm("init", str(tmp_path / "taken"))
    assert status == 1
    assert "is a file" in err


def test_check_shows_mapping_and_sums_and_loads_nothing(crm: Main, shop: Path) -> None:
    status, out, err = crm("check", str(shop))
    assert (status, err) == (0, "")
    for header, column in (("Kunde", "customer_id"), ("Tag", "ordered_at"), ("Summe", "amount")):
        (row,) = [line for line in out.splitlines() if line.split()[:1] == [header]]
        assert column in row
    assert "6 rows" in out
    assert "3 customers" in out
    january, february = (line for line in out.splitlines() if "2024" in line and "€" in line)
    assert january.split() == ["Jan", "2024", "€30.50", "€30.50"]
    assert february.split() == ["Feb", "2024", "€140.00", "€140.00"]
    assert not (shop / "data" / "warehouse" / "order_lines").exists()


def test_square_brackets_in_data_are_text_not_markup(crm: Main, shop: Path) -> None:
    file = shop / "data" / "orders.csv"
    file.write_text(file.read_text("utf-8").replace("b2", "[/b]2").replace("c3", "[red]c3"), encoding="utf-8")
    status, out, _err = crm("check", str(shop))
    assert status == 0
    assert "[/b]2" in out


def test_build_twice_changes_nothing(crm: Main, shop: Path) -> None:
    status, out, err = crm("build", str(shop))
    assert (status, err) == (0, "")
    assert "6 order lines kept, 0 set aside." in out
    assert "Nothing changed" not in out
    status, out, _err = crm("build", str(shop / "crm.toml"))
    assert status == 0
    assert "Nothing changed since the last build." in out
    assert "6 order lines kept" in out
    assert "Nothing changed" not in crm("build", str(shop), "--force")[1]


def test_build_leaves_the_events_of_customers_ready_for_their_cards(crm: Main, shop: Path) -> None:
    crm("build", str(shop))
    with open_project(shop / "crm.toml") as project:
        found = event_sources(project.warehouse)
    assert found is not None and "order_lines" in found.tables


def test_build_names_the_rules_of_what_was_set_aside(crm: Main, shop: Path) -> None:
    with (shop / "data" / "orders.csv").open("a", encoding="utf-8") as file:
        file.write(",2024-02-28,3.00\na1,2024-02-28,100.00\n")
    status, out, _err = crm("build", str(shop))
    assert status == 0
    assert "No customer" in out


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["run", "--bogus"], "There is no option --bogus. 'crm-analysis run --help' shows how to write it."),
        (["frobnicate"], "There is no command frobnicate. 'crm-analysis --help' shows how to write it."),
        (["runs", "frobnicate"], "There is no command frobnicate. 'crm-analysis runs --help' shows how to write it."),
        (["init"], "DIR is missing. 'crm-analysis init --help' shows how to write it."),
        (["decide", "loyal", "retain"], "--reason is missing. 'crm-analysis decide --help' shows how to write it."),
        (["run", "-p", "x"], "'x' is not of the form name=value. 'crm-analysis run --help' shows how to write it."),
        (["check", "--lang", "de"], "Language 'de' is not known: use en or ko."),
        (["--lang=xyz", "check"], "Language 'xyz' is not known: use en or ko."),
    ],
)
def test_wrong_usage_is_one_line_and_status_2(crm: Main, words: list[str], reason: str) -> None:
    assert crm(*words) == (2, "", reason + "\n")


@pytest.mark.parametrize("words", [[], ["runs"]])
def test_without_a_verb_the_help_is_shown(crm: Main, words: list[str]) -> None:
    status, out, err = crm(*words)
    assert status == 2
    assert "Usage: crm-analysis" in out + err
    assert "Traceback" not in out + err


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["check"], "There is no file of settings"),
        (["build"], "There is no file of settings"),
        (["run"], "There is no file of settings"),
        (["runs", "list"], "There is no file of settings"),
    ],
)
def test_missing_settings_are_one_line_and_status_1(
    crm: Main, words: list[str], reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    status, out, err = crm(*words)
    assert (status, out) == (1, "")
    assert one_line(err)
    assert reason in err


def test_settings_that_are_wrong_are_named(crm: Main, shop: Path) -> None:
    (shop / "crm.toml").write_text('[project]\nname = "x"\ncurency = "EUR"\n', encoding="utf-8")
    status, _out, err = crm("check", str(shop))
    assert status == 1
    assert one_line(err)
    assert "curency" in err
    assert "currency" in err


def test_a_column_that_is_not_there_is_named_in_the_words_of_the_file(crm: Main, shop: Path) -> None:
    text = (shop / "crm.toml").read_text("utf-8").replace('"Summe"', '"Betrag"')
    (shop / "crm.toml").write_text(text, encoding="utf-8")
    status, _out, err = crm("build", str(shop))
    assert status == 1
    assert one_line(err)
    assert "Betrag" in err
    assert "Kunde, Tag, Summe" in err
    with_traceback = [["build", str(shop), "--debug"], ["--debug", "build", str(shop)]]
    for words in with_traceback:
        with pytest.raises(Exception, match="Betrag"):
            main(words)


def test_korean_errors_keep_the_users_own_column_names(crm: Main, shop: Path) -> None:
    text = (shop / "crm.toml").read_text("utf-8").replace('"Summe"', '"Betrag"')
    (shop / "crm.toml").write_text(text, encoding="utf-8")
    status, _out, err = crm("build", str(shop), "--lang", "ko")
    assert status == 1
    assert one_line(err)
    assert re.search("[가-힣]", err)
    assert "Betrag" in err
    assert "Kunde, Tag, Summe" in err


@pytest.mark.parametrize("words", [["--help", "--lang", "ko"], ["--lang", "ko", "--help"], ["--lang=ko"]])
def test_korean_help(crm: Main, words: list[str]) -> None:
    _status, out, _err = crm(*words)
    for verb in ("init", "check", "build", "run", "decide", "serve", "lab", "runs"):
        (row,) = [line for line in out.splitlines() if line.strip("│ ").split()[:1] == [verb]]
        assert re.search("[가-힣]", row), row


def test_the_language_of_the_settings_is_used_and_the_command_line_overrules_it(crm: Main, shop: Path) -> None:
    text = (shop / "crm.toml").read_text("utf-8").replace("[project]", '[project]\nlang = "ko"')
    (shop / "crm.toml").write_text(text, encoding="utf-8")
    assert "2024년 1월" in crm("check", str(shop))[1]
    assert "Jan 2024" in crm("check", str(shop), "--lang", "en")[1]
    assert "Jan 2024" in crm("--lang", "en", "check", str(shop))[1]


def test_an_unknown_parameter_is_refused_with_the_known_ones(crm: Main, shop: Path) -> None:
    crm("init", str(shop / "other"))
    (shop / "other" / "notebooks").rename(shop / "notebooks")
    notebook = shop / "notebooks" / "05_personalization.ipynb"
    lines = '"lang = \\"\\"  # en or ko; empty: as in the settings"'
    text = notebook.read_text("utf-8")
    assert lines in text
    notebook.write_text(text.replace(lines, '"lang = \\"\\"\\n", "most = 3"'), encoding="utf-8")
    status, _out, err = crm("run", str(shop), "-p", "least=3")
    assert status == 1
    assert err == "There is no parameter 'least' in the notebooks to run. Known: most.\n"
    status, _out, err = crm("run", str(shop), "-p", "most=many")
    assert status == 1
    assert "'most' cannot be 'many'" in err
    status, _out, err = crm("run", str(shop), "-p", "config=other.toml")
    assert status == 1, "what every notebook is given cannot be set"
    assert not (shop / "reports").exists() or not list((shop / "reports").rglob("manifest.json"))


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["run", "--step", "9"], "There is no step '9'"),
        (["run", "--step", "05"], "Run all steps first"),
        (["run", "--resume"], "There is no unfinished run"),
        (["runs", "show", "latest"], "There is no report yet"),
        (["runs", "show", "20240101-000000-abcd"], "There is no report of run"),
        (["serve"], "There is no report yet"),
    ],
)
def test_what_needs_a_report_says_so(crm: Main, shop: Path, words: list[str], reason: str) -> None:
    crm("init", str(shop / "other"))
    (shop / "other" / "notebooks").rename(shop / "notebooks")
    status, _out, err = crm(*words, str(shop))
    assert status == 1
    assert one_line(err)
    assert reason in err


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["heroes", "retain"], "Segment 'heroes' is not known. Known: champions"),
        (["champions", "praise"], "Strategy 'praise' is not known. Known: retain"),
        (["champions", "retain", "--review", "9 June"], "'9 June' is not a date"),
    ],
)
def test_decide_refuses_what_is_not_known(crm: Main, shop: Path, words: list[str], reason: str) -> None:
    status, _out, err = crm("decide", *words, "--reason", "x", "--config", str(shop))
    assert status == 1
    assert one_line(err)
    assert reason in err
    assert not (shop / "decisions.toml").exists()


def test_decide_writes_and_undo_takes_back(crm: Main, shop: Path) -> None:
    words = ["decide", "champions", "cross_sell", "--config", str(shop), "--reason"]
    status, out, _err = crm(*words, "we know better", "--review", "2030-01-31")
    assert status == 0
    assert "Champions" in out
    (entry,) = tomllib.loads((shop / "decisions.toml").read_text("utf-8"))["decision"]
    assert (entry["id"], entry["value"], entry["review_on"]) == ("03:champions", "cross_sell", "2030-01-31")
    assert "Taken back." in crm(*words, "x", "--undo")[1]
    assert "There was no entry" in crm(*words, "x", "--undo")[1]


def test_lab_starts_jupyterlab_on_the_notebooks(crm: Main, shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[list[str]] = []
    monkeypatch.setattr(subprocess, "run", lambda command, **_options: started.append(command))
    assert crm("lab", str(shop))[0] == 0
    command = started.pop()
    assert command[:3] == [sys.executable, "-m", "jupyterlab"]
    assert set(command[3:]) == {f"--ServerApp.root_dir={shop}", f"--ServerApp.preferred_dir={shop / 'notebooks'}"}


def test_forget_says_in_one_line_what_went_and_which_files_still_hold_it(crm: Main, shop: Path) -> None:
    crm("build", str(shop))
    status, out, err = crm("forget", "a1", str(shop), "--yes")
    assert (status, err) == (0, "")
    assert out.splitlines() == [
        "Removed: accounts 1, rows 6 in 2 tables, changed folders of reports 0. Counts that were published stay.",
        "  data/orders.csv (order_lines) still holds 3 rows of the person. The file is yours and was not changed; what "
        "it holds of the person is not loaded again.",
    ]
    assert (shop / "data" / "orders.csv").read_text(encoding="utf-8").count("a1,") == 3
    status, out, _err = crm("build", str(shop))
    assert (status, out) == (0, "3 order lines kept, 0 set aside.\n")


@pytest.mark.parametrize(("answer", "left"), [("n\n", 1), ("", 1), ("y\n", 0)])
def test_forget_asks_first(crm: Main, shop: Path, monkeypatch: pytest.MonkeyPatch, answer: str, left: int) -> None:
    crm("build", str(shop))
    monkeypatch.setattr("sys.stdin", io.StringIO(answer))
    status, out, _err = crm("forget", "a1", str(shop))
    assert status == left
    assert "Remove 1 account (a1) from all tables, old versions and reports? It cannot be taken back. [y/N]" in out
    assert ("Nothing was removed." in out) == bool(left)
    assert crm("card", "a1", str(shop))[0] == 1 - left


def test_forget_says_how_many_accounts_are_held_to_be_one_person(
    crm: Main, shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = ["customer_id,name,email"] + [f"{n},Nora Lund,nora.lund@shop.example" for n in ("a1", "b2")]
    (shop / "people.csv").write_text("\n".join([*people, ""]), encoding="utf-8")
    with (shop / "crm.toml").open("a", encoding="utf-8") as toml:
        toml.write('[sources.customers]\npath = "people.csv"\n')
    crm("build", str(shop))
    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    status, out, _err = crm("forget", "b2", str(shop))
    assert status == 1
    assert "Remove 2 accounts of one person (a1, b2) from all tables" in out


def test_forget_names_whom_it_does_not_know(crm: Main, shop: Path) -> None:
    crm("build", str(shop))
    status, _out, err = crm("forget", "nobody.known@shop.example", str(shop), "--yes")
    assert status == 1
    assert one_line(err)
    assert "No table knows customer 'n" in err
    assert "@shop.example" not in err
