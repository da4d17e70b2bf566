"""Results of a plan -> warehouse: who was contacted, beside the arm each customer was drawn into."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from crm_analysis import cleaning
from crm_analysis.build import pseudonym_key
from crm_analysis.config import Settings, SourceSettings
from crm_analysis.contract.returned import CONTACT_RESULTS
from crm_analysis.errors import CleaningError, ConfigError, IngestError
from crm_analysis.ingest import Source, open_source, stage
from crm_analysis.learning import newest_draw
from crm_analysis.messages import _
from crm_analysis.warehouse import Warehouse, collect

__all__ = ["ImportedResults", "import_results"]

TABLE = CONTACT_RESULTS.name


@dataclass(frozen=True)
class ImportedResults:
    """What an import did, in contacts.

    Attributes
    ----------
    read
        Rows of the file.
    set_aside
        Rows without customer or date, or that repeat another row.
    not_planned
        Contacts of customers that no plan holds: kept out.
    kept
        Contacts now in the warehouse from this file.
    against_control
        Of them, contacts of customers who were to be held back.
    changed
        False where the file was imported before.
    """

    read: int
    set_aside: int
    not_planned: int
    kept: int
    against_control: int
    changed: bool = True


def import_results(settings: Settings, warehouse: Warehouse, file: Path) -> ImportedResults:
    """Take in a file that says who was contacted.

    Each contact is joined to the newest draw of its customer, so that what was planned and what was done stand
    side by side. A contact that is known already (same customer and time) is replaced by the newer file's row.

    Parameters
    ----------
    settings
        Of the project.
    warehouse
        To write to; the workspace's lock is held meanwhile.
    file
        CSV, Excel or Parquet with a customer and a date; channel and outcome are optional.

    Raises
    ------
    ConfigError
        There is no plan yet that could have results.
    IngestError
        The file cannot be read or mapped.
    CleaningError
        No row is about a customer of a plan.
    """
    if not warehouse.has("assignments"):
        raise ConfigError(_("There is no plan yet that results could belong to. Run 'crm-analysis run' first."))
    if not file.is_file():
        raise IngestError(_("{file} is not there, or is no file. Give one CSV, Excel or Parquet file.", file=file.name))
    with warehouse.lock(), tempfile.TemporaryDirectory(dir=warehouse.folder, prefix=".results-") as scratch:
        source = open_source(
            CONTACT_RESULTS,
            SourceSettings(path=str(file.resolve())),
            warehouse.engine,
            root=settings.root,
            scratch=Path(scratch),
        )
        before = collect(warehouse.read(TABLE)) if warehouse.has(TABLE) else None
        digest = source.files[0].sha256
        known = before[before["source_sha256"] == digest] if before is not None else None
        if known is not None and len(known):
            return ImportedResults(len(known), 0, 0, len(known), int(_held_back(known).sum()), changed=False)
        frame = _marked(settings, warehouse, source)
        good = frame[frame["rule"].isna()].drop(columns="rule")
        drawn = collect(newest_draw(warehouse.read("assignments")))
        matched = _joined(good, drawn, warehouse).assign(source_sha256=digest)
        if matched.empty:
            raise CleaningError(
                _(
                    "{file}: none of {rows} rows is about a customer of a plan. Column '{column}' must hold the "
                    "customer numbers of audiences/contact_plan.csv.",
                    file=file.name,
                    rows=len(frame),
                    column=source.mapping["customer_id"],
                )
            )
        if before is not None:
            contact = list(CONTACT_RESULTS.key)
            again = before.set_index(contact).index.isin(matched.set_index(contact).index)
            matched = pd.concat([before[~again], matched], ignore_index=True)
        warehouse.write_frame(TABLE, matched)
    mine = matched[matched["source_sha256"] == digest]
    return ImportedResults(
        read=len(frame),
        set_aside=len(frame) - len(good),
        not_planned=len(good) - len(mine),
        kept=len(mine),
        against_control=int(_held_back(mine).sum()),
    )


def _joined(contacts: pd.DataFrame, drawn: pd.DataFrame, warehouse: Warehouse) -> pd.DataFrame:
    """Each contact beside the draw of its customer; a number that changed since then is found by the person.

    The row carries the number that was drawn, so that a decision about who is one person can be taken back.
    """
    exact = contacts.merge(drawn, on="customer_id")
    rest = contacts[~contacts["customer_id"].isin(drawn["customer_id"])]
    if rest.empty or not warehouse.has("accounts"):
        return exact
    links = collect(warehouse.read("accounts").select("account_id", "customer_id"))
    person = links.set_index("account_id")["customer_id"]
    of_drawn = drawn.assign(person=drawn["customer_id"].map(person).fillna(drawn["customer_id"]))
    of_drawn = of_drawn.sort_values(["round", "customer_id"]).drop_duplicates("person", keep="last")
    asked = rest.assign(person=rest["customer_id"].map(person).fillna(rest["customer_id"]))
    found = asked.drop(columns="customer_id").merge(of_drawn, on="person").drop(columns="person")
    return pd.concat([exact, found[exact.columns]], ignore_index=True)


def _marked(settings: Settings, warehouse: Warehouse, source: Source) -> pd.DataFrame:
    """The contacts of a file with the rule that sets a row aside."""
    key = pseudonym_key(warehouse.folder)
    rows = stage(source, warehouse.engine, time_zone=settings.project.time_zone, pseudonym_key=key).rows
    marked, _rules = cleaning.mark_rows(rows, CONTACT_RESULTS)
    return collect(marked.select(*[column.name for column in CONTACT_RESULTS.columns], "rule"))


def _held_back(contacts: pd.DataFrame) -> pd.Series:
    return contacts["arm"] != "contact"
