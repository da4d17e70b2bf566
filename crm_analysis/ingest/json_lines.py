"""JSON lines: one object a line, what is nested named with dots, read in pieces."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from crm_analysis.errors import IngestError
from crm_analysis.ingest.cells import cell_text
from crm_analysis.messages import _

__all__ = ["json_rows"]


def json_rows(file: Path) -> Iterator[list[str]]:
    """The header and then the rows of a file of JSON lines, as text.

    The file is read twice: once for the names, so that a key that comes late has its column.

    Raises
    ------
    IngestError
        A line that is no JSON object, with its number.
    """
    names: dict[str, None] = {}
    for flat in _objects(file):
        names.update(dict.fromkeys(flat))
    if not names:
        return
    yield list(names)
    for flat in _objects(file):
        yield [flat.get(name, "") for name in names]


def _objects(file: Path) -> Iterator[dict[str, str]]:
    with file.open(encoding="utf-8-sig", errors="strict") as stream:
        for number in itertools.count(1):
            try:
                line = stream.readline()
                if not line:
                    return
                if not line.strip():
                    continue
                found = json.loads(line)
            except (ValueError, RecursionError) as error:
                raise _no_object(file, number) from error
            if not isinstance(found, dict):
                raise _no_object(file, number)
            yield dict(_flat(found, ""))


def _no_object(file: Path, number: int) -> IngestError:
    return IngestError(
        _(
            "{file}: line {line} is no JSON object. One object is needed on each line (JSON lines, UTF-8), such as "
            '{{"customer_id": "A", "amount": 10}}.',
            file=file.name,
            line=f"{number:,}",
        )
    )


def _flat(value: dict[str, Any], prefix: str) -> Iterator[tuple[str, str]]:
    for key, inner in value.items():
        name = f"{prefix}{key}"
        if isinstance(inner, dict):
            yield from _flat(inner, f"{name}.")
        elif isinstance(inner, list):
            yield name, json.dumps(inner, ensure_ascii=False)
        else:
            yield name, cell_text(inner)
