"""Reports of the study analysis that somebody had written: one's own, by term and version."""

import uuid
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from cohorts.models import Unit
from portal.core.domain.jobs import progress
from portal.core.models import Job, JobState, User

KIND = "study_report"
_TONES = {JobState.DONE: "ok", JobState.FAILED: "late"}


def reports_of(user: User) -> QuerySet[Job]:
    """What ``user`` asked for, the newest first; without the files."""
    return Job.objects.filter(owner=user, kind=KIND).defer("report").order_by("-created_at", "-pk")


def report_for(user: User, key: uuid.UUID) -> Job:
    """One's own report, or Http404."""
    job = reports_of(user).filter(key=key).first()
    if job is None:
        raise Http404
    return job


def lines_of(jobs: list[Job]) -> list[dict[str, Any]]:
    """Lines of the list; one statement for the names of units."""
    pks = [job.params["unit"] for job in jobs if job.params["unit"] is not None]
    names = dict(Unit.objects.filter(pk__in=pks).values_list("pk", "name"))
    return [
        {
            "unit": names.get(job.params["unit"]) or _("all students in your reach"),
            "term": job.params["term"], "version": job.params["version"], "at": job.created_at,
            "state": job.get_state_display(), "tone": _TONES.get(JobState(job.state), "accent"),
            "is_done": job.state == JobState.DONE, "key": job.key,
            "url": reverse("students:study_report", args=[job.key]),
        }
        for job in jobs
    ]  # fmt: skip


def bar(job: Job) -> dict[str, Any]:
    """Parameters of components/job.html."""
    step, done, total = progress(job)
    return {
        "url": reverse("students:study_report_progress", args=[job.key]), "step": step,
        "done": done, "total": total,
        "started": timezone.localtime(job.created_at).strftime("%H:%M"),
        "is_working": job.state in {JobState.WAITING, JobState.RUNNING},
    }  # fmt: skip
