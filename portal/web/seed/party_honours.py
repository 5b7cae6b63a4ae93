"""Prizes, studies at great dates and rounds of awards of the invented school."""

import datetime as dt
import random
from collections.abc import Sequence
from decimal import Decimal

from cohorts.models import Appointment
from partybranch.domain.award_points import order_of, total_points
from partybranch.domain.months import DAY
from partybranch.models import (
    AwardRound,
    BranchEvent,
    Development,
    EventKind,
    Honour,
    HonourKind,
    JudgeScore,
    Membership,
    Nomination,
    PartyMember,
    PartyOrganization,
)
from partybranch.queries.awards import weights
from partybranch.queries.material import materials, shares

from .load import move_sequences

# Of ten prizes of a branch so many go to members: about the share that one university published.
_MEMBERS, _OTHERS = 6, 4
_JUDGES = ("organiser", "committee_member")
_PRIZES = ("school_scholarship", "school_scholarship", "college_prize", "school_model",
           "province_contest", "national_scholarship")  # fmt: skip
_DEEDS = (
    "坚持“三会一课”按期开展，教师党员与学生党员结对联系宿舍和学业困难同学；把支部建在宿舍区，"
    "主题党日与专业学习相结合，党员先锋岗挂牌到位，学生满意度较高。"
)
_REMARKS = ("台账完整", "结对工作有特色", "材料扎实，建议推广", "")


def seed_honours(branches: Sequence[PartyOrganization], today: dt.date, rng: random.Random) -> None:
    """Writes all of it; members, files and branch life are there already."""
    _prizes(branches, today, rng)
    _studies(today, rng)
    _rounds(today, rng)
    move_sequences([Honour, EventKind, AwardRound, Nomination, JudgeScore])


def _prizes(branches: Sequence[PartyOrganization], today: dt.date, rng: random.Random) -> None:
    kinds = {one.code: one for one in HonourKind.objects.all()}
    keys = [one.pk for one in branches]
    members: dict[int, list[int]] = {pk: [] for pk in keys}
    rows = Membership.objects.filter(
        branch_id__in=keys, until=None, member__student__isnull=False,
        member__joined_on__lt=today - 60 * DAY,
    ).order_by("pk")  # fmt: skip
    for branch, student in rows.values_list("branch_id", "member__student_id"):
        members[branch].append(student)
    others: dict[int, list[int]] = {pk: [] for pk in keys}
    inside = PartyMember.objects.filter(student__isnull=False).values("student_id")
    files = Development.objects.filter(branch_id__in=keys).exclude(student_id__in=inside)
    for branch, student in files.order_by("pk").values_list("branch_id", "student_id"):
        others[branch].append(student)
    made = []
    first = max(dt.date(today.year, 1, 1), today - 55 * DAY)
    for pk in keys:
        winners = rng.sample(members[pk], min(_MEMBERS, len(members[pk])))
        winners += rng.sample(others[pk], min(_OTHERS, len(others[pk])))
        for number, student in enumerate(winners):
            day = first + rng.randint(0, (today - first).days) * DAY
            made.append(Honour(
                student_id=student, kind=kinds[_PRIZES[number % len(_PRIZES)]], on=day,
                proof=f"校学〔{day.year}〕{rng.randint(1, 60)}号",
            ))  # fmt: skip
    Honour.objects.bulk_create(made)


def _studies(today: dt.date, rng: random.Random) -> None:
    """One that is over, one that runs: some branches have held it, others have not yet."""
    top = PartyOrganization.objects.get(code="P00")
    for number, (name, since, until, share) in enumerate((
        ("重温入党誓词集中学习", today - 130 * DAY, today - 85 * DAY, 0.95),
        ("党的重要会议精神集中学习", today - 35 * DAY, today + 14 * DAY, 0.7),
    )):  # fmt: skip
        kind = EventKind.objects.create(
            code=f"study-demo-{number}", name=f"{since.year}年{name}", since=since, until=until,
            unit=top, order=900 + number,
        )  # fmt: skip
        held = BranchEvent.objects.filter(kinds__code="theme_day", on__gte=since, on__lte=until)
        chosen = [pk for pk in held.order_by("pk").values_list("pk", flat=True)
                  if rng.random() < share]  # fmt: skip
        through = BranchEvent.kinds.through
        through.objects.bulk_create(
            through(branchevent_id=pk, eventkind_id=kind.pk) for pk in chosen
        )


def _rounds(today: dt.date, rng: random.Random) -> None:
    """Last year's round with its result; this year's, in which some branches are still missing and
    some scores as well."""
    committee = PartyOrganization.objects.get(code="P00-S")
    branches = list(
        PartyOrganization.objects.filter(
            above__ancestor_id=committee.pk, party_kind__in=("regular", "joint")
        ).order_by("code")
    )
    posts = Appointment.objects.in_force(today).filter(unit=committee, role__code__in=_JUDGES)
    judges = list(posts.order_by("pk").values_list("person_id", flat=True).distinct())[:5]
    ends = today - 170 * DAY
    then = [one for one in branches if one.opened_on is not None and one.opened_on <= ends]
    if not then or not judges:
        return
    number = 22 + today.year - 2026
    last, this = (
        AwardRound.objects.create(
            committee=committee, name=f"第{number + back}届十佳党支部评选", until=until,
            apply_until=apply, seats=min(10, max(1, 2 * len(asked) // 3)),
        )
        for back, asked, until, apply in (
            (0, then, ends, ends + 5 * DAY), (1, branches, today, today + 10 * DAY))
    )  # fmt: skip
    found = materials(then, last.until)
    rows = _propose(last, then, found)
    points = {one.pk: [Decimal(rng.randint(150, 196)) / 2 for _judge in judges] for one in rows}
    _score(rows, judges, points, rng)
    totals = {one.pk: total_points(shares(one.material), points[one.pk], weights()) for one in rows}
    order = order_of({key: total or Decimal(0) for key, total in totals.items()}, last.seats)
    for one in rows:
        one.total, one.place = totals[one.pk], order.places[one.pk]
        one.is_chosen = one.pk in order.chosen
    Nomination.objects.bulk_update(rows, ["total", "place", "is_chosen"])
    last.decided_on, last.decision_no = today - 150 * DAY, f"社区党委〔{today.year}〕6号"
    last.save(update_fields=["decided_on", "decision_no"])
    here = [
        one for place, one in enumerate(branches) if place % 3 != 1
    ]  # the others may still come
    now = _propose(this, here, materials(here, this.until))
    _score(now[:1], judges[1:], {now[0].pk: [Decimal(88)] * len(judges)}, rng)


def _propose(
    award: AwardRound, branches: Sequence[PartyOrganization], found: dict[int, dict[str, object]]
) -> list[Nomination]:
    return Nomination.objects.bulk_create(
        Nomination(round=award, branch=one, deeds=_DEEDS, material=found[one.pk])
        for one in branches
    )


def _score(
    rows: Sequence[Nomination], judges: Sequence[int], points: dict[int, list[Decimal]],
    rng: random.Random,
) -> None:  # fmt: skip
    JudgeScore.objects.bulk_create(
        JudgeScore(nomination=one, judge_id=judge, points=points[one.pk][place],
                   remark=rng.choice(_REMARKS))
        for one in rows
        for place, judge in enumerate(judges)
    )  # fmt: skip
