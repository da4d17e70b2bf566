"""The server behind the panel in JupyterLab: thin routes under ``/crm-analysis/``, and the queue of runs."""

from crm_analysis.server.app import CrmAnalysisApp, _jupyter_server_extension_points

__all__ = ["CrmAnalysisApp", "_jupyter_server_extension_points"]
