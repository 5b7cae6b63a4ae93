"""Taking the account out of the portal by the rule of exports: right, purpose, limit, watermark,
one audit row. Names of students are masked in it, so nobody else's consent is asked."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from cohorts.models import Contract
from cohorts.queries.exports import LIMIT, export_number
from portal.core import audit
from portal.core.errors import DomainError
from portal.core.exports import checked_reason, stamp_of
from portal.core.models import User
from portal.web.exporters.account import account_report

MAX_ITEMS = 300


@transaction.atomic
def export_account(
    *, actor: User, contract: Contract, page: dict[str, Any], items: list[Any], reason: str
) -> bytes:
    """The Word file. ``page`` and ``items`` were read for ``actor``; raises DomainError when the
    reason is missing or the actor may not export."""
    if not page.get("may_export"):
        raise DomainError(_("None of your posts lets you export this account."), code="denied")
    reason = checked_reason(reason)
    stamp = stamp_of(actor, reason)
    made = account_report(page, items[: min(MAX_ITEMS, export_number(LIMIT))], stamp=stamp)
    audit.record(
        actor=actor, action="export_account", obj=contract, reason=reason, items=len(items),
        size=len(made),
    )  # fmt: skip
    return made
