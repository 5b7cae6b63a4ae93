"""Reads of requests: the lists of staff and of the sender, and one request's page."""

from dataclasses import dataclass, field
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from casework.models import Request, RequestStep
from casework.request_access import sender_mark
from casework.request_enums import WAITING, Move, RequestState, Side
from cohorts.access import granted_unit_ids
from cohorts.models import Appointment
from cohorts.queries.working_days import WorkCalendar, work_calendar
from portal.core.access import actions_on, rows_within
from portal.core.asks import Ask, Rows
from portal.core.files import files_of
from portal.core.models import Attachment, User
from portal.core.ui.dates import format_day
from students.access import own_student_id, unit_ids_of
from students.models import Student
from students.queries.portrait import CARE_ROLES
from students.queries.standing import stands

PAGE_SIZE = 50
BOXES = ("open", "mine", "desk", "overdue", "first", "closed", "all")
_TONES = {"sent": "due", "routed": "accent", "in_progress": "accent", "answered": "neutral",
          "closed": "ok", "withdrawn": "plain"}  # fmt: skip
_SIDES = {"sort_requests": Side.DESK, "handle_request": Side.OFFICE, "own_request": Side.SENDER}


def boxes(user: Any) -> dict[str, Q]:
    """Which requests stand in which box of the list, for this person."""
    today = timezone.localdate()
    waiting = Q(state__in=WAITING)
    return {
        "open": ~Q(state__in=(RequestState.CLOSED, RequestState.WITHDRAWN)),
        "mine": waiting & _is_mine(user),
        "desk": Q(state=RequestState.SENT, is_protected=False),
        "overdue": waiting & Q(due_on__lt=today),
        "first": Q(first_asked=user) & ~Q(state__in=(RequestState.CLOSED, RequestState.WITHDRAWN)),
        "closed": Q(state__in=(RequestState.CLOSED, RequestState.WITHDRAWN)),
        "all": Q(),
    }


def _is_mine(user: Any) -> Q:
    """What waits for me: named as handler, or nobody is and it lies with a unit I answer for."""
    free = Q(handler=None, office_id__any=granted_unit_ids(user, "handle_request"))
    if granted_unit_ids(user, "handle_protected"):
        free |= Q(handler=None, is_protected=True)
    return Q(handler=user) | free


def seen(user: Any) -> QuerySet[Any]:
    """Requests that come to the person by work: one's own as a sender are on the own page."""
    rows: QuerySet[Any] = Request.objects.restrict(user, "see_request")
    return rows.exclude(sender_mark=sender_mark(user)).exclude(student=own_student_id(user) or 0)


def box_counts(rows: QuerySet[Any], user: Any) -> dict[str, int]:
    """How many stand in each box; one statement."""
    counted = {
        name: Count("pk", filter=where) if where else Count("pk")
        for name, where in boxes(user).items()
    }
    found: dict[str, int] = rows.order_by().aggregate(**counted)
    return found


def sorts(user: Any) -> bool:
    """Whether a post of this person sorts requests at the desk."""
    return bool(granted_unit_ids(user, "sort_requests"))


def waiting_for(user: Any) -> int:
    """The number on the workbench and in the navigation: open requests that wait for me, and for
    the desk those that nobody has sorted."""
    wanted = boxes(user)["mine"]
    if sorts(user):
        wanted |= boxes(user)["desk"]
    return seen(user).filter(wanted).order_by().count()


def requests_due(user: Any) -> QuerySet[Any]:
    """Open requests that wait for this person, by the day promised: for reminders and calendars."""
    return seen(user).filter(boxes(user)["mine"]).order_by("due_on", "pk")


@dataclass
class Line:
    """One row, ready to show: nothing is asked for it again."""

    pk: int
    number: str
    kind: str
    text: str
    who: str
    class_name: str
    place: str
    office: str
    handler: str
    state: str
    tone: str
    due_on: Any
    late: int
    is_provisional: bool
    sent_at: Any
    is_waiting: bool
    asks: str = ""


# What a line shows; the accounts and records behind the names stay in the database.
_NAMED = (
    "text", "place", "is_protected", "state", "due_on", "is_due_provisional", "sent_at",
    "recheck_on", "kind__name", "office__name", "office__short_name", "handler__name",
    "student__name", "unit__name",
)  # fmt: skip


def page_of(
    rows: QuerySet[Any], number: str | int, size: int = PAGE_SIZE, total: int | None = None
) -> Page:
    """One page of ``rows``; ``total`` where the caller has counted them already."""
    named = rows.select_related("kind", "office", "handler", "student", "unit").only(*_NAMED)
    pages = Paginator(named, size)
    if total is not None:
        pages.count = total
    return pages.get_page(number)


def lines_of(rows: list[Request]) -> list[Line]:
    """Rows of one page; the classes of their students in one statement."""
    places = stands([r.student_id for r in rows if r.student_id], ("class",))
    calendar, today = work_calendar(), timezone.localdate()
    return [_line(r, places, calendar, today) for r in rows]


def _line(r: Request, places: Any, calendar: WorkCalendar, today: Any) -> Line:
    waits = r.state in WAITING
    stand = places.get(r.student_id)
    asks = ""
    if r.state == RequestState.ANSWERED:
        asks = _("Is it solved?")
    elif r.recheck_on and r.recheck_on <= today:
        asks = _("Still fine?")
    return Line(
        pk=r.pk, number=r.number, kind=r.kind.name, text=" ".join(r.text.split())[:60],
        who=r.student.name if r.student else _("protected") if r.is_protected else "",
        class_name=stand.class_name if stand else "", place=place_words(r),
        office=(r.office.label if r.office and not r.is_protected else ""),
        handler=r.handler.name if r.handler else "",
        state=r.state_words, tone=_TONES[r.state], due_on=r.due_on,
        late=calendar.overdue(r.due_on, today) if waits and r.due_on < today else 0,
        is_provisional=r.is_due_provisional, sent_at=r.sent_at, is_waiting=waits, asks=asks,
    )  # fmt: skip


def place_words(r: Request) -> str:
    """Building or room, and what was written beside it."""
    unit = r.unit.name if r.unit else ""
    return " ".join(part for part in (unit, r.place) if part and part != unit) or unit


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
            "pk": pk, "number": f"SQ{pk:06d}", "text": " ".join(text.split())[:60], "kind": kind, "office": office or "",
            "state": str(RequestState(state).label), "tone": _TONES[state], "asks": "",
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


def own_waiting(user: Any) -> list[Line]:
    """Own requests that wait for the sender's word: answered, or to be asked again."""
    asked = Q(state=RequestState.ANSWERED) | Q(recheck_on__lte=timezone.localdate())
    rows = (
        own_requests(user)
        .filter(asked)
        .select_related("kind", "office", "handler", "unit", "student")
    )
    return [_line(r, {}, work_calendar(), timezone.localdate()) for r in rows.order_by("-pk")[:5]]


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
    (line,) = lines_of([request])
    files = files_of("request", [request.pk]).get(request.pk, [])
    return Story(request, line, steps, files, sides)


def _step(one: RequestStep, request: Request) -> dict[str, Any]:
    by = one.person.name if one.person else _("sender") if one.move != Move.LAPSE else ""
    unit = one.unit.label if one.unit and not request.is_protected else ""
    if one.move in (Move.ROUTE, Move.TRANSFER):
        unit = f"→ {unit}" if unit else f"→ {_('desk')}"
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
