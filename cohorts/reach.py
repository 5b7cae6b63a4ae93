"""The route to units as SQL, for lists; the rule itself stands in ``access``."""

from typing import Any

from cohorts.access import held_units
from cohorts.models import Unit
from portal.core.access import Asked, UnwrittenError, Written, register_written
from portal.core.rows import array_of


def _held(user: Any, action: str, asked: Asked) -> Written | None:
    units = held_units(user, action)
    if not units:
        return None
    if asked.only:
        raise UnwrittenError("units narrowed by columns")
    return Written(
        """SELECT below.descendant_id FROM cohorts_unittree below
            WHERE below.ancestor_id = ANY(%(posts_on)s::bigint[])""",
        {"posts_on": array_of(units)},
    )


register_written(Unit, "post", _held)
