"""The command line: one verb a function, thin; exit status 0 done, 1 the user's data, 2 usage, 3 a failed step."""

import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from crm_analysis.errors import CrmError
from crm_analysis.messages import LANGUAGES, _, use_language

__all__ = ["build_app", "main"]

CONFIG = "crm.toml"
_INTERRUPTED = 130


def _language(arguments: list[str]) -> str:
    """The language of messages before settings are read: --lang, the environment, the system."""
    for number, word in enumerate(arguments):
        if word.startswith("--lang="):
            return word.split("=", 1)[1]
        if word == "--lang" and number + 1 < len(arguments):
            return arguments[number + 1]
    wanted = os.environ.get("CRM_ANALYSIS_PROJECT__LANG")
    if wanted:
        return wanted
    system = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return "ko" if system.startswith("ko") else "en"


def _overrides(lang: str | None) -> dict[str, Any]:
    return {"project.lang": lang} if lang else {}


_UsageError: type[Exception] = typer.BadParameter.__mro__[1]
"""Typer brings its own copy of the class, in a place that changes between versions."""


def _usage_sentence(error: Any) -> str:
    """One line on what was wrong with the command line."""
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "crm-analysis"
    kind = type(error).__name__
    if kind == "NoSuchOption":
        reason = _("There is no option {option}.", option=error.option_name)
    elif kind == "MissingParameter" and error.param is not None:
        reason = _("{parameter} is missing.", parameter=error.param.metavar or error.param.opts[-1])
    elif error.message.startswith("No such command '"):
        reason = _("There is no command {command}.", command=error.message.split("'")[1])
    elif kind == "BadParameter" and error.param is None:
        reason = error.message
    else:
        reason = error.format_message()
    return _("{reason} '{command} --help' shows how to write it.", reason=reason, command=command)


def _words_of(arguments: list[str]) -> tuple[list[str], bool]:
    """The arguments with ``--lang`` behind the command, and whether ``--debug`` is there; both may stand anywhere."""
    words, language = [], []
    rest = iter(word for word in arguments if word != "--debug")
    for word in rest:
        if word == "--lang":
            language = [word, next(rest, "")]
        elif word.startswith("--lang="):
            language = [word]
        else:
            words.append(word)
    has_command = bool(words) and not words[0].startswith("-") and words not in (["runs"], ["people"])
    return (words + language if has_command else words), "--debug" in arguments


def _parameters(given: list[str]) -> dict[str, str]:
    found = {}
    for item in given:
        name, equals, value = item.partition("=")
        if not equals or not name:
            raise typer.BadParameter(_("'{item}' is not of the form name=value.", item=item))
        found[name] = value
    return found


