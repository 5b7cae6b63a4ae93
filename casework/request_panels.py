"""What requests hand to the frame, the student's own page and the student's page of staff."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from casework.models import Request
from casework.queries.request_boxes import waiting_for
from casework.queries.requests import of_student_asked, own_waiting, short_lines
from portal.core.access import reaches_any
from portal.core.addresses import address
from portal.core.asks import Rows
from portal.core.registry import NavItem, Panel, register_nav, register_panel
from students.access import own_student_id
from students.queries.rights import reaches_anyone, rights_on

_WORK = ("handle_request", "sort_requests", "handle_protected")


def handles(user: Any) -> bool:
    """Whether a post of this person has to do with requests."""
    return any(reaches_any(Request, user, action) for action in _WORK)


def _works(user: Any) -> bool:
    return handles(user) or reaches_anyone(user, "log_talk")


def _number(user: Any) -> int | None:
    return waiting_for(user) if handles(user) else None


def _own_number(user: Any) -> int:
    return len(own_waiting(user))


def _own_block(user: Any, _student: Any, rows: Rows) -> dict[str, Any]:
    """On the student's own page: what waits for a word, and the last ones sent."""
    waiting: list[Any] = list(own_waiting(user))
    known = {line.pk for line in waiting}
    return {"lines": [*waiting, *(x for x in short_lines(rows) if x["pk"] not in known)]}


def _student_block(user: Any, student: Any, rows: Rows) -> dict[str, Any] | None:
    """On the student's page: requests that this reader may see anyway, and sending one."""
    may_send = bool(rights_on(user, student.pk, ("log_talk",)))
    if not rows and not may_send:
        return None
    url = f"{address('casework:request_new')}?student={student.student_no}" if may_send else ""
    return {"lines": short_lines(rows), "send_url": url}


register_nav(
    NavItem("requests", _("Students"), _("Requests"), "casework:requests", "request", 125,
            _works, _number),
    NavItem("my_requests", _("Me"), _("My requests"), "casework:my_requests", "request", 910,
            lambda user: own_student_id(user) is not None, _own_number),
    NavItem("request_board", _("Me"), _("Board of requests"), "casework:request_board",
            "analysis", 915, lambda user: own_student_id(user) is not None),
)  # fmt: skip
register_panel(
    "student",
    Panel("requests", 30, "casework/_student_requests.html", _student_block, of_student_asked,
          tables=("casework_request",)),
)  # fmt: skip
register_panel(
    "my", Panel("requests", 10, "casework/_my_requests_block.html", _own_block, of_student_asked)
)
