"""One account about several students: a dormitory visit, a class meeting."""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from casework.domain.follow_ups import check_talk, role_of
from casework.domain.plan_tasks import count_records
from casework.domain.talk_details import TalkDetails
from casework.enums import Channel, Confidentiality, Risk
from casework.models import Case, FollowUp
from casework.ties import shut_case_ids
from portal.core import audit
from portal.core.errors import DomainError
from portal.core.models import User
from portal.core.scope import forget_reach
from students.models import Student

MOST = 200
# The clock of the cases whose record counts as contact; the same rule as for a single record.
_COUNT = """
    UPDATE casework_case c
       SET last_contact_at = greatest(c.last_contact_at, f.happened_at),
           contact_due_at = CASE WHEN c.last_contact_at > f.happened_at THEN c.contact_due_at ELSE
               (least((f.happened_at AT TIME ZONE 'Asia/Shanghai')::date + l.contact_every_days::int,
                      f.next_on) + time '23:59:59') AT TIME ZONE 'Asia/Shanghai' END,
           help_at = CASE WHEN c.help_at IS NULL AND c.planned_at IS NOT NULL
                          THEN greatest(f.happened_at, c.planned_at) ELSE c.help_at END,
           version = c.version + 1
      FROM casework_followup f, casework_caselevel l
     WHERE f.batch_key = %(batch)s AND f.is_real AND f.case_id = c.id AND l.code = c.level_id
    RETURNING c.id, c.planned_at IS NOT NULL
"""


def log_group(
    *,
    actor: User,
    students: Sequence[Student],
    channel: Channel,
    content: str,
    batch_key: uuid.UUID,
    happened_at: dt.datetime | None = None,
    next_on: dt.date | None = None,
    risk: Risk = Risk.ORDINARY,
    confidentiality: Confidentiality = Confidentiality.GENERAL,
    minutes: int | None = None,
    place: str = "",
    details: TalkDetails | None = None,
) -> int:
    """One record for each of ``students``, all or none; returns how many there are.

    The same ``batch_key`` is the same account: sent again it adds nothing. About more students than
    one room holds it is an event and no contact with each (``GROUP_CONTACT_MAX``). Raises
    DomainError as for a single record, for nobody and for more than two hundred; PermissionDenied
    when a post ended meanwhile for one of them. A constant number of statements.
    """
    check_talk(content, happened_at or timezone.now(), next_on)
    if not students:
        raise DomainError(_("Name at least one student."))
    if len(students) > MOST:
        raise DomainError(_("At most %(most)s students in one form.") % {"most": MOST})
    told = details or TalkDetails()
    told.check()
    if told.report_to:
        raise DomainError(_("Report a single student in a record of its own."))
    facts = {
        "channel": channel, "content": content.strip(), "risk": risk, "next_on": next_on,
        "confidentiality": confidentiality, "minutes": minutes, "place": place,
        "happened_at": happened_at or timezone.now(), **told.fields(),
    }  # fmt: skip
    try:
        with transaction.atomic():
            return _keep(actor, students, batch_key, facts)
    except IntegrityError:
        sent: int = FollowUp.objects.filter(batch_key=batch_key, author=actor).count()
        if not sent:
            raise
        return sent  # the other copy of the same form was faster


def _keep(actor: User, students: Sequence[Student], batch: uuid.UUID, facts: dict[str, Any]) -> int:
    sent: int = FollowUp.objects.filter(batch_key=batch, author=actor).count()
    if sent:
        return sent
    ids = sorted(student.pk for student in students)
    shut = set(shut_case_ids(actor))
    cases = dict(
        Case.objects.select_for_update(of=("self",))
        .filter(student_id__in=ids, closed_at=None)
        .order_by("pk")
        .values_list("student_id", "pk")
    )
    role = role_of(actor)
    made = FollowUp.objects.bulk_create(
        FollowUp(
            student_id=pk, author=actor, author_role=role, batch_key=batch, group_size=len(ids),
            case_id=cases.get(pk) if cases.get(pk) not in shut else None,
            client_key=uuid.uuid5(batch, str(pk)), **facts,
        )
        for pk in ids
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, {"batch": batch})
        counted = cursor.fetchall()
    # Bounded: only groups of one room are counted as contact at all.
    for case, has_plan in counted:
        if has_plan:
            count_records(case)
    _check_all(actor, ids)
    audit.record_many(
        actor=actor, action="log_group", model=FollowUp, ids=[one.pk for one in made],
        students=ids, channel=str(facts["channel"]),
    )  # fmt: skip
    return len(made)


def _check_all(actor: User, ids: list[int]) -> None:
    """Asked after the write, inside the transaction: a post that ended a minute ago counts."""
    forget_reach()
    allowed = Student.objects.restrict(actor, "log_talk").filter(pk__in=ids).count()
    if allowed != len(ids):
        raise PermissionDenied(
            _("Your post no longer allows you to log on all of these students. Nothing was saved.")
        )
