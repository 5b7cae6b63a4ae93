"""What the clock does with requests: lapsed confirmations, later questions, overdue work,
deadlines that were provisional until the holiday table came."""

import datetime as dt
from collections import Counter

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from casework.domain.request_moves import save
from casework.domain.request_notes import leave_step, tell_sender
from casework.domain.request_sender import closing
from casework.models import Request
from casework.queries.request_routing import holders, people_with
from casework.request_catalogue import number
from casework.request_enums import WAITING, Move, RequestState
from cohorts.queries.working_days import work_calendar
from portal.core.models import Notification


def turn_requests() -> dict[str, int]:
    """All of it, once a night; safe to run again. Returns how many of each."""
    return {
        "lapsed": close_unanswered(),
        "asked": ask_again(),
        "fixed": fix_deadlines(),
        "reminded": remind_handlers(),
    }


def close_unanswered() -> int:
    """Answers on which the sender said nothing for the agreed days close the request, which says
    that it closed by itself; the sender may still reopen it."""
    before = timezone.now() - dt.timedelta(days=number("request.confirm_days"))
    waiting = Request.objects.filter(state=RequestState.ANSWERED, answered_at__lt=before)
    closed = 0
    for pk in list(waiting.order_by("pk").values_list("pk", flat=True)):
        with transaction.atomic():
            kept = Request.objects.select_for_update().get(pk=pk)
            if kept.state != RequestState.ANSWERED:
                continue  # the sender was faster
            save(kept, has_lapsed=True, **closing())
            leave_step(None, kept, Move.LAPSE)
            tell_sender(
                kept, f"lapsed:{kept.version}",
                _("Your request closed by itself because no word came. You may still reopen it."),
            )  # fmt: skip
            closed += 1
    return closed


def ask_again() -> int:
    """The later question, in the sender's bell and on the own page; once for each closing."""
    today = timezone.localdate()
    rows = list(Request.objects.filter(recheck_on=today, state=RequestState.CLOSED))
    for one in rows:
        tell_sender(one, f"recheck:{today}", _("Is what you asked for some weeks ago still fine?"))
    return len(rows)


def fix_deadlines() -> int:
    """Provisional days of open requests, counted anew now that the holiday table has the year."""
    calendar, fixed = work_calendar(), 0
    rows = Request.objects.filter(is_due_provisional=True, state__in=WAITING)
    for pk in list(rows.values_list("pk", flat=True)):
        with transaction.atomic():
            kept = Request.objects.select_for_update().get(pk=pk)
            due = calendar.due_after(kept.due_from, kept.answer_days)
            if due.is_provisional or kept.state not in WAITING:
                continue
            save(kept, due_on=due.day, is_due_provisional=False)
            fixed += 1
    return fixed


def remind_handlers() -> int:
    """One notice a person and day: how many requests are overdue. Names nobody."""
    today = timezone.localdate()
    late = Request.objects.filter(state__in=WAITING, due_on__lt=today, is_protected=False)
    rows = list(late.values_list("handler_id", "office_id"))
    by_unit = holders({unit for person, unit in rows if unit and not person}, "handle_request")
    desk = people_with("sort_requests") if any(unit is None for _p, unit in rows) else []
    count: Counter[int] = Counter()
    for person, unit in rows:
        count.update([person] if person else by_unit.get(unit, []) if unit else desk)
    notices = [
        Notification(
            user_id=person, key=f"requests-overdue-{today.isoformat()}",
            url="/requests/?box=overdue",
            text=ngettext("%(n)s request is overdue.", "%(n)s requests are overdue.", n) % {"n": n},
        )
        for person, n in count.items()
    ]  # fmt: skip
    Notification.objects.bulk_create(notices, ignore_conflicts=True, batch_size=1000)
    return len(notices)
