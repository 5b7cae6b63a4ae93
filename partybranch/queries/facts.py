"""The dated facts of developments, read for many at once."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef
from django.utils import timezone

from cohorts.models import Appointment
from partybranch.access import current_branches
from partybranch.domain.facts import Facts, Notice, Organ, Span, Sponsor, StepFact
from partybranch.enums import Duty, Look, PartyKind
from partybranch.models import (
    CultivationEntry,
    Development,
    FormerSpan,
    PartyMember,
    PartyOrganization,
    PublicNotice,
    Sponsorship,
    StepRecord,
)
from students.access import standing
from students.enums import PoliticalStatus, Tree

# Where no expected day of leaving is known: four years after entry, at the end of June.
_YEARS = 4


def facts_of(developments: Iterable[Development]) -> dict[int, Facts]:
    """Facts by development; five statements for any number of them. ``student`` is joined."""
    rows = {one.pk: one for one in developments}
    steps: dict[int, dict[int, StepFact]] = defaultdict(dict)
    records = StepRecord.objects.filter(development_id__in=rows, withdrawn_by=None).order_by("step")
    for record in records:
        entered = timezone.localtime(record.entered_at).date()
        steps[record.development_id][record.step] = StepFact(record.on, entered, record.detail)
    told = _by(CultivationEntry.objects.exclude(kind=Look.TALK), rows, "kind", "on")
    notices = _by(standing_notices(), rows, "step", "starts_on", "ends_on")
    spans = _by(FormerSpan.objects.filter(is_accepted=True), rows, "since", "until")
    return {
        pk: Facts(
            born_on=one.student.born_on,
            is_league=one.student.political_status == PoliticalStatus.LEAGUE,
            leaves_on=one.leaves_on or expected_leaving(one.student.entry_year),
            steps=steps[pk],
            spans=tuple(Span(*row) for row in spans[pk]),
            resumed_on=one.resumed_on,
            assessments=tuple(day for kind, day in told[pk] if kind == Look.ASSESSMENT),
            reported_on=max((day for kind, day in told[pk] if kind == Look.REPORT), default=None),
            notices=tuple(Notice(*row) for row in notices[pk]),
            extended_by=one.extended_by,
            postponed_by=one.postponed_by,
        )
        for pk, one in rows.items()
    }


def standing_notices() -> Any:
    """Notices that count: not those whose step was taken back by a decision after they began."""
    since = StepRecord.objects.filter(
        development=OuterRef("development"), step=OuterRef("step"),
        withdrawn_by__on__gte=OuterRef("starts_on"),
    )  # fmt: skip
    return PublicNotice.objects.filter(~Exists(since))


def _by(rows: Any, developments: Collection[int], *fields: str) -> dict[int, list[tuple[Any, ...]]]:
    found: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
    asked = rows.filter(development_id__in=developments).order_by("pk")
    for pk, *values in asked.values_list("development_id", *fields):
        found[pk].append(tuple(values))
    return found


def expected_leaving(entry_year: int) -> dt.date:
    """When an undergraduate generally leaves; the file may know another day."""
    return dt.date(entry_year + _YEARS, 6, 30)


def voters(branch: PartyOrganization, on: dt.date) -> int:
    """Full members with voting right whose relation is in the branch on that day (1.4)."""
    rows = PartyMember.objects.voters(on).filter(
        current_branches(on, "branches__"), branches__branch=branch, branches__is_relation=True
    )
    return int(rows.distinct().count())


def organ_of(branch: PartyOrganization, on: dt.date, committee_from: int) -> Organ:
    """A branch as the rules see it on a day."""
    full = PartyMember.objects.full(on).filter(
        current_branches(on, "branches__"), branches__branch=branch, branches__is_relation=True
    )
    above = branch.parent_id
    is_below_general = PartyOrganization.objects.filter(pk=above, party_kind=PartyKind.GENERAL)
    return Organ(
        key=branch.pk,
        kind=branch.party_kind,
        approving=branch.approving_committee_id,
        voters=voters(branch, on),
        has_committee=full.distinct().count() >= committee_from,
        below_general=is_below_general.exists(),
    )


def committee_organ(body: PartyOrganization | None) -> Organ | None:
    return Organ(body.pk, body.party_kind) if body else None


def sponsors_on(members: Collection[PartyMember], on: dt.date, duty: str) -> tuple[Sponsor, ...]:
    """Contacts or introducers with what they do for others today."""
    load: dict[int, int] = defaultdict(int)
    rows = Sponsorship.objects.filter(
        member__in=members, duty=duty, until=None, development__ended_on=None
    )
    for pk in rows.values_list("member_id", flat=True):
        load[pk] += 1
    return tuple(
        Sponsor(one.pk, one.is_full_on(on), one.is_suspended_on(on), load[one.pk])
        for one in members
    )


@dataclass(frozen=True)
class Offered:
    """A member who may vouch; ``why`` this one is offered first: tutor, class adviser, contact."""

    member: PartyMember
    why: str = ""


def candidates(branch: PartyOrganization, on: dt.date, development: Development) -> list[Offered]:
    """Full members of the branch who may vouch for the person: contacts, tutor and class adviser
    come first (导师、班主任打通介绍人、联系人), then staff, then students by name."""
    student = development.student
    rows = PartyMember.objects.voters(on).filter(
        current_branches(on, "branches__"), branches__branch=branch
    )
    people = rows.exclude(student=student).select_related("student", "person").distinct()
    near, contacts = _near(student, on), set(
        development.sponsorships.filter(until=None, duty=Duty.CONTACT)
        .values_list("member_id", flat=True)
    )  # fmt: skip
    found = [
        Offered(one, str(Duty.CONTACT.label) if one.pk in contacts
                else near.get(one.person_id or 0, ""))
        for one in people
    ]  # fmt: skip
    found.sort(key=lambda one: (one.member.pk not in contacts, not one.why,
                                one.member.person_id is None, one.member.name))  # fmt: skip
    return found


def _near(student: Any, on: dt.date) -> dict[int, str]:
    """Advisers of the class and linked teachers of the student on a day, by account."""
    classes = student.placements.filter(standing(on), tree=Tree.CLASS).values("unit_id")
    posts = Appointment.objects.in_force(on).filter(unit_id__in=classes, role__code="class_adviser")
    found = dict(posts.values_list("person_id", "role__name"))
    return found | dict(student.links.in_force(on).values_list("person_id", "kind__name"))
