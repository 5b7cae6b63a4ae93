"""Background jobs: each is done once, however often its message is delivered.

A job runs inside one transaction that also stores its result, under a lock that PostgreSQL
drops with the connection. A worker killed in the middle leaves nothing behind, and the next
delivery finds the lock free and the job not done.
"""

import datetime as dt
import logging
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.core.cache import cache
from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from portal.core.errors import DomainError
from portal.core.models import Job, JobState, Upload, User

log = logging.getLogger(__name__)
# First key of the two-part advisory locks: jobs by id.
_LOCK_SPACE = 814_002
_PROGRESS_SECONDS = 3600
# A job without a sign of life for this long is looked at again.
STRANDED_SECONDS = 60
MAX_ATTEMPTS = 3


@dataclass(frozen=True)
class Outcome:
    """What a job function hands back; stored in the same transaction as its rows."""

    state: JobState
    result: dict[str, Any] = field(default_factory=dict)
    report: bytes | None = None


Progress = Callable[[str, int, int], None]
JobFunction = Callable[[Job, Progress], Outcome]
_kinds: dict[str, JobFunction] = {}


def register_job(kind: str, function: JobFunction) -> None:
    """Name the function that does jobs of this kind. It runs inside a transaction."""
    _kinds[kind] = function


def start_job(
    *,
    actor: User | None,
    kind: str,
    params: dict[str, Any] | None = None,
    upload: Upload | None = None,
    key: uuid.UUID | None = None,
) -> Job:
    """Store a job and send it when the transaction commits. The same ``key`` is the same job."""
    params = {**(params or {}), "language": get_language()}
    with transaction.atomic():
        job, made = Job.objects.get_or_create(
            key=key or uuid.uuid4(),
            defaults={"kind": kind, "owner": actor, "upload": upload, "params": params},
        )
        if made:
            send_job(job.pk)
    return job


def send_job(job_id: int) -> None:
    """Hand the job to a worker on commit. When the broker is away the job waits in its table
    and ``resend_stranded`` sends it later."""
    from portal.core.tasks import run_job

    def send() -> None:
        try:
            run_job.apply_async((job_id,), retry=False)
        except Exception as error:
            log.warning("The broker did not take job %s, it will be sent again: %r", job_id, error)

    transaction.on_commit(send)


def run(job_id: int) -> bool:
    """Do the job unless it is done, under way elsewhere, or not released yet.

    Returns whether this call did it. Errors for people end up in the job, not in the caller.
    """
    if not _claim(job_id):
        return False
    language = Job.objects.values_list("params__language", flat=True).get(pk=job_id)
    with override(language):
        try:
            return _run_once(job_id)
        except DomainError as error:
            _fail(job_id, str(error.message))
        except Exception:
            if not connection.is_usable():
                raise
            log.exception("Job %s failed.", job_id)
            _fail(
                job_id,
                _(
                    "Something went wrong on our side; nothing was saved. Try again, and tell the administrator if it stays."
                ),
            )
        return True


def _claim(job_id: int) -> bool:
    """Mark the job as running, visible to all. A job that keeps dying is given up."""
    with transaction.atomic():
        job = Job.objects.select_for_update().filter(pk=job_id).first()
        if job is None or job.state not in {JobState.WAITING, JobState.RUNNING}:
            return False
        if not _try_lock(job_id):
            return False
        attempts = int(job.params.get("attempts", 0)) + 1
        if attempts > MAX_ATTEMPTS:
            job.state = JobState.FAILED
            job.finished_at = timezone.now()
            job.result = {"message": _("The work was broken off three times. Try a smaller file.")}
            job.save(update_fields=["state", "finished_at", "result"])
            return False
        job.params = {**job.params, "attempts": attempts}
        job.state, job.beat_at = JobState.RUNNING, timezone.now()
        job.save(update_fields=["state", "beat_at", "params"])
    return True


def _try_lock(job_id: int) -> bool:
    """The right to work on this job until the end of the transaction or of the connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [_LOCK_SPACE, job_id % 2**31])
        return bool(cursor.fetchone()[0])


def _run_once(job_id: int) -> bool:
    with transaction.atomic():
        if not _try_lock(job_id):
            return False
        job = Job.objects.select_related("upload", "owner").get(pk=job_id)
        if job.state != JobState.RUNNING:
            return False
        outcome = _kinds[job.kind](job, _progress_of(job))
        _store(job, outcome)
    cache_forget(job_id)
    return True


def _store(job: Job, outcome: Outcome) -> None:
    job.state, job.result, job.report = outcome.state, outcome.result, outcome.report
    job.params = {**job.params, "attempts": 0}
    job.finished_at = timezone.now() if job.is_over else None
    job.save(update_fields=["state", "result", "report", "params", "finished_at"])


def _fail(job_id: int, message: str) -> None:
    with transaction.atomic():
        job = Job.objects.select_for_update().get(pk=job_id)
        if not job.is_over:
            _store(job, Outcome(JobState.FAILED, {**job.result, "message": message}))
    cache_forget(job_id)


def _progress_of(job: Job) -> Progress:
    """Progress goes through the cache server: the job's own row is locked until it is done."""

    def report(step: str, done: int, total: int) -> None:
        try:
            cache.set(_cache_key(job.pk), (step, done, total), _PROGRESS_SECONDS)
        except Exception:
            log.debug("The cache server is away; progress is not shown.")

    return report


def progress(job: Job) -> tuple[str, int, int]:
    """(step, done, of): live while the job runs, else what its row says."""
    if job.state == JobState.RUNNING:
        try:
            live = cache.get(_cache_key(job.pk))
        except Exception:
            live = None
        if live:
            return str(live[0]), int(live[1]), int(live[2])
    return job.step or str(job.get_state_display()), job.done, job.total


def cache_forget(job_id: int) -> None:
    try:
        cache.delete(_cache_key(job_id))
    except Exception:
        log.debug("The cache server is away.")


def _cache_key(job_id: int) -> str:
    return f"job-progress:{job_id}"


def resend_stranded() -> list[int]:
    """Send jobs again that nobody works on: worker killed, message lost, broker away."""
    limit = timezone.now() - dt.timedelta(seconds=STRANDED_SECONDS)
    waiting = Job.objects.filter(state__in=[JobState.WAITING, JobState.RUNNING]).annotate(
        seen_at=Coalesce(F("beat_at"), F("created_at"))
    )
    sent = []
    for job_id in waiting.filter(seen_at__lt=limit).values_list("pk", flat=True):
        with transaction.atomic():
            if _try_lock(job_id):
                Job.objects.filter(pk=job_id).update(beat_at=timezone.now())
                send_job(job_id)
                sent.append(job_id)
    return sent
