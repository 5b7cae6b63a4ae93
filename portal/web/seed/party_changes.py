"""Four young class branches of the first college with a draft to join them, and the meetings of
secretaries of the community committee with what they resolved."""

import datetime as dt
from typing import Any

from django.utils import timezone
from django.utils.translation import override

from cohorts.domain.appointments import appoint
from cohorts.domain.tasks import give_task
from cohorts.domain.tree import open_unit
from cohorts.models import Appointment, Role, Task, Unit
from partybranch.domain.beside import apply_for_branch
from partybranch.domain.changes import draft_change
from partybranch.domain.months import DAY, add_months
from partybranch.enums import Entry, Grouping, PartyKind, Presence
from partybranch.models import (
    Attendance,
    BranchEvent,
    EventKind,
    Membership,
    PartyMember,
    PartyOrganization,
)
from partybranch.queries.life import roll_on
from partybranch.queries.resolutions import SOURCE
from portal.core.models import User
from students.models import Student

from .campus import Campus, Home
from .load import move_sequences
from .party_files import FileWriter
from .pupils import Pupil
from .staff import Staff
from .timeline import Timeline, moment

_BRANCHES, _TEACHERS, _APPLICANTS = 4, 3, 2
_TEAM, _TASK_DAYS = "支教团临时党支部", 90
_WHY_TEAM = "支教团成员来自多个支部，支教期间统一组织学习教育和入党积极分子培养，组织关系不转移，任务结束后撤销。"
_AGENDA = "上次会议议定事项落实情况\n各支部组织生活与党费收缴情况\n发展党员工作进度\n下月重点工作"
_TEXT = "通报各支部上月工作，书院与学院两侧书记交流支部共建、宿舍联系和发展党员工作中的问题，明确下阶段安排。"
_RESOLVED = "各支部月底前核对党员名册与组织关系\n拟转正党员材料两周内报送组织员审核"


def seed_changes(
    campus: Campus, pupils: list[Pupil], staff: Staff, times: Timeline, writer: FileWriter
) -> list[PartyOrganization]:
    """The branches that were opened. ``writer`` takes the applicants' files."""
    first = campus.colleges[0]
    older = next(iter(campus.branches.get(campus.college_cohorts[first, times.year - 1], ())), None)
    general = campus.by_id[older].parent if older else None
    community = campus.by_id[general].parent if general else None
    if general is None or community is None:
        return []
    homes = [home for home in campus.homes if home.college == first and home.year == times.year]
    move_sequences([Unit, Appointment, Task, BranchEvent])
    above = PartyOrganization.objects.get(pk=community)
    taken = set(PartyMember.objects.exclude(person=None).values_list("person_id", flat=True))
    colleges = [first, *(one for one in campus.colleges if one != first)]
    free = [
        one.id for key in colleges for one in staff.teachers.get(key, ()) if one.id not in taken
    ]
    made = []
    for number, home in enumerate(homes[:_BRANCHES]):
        teachers = free[number * _TEACHERS : (number + 1) * _TEACHERS]
        if len(teachers) == _TEACHERS:
            made.append(_class_branch(home, general, above, teachers, pupils, times, writer))
    _meetings(above, times)
    return made


def seed_draft(branches: list[PartyOrganization], times: Timeline) -> None:
    """A draft that the organiser goes on with, once the files are there."""
    if len(branches) > 1:
        draft_change(
            actor=None, branches=branches, rule=Grouping.BALANCE, count=2,
            title=f"关于{times.year}级班级党支部合并组建师生联合党支部的请示",
        )  # fmt: skip


def seed_request(times: Timeline) -> None:
    """An application for a temporary branch that waits for the committee of the joint branches."""
    general = PartyOrganization.objects.filter(
        party_kind=PartyKind.GENERAL, approving_committee__approves_for__party_kind=PartyKind.JOINT
    )
    above = general.order_by("code").first()
    if above is None:
        return
    last = max(times.today, timezone.localdate()) + _TASK_DAYS * DAY
    with override("zh-hans"):
        apply_for_branch(
            actor=None, parent=above, name=_TEAM, kind=PartyKind.TEMPORARY, reason=_WHY_TEAM,
            task_until=last,
        )  # fmt: skip


