"""The nightly pull: files that a data platform drops into a folder go the way of every import.

Each file is taken whole or not at all, by the same code as the import page. What became of it is
a job row of its own: the log, and the source of the mark of freshness.
"""

import datetime as dt
import hashlib
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pghistory
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.core import audit
from portal.core.domain.imports import Context, import_kind, run_import, summary
from portal.core.errors import DomainError
from portal.core.models import Job, JobState
from portal.core.sheets.writer import error_file

log = logging.getLogger(__name__)

KIND = "pull"
# The organisation first, then the roster, which opens classes that are still missing, then the posts
# on both. A file begins with its kind's code.
ORDER = ("units", "roster", "staff")
_ENDINGS = (".xlsx", ".csv")
STALE_AFTER = dt.timedelta(days=1, hours=6)


@dataclass(frozen=True)
class Freshness:
    """When the last good pull ended; ``is_stale`` after a night without one."""

    at: dt.datetime | None
    is_stale: bool


def freshness() -> Freshness | None:
    """None where no platform is connected and none ever was."""
    job = (
        Job.objects.filter(kind=KIND, state=JobState.DONE)
        .order_by("-finished_at")
        .only("finished_at")
        .first()
    )
    if job is None or job.finished_at is None:
        return Freshness(None, True) if settings.PLATFORM_DIR else None
    return Freshness(job.finished_at, job.finished_at < timezone.now() - STALE_AFTER)


def pull(folder: str | Path | None = None) -> list[Job]:
    """Read the newest file of each kind in ``folder`` (default: the setting).

    One job row a file. A file that was taken before is not read again, so what was corrected by
    hand since then stays. DomainError when there is no such folder.
    """
    place = Path(folder or settings.PLATFORM_DIR or "")
    if not (folder or settings.PLATFORM_DIR) or not place.is_dir():
        raise DomainError(
            _("The folder of the data platform is missing: %(path)s") % {"path": place}
        )
    return [_take(code, path) for code in ORDER if (path := _newest(place, code)) is not None]


def _newest(place: Path, code: str) -> Path | None:
    """The last by name: platforms put the day into it. Other files are left alone."""
    found = [
        path
        for path in place.iterdir()
        if path.name.startswith(code) and path.suffix.lower() in _ENDINGS and path.is_file()
    ]
    return max(found, key=lambda path: path.name, default=None)


def _take(code: str, path: Path) -> Job:
    job = Job(kind=KIND, params={"import": code, "file": path.name}, step=code)
    state, report = JobState.FAILED, None
    result: dict[str, Any] = {}
    try:
        state, result, report = _import(code, path, job)
    except DomainError as error:
        result = {"error": str(error.message)}
    except OSError as error:
        result = {"error": _("%(file)s cannot be read: %(why)s")
                  % {"file": path.name, "why": error.strerror}}  # fmt: skip
    job.state, job.result, job.report = state, result, report
    job.finished_at = timezone.now()
    job.save()
    audit.record(actor=None, action="pull_platform", obj=job, file=path.name, state=str(state),
                 counts=result.get("counts", {}))  # fmt: skip
    if state == JobState.FAILED:
        log.error("File %s of the data platform was not taken over: %s", path.name,
                  result.get("error") or f"{result.get('fault_count')} cells")  # fmt: skip
    return job


def _import(code: str, path: Path, job: Job) -> tuple[JobState, dict[str, Any], bytes | None]:
    content = path.read_bytes()
    job.params["sha256"] = digest = hashlib.sha256(content).hexdigest()
    known = Job.objects.filter(kind=KIND, state=JobState.DONE, params__import=code)
    last = known.order_by("-pk").values_list("params__sha256", flat=True).first()
    if last == digest:
        return JobState.DONE, {"counts": {}, "is_known": True}, None
    kind = import_kind(code)
    if kind is None:
        raise DomainError(_("This kind of import is not known any more."))
    context = Context(actor=None, can_create=True)
    with pghistory.context(command="pull_platform", file=path.name):
        result = run_import(kind, content, context, name=path.name)
    if result.faults:
        return JobState.FAILED, summary(result), error_file(result.faults, name=path.name)
    return JobState.DONE, summary(result), None
