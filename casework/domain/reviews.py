"""Reviews of a case, the check after closing, and the word of the student (rulebook 3.2, 3.5)."""

import datetime as dt

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from casework.domain.cases import check_version, raise_level
from casework.domain.keys import withdraw_open
from casework.domain.rights import check_still
from casework.enums import MIN_REASON_CHARS, Helped, KeyKind
from casework.models import AfterCheck, Case, CaseLevel, CaseReview, HelpFeedback
from casework.queries.closing import calm_rank, is_calm
from casework.queries.numbers import number
from portal.core import audit
from portal.core.errors import DomainError
from portal.core.models import User

# A student who was not reached is tried again after so many days.
TRY_AGAIN_DAYS = 7


@transaction.atomic
def record_review(
    *,
    actor: User,
    case: Case,
    held_on: dt.date,
    level: CaseLevel | None,
    findings: str,
    has_signal: bool = False,
    is_goal_met: bool = False,
    next_on: dt.date | None = None,
    version: int | None = None,
) -> CaseReview:
    """Keep one review. A more serious level takes effect at once; a calm one starts tracking.

    ``next_on`` is by the rhythm of the level (rulebook 3.2), sooner if wished, never later. The
    same review sent again is the same row. Raises DomainError for a closed case, a day before the
    entry or in the future, a review of that day by somebody else, or empty findings.
    """
    findings = findings.strip()
    case = Case.objects.select_for_update(of=("self",)).select_related("level", "student").get(
        pk=case.pk
    )  # fmt: skip
    held: CaseReview | None = CaseReview.objects.filter(case=case, held_on=held_on).first()
    if held is not None and (held.by_id, held.findings) == (actor.pk, findings):
        return held
    check_version(case, version)
    _check_review(case, held_on, findings, held)
    if level is not None and level.rank < case.level.rank:
        raise_level(actor=actor, case=case, level=level, reason=findings[:300])
        case = Case.objects.select_related("level", "student").get(pk=case.pk)
    latest = held_on + dt.timedelta(days=case.level.review_every_days)
    next_on = next_on or latest
    if not held_on < next_on <= latest:
        raise DomainError(
            _("The level asks for the next review by %(day)s.")
            % {"day": date_format(latest, "DATE_FORMAT")}
        )
    review: CaseReview = CaseReview.objects.create(
        case=case, held_on=held_on, level=level, findings=findings[:2000], has_signal=has_signal,
        is_goal_met=is_goal_met, by=actor, next_on=next_on,
    )  # fmt: skip
    _follow_reviews(case)
    check_still(actor, case, "write_case")
    audit.record(actor=actor, action="record_review", obj=case, review=review.pk,
                 level=level.pk if level else None, signal=has_signal)  # fmt: skip
    return review


def _check_review(case: Case, held_on: dt.date, findings: str, held: CaseReview | None) -> None:
    if not case.is_open:
        raise DomainError(_("This case is closed. Report the student again to open a new one."))
    if len(findings) < MIN_REASON_CHARS:
        raise DomainError(_("Write down what the review found."))
    if held_on > timezone.localdate():
        raise DomainError(_("The review lies in the future. Enter the day on which it was held."))
    if held_on < timezone.localdate(case.reported_at):
        raise DomainError(_("The review lies before the entry. Check the day."))
    if held is not None:
        raise DomainError(_("A review of this day is on file already. See it first."))


def _follow_reviews(case: Case) -> None:
    """Tracking begins with the first of an unbroken run of calm reviews, and the assessment is
    the one that completes it; a worse review ends both, and takes back what leant on them."""
    rank, wanted = calm_rank(), number("case.close_reviews")
    run: list[dt.date] = []
    reviews = CaseReview.objects.filter(case=case).select_related("level").order_by("-held_on")
    newest = reviews.first()
    for review in reviews:
        if not is_calm(review.level, review.has_signal, rank):
            break
        run.append(review.held_on)
    days = run[::-1]
    case.tracking_at = _moment(case, days[0]) if days else None
    case.assessed_at = _moment(case, days[wanted - 1]) if len(days) >= wanted else None
    if not days:
        withdraw_open(case=case, kinds=[KeyKind.CLOSE], at=timezone.now())
    case.review_due_on = newest.next_on if newest else case.review_due_on
    case.version += 1
    case.save(update_fields=["tracking_at", "assessed_at", "review_due_on", "version"])


def _moment(case: Case, day: dt.date) -> dt.datetime:
    noon = timezone.make_aware(dt.datetime.combine(day, dt.time(12)))
    return min(max(noon, case.reported_at), timezone.now())


@transaction.atomic
def record_after_check(
    *, actor: User, check: AfterCheck, is_reached: bool, is_fine: bool | None, note: str
) -> AfterCheck:
    """Was the student reached, and still fine? Not reached: the check comes back in a week.

    Raises DomainError when it was done already, or when a student who was reached is neither
    fine nor not.
    """
    check = AfterCheck.objects.select_for_update(of=("self",)).select_related("case").get(
        pk=check.pk
    )  # fmt: skip
    if check.done_at is not None:
        raise DomainError(_("Somebody else has done this check."), code="stale")
    note = note.strip()[:500]
    if is_reached and is_fine is None:
        raise DomainError(_("Say whether the student is still fine."))
    if len(note) < MIN_REASON_CHARS:
        raise DomainError(_("Write one sentence: how was the student reached, what was said?"))
    check.note = note
    if is_reached:
        check.is_reached, check.is_fine = True, is_fine
        check.done_at, check.done_by = timezone.now(), actor
    else:
        check.due_on = timezone.localdate() + dt.timedelta(days=TRY_AGAIN_DAYS)
    check.save()
    check_still(actor, check.case, "write_case")
    audit.record(actor=actor, action="after_check", obj=check.case, reached=is_reached,
                 fine=is_fine if is_reached else None)  # fmt: skip
    return check


@transaction.atomic
def answer_feedback(
    *, actor: User, feedback: HelpFeedback, helped: Helped, words: str = ""
) -> HelpFeedback:
    """The student's own word, once. Raises DomainError for somebody else's question."""
    feedback = HelpFeedback.objects.select_for_update(of=("self",)).select_related(
        "student", "case"
    ).get(pk=feedback.pk)  # fmt: skip
    if feedback.student.user_id != actor.pk:
        raise DomainError(_("This question was not put to you."))
    if feedback.answered_at is None:
        feedback.helped, feedback.words = helped, words.strip()[:500]
        feedback.answered_at = timezone.now()
        feedback.save(update_fields=["helped", "words", "answered_at"])
        audit.record(actor=actor, action="answer_feedback", obj=feedback)
    return feedback
