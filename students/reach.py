"""The routes to a student as SQL, for long lists; the rule itself stands in ``access``."""

from typing import Any

from cohorts.access import granted_unit_ids, granted_units_text
from portal.core.access import Asked, Written, listed, register_written
from portal.core.scope import today
from students.access import SELF_ACTIONS, linked_student_ids, own_student_id
from students.models import Student


def _placed(user: Any, action: str, asked: Asked) -> Written | None:
    if not granted_unit_ids(user, action):
        return None
    asked_for = {"units": granted_units_text(user, action), "placed_on": today()}
    return Written(
        f"""SELECT p.student_id FROM students_placement p
             WHERE p.since <= %(placed_on)s AND (p.until IS NULL OR p.until >= %(placed_on)s)
               AND (p.unit_id {asked.among("units")}){" IS TRUE" if asked.by_row else ""}""",
        asked_for,
    )


def _linked(user: Any, action: str, asked: Asked) -> Written | None:
    return listed("linked", linked_student_ids(user, action))


def _own(user: Any, action: str, asked: Asked) -> Written | None:
    pk = own_student_id(user) if action in SELF_ACTIONS else None
    return None if pk is None else listed("own", [pk])


register_written(Student, "post", _placed)
register_written(Student, "link", _linked)
register_written(Student, "own", _own)
