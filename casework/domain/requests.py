"""Sending a request: by the student, by staff on the student's behalf, from a building's sheet."""

import uuid
from collections.abc import Sequence

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from casework.domain.request_notes import leave_step, tell_staff
from casework.domain.rights import still_allows
from casework.models import Request, RequestKind
from casework.queries.request_routing import people_with
from casework.request_access import may_be_independent, sender_mark
from casework.request_enums import MIN_TEXT, Move
from cohorts.enums import UnitKind
from cohorts.models import Unit
from cohorts.queries.working_days import work_calendar
from portal.core.crypto import encrypt
from portal.core.domain.files import attach_files
from portal.core.errors import DomainError
from portal.core.filetypes import CleanFile
from portal.core.models import User
from students.access import own_student_id
from students.models import Student


def send_request(
    *,
    actor: User,
    kind: RequestKind,
    text: str,
    place: str = "",
    unit: Unit | None = None,
    student: Student | None = None,
    about: Unit | None = None,
    files: Sequence[CleanFile] = (),
    client_key: uuid.UUID | None = None,
) -> Request:
    """Keep a request and its files; ``student`` None is a report about a place.

    A student sends for himself; staff who may log a talk with the student send on his behalf, and
    are then recorded as first asked. The day of the answer is counted in working days from today.
    A protected kind is sent by the person alone: the account is kept encrypted, and the request
    goes straight to the independent handlers. The same ``client_key`` and words make one request.
    Raises DomainError for words that say too little, PermissionDenied without the right.
    """
    text = text.strip()
    try:
        _check(actor, kind, text, student, about)
        with transaction.atomic():
            return _keep(actor, kind, text, place, unit, student, about, files, client_key)
    except (DomainError, IntegrityError):
        sent = _already_sent(client_key, actor, text)
        if sent is None:
            raise
        return sent


def _check(
    actor: User, kind: RequestKind, text: str, student: Student | None, about: Unit | None
) -> None:
    if len(text) < MIN_TEXT:
        raise DomainError(_("Write at least one sentence: what happened, where, since when?"))
    if not kind.is_used:
        raise DomainError(_("This kind is no longer in use. Choose another one."))
    is_own = student is not None and own_student_id(actor) == student.pk
    if kind.is_protected:
        if student is not None and not is_own:
            raise DomainError(
                _("A protected complaint is sent by the person alone, so that nobody else learns "
                  "who it was. Show the student where: My page, Requests.")
            )  # fmt: skip
        if about is not None and about.kind == UnitKind.UNIVERSITY:
            raise DomainError(_("Name the college, academy or office it is about, or none."))
    elif about is not None:
        raise DomainError(_("Only a protected complaint names the unit it is about."))


def _already_sent(client_key: uuid.UUID | None, actor: User, text: str) -> Request | None:
    sent: Request | None = Request.objects.filter(client_key=client_key).first()
    if client_key is None or sent is None:
        return None
    is_mine = (
        sent.sender_mark == sender_mark(actor) if sent.is_protected else sent.sent_by_id == actor.pk
    )
    if not is_mine or sent.text != text:
        raise DomainError(
            _("This form was sent before with other words. Your text is still here: send it again "
              "to keep it as a further request."),
            code="used_key",
        )  # fmt: skip
    return sent


def _keep(
    actor: User, kind: RequestKind, text: str, place: str, unit: Unit | None,
    student: Student | None, about: Unit | None, files: Sequence[CleanFile],
    client_key: uuid.UUID | None,
) -> Request:  # fmt: skip
    is_own = student is not None and own_student_id(actor) == student.pk
    if student is not None and not still_allows(
        actor, student, "see_own" if is_own else "log_talk"
    ):
        raise PermissionDenied(_("None of your posts allows you to send for this student."))
    now, day = timezone.now(), timezone.localdate()
    due = work_calendar().due_after(day, kind.answer_days)
    made = Request(
        kind=kind, text=text, place=place.strip()[:80], unit=unit, due_from=day,
        answer_days=kind.answer_days, due_on=due.day,
        is_due_provisional=due.is_provisional, sent_at=now, client_key=client_key,
        is_protected=kind.is_protected,
    )  # fmt: skip
    if kind.is_protected:
        made.sender_sealed, made.sender_mark = encrypt(str(actor.pk)), sender_mark(actor)
        made.about = about
        made.office = Unit.objects.filter(kind=UnitKind.UNIVERSITY, closed_on=None).first()
        made.routed_at = now if made.office is not None else None
    else:
        made.student, made.sent_by = student, actor
        made.first_asked = actor if student is not None and not is_own else None
    made.save(force_insert=True)
    leave_step(actor, made, Move.SEND, kind=kind.code)
    if files:
        attach_files(actor=actor, record=made, files=files, is_hidden=kind.is_protected)
    if kind.is_protected:
        people = User.objects.filter(pk__in=people_with("handle_protected"))
        eyes = [one.pk for one in people if may_be_independent(one, made.about_id)]
        tell_staff(made, eyes, "protected", _("A protected complaint waits for a handler."))
    return made
