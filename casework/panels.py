"""What casework hands to the frame and to student pages."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

import casework.crisis_panels
import casework.move_panels
import casework.picture_panels
import casework.request_panels
import casework.warning_panels  # noqa: F401  (the case beside a warning)
from casework.key_access import is_asked_for_opinions
from casework.models import CommonProblem
from casework.queries import (
    dated,  # noqa: F401 # own days for calendars
    dues,  # noqa: F401 # lines of digests
    helper_block,  # noqa: F401
    key_block,  # noqa: F401 # blocks of the case page
    team_block,  # noqa: F401
)
from casework.queries.after import my_question
from casework.queries.blocks import CaseBlock, register_block
from casework.queries.case_page import sees_cases
from casework.queries.figures import cases
from casework.queries.key_desk import count_waiting
from casework.queries.panels import (
    care_asked,
    care_hint,
    case_asked,
    case_summary,
    cases_known,
    contact_cells,
    contact_inline,
    level_cells,
    level_inline,
    recent_talks,
    talks_asked,
    untalked,
)
from casework.queries.sealed_glance import CASE_SQL, case_block, student_asked, student_panel
from casework.queries.study import UnlistedFigure, unlisted
from casework.sealed_access import is_centre
from cohorts.access import granted_unit_ids
from portal.core.access import reaches_any
from portal.core.registry import (
    Column,
    ListAct,
    NavItem,
    Panel,
    register_column,
    register_list_act,
    register_nav,
    register_panel,
)
from portal.core.saved_filters import KeptList, register_list
from students.queries.figures import StudentFigure, register_figure
from students.queries.rights import reaches_anyone
from students.queries.seen import register_source

register_nav(
    NavItem(
        "ledgers", _("Students"), pgettext_lazy("navigation", "Ledger"), "casework:ledgers", "ledger", 105,
        sees_cases,
    ),
    NavItem(
        "cases", _("Students"), _("Cases"), "casework:cases", "case", 110,
        sees_cases,
        lambda user: cases(user, None).count(),
    ),
    NavItem(
        "silence", _("Students"), _("Without contact"), "casework:silence", "clock", 111,
        sees_cases,
        lambda user: cases(user, None, "silent").count(),
    ),
    NavItem(
        "problems", _("Students"), _("Common problems"), "casework:problems", "archive", 115,
        lambda user: reaches_any(CommonProblem, user, "manage_case"),
    ),
    NavItem(
        "keys", _("Students"), _("Both sides' keys"), "casework:keys", "key", 112,
        lambda user: is_asked_for_opinions(user) or bool(granted_unit_ids(user, "manage_case")),
        count_waiting,
    ),
    NavItem(
        "log", _("Students"), _("Record"), "casework:log", "pencil", 120,
        lambda user: reaches_anyone(user, "log_talk"),
    ),
)  # fmt: skip
register_nav(
    NavItem(
        "sealed", _("Students"), _("Psychological files"), "casework:sealed", "heart", 130,
        lambda user: is_centre(user),
    )
)  # fmt: skip
register_block(CaseBlock("sealed", "side", 20, CASE_SQL, "sealed/_case_block.html", case_block))
register_list(
    KeptList(
        "ledgers", pgettext_lazy("navigation", "Ledger"), ("casework:ledgers", "casework:ledger")
    )
)
register_panel(
    "student", Panel("case", 10, "casework/_student_case.html", case_summary, case_asked)
)
register_panel("student", Panel("care", 12, "casework/_student_care.html", care_hint, care_asked))
register_panel(
    "student",
    Panel("sealed", 14, "sealed/_student_sealed.html", student_panel, student_asked,
          tables=("casework_sealedfile",)),
)  # fmt: skip
register_panel(
    "student", Panel("talks", 20, "casework/_student_talks.html", recent_talks, talks_asked)
)
register_panel("my", Panel("word", 10, "casework/_my_word.html", my_question))
register_column("students", Column("level", _("Level"), 10, level_cells, inline=level_inline))
register_column(
    "students", Column("contact", _("Last real contact"), 20, contact_cells, inline=contact_inline)
)
register_source(cases_known)
register_list_act(
    "study",
    ListAct(
        "help", 10, _("Plan help"), "casework:study_help", "plus",
        lambda user: reaches_anyone(user, "see_results"),
    ),
)  # fmt: skip
register_figure(UnlistedFigure("unlisted", _("on no ledger yet"), unlisted, "see_case"))
register_figure(
    StudentFigure("untalked", _("nobody has talked with this term"), untalked, "see_talks")
)
