"""The task force of a case (专班): sitting down, other duties, getting up."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from casework.domain.plan_tasks import release_steps
from casework.domain.rights import check_still, is_shut, still_allows
from casework.enums import WriteLevel
from casework.models import Case, Seat
from cohorts.domain.reconcile import lock_people
from portal.core import audit
from portal.core.errors import DomainError
from portal.core.freshness import renew
from portal.core.models import Notification, User
from portal.core.scope import forget_reach

DUTY_MAX = 60


@dataclass(frozen=True)
class SeatDraft:
    """Who sits down, as what, with which right, until when."""

    person: User
    duty: str
    write_level: str = WriteLevel.WRITE
    ends_on: dt.date | None = None


def _open_case(case: Case) -> Case:
    kept: Case = Case.objects.select_for_update().get(pk=case.pk)
    if not kept.is_open:
        raise DomainError(_("This case is closed. Its team stays in the history."))
    return kept


def _check(draft: SeatDraft, case: Case) -> None:
    if not draft.duty.strip():
        raise DomainError(_("Say what the person does in the task force."))
    if draft.ends_on is not None and draft.ends_on < timezone.localdate():
        raise DomainError(_("The last day has passed already. Choose today or later."))
    if not draft.person.is_in_force():
        raise DomainError(
            _("%(name)s has left: the account is closed. Choose somebody else.")
            % {"name": draft.person.name}
        )
    if is_shut(draft.person, case):
        raise DomainError(
            _("%(name)s is locked out of this case. Choose somebody else.")
            % {"name": draft.person.name}
        )


@transaction.atomic
def seat_force(*, actor: User | None, case: Case, seats: Sequence[SeatDraft]) -> list[Seat]:
    """Seat all of these at once; who sits there already stays as he is. Sight of this student
    begins at once. Raises DomainError for a person who has left or is locked out; then nobody
    is seated."""
    lock_people(sorted({draft.person.pk for draft in seats}))
    case = _open_case(case)
    check_still(actor, case, "manage_case")
    made = [seat for draft in seats if (seat := _sit_down(actor, case, draft)) is not None]
    forget_reach()
    renew([seat.person_id for seat in made])
    return made


def _sit_down(actor: User | None, case: Case, draft: SeatDraft) -> Seat | None:
    _check(draft, case)
    today = timezone.localdate()
    held = Seat.objects.filter(case=case, person=draft.person, starts_on__lte=today)
    if held.exclude(ends_on__lt=today).exists():
        return None
    seat: Seat = Seat.objects.create(
        case=case, person=draft.person, duty=draft.duty.strip()[:DUTY_MAX],
        write_level=draft.write_level, starts_on=today, ends_on=draft.ends_on,
    )  # fmt: skip
    forget_reach()  # what was asked about this person a moment ago is no longer true
    audit.record(
        actor=actor, action="seat_person", obj=case, person=draft.person.pk, duty=seat.duty,
        write_level=str(seat.write_level),
    )  # fmt: skip
    if actor is None or actor.pk != draft.person.pk:
        Notification.objects.get_or_create(
            user=draft.person, key=f"seat:{seat.pk}",
            defaults={"text": _("You were given a seat in a task force."),
                      "url": f"/cases/{case.pk}/"},
        )  # fmt: skip
    return seat


def seat_for_work(actor: User | None, case: Case, person: User) -> Seat | None:
    """A seat for somebody who gets a step of the plan and does not see the case yet. The case is
    locked; leading it is asked for here."""
    if not person.is_in_force() or still_allows(person, case, "see_case"):
        return None
    check_still(actor, case, "manage_case")
    return _sit_down(actor, case, SeatDraft(person, _("plan step")))


@transaction.atomic
def change_seat(
    *, actor: User | None, seat: Seat, duty: str, write_level: str, ends_on: dt.date | None = None
) -> Seat:
    """Another duty, right or last day; the former ones stay in the history."""
    lock_people([seat.person_id])
    case = _open_case(seat.case)
    kept: Seat = Seat.objects.select_for_update().get(pk=seat.pk)
    if kept.ended_at is not None:
        raise DomainError(_("This seat has ended already."))
    _check(SeatDraft(kept.person, duty, write_level, ends_on), case)
    before = {"duty": kept.duty, "write_level": kept.write_level, "ends_on": kept.ends_on}
    kept.duty, kept.write_level, kept.ends_on = duty.strip()[:DUTY_MAX], write_level, ends_on
    kept.save(update_fields=["duty", "write_level", "ends_on"])
    check_still(actor, case, "manage_case")
    audit.record(
        actor=actor, action="change_seat", obj=case, person=kept.person_id, before=before,
        duty=kept.duty, write_level=str(write_level), ends_on=ends_on,
    )  # fmt: skip
    forget_reach()
    renew([kept.person_id])
    return kept


@transaction.atomic
def unseat(*, actor: User | None, seat: Seat, reason: str) -> Seat:
    """The seat ends at this moment, and with it the sight that it gave. Open steps of a person
    to whom the case is not open by another way stand as gaps from now on."""
    words = reason.strip()[:300]
    if len(words) < 2:
        raise DomainError(_("Say why the seat ends."))
    lock_people([seat.person_id])
    case = _open_case(seat.case)
    kept: Seat = Seat.objects.select_for_update().get(pk=seat.pk)
    if kept.ended_at is not None:
        return kept
    check_still(actor, case, "manage_case")
    kept.ended_at, kept.end_reason = timezone.now(), words
    kept.ends_on = timezone.localdate() - dt.timedelta(days=1)
    kept.save(update_fields=["ended_at", "end_reason", "ends_on"])
    person = kept.person
    released = 0
    if not still_allows(person, case, "see_case"):
        released = release_steps(actor, case, person, _("The seat in the task force has ended."))
    audit.record(
        actor=actor, action="unseat", obj=case, person=person.pk, reason=words, steps=released
    )
    forget_reach()
    renew([person.pk])
    return kept
