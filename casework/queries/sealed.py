"""What a person reads of sealed files: the only place that opens ciphertext for a page.

Each function takes rows that ``restrict`` has given, or asks ``restrict`` itself, and only then
opens the texts of exactly these rows.
"""

import json
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from casework.models import Booking, NoteKind, Screening, SealedFile, SealedNote, Supervision, Way
from casework.sealed_access import CLEARED
from portal.core.sealing import unseal
from portal.core.ui.dates import format_day
from portal.core.ui.words import choice_words

MOST_NOTES = 200
_ICONS = {
    NoteKind.TALK: "talk", NoteKind.ASSESSMENT: "analysis", NoteKind.HOSPITAL: "heart",
    NoteKind.PLAN: "flag", NoteKind.SUPERVISION: "group",
}  # fmt: skip


@dataclass(frozen=True)
class OpenNote:
    """A note whose text the reader may read."""

    pk: int
    icon: str
    kind: str
    at: str
    author: str
    text: str
    version: int
    is_own: bool


@sensitive_variables()
def open_notes(user: Any, **within: Any) -> list[OpenNote]:
    """Notes that ``user`` reads, newest first, opened. ``within``: columns of the note."""
    rows = (
        SealedNote.objects.restrict(user, CLEARED)
        .filter(**within)
        .select_related("author", "text")
        .order_by("-at", "-pk")[:MOST_NOTES]
    )
    words = choice_words(NoteKind)
    return [
        OpenNote(
            pk=one.pk,
            icon=_ICONS.get(NoteKind(one.kind), "talk"),
            kind=words[one.kind],
            at=format_day(one.at, "time"),
            author=one.author.name,
            text=unseal(one.text.cipher),
            version=one.version,
            is_own=one.author_id == user.pk,
        )
        for one in rows
    ]


@sensitive_variables()
def open_note(note: SealedNote) -> str:
    """The text of one note that came from ``get_for``."""
    return unseal(note.text.cipher)


@sensitive_variables()
def former_versions(note: SealedNote) -> list[dict[str, Any]]:
    """Former words of a note that came from ``get_for``, newest first."""
    rows = note.versions.select_related("text", "replaced_by").order_by("-number")
    return [
        {
            "number": one.number,
            "until": format_day(one.replaced_at, "time"),
            "text": unseal(one.text.cipher),
        }
        for one in rows
    ]


@sensitive_variables()
def open_screenings(user: Any, student_id: int) -> list[dict[str, Any]]:
    """Results of a student with their sums and factors, for those who are cleared."""
    rows = (
        Screening.objects.restrict(user, CLEARED)
        .filter(student_id=student_id)
        .select_related("scale", "line", "line__level", "answers", "round")
        .order_by("-taken_on", "-pk")[:30]
    )
    return [_result(one, json.loads(unseal(one.answers.cipher))) for one in rows]


@sensitive_variables()
def _result(one: Screening, held: dict[str, Any]) -> dict[str, Any]:
    raised = [f"{name} {mean}" for name, mean in held["factors"].items() if float(mean) >= 2]
    advice = ""
    if one.follow_by is not None and one.talked_at is None:
        advice = (
            _("talk today") if one.is_same_day
            else _("talk by %(day)s") % {"day": format_day(one.follow_by)}
        )  # fmt: skip
    elif one.talked_at is not None:
        advice = _("talked %(day)s") % {"day": format_day(one.talked_at)}
    return {
        "scale": one.scale.name,
        "round": one.round.name if one.round else "",
        "taken_on": format_day(one.taken_on),
        "total": held["total"],
        "raised": "、".join(raised),
        "answers": " ".join(map(str, held["answers"])),
        "line": one.line.name if one.line else _("no line reached"),
        "level": one.line.level.name if one.line and one.line.level else "",
        "advice": advice,
        "is_late": one.talked_at is None and one.follow_by is not None,
    }


@sensitive_variables()
def own_advice(file: SealedFile | None) -> str:
    """What the centre wrote to the student; for the student's own page and the centre's form."""
    if file is None or file.own_advice_id is None:
        return ""
    return unseal(file.own_advice.cipher)  # type: ignore[union-attr]


@sensitive_variables()
def booking_rows(rows: QuerySet[Booking], *, with_about: bool) -> list[dict[str, Any]]:
    """Bookings out of a restricted queryset; what they are about only where it is asked for."""
    ways = choice_words(Way)
    return [
        {
            "pk": one.pk,
            "at": format_day(one.slot.starts_at, "weekday,time"),
            "minutes": one.slot.minutes,
            "way": ways[one.way],
            "place": one.slot.place,
            "teacher": one.slot.teacher.name,
            "student": one.student.name,
            "student_no": one.student.student_no,
            "about": unseal(one.about.cipher) if with_about and one.about is not None else "",
            "came": one.came,
            "starts_at": one.slot.starts_at,
        }
        for one in rows.select_related("slot", "slot__teacher", "student", "about")
    ]


def bookings_of(user: Any, student_id: int) -> list[dict[str, Any]]:
    """Hours of one student for the centre, the newest first."""
    rows = Booking.objects.restrict(user, CLEARED).filter(student_id=student_id, cancelled_at=None)
    return booking_rows(rows.order_by("-slot__starts_at")[:20], with_about=True)


@sensitive_variables()
def supervision_text(session: Supervision) -> str:
    return unseal(session.text.cipher)
