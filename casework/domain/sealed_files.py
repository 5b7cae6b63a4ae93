"""The file itself: opened, level and next date set, advice given; and looking for a student."""

import datetime as dt

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from casework.domain.sealed_text import check_centre, check_cleared, keep_text
from casework.models import Case, CaseLevel, FileSource, LockOut, Screening, SealedFile, SealedText
from casework.sealed_access import CLEARED, shut_student_ids
from portal.core import audit
from portal.core.errors import DomainError, StaleError
from portal.core.models import Notification, User
from portal.core.names import normal_name
from students.models import Student

# As many of one name are shown when the centre looks for a student.
MOST_FOUND = 10


@transaction.atomic
def look_for_student(*, actor: User, words: str) -> list[Student]:
    """Students of exactly this number or exactly this name among those whom the centre serves.

    Not a search: parts of a name or number find nobody, and each student shown is a line in the
    audit trail. Students of whose case the actor is locked out are not found.
    """
    check_centre(actor)
    words = normal_name(words)
    if len(words) < 2:
        return []
    rows = Student.objects.restrict(actor, CLEARED).exclude(pk__in=shut_student_ids(actor))
    by = {"student_no": words} if words[-1].isascii() else {"name": words}
    found = list(
        rows.filter(**by).select_related("sealed_file").order_by("student_no")[:MOST_FOUND]
    )
    for student in found:
        audit.record(actor=actor, action="look_for_sealed", obj=student)
    return found


@transaction.atomic
def open_file(*, actor: User, student: Student, source: FileSource) -> SealedFile:
    """The file of ``student``, opened now when there is none. Raises PermissionDenied for a
    student whom the actor's post does not serve."""
    check_cleared(actor, student)
    return ensure_file(actor=actor, student=student, source=source)


def ensure_file(*, actor: User | None, student: Student, source: FileSource) -> SealedFile:
    """For the domain: the caller has asked for the right and holds a transaction."""
    file: SealedFile
    file, made = SealedFile.objects.get_or_create(
        student=student,
        defaults={"source": source, "opened_by": actor, "opened_at": timezone.now()},
    )
    if made:
        audit.record(
            actor=actor, action="open_sealed", obj=file, student=student.pk, source=str(source)
        )
    return file


def _locked(file: SealedFile, version: int) -> SealedFile:
    file = SealedFile.objects.select_for_update().get(pk=file.pk)
    if file.version != version:
        raise StaleError(_("The file was changed meanwhile. Reload the page, then try again."))
    return file


@transaction.atomic
def set_attention(
    *, actor: User, file: SealedFile, level: CaseLevel | None, next_on: dt.date | None,
    keeper: User | None, version: int,
) -> SealedFile:  # fmt: skip
    """Level of attention, next date and who is in charge. A level is a label: while a screening
    waits for its talk there is none (rulebook 3.7), and DomainError says so."""
    file = _locked(file, version)
    check_cleared(actor, file.student)
    if next_on is not None and next_on < timezone.localdate():
        raise DomainError(_("The next date lies in the past. Choose today or later."))
    waiting = Screening.objects.filter(
        student_id=file.student_id, talked_at=None, follow_by__isnull=False
    )
    if level is not None and level.pk != file.level_id and waiting.exists():
        raise DomainError(
            _("A screening asks for a talk first. Record the talk, then set the level.")
        )
    before, file.level, file.next_on, file.keeper = file.level_id, level, next_on, keeper
    file.version += 1
    file.save(update_fields=["level", "next_on", "keeper", "version"])
    audit.record(
        actor=actor, action="set_attention", obj=file, student=file.student_id, before=before,
        after=file.level_id, next_on=next_on,
    )  # fmt: skip
    if before != file.level_id:
        _tell_owner(file)
    return file


@sensitive_variables("own")
@transaction.atomic
def give_advice(
    *, actor: User, file: SealedFile, advice_do: str, advice_dont: str, own: str, version: int
) -> SealedFile:
    """What others please do and do not do, and ``own`` for the student alone, which is sealed."""
    file = _locked(file, version)
    check_cleared(actor, file.student)
    before = (file.advice_do, file.advice_dont)
    file.advice_do, file.advice_dont = advice_do.strip(), advice_dont.strip()
    old = file.own_advice_id
    file.own_advice = keep_text(own.strip()) if own.strip() else None
    file.version += 1
    file.save(update_fields=["advice_do", "advice_dont", "own_advice", "version"])
    SealedText.objects.filter(pk=old).delete()
    audit.record(
        actor=actor, action="give_advice", obj=file, student=file.student_id,
        has_own=file.own_advice_id is not None,
    )  # fmt: skip
    if before != (file.advice_do, file.advice_dont):
        _tell_owner(file)
    return file


def _tell_owner(file: SealedFile) -> None:
    """A notice without name and without content to whoever is responsible for the open case."""
    case = Case.objects.filter(student_id=file.student_id, closed_at=None).first()
    if case is None or case.owner_id is None:
        return
    if LockOut.objects.filter(case=case, person_id=case.owner_id, ends_at=None).exists():
        return
    Notification.objects.create(
        user_id=case.owner_id, key=f"advice:{file.pk}:{file.version}",
        text=_("The counselling centre has new advice on case %(number)s.")
        % {"number": case.number}, url=reverse("casework:case", args=[case.pk]),
    )  # fmt: skip
