"""Kinds of import that bring students and their results."""

from django.utils.translation import gettext_lazy as _

from portal.core.domain.imports import ImportKind, register_import
from students.domain.imports_aid import GRANT_COLUMNS, TIER_COLUMNS, GrantWork, TierWork
from students.domain.imports_courses import COLUMNS as COURSE_COLUMNS
from students.domain.imports_courses import CoursesWork
from students.domain.imports_programmes import COLUMNS as PROGRAMME_COLUMNS
from students.domain.imports_programmes import ProgrammesWork
from students.domain.imports_results import COLUMNS as RESULT_COLUMNS
from students.domain.imports_results import ResultsWork
from students.domain.imports_roster import RosterWork
from students.domain.imports_roster_columns import COLUMNS as ROSTER_COLUMNS
from students.domain.imports_wide import MAX_ROWS, reader

register_import(
    ImportKind(
        code="roster",
        is_dated=True,
        action="import_roster",
        title=_("Roster"),
        description=_(
            "Students with class, academy and room. Students are matched by number; a blank cell leaves the present value."
        ),
        columns=ROSTER_COLUMNS,
        begin=RosterWork,
        order=10,
    )
)
register_import(
    ImportKind(
        code="results",
        action="import_results",
        title=_("Course results"),
        description=_(
            "Grades of each sitting: percent, five-grade words, letters, pass or fail, and special values. One row per result, or a sheet with one column per course."
        ),
        columns=RESULT_COLUMNS,
        begin=ResultsWork,
        order=20,
        read=reader(RESULT_COLUMNS),
        max_rows=MAX_ROWS,
    )
)
register_import(
    ImportKind(
        code="courses",
        action="import_courses",
        title=_("Course catalogue"),
        description=_("Code, name and credits of courses; a change of credits is shown first."),
        columns=COURSE_COLUMNS,
        begin=CoursesWork,
        order=30,
    )
)
register_import(
    ImportKind(
        code="programmes",
        action="import_courses",
        title=_("Programme plans"),
        description=_(
            "Plans of majors by entry year, one row per course. A plan in the file is the whole plan: courses that are missing are taken out of it."
        ),
        columns=PROGRAMME_COLUMNS,
        begin=ProgrammesWork,
        order=40,
    )
)
register_import(
    ImportKind(
        code="aid_tiers",
        action="import_aid",
        title=_("Recognised hardship"),
        description=_(
            "Tiers of an academic year as recognised. A tier that stands already is adjusted; students not in the file keep theirs."
        ),
        columns=TIER_COLUMNS,
        begin=TierWork,
        order=50,
    )
)
register_import(
    ImportKind(
        code="aid_grants",
        action="import_aid",
        title=_("Aid granted"),
        description=_("Sums by student, kind and day. The same sum twice is one grant."),
        columns=GRANT_COLUMNS,
        begin=GrantWork,
        order=51,
    )
)
