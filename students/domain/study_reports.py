"""Reports of the study analysis: a job for each version, its figures kept in the job's result."""

import uuid

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from cohorts.models import Term, Unit
from portal.core import audit
from portal.core.domain.jobs import start_job
from portal.core.models import Job, User
from portal.core.scope import forget_reach
from students.queries.analysis import Scope, scope_of
from students.queries.study_reports import KIND


def _scope(actor: User, unit_id: int | None) -> Scope:
    """Whom the actor may count now. Raises PermissionDenied where that is nobody."""
    forget_reach()
    scope = scope_of(actor, unit_id)
    if scope is None:
        raise PermissionDenied(_("Your posts no longer show the results of this unit."))
    return scope


@transaction.atomic
def start_report(
    *, actor: User, unit: Unit | None, term: Term, key: uuid.UUID | None = None
) -> Job:
    """Have a report of ``unit`` (None: the whole reach) after ``term`` written in the background.

    Versions of one person, unit and term are counted from 1; the same ``key`` gives the first one
    back. Raises PermissionDenied for a unit whose results the actor may not see.
    """
    User.objects.select_for_update().get(pk=actor.pk)  # versions one after the other
    sent = Job.objects.filter(key=key, owner=actor, kind=KIND).first() if key else None
    if sent is not None:
        return sent
    _scope(actor, unit.pk if unit else None)
    params = {"unit": unit.pk if unit else None, "term": term.pk}
    earlier = Job.objects.filter(
        owner=actor, kind=KIND, params__unit=params["unit"], params__term=term.pk
    )
    job = start_job(
        actor=actor, kind=KIND, params={**params, "version": earlier.count() + 1}, key=key
    )
    audit.record(actor=actor, action="ask_study_report", obj=job, **params)
    return job


@transaction.atomic
def hand_report(*, actor: User, job: Job, form: str) -> None:
    """Write down that a version goes out as a file, after asking whether its unit is still open to
    whoever had it written. Raises PermissionDenied when it is not, or for somebody else's."""
    if job.owner_id != actor.pk:
        raise PermissionDenied(_("Only the person who asked for it gets the file."))
    scope = _scope(actor, job.params["unit"])
    if job.result["sheet"]["by_name"] and not scope.by_name:
        raise PermissionDenied(_("Your posts no longer show the results of this unit."))
    audit.record(actor=actor, action="download_study_report", obj=job, form=form)


def scope_of_job(job: Job) -> Scope:
    """Whom the report counts: what its owner may see while it is written."""
    if job.owner is None:
        raise PermissionDenied
    return _scope(job.owner, job.params["unit"])
