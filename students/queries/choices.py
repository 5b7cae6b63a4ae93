"""What can be chosen in the filters of lists: only what occurs within one's own reach."""

from typing import Any

from cohorts.access import granted_unit_ids
from cohorts.enums import UnitKind
from cohorts.models import Major, Unit
from portal.core.access import reaches_any
from students.enums import StudentStatus
from students.models import Student
from students.queries.figures import FIGURES

_KINDS = (UnitKind.COLLEGE, UnitKind.ACADEMY, UnitKind.COHORT, UnitKind.CLASS)


def units(user: Any, action: str = "see_card") -> list[tuple[str, list[tuple[str, str]]]]:
    """(kind, [(id, name)]) of the units over which ``user`` holds ``action``."""
    rows = (
        Unit.objects.filter(pk__in=granted_unit_ids(user, action), kind__in=_KINDS)
        .order_by("code")
        .values_list("kind", "pk", "name")
    )
    by_kind: dict[str, list[tuple[str, str]]] = {kind: [] for kind in _KINDS}
    for kind, pk, name in rows:
        by_kind[kind].append((str(pk), name))
    labels = dict(UnitKind.choices)
    return [(str(labels[kind]), found) for kind, found in by_kind.items() if found]


def majors() -> list[tuple[str, str]]:
    return [
        (str(pk), name) for pk, name in Major.objects.order_by("name").values_list("pk", "name")
    ]


def entry_years(user: Any) -> list[tuple[str, str]]:
    years = (
        Student.objects.restrict(user, "see_card")
        .order_by("-entry_year")
        .values_list("entry_year", flat=True)
        .distinct()
    )
    return [(str(year), str(year)) for year in years]


def statuses() -> list[tuple[str, str]]:
    return [(value, str(label)) for value, label in StudentStatus.choices]


def figures(user: Any) -> list[tuple[str, str]]:
    """Figures whose facts ``user`` may see of anyone."""
    return [
        (figure.code, str(figure.label))
        for figure in FIGURES.values()
        if reaches_any(Student, user, figure.action)
    ]
