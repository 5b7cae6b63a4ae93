"""Sessions in the database with the account beside them, so that they can be listed and ended.

What the list shows is kept in the session itself and copied to the row whenever it is saved:
an ordinary request reads one row, as with Django's own table, and writes nothing. With it comes
the row of the account, which every request asks for next.
"""

import datetime as dt
from functools import lru_cache
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseSessions
from django.utils import timezone

from portal.core.prepared import prepared
from portal.core.rows import fetch
from portal.core.scope import hand_over, take

# Keys within a session, all of them short facts.
STARTED, SEEN, IP, AGENT, METHOD, TICKET = (
    "_started", "_seen", "_ip", "_agent", "_method", "_ticket",
)  # fmt: skip


class SessionStore(DatabaseSessions):
    @classmethod
    def get_model_class(cls) -> Any:
        from portal.core.models import AccountSession

        return AccountSession

    def load(self) -> dict[str, Any]:
        """The session, unless it has run out; its account waits for ``account_read``."""
        from portal.core.models import User

        asked = {"key": self.session_key, "now": timezone.now()}
        rows = fetch(prepared(_read()), asked) if self.session_key else []
        if not rows:
            self._session_key = None
            return {}
        data, *values = rows[0]
        if values[0] is not None:
            account = User.from_db("default", _fields(), values)
            hand_over(("account", account.pk), account)
        found: dict[str, Any] = self.decode(data)
        return found

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


@lru_cache(maxsize=1)
def _fields() -> list[str]:
    """Columns of an account, its key first; each is as the database gives it."""
    from portal.core.models import User

    return [field.attname for field in User._meta.concrete_fields]


@lru_cache(maxsize=1)
def _read() -> str:
    columns = ", ".join(f"u.{name}" for name in _fields())
    return f"""SELECT s.session_data, {columns}
                 FROM core_accountsession s LEFT JOIN core_user u ON u.id = s.account_id
                WHERE s.session_key = %(key)s AND s.expire_date > %(now)s"""


def account_read(pk: Any) -> Any:
    """The account that was read together with its session a moment ago, once; else None."""
    return take(("account", pk))


def _moment(stamp: Any) -> dt.datetime | None:
    if stamp is None:
        return None
    return dt.datetime.fromtimestamp(int(stamp), tz=timezone.get_current_timezone())
