"""Sources -> warehouse: read, stage, clean, write; nothing happens when nothing changed."""

from __future__ import annotations

import hashlib
import json
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import ibis
import ibis.expr.types as ir
import pandas as pd

from crm_analysis import cleaning
from crm_analysis.config import Settings, SourceSettings
from crm_analysis.contract import SOURCE_TABLES, TableSpec
from crm_analysis.datasets import DATASETS
from crm_analysis.errors import ConfigError
from crm_analysis.ingest import Source, open_source, stage
from crm_analysis.messages import _
from crm_analysis.warehouse import SCHEMA_VERSION, Warehouse, collect

__all__ = ["BuildResult", "build_warehouse", "pseudonym_key", "sources_of"]


@dataclass(frozen=True)
class BuildResult:
    """What a build did.

    Attributes
    ----------
    changed
        False when every source was loaded before, as it is, under the same settings.
    cleaning_ledger
        One row per table and rule.
    load_ledger
        One row per file.
    """

    changed: bool
    cleaning_ledger: pd.DataFrame
    load_ledger: pd.DataFrame


def sources_of(settings: Settings, scratch: Path) -> dict[str, SourceSettings]:
    """Where each table comes from, by the data set and by ``[sources]``; the latter wins.

    Raises
    ------
    ConfigError
        An unknown data set or table, or nothing about order lines.
    """
    found: dict[str, SourceSettings] = {}
    if settings.project.dataset is not None:
        if settings.project.dataset not in DATASETS:
            raise ConfigError(
                _(
                    "Data set '{name}' is not known. Known: {known}.",
                    name=settings.project.dataset,
                    known=", ".join(sorted(DATASETS)),
                )
            )
        found |= DATASETS[settings.project.dataset](settings, scratch)
    found |= settings.sources
    unknown = sorted(set(found) - set(SOURCE_TABLES))
    if unknown:
        raise ConfigError(
            _(
                "crm.toml: table '{name}' is not part of the contract. Known: {known}.",
                name=unknown[0],
                known=", ".join(SOURCE_TABLES),
            )
        )
    if "order_lines" not in found:
        raise ConfigError(
            _(
                "crm.toml says nothing about order lines, the one table that is needed. "
                'Add: [sources.order_lines] with path = "FILE".'
            )
        )
    return found


def pseudonym_key(folder: Path) -> str:
    """The workspace's key for pseudonyms, made once, readable by its owner alone."""
    file = folder / "pseudonym.key"
    if not file.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
        file.write_text(secrets.token_hex(32), encoding="ascii")
    return file.read_text(encoding="ascii").strip()


def _fingerprint(settings: Settings, sources: dict[str, Source]) -> str:
    parts = {
        "schema": SCHEMA_VERSION,
        "rules": cleaning.RULES_VERSION,
        "cleaning": settings.cleaning.model_dump(mode="json"),
        "time_zone": settings.project.time_zone,
        "sources": {
            name: {"files": sorted(file.sha256 for file in source.files), "mapping": source.mapping,
                   "settings": source.settings.model_dump(mode="json", exclude={"path"})}
            for name, source in sources.items()
        },
    }  # fmt: skip
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()


def _is_current(warehouse: Warehouse, fingerprint: str) -> bool:
    if not warehouse.has("build_log"):
        return False
    log = collect(warehouse.read("build_log")).sort_values("at")
    last = log.iloc[-1]
    return bool(last["state"] == "finished" and last["fingerprint"] == fingerprint)


def _log(warehouse: Warehouse, fingerprint: str, state: str) -> None:
    row = {"fingerprint": [fingerprint], "state": [state], "at": [datetime.now(UTC).isoformat()]}
    warehouse.write_frame("build_log", pd.DataFrame(row), mode="append")


@contextmanager
def _scratch(settings: Settings) -> Iterator[Path]:
    settings.warehouse_path.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=".build-", dir=settings.warehouse_path))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _parked(warehouse: Warehouse, rows: ir.Table, scratch: Path) -> ir.Table:
    """Write rows once to scratch, so that what follows does not compute them again."""
    return warehouse.engine.read_parquet(warehouse.engine.write_parquet(rows, scratch))


def _load_order_lines(
    warehouse: Warehouse, staged: ir.Table, source: Source, settings: Settings, scratch: Path
) -> pd.DataFrame:
    cleaning.ask_for_sale_states(staged, settings.cleaning, mapped="status" in source.mapping)
    today = datetime.now(UTC).date().isoformat()
    marked = cleaning.mark_lines(staged, settings.cleaning, mapped=set(source.mapping), today=today)
    marked = cleaning.MarkedLines(
        _parked(warehouse, marked.rows, scratch / "marked"), marked.rules, marked.has_products
    )
    ledger = cleaning.ledger_of_lines(marked)
    cleaning.refuse_mixed_currencies(marked.kept)
    warehouse.write("order_lines", cleaning.with_netting(marked.kept, ledger))
    warehouse.write("quarantine_order_lines", marked.quarantined)
    warehouse.write_frame("monthly_agreement", cleaning.monthly_agreement(marked))
    return pd.concat([ledger, cleaning.netted_line(warehouse.read("order_lines"))], ignore_index=True)


