"""Screening rounds and results: lines applied, answers sealed, the clock of the talk started."""

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from casework.domain.sealed_text import check_centre, check_cleared, keep_texts
from casework.models import FileSource, Scale, Screening, ScreeningRound, SealedFile
from casework.screening_rules import Sheet, read_sheet, total_of
from portal.core import audit
from portal.core.errors import DomainError
from portal.core.models import User
from students.models import Student


@dataclass(frozen=True)
class Taken:
    """One sheet of one student."""

    student_id: int
    taken_on: dt.date
    sheet: Sheet


@transaction.atomic
def open_round(
    *, actor: User, name: str, scale: Scale, starts_on: dt.date, ends_on: dt.date,
    entry_year: int | None = None,
) -> ScreeningRound:  # fmt: skip
    """A screening, such as that of the freshmen of an autumn."""
    check_centre(actor)
    if ends_on < starts_on:
        raise DomainError(_("The last day lies before the first."))
    if ScreeningRound.objects.filter(name=name.strip()).exists():
        raise DomainError(_("There is a round of this name already."))
    made: ScreeningRound = ScreeningRound.objects.create(
        name=name.strip(), scale=scale, starts_on=starts_on, ends_on=ends_on,
        entry_year=entry_year, opened_by=actor,
    )  # fmt: skip
    audit.record(actor=actor, action="open_round", obj=made, scale=scale.pk)
    return made


@sensitive_variables()
@transaction.atomic
def record_sheet(
    *, actor: User, student: Student, scale: Scale, answers: Sequence[int], taken_on: dt.date
) -> Screening:
    """One sheet outside of a round, typed in by the centre."""
    check_cleared(actor, student)
    if taken_on > timezone.localdate():
        raise DomainError(_("The day lies in the future."))
    check_answers(scale, answers)
    sheet = Sheet(tuple(answers), total_of(scale, answers))
    (made,) = keep_sheets(actor, scale, None, [Taken(student.pk, taken_on, sheet)])
    audit.record(
        actor=actor, action="record_screening", obj=made, student=student.pk, scale=scale.pk
    )
    return made


def check_answers(scale: Scale, answers: Sequence[int]) -> None:
    if len(answers) != scale.items:
        raise DomainError(
            _("The scale has %(n)s items; enter one answer for each.") % {"n": scale.items}
        )
    if any(not scale.answer_min <= answer <= scale.answer_max for answer in answers):
        raise DomainError(
            _("Answers go from %(low)s to %(high)s.")
            % {"low": scale.answer_min, "high": scale.answer_max}
        )


@sensitive_variables()
def keep_sheets(
    actor: User | None, scale: Scale, of: ScreeningRound | None, sheets: Sequence[Taken]
) -> list[Screening]:
    """For the domain and the seed; the caller has asked for the right. A student whom the sheet
    asks to talk with gets a file; the clock runs from the day the result is known."""
    lines, today = list(scale.lines.all()), timezone.localdate()
    readings = [read_sheet(scale, lines, one.sheet) for one in sheets]
    texts = keep_texts(
        [
            json.dumps({
                "answers": list(one.sheet.answers), "total": read.total, "positive": read.positive,
                "factors": {name: str(mean) for name, mean in read.factors.items()},
            }, ensure_ascii=False)
            for one, read in zip(sheets, readings, strict=True)
        ]
    )  # fmt: skip
    made = []
    for one, read, text in zip(sheets, readings, texts, strict=True):
        follow_by = None
        if read.follow_days is not None:
            follow_by = max(one.taken_on + dt.timedelta(days=read.follow_days), today)
        made.append(
            Screening(
                student_id=one.student_id,
                round=of,
                scale=scale,
                taken_on=one.taken_on,
                answers=text,
                line=read.line,
                is_same_day=read.is_same_day,
                follow_by=follow_by,
            )
        )
    Screening.objects.bulk_create(made, batch_size=1000)
    asked = [one.student_id for one in made if one.follow_by is not None]
    SealedFile.objects.bulk_create(
        [
            SealedFile(student_id=pk, source=FileSource.SCREENING, opened_by=actor,
                       opened_at=timezone.now())
            for pk in dict.fromkeys(asked)
        ],
        ignore_conflicts=True, batch_size=1000,
    )  # fmt: skip
    return made
