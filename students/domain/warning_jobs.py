"""Running the rules in the background, started from the page."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from cohorts.models import Term
from portal.core.domain.jobs import Outcome, Progress, register_job, start_job
from portal.core.models import Job, JobState, User
from students.domain.warning_runs import run_warnings, term_of

KIND = "warnings"


@transaction.atomic
def start_run(*, actor: User, term: Term) -> Job:
    """Queue the evaluation of all sets that are on after ``term``; the caller has asked for the
    right. What is found waits for a person."""
    return start_job(actor=actor, kind=KIND, params={"term": term.pk})


def do_run(job: Job, progress: Progress) -> Outcome:
    """The evaluation; a second delivery of the same job finds the same."""
    progress(_("Evaluating the rules"), 0, 1)
    outcome = run_warnings(actor=job.owner, term=term_of(str(job.params["term"])))
    found: dict[str, Any] = {one.name: one.new + one.again for one in outcome.sets}
    return Outcome(JobState.DONE, {"found": found, "students": outcome.students})


register_job(KIND, do_run)
