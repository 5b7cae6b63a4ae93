"""The enrolment status over time, and what leaving the university ends."""

import datetime as dt
from collections.abc import Collection

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _

from cohorts.models import Appointment
from portal.core import audit
from portal.core.domain.sessions import drop_sessions_of
from portal.core.errors import DomainError
from portal.core.models import User
from portal.core.scope import forget_reach
from students.domain.placements import lock_students
from students.enums import ENROLLED_STATUSES, LEFT_STATUSES, StudentStatus
from students.models import Placement, StatusPeriod, Student, StudentLink

_DAY = dt.timedelta(days=1)


@transaction.atomic
def change_status(
    *,
    actor: User | None,
    student: Student,
    status: StudentStatus,
    since: dt.date,
    reason: str = "",
) -> Student:
    """Enter a new enrolment status from ``since``, which may lie ahead.

    A status that is not enrolled any more ends every placement and link the day before, so that
    nobody's reach contains the student from that day; leaving for good closes the account too.
    Raises DomainError when a status or placement begins later already.
    """
    before = put_statuses([student.pk], status, since, reason)
    student = Student.objects.get(pk=student.pk)
    if before:
        audit.record(
            actor=actor, action="change_status", obj=student, before=before[student.pk],
            after=status, since=since.isoformat(),
        )  # fmt: skip
    return student


@transaction.atomic
def change_statuses(
    *,
    actor: User | None,
    student_ids: Collection[int],
    status: StudentStatus,
    since: dt.date,
    reason: str = "",
) -> int:
    """``change_status`` for many; all or nothing. Returns how many changed."""
    before = put_statuses(student_ids, status, since, reason)
    if before:
        audit.record_many(
            actor=actor, action="change_statuses", model=Student, ids=sorted(before),
            after=status, since=since.isoformat(),
        )  # fmt: skip
    return len(before)


def put_statuses(
    student_ids: Collection[int], status: str, since: dt.date, reason: str
) -> dict[int, str]:
    """Write without an audit row; returns the status before of those that changed.

    A period that began on that very day is corrected; the same status again changes nothing.
    """
    students = lock_students(student_ids)
    rows = StatusPeriod.objects.filter(student_id__in=students, until=None)
    periods = {row.student_id: row for row in rows}
    changing = {
        pk: (periods[pk].status if pk in periods else one.status)
        for pk, one in students.items()
        if pk not in periods or periods[pk].status != status
    }
    if not changing:
        return {}
    for pk in changing:
        if pk in periods and periods[pk].since > since:
            raise DomainError(_("The new status must begin after the present one."))
    if status not in ENROLLED_STATUSES:
        _leave(students, changing, since)
    _accounts(changing, status, since)
    now = StatusPeriod.objects.filter(student_id__in=changing, until=None)
    now.filter(since=since).update(status=status, reason=reason)
    now.filter(since__lt=since).update(until=since - _DAY)
    StatusPeriod.objects.bulk_create(
        StatusPeriod(student_id=pk, status=status, since=since, reason=reason)
        for pk in changing
        if pk not in periods or periods[pk].since < since
    )
    turn_statuses(changing)
    forget_reach()
    return changing


def _leave(students: dict[int, Student], leaving: Collection[int], since: dt.date) -> None:
    """From ``since`` the student stands nowhere and nobody is linked."""
    later = Placement.objects.filter(student_id__in=leaving, since__gt=since)
    first = later.select_related("unit").order_by("student_id", "since").first()
    if first is not None:
        raise DomainError(
            _("%(name)s has been in %(unit)s since %(since)s: the move must be later.")
            % {
                "name": students[first.student_id].name, "unit": first.unit.name,
                "since": first.since,
            }
        )  # fmt: skip
    here = Placement.objects.filter(student_id__in=leaving)
    # Begun on the leaving day: the student never stood there. The history tables keep the row.
    here.filter(since=since).delete()
    here.filter(Q(until=None) | Q(until__gte=since)).update(until=since - _DAY)
    links = StudentLink.objects.filter(student_id__in=leaving, revoked_at=None)
    links = links.filter(Q(ends_on=None) | Q(ends_on__gte=since))
    links.filter(starts_on__gte=since).update(revoked_at=Now())
    links.filter(starts_on__lt=since).update(ends_on=since - _DAY)


def _accounts(changing: dict[int, str], status: str, since: dt.date) -> None:
    """Who left for good has no account from that day (design 5.10), unless posts keep it."""
    people = User.objects.filter(student__in=changing)
    if status in LEFT_STATUSES:
        posts = Appointment.objects.filter(person=OuterRef("pk"), revoked_at=None)
        people = people.filter(Q(expires_on=None) | Q(expires_on__gte=since))
        people = people.exclude(Exists(posts.filter(Q(ends_on=None) | Q(ends_on__gte=since))))
        leaving = list(people.values_list("pk", flat=True))
        User.objects.filter(pk__in=leaving).update(expires_on=since - _DAY)
        if since <= timezone.localdate():
            drop_sessions_of(leaving)
        return
    back = [pk for pk, before in changing.items() if before in LEFT_STATUSES]
    # The day after the account's last day is the day on which the student left.
    left = StatusPeriod.objects.filter(
        student=OuterRef("student"), status__in=LEFT_STATUSES, since=OuterRef("expires_on") + _DAY
    )
    people.filter(Exists(left), student__in=back).update(expires_on=None)


def turn_statuses(student_ids: Collection[int] | None = None) -> int:
    """Bring the status on the card up to the period that holds today; for all when None.

    Periods decide; the card follows when a day that lay ahead has come.
    """
    today = timezone.localdate()
    period = StatusPeriod.objects.filter(
        Q(until=None) | Q(until__gte=today), student=OuterRef("pk"), since__lte=today
    ).exclude(status=OuterRef("status"))
    rows = Student.objects.filter(Exists(period))
    if student_ids is not None:
        rows = rows.filter(pk__in=student_ids)
    return int(rows.update(status=Subquery(period.values("status")[:1]), version=F("version") + 1))
