"""Reminding the responsible person of something late (催办), and reading notices."""

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from casework.models import Case, PlanStep
from portal.core import audit
from portal.core.domain.mails import mail_at_once
from portal.core.errors import DomainError
from portal.core.models import Notification, User
from portal.core.names import masked_name


@transaction.atomic
def remind_owner(*, actor: User, case: Case, kind: str, step: int = 0) -> Notification:
    """Put a notice into the owner's bell, at most one per item and day.

    ``kind`` is follow_up, step (then ``step`` is its id) or review. Raises DomainError when the
    item is not late, nobody is responsible, the owner is the caller, or a reminder went out
    today. The notice masks the student's name: a telephone may lie open on a table.
    """
    today = timezone.localdate()
    owner, days = _owner_and_days(case, kind, step)
    if owner is None:
        raise DomainError(_("Nobody is responsible for this item. Assign somebody first."))
    if owner == actor:
        raise DomainError(_("You are responsible for this item yourself."))
    words = {
        "follow_up": _("follow-up"),
        "step": _("plan step"),
        "review": _("review"),
    }[kind]
    notice, made = Notification.objects.get_or_create(
        user=owner,
        key=f"remind:{kind}:{case.pk}:{step}:{today}",
        defaults={
            "text": _("%(actor)s reminds you: %(kind)s of %(student)s, %(days)s days late")
            % {
                "actor": actor.name,
                "kind": words,
                "student": masked_name(case.student.name),
                "days": days,
            },
            "url": reverse("casework:case", args=[case.pk]),
        },
    )
    if not made:
        raise DomainError(
            _("%(name)s was reminded of this today already.") % {"name": owner.name},
            code="reminded",
        )
    mail_at_once(people=[owner.pk], key=notice.key)
    audit.record(actor=actor, action="remind_owner", obj=case, kind=kind, step=step, to=owner.pk)
    return notice


def _owner_and_days(case: Case, kind: str, step: int) -> tuple[User | None, int]:
    """Whose the item is and how many days late; DomainError while it is not late."""
    today = timezone.localdate()
    owner = case.owner
    if kind == "step":
        found = PlanStep.objects.filter(
            pk=step, plan__case=case, done_on=None, dropped_on=None
        ).first()
        if found is None:
            raise DomainError(_("This plan step is done or no longer exists."))
        owner, due, late = found.owner, found.due_on, found.due_on < today
    elif kind == "review":
        due = case.review_due_on
        late = due is not None and due < today
    elif kind == "follow_up":
        due = timezone.localtime(case.contact_due_at).date() if case.contact_due_at else None
        late = case.contact_due_at is not None and case.contact_due_at < timezone.now()
    else:
        raise DomainError(_("This kind of item is unknown. Reload the page."))
    if not case.is_open or not late or due is None:
        raise DomainError(_("This item is not late any more."))
    return owner, max(1, (today - due).days)


@transaction.atomic
def read_notices(*, actor: User, upto: int | None = None) -> int:
    """Mark one's own unread notices up to this id (all when None) as read; how many changed."""
    waiting = Notification.objects.filter(user=actor, read_at=None)
    if upto is not None:
        waiting = waiting.filter(pk__lte=upto)
    changed: int = waiting.update(read_at=timezone.now())
    if changed:
        audit.record(actor=actor, action="read_notices", obj=actor, count=changed)
    return changed
