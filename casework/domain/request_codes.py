"""Codes on the sheets that hang in buildings: made and revoked."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from casework.models import ReportCode
from cohorts.enums import UnitKind
from cohorts.models import Unit
from portal.core import audit
from portal.core.errors import DomainError
from portal.core.models import User

# Where a sheet can hang.
CODE_KINDS = (UnitKind.BUILDING, UnitKind.FLOOR, UnitKind.ROOM, UnitKind.OFFICE)


@transaction.atomic
def make_code(*, actor: User | None, unit: Unit) -> ReportCode:
    """A new address for the building; the former one, if any, leads nowhere from now on."""
    unit = Unit.objects.select_for_update().get(pk=unit.pk)
    if unit.kind not in CODE_KINDS or unit.closed_on is not None:
        raise DomainError(_("A sheet can hang in a building, floor, room or office in use."))
    ReportCode.objects.filter(unit=unit, revoked_at=None).update(revoked_at=timezone.now())
    made: ReportCode = ReportCode.objects.create(unit=unit, made_by=actor)
    audit.record(actor=actor, action="make_report_code", obj=made, unit=unit.pk)
    return made


@transaction.atomic
def revoke_code(*, actor: User | None, code: ReportCode) -> ReportCode:
    """The address leads nowhere from now on; doing it twice changes nothing."""
    kept: ReportCode = ReportCode.objects.select_for_update().get(pk=code.pk)
    if kept.revoked_at is None:
        kept.revoked_at = timezone.now()
        kept.save(update_fields=["revoked_at"])
        audit.record(actor=actor, action="revoke_report_code", obj=kept, unit=kept.unit_id)
    return kept
