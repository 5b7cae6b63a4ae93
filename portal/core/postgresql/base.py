"""A kept connection is looked at before each request without asking the server.

Django sends ``SELECT 1`` for that. A server that went away has closed its end, which the socket
tells at once; only when the socket has something to say is the server asked.
"""

import select

from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    def close_if_health_check_failed(self) -> None:
        if (
            self.connection is not None
            and self.health_check_enabled
            and not self.health_check_done
            and _is_silent(self.connection)
        ):
            self.health_check_done = True
        super().close_if_health_check_failed()


def _is_silent(connection: base.Database.extensions.connection) -> bool:
    """Open on our side, and neither closed nor written to by the server since the last answer."""
    if connection.closed:
        return False
    try:
        watch = select.poll()
        watch.register(connection.fileno(), select.POLLIN | select.POLLPRI)
        return not watch.poll(0)
    except (OSError, base.Database.Error):
        return False
