"""Which requests come to a person by work, in boxes: the list, its tabs, reminders and calendar."""

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from casework.models import Request
from casework.queries.request_lines import LISTING, more_values
from casework.request_access import sender_mark
from casework.request_enums import WAITING, RequestState
from cohorts.access import BELOW_HELD, granted_unit_ids, held_reach, held_units
from portal.core.access import conditions, reach_statement, supporter_of
from portal.core.asks import Ask, answers
from portal.core.listing import Found, Order, reached_page
from portal.core.rows import array_of, fetch
from students.access import own_student_id

BOXES = ("open", "mine", "desk", "overdue", "first", "closed", "all")
_WAITS = "r.state IN ({})".format(", ".join(f"'{state.value}'" for state in sorted(WAITING)))
# The database finds the units below those of the posts: a list of all would be read beforehand.
_ANSWERED_BY_ME = f"""((r.office_id IN ({BELOW_HELD.replace("%(held)s", "%(answer_on)s")})) IS TRUE
             OR r.office_id = ANY(%(answer_for)s::bigint[]))"""
# Which requests, as ``r``, stand in which box. Mine: named as handler, or nobody is and it lies with
# a unit I answer for, or is protected and mine to take up.
_BOXES = {
    "open": "r.is_open",
    "mine": f"""({_WAITS} AND (r.handler_id = %(me)s OR r.handler_id IS NULL
             AND ({_ANSWERED_BY_ME} OR r.is_protected AND %(guards)s)))""",
    "desk": f"(r.state = '{RequestState.SENT}' AND NOT r.is_protected)",
    "overdue": f"({_WAITS} AND r.due_on < %(today)s)",
    "first": "(r.first_asked_id = %(me)s AND r.is_open)",
    "closed": "NOT r.is_open",
    "all": "TRUE",
}
# One's own as a sender are on the own page.
_BY_WORK = "r.sender_mark <> %(mark)s AND (r.student_id = %(asks_as)s) IS NOT TRUE"
_COUNTS = ", ".join(f"count(*) FILTER (WHERE {where})" for where in _BOXES.values())


def _places(user: Any) -> dict[str, Any]:
    """Values for the places of ``_BOXES`` and ``_BY_WORK``."""
    # Seen through another account, what both hold: that is no unit with all below it.
    is_alone = supporter_of(user) is None
    return {
        "me": user.pk,
        "today": timezone.localdate(),
        "answer_on": array_of(held_units(user, "handle_request") if is_alone else ()),
        "answer_for": array_of(() if is_alone else granted_unit_ids(user, "handle_request")),
        "guards": bool(held_reach(user, "handle_protected")),
        "mark": sender_mark(user),
        "asks_as": own_student_id(user),
    }


def _seen(user: Any, what: str, **within: Any) -> tuple[str, dict[str, Any]] | None:
    """Select ``what`` of the requests that come to the person by work."""
    reach = reach_statement(Request, user, "see_request", **within)
    if reach is None:
        return None
    only = conditions(Request, "r", within)
    sql = f"""SELECT {what} FROM casework_request r
               WHERE r.id = ANY(ARRAY({reach[0]})) AND {_BY_WORK}{only.sql}"""
    return sql, reach[1] | only.params | _places(user)


def counts_asked(user: Any, **within: Any) -> Ask | None:
    """For ``counts_told``: how many stand in each box."""
    found = _seen(user, f"json_build_array({_COUNTS})", **within)
    return Ask(*found) if found else None


def counts_told(rows: list[Any]) -> dict[str, int]:
    return dict(zip(BOXES, rows[0] if rows else [0] * len(BOXES), strict=True))


def box_counts(user: Any, **within: Any) -> dict[str, int]:
    """How many stand in each box; one statement."""
    return counts_told(answers({"counts": counts_asked(user, **within)})["counts"])


def box_page(user: Any, box: str, number: int, **within: Any) -> Found:
    """One page of a box: open ones by the day promised, closed ones the newest first."""
    is_done = box in ("closed", "all")
    order = Order(
        "r.sent_at DESC, r.id DESC" if is_done else "r.due_on, r.id",
        where=f"{_BY_WORK} AND {_BOXES[box]}", params=_places(user),
    )  # fmt: skip
    return reached_page(LISTING, user, "see_request", order, number, more_values(), **within)


def sorts(user: Any) -> bool:
    """Whether a post of this person sorts requests at the desk."""
    return bool(held_reach(user, "sort_requests"))


def waiting_for(user: Any) -> int:
    """The number on the workbench and in the navigation: open requests that wait for me, and for
    the desk those that nobody has sorted."""
    wanted = f"({_BOXES['mine']} OR {_BOXES['desk']})" if sorts(user) else _BOXES["mine"]
    found = _seen(user, f"count(*) FILTER (WHERE {wanted})")
    return int(fetch(*found)[0][0]) if found else 0


def requests_due(user: Any) -> QuerySet[Any]:
    """Open requests that wait for this person, by the day promised: for reminders and calendars."""
    found = _seen(user, "r.id")
    ids = fetch(f"{found[0]} AND {_BOXES['mine']}", found[1]) if found else []
    return Request.objects.filter(pk__in=[pk for (pk,) in ids]).order_by("due_on", "pk")
