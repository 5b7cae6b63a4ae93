"""Own due days of casework for a calendar program: no entry names anybody or says why."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from casework.models import AfterCheck, Case, FollowUp
from casework.queries.key_desk import waiting as keys_waiting
from casework.queries.request_boxes import requests_due
from casework.queries.transitions import waiting as moves_waiting
from portal.core.dues import Entry, register_dated
from students.models import Student


def _moments(first: dt.date, last: dt.date) -> tuple[dt.datetime, dt.datetime]:
    """From the first moment of one day to the first after the other."""
    zone = timezone.get_current_timezone()
    end = last + dt.timedelta(days=1)
    return (
        dt.datetime.combine(first, dt.time(), zone),
        dt.datetime.combine(end, dt.time(), zone),
    )


def day_or_moment(at: dt.datetime) -> dt.date | dt.datetime:
    """A clock that runs to the end of a day is that day."""
    local = timezone.localtime(at)
    return local.date() if local.time() >= dt.time(23, 59) else local


def _cases(user: Any, first: dt.date, last: dt.date) -> Iterator[Entry]:
    """Contacts and reviews of the cases for which one is responsible."""
    begin, end = _moments(first, last)
    mine = Case.objects.restrict(user, "see_case").filter(closed_at=None, owner_id=user.pk)
    found = mine.filter(
        Q(contact_due_at__gte=begin, contact_due_at__lt=end) | Q(review_due_on__range=(first, last))
    )
    rows = found.order_by("pk").values_list("pk", "contact_due_at", "review_due_on")
    for pk, contact, review in rows:
        if contact is not None and begin <= contact < end:
            yield Entry(f"contact-{pk}", _("Contact due"), day_or_moment(contact), f"/cases/{pk}/")
        if review is not None and first <= review <= last:
            yield Entry(f"review-{pk}", _("Review due"), review, f"/cases/{pk}/")


def _talks(user: Any, first: dt.date, last: dt.date) -> Iterator[Entry]:
    """Contacts one agreed on and nobody has made since; those of the own cases stand there."""
    later = FollowUp.objects.filter(
        student=OuterRef("student"), is_real=True, happened_at__gt=OuterRef("happened_at")
    )
    mine = Q(author_id=user.pk, next_by=None) | Q(next_by_id=user.pk)
    rows = FollowUp.objects.filter(
        mine, ~Exists(later), next_on__range=(first, last),
        student_id__in=Student.objects.restrict(user, "log_talk").order_by().values("pk"),
    ).exclude(case__closed_at=None, case__owner_id=user.pk)  # fmt: skip
    for pk, on in rows.order_by("pk").values_list("pk", "next_on"):
        yield Entry(f"talk-{pk}", _("Agreed contact"), on, "/")


def _checks(user: Any, first: dt.date, last: dt.date) -> Iterator[Entry]:
    rows = AfterCheck.objects.restrict(user, "write_case", owner_id=user.pk)
    found = rows.filter(done_at=None, due_on__range=(first, last)).order_by("pk")
    for pk, on in found.values_list("pk", "due_on"):
        yield Entry(f"check-{pk}", _("Later check due"), on, "/rechecks/")


def _clocks(user: Any, first: dt.date, last: dt.date) -> Iterator[Entry]:
    """Words that are waited for: keys, transfers, requests."""
    begin, end = _moments(first, last)
    keys = keys_waiting(user).filter(due_at__gte=begin, due_at__lt=end).order_by("pk")
    for pk, at in keys.values_list("pk", "due_at"):
        yield Entry(f"key-{pk}", _("Confirmation due"), day_or_moment(at), f"/keys/{pk}/")
    moves = moves_waiting(user).filter(due_at__gte=begin, due_at__lt=end).order_by("pk")
    for pk, at in moves.values_list("pk", "due_at"):
        yield Entry(f"move-{pk}", _("Answer to a transfer due"), day_or_moment(at), f"/moves/{pk}/")
    asked = requests_due(user).filter(due_on__range=(first, last)).order_by("pk")
    for pk, on in asked.values_list("pk", "due_on"):
        yield Entry(f"request-{pk}", _("Answer to a request due"), on, f"/requests/{pk}/")


for _name, _entries in (("cases", _cases), ("talks", _talks), ("checks", _checks), ("clocks", _clocks)):  # fmt: skip
    register_dated(_name, _entries)
