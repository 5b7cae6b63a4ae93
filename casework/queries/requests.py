"""Reads of requests: the lists of staff and of the sender, and one request's page."""

from dataclasses import dataclass, field, replace
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from casework.models import Request, RequestStep
from casework.queries.request_lines import (
    LISTING,
    Line,
    lines_of,
    more_values,
    number_of,
    short,
    state_words,
    tone_of,
)
from casework.request_enums import Move, RequestState, Side
from cohorts.models import Appointment
from cohorts.queries.working_days import work_calendar
from portal.core.access import actions_on, rows_within
from portal.core.asks import Ask, Rows
from portal.core.files import files_of
from portal.core.listing import Found, Order, page_of_rows
from portal.core.models import Attachment, User
from portal.core.ui.dates import format_day
from students.access import unit_ids_of
from students.models import Student
from students.queries.portrait import CARE_ROLES

KINDS = Ask(
    """SELECT json_build_array(code, name) FROM casework_requestkind ORDER BY "order\", code"""
)
_SIDES = {"sort_requests": Side.DESK, "handle_request": Side.OFFICE, "own_request": Side.SENDER}


_OF_STUDENT = """
    SELECT json_build_array(r.id, r.text, k.name, coalesce(nullif(u.short_name, ''), u.name),
                            r.state)
      FROM casework_request r JOIN casework_requestkind k ON k.code = r.kind_id
      LEFT JOIN cohorts_unit u ON u.id = r.office_id
     WHERE r.student_id = %(student)s AND {seen} ORDER BY r.is_open DESC, r.id DESC LIMIT 5
"""


def of_student_asked(user: Any, student: Student, action: str = "see_request") -> Ask | None:
    """Requests of one student that this reader may see, open ones first."""
    condition = rows_within(Request, user, action, "r", student_id=student.pk)
    if condition is None:
        return None
    return Ask(_OF_STUDENT.replace("{seen}", condition.sql), condition.params)


def short_lines(rows: Rows) -> list[dict[str, Any]]:
    """What ``of_student_asked`` brings, for ``_request_lines.html``."""
    return [
        {
            "pk": pk, "number": number_of(pk), "text": short(text), "kind": kind,
            "office": office or "", "state": state_words(state, get_language()),
            "tone": tone_of(state), "asks": "",
        }
        for pk, text, kind, office, state in rows
    ]  # fmt: skip


def own_student(user: Any) -> Student | None:
    """The student record of this account, if it has one."""
    found: Student | None = Student.objects.restrict(user, "see_own").first()
    return found


def is_seen(user: Any, pk: int) -> bool:
    """Whether the request is in sight still, after a move that may have given it away."""
    return bool(Request.objects.restrict(user, "see_request").filter(pk=pk).exists())


def sides_of(user: Any, request: Request) -> set[Side]:
    """As whom ``user`` may act on a request that was fetched through the rule."""
    return {_SIDES[action] for action in actions_on(Request, user, request.pk, _SIDES)}


def own_requests(user: Any) -> QuerySet[Any]:
    rows: QuerySet[Any] = Request.objects.restrict(user, "own_request")
    return rows


_NEWEST = Order("r.sent_at DESC, r.id DESC")


def own_page(user: Any, number: int) -> Found:
    """One page of what one sent oneself, the newest first, as lines."""
    found = page_of_rows(LISTING, own_requests(user), _NEWEST, number, more_values())
    return replace(found, rows=lines_of(found.rows, work_calendar()))


def own_waiting(user: Any) -> list[Line]:
    """Own requests that wait for the sender's word: answered, or to be asked again."""
    asked = Q(state=RequestState.ANSWERED) | Q(recheck_on__lte=timezone.localdate())
    rows = own_requests(user).filter(asked)
    found = page_of_rows(LISTING, rows, Order("r.id DESC"), 1, more_values())
    return lines_of(found.rows[:5], work_calendar()) if found.rows else []


def line_of(request: Request) -> Line:
    """The line of one request that was fetched through the rule."""
    rows = Request.objects.filter(pk=request.pk)
    found = page_of_rows(LISTING, rows, _NEWEST, 1, more_values(), total=1)
    return lines_of(found.rows, work_calendar())[0]


@dataclass
class Story:
    """One request as its reader may see it. ``sides`` say as whom the reader may act."""

    request: Request
    line: Line
    steps: list[dict[str, Any]]
    files: list[Attachment]
    sides: set[Side]
    facts: list[dict[str, Any]] = field(default_factory=list)
    sender: str = ""


_ICONS = {Move.SEND: "request", Move.ROUTE: "transfer", Move.TAKE: "pencil",
          Move.TRANSFER: "transfer", Move.ANSWER: "mail", Move.CONFIRM: "check-circle",
          Move.REOPEN: "refresh", Move.LAPSE: "clock", Move.RECHECK: "history",
          Move.WITHDRAW: "x-circle", Move.HINT: "heart"}  # fmt: skip


def story(user: Any, request: Request) -> Story:
    """Everything of the page about one request that was fetched through the rule before."""
    sides = sides_of(user, request)
    rows = RequestStep.objects.filter(request=request).select_related("person", "unit")
    is_sender = Side.SENDER in sides and sides == {Side.SENDER}
    steps = [
        _step(one, request) for one in rows.order_by("at", "pk")
        if not (is_sender and one.move == Move.HINT)
    ]  # fmt: skip
    line = line_of(request)
    files = files_of("request", [request.pk]).get(request.pk, [])
    return Story(request, line, steps, files, sides)


def _step(one: RequestStep, request: Request) -> dict[str, Any]:
    by = one.person.name if one.person else _("sender") if one.move != Move.LAPSE else ""
    unit = one.unit.label if one.unit and not request.is_protected else ""
    if one.move in (Move.ROUTE, Move.TRANSFER):
        unit = "→ " + (unit or pgettext("requests", "sorting desk"))
    elif one.move not in (Move.TAKE, Move.ANSWER):
        unit = ""
    return {
        "icon": _ICONS.get(Move(one.move), "circle"),
        "kind": one.get_move_display(),
        "meta": " · ".join(part for part in (by, unit) if part),
        "time": format_day(one.at, "time"),
        "text": one.text,
    }


def counsellors_of(student_id: int) -> list[User]:
    """Counsellors in whose charge the student is today: for a hint, asked when it is given."""
    rows = Appointment.objects.in_force(timezone.localdate()).filter(
        role__code=CARE_ROLES[0], unit__below__descendant__in=unit_ids_of(student_id)
    )
    return list(User.objects.filter(pk__in=rows.values("person"), is_active=True))
