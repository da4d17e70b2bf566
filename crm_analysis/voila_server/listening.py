"""Listens on one port and says where; a port that is taken is an error in one line."""

from __future__ import annotations

import errno

from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application

from crm_analysis.errors import RunError
from crm_analysis.messages import _

__all__ = ["listen"]


def listen(application: Application, ip: str, port: int) -> int:
    """Listen on a port, 0 for any that is free.

    Returns
    -------
    int
        The port.

    Raises
    ------
    RunError
        The port is in use, or this user may not listen on it.
    """
    try:
        sockets = bind_sockets(port, ip)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise RunError(_("Port {port} is in use. Choose another with --port.", port=port)) from error
        raise RunError(
            _("Cannot listen on {ip}, port {port}: {reason}.", ip=ip, port=port, reason=error.strerror or str(error))
        ) from error
    found = int(sockets[0].getsockname()[1])
    if port == 0:  # the addresses of one name each got a port of their own
        for other in sockets[1:]:
            other.close()
        sockets = sockets[:1]
    HTTPServer(application).add_sockets(sockets)
    return found
