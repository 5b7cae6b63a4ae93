"""Forms that arrive twice: the key of a form makes one row, and drops no other words."""

import uuid
from typing import Any, TypeVar

from django.db import connection, models
from django.utils.translation import gettext as _

from portal.core.errors import DomainError

USED_KEY = "used_key"
Row = TypeVar("Row", bound=models.Model)


def sent_before(model: type[Row], client_key: uuid.UUID | None, **said: Any) -> Row | None:
    """The row that this very form made, or None. ``said``: columns and the values that this form
    gives them, with who enters it.

    Copies that arrive at the same moment wait here for each other until their transactions end.
    Raises DomainError for a key under which somebody else, or other words, came before: a line
    typed after going back is not dropped, and nothing of another row is shown.
    """
    if client_key is None:
        return None
    with connection.cursor() as cursor:
        # Half of the key is as good as all of it: who shares it only waits a little.
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [(client_key.int >> 64) - 2**63])
    sent = model._default_manager.filter(client_key=client_key).first()
    if sent is not None and any(getattr(sent, name) != value for name, value in said.items()):
        raise DomainError(
            _("This form was sent before with other words. Your text is still here: send it again "
              "to keep it as a further record."),
            code=USED_KEY,
        )  # fmt: skip
    return sent
