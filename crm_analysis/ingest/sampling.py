"""A sample of large sources, so that a first look takes seconds whatever their size.

Text is taken in blocks spread evenly over the file, the first and the last included, so that the period is seen;
Parquet in row groups spread likewise; of workbooks and databases the first rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq

from crm_analysis.ingest.encoding import guess_encoding, has_quoted_newline
from crm_analysis.ingest.sniff import Kind

__all__ = ["Sample", "sample_files"]

_BLOCKS = 800
"""Many small blocks, so that each month has its share of them."""
_LEAST = 1 << 12
_HEAD = 1 << 16
_BEGINNING = 1 << 14
_GROUPS = 40


@dataclass(frozen=True)
class Sample:
    """How much of a source to read at most.

    Parameters
    ----------
    text_bytes
        Of all text files together.
    rows
        Of all Parquet files together, and of each workbook, page or query.
    """

    text_bytes: int = 8 << 20
    rows: int = 120_000
    grid_rows: int = 15_000


def sample_files(
    files: Sequence[Path], kinds: Sequence[Kind], sample: Sample, folder: Path
) -> tuple[list[Path], float]:
    """Files that are small enough, in place of those that are not.

    Parameters
    ----------
    files, kinds
        Of the source.
    sample
        The limits.
    folder
        Where samples are written, each under the name of its file.

    Returns
    -------
    tuple
        The files to read, and the share of the source that they are; 1 for all of it.
    """
    sizes = [file.stat().st_size for file in files]
    bulky = [size for size, kind in zip(sizes, kinds, strict=True) if kind in ("text", "json")]
    part = min(1.0, sample.text_bytes / max(sum(bulky), 1))
    rows = sum(_rows(file) for file, kind in zip(files, kinds, strict=True) if kind == "parquet")
    rows_part = min(1.0, sample.rows / max(rows, 1))
    chosen, read = [], 0.0
    for number, (file, kind, size) in enumerate(zip(files, kinds, sizes, strict=True)):
        target = folder / f"{number:05d}" / file.name
        if kind in ("text", "json") and part < 1:
            chosen.append(target)
            read += _sample_text(file, target, max(_HEAD, int(size * part)))
        elif kind == "parquet" and rows_part < 1:
            chosen.append(target)
            read += size * _sample_parquet(file, target, rows_part)
        else:
            chosen.append(file)
            read += size
    return chosen, min(1.0, read / max(sum(sizes), 1))


def _rows(file: Path) -> int:
    try:
        return int(pq.read_metadata(file).num_rows)
    except (OSError, ValueError):
        return 0  # a damaged file is named when it is opened


def _sample_text(file: Path, target: Path, size: int) -> int:
    """Whole lines from blocks of a file; only its beginning where a line may end inside quotes or in two bytes."""
    target.parent.mkdir(parents=True, exist_ok=True)
    total = file.stat().st_size
    with file.open("rb") as stream, target.open("wb") as out:
        head = stream.read(_HEAD)
        wide = guess_encoding(head).startswith("utf-16")
        if total <= size or wide or has_quoted_newline(head):
            rest = head + stream.read(max(size - len(head), 0))
            return out.write(rest if total <= len(rest) else rest[: _last_line(rest, wide)])
        beginning = head[:_BEGINNING]
        written = out.write(beginning[: _last_line(beginning, wide)])
        block = max((size - written) // _BLOCKS, _LEAST)
        blocks = max((size - written) // block, 1)
        for number in range(1, blocks + 1):
            start = max(written, (total - block) * number // blocks)
            stream.seek(start)
            stream.readline()
            lines = stream.read(block)
            if start + block < total:
                lines = lines[: _last_line(lines, False)]
            written += out.write(lines)
    return written


def _last_line(data: bytes, wide: bool) -> int:
    """Where the last whole line ends."""
    if not wide:
        return data.rfind(b"\n") + 1 or len(data)
    at = data.rfind(b"\n\x00")
    return at + 2 if at > 0 else len(data) - len(data) % 2


def _sample_parquet(file: Path, target: Path, part: float) -> float:
    """Rows from the beginning of each row group; the share of the file's rows."""
    target.parent.mkdir(parents=True, exist_ok=True)
    written = 0
    with pq.ParquetFile(file) as source, pq.ParquetWriter(target, source.schema_arrow) as writer:
        total = source.metadata.num_rows
        groups = source.num_row_groups
        step = max(1, groups // _GROUPS)
        for number in sorted({*range(0, groups, step), groups - 1}):
            wanted = max(1, int(source.metadata.row_group(number).num_rows * part * step))
            for batch in source.iter_batches(batch_size=min(wanted, 65_536), row_groups=[number]):
                piece = batch.slice(0, wanted)
                writer.write_batch(piece)
                written += piece.num_rows
                wanted -= piece.num_rows
                if wanted <= 0:
                    break
    return float(written / max(total, 1))
