"""Reads of crises: the list, and the page of one for whoever may follow it."""

import datetime as dt
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from casework.crisis_enums import COMPANY, CrisisState, EndedAs, Hop, Part
from casework.models import Crisis, CrisisHop
from casework.queries.call_list import Callee, call_list
from casework.sealed_access import CLEARED
from portal.core.access import reaches_one
from portal.core.ui.dates import format_day
from students.enums import Tree
from students.models import Student
from students.queries.records import FirstContact, first_contact
from students.queries.standing import Stand, stands

# Steps about somebody on the call list, newest first, tell how far the call has come.
_CALLS = {Hop.TOLD, Hop.NO_ANSWER, Hop.TAKEN, Hop.ARRIVED, Hop.STAYS}
_ICONS = {
    Hop.OPENED: "alert", Hop.TOLD: "bell", Hop.NO_ANSWER: "x-circle", Hop.TAKEN: "check",
    Hop.REACHED: "phone", Hop.ARRIVED: "map-pin", Hop.STAYS: "users", Hop.LEFT: "logout",
    Hop.FAMILY: "family", Hop.HOSPITAL: "heart", Hop.SAFE: "check-circle", Hop.NOTE: "file",
    Hop.HANDED: "transfer", Hop.REVIEWED: "survey",
}  # fmt: skip


def crises(user: Any) -> QuerySet[Crisis]:
    """Everything the reader may follow: running ones first, then the newest."""
    rows: QuerySet[Crisis] = Crisis.objects.restrict(user, "see_crisis")
    return rows.select_related("student", "handed_to").order_by("-opened_at", "-id")


def running(user: Any) -> QuerySet[Crisis]:
    """Those that nobody has handed back yet."""
    return crises(user).filter(handed_at=None)


def follows(user: Any, crisis: Crisis) -> bool:
    """Whether the person may open the page of this crisis."""
    return crises(user).filter(pk=crisis.pk).exists()


def student_named(number: str, name: str) -> Student | None:
    """The student of this number and of exactly this name: for a finder who sees neither."""
    number, name = number.replace("\x00", "").strip()[:20], name.replace("\x00", "").strip()
    found: Student | None = Student.objects.filter(student_no=number).first()
    return found if found is not None and name and found.name == name else None


def steps_of(crisis: Crisis) -> list[CrisisHop]:
    """Every step in the order of time, with its people; one statement."""
    return list(crisis.hops.select_related("by", "person").order_by("at", "id"))


