"""A person decides: what the rules found is confirmed or set aside; nothing is sent before."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.core import audit
from portal.core.errors import DomainError, StaleError
from portal.core.models import User
from portal.core.scope import forget_reach
from students.domain.warning_steps import drop_open_steps, open_steps
from students.models import AcademicWarning
from students.study_enums import WarningState
from students.warning_hooks import follow_all

ACTION = "confirm_warnings"
MOST = 200


@dataclass
class Confirmed:
    """``done`` were confirmed now, ``stale`` had been decided elsewhere meanwhile."""

    done: list[int] = field(default_factory=list)
    stale: int = 0
    promises: int = 0
    notes: list[str] = field(default_factory=list)


@transaction.atomic
def confirm_warnings(*, actor: User, ids: Sequence[int]) -> Confirmed:
    """Confirm what the rules found for these warnings: the steps that follow become promises, and
    the ledger is told. Sent twice it is done once. Raises PermissionDenied where the actor may
    not confirm one of them, DomainError for too many at once."""
    wanted = sorted(set(ids))
    if len(wanted) > MOST:
        raise DomainError(_("At most %(n)s warnings at once.") % {"n": MOST})
    forget_reach()
    allowed = AcademicWarning.objects.restrict(actor, ACTION).filter(pk__in=wanted)
    mine = set(allowed.order_by().values_list("pk", flat=True))
    if mine != set(wanted):
        raise PermissionDenied(_("You may not confirm all of these warnings."))
    rows = list(
        AcademicWarning.objects.select_for_update(of=("self",))
        .filter(pk__in=wanted).select_related("rules", "student").order_by("pk")
    )  # fmt: skip
    fresh = [one for one in rows if one.state == WarningState.FOUND]
    now = timezone.now()
    AcademicWarning.objects.filter(pk__in=[one.pk for one in fresh]).update(
        confirmed_at=now, confirmed_by=actor, version=F("version") + 1
    )
    for one in fresh:
        one.confirmed_at, one.confirmed_by, one.version = now, actor, one.version + 1
    outcome = Confirmed([one.pk for one in fresh], len(rows) - len(fresh))
    outcome.promises = open_steps(actor, fresh)
    outcome.notes = follow_all(actor, fresh)
    if fresh:
        audit.record_many(
            actor=actor, action="confirm_warnings", model=AcademicWarning, ids=outcome.done,
            promises=outcome.promises,
        )  # fmt: skip
    return outcome


@transaction.atomic
def set_aside(
    *, actor: User, warning: AcademicWarning, reason: str, version: int
) -> AcademicWarning:
    """This is no warning, with the reason; its open steps end. A later run leaves it alone unless
    the level becomes graver. Raises DomainError without a reason, StaleError when it changed."""
    words = " ".join(reason.split())
    if len(words) < 4:
        raise DomainError(_("Say in one sentence why this is no warning."))
    forget_reach()
    AcademicWarning.objects.get_for(actor, ACTION, warning.pk)
    kept: AcademicWarning = AcademicWarning.objects.select_for_update(of=("self",)).get(
        pk=warning.pk
    )
    if kept.dismissed_at is not None:
        return kept
    if kept.version != version:
        raise StaleError(_("This warning changed after you opened it. Reload, then decide again."))
    kept.dismissed_at, kept.dismissed_by = timezone.now(), actor
    kept.dismiss_reason, kept.version = words[:300], kept.version + 1
    kept.save(update_fields=["dismissed_at", "dismissed_by", "dismiss_reason", "version"])
    drop_open_steps(actor, [kept.pk])
    audit.record(actor=actor, action="set_aside_warning", obj=kept, student=kept.student_id)
    return kept
