"""Routes to requests: one's own, first asked, the office that has it, the desk, and the independent
handler of protected ones (systems 52, 53, 98). Post and rank open nothing else."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from casework.models import Request
from cohorts.access import granted_unit_ids, held_reach
from cohorts.enums import UnitKind
from cohorts.post_reasons import post_reasons
from portal.core.access import (
    Action,
    Denial,
    Reason,
    Route,
    register_actions,
    register_denial,
    register_route,
    supporter_of,
)
from portal.core.crypto import lookup_hash
from portal.core.files import FileOwner, register_owner
from portal.core.models import User
from portal.core.rows import fetch
from portal.core.scope import remembered
from students.access import own_student_id

register_actions(
    Action("see_request", gettext_lazy("see a request"),
           gettext_lazy("By being its sender, first asked, or by one of the actions below; never "
                        "given to a role.")),
    Action("own_request", gettext_lazy("speak as the sender of a request"),
           gettext_lazy("Confirm, reopen, take back one's own; never given to a role.")),
    Action("handle_request", gettext_lazy("handle requests"),
           gettext_lazy("Take up, answer and transfer requests passed to the post's unit.")),
    Action("sort_requests", gettext_lazy("sort requests"),
           gettext_lazy("Read every request that is not protected, and pass it to an office."),
           sensitive=True),
    Action("handle_protected", gettext_lazy("handle protected complaints"),
           gettext_lazy("As independent handler: read complaints whose sender nobody else learns."),
           sensitive=True),
)  # fmt: skip

READS = "see_request"
OWN_ACTIONS = (READS, "own_request")
Keys = QuerySet[Any] | None


def sender_mark(user: User) -> str:
    """By this digest the sender of a protected request finds it; the key is not in the database."""
    return lookup_hash(f"request-sender:{user.pk}")


def _ids(rows: QuerySet[Any]) -> QuerySet[Any]:
    found: QuerySet[Any] = rows.values("pk")
    return found


def _mine(user: User) -> Q:
    """Sent by this account, whether about its own student record, a building, or protected."""
    own = Q(student=None, sent_by=user) | Q(sender_mark=sender_mark(user))
    student = own_student_id(user)
    return own if student is None else own | Q(student_id=student)


def _own(user: User, action: str) -> Keys:
    if action not in OWN_ACTIONS:
        return None
    # Nobody looks over a sender's shoulder at what was sent under protection.
    shown = Q(is_protected=False) if supporter_of(user) is not None else Q()
    return _ids(Request.objects.filter(_mine(user) & shown))


def _own_reasons(user: User, action: str, request: Request) -> list[Reason]:
    keys = _own(user, action)
    if keys is None or not keys.filter(pk=request.pk).exists():
        return []
    return [Reason("own", _("This is your own request"))]


def _first(user: User, action: str) -> Keys:
    if action != READS:
        return None
    return _ids(Request.objects.filter(first_asked=user, is_open=True))


def _first_reasons(user: User, action: str, request: Request) -> list[Reason]:
    if action != READS or request.first_asked_id != user.pk or not request.is_open:
        return []
    return [Reason("first", _("You were asked first, and see it until it is closed"))]


def office_units(user: User, action: str) -> Sequence[int]:
    """Offices whose requests ``action`` opens to ``user``."""
    return granted_unit_ids(user, "handle_request") if action in _OFFICE else ()


_OFFICE = (READS, "handle_request")


def _by_office(user: User, action: str) -> Keys:
    units = office_units(user, action)
    if not units:
        return None
    return _ids(Request.objects.filter(is_protected=False, office_id__any=units))


def _office_reasons(user: User, action: str, request: Request) -> list[Reason]:
    unit = request.office_id
    if request.is_protected or unit is None or unit not in office_units(user, action):
        return []
    return post_reasons(user, "handle_request", [unit])


_DESK = (READS, "sort_requests")


def desk_units(user: User, action: str) -> Sequence[int]:
    """What stands for the desks at which ``user`` sorts requests: none, none."""
    return held_reach(user, "sort_requests") if action in _DESK else ()


def _by_desk(user: User, action: str) -> Keys:
    if not desk_units(user, action):
        return None
    return _ids(Request.objects.filter(is_protected=False))


def _desk_reasons(user: User, action: str, request: Request) -> list[Reason]:
    units = desk_units(user, action)
    return post_reasons(user, "sort_requests", units) if units and not request.is_protected else []


_GUARD = (READS, "handle_protected", "handle_request")


def guard_units(user: User, action: str) -> Sequence[int]:
    """What stands for the units whose independent handler ``user`` is: none, none."""
    return held_reach(user, "handle_protected") if action in _GUARD else ()


def _by_guard(user: User, action: str) -> Keys:
    """Protected ones that nobody has taken up yet, and those I handle; to be taken up by one."""
    if not guard_units(user, action):
        return None
    free = Q(handler=None) | Q(handler=user)
    return _ids(Request.objects.filter(free, is_protected=True))


def _guard_reasons(user: User, action: str, request: Request) -> list[Reason]:
    units = guard_units(user, action)
    if not units or not request.is_protected or request.handler_id not in (None, user.pk):
        return []
    return post_reasons(user, "handle_protected", units)


Columns = dict[str, Any]


def _own_within(user: User, action: str, parent: Columns) -> Columns | None:
    if action not in OWN_ACTIONS:
        return None
    student = parent["student_id"]
    if student is not None:
        return {} if student == own_student_id(user) else None
    is_mine = parent["sent_by_id"] == user.pk or (
        parent["sender_mark"] == sender_mark(user) and supporter_of(user) is None
    )
    return {} if is_mine else None


def _first_within(user: User, action: str, parent: Columns) -> Columns | None:
    return {"first_asked_id": user.pk, "is_open": True} if action == READS else None


def _office_within(user: User, action: str, parent: Columns) -> Columns | None:
    units = office_units(user, action)
    return {"is_protected": False, "office_id": list(units)} if units else None


def _desk_within(user: User, action: str, parent: Columns) -> Columns | None:
    return {"is_protected": False} if desk_units(user, action) else None


def _guard_within(user: User, action: str, parent: Columns) -> Columns | None:
    # A protected request stands under no student.
    if parent["student_id"] is not None or not guard_units(user, action):
        return None
    return {"is_protected": True} if parent["handler_id"] in (None, user.pk) else None


for _route in (
    Route("own", _own, _own_reasons, within=_own_within),
    Route("first", _first, _first_reasons, within=_first_within),
    Route("office", _by_office, _office_reasons, office_units, _office_within),
    Route("desk", _by_desk, _desk_reasons, desk_units, _desk_within),
    Route("guard", _by_guard, _guard_reasons, guard_units, _guard_within),
):
    register_route(Request, _route)


_CONCERNED = """
    SELECT t.ancestor_id FROM cohorts_appointment a
      JOIN cohorts_unittree t ON t.descendant_id = a.unit_id
     WHERE a.person_id = %(user)s AND a.revoked_at IS NULL AND a.starts_on <= %(day)s
       AND (a.ends_on IS NULL OR a.ends_on >= %(day)s)
     UNION
    SELECT t.descendant_id FROM cohorts_appointment a
      JOIN cohorts_unit u ON u.id = a.unit_id AND u.kind <> %(top)s
      JOIN cohorts_unittree t ON t.ancestor_id = a.unit_id
     WHERE a.person_id = %(user)s AND a.revoked_at IS NULL AND a.starts_on <= %(day)s
       AND (a.ends_on IS NULL OR a.ends_on >= %(day)s)
"""


def concerned_unit_ids(user: User) -> list[int]:
    """Units on whose conduct this person has no independent eye: those of the own posts, all above
    and all below them. Asked only of people who handle protected complaints."""
    if not granted_unit_ids(user, "handle_protected"):
        return []

    def read() -> list[int]:
        asked = {"user": user.pk, "day": timezone.localdate(), "top": UnitKind.UNIVERSITY.value}
        return [pk for (pk,) in fetch(_CONCERNED, asked)]

    return remembered(("concerned", user.pk), read)


def _denied(user: User, request: Request) -> list[Reason]:
    return [Reason("about", _("the complaint is about a unit in which you hold a post"))]


register_denial(Request, Denial("about", "about_id", concerned_unit_ids, _denied))


def may_be_independent(person: User, about_id: int | None) -> bool:
    """Whether no post of ``person`` ties him to the unit a complaint is about."""
    return about_id is None or about_id not in concerned_unit_ids(person)


def _is_told(user: User, request: Request) -> bool:
    """The sender of a protected request leaves no trace by opening the own photo."""
    return not (request.is_protected and request.sender_mark == sender_mark(user))


register_owner(FileOwner("request", Request, READS, _is_told))
