"""Tasks of the floor: a job takes its id and nothing else."""

from celery import shared_task
from django.conf import settings

from portal.core import mailing
from portal.core.auditlog import care
from portal.core.domain import jobs, pull, sessions


@shared_task(name="portal.core.tasks.run_job")
def run_job(job_id: int) -> bool:
    """Do one job; delivered twice, it is done once."""
    return jobs.run(job_id)


@shared_task(name="portal.core.tasks.resume_stranded_jobs")
def resume_stranded_jobs() -> list[int]:
    """Send jobs again whose worker died or whose message was lost."""
    return jobs.resend_stranded()


@shared_task(name="portal.core.tasks.forget_ended_sessions")
def forget_ended_sessions() -> int:
    """Rows of sessions that ran out."""
    return sessions.forget_ended()


@shared_task(name="portal.core.tasks.seal_audit")
def seal_audit() -> int:
    """Every minute: link new entries to the audit chain. Twice at once: the second does nothing."""
    return care.seal()


@shared_task(name="portal.core.tasks.tend_audit")
def tend_audit() -> dict[str, int]:
    """Every night: months ahead, late entries sealed, what is new checked (on Sundays all)."""
    return care.tend()


@shared_task(name="portal.core.tasks.pull_platform")
def pull_platform() -> list[str]:
    """Every night: files of the data platform, where one is connected. Twice changes nothing."""
    return [job.state for job in pull.pull()] if settings.PLATFORM_DIR else []


@shared_task(name="portal.core.tasks.send_mails")
def send_mails() -> dict[str, int]:
    """Every minute, and after each promise: mails that are due, each handed over once."""
    return mailing.send_due()
