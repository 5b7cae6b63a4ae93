"""What casework hands over with a post: cases, seats, plan steps, promised talks."""

import datetime as dt
from collections.abc import Collection, Sequence
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce, Now
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from casework.models import Case, FollowUp, PlanStep, Seat
from cohorts.access import in_force
from cohorts.domain.leaving import Leaving, Line, Move, WorkKind, register_work
from cohorts.models import Task
from portal.core import audit
from portal.core.errors import DomainError
from portal.core.models import User
from portal.core.scope import forget_reach
from students.domain.handed_over import students_left
from students.models import Student

_SHOWN = 20


def _of_post(rows: QuerySet[Any], left: Leaving, action: str, path: str) -> QuerySet[Any]:
    """The last post takes everything with it; another one only what it alone reached."""
    if left.is_last:
        return rows
    found: QuerySet[Any] = rows.filter(**{f"{path}__in": students_left(left, action)})
    return found


def _totals(rows: QuerySet[Any], person: str, people: Collection[int]) -> dict[int, int]:
    found = rows.filter(**{f"{person}__in": people}).order_by()
    return dict(found.values_list(person).annotate(n=Count("pk")))


def _refuse(receiver: User, number: int, words: str) -> None:
    if number:
        raise DomainError(
            _(
                "%(name)s may not do this: %(work)s %(n)s. Let %(name)s take the post, give the "
                "right first, or choose somebody else."
            )
            % {"name": receiver.name, "work": words, "n": number}
        )


def _keys(rows: QuerySet[Any]) -> list[int]:
    locked = rows.order_by("pk").select_for_update(of=("self",), no_key=True)
    return [row.pk for row in locked.only("pk")]


def _record(move: Move, model: type[Any], ids: list[int]) -> int:
    audit.record_many(
        actor=move.actor, action="hand_over", model=model, ids=ids,
        giver=move.giver.pk, receiver=move.receiver.pk, post=move.leaving.post.pk,
    )  # fmt: skip
    return len(ids)


# -- cases -------------------------------------------------------------------------------------


def _open_cases() -> QuerySet[Any]:
    rows: QuerySet[Any] = Case.objects.filter(closed_at=None)
    return rows


def _cases(left: Leaving) -> QuerySet[Any]:
    rows = _open_cases().filter(owner_id=left.post.person_id)
    return _of_post(rows, left, "write_case", "student_id")


def _move_cases(move: Move) -> int:
    ids = _keys(_cases(move.leaving))
    forget_reach()
    can = Case.objects.restrict(move.receiver, "write_case").filter(pk__in=ids).count()
    _refuse(move.receiver, len(ids) - can, _("lead cases"))
    Case.objects.filter(pk__in=ids).update(
        owner=move.receiver, version=F("version") + 1, triaged_at=Coalesce("triaged_at", Now())
    )
    return _record(move, Case, ids)


def _case_lines(reader: User, ids: Sequence[int]) -> list[Line]:
    rows = Case.objects.restrict(reader, "see_case").filter(pk__in=ids).order_by("level__rank")
    found = rows.values_list("pk", "student__name", "number", "level__name")[:_SHOWN]
    return [Line(name, f"/cases/{pk}/", f"{no} · {level}") for pk, name, no, level in found]


# -- seats -------------------------------------------------------------------------------------


def _open_seats() -> QuerySet[Any]:
    rows: QuerySet[Any] = Seat.objects.filter(
        in_force(timezone.localdate()), case__closed_at__isnull=True
    )
    return rows


def _seats(left: Leaving) -> QuerySet[Any]:
    rows = _open_seats().filter(person_id=left.post.person_id)
    return _of_post(rows, left, "see_card", "case__student_id")


def _move_seats(move: Move) -> int:
    """The leaver's seats end at once; the receiver sits down where there was no seat yet."""
    ids = _keys(_seats(move.leaving))
    kept = list(Seat.objects.filter(pk__in=ids))
    if not move.is_by_superior:
        # A seat opens a student's file: a leaver gives it only to somebody who has it anyway.
        forget_reach()
        cases = {seat.case_id for seat in kept}
        can = Case.objects.restrict(move.receiver, "see_case").filter(pk__in=cases).count()
        _refuse(move.receiver, len(cases) - can, _("seats in task forces"))
    today = timezone.localdate()
    Seat.objects.filter(pk__in=ids).update(ends_on=today - dt.timedelta(days=1))
    seated = set(_open_seats().filter(person=move.receiver).values_list("case_id", flat=True))
    Seat.objects.bulk_create(
        Seat(
            case_id=seat.case_id, person=move.receiver, duty=seat.duty, starts_on=today,
            ends_on=seat.ends_on, write_level=seat.write_level,
        )
        for seat in kept
        if seat.case_id not in seated
    )  # fmt: skip
    forget_reach()
    return _record(move, Seat, ids)


