"""Bulk assignment in one transaction with a number, and taking the whole run back."""

import datetime as dt
import hashlib
import uuid
from collections import Counter
from collections.abc import Collection, Sequence

from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Greatest
from django.utils import timezone
from django.utils.translation import gettext as _

from cohorts.models import LinkKind
from portal.core import audit
from portal.core.errors import DomainError
from portal.core.models import User
from portal.core.scope import forget_reach
from students.domain.link_checks import (
    check_dates,
    check_limit,
    check_may_link,
    check_people,
    check_single,
)
from students.domain.links import lock_kind
from students.models import LinkRun, Student, StudentLink

Pairs = Sequence[tuple[int, int]]


def pairs_digest(pairs: Pairs) -> str:
    """Short name of a preview: what is applied must be what was looked at."""
    words = ";".join(f"{student}-{person}" for student, person in sorted(pairs))
    return hashlib.sha256(words.encode()).hexdigest()[:32]


@transaction.atomic
def assign_links(
    *,
    actor: User | None,
    key: uuid.UUID,
    kind: LinkKind,
    pairs: Pairs,
    starts_on: dt.date,
    ends_on: dt.date | None = None,
    rule: str = "",
) -> LinkRun:
    """Make all ``pairs`` of (student, person) or none. The same ``key`` again changes nothing.

    Everything is checked anew under the lock of the kind: rights, people, one at a time, limits.
    """
    kind = lock_kind(kind)
    known: LinkRun | None = LinkRun.objects.filter(key=key).first()
    if known is not None:
        if known.actor_id != (actor.pk if actor else None) or known.kind_id != kind.pk:
            raise DomainError(_("This number belongs to another run. Open the page again."))
        return known
    check_dates(starts_on, ends_on)
    if not pairs:
        raise DomainError(_("Nobody is to be linked. Choose people with free places."))
    student_ids = [student for student, _person in pairs]
    if len(set(student_ids)) != len(student_ids):
        raise DomainError(_("A student appears twice in this assignment."))
    people = list(User.objects.filter(pk__in={person for _student, person in pairs}))
    if len(people) != len({person for _student, person in pairs}):
        raise DomainError(_("One of the people does not exist any more."))
    check_may_link(actor, kind, student_ids)
    check_people(actor, kind, people, starts_on)
    check_single(kind, student_ids, starts_on)
    years = dict(Student.objects.filter(pk__in=student_ids).values_list("pk", "entry_year"))
    added: dict[int, Counter[int]] = {}
    for student, person in pairs:
        added.setdefault(person, Counter())[years[student]] += 1
    check_limit(kind, added, {one.pk: one.name for one in people}, starts_on)
    run: LinkRun = LinkRun.objects.create(
        key=key, kind=kind, actor=actor, rule=rule, starts_on=starts_on, ends_on=ends_on,
        links_made=len(pairs),
    )  # fmt: skip
    _insert(run, pairs)
    forget_reach()
    audit.record(
        actor=actor, action="assign_links", obj=run, kind=kind.code, links=len(pairs), rule=rule,
        people=sorted(added), starts_on=starts_on.isoformat(),
    )  # fmt: skip
    return run


def _insert(run: LinkRun, pairs: Pairs) -> None:
    """One statement for the whole run; the history triggers write theirs with it."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO students_studentlink
                   (kind_id, person_id, student_id, starts_on, ends_on, run_id)
            SELECT %s, pair.person, pair.student, %s::date, %s::date, %s
              FROM unnest(%s::bigint[], %s::bigint[]) AS pair(student, person)
            """,
            [
                run.kind_id, run.starts_on, run.ends_on, run.pk,
                [student for student, _person in pairs], [person for _student, person in pairs],
            ],
        )  # fmt: skip


def changed_since(run: LinkRun) -> int:
    """Links of the run that were ended, shortened or stood in for after it was made."""
    links = StudentLink.objects.filter(run=run)
    same_end = links.filter(ends_on__isnull=True) if run.ends_on is None else links.filter(
        ends_on=run.ends_on
    )  # fmt: skip
    untouched = same_end.filter(
        revoked_at=None, starts_on=run.starts_on, kind_id=run.kind_id, covers=None
    )
    return run.links_made - untouched.count()


@transaction.atomic
def undo_run(*, actor: User | None, run: LinkRun) -> LinkRun:
    """Take the whole run back at this moment; refused once any of its links was changed.

    The links stay in the record as cut off: who could see whom in between remains known.
    """
    lock_kind(run.kind)
    run = LinkRun.objects.select_for_update().get(pk=run.pk)
    if run.undone_at is not None:
        raise DomainError(_("This assignment has already been taken back."))
    links = StudentLink.objects.select_for_update().filter(run=run)
    students: Collection[int] = [student for (student,) in links.values_list("student_id")]
    check_may_link(actor, run.kind, students)
    changed = changed_since(run)
    if changed:
        raise DomainError(
            _(
                "%(n)s of these links were changed since. End the others one by one; the whole "
                "assignment cannot be taken back any more."
            )
            % {"n": changed}
        )
    now = timezone.now()
    StudentLink.objects.filter(run=run).update(
        revoked_at=now, ends_on=Greatest(F("starts_on"), timezone.localdate())
    )
    run.undone_at = now
    run.save(update_fields=["undone_at"])
    forget_reach()
    audit.record(actor=actor, action="undo_links", obj=run, links=run.links_made)
    return run
