"""Logging a talk, call or visit; correcting one."""

import datetime as dt
import uuid
from collections.abc import Sequence

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from casework.domain.plan_tasks import count_records
from casework.domain.rhythm import first_action_due, next_contact_due
from casework.domain.rights import check_still, still_allows
from casework.domain.talk_details import TalkDetails, report
from casework.enums import Channel, Confidentiality, Risk
from casework.models import Case, CaseLevel, FollowUp
from casework.ties import shut_case_ids
from partybranch.domain.cultivation import count_talk
from portal.core import audit
from portal.core.domain.files import attach_files
from portal.core.errors import DomainError, StaleError
from portal.core.filetypes import CleanFile
from portal.core.models import User
from portal.core.prepared import prepared
from portal.core.rows import fetch
from students.models import Student

PLAIN = TalkDetails()
# Times outside of these are slips of the pen, and the database cannot hold the worst of them.
_FIRST_YEAR = 2000
_FARTHEST = dt.timedelta(days=3 * 366)


def check_talk(content: str, happened_at: dt.datetime, next_on: dt.date | None) -> None:
    """Raises DomainError for a contact without words, in the future, or with a senseless date."""
    now = timezone.now()
    if happened_at.year < _FIRST_YEAR:
        raise DomainError(_("The contact lies too far back. Check the year."))
    if happened_at > now + dt.timedelta(minutes=5):
        raise DomainError(
            _("The contact lies in the future. Enter when it took place, or plan it under “next "
              "contact”.")
        )  # fmt: skip
    if not content.strip():
        raise DomainError(_("Write at least one sentence: what did you see, what was agreed?"))
    if next_on is not None and next_on < timezone.localdate():
        raise DomainError(_("The next contact lies in the past. Choose today or later."))
    if next_on is not None and next_on > timezone.localdate() + _FARTHEST:
        raise DomainError(_("The next contact lies too far ahead. Check the year."))


def _already_sent(
    client_key: uuid.UUID | None, actor: User, student: Student, content: str
) -> FollowUp | None:
    """The record that this very form made, or None. Raises DomainError for another form's key:
    neither is a line dropped nor is somebody else's record shown."""
    sent: FollowUp | None = FollowUp.objects.filter(client_key=client_key).first()
    if client_key is None or sent is None:
        return None
    if (sent.author_id, sent.student_id, sent.content) != (actor.pk, student.pk, content.strip()):
        raise DomainError(
            _("This form was sent before with other words. Your text is still here: send it again "
              "to keep it as a further record."),
            code="used_key",
        )  # fmt: skip
    return sent


def log_follow_up(
    *,
    actor: User,
    student: Student,
    channel: Channel,
    content: str,
    happened_at: dt.datetime | None = None,
    next_on: dt.date | None = None,
    risk: Risk = Risk.ORDINARY,
    needs_report: bool = False,
    confidentiality: Confidentiality = Confidentiality.GENERAL,
    minutes: int | None = None,
    place: str = "",
    client_key: uuid.UUID | None = None,
    details: TalkDetails = PLAIN,
    files: Sequence[CleanFile] = (),
    counts_in_file: bool = False,
) -> FollowUp:
    """Record one contact; it counts for the student's open case if there is one, and with
    ``counts_in_file`` as a talk in the cultivation book of the party file.

    ``details`` are the parts of the full form. With ``report_to`` the people of that part are told,
    and the record needs reporting whether or not the switch was set.

    The same ``client_key`` with the same words returns the first record unchanged, so a double click or
    an offline draft sent three times makes one row. Raises DomainError for a contact in the
    future, without content, or a next date in the past. The right is checked again inside the
    transaction: a post or seat that ended a minute ago no longer writes (design 5.11).
    """
    made = FollowUp(
        student_id=student.pk, author_id=actor.pk, channel=channel, content=content.strip(),
        happened_at=happened_at or timezone.now(), next_on=next_on, risk=risk,
        needs_report=needs_report or bool(details.report_to), confidentiality=confidentiality,
        minutes=minutes, place=place, client_key=client_key, **details.fields(),
    )  # fmt: skip
    try:
        check_talk(content, made.happened_at, next_on)
        if details is not PLAIN:
            details.check()
        with transaction.atomic():
            _keep(actor, student, made)
            if files:
                attach_files(actor=actor, record=made, files=files)
            if made.report_to:
                report(made)
            if counts_in_file:
                count_talk(actor=actor, student=student, on=timezone.localdate(made.happened_at))
    except (DomainError, IntegrityError):
        # Sent before, or twice at once and the other copy won: dates may have passed since.
        sent = _already_sent(client_key, actor, student, content)
        if sent is None:
            raise
        return sent
    return made


_ROLE = """
    SELECT r.name FROM cohorts_appointment a JOIN cohorts_role r ON r.id = a.role_id
     WHERE a.person_id = %(actor)s AND a.revoked_at IS NULL AND a.starts_on <= %(day)s
       AND (a.ends_on IS NULL OR a.ends_on >= %(day)s)
     ORDER BY r."order", a.id LIMIT 1
"""


def role_of(actor: User) -> str:
    """The post as which somebody writes today; empty without one."""
    found = fetch(_ROLE, {"actor": actor.pk, "day": timezone.localdate()})
    return str(found[0][0]) if found else ""


