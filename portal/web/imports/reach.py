"""Whose imports these are: kinds by action held on any unit, jobs by their owner."""

import uuid

from django.db.models import QuerySet
from django.http import Http404

from cohorts.access import grants
from portal.core.domain.import_jobs import KIND
from portal.core.domain.imports import ImportKind, import_kind, import_kinds
from portal.core.models import Job, User


def kinds_of(user: User) -> list[ImportKind]:
    """Kinds for which ``user`` holds the action on some unit today. Which units a file may
    touch is asked row by row when it is read."""
    if not user.is_in_force():
        return []
    return [kind for kind in import_kinds() if grants(user, kind.action).exists()]


def kind_for(user: User, code: str) -> ImportKind:
    """The kind, or Http404 when it does not exist or is not the user's to import."""
    kind = import_kind(code)
    if kind is None or kind not in kinds_of(user):
        raise Http404
    return kind


def jobs_of(user: User) -> QuerySet[Job]:
    """The imports that ``user`` started, newest first, of kinds still allowed."""
    codes = [kind.code for kind in kinds_of(user)]
    rows = Job.objects.filter(owner=user, kind=KIND, params__import__in=codes)
    return rows.select_related("upload").defer("upload__content", "report").order_by("-created_at")


def job_for(user: User, key: uuid.UUID) -> Job:
    """One's own import, or Http404."""
    job = jobs_of(user).filter(key=key).first()
    if job is None:
        raise Http404
    return job
