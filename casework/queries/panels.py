"""What casework adds to student pages: level and contact columns, case summary, talks."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from casework.enums import Channel, Stage
from casework.models import Case, FollowUp
from casework.queries.ledger import due_markup
from casework.queries.timeline import ICONS
from casework.ties import shut_case_ids
from cohorts.models import Term
from portal.core import scope
from portal.core.access import (
    is_same_reach,
    reached_among,
    reaches_any,
    reaches_one,
    rows_within,
)
from portal.core.addresses import address
from portal.core.asks import Ask, Rows, moment
from portal.core.registry import Inline
from portal.core.rows import array_of, fetch
from portal.core.ui.dates import ago_since, format_ago, format_day
from portal.core.ui.marks import level_markup
from portal.core.ui.words import choice_words
from students.models import Student
from students.queries.population import term_on

RECENT = 5


_LEVELS = """
    SELECT student_id, level_id FROM casework_case
     WHERE student_id = ANY(%s::bigint[]) AND closed_at IS NULL AND id <> ALL(%s::bigint[])
"""
_CONTACTS = """
    SELECT s.id, last.happened_at
      FROM unnest(%s::bigint[]) s(id) LEFT JOIN LATERAL (
           SELECT happened_at FROM casework_followup
            WHERE student_id = s.id AND is_real
              AND (case_id IS NULL OR case_id <> ALL(%s::bigint[])) ORDER BY happened_at DESC LIMIT 1) last ON true
"""


def level_cells(user: Any, ids: Sequence[int]) -> dict[int, Any]:
    """Badge of the open case per student, where ``user`` may see cases. The ids come from a
    list that was restricted by ``see_card``; the same holds for every column."""
    if not reaches_any(Student, user, "see_case"):
        return {}
    # A case is seen exactly when its student is reached for it, which is the shorter question.
    mine = reached_among(Student, user, "see_case", ids, "see_card")
    rows = fetch(_LEVELS, [list(mine), list(shut_case_ids(user))])
    marks: dict[int, Any] = dict.fromkeys(ids, "")
    marks.update((student, level_markup(level)) for student, level in rows)
    return marks


def contact_cells(user: Any, ids: Sequence[int]) -> dict[int, Any]:
    """Age of the last real contact by anyone, where ``user`` may see talks."""
    if not reaches_any(Student, user, "see_talks"):
        return {}
    mine = reached_among(Student, user, "see_talks", ids, "see_card")
    rows = fetch(_CONTACTS, [list(mine), list(shut_case_ids(user))])
    today = scope.today()
    return {pk: format_ago(at, today) if at else "—" for pk, at in rows}


_LEVEL = """(SELECT c.level_id FROM casework_case c
              WHERE c.student_id = s.id AND c.closed_at IS NULL AND c.id <> ALL(%s::bigint[]))"""
_CONTACT = """(SELECT f.happened_at FROM casework_followup f
                WHERE f.student_id = s.id AND f.is_real
                  AND (f.case_id IS NULL OR f.case_id <> ALL(%s::bigint[]))
                ORDER BY f.happened_at DESC LIMIT 1)"""


def level_inline(user: Any) -> Inline | None:
    """``level_cells`` as part of the list, for those who see the case of everyone they see."""
    if not is_same_reach(Student, user, "see_case", "see_card"):
        return None
    shut = array_of(shut_case_ids(user))
    return Inline(_LEVEL, (shut,), lambda level: level_markup(level) if level else "")


def contact_inline(user: Any) -> Inline | None:
    """``contact_cells`` as part of the list."""
    if not is_same_reach(Student, user, "see_talks", "see_card"):
        return None
    shut, today = array_of(shut_case_ids(user)), scope.today()
    ago = ago_since(today)
    return Inline(_CONTACT, (shut,), lambda at: ago(at) if at else "—")


_CASES = """
    SELECT json_build_array(c.id, c.number, c.level_id, c.stage,
           (SELECT name FROM core_user WHERE id = c.owner_id), c.last_contact_at, c.contact_due_at,
           c.closed_at IS NOT NULL, c.advice_do, c.advice_dont,
           (SELECT json_agg(k.short_name ORDER BY l.rank, k."order")
              FROM casework_ledgerentry e JOIN casework_casecategory k ON k.code = e.category_id
              JOIN casework_caselevel l ON l.code = e.level_id
             WHERE e.case_id = c.id AND (e.left_at IS NULL OR c.closed_at IS NOT NULL)))
      FROM casework_case c
     WHERE c.student_id = %(student)s AND {seen}
     ORDER BY c.reported_at DESC LIMIT 3
