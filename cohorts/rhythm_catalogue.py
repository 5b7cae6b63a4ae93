"""First rows of the rhythms of mail by role: leaders a brief on Mondays, those who meet students
or handle what is passed to them on working days, advisers once a week.

Only added, never overwritten: the system administrator edits them under Administration.
"""

from typing import Any

from cohorts.models import Role, RoleRhythm
from portal.core.models import Every

_LEADS = {"every": Every.WEEKLY, "brief": True}
_DAILY = {"every": Every.WORKDAYS}
_HEADS = {"every": Every.WORKDAYS, "brief": True}
_WEEKLY = {"every": Every.WEEKLY}
RHYTHMS: dict[str, dict[str, Any]] = {
    **dict.fromkeys(("school_leader", "party_secretary", "dean"), _LEADS),
    **dict.fromkeys(("deputy_secretary", "academy_director", "contract_leader"), _HEADS),
    **dict.fromkeys(("counsellor", "part_counsellor", "clerk", "registrar", "psych_teacher",
                     "office_staff", "request_desk", "rights_officer"), _DAILY),
    **dict.fromkeys(("class_adviser", "organiser", "party_tutor", "branch_secretary"), _WEEKLY),
}  # fmt: skip


def write_rhythms(using: str = "default", **_kwargs: Any) -> None:
    """Add what is missing, after the roles. Safe to run again."""
    rows = RoleRhythm.objects.using(using)
    known = set(rows.values_list("role__code", flat=True))
    wanted = Role.objects.using(using).filter(code__in=set(RHYTHMS) - known)
    rows.bulk_create([RoleRhythm(role=role, **RHYTHMS[role.code]) for role in wanted])
