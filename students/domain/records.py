"""Family contacts, health notes, recognised hardship and grants: entered, corrected, confirmed, taken
out (rulebook 8.3: contacts by the student and by whoever edits students; hardship by the counsellor
and the aid centre)."""

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.core import audit
from portal.core.access import reaches_one
from portal.core.errors import DomainError, StaleError
from portal.core.models import User
from portal.core.scope import forget_reach
from students.models import AidGrant, AidRecognition, FamilyContact, HealthNote, Student

MIN_REASON_CHARS = 4
# rulebook 6.3: mobile, landline, or abroad with a plus.
PHONE = re.compile(r"^(1[3-9]\d{9}|0\d{2,3}-?\d{7,8}|\+\d[\d -]{5,18})$")


@dataclass(frozen=True)
class Kind:
    """One kind of record: what opens it, what writes it (both), what the audit trail calls it."""

    code: str
    model: type[Any]
    sees: str
    writes: str
    own: bool = False


KINDS = {
    kind.code: kind
    for kind in (
        Kind("family", FamilyContact, "see_contact", "edit_student", own=True),
        Kind("health", HealthNote, "see_health", "write_health"),
        Kind("aid", AidRecognition, "see_aid", "write_aid"),
        Kind("grant", AidGrant, "see_aid", "write_aid"),
    )
}


def may_write(user: User, student_id: int, kind: Kind) -> bool:
    """Whether ``user`` enters and corrects such records of this student: by both actions, or, where
    the rulebook says "own RW", as the student."""
    if kind.own and reaches_one(Student, user, "see_own", student_id):
        return True
    return all(reaches_one(Student, user, one, student_id) for one in (kind.sees, kind.writes))


@transaction.atomic
def keep_record(
    *,
    actor: User,
    student: Student,
    kind: Kind,
    values: Mapping[str, Any],
    pk: int | None = None,
    version: int | None = None,
    client_key: uuid.UUID | None = None,
) -> Any:
    """Enter one record, or correct the one of ``pk``. ``values`` are columns; a phone, a text or
    grounds come in clear and are kept as cipher, empty ones leave what stands.

    The same ``client_key`` twice is one record. Raises StaleError when somebody else corrected it
    since, DomainError for a bad phone or a second recognition of the year, PermissionDenied.
    """
    if pk is None and client_key is not None and hasattr(kind.model, "client_key"):
        known = kind.model.objects.filter(client_key=client_key, student=student).first()
        if known is not None:
            return known
    row = _row(kind, student, pk, version)
    secret = _put(row, values)
    is_new = row.pk is None
    if is_new:
        _sign(row, actor, client_key)
        _check_new(row, kind)
    elif isinstance(row, FamilyContact):
        # Who confirmed the former number did not confirm this one.
        row.verified_by = row.verified_at = None
    row.version += 0 if is_new else 1
    if isinstance(row, HealthNote) and row.until is not None and row.until < row.since:
        raise DomainError(_("The last day lies before the first."))
    row.save()
    _check_still(actor, student, kind)
    audit.record(
        actor=actor, action="keep_record", obj=student, kind=kind.code, record=row.pk,
        version=row.version, is_new=is_new, sealed=secret,
    )  # fmt: skip
    return row


def _row(kind: Kind, student: Student, pk: int | None, version: int | None) -> Any:
    if pk is None:
        return kind.model(student=student)
    row = kind.model.objects.select_for_update().filter(pk=pk, student=student).first()
    if row is None or getattr(row, "ended_at", None) is not None:
        raise DomainError(_("This entry is not there any more. Reload the page."), code="stale")
    if version is not None and row.version != version:
        raise StaleError(
            _(
                "Somebody else corrected this meanwhile. What you typed is kept: compare and save again."
            )
        )
    return row


_SECRETS = {"phone": "set_phone", "text": "set_text", "grounds": "set_grounds"}


def _put(row: Any, values: Mapping[str, Any]) -> list[str]:
    """Set the columns; returns the names of what was kept as cipher."""
    secret = []
    for name, value in values.items():
        if name not in _SECRETS:
            setattr(row, name, value)
            continue
        if not value:
            continue
        if name == "phone":
            value = value.strip()
            if not PHONE.match(value):
                raise DomainError(
                    _(
                        "This is no telephone number: a mobile number, an area code with number, or + and the country code."
                    )
                )
        getattr(row, _SECRETS[name])(value)
        secret.append(name)
    return secret


def _sign(row: Any, actor: User, client_key: uuid.UUID | None) -> None:
    for name in ("entered_by", "written_by", "recorded_by"):
        if hasattr(row, f"{name}_id"):
            setattr(row, name, actor)
    if hasattr(row, "client_key"):
        row.client_key = client_key


def _check_new(row: Any, kind: Kind) -> None:
    if isinstance(row, FamilyContact) and not row.phone_cipher:
        raise DomainError(_("Enter the telephone number."))
    if isinstance(row, HealthNote) and not row.text_cipher:
        raise DomainError(_("Write what is to be heeded."))
    if (
        kind.code == "aid"
        and AidRecognition.objects.filter(
            student=row.student, academic_year=row.academic_year
        ).exists()
    ):
        raise DomainError(_("This year has a recognised tier already. Correct that one instead."))
    if kind.code == "grant" and AidGrant.objects.filter(
        student=row.student, academic_year=row.academic_year, kind=row.kind,
        granted_on=row.granted_on,
    ).exists():  # fmt: skip
        raise DomainError(_("This grant stands here already. Correct that one instead."))


def _check_still(actor: User, student: Student, kind: Kind) -> None:
    """The right, asked again inside the transaction (design 5.11)."""
    forget_reach()
    if not may_write(actor, student.pk, kind):
        raise PermissionDenied(_("Your post no longer allows this. Nothing was changed."))


@transaction.atomic
def confirm_contact(*, actor: User, contact: FamilyContact) -> FamilyContact:
    """Somebody has called and reached the person: who, and when. By whoever may open the number
    and logs talks with the student."""
    row: FamilyContact = FamilyContact.objects.select_for_update().get(pk=contact.pk)
    if row.ended_at is not None:
        raise DomainError(_("This entry is not there any more. Reload the page."), code="stale")
    row.verified_by, row.verified_at = actor, timezone.now()
    row.save(update_fields=["verified_by", "verified_at"])
    forget_reach()
    rights = (
        reaches_one(Student, actor, one, row.student_id) for one in ("see_contact", "log_talk")
    )
    if not all(rights):
        raise PermissionDenied(_("Your post no longer allows this. Nothing was changed."))
    audit.record(actor=actor, action="confirm_contact", obj=row.student, record=row.pk)
    return row


@transaction.atomic
def end_contact(*, actor: User, contact: FamilyContact, reason: str) -> FamilyContact:
    """Take a contact out of the record. The row and its versions stay."""
    reason = reason.strip()
    if len(reason) < MIN_REASON_CHARS:
        raise DomainError(_("Say in a few words why this contact is taken out."))
    row: FamilyContact = FamilyContact.objects.select_for_update().get(pk=contact.pk)
    if row.ended_at is None:
        row.ended_at, row.end_reason = timezone.now(), reason[:200]
        row.version += 1
        row.save(update_fields=["ended_at", "end_reason", "version"])
        audit.record(actor=actor, action="end_contact", obj=row.student, record=row.pk)
    _check_still(actor, row.student, KINDS["family"])
    return row
