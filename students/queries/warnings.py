"""The list of warnings: what its filters mean, the rows of one page, the counts beside it."""

import json
from dataclasses import dataclass, replace
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db.models import QuerySet
from django.utils.html import format_html

from cohorts.models import UnitTree
from portal.core.listing import Found, Listing, Order, page_of_rows
from portal.core.rows import fetch, named
from portal.core.ui.marks import level_markup, tag_markup
from students.models import AcademicWarning, Placement, Student
from students.queries.lookup import found_students, typed
from students.queries.standing import stands
from students.study_enums import Colour, WarningState
from students.warning_rules import Rules, read_rules
from students.warning_words import explain

OPEN = (WarningState.FOUND, WarningState.CONFIRMED)
WARNINGS = Listing(
    AcademicWarning, "w", "JOIN students_student s ON s.id = w.student_id"
    " JOIN students_warningset r ON r.id = w.rules_id",
    ("w.id", "s.id", "s.student_no", "s.name", "w.colour", "w.level", "w.rule", "w.facts",
     "r.id", "r.name", "r.body", "w.period", "w.state", "w.again"),
    ("students_academicwarningevent",),
)  # fmt: skip
ORDER = Order(
    "array_position(ARRAY['RED', 'ORANGE', 'YELLOW', 'BLUE'], w.colour::text), w.rank, s.pinyin, w.id",
    "JOIN students_student s ON s.id = w.student_id",
)
_TONES = {"found": "due", "confirmed": "late", "cleared": "ok", "dismissed": "neutral"}


@dataclass(frozen=True)
class Narrow:
    """What the address asks for; empty values ask for nothing."""

    period: str = ""
    state: str = ""
    colour: str = ""
    family: str = ""
    unit: int | None = None
    q: str = ""

    def among(
        self, rows: "QuerySet[AcademicWarning]", *, but: str = ""
    ) -> "QuerySet[AcademicWarning]":
        """``but`` leaves out one condition: the counts of its chips."""
        if self.period:
            rows = rows.filter(period=self.period)
        if but != "state":
            rows = rows.filter(state=self.state) if self.state else rows.filter(state__in=OPEN)
        if self.colour and but != "colour":
            rows = rows.filter(colour=self.colour)
        if self.family:
            rows = rows.filter(family=self.family)
        if self.unit is not None:
            below = UnitTree.objects.filter(ancestor_id=self.unit).values("descendant_id")
            here = Placement.objects.filter(unit_id__in=below, until=None)
            rows = rows.filter(student_id__in=here.values("student_id"))
        if wanted := typed(self.q):
            people = found_students(Student.objects.all(), wanted).order_by()
            rows = rows.filter(student__in=people.values("pk"))
        return rows


def warning_page(rows: "QuerySet[AcademicWarning]", number: int) -> Found:
    """One page of rows that the caller restricted and narrowed; two statements and the classes."""
    found = page_of_rows(WARNINGS, rows, ORDER, number)
    places = stands([row[1] for row in found.rows], ("class",)) if found.rows else {}
    read: dict[int, Rules] = {}
    shown = []
    for row in found.rows:
        pk, student, student_no, name, colour, level, rule, facts, set_id, set_name, body = row[:11]
        rules = read.get(set_id) or read.setdefault(set_id, read_rules(_json(body)))
        words = explain(rules, rule, _json(facts))
        state = WarningState(row[12])
        place = places.get(student)
        shown.append(
            {
                "pk": pk, "number": student_no, "name": name, "level": level_markup(colour),
                "label": level, "why": "；".join(words), "rules": set_name, "period": row[11],
                "class_name": place.class_name if place else "—",
                "state": tag_markup(state.label, _TONES[state.value]),
                "box": _box(pk, name) if state == WarningState.FOUND else "",
            }
        )  # fmt: skip
    return replace(found, rows=shown)


def _json(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


def _box(pk: int, name: str) -> Any:
    return format_html(
        '<input type="checkbox" name="selected" value="{}" data-owner="{}" aria-label="{}">',
        pk, name, name,
    )  # fmt: skip


def counts_by(rows: "QuerySet[AcademicWarning]", column: str) -> dict[str, int]:
    """How many by one column, of rows that the caller restricted and narrowed."""
    if column not in ("state", "colour"):
        raise ValueError(column)
    try:
        keys, params = named(*rows.order_by().values("pk").query.sql_with_params(), "key")
    except EmptyResultSet:  # a condition that no row can meet
        return {}
    return dict(
        fetch(
            f"SELECT {column}, count(*) FROM students_academicwarning WHERE id IN ({keys})"
            f" GROUP BY {column}",
            params,
        )
    )


def periods_of(rows: "QuerySet[AcademicWarning]") -> list[str]:
    """Half-years with warnings that the reader may see, the newest first."""
    found = rows.order_by("-period").values_list("period", flat=True).distinct()
    return list(found[:6])


def families_of(rows: "QuerySet[AcademicWarning]") -> list[tuple[str, str]]:
    """(code, name) of the rule sets among these warnings."""
    found = rows.order_by("family").values_list("family", "rules__name").distinct()
    return list(dict(found).items())


COLOURS = [(one.value, one.label) for one in Colour]