def build_app() -> typer.Typer:
    """The commands, with help in the current language."""
    app = typer.Typer(
        name="crm-analysis",
        help=_("From order lines to a six-step CRM strategy."),
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    config = Annotated[Path, typer.Argument(help=_("File of settings, or its folder."), metavar="[crm.toml]")]
    lang = Annotated[str | None, typer.Option("--lang", help=_("Language: en or ko."), metavar="LANG")]

    @app.callback()
    def everything(
        debug: Annotated[bool, typer.Option("--debug", help=_("Show the traceback of an error."))] = False,
    ) -> None:
        """Hold options of all commands; main() reads --debug itself."""

    @app.command(help=_("Make a workspace: settings, notebooks, folders."))
    def init(
        folder: Annotated[Path, typer.Argument(help=_("Folder to make."), metavar="DIR")],
        example: Annotated[
            str | None, typer.Option("--example", help=_("Start from an example: complete-journey or simulated."))
        ] = None,
        lang: lang = None,
    ) -> None:
        from crm_analysis.commands import workspace

        workspace.init(folder, example, lang)

    @app.command(help=_("Look at the sources without loading them: mapping, sample, period, sales per month."))
    def check(config: config = Path(CONFIG), lang: lang = None) -> None:
        from crm_analysis.commands import look

        look.check(config, _overrides(lang))

    @app.command(help=_("Write a filled-in example of a table as .xlsx, to be overwritten with your own rows."))
    def template(
        table: Annotated[str, typer.Argument(help=_("Table of the contract, for example goals."), metavar="TABLE")],
        to: Annotated[Path | None, typer.Option("--to", help=_("File to write; TABLE.xlsx unless given."))] = None,
        lang: lang = None,
    ) -> None:
        from crm_analysis.commands import example_file

        example_file.template(table, to, lang)

    @app.command(help=_("Load and clean the sources into the warehouse."))
    def build(
        config: config = Path(CONFIG),
        force: Annotated[bool, typer.Option("--force", help=_("Build even if nothing changed."))] = False,
        lang: lang = None,
    ) -> None:
        from crm_analysis.commands import work

        work.build(config, _overrides(lang), force=force)

    @app.command(help=_("Load, analyse and publish the report."))
    def run(
        config: config = Path(CONFIG),
        step: Annotated[list[str] | None, typer.Option("--step", help=_("Only this step; may be repeated."))] = None,
        parameter: Annotated[
            list[str] | None, typer.Option("-p", help=_("Parameter of a notebook."), metavar="NAME=VALUE")
        ] = None,
        resume: Annotated[bool, typer.Option("--resume", help=_("Go on with the run that was not finished."))] = False,
        lang: lang = None,
    ) -> None:
        from crm_analysis.commands import work

        work.run(config, _overrides(lang), step or None, _parameters(parameter or []), resume=resume)

    @app.command(help=_("Overrule a decision in decisions.toml."))
    def decide(
        segment: Annotated[str, typer.Argument(help=_("Code of the segment, for example at_risk."))],
        strategy: Annotated[
            str, typer.Argument(help=_("Code of the strategy, for example retain; none leaves alone."))
        ],
        reason: Annotated[str, typer.Option("--reason", help=_("Why."))],
        config: Annotated[Path, typer.Option("--config", help=_("File of settings."))] = Path(CONFIG),
        review: Annotated[str | None, typer.Option("--review", help=_("Date to look at it again, YYYY-MM-DD."))] = None,
        undo: Annotated[bool, typer.Option("--undo", help=_("Take the entry back."))] = False,
        lang: lang = None,
    ) -> None:
        from crm_analysis.commands import overrule

        overrule.decide(config, _overrides(lang), segment, strategy, reason, review, undo=undo)

    @app.command("import-results", help=_("Take in a file that says who was contacted, and what came of it."))
    def import_results(
        file: Annotated[Path, typer.Argument(help=_("CSV, Excel or Parquet."), metavar="FILE")],
        config: config = Path(CONFIG),
        lang: lang = None,
    ) -> None:
        from crm_analysis.commands import work

        work.take_results(config, _overrides(lang), file)

    _add_serve(app, config, lang)

    @app.command(help=_("Open the notebooks in JupyterLab."))
    def lab(config: config = Path(CONFIG), lang: lang = None) -> None:
        from crm_analysis.commands import tools

        tools.lab(config, _overrides(lang))

    _add_customer_verbs(app, config, lang)
    app.add_typer(_people_app(config, lang), name="people", help=_("Which accounts are one person."))
    app.add_typer(_runs_app(config, lang), name="runs", help=_("Runs of the project."))
    return app


def _add_serve(app: typer.Typer, config: Any, lang: Any) -> None:
    """The verb that shows the reports as a web page."""

    @app.command(help=_("Serve the reports as a web page, behind a token."))
    def serve(
        config: config = Path(CONFIG),
        port: Annotated[int | None, typer.Option("--port", help=_("Port; 8866 unless set in crm.toml."))] = None,
        public: Annotated[bool, typer.Option("--public", help=_("Without a token: open to all."))] = False,
        base_url: Annotated[str | None, typer.Option("--base-url", help=_("Path behind a proxy."))] = None,
        static: Annotated[bool, typer.Option("--static", help=_("The report alone, without kernels."))] = False,
        browser: Annotated[bool, typer.Option("--browser/--no-browser", help=_("Open it in a browser."))] = True,
        lang: lang = None,
    ) -> None:
        from crm_analysis.commands.serve import serve as start

        given = {"serve.port": port, "serve.base_url": base_url}
        overrides = _overrides(lang) | {name: value for name, value in given.items() if value is not None}
        start(config, overrides, public=public, static=static, browser=browser)


def _add_customer_verbs(app: typer.Typer, config: Any, lang: Any) -> None:
    """Verbs about one customer."""

    @app.command(help=_("Show everything known of one customer."))
    def card(
        customer: Annotated[str, typer.Argument(help=_("Number of the customer."), metavar="CUSTOMER")],
        config: config = Path(CONFIG),
        lang: lang = None,
    ) -> None:
        from crm_analysis.commands.card import card as show

        show(config, _overrides(lang), customer)

    @app.command(help=_("Remove a person from all tables, old versions, reports and lists, for good."))
    def forget(
        customer: Annotated[str, typer.Argument(help=_("Number of the customer."), metavar="CUSTOMER")],
        config: config = Path(CONFIG),
        yes: Annotated[bool, typer.Option("--yes", help=_("Do not ask."))] = False,
        lang: lang = None,
    ) -> None:
        from crm_analysis.commands.forget import forget as remove

        remove(config, _overrides(lang), customer, yes=yes)


def _people_app(config: Any, lang: Any) -> typer.Typer:
    people = typer.Typer(no_args_is_help=True)
    account = Annotated[str, typer.Argument(help=_("Number of an account, as the source has it."), metavar="ACCOUNT")]
    settings = Annotated[Path, typer.Option("--config", help=_("File of settings."))]
    why = Annotated[str, typer.Option("--reason", help=_("Why."))]

    @people.command(help=_("Show pairs of accounts that may be one person, with what speaks for and against it."))
    def review(
        config: config = Path(CONFIG),
        most: Annotated[int, typer.Option("--most", help=_("How many pairs at most."))] = 20,
        lang: lang = None,
    ) -> None:
        from crm_analysis.commands import people as verbs

        verbs.review(config, _overrides(lang), most)

    def decided(name: str, decision: str, text: str) -> None:
        @people.command(name, help=text)
        def decide(
            one: account, other: account, config: settings = Path(CONFIG), reason: why = "", lang: lang = None
        ) -> None:
            from crm_analysis.commands import people as verbs

            verbs.decide_on(config, _overrides(lang), one, other, decision, reason)

    decided("same", "same", _("Two accounts are one person."))
    decided("different", "different", _("Two accounts are two people."))
    decided("undo", "undone", _("Take a decision about two accounts back."))
    return people


def _runs_app(config: Any, lang: Any) -> typer.Typer:
    runs = typer.Typer(no_args_is_help=True)

    @runs.command("list", help=_("List the runs, newest first."))
    def list_runs(config: config = Path(CONFIG), lang: lang = None) -> None:
        from crm_analysis.commands import history

        history.list_runs(config, _overrides(lang))

    @runs.command("show", help=_("Show one run: answers, durations, tables."))
    def show(
        run: Annotated[str, typer.Argument(help=_("Id of the run, or latest."), metavar="RUN")],
        config: config = Path(CONFIG),
        lang: lang = None,
    ) -> None:
        from crm_analysis.commands import history

        history.show(config, _overrides(lang), run)

    @runs.command("compare", help=_("Compare two runs."))
    def compare(
        first: Annotated[str, typer.Argument(metavar="RUN")],
        second: Annotated[str, typer.Argument(metavar="RUN")],
        config: config = Path(CONFIG),
        lang: lang = None,
    ) -> None:
        from crm_analysis.commands import history

        history.compare(config, _overrides(lang), first, second)

    return runs


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and leave with its exit status."""
    words = sys.argv[1:] if arguments is None else arguments
    lang = _language(words)
    use_language(lang if lang in LANGUAGES else "en")
    if lang not in LANGUAGES:
        typer.echo(_("Language '{lang}' is not known: use en or ko.", lang=lang), err=True)
        raise SystemExit(2)
    rest, debug = _words_of(words)
    try:
        status = build_app()(args=rest, prog_name="crm-analysis", standalone_mode=False)
    except CrmError as error:
        if debug:
            raise
        typer.echo(str(error), err=True)
        raise SystemExit(error.exit_status) from None
    except _UsageError as error:
        if type(error).__name__ != "NoArgsIsHelpError":  # the help itself is the answer then
            typer.echo(_usage_sentence(error), err=True)
        raise SystemExit(2) from None
    if status == _INTERRUPTED:
        typer.echo(_("Stopped."), err=True)
    raise SystemExit(status if isinstance(status, int) else 0)
