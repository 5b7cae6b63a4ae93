"""The routes to a student as SQL, for long lists; the rule itself stands in ``access``."""

from typing import Any

from cohorts.access import BELOW_HELD, held_units
from portal.core.access import Asked, Written, listed, register_written
from portal.core.rows import array_of
from portal.core.scope import today
from students.access import SELF_ACTIONS, linked_student_ids, own_student_id
from students.models import Student


def _placed(user: Any, action: str, asked: Asked) -> Written | None:
    units = held_units(user, action)
    if not units:
        return None
    return placed_in(BELOW_HELD, {"held": array_of(units)}, asked)


def placed_in(units: str, params: dict[str, Any], asked: Asked) -> Written:
    """Students who stand today in one of the ``units``, a statement of ids."""
    return Written(
        f"""SELECT p.student_id FROM students_placement p
             WHERE p.since <= %(placed_on)s AND (p.until IS NULL OR p.until >= %(placed_on)s)
               AND {asked.among("p.unit_id", units)}""",
        {**params, "placed_on": today()},
    )


def _linked(user: Any, action: str, asked: Asked) -> Written | None:
    return listed("linked", linked_student_ids(user, action))


def _own(user: Any, action: str, asked: Asked) -> Written | None:
    pk = own_student_id(user) if action in SELF_ACTIONS else None
    return None if pk is None else listed("own", [pk])


register_written(Student, "post", _placed)
register_written(Student, "link", _linked)
register_written(Student, "own", _own)
