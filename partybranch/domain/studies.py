"""Studies at great dates: opening one, reminding those who have not come yet."""

import datetime as dt
import uuid
from collections.abc import Sequence

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from partybranch.domain.facts import Fault
from partybranch.domain.life import EventError
from partybranch.domain.rights import check_still, denied, in_turn
from partybranch.enums import PartyKind
from partybranch.models import EventKind, PartyOrganization
from partybranch.queries.studies import asked_branches, study_rows
from portal.core import audit
from portal.core.models import Notification, User
from portal.core.scope import forget_reach

_UNITS = (PartyKind.COMMITTEE, PartyKind.GENERAL)


@transaction.atomic
def open_study(
    *, actor: User | None, unit: PartyOrganization, name: str, since: dt.date, until: dt.date
) -> EventKind:
    """Ask every member of the branches of ``unit`` to study once between two days: a kind of event
    that these branches are offered meanwhile.

    Raises EventError for days that cannot be, a name that is taken, a unit that is no committee or
    general branch; PermissionDenied without the right to record the committee's decisions there.
    """
    in_turn(unit)
    faults: list[Fault] = []
    today = timezone.localdate()
    if unit.party_kind not in _UNITS:
        faults.append(Fault("unit", _("A committee or a general branch asks for a study."), "unit"))
    if until < since:
        faults.append(Fault("until", _("The last day lies before the first one."), "until"))
    elif until < today:
        faults.append(
            Fault("until", _("The last day is over: nobody could study any more."), "until")
        )
    if EventKind.objects.filter(name=name.strip()).exists():
        faults.append(Fault("name", _("There is a kind of event of this name. Choose another one, "
                                      "with the year."), "name"))  # fmt: skip
    if faults:
        raise EventError(faults)
    made: EventKind = EventKind.objects.create(
        code=f"study-{uuid.uuid4().hex[:12]}", name=name.strip(), since=since, until=until,
        unit=unit, order=900,
    )  # fmt: skip
    check_still(actor, unit, "approve_party_file")
    audit.record(actor=actor, action="open_study", obj=made, unit=unit.pk, since=since, until=until)
    return made


@transaction.atomic
def remind_study(*, actor: User, study: EventKind) -> int:
    """A line in the bell of every member who has not studied yet, in the branches that the actor
    keeps or for which he records the committee's decisions; once a day for each. Returns how many
    were reminded now.

    Raises EventError when the study is over, PermissionDenied without a branch to keep.
    """
    today = timezone.localdate()
    if study.until is None or study.until < today:
        raise EventError([Fault("over", _("This study is over; nobody is reminded any more."))])
    forget_reach()  # the right of this moment counts
    kept = kept_branches(actor, asked_branches(actor, study))
    if not kept:
        raise denied()
    waiting = {row.account for row in study_rows(study, kept) if row.on is None}
    text = _("Please take part in the study “%(name)s” by %(day)s.") % {
        "name": study.name, "day": date_format(study.until, "DATE_FORMAT"),
    }  # fmt: skip
    key = f"study:{study.pk}:{today.isoformat()}"
    told = Notification.objects.filter(key=key).values_list("user_id", flat=True)
    accounts = sorted({one for one in waiting if one is not None} - set(told))
    Notification.objects.bulk_create(
        (
            Notification(user_id=one, key=key, text=text, url=reverse("party:my_studies"))
            for one in accounts
        ),
        ignore_conflicts=True,
    )
    audit.record(actor=actor, action="remind_study", obj=study, branches=[one.pk for one in kept],
                 people=len(accounts))  # fmt: skip
    return len(accounts)


# Either of them lets one remind: the branch reminds its own, the committee all below it.
_ACTS = ("write_branch_life", "approve_party_file")


def kept_branches(actor: User, branches: Sequence[PartyOrganization]) -> list[PartyOrganization]:
    """Those of ``branches`` that the actor keeps, or for which he records decisions above them."""
    keys: set[int] = set()
    for action in _ACTS:
        rows = PartyOrganization.objects.restrict(actor, action)
        keys |= set(rows.filter(pk__in=[one.pk for one in branches]).values_list("pk", flat=True))
    return [one for one in branches if one.pk in keys]
