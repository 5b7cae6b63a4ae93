"""The web server's socket, bound by us: nobody can take the port between a test and its use."""

from __future__ import annotations

import errno
import http.client
import json
import socket

from .errors import StackError


def listen(host: str, port: int) -> socket.socket:
    """A listening TCP socket; port 0 picks a free one. Early requests wait in its queue.

    It listens at once: with SO_REUSEADDR two sockets may be bound to one port while neither
    listens yet, and only then does the later one learn of the other.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(128)
    except (OSError, OverflowError) as error:
        listener.close()
        raise StackError(_refusal(host, port, error)) from None
    return listener


def _refusal(host: str, port: int, error: Exception) -> str:
    code = getattr(error, "errno", None)
    if code == errno.EADDRINUSE:
        return (
            f"Port {port} is in use by another program. Choose another one: "
            f"PORT={port + 1 if port < 65535 else 0} make demo, or PORT=0 for any free one."
        )
    if code == errno.EACCES:
        return f"Port {port} needs special rights. Choose one above 1023: PORT=8000 make demo."
    return f"Cannot listen on {host} port {port}: {error}. Set HOST and PORT to what exists."


def port_from(text: str) -> int:
    """A port number from the environment; raises StackError for anything else."""
    if not text.isascii() or not text.isdigit() or int(text) > 65535:
        raise StackError(f"PORT must be a number from 0 to 65535, not {text!r}.")
    return int(text)


def address_of(listener: socket.socket) -> str:
    """The address for a browser on this machine."""
    host, port = listener.getsockname()[:2]
    if host in ("0.0.0.0", "::"):
        host = "127.0.0.1"
    return f"http://{f'[{host}]' if ':' in host else host}:{port}/"


def answers_as(listener: socket.socket, path: str, instance: str) -> bool:
    """Whether the health page answers, and with our own token: a stranger's 200 is not ours."""
    host, port = listener.getsockname()[:2]
    connection = http.client.HTTPConnection(
        {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host), port, timeout=5
    )
    try:
        connection.request("GET", path, headers={"Host": "127.0.0.1", "Connection": "close"})
        reply = connection.getresponse()
        body = json.loads(reply.read())
    except (OSError, ValueError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return reply.status == 200 and isinstance(body, dict) and body.get("instance") == instance
