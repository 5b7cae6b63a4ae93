"""What the student pages hand to the frame: navigation and search."""

from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

import students.picture_panels  # noqa: F401 # blocks of the picture
from cohorts.access import held_units
from portal.core.access import count_reached
from portal.core.asks import Ask, Rows
from portal.core.registry import (
    Hit,
    NavItem,
    Panel,
    SearchProvider,
    register_nav,
    register_panel,
    register_search,
)
from students.access import own_student_id
from students.domain.movement_checks import ACTION
from students.models import Student
from students.queries.lookup import found_students, typed
from students.queries.movements import orders_asked, orders_of
from students.queries.ratios import sees_ratios
from students.queries.records import (
    aid_asked,
    aid_panel,
    family_asked,
    family_panel,
    health_asked,
    health_panel,
    own_family,
)
from students.queries.rights import reaches_anyone, rights_on
from students.queries.standing import stands
from students.queries.warning_panels import (
    count_to_confirm,
    my_asked,
    my_notices,
    warnings_asked,
    warnings_shown,
)


def _hits(user: Any, text: str, limit: int) -> Sequence[Hit]:
    """People whose card ``user`` may see; number and class stand beside the name."""
    wanted = typed(text)
    if not wanted:
        return []
    rows = list(
        found_students(Student.objects.restrict(user, "see_card"), wanted)
        .order_by("pinyin", "id")
        .values_list("pk", "student_no", "name")[:limit]
    )
    places = stands([row[0] for row in rows], ("class",)) if rows else {}
    return [
        Hit(
            title=name,
            note=f"{places[pk].class_name} · {number}" if pk in places else number,
            url=reverse("students:portrait", args=[number]),
        )
        for pk, number, name in rows
    ]


def _orders_asked(user: Any, student: Student) -> Ask | None:
    return orders_asked(user, student.pk)


def _orders(user: Any, student: Student, found: Rows) -> dict[str, Any] | None:
    """Orders of the student; None without any, unless the viewer may enter one."""
    rows = orders_of(found)
    may_move = bool(rights_on(user, student.pk, (ACTION,)))
    if not rows and not may_move:
        return None
    url = reverse("students:move", args=[student.student_no]) if may_move else ""
    return {"rows": rows, "move_url": url}


register_panel(
    "student",
    Panel("warnings", 15, "students/_warning_panel.html", warnings_shown, warnings_asked,
          tables=("students_academicwarning",)),
)  # fmt: skip
register_panel("my", Panel("warnings", 20, "students/_my_warnings.html", my_notices, my_asked))
register_panel(
    "student",
    Panel("movements", 850, "students/_movement_panel.html", _orders, _orders_asked,
          tables=("students_movement",)),
)  # fmt: skip
register_panel(
    "student", Panel("family", 30, "students/_family_panel.html", family_panel, family_asked)
)
register_panel(
    "student",
    Panel("health", 32, "students/_health_panel.html", health_panel, health_asked,
          tables=("students_healthnote",)),
)  # fmt: skip
register_panel(
    "student",
    Panel("aid", 34, "students/_aid_panel.html", aid_panel, aid_asked,
          tables=("students_aidrecognition", "students_aidgrant")),
)  # fmt: skip
register_panel(
    "my", Panel("family", 40, "students/_my_family.html", lambda _user, me: own_family(me))
)
register_search(SearchProvider("students", 10, _hits))
register_nav(
    NavItem(
        "students", _("Students"), _("Students"), "students:list", "users", 100,
        lambda user: reaches_anyone(user, "see_card"),
        lambda user: count_reached(Student, user, "see_card"),
    ),
    NavItem(
        "warnings", _("Students"), _("Academic warnings"), "students:warnings", "warning", 105,
        lambda user: reaches_anyone(user, "see_results"), count_to_confirm,
    ),
    NavItem(
        "ratios", _("Office"), _("Staffing ratios"), "students:ratios", "analysis", 900,
        sees_ratios,
    ),
    NavItem(
        "links", _("Students"), _("Tutors and advisers"), "students:links", "user", 130,
        lambda user: reaches_anyone(user, "appoint"),
    ),
    NavItem(
        "early", _("Students"), _("Look first at these"), "students:early", "flag", 120,
        lambda user: reaches_anyone(user, "see_results"),
    ),
    NavItem(
        "analysis", _("Students"), _("Study analysis"), "students:analysis", "analysis", 107,
        lambda user: reaches_anyone(user, "see_results") or bool(held_units(user, "see_counts")),
    ),
    NavItem(
        "movements", _("Students"), _("Movement of students"), "students:movements", "transfer",
        140, lambda user: reaches_anyone(user, ACTION),
    ),
    NavItem(
        "my", _("Me"), _("My record"), "students:my", "user", 900,
        lambda user: own_student_id(user) is not None,
    ),
)  # fmt: skip
