"""The engine: Ibis on DuckDB (embedded, the default) or on PySpark, chosen by one line of crm.toml.

Everything that differs between the two stands in this module. No extension, package or page is fetched.
"""

from __future__ import annotations

import os
import re
import shutil
import string
import sys
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import duckdb
import ibis
import ibis.expr.types as ir

from crm_analysis.errors import MissingExtraError, WarehouseError
from crm_analysis.messages import _

__all__ = ["EXTRA_COLUMN", "SOURCE_COLUMN", "DuckDBEngine", "Engine", "SparkEngine", "open_engine"]

SOURCE_COLUMN = "_source_file"
"""Added by ``read_text``: which file a row comes from."""
EXTRA_COLUMN = "_beyond_header"
"""Added by ``read_text``: the field beyond the last header, NULL in a row of the right width."""


class Engine(Protocol):
    """What the rest of the package may ask of an engine."""

    name: str
    connection: Any

    def read_parquet(self, files: Sequence[Path]) -> ir.Table:
        """Rows of Parquet files, columns united by name."""

    def read_text(
        self,
        files: Sequence[Path],
        *,
        delimiter: str,
        headers: Sequence[str],
        labels: Sequence[str],
        quoted_newlines: bool = True,
        quote: str = '"',
    ) -> ir.Table:
        """Rows of UTF-8 CSV files that share one header row (skipped), every column text.

        Lines end with a line feed. Short rows are filled with NULL. Two columns are added:
        :data:`SOURCE_COLUMN` with the file's label, and :data:`EXTRA_COLUMN` with what stands beyond the
        last header (NULL in a row of the right width).
        """

    def write_parquet(self, expr: ir.Table, folder: Path) -> list[Path]:
        """Write an expression as Parquet files below a folder and return them."""

    def row_digest(self, rows: ir.Table, columns: Sequence[str]) -> ir.IntegerValue:
        """64 bits that two rows share if they agree in these columns, NULL and NULL too.

        To be compared within one query only: engines, and versions of them, compute it differently.
        """

    def close(self) -> None:
        """Release the engine."""


def _xxhash64_of(text: str) -> int:
    """Of the type that Spark's function has; the engine runs its own."""
    raise NotImplementedError(text)


_xxhash64 = ibis.udf.scalar.builtin(_xxhash64_of, name="xxhash64", signature=((str,), int))


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _name(prefix: str) -> str:
    return f"{prefix}_{uuid.uuid4().hex[:12]}"