def _class_branch(
    home: Home, general: int, above: PartyOrganization, teachers: list[int], pupils: list[Pupil],
    times: Timeline, writer: FileWriter,
) -> PartyOrganization:  # fmt: skip
    since = min(times.entered_on(times.year) + 14 * DAY, times.today - 10 * DAY)
    parent = PartyOrganization.objects.get(pk=general)
    unit: Any = open_unit(actor=None, unit=PartyOrganization(
        name=f"{home.name}师生党支部", short_name=f"{home.name}支部", code=f"{parent.code}-{home.id}",
        parent=parent, party_kind=PartyKind.REGULAR, approving_committee=above, opened_on=since,
        college_side_id=home.college, academy_side=parent.academy_side,
    ))  # fmt: skip
    joined = dt.date(times.year - 9, 6, 18)
    members = PartyMember.objects.bulk_create(
        [PartyMember(person_id=key, joined_on=joined, full_on=add_months(joined, 12))
         for key in teachers]
        + [PartyMember(student_id=one.id, joined_on=since - 200 * DAY)
           for one in pupils if one.home.id == home.id and one.political == "02"]
    )  # fmt: skip
    Membership.objects.bulk_create(
        Membership(member=member, branch=unit, is_relation=True, since=since, how=Entry.TRANSFER,
                   origin="教工党支部" if member.person_id else "中学党总支")
        for member in members
    )  # fmt: skip
    appoint(
        actor=None, person=User.objects.get(pk=teachers[0]), unit=unit, starts_on=since,
        role=Role.objects.get(code="branch_secretary"),
    )  # fmt: skip
    mine = [one.id for one in pupils if one.home.id == home.id and one.political == "03"
            and not one.on_leave_since]  # fmt: skip
    for step, student in enumerate(
        Student.objects.filter(pk__in=mine).order_by("pk")[:_APPLICANTS]
    ):
        full = [member for member in members if member.full_on]
        writer.open(student, unit, full, step + 1, (teachers[0], None))
    return unit  # type: ignore[no-any-return]


def _meetings(above: PartyOrganization, times: Timeline) -> None:
    """Two monthly meetings; of the later one a resolution is on its way as tasks."""
    kind = EventKind.objects.filter(code="secretaries_meeting")
    posts = Appointment.objects.in_force(times.today).filter(unit_id=above.pk)
    organiser = posts.filter(role__code="organiser").order_by("pk").first()
    writer = organiser.person if organiser else None
    for days in (36, 6):
        on = times.today - days * DAY
        roll = roll_on(above, on)
        held = BranchEvent.objects.create(
            branch=above, on=on, place="社区党群活动中心", topic=f"{on.month}月党支部书记例会",
            host="社区党委副书记", recorder=writer.name if writer else "组织员", agenda=_AGENDA,
            content=_TEXT, decisions=_RESOLVED, entered_by=writer,
        )  # fmt: skip
        held.kinds.set(kind)
        BranchEvent.objects.filter(pk=held.pk).update(entered_at=moment(on, 17))
        Attendance.objects.bulk_create(
            Attendance(event=held, member=one, presence=Presence.LEAVE if n == 2 else Presence.PRESENT,
                       reason="外出开会" if n == 2 else "")
            for n, one in enumerate(roll)
        )  # fmt: skip
        if days == 6:
            owners = [one.person for one in roll if one.person is not None][:3]
            for owner in owners:
                task = give_task(
                    actor=writer, source=SOURCE, source_id=held.pk, owner=owner,
                    text=_RESOLVED.split("\n")[1], due_on=on + 14 * DAY,
                    key=f"{SOURCE}:{held.pk}:{owner.pk}:seed",
                )  # fmt: skip
                Task.objects.filter(pk=task.pk).update(given_at=moment(on, 17))
