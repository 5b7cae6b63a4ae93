"""What of casework waits for a person: lines of digests and of the Monday brief.

Words hold a number and nothing else. Each count is that of the page behind it.
"""

from collections.abc import Iterable
from typing import Any

from django.utils import timezone
from django.utils.translation import ngettext

from casework.models import AfterCheck, Case
from casework.queries import key_desk, keys, request_boxes, transitions
from casework.queries.figures import FIGURES, cases
from casework.request_enums import WAITING, RequestState
from portal.core.dues import Due, register_due
from portal.core.rows import fetch
from portal.core.scope import remembered


def _own(figure: str) -> Any:
    """Cases of a figure for which one is responsible: as the case list narrowed to them."""
    return lambda user: cases(user, None, figure).filter(owner_id=user.pk).count()


def _own_url(figure: str) -> Any:
    return lambda user: f"/cases/?figure={figure}&owner={user.pk}"


def _owners(figure: str) -> Any:
    def people() -> set[int]:
        rows = Case.objects.filter(FIGURES[figure].condition(), closed_at=None, owner__isnull=False)
        return set(rows.order_by().values_list("owner_id", flat=True).distinct())

    return people


def _my_checks(user: Any) -> int:
    rows = AfterCheck.objects.restrict(user, "write_case", owner_id=user.pk)
    return int(rows.filter(done_at=None, due_on__lte=timezone.localdate()).count())


def _checkers() -> set[int]:
    rows = AfterCheck.objects.filter(done_at=None, due_on__lte=timezone.localdate())
    return set(rows.exclude(owner=None).values_list("owner_id", flat=True))


def _people(statement: str, **asked: Any) -> set[int]:
    rows = fetch(statement, {"day": timezone.localdate(), **asked})
    return {pk for (pk,) in rows if pk is not None}


_HELD = """
    JOIN cohorts_grant g ON g.content_object_id = t.ancestor_id
     AND g.starts_on <= %(day)s AND (g.ends_on IS NULL OR g.ends_on >= %(day)s)
    JOIN auth_permission p ON p.id = g.permission_id"""
# Whose word is missing: leaders of cases above the student, and the counselling centre.
_KEY_HOLDERS = f"""
    WITH open AS (
        SELECT k.sides, c.student_id FROM casework_keyrequest k
          JOIN casework_case c ON c.id = k.case_id
         WHERE k.settled_at IS NULL AND k.withdrawn_at IS NULL
    )
    SELECT g.user_id FROM open
      JOIN students_placement s ON s.student_id = open.student_id AND s.since <= %(day)s
       AND (s.until IS NULL OR s.until >= %(day)s)
      JOIN cohorts_unittree t ON t.descendant_id = s.unit_id {_HELD} AND p.codename = 'manage_case'
     UNION
    SELECT g.user_id FROM cohorts_grant g JOIN auth_permission p ON p.id = g.permission_id
     WHERE p.codename = 'clear_psychological'
       AND EXISTS (SELECT 1 FROM open WHERE 'counselling' = ANY(sides))
"""
_RECEIVERS = f"""
    SELECT m.to_person_id FROM casework_transition m WHERE m.state = ANY(%(open)s)
     UNION
    SELECT g.user_id FROM casework_transition m
      JOIN cohorts_unittree t ON t.descendant_id = m.to_unit_id {_HELD} AND p.codename = 'do_task'
     WHERE m.state = ANY(%(open)s)
"""
_HANDLERS = f"""
    WITH open AS (SELECT office_id, handler_id, is_protected, state FROM casework_request
                   WHERE state = ANY(%(waiting)s))
    SELECT handler_id FROM open
     UNION
    SELECT g.user_id FROM open
      JOIN cohorts_unittree t ON t.descendant_id = open.office_id {_HELD}
       AND p.codename = 'handle_request'
     WHERE open.handler_id IS NULL
     UNION
    SELECT g.user_id FROM cohorts_grant g JOIN auth_permission p ON p.id = g.permission_id
     WHERE (p.codename = 'sort_requests' AND EXISTS (SELECT 1 FROM open WHERE state = %(sent)s))
        OR (p.codename = 'handle_protected' AND EXISTS (SELECT 1 FROM open WHERE is_protected))
"""


