"""Opening a case, adding categories, raising levels, naming who is responsible."""

import datetime as dt

from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from casework.domain.keys import put_request
from casework.domain.lead import follow_lead
from casework.domain.levels import set_back
from casework.domain.rhythm import first_action_due, next_contact_due
from casework.domain.rights import check_still, is_shut, still_allows
from casework.enums import KeyKind, Source
from casework.models import (
    Case,
    CaseCategory,
    CaseLevel,
    CauseCode,
    KeyRequest,
    LedgerEntry,
    Seat,
)
from casework.queries.key_sides import sides_needed
from casework.queries.numbers import number
from cohorts.domain.reconcile import lock_people
from cohorts.models import Unit
from portal.core import audit
from portal.core.errors import DomainError, StaleError
from portal.core.models import User
from students.models import Student

# Two reports in the same instant must not draw the same number.
_NUMBER_LOCK = 814_002


def _number(at: dt.datetime) -> str:
    """Year, month and day of the report, then a count within the day: 2026-0413-07."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_NUMBER_LOCK])
    head = timezone.localtime(at).strftime("%Y-%m%d-")
    last = Case.objects.filter(number__startswith=head).aggregate(top=Max("number"))["top"]
    return f"{head}{int(last.rsplit('-', 1)[1]) + 1 if last else 1:02d}"


@transaction.atomic
def open_case(
    *,
    actor: User | None,
    student: Student,
    category: CaseCategory,
    level: CaseLevel,
    reason: str,
    source: Source,
    at: dt.datetime | None = None,
    owner: User | None = None,
    lead_unit: Unit | None = None,
    cause: CauseCode | None = None,
    raised_by: User | None = None,
    is_asked: bool = False,
) -> Case:
    """Report ``student`` into a ledger: joins the open case, or opens the next episode.

    The entry counts at once; both sides are asked to confirm it. The level of the file is the
    highest of its entries, and without ``lead_unit`` that entry names the side that leads
    (rulebook 10). ``raised_by``: whom the system reports for. ``is_asked``: a domain function has
    asked for a right of its own, as the one that confirms academic warnings.
    Raises DomainError when the category is already open for this student or the
    time lies in the future.
    """
    at = at or timezone.now()
    if at > timezone.now():
        raise DomainError(_("The time of entry lies in the future. Enter when it happened."))
    lock_people([owner.pk] if owner else [])
    student = Student.objects.select_for_update().get(pk=student.pk)
    case: Case | None = (
        Case.objects.select_for_update(of=("self",))
        .filter(student=student, closed_at=None)
        .select_related("level")
        .first()
    )
    if case is None:
        former = Case.objects.filter(student=student).order_by("episode").last()
        case = Case.objects.create(
            student=student, number=_number(at), former=former, level=level, source=source,
            episode=former.episode + 1 if former else 1, reason=reason, raised_by=actor or raised_by,
            owner=owner, lead_unit=lead_unit, reported_at=at,
            contact_due_at=first_action_due(level, at),
            review_due_on=timezone.localdate(at) + dt.timedelta(days=level.review_every_days),
        )  # fmt: skip
    elif LedgerEntry.objects.filter(case=case, category=category, left_at=None).exists():
        if is_shut(actor, case):
            # Whoever is locked out of the case learns nothing, not even that it stands open.
            return case
        raise DomainError(
            _("%(name)s already stands in the ledger “%(category)s”.")
            % {"name": student.name, "category": category.name}
        )
    else:
        # A further difficulty is a new signal: the way to closing begins anew.
        case.save(update_fields=set_back(case, timezone.now()))
    entry = LedgerEntry.objects.create(
        case=case, category=category, level=level, reason=reason[:300], source=source,
        entered_at=at, cause=cause,
    )  # fmt: skip
    if level.rank < case.level.rank:
        _apply_level(case, level)
    if lead_unit is None:
        _keep_lead(actor, case)
    _ask_confirmation(actor, case, entry)
    if not is_asked:
        check_still(actor, student, "write_case")
    audit.record(
        actor=actor, action="open_case", obj=case, category=category.pk, level=level.pk,
        student=student.pk,
    )  # fmt: skip
    return case


def _keep_lead(actor: User | None, case: Case) -> None:
    if changed := follow_lead(actor, case):
        case.save(update_fields=changed)


def _ask_confirmation(actor: User | None, case: Case, entry: LedgerEntry) -> None:
    """Both sides confirm an entry; a serious one as soon as its first action is due."""
    hours = min(entry.level.first_action_hours, 24 * number("case.key_days"))
    request = KeyRequest(
        case=case, entry=entry, kind=KeyKind.ENTER, reason=(entry.reason or case.reason)[:1000],
        sides=sides_needed(case, with_counselling=False),
    )  # fmt: skip
    put_request(actor=actor, request=request, wait=dt.timedelta(hours=hours))


def _apply_level(case: Case, level: CaseLevel) -> None:
    case.level = level
    if case.last_contact_at is None:
        due = first_action_due(level, timezone.now())
    else:
        due = next_contact_due(level, case.last_contact_at, None)
    case.contact_due_at = min(due, case.contact_due_at or due)
    case.version += 1
    case.save(update_fields=["level", "contact_due_at", "version"])


@transaction.atomic
def raise_level(
    *, actor: User | None, case: Case, level: CaseLevel, reason: str, is_asked: bool = False
) -> Case:
    """Raise at once, by any member (rulebook 3.2). Lowering needs both keys and is refused.
    ``is_asked`` as in ``open_case``."""
    case = Case.objects.select_for_update().select_related("level").get(pk=case.pk)
    _check_open(case)
    if level.rank >= case.level.rank:
        raise DomainError(_("This is not a higher level. Lowering needs both sides' consent."))
    before = case.level_id
    case.save(update_fields=set_back(case, timezone.now()))
    _apply_level(case, level)
    top = case.entries.filter(left_at=None).order_by("level__rank").first()
    if top is not None:
        top.level = level
        top.save(update_fields=["level"])
    _keep_lead(actor, case)
    if not is_asked:
        check_still(actor, case, "write_case")
    audit.record(
        actor=actor, action="raise_level", obj=case, before=before, after=level.pk, reason=reason
    )
    return case


@transaction.atomic
def assign_owner(
    *, actor: User | None, case: Case, owner: User, version: int | None = None
) -> Case:
    """Name the responsible person. ``version`` given: refused if the case changed meanwhile."""
    lock_people([owner.pk])  # before the case, as a hand-over of the owner's post does
    case = Case.objects.select_for_update().get(pk=case.pk)
    _check_open(case)
    check_version(case, version)
    if actor is not None and not still_allows(owner, case, "write_case"):
        raise DomainError(
            _("%(name)s may not write on this case. Choose somebody else, or give a seat first.")
            % {"name": owner.name}
        )
    before, case.owner = case.owner_id, owner
    case.triaged_at = case.triaged_at or timezone.now()
    case.version += 1
    case.save(update_fields=["owner", "triaged_at", "version"])
    check_still(actor, case, "manage_case")
    audit.record(actor=actor, action="assign_owner", obj=case, before=before, after=owner.pk)
    return case


@transaction.atomic
def seat_person(
    *, actor: User | None, case: Case, person: User, duty: str, starts_on: dt.date | None = None
) -> Seat:
    """Give a person a seat in the task force; sight of this student begins that day."""
    lock_people([person.pk])
    case = Case.objects.select_for_update().get(pk=case.pk)
    _check_open(case)
    if is_shut(person, case):
        raise DomainError(
            _("%(name)s is locked out of this case. Choose somebody else.") % {"name": person.name}
        )
    seat, made = Seat.objects.get_or_create(
        case=case, person=person, ends_on=None,
        defaults={"duty": duty, "starts_on": starts_on or timezone.localdate()},
    )  # fmt: skip
    if made:
        check_still(actor, case, "manage_case")
        audit.record(actor=actor, action="seat_person", obj=case, person=person.pk, duty=duty)
    return seat


def _check_open(case: Case) -> None:
    if not case.is_open:
        raise DomainError(_("This case is closed. Report the student again to open a new one."))


def check_version(case: Case, version: int | None) -> None:
    """Raises StaleError when the case is no longer the one that was on the screen."""
    if version is not None and case.version != version:
        raise StaleError(
            _("Somebody else changed this case after you opened it. Reload, then try again: your "
              "text is still in the form.")
        )  # fmt: skip
