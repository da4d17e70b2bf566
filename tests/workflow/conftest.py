from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import nbformat
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from crm_analysis.config import Settings
from crm_analysis.workflow.steps import STEPS

PARAMETERS = """config = ""
run_dir = ""
lang = "en"
shop = "none"
days = 90
"""

SAVE = """import json, pathlib, shutil
folder = pathlib.Path(run_dir)
tables = (folder.parent if folder.name in ("en", "ko") else folder) / "tables"
seen = sorted(p.stem for p in tables.glob("*.parquet"))
shutil.copyfile("three_rows.parquet", tables / "t{number}.parquet")
(folder / "notes").mkdir(exist_ok=True)
values = {{"seen": seen, "shop": shop, "days": days, "lang": lang}}
(folder / "notes" / "t{number}.json").write_text(json.dumps(values))"""

Workspace = Callable[..., Settings]


def toy_notebook(number: str, *code: str) -> nbformat.NotebookNode:
    """A notebook that saves table ``t<number>`` and a note of what it found, then runs ``code``."""
    cells = [
        nbformat.v4.new_markdown_cell(f"# Step {number}\n\nWhat is it about?"),
        nbformat.v4.new_code_cell(PARAMETERS, metadata={"tags": ["parameters"]}),
        nbformat.v4.new_code_cell(SAVE.format(number=number)),
        *(nbformat.v4.new_code_cell(source) for source in code),
    ]
    return nbformat.v4.new_notebook(cells=cells)


def write_toys(root: Path, extra: Mapping[str, str]) -> None:
    (root / "notebooks").mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table({"a": [1, 2, 3], "b": [1, 2, 3]}), root / "three_rows.parquet")
    for step in STEPS:
        code = [extra[step.number]] if step.number in extra else []
        nbformat.write(toy_notebook(step.number, *code), root / "notebooks" / step.notebook)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """Makes a workspace of eight toy notebooks; ``extra`` maps a step's number to code of a last cell."""

    def make(extra: Mapping[str, str] | None = None, lang: str = "en", also_in: Sequence[str] = ()) -> Settings:
        write_toys(tmp_path, extra or {})
        path = tmp_path / "crm.toml"
        project = {"name": "Corner shop", "lang": lang, "also_in": list(also_in)}
        lines = [f"{key} = {json.dumps(value)}" for key, value in project.items()]
        path.write_text("\n".join(["[project]", *lines, ""]), encoding="utf-8")
        return Settings.model_validate({"project": project, "path": path})

    return make
