"""The board of open developments by stage, and the due list: what is late, due soon, incomplete."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum, Window
from django.db.models.functions import RowNumber
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from partybranch.domain.book import StepRule
from partybranch.enums import Stage
from partybranch.models import AdmissionPlan, Development, PartyOrganization, StepRecord
from partybranch.queries.rules import rule_book
from portal.core.ui.dates import format_day
from students.queries.standing import Stand, stands

SHOWN = 4
SOON = dt.timedelta(days=30)
_RANGES = {1: "1–2", 2: "3–6", 3: "7–11", 4: "12–18", 5: "19–25"}
# What a list may be narrowed to, with its words.
ONLY = ("late", "soon", "missing")


def stage_names() -> dict[int, str]:
    return {
        1: _("Application"), 2: _("Activists"), 3: _("Development targets"),
        4: _("Admission on probation"), 5: _("Probation and full membership"),
    }  # fmt: skip


def is_late(day: dt.date) -> Q:
    return Q(first_due__lt=day)


def narrowed(only: str, day: dt.date) -> Q:
    """The rows that a figure counts: the number and its list come from here."""
    if only == "late":
        return is_late(day)
    if only == "soon":
        return Q(first_due__gte=day, first_due__lte=day + SOON)
    return Q(papers_missing__gt=0) if only == "missing" else Q()


def open_files(user: Any, branch: int | None = None) -> QuerySet[Development]:
    """Open developments whose file ``user`` may see, of one branch or of all."""
    rows: QuerySet[Development] = Development.objects.restrict(user, "see_party_file")
    rows = rows.filter(ended_on=None)
    return rows.filter(branch_id=branch) if branch else rows


@dataclass(frozen=True)
class Figures:
    """``total`` files with how many are late, due soon, incomplete; each opens its list."""

    total: int
    late: int
    soon: int
    missing: int


def figures(rows: QuerySet[Development]) -> Figures:
    day = timezone.localdate()
    counts = {only: Count("pk", filter=narrowed(only, day)) for only in ONLY}
    found = rows.order_by().aggregate(total=Count("pk"), **counts)
    return Figures(**found)


@dataclass(frozen=True)
class Card:
    pk: int
    name: str
    student_no: str
    class_name: str
    branch: str
    stage: int
    text: str
    tag: str
    tone: str
    due: dt.date | None


def lanes(rows: QuerySet[Development]) -> list[dict[str, Any]]:
    """The five stages: how many, and the four most urgent of each. Three statements."""
    totals = dict(rows.order_by().values_list("stage").annotate(n=Count("pk")))
    place = Window(
        RowNumber(), partition_by=F("stage"), order_by=[F("first_due").asc(nulls_last=True), "pk"]
    )
    urgent = rows.annotate(place=place).filter(place__lte=SHOWN)
    by_stage: dict[int, list[Card]] = {}
    for card in cards(urgent.order_by("stage", "place")):
        by_stage.setdefault(card.stage, []).append(card)
    names = stage_names()
    return [
        {"stage": stage, "label": names[stage], "range": _("steps %(r)s") % {"r": _RANGES[stage]},
         "total": totals.get(stage, 0), "cards": by_stage.get(stage, []),
         "more": max(totals.get(stage, 0) - SHOWN, 0)}
        for stage in Stage.values
    ]  # fmt: skip


def cards(rows: QuerySet[Development]) -> list[Card]:
    """Lines of a board or list, in the order of ``rows``; two statements."""
    found = list(rows.select_related("student", "branch"))
    places = stands([one.student_id for one in found], ("class",)) if found else {}
    book, day = rule_book(), timezone.localdate()
    made = []
    for one in found:
        rule = book.rule(one.next_step, day) if one.next_step else None
        tag, tone = _tag(one, day)
        made.append(Card(
            one.pk, one.student.name, one.student.student_no,
            places.get(one.student_id, Stand()).class_name, one.branch.label, one.stage,
            _text(one, rule, day), tag, tone, one.first_due,
        ))  # fmt: skip
    return made


def _assesses_first(one: Development) -> bool:
    due = one.assess_due_on
    return due is not None and (one.due_on is None or due <= one.due_on)


def _text(one: Development, rule: StepRule | None, day: dt.date) -> str:
    """“Step 13 · pre-review, by 26 May”: what comes next, or the assessment that is due."""
    if rule is None:
        return _("All steps are recorded.")
    if _assesses_first(one):
        return _("Step 6 · half-yearly assessment, by %(day)s") % {
            "day": format_day(one.assess_due_on, today=day)
        }
    words = _("Step %(n)s · %(name)s") % {"n": rule.number, "name": rule.short.replace(" | ", "")}
    if one.due_on is None:
        return words
    return _("%(step)s, by %(day)s") % {"step": words, "day": format_day(one.due_on, today=day)}


def _tag(one: Development, day: dt.date) -> tuple[str, str]:
    due = one.first_due
    if due is not None and due < day:
        late = (day - due).days
        return ngettext("%(n)s day overdue", "%(n)s days overdue", late) % {"n": late}, "late"
    if one.papers_missing:
        return _("Papers missing"), "late"
    if due is None:
        return "", ""
    left = (due - day).days
    tone = "due" if left <= SOON.days else "neutral"
    return ngettext("%(n)s day left", "%(n)s days left", left) % {"n": left}, tone


def branches_of(user: Any) -> list[tuple[int, str, int]]:
    """(key, name, open files) of the branches whose files ``user`` sees."""
    rows = open_files(user).order_by().values_list("branch_id").annotate(n=Count("pk"))
    counts = dict(rows)
    units = PartyOrganization.objects.in_bulk(list(counts))
    return sorted(((pk, units[pk].label, n) for pk, n in counts.items()), key=lambda row: row[1])


def plan_words(branch_ids: list[int], year: int) -> tuple[int, int] | None:
    """(admitted, places) of the year for these branches (P22); None where there is no plan."""
    plans = AdmissionPlan.objects.filter(branch_id__in=branch_ids, year=year)
    places = plans.aggregate(n=Sum("places"))["n"]
    if places is None:
        return None
    admitted = StepRecord.objects.filter(
        branch_id__in=branch_ids, step=17, withdrawn_by=None, is_former=False, on__year=year
    )
    return admitted.count(), places
