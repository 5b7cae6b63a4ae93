"""Taking the account out of the portal: a right, a reason, one audit row."""

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cohorts.models import Contract
from portal.core import audit
from portal.core.errors import DomainError
from portal.core.models import User
from portal.web.exporters.account import account_report

MAX_ITEMS = 300


@transaction.atomic
def export_account(
    *, actor: User, contract: Contract, page: dict[str, Any], items: list[Any], reason: str
) -> bytes:
    """The Word file. ``page`` and ``items`` were read for ``actor``; raises DomainError when the
    reason is missing or the actor may not export."""
    reason = " ".join(reason.split())[:200]
    if not page.get("may_export"):
        raise DomainError(_("None of your posts lets you export this account."), code="denied")
    if len(reason) < 4:
        raise DomainError(_("Say in a few words what the report is for."))
    made = account_report(
        page, items[:MAX_ITEMS], by=actor.name, at=timezone.localtime(), reason=reason
    )
    audit.record(
        actor=actor, action="export_account", obj=contract, reason=reason, items=len(items),
        size=len(made),
    )  # fmt: skip
    return made
