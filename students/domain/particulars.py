"""Opening a masked particular: the right, the reason, the line in the audit trail (rulebook 8.2)."""

from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.utils.translation import gettext as _

from portal.core import audit
from portal.core.access import reaches_one
from portal.core.errors import DomainError
from portal.core.models import User
from students.domain.records import Kind
from students.fields import FIELDS, GROUPS, may_see_field
from students.models import Student

MIN_REASON_CHARS = 4


@transaction.atomic
def unmask(*, actor: User, student: Student, field: str, reason: str = "") -> str:
    """The clear value of one field, for the page that asked for it and no longer.

    Raises PermissionDenied when no post or link opens this field of this student, DomainError for
    a field that does not open singly or when its reason is missing.
    """
    wanted = FIELDS.get(field)
    if wanted is None:
        raise DomainError(_("There is nothing to open here. Reload the page."))
    if may_see_field(actor, student.pk, field) != "clear":
        raise PermissionDenied(
            _("None of your posts opens this: %(what)s.") % {"what": GROUPS[wanted.group].label}
        )
    reason = reason.strip()
    if wanted.needs_reason and len(reason) < MIN_REASON_CHARS:
        raise DomainError(_("Say in a few words what you need it for."))
    audit.record(actor=actor, action="unmask", obj=student, field=field, reason=reason[:200])
    return wanted.value(student)


_VALUES = {"family": "phone", "health": "text", "aid": "grounds"}


@transaction.atomic
def open_record(*, actor: User, kind: Kind, row: models.Model, reason: str) -> str:
    """The value of a family contact, health note or recognition that is kept as cipher, for the
    page that asked for it. Raises as ``unmask``, and DomainError where nothing is kept."""
    student: Student = row.student  # type: ignore[attr-defined]
    if not reaches_one(Student, actor, kind.sees, student.pk):
        raise PermissionDenied(_("None of your posts opens this particular of the student."))
    reason = reason.strip()
    if len(reason) < MIN_REASON_CHARS:
        raise DomainError(_("Say in a few words what you need it for."))
    value: str = getattr(row, _VALUES[kind.code])() if kind.code in _VALUES else ""
    if not value:
        raise DomainError(_("There is nothing to open here. Reload the page."))
    audit.record(
        actor=actor, action="unmask", obj=student, field=kind.code, record=row.pk,
        reason=reason[:200],
    )  # fmt: skip
    return value
