"""Keeping a named person out of one case, and letting the person in again (design 5.9)."""

import datetime as dt

from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from casework.domain.plan_tasks import SOURCE, release_steps
from casework.domain.rights import check_still
from casework.enums import MIN_REASON_CHARS
from casework.models import Case, LockOut, PlanStep, Seat
from cohorts.models import Task
from portal.core import audit
from portal.core.errors import DomainError
from portal.core.freshness import renew
from portal.core.models import Notification, User
from portal.core.scope import forget_reach


@transaction.atomic
def lock_out(*, actor: User | None, case: Case, person: User, reason: str) -> LockOut:
    """From now on ``person`` learns nothing of ``case``: no post, link, seat or broken glass leads
    there. What he was responsible for becomes open work, his seat ends, his notices about the
    case are taken out of the bell. The same person again changes nothing.

    Raises DomainError without a reason, or when somebody would lock himself out: whoever sets it
    must remain able to take it back.
    """
    reason = reason.strip()
    if len(reason) < MIN_REASON_CHARS:
        raise DomainError(_("Say in one sentence where the conflict of interest lies."))
    if actor is not None and actor.pk == person.pk:
        raise DomainError(_("You cannot lock yourself out. Ask another who leads this case."))
    case = Case.objects.select_for_update().get(pk=case.pk)
    held: LockOut | None = LockOut.objects.filter(case=case, person=person, ends_at=None).first()
    if held is None:
        held = LockOut.objects.create(
            case=case, person=person, reason=reason[:300], set_by=actor, starts_at=timezone.now()
        )
        _take_away(actor, case, person)
        audit.record(
            actor=actor, action="lock_out", obj=case, person=person.pk, reason=reason[:300]
        )
    forget_reach()
    check_still(actor, case, "manage_case")
    renew([person.pk])
    return held


def _take_away(actor: User | None, case: Case, person: User) -> None:
    """Duties and notices that would tell of the case."""
    release_steps(actor, case, person, _("The person no longer takes part in this."))
    Notification.objects.filter(
        user=person,
        url__in=[reverse("cohorts:task", args=[pk]) for pk in _tasks_told(case, person)],
    ).delete()
    if case.owner_id == person.pk:
        case.owner = None
        case.version += 1
        case.save(update_fields=["owner", "version"])
    # The last day of the seat is over: letting the person in again does not bring it back.
    yesterday = timezone.localdate() - dt.timedelta(days=1)
    Seat.objects.filter(case=case, person=person, ends_on=None).update(ends_on=yesterday)
    about = reverse("casework:case", args=[case.pk])
    Notification.objects.filter(user=person, url__startswith=about).delete()


def _tasks_told(case: Case, person: User) -> list[int]:
    """Promises of this case that were the person's."""
    steps = PlanStep.objects.filter(plan__case=case).values("pk")
    tasks = Task.objects.filter(source=SOURCE, source_id__in=steps)
    mine = tasks.filter(Q(owner=person) | Q(notes__owner_before=person))
    return list(mine.values_list("pk", flat=True).distinct())


@transaction.atomic
def let_in(*, actor: User | None, lock: LockOut) -> LockOut:
    """End a lock-out: posts, links and seats count again; what was taken away stays away."""
    case = Case.objects.select_for_update().get(pk=lock.case_id)
    # Asked before: afterwards the one who was kept out might be the one who may.
    forget_reach()
    check_still(actor, case, "manage_case")
    held: LockOut = LockOut.objects.select_for_update().get(pk=lock.pk)
    if held.ends_at is None:
        held.ends_at = timezone.now()
        held.save(update_fields=["ends_at"])
        audit.record(actor=actor, action="let_in", obj=case, person=held.person_id)
    forget_reach()
    renew([held.person_id])
    return held
