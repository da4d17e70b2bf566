"""How the bytes of a text file become characters: guessed from its head, proved on all of it."""

from __future__ import annotations

import codecs
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from crm_analysis.errors import IngestError
from crm_analysis.messages import _

__all__ = [
    "HEAD_BYTES",
    "TextScan",
    "decode_head",
    "guess_encoding",
    "has_quoted_newline",
    "scan_text",
    "transcode",
]

HEAD_BYTES = 1 << 20
_CHUNK = 1 << 22
_LAST_RESORT = "latin-1"
_PROOF = 10
"""Korean letters after which a byte that does not fit means damage, not another encoding."""
_CHANCE = 2
"""Letters that may be UTF-8 by chance: the two bytes of 회 in CP949 are a letter in UTF-8, too."""


@dataclass(frozen=True)
class TextScan:
    """What one pass over a whole text file found.

    Attributes
    ----------
    sha256
        Fingerprint of the bytes.
    encoding
        A Python codec that decodes every byte of the file.
    guessed
        Whether the encoding is a last resort, so that letters with accents may be wrong.
    carriage_returns
        Whether any line ends with something else than a line feed.
    quoted_newlines
        Whether a line feed may stand inside quotes.
    """

    sha256: str
    encoding: str
    guessed: bool
    carriage_returns: bool
    quoted_newlines: bool


def guess_encoding(head: bytes) -> str:
    """The likely encoding of a file from its first bytes: byte order mark, zero bytes, UTF-8, CP949, Latin-1."""
    marks = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
    for mark, name in marks:
        if head.startswith(mark):
            return name
    if head.count(0) * 5 > len(head):
        even, odd = head[0::2].count(0), head[1::2].count(0)
        return "utf-16-le" if odd >= even else "utf-16-be"
    text, whole = _decode_prefix(head, "utf-8")
    if whole or _beyond_ascii(text) > _CHANCE:
        return "utf-8"
    korean, korean_whole = _decode_prefix(head, "cp949")
    if _reads_as_korean(korean) and (korean_whole or _beyond_ascii(korean) >= 2 * _PROOF):
        return "cp949"
    return _LAST_RESORT if text.isascii() else "utf-8"


def decode_head(head: bytes, encoding: str) -> str:
    """The head of a file as text; a character cut at its end is left out, damage shows as replacement signs."""
    return codecs.getincrementaldecoder(encoding)("replace").decode(head)


def scan_text(file: Path, encoding: str, *, chosen: bool) -> TextScan:
    """Prove an encoding on a whole file and fingerprint it; memory stays constant.

    Parameters
    ----------
    file
        The file.
    encoding
        Guess from its head, or the user's choice.
    chosen
        Whether the user chose it: then no other is tried.

    Raises
    ------
    IngestError
        A byte that does not belong to the encoding, with its line and offset.
    """
    failure = _first_failure(file, encoding)
    if failure is not None:
        line, offset, foreign = failure
        other = None if chosen or foreign else _other_encoding(file, encoding)
        if other is None:
            raise _undecodable(file, encoding, line, offset, chosen)
        encoding = other
    digest, carriage, quoted, parity = hashlib.sha256(), False, False, 0
    wide = encoding.startswith("utf-16")
    for chunk in _chunks(file):
        digest.update(chunk)
        carriage = carriage or b"\r" in chunk
        if not wide and not quoted and (parity or b'"' in chunk):
            quoted, parity = _newline_in_quotes(chunk, parity)
    return TextScan(digest.hexdigest(), encoding, encoding == _LAST_RESORT and not chosen, carriage, quoted or wide)


