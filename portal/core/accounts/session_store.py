"""Sessions in the database with the account beside them, so that they can be listed and ended.

What the list shows is kept in the session itself and copied to the row whenever it is saved:
an ordinary request reads one row, as with Django's own table, and writes nothing.
"""

import datetime as dt
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseSessions
from django.utils import timezone

# Keys within a session, all of them short facts.
STARTED, SEEN, IP, AGENT, METHOD, TICKET = (
    "_started", "_seen", "_ip", "_agent", "_method", "_ticket",
)  # fmt: skip


class SessionStore(DatabaseSessions):
    @classmethod
    def get_model_class(cls) -> Any:
        from portal.core.models import AccountSession

        return AccountSession

    def create_model_instance(self, data: dict[str, Any]) -> Any:
        row = super().create_model_instance(data)
        account = data.get(SESSION_KEY)
        row.account_id = int(account) if account is not None else None
        row.started_at, row.seen_at = _moment(data.get(STARTED)), _moment(data.get(SEEN))
        row.ip = data.get(IP)
        row.agent = str(data.get(AGENT, ""))[:200]
        row.method = str(data.get(METHOD, ""))[:8]
        row.ticket = str(data.get(TICKET, ""))[:64]
        return row


def _moment(stamp: Any) -> dt.datetime | None:
    if stamp is None:
        return None
    return dt.datetime.fromtimestamp(int(stamp), tz=timezone.get_current_timezone())