class DuckDBEngine:
    """DuckDB inside this process, out of core, with a memory limit and a spill folder.

    Parameters
    ----------
    memory_limit
        For example ``"2GB"``; None leaves DuckDB's own (80 % of memory).
    threads
        Number of threads; None uses all cores.
    spill
        Folder for what does not fit into memory.
    """

    name = "duckdb"

    def __init__(
        self, *, memory_limit: str | None = None, threads: int | None = None, spill: Path | None = None
    ) -> None:
        config: dict[str, Any] = {
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "preserve_insertion_order": "false",
        }
        if memory_limit:
            config["memory_limit"] = memory_limit
        if threads:
            config["threads"] = str(threads)
        if spill:
            config["temp_directory"] = str(spill)
        self.connection = ibis.duckdb.connect(**config)
        self.connection.raw_sql("SET enable_progress_bar = false")

    def read_parquet(self, files: Sequence[Path]) -> ir.Table:
        """Rows of Parquet files, columns united by name."""
        return self.connection.read_parquet([str(f) for f in files], union_by_name=True)

    def read_text(
        self,
        files: Sequence[Path],
        *,
        delimiter: str,
        headers: Sequence[str],
        labels: Sequence[str],
        quoted_newlines: bool = True,
        quote: str = '"',
    ) -> ir.Table:
        """Rows of UTF-8 CSV files that share one header row, every column text."""
        view = _name("source")
        columns = ", ".join(f"{_literal(name)}: 'VARCHAR'" for name in [*headers, EXTRA_COLUMN])
        listed = ", ".join(_literal(str(f)) for f in files)
        named = ", ".join(_literal(label) for label in labels)
        self.connection.raw_sql(
            f"CREATE TEMP VIEW {view} AS "
            f"SELECT *, list_extract([{named}], (file_index + 1)::BIGINT) AS {SOURCE_COLUMN} "
            f"FROM read_csv([{listed}], columns = {{{columns}}}, auto_detect = false, header = true, "
            f"delim = {_literal(delimiter)}, quote = {_literal(quote)}, escape = {_literal(quote)}, "
            f"new_line = '\\n', null_padding = true, strict_mode = false, parallel = {not quoted_newlines})"
        )
        return self.connection.table(view)

    def write_parquet(self, expr: ir.Table, folder: Path) -> list[Path]:
        """Write an expression as one Parquet file below a folder."""
        folder.mkdir(parents=True, exist_ok=True)
        target = folder / f"{_name('part')}.parquet"
        sql = self.connection.compile(expr)
        self.connection._register_in_memory_tables(expr)
        quoted = str(target).replace("'", "''")
        try:
            self.connection.con.execute(f"COPY ({sql}) TO '{quoted}' (FORMAT parquet, COMPRESSION zstd)")
        except duckdb.IOException as error:
            target.unlink(missing_ok=True)
            raise WarehouseError(
                _("{folder} could not be written: {reason}.", folder=str(folder), reason=str(error))
            ) from error
        return [target]

    def row_digest(self, rows: ir.Table, columns: Sequence[str]) -> ir.IntegerValue:
        """64 bits that two rows share if they agree in these columns."""
        return ibis.struct({name: rows[name] for name in columns}).hash()

    def close(self) -> None:
        """Close the connection."""
        self.connection.disconnect()


def _spark_compiler() -> Any:
    """The compiler of Ibis, with a ``strip`` that takes off spaces alone.

    Ibis writes the characters to trim as ' \\t\\n\\r\\v\\f', in which Spark reads the last two as the letters v and f.
    """
    from ibis.backends.sql.compilers.pyspark import PySparkCompiler

    def strip(self: Any, op: Any, *, arg: Any) -> Any:
        blanks = [self.f.anon.char(ord(sign)) for sign in string.whitespace]
        return self.f.trim(arg, self.f.anon.concat(*blanks))

    return type("Compiler", (PySparkCompiler,), {"visit_Strip": strip})()


