"""The routes to a development as SQL, for boards and lists; the rule itself stands in ``access``."""

from typing import Any

from partybranch.access import FILE_ACTIONS, sponsored_ids
from partybranch.models import Development
from portal.core.access import Asked, Written, listed, register_written, written_reach
from students.access import SELF_ACTIONS
from students.models import Student


def _of_students(user: Any, action: str, asked: Asked) -> Written | None:
    if action not in FILE_ACTIONS | SELF_ACTIONS:
        return None
    reach = written_reach(Student, user, action, Asked(asked.by_row))
    if reach is None:
        return None
    among = asked.inside("t.student_id", reach.sql)
    sql = f"SELECT t.id FROM partybranch_development t WHERE {among}{asked.only}"
    return Written(sql, reach.params)


def _sponsored(user: Any, action: str, asked: Asked) -> Written | None:
    return listed("sponsored", sponsored_ids(user)) if action == "see_party_file" else None


register_written(Development, "student", _of_students)
register_written(Development, "sponsor", _sponsored)
