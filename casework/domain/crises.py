"""A crisis: raising the alarm, every step with its minute (rulebook 3.7, 3.2 red, example 21).

No approval, no missing right and no broken neighbour delays an alarm: whoever sees the card of the
student raises it, the case goes to red in the system's name, and a mail that cannot be sent is
sent later.
"""

import datetime as dt
import uuid
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Least
from django.utils import timezone
from django.utils.translation import gettext as _

from casework.crisis_access import may_alarm
from casework.crisis_enums import COMPANY, FIRST_ACTIONS, TAPPED, Hop
from casework.domain.cases import open_case, raise_level
from casework.domain.crisis_notices import ring_called
from casework.domain.rhythm import first_action_due
from casework.domain.rights import check_still
from casework.enums import Source
from casework.models import Case, CaseCategory, CaseLevel, Crisis, CrisisHop
from casework.queries.call_list import Callee, call_list
from portal.core import audit
from portal.core.errors import DomainError
from portal.core.models import User
from portal.core.scope import forget_reach
from students.models import Student

# The ledger into which a student without a case is entered for triage: it says nothing of a cause.
CATEGORY = "SPECIAL"
# The same step by the same hand within this time is a second tap, not a second step.
TAP = dt.timedelta(seconds=20)
SLACK = dt.timedelta(minutes=5)
_EARLIEST = dt.timedelta(days=1)


@transaction.atomic
def open_crisis(
    *,
    actor: User,
    student: Student,
    is_with_student: bool = False,
    place: str = "",
    words: str = "",
    client_key: uuid.UUID | None = None,
    is_named: bool = False,
) -> Crisis:
    """Raise the alarm, or join the one that runs: a second tap, or a second finder, opens none.

    The clock runs from this minute. An open case goes to red, else the student is entered for
    triage. Everybody on the call list who has an account is told at once. ``is_named``: the actor
    does not see the student but named number and name (``student_named``). Raises PermissionDenied
    for anybody else who does not see the student.
    """
    student = Student.objects.select_for_update(of=("self",)).get(pk=student.pk)
    forget_reach()
    if not is_named and not may_alarm(actor, student.pk):
        raise PermissionDenied(_("This student is not, or no longer, among yours."))
    sent = CrisisHop.objects.filter(client_key=client_key).first() if client_key else None
    if sent is not None and sent.by_id == actor.pk and sent.crisis.student_id == student.pk:
        return sent.crisis  # a form that the browser sends again hours later raises no new alarm
    key = None if sent is not None else client_key
    now = timezone.now()
    crisis: Crisis | None = (
        Crisis.objects.select_for_update(of=("self",))
        .filter(student=student, handed_at=None)
        .first()
    )
    if crisis is None:
        crisis = _begin(actor, student, place, words, now, key)
    elif not CrisisHop.objects.filter(
        crisis=crisis, by=actor, kind=Hop.OPENED, at__gt=now - TAP
    ).exists():
        _step(crisis, Hop.OPENED, now, by=actor, words=_joined(place, words), key=key)
        audit.record(actor=actor, action="join_crisis", obj=crisis)
    if is_with_student:
        _stay(crisis, actor, now)
    return crisis


def _begin(
    actor: User, student: Student, place: str, words: str, now: dt.datetime, key: uuid.UUID | None
) -> Crisis:
    red: CaseLevel = CaseLevel.objects.order_by("rank")[0]
    due = first_action_due(red, now)
    case = _to_red(actor, student, red, due)
    crisis: Crisis = Crisis.objects.create(
        student=student, case=case, opened_by=actor, opened_at=now, first_due_at=due,
        place=place.strip()[:80], words=words.strip()[:500],
    )  # fmt: skip
    _step(crisis, Hop.OPENED, now, by=actor, words=_joined(place, words), key=key)
    called = call_list(student, case)
    CrisisHop.objects.bulk_create(
        CrisisHop(crisis=crisis, kind=Hop.TOLD, part=one.part, at=now, person_id=one.person_id)
        for one in called if one.person_id is not None
    )  # fmt: skip
    ring_called(crisis, _others(called, actor))
    audit.record(
        actor=actor, action="open_crisis", obj=crisis, student=student.pk,
        case=case.pk if case else None, told=len(_others(called, actor)),
    )  # fmt: skip
    return crisis


def _others(called: list[Callee], actor: User) -> list[int]:
    return [one.person_id for one in called if one.person_id not in (None, actor.pk)]


def _joined(*parts: str) -> str:
    return "；".join(part.strip() for part in parts if part.strip())[:500]


