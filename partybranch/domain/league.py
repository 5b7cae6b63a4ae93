"""The check-list of graduates whose League membership is transferred (学社衔接)."""

import datetime as dt
from collections.abc import Collection

from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from cohorts.access import granted_unit_ids
from partybranch.domain.months import add_months
from partybranch.domain.rights import denied
from partybranch.league_access import WRITE_TRANSFERS
from partybranch.models import LeagueTransfer
from partybranch.queries.league import FINISHED, league_numbers
from portal.core import audit
from portal.core.errors import DomainError
from portal.core.models import User
from portal.core.scope import forget_reach
from students.access import standing
from students.enums import ENROLLED_STATUSES, PoliticalStatus, Tree
from students.models import Placement, Programme, StatusPeriod, Student

_YEARS = 4  # where no programme plan tells the length
_MOST = 500


@transaction.atomic
def list_graduates(*, actor: User | None) -> int:
    """Put on the list who is missing from it: League members in their last months of study by the
    length of the programme, and those who finished a short while ago, with their class. The
    system (None) does it for the whole school each night. Returns how many are new."""
    forget_reach()
    units = None if actor is None else granted_unit_ids(actor, WRITE_TRANSFERS)
    if units is not None and not units:
        raise denied()
    today, numbers = timezone.localdate(), league_numbers()
    _follow(today, units)
    rows = [
        *_finishing(add_months(today, int(numbers["months_before"])), today, units),
        *_finished(add_months(today, -int(numbers["months_after"])), units),
    ]
    for one in rows:
        one.entered_by = actor
    known = _known([one.student_id for one in rows])
    fresh = {one.student_id: one for one in rows if one.student_id not in known}
    made = LeagueTransfer.objects.bulk_create(fresh.values())
    if made:
        audit.record_many(actor=actor, action="list_league_graduates", model=LeagueTransfer,
                          ids=[one.pk for one in made])  # fmt: skip
    return len(made)


def _known(students: Collection[int]) -> set[int]:
    """Who is on the list already. The students are locked: of two lists drawn up at once the second
    finds what the first one put there."""
    list(Student.objects.select_for_update(no_key=True).filter(pk__in=students).order_by("pk")
         .values_list("pk"))  # fmt: skip
    rows = LeagueTransfer.objects.filter(student_id__in=students)
    return set(rows.values_list("student_id", flat=True))


def _follow(today: dt.date, units: Collection[int] | None) -> None:
    """Whoever changed the class before the transfer is asked of the class of today."""
    here = Placement.objects.filter(
        standing(today), tree=Tree.CLASS, student=OuterRef("student")
    ).exclude(unit=OuterRef("unit"))  # fmt: skip
    rows = LeagueTransfer.objects.filter(Exists(here), done_on=None)
    if units is not None:
        rows = rows.filter(unit_id__any=units)
    rows.update(unit=Subquery(here.values("unit")[:1]))


def _places(units: Collection[int] | None) -> QuerySet[Placement]:
    rows: QuerySet[Placement] = Placement.objects.filter(
        ~Exists(LeagueTransfer.objects.filter(student=OuterRef("student"))),
        tree=Tree.CLASS, student__political_status=PoliticalStatus.LEAGUE,
    )  # fmt: skip
    return rows if units is None else rows.filter(unit_id__any=units)


def _finishing(
    until: dt.date, today: dt.date, units: Collection[int] | None
) -> list[LeagueTransfer]:
    last = until.year if (until.month, until.day) >= (6, 30) else until.year - 1
    years = Programme.objects.filter(
        major=OuterRef("student__major"), entry_year=OuterRef("student__entry_year")
    ).values("years")[:1]  # fmt: skip
    rows = _places(units).filter(
        standing(today), student__status__in=ENROLLED_STATUSES
    ).annotate(leaves=F("student__entry_year") + Coalesce(Subquery(years), _YEARS))  # fmt: skip
    return [
        LeagueTransfer(student_id=student, unit_id=unit, year=max(leaves, today.year))
        for student, unit, leaves in rows.filter(leaves__lte=last).values_list(
            "student_id", "unit_id", "leaves"
        )
    ]


def _finished(since: dt.date, units: Collection[int] | None) -> list[LeagueTransfer]:
    left = StatusPeriod.objects.filter(
        student=OuterRef("student"), status__in=FINISHED, until=None, since__gte=since,
        since__lte=timezone.localdate(),
    )  # fmt: skip
    rows = _places(units).annotate(left_on=Subquery(left.values("since")[:1])).filter(
        left_on__isnull=False, until=F("left_on") - dt.timedelta(days=1)
    )  # fmt: skip
    return [
        LeagueTransfer(student_id=student, unit_id=unit, year=left_on.year)
        for student, unit, left_on in rows.values_list("student_id", "unit_id", "left_on")
    ]


@transaction.atomic
def mark_transferred(
    *, actor: User | None, ids: Collection[int], on: dt.date, to_where: str
) -> int:
    """Tick many at once: transferred on a day, to where. Whoever is ticked already stays as it is;
    returns how many are new. Raises DomainError for a day ahead, without a place, or when one of
    the rows is out of reach (nothing is saved)."""
    if on > timezone.localdate():
        raise DomainError(_("This day lies ahead. Tick it when it has been done."))
    if not to_where.strip():
        raise DomainError(_("Say to where the membership was transferred."))
    rows = [one for one in _chosen(actor, ids) if one.done_on is None]
    keys = [one.pk for one in rows]
    LeagueTransfer.objects.filter(pk__in=keys).update(
        done_on=on, to_where=to_where.strip(), entered_by=actor
    )
    audit.record_many(actor=actor, action="mark_league_transferred", model=LeagueTransfer,
                      ids=keys, on=on)  # fmt: skip
    return len(keys)


@transaction.atomic
def unmark_transferred(*, actor: User | None, ids: Collection[int]) -> int:
    """Take ticks back that were set by mistake; the history keeps them."""
    keys = [one.pk for one in _chosen(actor, ids) if one.done_on is not None]
    LeagueTransfer.objects.filter(pk__in=keys).update(done_on=None, to_where="", entered_by=actor)
    audit.record_many(actor=actor, action="unmark_league_transferred", model=LeagueTransfer,
                      ids=keys)  # fmt: skip
    return len(keys)


def _chosen(actor: User | None, ids: Collection[int]) -> list[LeagueTransfer]:
    """The rows, locked, each within the actor's reach at this moment."""
    wanted = set(ids)
    if not wanted:
        raise DomainError(_("Choose at least one person."))
    if len(wanted) > _MOST:
        raise DomainError(_("At most %(n)s at once; divide the list.") % {"n": _MOST})
    forget_reach()
    rows = (
        LeagueTransfer.objects.all() if actor is None
        else LeagueTransfer.objects.restrict(actor, WRITE_TRANSFERS)
    )  # fmt: skip
    found = list(rows.filter(pk__in=wanted).select_for_update(of=("self",)))
    if len(found) != len(wanted):
        raise denied()
    return found