def _load_reference(warehouse: Warehouse, staged: ir.Table, spec: TableSpec, scratch: Path) -> pd.DataFrame:
    marked, rules = cleaning.mark_rows(staged, spec)
    marked = _parked(warehouse, marked, scratch / f"marked_{spec.name}")
    names = [column.name for column in spec.columns]
    warehouse.write(spec.name, marked.filter(marked["rule"].isnull()).select(*names, "source_file"))
    quarantined = marked.filter(marked["rule"].notnull()).select(*names, "source_file", "rule")
    warehouse.write(f"quarantine_{spec.name}", quarantined)
    return cleaning.ledger_of(marked, spec.name, rules, None)


def _repeated(source: Source) -> set[str]:
    """Labels of files with the same bytes as an earlier one: they are not loaded twice."""
    seen: set[str] = set()
    again = set()
    for file in source.files:
        if file.sha256 in seen:
            again.add(file.label)
        seen.add(file.sha256)
    return again


def _staged(warehouse: Warehouse, source: Source, settings: Settings, key: str) -> ir.Table:
    """The parsed rows of a source, each file's bytes once."""
    rows = stage(source, warehouse.engine, time_zone=settings.project.time_zone, pseudonym_key=key).rows
    repeated = _repeated(source)
    return rows.filter(rows["source_file"].notin(sorted(repeated))) if repeated else rows


def _load_ledger(source: Source, spec: TableSpec, staged: ir.Table) -> pd.DataFrame:
    counts = collect(staged.group_by("source_file").aggregate(rows=staged.count())).set_index("source_file")["rows"]
    repeated = _repeated(source)
    return pd.DataFrame(
        [
            {
                "table": spec.name,
                "source": file.path.name,
                "sha256": file.sha256,
                "rows_read": int(counts.get(file.label, 0)),
                "mapped": ", ".join(f"{ours} = {theirs}" for ours, theirs in source.mapping.items()),
                "loaded_at": datetime.now(UTC).isoformat(timespec="seconds"),
                "already_loaded": file.label in repeated,
            }
            for file in source.files
        ]
    )


def build_warehouse(settings: Settings, warehouse: Warehouse, *, force: bool = False) -> BuildResult:
    """Bring the warehouse up to date with its sources.

    Parameters
    ----------
    settings
        Of the project.
    warehouse
        To write to; the workspace's lock is held meanwhile.
    force
        Build even if nothing changed.

    Raises
    ------
    ConfigError, IngestError, CleaningError, WarehouseError
        Each naming what is wrong and how to mend it; the tables stay at their last version.
    """
    with warehouse.lock(), _scratch(settings) as scratch:
        wanted = sources_of(settings, scratch)
        opened = {
            name: open_source(SOURCE_TABLES[name], source, warehouse.engine, root=settings.root, scratch=scratch / name)
            for name, source in wanted.items()
        }
        fingerprint = _fingerprint(settings, opened)
        if not force and _is_current(warehouse, fingerprint):
            return BuildResult(
                False, collect(warehouse.read("cleaning_ledger")), collect(warehouse.read("load_ledger"))
            )
        _log(warehouse, fingerprint, "started")
        key = pseudonym_key(warehouse.folder)
        # Whatever can be refused is refused before the first table is written.
        staged = {name: _staged(warehouse, source, settings, key) for name, source in opened.items()}
        ledgers, loads = [], []
        for name in sorted(opened, key=lambda name: name != "order_lines"):
            if name == "order_lines":
                ledgers.append(_load_order_lines(warehouse, staged[name], opened[name], settings, scratch))
            else:
                ledgers.append(_load_reference(warehouse, staged[name], SOURCE_TABLES[name], scratch))
            loads.append(_load_ledger(opened[name], SOURCE_TABLES[name], staged[name]))
        cleaning_ledger = pd.concat(ledgers, ignore_index=True)
        load_ledger = pd.concat(loads, ignore_index=True)
        warehouse.write_frame("cleaning_ledger", cleaning_ledger)
        warehouse.write_frame("load_ledger", load_ledger)
        for gone in [name for name in SOURCE_TABLES if name not in opened and warehouse.has(name)]:
            empty = warehouse.read(gone)
            warehouse.write(gone, empty.filter(ibis.literal(False)))
        _log(warehouse, fingerprint, "finished")
        return BuildResult(True, cleaning_ledger, load_ledger)
