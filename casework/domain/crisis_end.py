"""Handing a crisis back and looking at it again; the watch over those that run."""

import datetime as dt

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from casework.crisis_access import may_alarm
from casework.crisis_enums import EndedAs, Hop
from casework.domain.crisis_notices import ring, tell
from casework.domain.rights import check_still
from casework.enums import MIN_REASON_CHARS
from casework.models import CaseLevel, Crisis, CrisisHop
from portal.core import audit
from portal.core.errors import DomainError, StaleError
from portal.core.models import User
from students.access import own_student_id


def last_review_day(today: dt.date) -> dt.date:
    """The review comes no later than the rhythm of the highest level (rulebook 3.2: a week)."""
    return today + dt.timedelta(days=CaseLevel.objects.order_by("rank")[0].review_every_days)


@transaction.atomic
def hand_back(
    *, actor: User, crisis: Crisis, to: User, ended_as: str, advice: str, review_on: dt.date
) -> Crisis:
    """The student is looked after again: to whom, how it stood, with what advice, and when it is
    looked at again. The level stays; lowering it needs both sides as ever.

    Raises DomainError without advice, for a day outside the week, for a receiver who does not see
    the student, and as long as nobody has recorded that the student was reached; StaleError when
    somebody else was faster.
    """
    crisis = Crisis.objects.select_for_update(of=("self",)).get(pk=crisis.pk)
    if not crisis.is_open:
        raise StaleError(_("This crisis was handed back already. Reload to see by whom."))
    # Asked before the end is written: taking part opens the page only while it runs.
    check_still(actor, crisis, "close_crisis")
    today = timezone.localdate()
    if len(advice.strip()) < MIN_REASON_CHARS:
        raise DomainError(_("Write what the receiver must do and what to watch."))
    if not today <= review_on <= last_review_day(today):
        raise DomainError(_("The review takes place within a week. Choose a day from today on."))
    if crisis.first_action_at is None and ended_as != EndedAs.ALARM:
        raise DomainError(_("Record first that somebody reached the student, then hand back."))
    if (
        not to.is_in_force()
        or own_student_id(to) is not None
        or not may_alarm(to, crisis.student_id)
    ):
        raise DomainError(_("Choose a member of staff who sees this student."))
    now = timezone.now()
    crisis.handed_at, crisis.handed_by, crisis.handed_to = now, actor, to
    crisis.ended_as, crisis.advice, crisis.review_on = ended_as, advice.strip()[:1000], review_on
    crisis.save()
    CrisisHop.objects.create(crisis=crisis, kind=Hop.HANDED, at=now, by=actor, person=to)
    audit.record(
        actor=actor, action="hand_back_crisis", obj=crisis, person=to.pk, ended_as=ended_as,
        review_on=review_on.isoformat(),
    )  # fmt: skip
    tell(crisis, [to.pk], "handed", _("A crisis was handed back to you. Read the advice."))
    return crisis


@transaction.atomic
def review_crisis(*, actor: User, crisis: Crisis, lessons: str) -> Crisis:
    """What went well, what is to be done better. Once; raises StaleError the second time."""
    crisis = Crisis.objects.select_for_update(of=("self",)).get(pk=crisis.pk)
    if crisis.is_open:
        raise DomainError(_("This crisis is still running. Hand it back first."))
    if crisis.reviewed_at is not None:
        raise StaleError(_("This crisis was reviewed already. Reload to see it."))
    if len(lessons.strip()) < MIN_REASON_CHARS:
        raise DomainError(_("Write in a sentence or two what went well and what did not."))
    crisis.reviewed_at, crisis.reviewed_by = timezone.now(), actor
    crisis.lessons = lessons.strip()[:2000]
    crisis.save()
    CrisisHop.objects.create(crisis=crisis, kind=Hop.REVIEWED, at=crisis.reviewed_at, by=actor)
    check_still(actor, crisis, "close_crisis")
    audit.record(actor=actor, action="review_crisis", obj=crisis)
    return crisis


@transaction.atomic
def watch_crises(now: dt.datetime | None = None) -> dict[str, int]:
    """What the clock does: a first action that is late rings everybody again, reviews that are due
    are told.

    Safe to run again: each person hears of each fact once. Names no student.
    """
    now = now or timezone.now()
    late = Crisis.objects.filter(handed_at=None, first_action_at=None, first_due_at__lte=now)
    due = Crisis.objects.filter(
        handed_at__isnull=False, reviewed_at=None, review_on__lte=timezone.localdate(now)
    )
    told = 0
    for crisis in late.prefetch_related("hops"):
        people = {hop.person_id or hop.by_id for hop in crisis.hops.all()} - {None}
        words = _("A crisis has no first action although its time has passed. Open it now.")
        told += ring(crisis, people, "late", words)
    for crisis in due.filter(Q(handed_to__is_active=True)):
        words = _("The review of a crisis is due today.")
        told += tell(crisis, [crisis.handed_to_id], "review", words)
    return {"told": told}
