"""Workbooks with a password: opened in memory with a password that an environment variable holds."""

from __future__ import annotations

import io
import os
from pathlib import Path

from crm_analysis.errors import IngestError
from crm_analysis.messages import _

__all__ = ["is_locked", "locked_error", "unlocked"]

_OLE = bytes.fromhex("D0CF11E0A1B11AE1")
_MARK = "EncryptedPackage".encode("utf-16-le")


def is_locked(file: Path) -> bool:
    """Whether a file is a workbook with a password."""
    with file.open("rb") as stream:
        if stream.read(len(_OLE)) != _OLE:
            return False
    return _MARK in file.read_bytes()


def locked_error(file: Path) -> IngestError:
    """What to do about a workbook with a password that no setting gives."""
    return IngestError(
        _(
            "{file} is protected by a password. Put the password into an environment variable and write its name, not "
            'the password, into the source in crm.toml: password_env = "{variable}".',
            file=file.name,
            variable="WORKBOOK_PASSWORD",
        )
    )


def unlocked(file: Path, password_env: str | None) -> io.BytesIO:
    """The workbook without its password, in memory; neither is ever stored.

    Parameters
    ----------
    file
        A workbook with a password.
    password_env
        Name of the environment variable that holds the password.

    Raises
    ------
    IngestError
        No name, no such variable, or another password.
    """
    if password_env is None:
        raise locked_error(file)
    password = os.environ.get(password_env)
    if not password:
        raise IngestError(
            _(
                "{file} is protected by a password, and the environment variable {variable} that should hold it is not "
                "set.",
                file=file.name,
                variable=password_env,
            )
        )
    from msoffcrypto import OfficeFile
    from msoffcrypto.exceptions import DecryptionError, FileFormatError, InvalidKeyError

    target = io.BytesIO()
    try:
        with file.open("rb") as stream:
            book = OfficeFile(stream)
            book.load_key(password=password)
            book.decrypt(target)
    except (InvalidKeyError, DecryptionError) as error:
        raise IngestError(
            _(
                "{file} cannot be opened with the password in {variable}. Correct the variable.",
                file=file.name,
                variable=password_env,
            )
        ) from error
    except (FileFormatError, OSError, KeyError) as error:
        raise IngestError(_("{file} is a damaged workbook. Export it again.", file=file.name)) from error
    target.seek(0)
    return target