def _seat_lines(reader: User, ids: Sequence[int]) -> list[Line]:
    seen = Case.objects.restrict(reader, "see_case").values("pk")
    rows = Seat.objects.filter(pk__in=ids, case_id__in=seen).order_by("pk")
    found = rows.values_list("case_id", "case__student__name", "duty")[:_SHOWN]
    return [Line(name, f"/cases/{pk}/", duty) for pk, name, duty in found]


# -- plan steps --------------------------------------------------------------------------------


def _open_steps() -> QuerySet[Any]:
    return PlanStep.objects.filter(done_on=None, dropped_on=None, plan__case__closed_at=None)


def _steps(left: Leaving) -> QuerySet[Any]:
    rows = _open_steps().filter(owner_id=left.post.person_id)
    return _of_post(rows, left, "see_card", "plan__case__student_id")


def _move_steps(move: Move) -> int:
    ids = _keys(_steps(move.leaving))
    forget_reach()
    cases = set(PlanStep.objects.filter(pk__in=ids).values_list("plan__case_id", flat=True))
    can = Case.objects.restrict(move.receiver, "see_case").filter(pk__in=cases).count()
    _refuse(move.receiver, len(cases) - can, _("plan steps"))
    # What the leaver did is kept; from now on the receiver's records count.
    PlanStep.objects.filter(pk__in=ids).update(
        owner=move.receiver, done_before=F("done"), since=timezone.now()
    )
    Task.objects.filter(source="plan_step", source_id__in=ids).update(
        owner=move.receiver, version=F("version") + 1
    )
    return _record(move, PlanStep, ids)


def _step_lines(reader: User, ids: Sequence[int]) -> list[Line]:
    seen = Case.objects.restrict(reader, "see_case").values("pk")
    rows = PlanStep.objects.filter(pk__in=ids, plan__case_id__in=seen).order_by("due_on")
    found = rows.values_list("plan__case_id", "plan__case__student__name", "text", "due_on")
    return [
        Line(name, f"/cases/{pk}/", f"{text} · {date_format(due, 'DATE_FORMAT')}")
        for pk, name, text, due in found[:_SHOWN]
    ]


# -- promised talks ----------------------------------------------------------------------------


def _promises() -> QuerySet[Any]:
    """Next contacts agreed on that nobody has made since."""
    later = FollowUp.objects.filter(
        student_id=OuterRef("student_id"), is_real=True, happened_at__gt=OuterRef("happened_at")
    )
    rows: QuerySet[Any] = FollowUp.objects.filter(~Exists(later), next_on__isnull=False)
    return rows


def _talks(left: Leaving) -> QuerySet[Any]:
    pk = left.post.person_id
    rows = _promises().filter(Q(author_id=pk, next_by=None) | Q(next_by_id=pk))
    # A promise to a student who has moved away is nobody's of this post any more.
    found: QuerySet[Any] = rows.filter(student_id__in=students_left(left, "log_talk"))
    return found


def _move_talks(move: Move) -> int:
    ids = _keys(_talks(move.leaving))
    forget_reach()
    whose = set(FollowUp.objects.filter(pk__in=ids).values_list("student_id", flat=True))
    can = Student.objects.restrict(move.receiver, "log_talk").filter(pk__in=whose).count()
    _refuse(move.receiver, len(whose) - can, _("promised talks"))
    FollowUp.objects.filter(pk__in=ids).update(next_by=move.receiver)
    return _record(move, FollowUp, ids)


def _talk_lines(reader: User, ids: Sequence[int]) -> list[Line]:
    seen = Student.objects.restrict(reader, "see_record").values("pk")
    rows = FollowUp.objects.filter(pk__in=ids, student_id__in=seen).order_by("next_on")
    found = rows.values_list("student__name", "student__student_no", "next_on")[:_SHOWN]
    return [
        Line(name, f"/students/{no}/", date_format(on, "DATE_FORMAT")) for name, no, on in found
    ]


def _talk_totals(people: Collection[int]) -> dict[int, int]:
    rows = _promises().filter(Q(author_id__in=people) | Q(next_by_id__in=people)).order_by()
    who = rows.annotate(who=Coalesce("next_by_id", "author_id")).filter(who__in=people)
    return dict(who.values_list("who").annotate(n=Count("pk")))


register_work(
    WorkKind("cases", gettext_lazy("cases in charge"), 10, _cases, _move_cases, _case_lines,
             lambda people: _totals(_open_cases(), "owner_id", people)),
    WorkKind("seats", gettext_lazy("seats in task forces"), 20, _seats, _move_seats, _seat_lines,
             lambda people: _totals(_open_seats(), "person_id", people), can_stay=True),
    WorkKind("steps", gettext_lazy("open plan steps"), 30, _steps, _move_steps, _step_lines,
             lambda people: _totals(_open_steps(), "owner_id", people)),
    WorkKind("talks", gettext_lazy("promised talks"), 40, _talks, _move_talks, _talk_lines,
             _talk_totals),
)  # fmt: skip
