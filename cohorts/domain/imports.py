"""The kinds of import that bring the organisation, and staff with their posts."""

from django.utils.translation import gettext_lazy as _

from cohorts.domain.imports_staff import StaffWork
from cohorts.domain.imports_staff_columns import COLUMNS
from cohorts.domain.imports_units import COLUMNS as UNIT_COLUMNS
from cohorts.domain.imports_units import UnitsWork
from portal.core.domain.imports import ImportKind, register_import

register_import(
    ImportKind(
        code="staff",
        is_dated=True,
        action="import_staff",
        title=_("Staff and posts"),
        description=_(
            "Accounts and the posts they hold, one row per post. New accounts cannot log in until a password or the campus log-in is set."
        ),
        columns=COLUMNS,
        begin=StaffWork,
        order=30,
    )
)
register_import(
    ImportKind(
        code="units",
        is_dated=True,
        action="manage_unit",
        title=_("Organisation"),
        description=_(
            "Units with the unit they belong to, one row each: opened, renamed, moved and closed. Units that the file does not name stay as they are."
        ),
        columns=UNIT_COLUMNS,
        begin=UnitsWork,
        order=5,
    )
)
