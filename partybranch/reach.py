"""The routes to developments and members as SQL, for boards and lists; the rule itself stands in
``access``."""

from typing import Any

from cohorts.access import BELOW_HELD, held_units
from partybranch.access import FILE_ACTIONS, sponsored_ids
from partybranch.models import Development, PartyMember
from portal.core.access import Asked, Write, Written, listed, register_written, written_reach
from portal.core.rows import array_of
from portal.core.scope import today
from students.access import SELF_ACTIONS
from students.models import Student


def _of_students(table: str) -> Write:
    def write(user: Any, action: str, asked: Asked) -> Written | None:
        if action not in FILE_ACTIONS | SELF_ACTIONS:
            return None
        reach = written_reach(Student, user, action, Asked(asked.by_row))
        if reach is None:
            return None
        among = asked.inside("t.student_id", reach.sql)
        return Written(f"SELECT t.id FROM {table} t WHERE {among}{asked.only}", reach.params)

    return write


def _sponsored(user: Any, action: str, asked: Asked) -> Written | None:
    return listed("sponsored", sponsored_ids(user)) if action == "see_party_file" else None


def _of_branches(user: Any, action: str, asked: Asked) -> Written | None:
    units = held_units(user, action) if action in FILE_ACTIONS else ()
    if not units:
        return None
    within = asked.among("h.branch_id", BELOW_HELD.replace("%(held)s", "%(rolls)s"))
    return Written(
        f"""SELECT t.id FROM partybranch_membership h
              JOIN partybranch_partymember t ON t.id = h.member_id
             WHERE h.since <= %(roll_on)s AND (h.until IS NULL OR h.until >= %(roll_on)s)
               AND {within}{asked.only}""",
        {"rolls": array_of(units), "roll_on": today()},
    )


register_written(Development, "student", _of_students("partybranch_development"))
register_written(Development, "sponsor", _sponsored)
register_written(PartyMember, "branch", _of_branches)
register_written(PartyMember, "student", _of_students("partybranch_partymember"))
