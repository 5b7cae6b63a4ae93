"""One person on several units at once: a counsellor by building, floor or class."""

import datetime as dt
from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from cohorts.domain.appointments import appoint
from cohorts.models import Appointment, Role, Unit
from portal.core.errors import DomainError
from portal.core.models import User


@transaction.atomic
def appoint_on_units(
    *,
    actor: User | None,
    person: User,
    role: Role,
    units: Sequence[Unit],
    starts_on: dt.date,
    ends_on: dt.date | None = None,
    letter_no: str = "",
) -> list[Appointment]:
    """One post on each unit, all or none. Raises DomainError as ``appoint`` does."""
    if not units:
        raise DomainError(_("Choose at least one building, floor, cohort or class."))
    return [
        appoint(
            actor=actor, person=person, role=role, unit=unit, starts_on=starts_on,
            ends_on=ends_on, letter_no=letter_no,
        )
        for unit in sorted(units, key=lambda unit: unit.pk)
    ]  # fmt: skip