# The open case, locked until the contact is counted, and the post as which the actor writes.
_OPEN_CASE = f"""
    SELECT ({_ROLE}),
           open_case.*
      FROM (SELECT 1) always LEFT JOIN (
        SELECT c.id, c.last_contact_at, c.contact_due_at, c.planned_at, c.help_at,
               l.contact_every_days
          FROM casework_case c JOIN casework_caselevel l ON l.code = c.level_id
         WHERE c.student_id = %(student)s AND c.closed_at IS NULL FOR UPDATE OF c) open_case ON true
"""


def _keep(actor: User, student: Student, made: FollowUp) -> None:
    """Write the record, count it for the open case, leave a line in the audit trail."""
    asked = {"student": student.pk, "actor": actor.pk, "day": timezone.localdate()}
    ((role, *facts),) = fetch(prepared(_OPEN_CASE), asked)
    made.author_role = role or ""
    # Kept beside the case: who is locked out neither reads nor writes in it.
    made.case_id = None if facts[0] in shut_case_ids(actor) else facts[0]
    _write(made, _clock(made, *facts[1:]) if made.case_id is not None else {})
    if not still_allows(actor, student, "log_talk"):
        raise PermissionDenied(_("Your post no longer allows you to log on this student."))
    if made.case_id in shut_case_ids(actor):
        raise PermissionDenied(_("Something changed meanwhile. Reload the page, then try again."))
    # There is a plan, whose steps may be counted from records.
    if made.case_id is not None and made.is_real and facts[3] is not None:
        count_records(made.case_id)
    audit.record(
        actor=actor, action="log_follow_up", obj=made, student=student.pk,
        channel=str(made.channel),
    )  # fmt: skip


# Whether the contact is real the database says, so both are one statement.
_WRITTEN = """
    WITH made AS (INSERT INTO casework_followup ({columns}) VALUES ({places})
                  RETURNING id, case_id, is_real),
         counted AS (UPDATE casework_case c
                        SET last_contact_at = %(last)s, contact_due_at = %(due)s,
                            help_at = %(help)s, version = c.version + 1
                       FROM made WHERE c.id = made.case_id AND made.is_real)
    SELECT id, is_real FROM made
"""
_FIELDS = [one for one in FollowUp._meta.concrete_fields
           if not one.generated and not one.primary_key]  # fmt: skip
_WRITE = prepared(
    _WRITTEN.format(
        columns=", ".join(f'"{one.column}"' for one in _FIELDS),
        places=", ".join(f"%(new_{one.column})s" for one in _FIELDS),
    )
)


def _write(made: FollowUp, clock: dict[str, dt.datetime | None]) -> None:
    """The new row, and the clock of its case if the contact is real: one statement."""
    values = {name: clock.get(name) for name in ("last", "due", "help")}
    for one in _FIELDS:
        values[f"new_{one.column}"] = one.get_db_prep_save(one.pre_save(made, True), connection)
    ((made.pk, made.is_real),) = fetch(_WRITE, values)
    made._state.adding, made._state.db = False, connection.alias


def _clock(
    made: FollowUp,
    last: dt.datetime | None,
    due: dt.datetime | None,
    planned_at: dt.datetime | None,
    help_at: dt.datetime | None,
    every_days: int,
) -> dict[str, dt.datetime | None]:
    """Times of the case after a real contact, by anyone."""
    if last is None or made.happened_at >= last:
        last = made.happened_at
        due = next_contact_due(CaseLevel(contact_every_days=every_days), last, made.next_on)
    # Stage facts are true times: the first real contact after the plan is the start of help.
    if planned_at and not help_at:
        help_at = max(made.happened_at, planned_at)
    return {"last": last, "due": due, "help": help_at}


def _count_anew(case_id: int) -> None:
    """The clock of an open case after a correction gave or took a contact its content."""
    case = Case.objects.select_for_update(of=("self",)).select_related("level").get(pk=case_id)
    if not case.is_open:
        return
    last = FollowUp.objects.filter(case=case, is_real=True).order_by("-happened_at").first()
    case.last_contact_at = last.happened_at if last else None
    case.contact_due_at = (
        next_contact_due(case.level, last.happened_at, last.next_on)
        if last
        else first_action_due(case.level, case.reported_at)
    )
    case.version += 1
    case.save(update_fields=["last_contact_at", "contact_due_at", "version"])


@transaction.atomic
def correct_follow_up(
    *,
    actor: User,
    follow_up: FollowUp,
    content: str,
    version: int,
    details: TalkDetails | None = None,
) -> FollowUp:
    """Replace the text, and the ``details`` where given; the former ones stay in the history. Only
    the writer corrects."""
    kept: FollowUp = FollowUp.objects.select_for_update().get(pk=follow_up.pk)
    if kept.author_id != actor.pk:
        raise DomainError(_("Only the person who wrote a record can correct it."), code="denied")
    if kept.version != version:
        raise StaleError(_("This record was corrected elsewhere meanwhile. Reload to see it."))
    check_talk(content, kept.happened_at, None)
    was_real, kept.content, kept.version = kept.is_real, content.strip(), kept.version + 1
    changed = details.fields() if details is not None else {}
    changed.pop("report_to", None)  # what was reported stays reported
    for name, value in changed.items():
        setattr(kept, name, value)
    kept.save(update_fields=["content", "version", *changed])
    kept.refresh_from_db(fields=["is_real"])
    check_still(actor, kept, "see_talks")
    if kept.case_id is not None and kept.is_real != was_real:
        _count_anew(kept.case_id)
        count_records(kept.case_id)
    audit.record(actor=actor, action="correct_follow_up", obj=kept, version=kept.version)
    return kept
