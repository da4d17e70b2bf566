"""Collect the messages of the package and the notebooks into the Korean catalogue.

Run from anywhere::

    python tests/catalogue/extract.py                 # merge into the catalogue, keep translations
    python tests/catalogue/extract.py --missing       # print what has no translation, as .po text
    python tests/catalogue/extract.py --from FILE.po  # take translations from a file, then merge
    python tests/catalogue/extract.py --prune         # drop translations of messages that are gone
    python tests/catalogue/extract.py --check         # change nothing, exit 1 if the catalogue is stale

Messages come from calls of ``_()`` and ``plural()`` with literal arguments and from whole Markdown cells.
The catalogue is sorted by message and carries file names but no lines and no dates, so that a change of
the code changes little in it.
"""

from __future__ import annotations

import argparse
import ast
import io
import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[2]
CATALOGUE = ROOT / "crm_analysis" / "locale" / "ko" / "LC_MESSAGES" / "crm_analysis.po"

HEADER = """\
# Korean messages of crm-analysis. Merged by tests/catalogue/extract.py; edit the msgstr lines by hand.
msgid ""
msgstr ""
"Project-Id-Version: crm-analysis\\n"
"Language: ko\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"

"""


class Message(NamedTuple):
    """A message of the source: ``id`` is the singular, ``plural`` empty where there is no count."""

    id: str
    plural: str
    file: str
    markdown: bool


class SourceError(Exception):
    """A call of ``_()`` or ``plural()`` that cannot be collected."""


def source_messages(root: Path = ROOT) -> list[Message]:
    """All messages of the package and the notebooks, in the order of files."""
    found: list[Message] = []
    for path in sorted((root / "crm_analysis").rglob("*.py")):
        found.extend(python_messages(path.read_text(encoding="utf-8"), path.relative_to(root).as_posix()))
    for path in sorted((root / "notebooks").glob("*.ipynb")):
        found.extend(notebook_messages(path.read_text(encoding="utf-8"), path.relative_to(root).as_posix()))
    return found


def python_messages(source: str, file: str) -> Iterator[Message]:
    """The messages of one Python file."""
    for node in ast.walk(ast.parse(source, file)):
        if not isinstance(node, ast.Call):
            continue
        name = _called_name(node.func)
        if name == "_":
            yield Message(_literal(node, 0, file), "", file, False)
        elif name == "plural":
            yield Message(_literal(node, 0, file), _literal(node, 1, file), file, False)


def notebook_messages(source: str, file: str) -> Iterator[Message]:
    """The Markdown cells of one notebook, each one message."""
    for cell in json.loads(source)["cells"]:
        text = "".join(cell["source"]).strip()
        if cell["cell_type"] == "markdown" and text:
            yield Message(text, "", file, True)


def _called_name(func: ast.expr) -> str:
    """The name of what is called: ``_``, ``plural`` and ``messages._`` count, methods of others do not."""
    if isinstance(func, ast.Name):
        return func.id
    if isinstance(func, ast.Attribute) and isinstance(func.value, ast.Name) and func.value.id == "messages":
        return func.attr
    return ""


def _literal(call: ast.Call, position: int, file: str) -> str:
    argument = call.args[position] if len(call.args) > position else None
    if not isinstance(argument, ast.Constant) or not isinstance(argument.value, str):
        raise SourceError(f"{file}:{call.lineno}: the message is not a string literal")
    return argument.value


def read_catalogue(path: Path = CATALOGUE) -> Catalog:
    """The catalogue as it is; empty where there is no file yet."""
    if not path.is_file():
        return Catalog(locale="ko")
    with path.open("rb") as file:
        catalogue = read_po(file, locale="ko")
    for entry in [*catalogue, *catalogue.obsolete.values()]:
        entry.flags &= {"fuzzy"}  # Babel guesses format flags; slots are checked by the tests instead
    return catalogue


def translations_of(catalogue: Catalog) -> dict[str, str]:
    """Translations by message, the obsolete ones too, so that a message that comes back finds its own."""
    entries = [*catalogue.obsolete.values(), *catalogue]
    pairs = ((_first(entry.id), _first(entry.string)) for entry in entries if not entry.fuzzy)
    return {source: text for source, text in pairs if source and text}


def merged(messages: Iterable[Message], translations: dict[str, str]) -> Catalog:
    """A new catalogue of the messages of the source with the translations there are."""
    catalogue = Catalog(locale="ko")
    plurals: dict[str, str] = {}
    files: dict[str, set[str]] = {}
    for message in messages:
        known = plurals.get(message.id)
        if known and message.plural and known != message.plural:
            raise SourceError(f"{message.file}: {message.id!r} has two plurals")
        plurals[message.id] = known or message.plural
        files.setdefault(message.id, set()).add(message.file)
    for source, other in plurals.items():
        text = translations.get(source, "")
        locations = [(file, 0) for file in sorted(files[source])]
        if other:
            entry = catalogue.add((source, other), (text,), locations=locations)
        else:
            entry = catalogue.add(source, text, locations=locations)
        entry.flags.clear()
    return catalogue


def add_obsolete(catalogue: Catalog, translations: dict[str, str]) -> None:
    """Keep the translations of messages that are gone as obsolete entries."""
    gone = Catalog(locale="ko")
    for source in sorted(translations):
        if source not in catalogue:
            entry = gone.add(source, translations[source])
            entry.flags.clear()
            catalogue.obsolete[source] = entry


def po_text(catalogue: Catalog, *, header: bool = True) -> str:
    """The catalogue as text, sorted, without lines and dates."""
    out = io.BytesIO()
    write_po(out, catalogue, width=0, sort_output=True, omit_header=True, include_lineno=False)
    return (HEADER if header else "") + out.getvalue().decode("utf-8").strip() + "\n"


def missing(catalogue: Catalog) -> Catalog:
    """The part of a catalogue that has no translation."""
    rest = Catalog(locale="ko")
    for entry in catalogue:
        if entry.id and not _first(entry.string):
            rest.add(entry.id, entry.string, locations=entry.locations).flags.clear()
    return rest


def _first(text: str | tuple[str, ...] | list[str] | None) -> str:
    return text if isinstance(text, str) else (text or ("",))[0]


def _arguments(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Collect messages into the Korean catalogue.")
    parser.add_argument("--missing", action="store_true", help="print untranslated messages, change nothing")
    parser.add_argument("--check", action="store_true", help="change nothing, exit 1 if stale or incomplete")
    parser.add_argument("--prune", action="store_true", help="drop translations of messages that are gone")
    parser.add_argument("--from", dest="source", type=Path, help="a .po file to take translations from")
    return parser.parse_args(arguments)


def main(arguments: list[str] | None = None) -> int:
    """Run the command; the exit status is returned."""
    options = _arguments(arguments)
    translations = translations_of(read_catalogue())
    if options.source:
        translations.update(translations_of(read_catalogue(options.source)))
    try:
        catalogue = merged(source_messages(), translations)
    except (SourceError, SyntaxError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    if not options.prune:
        add_obsolete(catalogue, translations)
    untranslated = missing(catalogue)
    if options.missing:
        sys.stdout.write(po_text(untranslated, header=False))
        return 0
    text = po_text(catalogue)
    sys.stdout.write(
        f"{len(catalogue)} messages, {len(untranslated)} untranslated, {len(catalogue.obsolete)} obsolete\n"
    )
    if options.check:
        current = CATALOGUE.read_text(encoding="utf-8") if CATALOGUE.is_file() else ""
        return int(text != current or bool(untranslated) or bool(catalogue.obsolete))
    CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
    CATALOGUE.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
