"""First rows of what every unit must have, and of the load of roles (rulebook 2.1, 2.2, 10).

Written once, into an empty table; the security administrator edits them from then on.
"""

from typing import Any

from cohorts.enums import UnitKind
from cohorts.models import Parameter, RequiredPost, Role

# role, kind of unit, only below this kind, posts below count too
REQUIRED: list[tuple[str, str, str, bool]] = [
    ("party_secretary", UnitKind.COLLEGE, "", False),
    ("dean", UnitKind.COLLEGE, "", False),
    ("deputy_secretary", UnitKind.COLLEGE, "", False),
    ("academy_director", UnitKind.ACADEMY, "", False),
    ("contract_leader", UnitKind.COHORT, UnitKind.COLLEGE, False),
    ("counsellor", UnitKind.COHORT, UnitKind.ACADEMY, True),
    ("class_adviser", UnitKind.CLASS, "", False),
    ("organiser", UnitKind.COLLEGE, "", True),
    ("clerk", UnitKind.COLLEGE, "", False),
]
LOADS = {"counsellor": "staff.counsellor"}


def write_offices(using: str = "default", **_kwargs: Any) -> None:
    """Add the first rows to an empty table; a list that somebody edited stays as it is."""
    if RequiredPost.objects.using(using).exists():
        return
    roles = {role.code: role for role in Role.objects.using(using).all()}
    RequiredPost.objects.using(using).bulk_create(
        RequiredPost(role=roles[code], unit_kind=str(kind), parent_kind=str(parent), or_below=below)
        for code, kind, parent, below in REQUIRED
        if code in roles
    )
    for code, key in LOADS.items():
        limit = Parameter.objects.using(using).filter(key=key).first()
        if limit is not None and code in roles:
            Role.objects.using(using).filter(pk=roles[code].pk, load_limit=None).update(
                load_limit=limit
            )