class SparkEngine:
    """PySpark through Ibis: a local session, or the cluster that ``options`` name."""

    name = "pyspark"

    def __init__(self, *, options: dict[str, str] | None = None) -> None:
        try:
            from pyspark.sql import SparkSession
        except ModuleNotFoundError as missing:
            raise MissingExtraError(
                _("The engine pyspark needs an extra: pip install 'crm-analysis[spark]'.")
            ) from missing
        if not os.environ.get("SPARK_HOME") and not shutil.which("java") and not os.environ.get("JAVA_HOME"):
            raise MissingExtraError(
                _("The engine pyspark needs Java 17: on Debian or Ubuntu, apt-get install openjdk-17-jre-headless.")
            )
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
        defaults = {
            "spark.ui.enabled": "false",
            "spark.ui.showConsoleProgress": "false",
            "spark.sql.shuffle.partitions": "4",
            "spark.sql.session.timeZone": "UTC",
            "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
            "spark.sql.legacy.parquet.nanosAsLong": "true",
            "spark.sql.ansi.enabled": "false",
            "spark.driver.host": "127.0.0.1",
            "spark.driver.bindAddress": "127.0.0.1",
            "spark.sql.autoBroadcastJoinThreshold": "10485760",
        }
        builder = SparkSession.builder.master("local[*]").appName("crm-analysis")
        for key, value in {**defaults, **(options or {})}.items():
            builder = builder.config(key, value)
        self.session = builder.getOrCreate()
        self.session.sparkContext.setLogLevel("ERROR")
        self.connection = ibis.pyspark.connect(self.session)
        self.connection.compiler = _spark_compiler()

    def _table(self, frame: Any) -> ir.Table:
        view = _name("source")
        frame.createOrReplaceTempView(view)
        return self.connection.table(view)

    def read_parquet(self, files: Sequence[Path]) -> ir.Table:
        """Rows of Parquet files, columns united by name."""
        reader = self.session.read.option("mergeSchema", "true")
        # Spark reads a path as a pattern: a folder called "a [2]" is meant as it stands.
        return self._table(reader.parquet(*[re.sub(r"([\\[\]{}*?])", r"\\\1", f.as_posix()) for f in files]))

    def read_text(
        self,
        files: Sequence[Path],
        *,
        delimiter: str,
        headers: Sequence[str],
        labels: Sequence[str],
        quoted_newlines: bool = True,
        quote: str = '"',
    ) -> ir.Table:
        """Rows of UTF-8 CSV files that share one header row, every column text."""
        from pyspark.sql.functions import lit
        from pyspark.sql.types import StringType, StructField, StructType

        schema = StructType([StructField(name, StringType()) for name in [*headers, EXTRA_COLUMN]])
        reader = self.session.read.schema(schema).options(
            header=True,
            sep=delimiter,
            quote=quote,
            escape=quote,
            multiLine=quoted_newlines,
            lineSep="\n",
            encoding="UTF-8",
        )
        frames = [
            reader.csv(str(file)).withColumn(SOURCE_COLUMN, lit(label))
            for file, label in zip(files, labels, strict=True)
        ]
        united = frames[0]
        for frame in frames[1:]:
            united = united.union(frame)
        return self._table(united)

    def write_parquet(self, expr: ir.Table, folder: Path) -> list[Path]:
        """Write an expression as Parquet files below a folder."""
        scratch = folder / _name("part")
        sql = self.connection.compile(expr)
        self.connection._register_in_memory_tables(expr)
        self._wall_clock(self.session.sql(sql)).write.parquet(str(scratch))
        files = []
        for part in sorted(scratch.glob("part-*.parquet")):
            target = folder / f"{_name('part')}.parquet"
            part.replace(target)
            files.append(target)
        shutil.rmtree(scratch)
        return files

    def _wall_clock(self, frame: Any) -> Any:
        """Times without a zone, so that every reader of the file sees the same hour."""
        from pyspark.sql.types import TimestampType

        times = [field.name for field in frame.schema.fields if isinstance(field.dataType, TimestampType)]
        return frame.withColumns({name: frame[f"`{name}`"].cast("timestamp_ntz") for name in times})

    def row_digest(self, rows: ir.Table, columns: Sequence[str]) -> ir.IntegerValue:
        """64 bits that two rows share if they agree in these columns."""
        # xxhash64 of several columns passes over NULL, so that it would not tell in which of them it stands.
        texts = [rows[name].cast("string").fill_null("\x00") for name in columns]
        return _xxhash64(ibis.literal("\x01").join(texts))

    def close(self) -> None:
        """Stop the session."""
        self.session.stop()


def open_engine(
    name: str,
    *,
    memory_limit: str | None = None,
    threads: int | None = None,
    spill: Path | None = None,
    options: dict[str, str] | None = None,
) -> Engine:
    """Open the engine that the settings name.

    Parameters
    ----------
    name
        ``"duckdb"`` or ``"pyspark"``.
    memory_limit, threads, spill
        Of DuckDB.
    options
        Of the Spark session, for example ``{"spark.master": "spark://host:7077"}``.

    Raises
    ------
    WarehouseError
        An engine that is not known.
    MissingExtraError
        PySpark or Java is not installed.
    """
    if name == "duckdb":
        return DuckDBEngine(memory_limit=memory_limit, threads=threads, spill=spill)
    if name == "pyspark":
        return SparkEngine(options=options)
    raise WarehouseError(_("Engine '{name}' is not known: use duckdb or pyspark.", name=name))