def transcode(file: Path, target: Path, encoding: str, *, skip_lines: int = 0) -> None:
    """Write a file as UTF-8 with line feeds, without its first lines; memory stays constant.

    Raises
    ------
    IngestError
        A byte that does not belong to the encoding.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with (
        file.open("r", encoding=encoding, newline=None) as source,
        target.open("w", encoding="utf-8", newline="\n") as out,
    ):
        for _line in range(skip_lines):
            source.readline()
        while text := source.read(_CHUNK):
            out.write(text)


def _chunks(file: Path) -> Iterator[bytes]:
    with file.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            yield chunk


def _decode_prefix(head: bytes, encoding: str) -> tuple[str, bool]:
    """The text up to the first byte that does not fit, and whether all bytes do."""
    try:
        return codecs.getincrementaldecoder(encoding)().decode(head), True
    except UnicodeDecodeError as error:
        return head[: error.start].decode(encoding, errors="ignore"), False


def _beyond_ascii(text: str) -> int:
    """Letters beyond ASCII, those of three bytes in UTF-8 counted twice; counting stops where it is clear."""
    if text.isascii():
        return 0
    found = 0
    for letter in re.finditer(r"[^\x00-\x7f]", text):
        found += 1 if ord(letter[0]) < 0x800 else 2
        if found > 2 * _PROOF:
            break
    return found


def _reads_as_korean(text: str) -> bool:
    """Whether most letters beyond ASCII are everyday Hangul or signs, not chance pairs of Western letters."""
    beyond = [character for character in text if ord(character) > 127]
    usual = sum(_is_everyday_korean(character) for character in beyond)
    return usual * 2 >= len(beyond)


def _is_everyday_korean(character: str) -> bool:
    try:
        character.encode("euc-kr")
    except UnicodeEncodeError:
        return False
    return True


def _first_failure(file: Path, encoding: str) -> tuple[int, int, bool] | None:
    """Line and offset of the first byte that cannot be decoded, and whether earlier text proved the encoding."""
    decoder = codecs.getincrementaldecoder(encoding)()
    offset, lines, proved, held = 0, 1, 0, 0
    try:
        for chunk in _chunks(file):
            held = len(decoder.getstate()[0])
            text = decoder.decode(chunk)
            proved += _beyond_ascii(text) if proved <= _CHANCE else 0
            offset += len(chunk)
            lines += text.count("\n")
        held = len(decoder.getstate()[0])
        chunk = b""
        decoder.decode(chunk, final=True)
    except UnicodeDecodeError as error:
        good = error.object[: error.start].decode(encoding, errors="ignore")
        proved += _beyond_ascii(good)
        foreign = proved > _CHANCE and encoding.startswith("utf")
        return lines + good.count("\n"), offset - held + error.start, foreign
    return None


def _other_encoding(file: Path, tried: str) -> str | None:
    for name in ("utf-8", "cp949"):
        if name != tried and _first_failure(file, name) is None:
            with file.open("rb") as stream:
                head = stream.read(HEAD_BYTES * 16)
            if _reads_as_korean(decode_head(head, name)):
                return name
    return None if tried == "cp949" else _LAST_RESORT


def _undecodable(file: Path, encoding: str, line: int, offset: int, chosen: bool) -> IngestError:
    if chosen:
        with file.open("rb") as stream:
            likely = guess_encoding(stream.read(HEAD_BYTES))
        return IngestError(
            _(
                "{file}: byte {offset} (line {line}) is not {encoding}. The file looks like {likely}: "
                "leave the setting encoding out, or correct it.",
                file=file.name,
                offset=f"{offset:,}",
                line=f"{line:,}",
                encoding=encoding,
                likely=likely,
            )
        )
    return IngestError(
        _(
            "{file}: byte {offset} (line {line}) is not {encoding}, although the text before it is. "
            "Two encodings are mixed in one file, or it is damaged: export it again as UTF-8.",
            file=file.name,
            offset=f"{offset:,}",
            line=f"{line:,}",
            encoding=encoding,
        )
    )


def has_quoted_newline(data: bytes) -> bool:
    """Whether a line feed stands inside quotes, in data that begins with a line."""
    return _newline_in_quotes(data, 0)[0]


def _newline_in_quotes(chunk: bytes, parity: int) -> tuple[bool, int]:
    data = np.frombuffer(chunk, dtype=np.uint8)
    inside = (np.cumsum(data == ord('"'), dtype=np.uint8) + np.uint8(parity)) & 1
    return bool(inside[data == ord("\n")].any()), int(inside[-1])
