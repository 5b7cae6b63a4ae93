"""The end of an episode: entries and seats end, sight ends, the one who reported hears of it."""

import datetime as dt

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from casework.domain.keys import withdraw_open
from casework.domain.plan_tasks import end_plan
from casework.domain.rights import still_allows
from casework.enums import Channel, KeyKind, Outcome
from casework.models import AfterCheck, Case, FollowUp, HelpFeedback, Seat
from casework.queries.numbers import number
from portal.core import audit
from portal.core.freshness import renew
from portal.core.models import Notification, User
from portal.core.scope import forget_reach

# With the student, not about the student.
DIRECT = (Channel.FACE, Channel.PHONE, Channel.VISIT, Channel.ONLINE)


def finish_case(actor: User | None, case: Case, outcome: Outcome) -> None:
    """Close a case that the caller has locked and checked. The team stays in the history."""
    now, today = timezone.now(), timezone.localdate()
    withdraw_open(case=case, kinds=list(KeyKind), at=now)
    end_plan(actor, case, _("The case was closed."))
    case.entries.filter(left_at=None).update(left_at=now)
    seated = Seat.objects.filter(case=case).exclude(ends_on__lt=today)
    people = list(seated.values_list("person_id", flat=True))
    seated.update(ends_on=today)
    case.closed_at, case.outcome, case.review_due_on = now, outcome, None
    case.version += 1
    case.save(update_fields=["closed_at", "outcome", "review_due_on", "version"])
    if outcome in (Outcome.SOLVED, Outcome.REFERRED):
        _look_again(case, today)
    audit.record(actor=actor, action="close_case", obj=case, outcome=str(outcome))
    forget_reach()
    renew({*people, *([case.owner_id] if case.owner_id else [])})
    tell_raiser(case, f"case-end:{case.pk}", _words(case, outcome))


def _look_again(case: Case, today: dt.date) -> None:
    due = today + dt.timedelta(days=number("case.recheck_days"))
    AfterCheck.objects.create(case=case, due_on=due, owner=case.owner)
    met = FollowUp.objects.filter(case=case, is_real=True, channel__in=DIRECT)
    # A student whom nobody has spoken to would only wonder what the question is about.
    if case.student.user_id is not None and met.exists():
        HelpFeedback.objects.create(case=case, student_id=case.student_id, asked_at=timezone.now())


def _words(case: Case, outcome: Outcome) -> str:
    day = date_format(timezone.localtime(case.reported_at), "DATE_FORMAT")
    words = {
        Outcome.SOLVED: _("What you reported on %(day)s has been closed: the matter is solved"),
        Outcome.REFERRED: _("What you reported on %(day)s has been handed on to those in charge"),
        Outcome.LEFT: _("What you reported on %(day)s has been closed: the student has left"),
        Outcome.UNFOUNDED: _("What you reported on %(day)s was looked into and is not listed"),
    }
    return words[outcome] % {"day": day}


def tell_raiser(case: Case, key: str, text: str) -> None:
    """The loop closes: a line without a name for the person who raised it (design 6)."""
    raiser = case.raised_by
    if raiser is None or not raiser.is_in_force():
        return
    url = reverse("casework:case", args=[case.pk]) if still_allows(raiser, case, "see_case") else ""
    Notification.objects.get_or_create(
        user=raiser, key=key, defaults={"text": text[:300], "url": url}
    )