def minutes_words(span: dt.timedelta) -> str:
    """45 分钟, 3 小时 20 分, 2 天 4 小时."""
    minutes = max(0, int(span.total_seconds() // 60))
    if minutes < 60:
        return ngettext("%(n)s minute", "%(n)s minutes", minutes) % {"n": minutes}
    if minutes < 24 * 60:
        return _("%(h)s h %(m)s min") % {"h": minutes // 60, "m": minutes % 60}
    return _("%(d)s d %(h)s h") % {"d": minutes // 1440, "h": minutes % 1440 // 60}


def company(steps: list[CrisisHop]) -> dict[str, Any] | None:
    """Who is with the student now (rulebook 3.7: never left alone); None: nobody as far as known."""
    last: CrisisHop | None = None
    for step in steps:
        if step.kind in COMPANY and not (step.kind == Hop.ARRIVED and last is not None
                                         and last.kind == Hop.STAYS):  # fmt: skip
            last = step
    if last is None or last.kind == Hop.LEFT:
        return None
    name = step_name(last) or (_("the hospital") if last.kind == Hop.HOSPITAL else "")
    return {"name": name, "since": timezone.localtime(last.at), "person_id": last.person_id}


def step_name(step: CrisisHop) -> str:
    if step.person is not None:
        return str(step.person.name)
    return step.who


def clock(crisis: Crisis, now: dt.datetime) -> dict[str, Any]:
    """How long it runs; the first action against its time, by the clock (rulebook example 21)."""
    end = crisis.handed_at or now
    first = crisis.first_action_at
    if first is not None:
        words = _("First action after %(span)s") % {"span": minutes_words(first - crisis.opened_at)}
        tone = "late" if first > crisis.first_due_at else "ok"
    elif now > crisis.first_due_at:
        words = _("First action late by %(span)s") % {
            "span": minutes_words(now - crisis.first_due_at)
        }
        tone = "late"
    else:
        words = _("First action by %(time)s, %(span)s left") % {
            "time": f"{timezone.localtime(crisis.first_due_at):%H:%M}",
            "span": minutes_words(crisis.first_due_at - now),
        }
        tone = "due"
    return {"runs": minutes_words(end - crisis.opened_at), "first": words, "tone": tone}


def timeline(steps: list[CrisisHop]) -> list[dict[str, Any]]:
    """The steps for ``components/timeline.html``, the newest first. What was typed late says so."""
    items = []
    for step in reversed(steps):
        marks = [step.by.name if step.by is not None else _("system")]
        if step.part:
            marks.append(str(Part(step.part).label))
        late = step.recorded_at - step.at
        if late > dt.timedelta(minutes=5):
            marks.append(_("entered %(span)s later") % {"span": minutes_words(late)})
        about = step_name(step) if step.person_id != step.by_id or step.who else ""
        kind = step_words(step)
        items.append({
            "icon": _ICONS[Hop(step.kind)], "kind": f"{kind}：{about}" if about else kind,
            "meta": " · ".join(marks), "time": format_day(step.at, "time"), "text": step.words,
        })  # fmt: skip
    return items


def calls(
    called: list[Callee], steps: list[CrisisHop], family: FirstContact | None = None
) -> list[dict[str, Any]]:
    """The call list with what became of each call. ``family`` fills the line of the family; its
    steps keep the words of the list, so that no name stands in them."""
    rows = []
    for number, one in enumerate(called, 1):
        about = [step for step in steps if _is_about(step, one)]
        # A line of the portal itself is no answer of a person.
        told = [step for step in about if step.by_id is not None]
        last = told[-1] if told else about[-1] if about else None
        rows.append({
            "number": number, "part": one.part, "part_label": one.part_label, "name": one.name,
            "post": one.post, "phone": one.phone, "dial": _dialled(one.phone), "note": one.note,
            "person_id": one.person_id, "who": "" if one.person_id else one.name,
            "state": _call_state(last) if last is not None else "",
            "tone": "ok" if told and told[-1].kind != Hop.NO_ANSWER else "due" if about else "",
        })  # fmt: skip
        if family is not None and one.part == Part.FAMILY and not (one.phone or one.person_id):
            rows[-1] |= {"name": family.title, "note": "", "contact": family.pk,
                         "masked": family.masked}  # fmt: skip
            family = None
    return rows


def _is_about(step: CrisisHop, one: Callee) -> bool:
    if (step.kind, one.part) == (Hop.FAMILY, Part.FAMILY):
        return True
    if one.person_id:
        return step.kind in _CALLS and one.person_id in (step.person_id, step.by_id)
    return step.kind in _CALLS and (step.part, step.who) == (one.part, one.name)


def _call_state(step: CrisisHop) -> str:
    return f"{timezone.localtime(step.at):%H:%M} {step_words(step)}"


def step_words(step: CrisisHop) -> str:
    """What happened; a notice of the portal is no word between people."""
    if step.kind == Hop.TOLD and step.by_id is None:
        return _("notice sent")
    return str(Hop(step.kind).label)


def _dialled(phone: str) -> str:
    return "".join(char for char in phone if char.isdigit() or char == "+")


def live(user: Any, crisis: Crisis, now: dt.datetime | None = None) -> dict[str, Any]:
    """What changes while the page stands open. The same statements, whatever the number of steps."""
    steps = steps_of(crisis)
    called = call_list(crisis.student, crisis.case) if crisis.is_open else []
    family = first_contact(user, crisis.student) if called else None
    return {
        "clock": clock(crisis, now or timezone.now()),
        "company": company(steps),
        "calls": calls(called, steps, family),
        "steps": timeline(steps),
    }


def whereabouts(crisis: Crisis) -> Stand:
    """Class, academy and room: where one looks for the student."""
    here = stands([crisis.student_id], (Tree.CLASS, Tree.ACADEMY, Tree.ROOM))
    return here.get(crisis.student_id, Stand())


def may_find(user: Any, crisis: Crisis) -> bool:
    """Whether room and telephone are shown: to the call list of this crisis, to those who read the
    record anyway, and to the counselling centre (rulebook 8.3: crisis only)."""
    if crisis.hops.filter(kind=Hop.TOLD, person=user).exists():
        return True
    return reaches_one(Student, user, "see_record", crisis.student_id) or reaches_one(
        Student, user, CLEARED, crisis.student_id
    )


def lines(page: Any, now: dt.datetime) -> list[dict[str, Any]]:
    """Rows of the list: state, span of the first action, who has it now. One statement."""
    shown = []
    for crisis in page:
        state = CrisisState(crisis.state)
        ended = EndedAs(crisis.ended_as).label if crisis.ended_as else ""
        about = clock(crisis, now)
        shown.append({
            "url": f"/crises/{crisis.pk}/", "name": crisis.student.name, "state": state.label,
            "is_open": crisis.is_open, "opened": format_day(crisis.opened_at, "time"),
            "first": about["first"], "tone": about["tone"], "runs": about["runs"], "ended": ended,
            "to": crisis.handed_to.name if crisis.handed_to else "",
            "review": crisis.review_on if state == CrisisState.HANDED else None,
        })  # fmt: skip
    return shown
