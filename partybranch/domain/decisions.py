"""New decisions about what was decided before: nothing is deleted, it is taken back (P23, P18)."""

import datetime as dt
from collections.abc import Collection

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from partybranch.domain import effects
from partybranch.domain.facts import MIN_REASON
from partybranch.domain.refresh import refresh
from partybranch.domain.rights import check_still, locked
from partybranch.enums import Decision, Ended
from partybranch.models import DecisionRecord, Development, StepRecord
from partybranch.queries.rules import numbers, rule_book
from portal.core import audit
from portal.core.errors import DomainError
from portal.core.models import User

# From which step each decision takes back; BACK says it itself.
_FROM = {Decision.TARGET_OFF: 7}
MAY_DECIDE = (Decision.STOP, Decision.TARGET_OFF, Decision.BACK, Decision.POSTPONED)


@transaction.atomic
def decide(
    *,
    actor: User | None,
    development: Development,
    kind: Decision,
    on: dt.date,
    decided_by: str,
    reason: str,
    from_step: int | None = None,
    months: int | None = None,
    version: int | None = None,
) -> DecisionRecord:
    """Stop the cultivation, cancel a target, take steps again, or postpone the discussion after a
    transfer. The records taken back stay readable with the decision.

    Raises DomainError once the committee has admitted the person: membership ends only by the vote
    of step 23 and its approval.
    """
    kept = locked(development, version)
    steps = dict(
        StepRecord.objects.filter(development=kept, withdrawn_by=None).values_list("step", "on")
    )
    _check(kept, kind, on, decided_by, reason, steps)
    if kind == Decision.POSTPONED:
        _check_postponed(kept, months, steps)
    elif kind == Decision.STOP:
        check_after(on, steps.values())
    else:
        from_step = _FROM.get(kind, from_step)
        _check_back(from_step, on, steps)
    made: DecisionRecord = DecisionRecord.objects.create(
        development=kept, kind=kind, on=on, decided_by=decided_by.strip(), reason=reason.strip(),
        from_step=from_step, months=months, entered_by=actor,
    )  # fmt: skip
    if kind == Decision.STOP:
        effects.end(kept, on, Ended.STOPPED)
    elif kind == Decision.POSTPONED:
        kept.postponed_by = months or 0
        kept.save(update_fields=["postponed_by"])
    else:
        _take_back(kept, made, from_step or 0, on)
    Development.objects.filter(pk=kept.pk).update(version=F("version") + 1)
    kept.refresh_from_db()
    refresh([kept])
    check_still(actor, kept, "write_party_file")
    audit.record(
        actor=actor, action="decide_development", obj=kept, kind=str(kind), on=on,
        from_step=from_step, months=months,
    )  # fmt: skip
    return made


def _check(
    kept: Development, kind: Decision, on: dt.date, decided_by: str, reason: str,
    steps: dict[int, dt.date],
) -> None:  # fmt: skip
    if kind not in MAY_DECIDE:
        raise DomainError(_("This decision follows from a step and is not entered by itself."))
    if on > timezone.localdate():
        raise DomainError(_("This day lies ahead. Enter the decision when it has been taken."))
    if len(reason.strip()) < MIN_REASON or len(decided_by.strip()) < MIN_REASON:
        raise DomainError(_("Say who decided and why: it stays in the file."))
    if 17 in steps and kind != Decision.POSTPONED:
        raise DomainError(
            _("The committee has admitted this person: only the branch meeting at the end of the "
              "probation, with the committee's approval, can cancel it.")
        )  # fmt: skip


def _check_back(from_step: int | None, on: dt.date, steps: dict[int, dt.date]) -> None:
    if from_step is None or from_step not in steps or from_step == 1:
        raise DomainError(_("Choose a step that was taken; the application itself stays."))
    check_after(on, [steps[one] for one in rule_book().resting_on(from_step, on) if one in steps])


def check_after(on: dt.date, days: Collection[dt.date]) -> None:
    """Nothing is decided about steps on a day before they were taken."""
    last = max(days, default=on)
    if on < last:
        raise DomainError(_("A step was taken later, on %(day)s. Check the date.")
                          % {"day": date_format(last, "DATE_FORMAT")})  # fmt: skip


def _check_postponed(kept: Development, months: int | None, steps: dict[int, dt.date]) -> None:
    most = numbers()["party.postpone_full"]
    came = kept.records.filter(is_former=True, step=15, withdrawn_by=None).exists()
    if not came or 23 in steps or kept.postponed_by:
        raise DomainError(
            _("Only for a member on probation who came from another organisation, once, and before "
              "the meeting.")
        )  # fmt: skip
    if months is None or not 1 <= months <= most:
        raise DomainError(_("The discussion is postponed by at most %(n)s months.") % {"n": most})


def _take_back(kept: Development, decision: DecisionRecord, from_step: int, on: dt.date) -> None:
    steps = rule_book().resting_on(from_step, on)
    rows = StepRecord.objects.filter(development=kept, withdrawn_by=None, step__in=steps)
    rows.update(withdrawn_by=decision)
    for step, duty in ((5, "contact"), (9, "introducer")):
        if step in steps:
            for row in kept.sponsorships.filter(until=None, duty=duty):
                row.until = max(row.since, on)
                row.save(update_fields=["until"])
