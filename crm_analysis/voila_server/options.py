"""What a server of the reports is started with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from crm_analysis.config import ServeSettings, Settings

__all__ = ["ServeOptions"]


@dataclass(frozen=True)
class ServeOptions:
    """Where the reports lie, who may read them, and how many at a time.

    Attributes
    ----------
    reports
        Folder of all reports.
    data_set
        Folder name of the data set shown first.
    token
        Asked of everybody; empty lets everybody in.
    serve
        ``[serve]``, as the command line overrules it.
    ready
        Called once with the address to open, token included.
    """

    reports: Path
    data_set: str
    token: str
    serve: ServeSettings = field(default_factory=ServeSettings)
    ready: Callable[[str], None] = print

    @classmethod
    def of(cls, settings: Settings, token: str, ready: Callable[[str], None]) -> ServeOptions:
        """The options that the settings of a project give."""
        return cls(settings.reports, settings.slug, token, settings.serve, ready)

    @property
    def base_url(self) -> str:
        """The path that every address begins with, with a slash at both ends."""
        inner = self.serve.base_url.strip("/")
        return f"/{inner}/" if inner else "/"

    def address(self, port: int) -> str:
        """The address to open."""
        host = self.serve.ip if self.serve.ip not in ("", "0.0.0.0", "::") else "localhost"
        host = f"[{host}]" if ":" in host else host
        return f"http://{host}:{port}{self.base_url}" + (f"?token={self.token}" if self.token else "")