def _boxes(user: Any) -> dict[str, int]:
    """Counts of the boxes of requests; one statement for all lines about them."""
    return remembered(("request boxes", user.pk), lambda: request_boxes.box_counts(user))


def _in_box(name: str) -> Any:
    return lambda user: _boxes(user)[name]


def _at_the_desk(user: Any) -> int:
    """Unsorted ones, for those who sort."""
    return _boxes(user)["desk"] if request_boxes.sorts(user) else 0


def _box_url(name: str) -> Any:
    return lambda _user: f"/requests/?box={name}"


def _key_holders() -> Iterable[int]:
    return _people(_KEY_HOLDERS)


def _receivers() -> set[int]:
    return _people(_RECEIVERS, open=list(transitions.OPEN))


def _handlers() -> set[int]:
    return _people(_HANDLERS, waiting=sorted(WAITING), sent=RequestState.SENT)


register_due(
    Due("silent", 20,
        lambda n: ngettext("%(n)s student for whom you are responsible has no record yet",
                           "%(n)s students for whom you are responsible have no record yet", n)
        % {"n": n},
        _own("unrecorded"), _owners("unrecorded"), _own_url("unrecorded")),
    Due("reviews", 22,
        lambda n: ngettext("%(n)s review is due", "%(n)s reviews are due", n) % {"n": n},
        _own("review_due"), _owners("review_due"), _own_url("review_due")),
    Due("rechecks", 24,
        lambda n: ngettext("%(n)s later check is due", "%(n)s later checks are due", n) % {"n": n},
        _my_checks, _checkers, lambda _user: "/rechecks/"),
    Due("keys", 30,
        lambda n: ngettext("%(n)s confirmation waits for your word",
                           "%(n)s confirmations wait for your word", n) % {"n": n},
        key_desk.count_waiting, _key_holders, lambda _user: "/keys/"),
    Due("moves", 32,
        lambda n: ngettext("%(n)s transfer waits for your answer",
                           "%(n)s transfers wait for your answer", n) % {"n": n},
        lambda user: transitions.waiting(user).count(), _receivers, lambda _user: "/moves/"),
    Due("requests", 50,
        lambda n: ngettext("%(n)s request waits for you", "%(n)s requests wait for you", n)
        % {"n": n},
        _in_box("mine"), _handlers, _box_url("mine")),
    Due("desk", 52,
        lambda n: ngettext("%(n)s request waits to be sorted", "%(n)s requests wait to be sorted",
                           n) % {"n": n},
        _at_the_desk, _handlers, _box_url("desk")),
    Due("all_overdue", 10,
        lambda n: ngettext("%(n)s agreed contact in your field is overdue",
                           "%(n)s agreed contacts in your field are overdue", n) % {"n": n},
        lambda user: cases(user, None, "overdue").count(), None,
        lambda _user: "/cases/?figure=overdue", is_brief=True),
    Due("all_silent", 20,
        lambda n: ngettext("about %(n)s student in your field nothing has been written",
                           "about %(n)s students in your field nothing has been written", n)
        % {"n": n},
        lambda user: cases(user, None, "unrecorded").count(), None,
        lambda _user: "/cases/?figure=unrecorded", is_brief=True),
    Due("clashes", 30,
        lambda n: ngettext("%(n)s matter goes to the next joint meeting",
                           "%(n)s matters go to the next joint meeting", n) % {"n": n},
        lambda user: keys.clashes(user).count(), None, lambda _user: "/keys/", is_brief=True),
    Due("requests_late", 50,
        lambda n: ngettext("%(n)s request in your field is overdue",
                           "%(n)s requests in your field are overdue", n) % {"n": n},
        _in_box("overdue"), None, _box_url("overdue"), is_brief=True),
)  # fmt: skip
