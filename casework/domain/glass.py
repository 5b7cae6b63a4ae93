"""Breaking the glass: sealed notes of one red case, opened in an emergency (design 5.8)."""

import datetime as dt

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from casework.domain.rights import check_still
from casework.enums import MIN_REASON_CHARS, RED_RANK
from casework.models import GLASS_HOURS, BreakGlass, Case, LockOut
from cohorts.models import Appointment
from portal.core import audit
from portal.core.domain.mails import mail_at_once
from portal.core.errors import DomainError
from portal.core.freshness import renew
from portal.core.models import Notification, User
from portal.core.names import masked_name
from portal.core.scope import forget_reach


@transaction.atomic
def break_glass(*, actor: User, case: Case, reason: str) -> BreakGlass:
    """Open the sealed notes of ``case`` for ``actor`` for four hours; it ends by itself.

    The caller has made the second log-in step. The responsible person and the psychology staff are
    told in the same transaction. While it is open, a second call returns it unchanged. Raises
    DomainError for a case that is not red or is closed, or without a reason; PermissionDenied
    when no post of the actor carries ``break_glass`` for this student.
    """
    reason = reason.strip()
    if len(reason) < MIN_REASON_CHARS:
        raise DomainError(_("Say in one sentence what the emergency is."))
    case = Case.objects.select_for_update(of=("self",)).select_related("level", "student").get(
        pk=case.pk
    )  # fmt: skip
    if not case.is_open or case.level.rank != RED_RANK:
        raise DomainError(_("Only the sealed notes of an open red case can be opened like this."))
    now = timezone.now()
    broken: BreakGlass | None = BreakGlass.objects.filter(
        case=case, person=actor, ends_at__gt=now
    ).first()
    if broken is None:
        broken = BreakGlass.objects.create(
            case=case, person=actor, reason=reason[:300], starts_at=now,
            ends_at=now + dt.timedelta(hours=GLASS_HOURS),
        )  # fmt: skip
        audit.record(
            actor=actor, action="break_glass", obj=case, reason=reason[:300],
            until=broken.ends_at.isoformat(),
        )  # fmt: skip
        _tell(broken)
    forget_reach()
    check_still(actor, case, "break_glass")
    return broken


def _tell(broken: BreakGlass) -> None:
    """A notice to the responsible person and to everyone who keeps psychological files."""
    case, today = broken.case, timezone.localdate()
    keepers = (
        Appointment.objects.in_force(today)
        .filter(role__permissions__codename="clear_psychological", person__is_active=True)
        .exclude(person__expires_on__lt=today)
        .values_list("person_id", flat=True)
    )
    kept_out = LockOut.objects.filter(case=case, ends_at=None).values_list("person_id", flat=True)
    people = {*keepers, *([case.owner_id] if case.owner_id else [])}
    people -= {*kept_out, broken.person_id}
    words = _(
        "%(actor)s has opened the sealed notes of %(student)s, case %(number)s, until %(time)s"
    )
    text = words % {
        "actor": broken.person.name, "student": masked_name(case.student.name),
        "number": case.number,
        "time": date_format(timezone.localtime(broken.ends_at), "H:i"),
    }  # fmt: skip
    about = reverse("casework:case", args=[case.pk])
    Notification.objects.bulk_create(
        Notification(
            user_id=pk, key=f"glass:{broken.pk}", text=text,
            url=about if pk == case.owner_id else "",
        )
        for pk in sorted(people)
    )  # fmt: skip
    mail_at_once(people=people, key=f"glass:{broken.pk}")
    renew(people)


@transaction.atomic
def close_glass(*, actor: User, broken: BreakGlass) -> BreakGlass:
    """End it before its time. Raises DomainError for somebody else's."""
    broken = BreakGlass.objects.select_for_update().get(pk=broken.pk)
    if broken.person_id != actor.pk:
        raise DomainError(_("Only the person who opened the notes can close them early."))
    if broken.ends_at > timezone.now():
        broken.ends_at = timezone.now()
        broken.save(update_fields=["ends_at"])
        audit.record(actor=actor, action="close_glass", obj=broken.case)
    forget_reach()
    return broken
