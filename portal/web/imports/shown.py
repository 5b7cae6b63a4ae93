"""What the job page shows: figures, lines and buttons out of a job's stored result."""

from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.core.domain.imports import import_kind
from portal.core.domain.jobs import progress
from portal.core.models import Job, JobState

_TONES = {
    JobState.READY: "due", JobState.DONE: "ok", JobState.FAILED: "late", JobState.WAITING: "accent",
    JobState.RUNNING: "accent", JobState.CANCELLED: "neutral",
}  # fmt: skip


def job_line(job: Job) -> dict[str, Any]:
    """One line of the list of imports."""
    kind = import_kind(str(job.params.get("import")))
    return {
        "title": kind.title if kind else "",
        "file": job.upload.name if job.upload else "",
        "at": job.created_at,
        "url": reverse("imports:job", args=[job.key]),
        "state": job.get_state_display(),
        "tone": _TONES[JobState(job.state)],
    }


def bar(job: Job) -> dict[str, Any]:
    """Parameters of components/job.html."""
    step, done, total = progress(job)
    return {
        "url": reverse("imports:progress", args=[job.key]),
        "step": step,
        "done": done,
        "total": total,
        "started": timezone.localtime(job.created_at).strftime("%H:%M"),
        "is_working": job.state in {JobState.WAITING, JobState.RUNNING},
    }


def page(job: Job) -> dict[str, Any]:
    """Everything the page of one import shows in its present state."""
    result = job.result or {}
    return {
        "job": job,
        "line": job_line(job),
        "bar": bar(job),
        "state": job.state,
        "tiles": _tiles(result),
        "notes": result.get("notes", []),
        "changes": _lines(result.get("changes", [])),
        "moves": _lines(result.get("moves", [])),
        "faults": result.get("faults", []),
        "fault_count": result.get("fault_count", 0),
        "message": result.get("message", ""),
        "fingerprint": result.get("fingerprint", ""),
        "is_nothing": job.state == JobState.DONE and not result.get("touched"),
        "has_report": bool(result.get("fault_count")),
    }


def _tiles(result: dict[str, Any]) -> list[dict[str, Any]]:
    counts = result.get("counts", {})
    labels = {
        "new": _("New"), "changed": _("Changed"), "moved": _("Moved"), "unchanged": _("Unchanged")
    }  # fmt: skip
    return [
        {"label": labels[code], "value": counts[code], "denominator": ""}
        for code in labels
        if code in counts
    ]


def _lines(rows: list[list[Any]]) -> list[dict[str, Any]]:
    names = ("row", "key", "name", "label", "old", "new")
    return [dict(zip(names, row, strict=True)) for row in rows]
