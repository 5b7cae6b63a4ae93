"""The kind of import that brings staff and their posts."""

from django.utils.translation import gettext_lazy as _

from cohorts.domain.imports_staff import StaffWork
from cohorts.domain.imports_staff_columns import COLUMNS
from portal.core.domain.imports import ImportKind, register_import

register_import(
    ImportKind(
        code="staff",
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
