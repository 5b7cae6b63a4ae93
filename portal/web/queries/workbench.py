"""Whom do I see today: my due cases in groups, agreed contacts, my figures (design 1, 7)."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from casework.access import seated_case_ids
from casework.models import Case, FollowUp
from casework.queries.figures import FIGURES
from cohorts.access import in_force
from cohorts.models import Appointment, UnitTree
from portal.core.access import count_reached
from portal.web.queries.lines import CaseLine, lines_of
from portal.web.queries.tiles import case_url, student_url
from students.access import standing
from students.models import Placement, Student

# Rows shown per group; the rest is behind the link to the list.
_SHOWN = 30
# Listed within this many days and without a record: new.
_NEW_DAYS = 3


@dataclass
class Group:
    """One heading of the day with its rows; ``total`` also counts rows not shown."""

    code: str
    label: str
    total: int
    rows: list[CaseLine]


def my_cases(user: Any) -> QuerySet[Case]:
    """Open cases that wait for me: I am responsible, seated, or counsellor of the student."""
    seen: QuerySet[Case] = Case.objects.restrict(user, "see_case").filter(closed_at=None)
    mine = Q(owner=user) | Q(pk__in=seated_case_ids(user, "write_case"))
    units = _counselled_unit_ids(user)
    if units:
        placed = Placement.objects.filter(standing(timezone.localdate()), unit_id__in=units)
        mine |= Q(student_id__in=placed.values("student_id"))
    return seen.filter(mine)


def _counselled_unit_ids(user: Any) -> list[int]:
    posts = Appointment.objects.filter(
        in_force(timezone.localdate()), person=user, revoked_at=None, role__code="counsellor"
    )
    below = UnitTree.objects.filter(ancestor_id__in=posts.values("unit_id"))
    return list(below.values_list("descendant_id", flat=True).distinct())


def today(user: Any) -> dict[str, Any]:
    """Groups of the day, sorted by lateness, in three statements whatever their size."""
    now = timezone.now()
    start = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    tomorrow, after = start + dt.timedelta(days=1), start + dt.timedelta(days=2)
    due = list(
        my_cases(user)
        .filter(
            Q(contact_due_at__lt=after)
            | Q(last_contact_at=None, reported_at__gte=start - dt.timedelta(days=_NEW_DAYS))
        )
        .order_by("contact_due_at", "pk")
        .values_list("pk", "contact_due_at", "last_contact_at", "reported_at")
    )
    new_since = start - dt.timedelta(days=_NEW_DAYS)
    picked: dict[str, list[int]] = {"overdue": [], "today": [], "tomorrow": [], "new": []}
    new_total = 0
    for pk, due_at, last_at, reported_at in due:
        is_new = last_at is None and reported_at >= new_since
        new_total += is_new
        if due_at is not None and due_at < now:
            picked["overdue"].append(pk)
        elif due_at is not None and due_at < tomorrow:
            picked["today"].append(pk)
        elif due_at is not None and due_at < after:
            picked["tomorrow"].append(pk)
        else:
            picked["new"].append(pk)
    lines = {
        line.pk: line for line in lines_of([pk for ids in picked.values() for pk in ids[:_SHOWN]])
    }
    words = {
        "overdue": _("Overdue"),
        "today": _("Due today"),
        "tomorrow": _("Tomorrow"),
        "new": _("Newly listed"),
    }
    groups = [
        Group(code, words[code], len(ids), [lines[pk] for pk in ids[:_SHOWN]])
        for code, ids in picked.items()
    ]
    return {"groups": groups, "counts": {group.code: group.total for group in groups}}


def agreed_contacts(user: Any, shown: set[str]) -> list[dict[str, Any]]:
    """Contacts I agreed on for up to tomorrow that nobody has made since; two statements.

    For people who talk with students but see no cases: class advisers and tutors. ``shown``
    holds the student numbers that already stand in the list of the day.
    """
    day = timezone.localdate()
    later = FollowUp.objects.filter(
        student_id=OuterRef("student_id"), is_real=True, happened_at__gt=OuterRef("happened_at")
    )
    found = (
        FollowUp.objects.filter(
            ~Exists(later),
            Q(author=user, next_by=None) | Q(next_by=user),
            next_on__lte=day + dt.timedelta(days=1),
            student_id__in=Student.objects.restrict(user, "log_talk").values("pk"),
        )
        .order_by("next_on", "pk")
        .values_list("student__name", "student__student_no", "next_on", "happened_at")[:_SHOWN]
    )
    return [
        {
            "name": name, "on": on, "last": last, "days": (day - on).days,
            "url": f"/students/{number}/", "log_url": f"/log/?student={number}",
        }
        for name, number, on, last in found
        if number not in shown
    ]  # fmt: skip


def figures(user: Any, *, with_cases: bool) -> list[dict[str, Any]]:
    """Tiles over the whole reach: each counts the rows of the list it opens; two statements."""
    students = count_reached(Student, user, "see_card")
    made: list[dict[str, Any]] = []
    if students:
        made.append({"label": _("students"), "url": student_url(None), "value": students})
    if not with_cases:
        return made
    codes = ("open", "overdue", "red", "unrecorded")
    counted = (
        Case.objects.restrict(user, "see_case")
        .filter(closed_at=None)
        .aggregate(**{f"n_{code}": Count("pk", filter=FIGURES[code].condition()) for code in codes})
    )
    total = counted["n_open"]
    labels = {
        "open": _("focus students"),
        "overdue": _("overdue follow-ups"),
        "red": _("red cases"),
        "unrecorded": _("flagged, nothing written"),
    }
    return made + [
        {
            "label": labels[code],
            "url": case_url(None, code),
            "value": counted[f"n_{code}"],
            "denominator": students if code == "open" else total,
        }
        for code in codes
    ]
