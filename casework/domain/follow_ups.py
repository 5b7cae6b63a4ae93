"""Logging a talk, call or visit; correcting one."""

import datetime as dt
import uuid

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from casework.domain.rhythm import next_contact_due
from casework.enums import Channel, Confidentiality, Risk
from casework.models import Case, FollowUp
from cohorts.models import Appointment
from portal.core import audit
from portal.core.errors import DomainError, StaleError
from portal.core.models import User
from students.models import Student


def _check(content: str, happened_at: dt.datetime, next_on: dt.date | None) -> None:
    now = timezone.now()
    if happened_at > now + dt.timedelta(minutes=5):
        raise DomainError(
            _("The contact lies in the future. Enter when it took place, or plan it under “next "
              "contact”.")
        )  # fmt: skip
    if not content.strip():
        raise DomainError(_("Write at least one sentence: what did you see, what was agreed?"))
    if next_on is not None and next_on < timezone.localdate():
        raise DomainError(_("The next contact lies in the past. Choose today or later."))


@transaction.atomic
def log_follow_up(
    *,
    actor: User,
    student: Student,
    channel: Channel,
    content: str,
    happened_at: dt.datetime | None = None,
    next_on: dt.date | None = None,
    risk: Risk = Risk.ORDINARY,
    needs_report: bool = False,
    confidentiality: Confidentiality = Confidentiality.GENERAL,
    minutes: int | None = None,
    place: str = "",
    client_key: uuid.UUID | None = None,
) -> FollowUp:
    """Record one contact; it counts for the student's open case if there is one.

    The same ``client_key`` sent again returns the first record unchanged, so a double click or
    an offline draft sent three times makes one row. Raises DomainError for a contact in the
    future, without content, or a next date in the past. The right is checked again inside the
    transaction: a post or seat that ended a minute ago no longer writes (design 5.11).
    """
    happened_at = happened_at or timezone.now()
    if client_key is not None:
        sent: FollowUp | None = FollowUp.objects.filter(client_key=client_key, author=actor).first()
        if sent is not None:
            return sent
    _check(content, happened_at, next_on)
    case = (
        Case.objects.select_for_update(of=("self",))
        .select_related("level")
        .filter(student=student, closed_at=None)
        .first()
    )
    made = FollowUp(
        student=student, case=case, author=actor, author_role=_role_line(actor), channel=channel,
        content=content.strip(), happened_at=happened_at, next_on=next_on, risk=risk,
        needs_report=needs_report, confidentiality=confidentiality, minutes=minutes, place=place,
        client_key=client_key,
    )  # fmt: skip
    try:
        with transaction.atomic():
            made.save()
    except IntegrityError:
        # The same form arrived twice at once and the other copy won.
        sent = FollowUp.objects.filter(client_key=client_key, author=actor).first()
        if client_key is None or sent is None:
            raise
        return sent
    if not Student.objects.restrict(actor, "log_talk").filter(pk=student.pk).exists():
        raise PermissionDenied(_("Your post no longer allows you to log on this student."))
    made.refresh_from_db(fields=["is_real"])
    if case is not None and made.is_real:
        _count_contact(case, made)
    audit.record(
        actor=actor, action="log_follow_up", obj=made, student=student.pk, channel=str(channel)
    )
    return made


def _count_contact(case: Case, made: FollowUp) -> None:
    """A real contact by anyone moves the clock of the case."""
    if case.last_contact_at is None or made.happened_at >= case.last_contact_at:
        case.last_contact_at = made.happened_at
        case.contact_due_at = next_contact_due(case.level, made.happened_at, made.next_on)
    # Stage facts are true times: the first real contact after the plan is the start of help.
    if case.planned_at and not case.help_at:
        case.help_at = max(made.happened_at, case.planned_at)
    case.version += 1
    case.save(update_fields=["last_contact_at", "contact_due_at", "help_at", "version"])


def _role_line(actor: User) -> str:
    post = (
        Appointment.objects.in_force(timezone.localdate())
        .filter(person=actor)
        .select_related("role")
        .order_by("role__order")
        .first()
    )
    return post.role.name if post else ""


@transaction.atomic
def correct_follow_up(*, actor: User, follow_up: FollowUp, content: str, version: int) -> FollowUp:
    """Replace the text; the former text stays in the history. Only the writer corrects."""
    kept: FollowUp = FollowUp.objects.select_for_update().get(pk=follow_up.pk)
    if kept.author_id != actor.pk:
        raise DomainError(_("Only the person who wrote a record can correct it."), code="denied")
    if kept.version != version:
        raise StaleError(_("This record was corrected elsewhere meanwhile. Reload to see it."))
    _check(content, kept.happened_at, None)
    kept.content, kept.version = content.strip(), kept.version + 1
    kept.save(update_fields=["content", "version"])
    audit.record(actor=actor, action="correct_follow_up", obj=kept, version=kept.version)
    return kept
