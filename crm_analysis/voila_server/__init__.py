"""The web page of the reports: Voila behind a token, the files of the reports, and what stands in when it is full."""

from crm_analysis.voila_server.options import ServeOptions

__all__ = ["ServeOptions"]
