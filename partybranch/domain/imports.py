"""Kinds of import of the party side."""

from django.utils.translation import gettext_lazy as _

from partybranch.domain.imports_league import ACTION, COLUMNS, RateWork
from portal.core.domain.imports import ImportKind, register_import

register_import(
    ImportKind(
        code="league_rates",
        action=ACTION,
        title=_("Study rates of League classes"),
        description=_(
            "League members of a class and how many of them studied in a month or issue. The rate is computed; the same class and period again is corrected."
        ),
        columns=COLUMNS,
        begin=RateWork,
        order=60,
    )
)
