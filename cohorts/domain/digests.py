"""Which digests are due: one mail for a person and a day, promised once (docs/reminders.md)."""

import datetime as dt

from django.db import transaction
from django.utils import timezone

from cohorts.queries.rhythms import rhythm_groups
from cohorts.queries.working_days import work_calendar
from portal.core.domain.mails import promise_mails
from portal.core.dues import people_with_dues
from portal.core.models import Every, MailClock, MailKind, Rhythm, Weekday

# A slot that the clock missed for longer is not made up: the next one says the same.
LATEST = dt.timedelta(hours=12)
_CLOCK = "digests"


@transaction.atomic
def plan_digests(now: dt.datetime | None = None) -> int:
    """Promise the digests whose hour has come since the last run; returns how many are new.

    Only people with something due get a row, and what is due is asked of the rule when the mail
    leaves. Two runs at once wait for each other; a run that dies leaves nothing behind, and the
    next one begins where the last whole one ended.
    """
    now = now or timezone.now()
    clock, is_new = MailClock.objects.select_for_update().get_or_create(
        name=_CLOCK, defaults={"upto": now}
    )
    if is_new or clock.upto >= now:
        return 0
    since, clock.upto = max(clock.upto, now - LATEST), now
    clock.save(update_fields=["upto"])
    made = 0
    busy: set[int] | None = None
    for group in rhythm_groups():
        kind, slot = slot_of(group.rhythm, now)
        if slot is None or slot <= since:
            continue
        people = set(group.people)
        if kind == MailKind.DIGEST:
            if busy is None:
                busy = people_with_dues(is_brief=False)
            people = people if busy is None else people & busy
        # A brief holds the day's lines as well: never two mails for the same day.
        made += promise_mails(
            people=sorted(people), kind=kind, key=f"slot:{timezone.localdate(slot)}", due_at=slot,
            gone_at=slot + LATEST,
        )  # fmt: skip
    return made


def slot_of(rhythm: Rhythm, now: dt.datetime) -> tuple[MailKind, dt.datetime | None]:
    """The last full hour up to ``now`` at which this rhythm asks for a mail, and for which one;
    None when that lies further back than anybody would make up."""
    local = timezone.localtime(now)
    slot = local.replace(hour=rhythm.hour, minute=0, second=0, microsecond=0)
    if slot > local:
        slot -= dt.timedelta(days=1)
    if slot < local - LATEST:
        return MailKind.DIGEST, None
    if rhythm.brief and slot.weekday() == Weekday.MONDAY:
        return MailKind.BRIEF, slot
    if rhythm.every == Every.WEEKLY:
        is_wanted = slot.weekday() == rhythm.weekday
    elif rhythm.every == Every.WORKDAYS:
        is_wanted = work_calendar().is_working(slot.date())
    else:
        is_wanted = rhythm.every == Every.DAILY
    return MailKind.DIGEST, slot if is_wanted else None