"""


def case_asked(user: Any, student: Student) -> Ask | None:
    seen = rows_within(Case, user, "see_case", "c", student_id=student.pk)
    return Ask(_CASES.replace("{seen}", seen.sql), seen.params) if seen else None


def case_summary(user: Any, student: Student, rows: Rows) -> dict[str, Any] | None:
    """The newest case of the student, and where a student is listed by whoever writes cases; None
    where ``user`` may neither see nor list one."""
    enter = ""
    if reaches_one(Student, user, "write_case", student.pk):
        enter = address("casework:enter", student.student_no)
    if not rows:
        return {"pk": None, "enter_url": enter} if enter else None
    pk, number, level, stage, owner, last, due, closed, do, dont, names = rows[0]
    return {
        "pk": pk,
        "number": number,
        "level": "" if closed else level_markup(level),
        "categories": "、".join(dict.fromkeys(names or ["—"])),
        "stage": choice_words(Stage).get(stage, stage),
        "owner": owner,
        "contact": format_ago(moment(last)) if last else "",
        "due": "" if closed else due_markup(moment(due), scope.today()),
        "is_open": not closed,
        "enter_url": enter,
        "advice_do": do,
        "advice_dont": dont,
        "earlier": [{"pk": row[0], "number": row[1]} for row in rows[1:]],
    }


_TALKS = """
    SELECT json_build_array(f.channel, f.happened_at, w.name, f.author_role, f.place, f.content,
                            f.is_real)
      FROM casework_followup f JOIN core_user w ON w.id = f.author_id
     WHERE f.student_id = %(student)s AND {seen}
     ORDER BY f.happened_at DESC, f.id DESC LIMIT %(most)s
"""


_CARE = """
    SELECT json_build_array(c.advice_do, c.advice_dont) FROM casework_case c
     WHERE c.student_id = %(student)s AND c.closed_at IS NULL AND c.id <> ALL(%(shut)s::bigint[])
       AND (c.advice_do <> '' OR c.advice_dont <> '' OR EXISTS (
            SELECT 1 FROM casework_ledgerentry e
              JOIN casework_casecategory k ON k.code = e.category_id
             WHERE e.case_id = c.id AND e.left_at IS NULL AND k.is_health))
     UNION ALL
    SELECT json_build_array(f.advice_do, f.advice_dont) FROM casework_sealedfile f
     WHERE f.student_id = %(student)s AND (f.advice_do <> '' OR f.advice_dont <> '')
       AND NOT EXISTS (SELECT 1 FROM casework_case c
            WHERE c.student_id = f.student_id AND c.id = ANY(%(shut)s::bigint[]))
"""


def care_asked(user: Any, student: Student) -> Ask | None:
    """For people near the student who see no cases; None for those who see the case itself."""
    if not reaches_any(Student, user, "see_care_hint"):
        return None
    if reaches_one(Student, user, "see_case", student.pk):
        return None
    if not reaches_one(Student, user, "see_care_hint", student.pk):
        return None
    return Ask(_CARE, {"shut": array_of(shut_case_ids(user))})


def care_hint(user: Any, student: Student, rows: Rows) -> dict[str, Any] | None:
    """ "Please care": what to do and not to do, never level, category or ground (rulebook 8.3)."""
    if not rows:
        return None
    # Of the team and of the counselling centre: the reader learns what, not from whom.
    dos = dict.fromkeys(line for do, _dont in rows for line in _sentences(do))
    donts = dict.fromkeys(line for _do, dont in rows for line in _sentences(dont))
    return {"dos": list(dos), "donts": list(donts)}


def _sentences(text: str) -> list[str]:
    return [part.strip() for part in text.splitlines() if part.strip()]


def cases_known(user: Any, student: Student) -> tuple[str, list[int]]:
    """Cases of the student that ``user`` may see, for the page of who has read what."""
    rows = Case.objects.restrict(user, "see_case", student_id=student.pk).order_by("pk")
    return "case", list(rows.values_list("pk", flat=True))


def talks_asked(user: Any, student: Student) -> Ask | None:
    seen = rows_within(FollowUp, user, "see_talks", "f", student_id=student.pk)
    if seen is None:
        return None
    return Ask(_TALKS.replace("{seen}", seen.sql), {"most": RECENT + 1, **seen.params})


def recent_talks(user: Any, student: Student, rows: Rows) -> dict[str, Any] | None:
    """The last few records that ``user`` may read; None where there is nothing to read."""
    if not rows and not reaches_any(Student, user, "see_talks"):
        return None
    items = [
        {
            "icon": ICONS.get(channel, "talk"),
            "kind": Channel(channel).label,
            "meta": " · ".join(part for part in (author, role, place) if part),
            "time": format_day(moment(at), "time"),
            "text": content,
            "tick": not is_real,
        }
        for channel, at, author, role, place, content, is_real in rows[:RECENT]
    ]
    return {"items": items, "has_more": len(rows) > RECENT}


def untalked(students: QuerySet[Student]) -> QuerySet[Student]:
    """Of ``students``, those without a real contact since the present term began."""
    term: Term | None = term_on(scope.today())
    if term is None:
        return students.none()
    start = timezone.make_aware(dt.datetime.combine(term.starts_on, dt.time()))
    talked = FollowUp.objects.filter(
        Q(happened_at__gte=start) & Q(happened_at__lte=timezone.now()), is_real=True
    )
    return students.exclude(pk__in=talked.values("student_id"))