def _to_red(actor: User, student: Student, red: CaseLevel, due: dt.datetime) -> Case | None:
    """The case at red: in the system's name, as the actor may hold no right to it. A rule of cases
    that refuses must not refuse the alarm."""
    case: Case | None = (
        Case.objects.filter(student=student, closed_at=None).select_related("level").first()
    )
    try:
        with transaction.atomic():
            if case is None:
                category = (
                    CaseCategory.objects.filter(pk=CATEGORY).first()
                    or CaseCategory.objects.filter(is_used=True)[0]
                )
                case = open_case(
                    actor=None, student=student, category=category, level=red,
                    reason=_("Crisis alarm; to be triaged."), source=Source.CRISIS, raised_by=actor,
                )  # fmt: skip
            elif case.level.rank > red.rank:
                raise_level(actor=None, case=case, level=red, reason=_("Crisis alarm"))
            Case.objects.filter(pk=case.pk).update(
                contact_due_at=Least("contact_due_at", due), version=F("version") + 1
            )
    except DomainError as refused:
        audit.record(actor=None, action="crisis_case_refused", obj=student, why=refused.code)
    return case


def _step(
    crisis: Crisis, kind: str, at: dt.datetime, *, by: User | None, key: uuid.UUID | None = None,
    **more: Any,
) -> CrisisHop:  # fmt: skip
    made: CrisisHop = CrisisHop.objects.create(
        crisis=crisis, kind=kind, at=at, by=by, client_key=key, **more
    )
    if kind in FIRST_ACTIONS:
        first = max(at, crisis.opened_at)
        if crisis.first_action_at is None or first < crisis.first_action_at:
            crisis.first_action_at = first
            crisis.save(update_fields=["first_action_at"])
    return made


def _stay(crisis: Crisis, actor: User, at: dt.datetime) -> None:
    last = CrisisHop.objects.filter(crisis=crisis, kind__in=COMPANY).order_by("at", "id").last()
    if last is None or (last.kind, last.person_id) != (Hop.STAYS, actor.pk):
        _step(crisis, Hop.STAYS, at, by=actor, person=actor)


@transaction.atomic
def add_step(
    *,
    actor: User,
    crisis: Crisis,
    kind: str,
    part: str = "",
    person: User | None = None,
    who: str = "",
    words: str = "",
    at: dt.datetime | None = None,
    client_key: uuid.UUID | None = None,
) -> CrisisHop:
    """One step of the chain. The same form, or the same tap, is the same step.

    ``at`` may lie before now, for what was done first and typed later; both times are kept. Raises
    DomainError when the crisis was handed back, for a time in the future or long before the alarm,
    and for a note without words; PermissionDenied for whoever has no part in it (any more).
    """
    crisis = Crisis.objects.select_for_update(of=("self",)).get(pk=crisis.pk)
    check_still(actor, crisis, "see_crisis")
    now = timezone.now()
    when = at or now
    facts = {"part": part, "who": who.strip()[:60], "words": words.strip()[:500],
             "person": person or (actor if kind in COMPANY and not who.strip() else None)}  # fmt: skip
    known = _known_step(crisis, actor, kind, now, client_key, facts)
    if known is not None:
        return known
    if not crisis.is_open:
        raise DomainError(
            _("This crisis was handed back meanwhile; your words are still here. Raise a new alarm "
              "if it begins again, or log a talk.")
        )  # fmt: skip
    if kind not in TAPPED:
        raise DomainError(_("Choose what happened."))
    if kind == Hop.NOTE and not facts["words"]:
        raise DomainError(_("Write at least a few words."))
    if when > now + SLACK:
        raise DomainError(_("The time lies in the future. Enter when it took place."))
    if when < crisis.opened_at - _EARLIEST:
        raise DomainError(_("The time lies more than a day before the alarm. Check the day."))
    made = _step(crisis, kind, when, by=actor, key=client_key, **facts)
    audit.record(
        actor=actor, action="crisis_step", obj=crisis, step=made.pk, kind=str(kind), part=part,
        person=made.person_id,
    )  # fmt: skip
    return made


def _known_step(
    crisis: Crisis, actor: User, kind: str, now: dt.datetime, key: uuid.UUID | None,
    facts: dict[str, Any],
) -> CrisisHop | None:  # fmt: skip
    """The step that this form, or this tap, has made already."""
    mine = CrisisHop.objects.filter(crisis=crisis, by=actor)
    sent = mine.filter(client_key=key).first() if key is not None else None
    if sent is not None or kind == Hop.NOTE:
        return sent
    return mine.filter(kind=kind, recorded_at__gt=now - TAP, **facts).first()
