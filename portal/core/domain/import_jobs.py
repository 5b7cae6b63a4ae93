"""Imports from the page: upload, check in the background, confirm or discard."""

import datetime as dt
import hashlib
import uuid

import pghistory
from cryptography.fernet import InvalidToken
from django.db import transaction
from django.utils.translation import gettext as _

from portal.core import audit
from portal.core.crypto import decrypt_bytes, encrypt_bytes
from portal.core.domain.imports import Context, ImportKind, import_kind, run_import, summary
from portal.core.domain.jobs import Outcome, Progress, register_job, send_job, start_job
from portal.core.errors import DomainError, StaleError
from portal.core.models import Job, JobState, Upload, User
from portal.core.sheets.sniff import kind_of
from portal.core.sheets.writer import error_file

KIND = "import"


@transaction.atomic
def start_import(
    *, actor: User, kind: ImportKind, name: str, content: bytes, since: dt.date, key: uuid.UUID
) -> Job:
    """Keep the file with its digest and check it in the background.

    The same ``key`` (a form sent twice) is the same job. Raises SheetError at once when the
    content cannot be a table.
    """
    kind_of(content)
    known = Job.objects.filter(key=key).first()
    if known is not None:
        if known.owner_id != actor.pk:
            raise DomainError(_("Open the form again and choose the file once more."))
        return known
    upload = Upload.objects.create(
        owner=actor,
        name=name[-200:],
        content=encrypt_bytes(content),
        sha256=hashlib.sha256(content).hexdigest(),
    )
    params = {"import": kind.code, "phase": "check", "since": since.isoformat()}
    job = start_job(actor=actor, kind=KIND, params=params, upload=upload, key=key)
    audit.record(
        actor=actor, action="upload_file", obj=upload, kind=kind.code, sha256=upload.sha256
    )
    return job


@transaction.atomic
def confirm_import(*, actor: User, job: Job, fingerprint: str) -> Job:
    """Write what the preview showed. Asking twice starts it once; StaleError when the person
    looked at another preview."""
    job = Job.objects.select_for_update().get(pk=job.pk)
    if job.state != JobState.READY:
        return job
    if fingerprint != job.result.get("fingerprint"):
        raise StaleError(_("This is not the preview that you looked at. Read it again."))
    job.params = {**job.params, "phase": "write"}
    job.state, job.beat_at = JobState.WAITING, None
    job.save(update_fields=["params", "state", "beat_at"])
    send_job(job.pk)
    return job


@transaction.atomic
def discard_import(*, actor: User, job: Job) -> Job:
    """Drop a preview; nothing of it was written."""
    job = Job.objects.select_for_update().get(pk=job.pk)
    if job.state == JobState.READY:
        job.state = JobState.CANCELLED
        job.save(update_fields=["state"])
        audit.record(actor=actor, action="discard_import", obj=job)
    return job


def do_import(job: Job, progress: Progress) -> Outcome:
    """Check phase: READY with a preview, or FAILED with the error file. Write phase: DONE."""
    kind = import_kind(str(job.params["import"]))
    if kind is None or job.upload is None or job.owner is None:
        raise DomainError(_("This kind of import is not known any more."))
    if not job.owner.is_in_force():
        raise DomainError(_("The account that started this import is closed."))
    damaged = _("The stored file is not the one that was uploaded. Upload it again.")
    try:
        content = decrypt_bytes(bytes(job.upload.content))
    except InvalidToken as error:
        raise DomainError(damaged) from error
    if hashlib.sha256(content).hexdigest() != job.upload.sha256:
        raise DomainError(damaged)
    since = dt.date.fromisoformat(job.params["since"])
    context = Context(actor=job.owner, since=since, progress=progress)
    is_dry = job.params.get("phase") != "write"
    expected = "" if is_dry else str(job.result["fingerprint"])
    with pghistory.context(user=job.owner_id, job=str(job.key)):
        result = run_import(
            kind, content, context, is_dry=is_dry, expected=expected, name=job.upload.name
        )
    if result.faults:
        report = error_file(result.faults, name=job.upload.name)
        return Outcome(JobState.FAILED, summary(result), report)
    is_offer = is_dry and not result.diff.is_empty
    return Outcome(JobState.READY if is_offer else JobState.DONE, summary(result))


register_job(KIND, do_import)
