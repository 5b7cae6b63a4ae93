"""The audit trail: one row for every write of the domain, and no way to change one."""

import datetime as dt
import importlib
import inspect
import pkgutil
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.contrib.auth.models import Permission
from django.db import transaction
from django.utils import timezone

from casework.domain import cases, follow_ups, glass, lock_outs
from casework.enums import Channel, Source
from casework.models import Case, CaseCategory, CaseLevel
from cohorts.domain import (
    appoint_units,
    appointments,
    bulk_units,
    contract_renewal,
    contracts,
    groups,
    mergers,
    tree,
    units,
)
from cohorts.models import Contract, Group, GroupMember, LinkKind, Office, Role
from portal.core.domain import (
    accounts,
    import_jobs,
    lockout,
    passwords,
    second_factor,
    sessions,
    tokens,
    view_as,
)
from portal.core.domain.imports import import_kinds
from portal.core.models import (
    AccountSession,
    ApiToken,
    AuditEntry,
    Job,
    JobState,
    Notification,
    User,
)
from portal.core.scope import request_scope
from portal.web.domain import account_export, reminders
from portal.web.queries.contracts import account as contract_account
from students.domain import (
    leave_cover,
    link_runs,
    links,
    movement,
    particulars,
    placements,
    statuses,
    withdrawals,
)
from students.enums import StudentStatus
from tests.core.audit_crisis import CRISES
from tests.core.audit_early import EARLY
from tests.core.audit_exports import CALLS as EXPORTS
from tests.core.audit_keys import CALLS as KEYS
from tests.core.audit_life import LIFE
from tests.core.audit_mails import MAILS
from tests.core.audit_moves import MOVES
from tests.core.audit_party import PARTY
from tests.core.audit_posts import POSTS
from tests.core.audit_problems import PROBLEMS
from tests.core.audit_records import RECORDS
from tests.core.audit_requests import REQUESTS
from tests.core.audit_sealed import SEALED
from tests.core.audit_study import STUDY
from tests.core.audit_tasks import TASKS
from tests.core.factors import begin, enrol
from tests.world import World

ROOMS = [
    f"{app}.domain"
    for app in ("portal.core", "cohorts", "students", "partybranch", "casework", "portal.web")
]
# Writes without a row of their own, and why.
EXEMPT = {
    "portal.core.domain.jobs.start_job": "queues work; the work writes the row when it is done",
    "students.domain.warning_jobs.start_run": "queues work; the run writes the row",
    "portal.core.domain.import_jobs.confirm_import": "releases work; the import writes the row",
}


def written() -> dict[str, Callable[..., Any]]:
    """Every public write of the domain: a function that takes ``actor`` by keyword."""
    found = {}
    for room in ROOMS:
        package = importlib.import_module(room)
        for info in pkgutil.iter_modules(package.__path__):
            module = importlib.import_module(f"{room}.{info.name}")
            for name, one in vars(module).items():
                if not inspect.isfunction(one) or name.startswith("_"):
                    continue
                if inspect.unwrap(one).__module__ != module.__name__:
                    continue
                actor = inspect.signature(one).parameters.get("actor")
                if actor is not None and actor.kind is inspect.Parameter.KEYWORD_ONLY:
                    found[f"{module.__name__}.{name}"] = one
    return found


def _talk(w: World) -> Any:
    return follow_ups.log_follow_up(
        actor=w.zhou, student=w.gu, channel=Channel.FACE, content="谈了作息与课程安排"
    )


def make_token(person: User) -> ApiToken:
    token, _secret = tokens.make_token(
        actor=person, name="t", scopes=["see_card"], ends_on=timezone.localdate()
    )
    return token


def _permissions() -> list[int]:
    return list(Permission.objects.filter(codename="see_card").values_list("pk", flat=True))


def _level(code: str) -> CaseLevel:
    return CaseLevel.objects.get(pk=code)


def _closed_room(w: World) -> Any:
    return tree.close_unit(actor=w.sys, unit=w.room411, closed_on=dt.date(2026, 7, 1)).unit


def _order(days: int = 0) -> movement.Order:
    return movement.Order(timezone.localdate() + dt.timedelta(days=days), "本人申请", "〔2026〕1号")


def _on_leave(w: World) -> Callable[[], Any]:
    order = movement.Order(timezone.localdate() - dt.timedelta(days=99), "休养", "〔2026〕1号")
    movement.take_leave(actor=w.han, student=w.gu, order=order)
    return lambda: movement.return_to_study(actor=w.han, student=w.gu, order=_order())


def _member(w: World) -> GroupMember:
    group = tree.open_unit(actor=w.sys, unit=Group(name="联席会", code="G2", parent=w.chem))
    member = GroupMember(group=group, person=w.zhou, starts_on=timezone.localdate())
    return groups.put_member(actor=w.sys, member=member)


def _tutor() -> LinkKind:
    return LinkKind.objects.get(code="tutor")


def _covered(w: World) -> Any:
    return links.cover_links(
        actor=w.jiang, person=w.wang, stand_in=w.nobody, starts_on=timezone.localdate(),
        ends_on=timezone.localdate(),
    )  # fmt: skip


def _run(w: World) -> Any:
    return link_runs.assign_links(
        actor=w.jiang, key=uuid.uuid4(), kind=_tutor(), pairs=[(w.cheng.pk, w.nobody.pk)],
        starts_on=timezone.localdate(),
    )  # fmt: skip


def _late_case(w: World) -> Case:
    case = w.add_case("gu", owner=w.zhou)
    case.contact_due_at = timezone.now() - dt.timedelta(days=2)
    case.save(update_fields=["contact_due_at"])
    return case


def _read_notices(w: World) -> int:
    Notification.objects.create(user=w.zhou, key="k", text="t")
    return reminders.read_notices(actor=w.zhou)


def _locked(w: World) -> Any:
    AccessAttempt.objects.create(
        username=w.nobody.username, ip_address="192.0.2.1", failures_since_start=5,
        attempt_time=timezone.now(), user_agent="x", http_accept="x", path_info="/login/",
    )  # fmt: skip
    return lambda: lockout.unlock_account(actor=w.sec, user=w.nobody)


def _session(w: World, end: Callable[[AccountSession], Any]) -> Any:
    row = AccountSession.objects.create(
        session_key="k" * 32, session_data="", account=w.zhou,
        expire_date=timezone.now() + dt.timedelta(hours=1),
    )  # fmt: skip
    return lambda: end(row)


# Each write with a call that succeeds. What comes before the call under test is done first.
CALLS: dict[str, Callable[[World], Callable[[], Any]]] = {
    **POSTS,
    **MOVES,
    **PARTY,
    **LIFE,
    **MAILS,
    **PROBLEMS,
    **RECORDS,
    **TASKS,
    **REQUESTS,
    **SEALED,
    **STUDY,
    **KEYS,
    **EXPORTS,
    **EARLY,
    **CRISES,
    "portal.core.domain.accounts.open_account": lambda w: lambda: accounts.open_account(
        actor=w.sec, user=User(username="t9", name="新人")),
    "portal.core.domain.accounts.change_account": lambda w: lambda: accounts.change_account(
        actor=w.sec, user=w.nobody, fields=["title"]),
    "portal.core.domain.lockout.unlock_account": lambda w: _locked(w),
    "portal.core.domain.passwords.change_password": lambda w: lambda: (
        passwords.change_password(actor=w.zhou, password="Quiet-lake-77")),
    "portal.core.domain.passwords.give_one_time_password": lambda w: lambda: (
        passwords.give_one_time_password(actor=w.sec, user=w.nobody)),
    "portal.core.domain.sessions.end_session": lambda w: _session(w, lambda row: (
        sessions.end_session(actor=w.zhou, mark=sessions.session_mark(row.session_key)))),
    "portal.core.domain.sessions.end_other_sessions": lambda w: _session(w, lambda _row: (
        sessions.end_other_sessions(actor=w.zhou, keep=None))),
    "portal.core.domain.second_factor.confirm_enrolment": lambda w: (
        (lambda code: lambda: second_factor.confirm_enrolment(actor=w.zhou, code=code))(
            begin(w.zhou))),
    "portal.core.domain.second_factor.confirm": lambda w: (
        (lambda codes: lambda: second_factor.confirm(actor=w.zhou, code=codes[0]))(enrol(w.zhou))),
    "portal.core.domain.second_factor.renew_recovery_codes": lambda w: (
        (lambda _codes: lambda: second_factor.renew_recovery_codes(actor=w.zhou))(enrol(w.zhou))),
    "portal.core.domain.second_factor.reset_second_factor": lambda w: (
        (lambda _codes: lambda: second_factor.reset_second_factor(actor=w.sec, user=w.zhou))(
            enrol(w.zhou))),
    "portal.core.domain.tokens.make_token": lambda w: lambda: make_token(w.zhou),
    "portal.core.domain.tokens.revoke_token": lambda w: (
        (lambda token: lambda: tokens.revoke_token(actor=w.sec, token=token))(make_token(w.zhou))),
    "cohorts.domain.appointments.appoint": lambda w: lambda: appointments.appoint(
        actor=w.sec, person=w.nobody, role=Role.objects.get(code="clerk"), unit=w.chem),
    "cohorts.domain.appointments.end_appointment": lambda w: lambda: (
        appointments.end_appointment(actor=w.sec, post=w.posts["lu"])),
    "cohorts.domain.appointments.set_role_actions": lambda w: lambda: (
        appointments.set_role_actions(
            actor=w.sec, role=Role.objects.get(code="clerk"), permission_ids=_permissions())),
    "cohorts.domain.appoint_units.appoint_on_units": lambda w: lambda: (
        appoint_units.appoint_on_units(
            actor=w.he, person=w.nobody, role=Role.objects.get(code="counsellor"),
            units=[w.east12], starts_on=timezone.localdate())),
    "cohorts.domain.bulk_units.open_units": lambda w: lambda: bulk_units.open_units(
        actor=w.sys, units=[bulk_units.NewUnit(Office, "D9", "新部处", parent="U")]),
    "cohorts.domain.contract_renewal.renew_contracts": lambda w: lambda: (
        contract_renewal.renew_contracts(
            actor=w.jiang, contracts=[w.contract], year="2027-2028")),
    "portal.web.domain.account_export.export_account": lambda w: lambda: (
        account_export.export_account(
            actor=w.lin, contract=w.contract, page=contract_account(w.lin, w.contract), items=[],
            reason="学院党政联席会")),
    "cohorts.domain.contracts.put_contract": lambda w: lambda: contracts.put_contract(
        actor=w.sys, partners=[], wanted={"leader": 1},
        contract=Contract(cohort_id=w.chem24.pk, academic_year="2026-2027",
                          starts_on=dt.date(2026, 9, 1))),
    "cohorts.domain.tree.open_unit": lambda w: lambda: tree.open_unit(
        actor=w.sys, unit=Group(name="专班", code="G1", parent=w.chem)),
    "cohorts.domain.tree.move_unit": lambda w: lambda: tree.move_unit(
        actor=w.sys, unit=w.c2301, parent=w.chem24),
    "cohorts.domain.tree.close_unit": lambda w: lambda: _closed_room(w),
    "cohorts.domain.units.rename_unit": lambda w: lambda: units.rename_unit(
        actor=w.sys, unit=w.chem, name="化学学院"),
    "cohorts.domain.mergers.merge_units": lambda w: lambda: mergers.merge_units(
        actor=w.sys, units=[w.c2302], into=w.c2301),
    "cohorts.domain.mergers.split_unit": lambda w: lambda: mergers.split_unit(
        actor=w.sys, unit=w.c2301, parts=[mergers.Part("化工2303", "化工2303")]),
    "cohorts.domain.groups.put_member": lambda w: lambda: _member(w),
    "cohorts.domain.groups.end_member": lambda w: (lambda member: lambda: groups.end_member(
        actor=w.sys, member=member, ends_on=timezone.localdate()))(_member(w)),
    "cohorts.domain.units.edit_unit": lambda w: lambda: units.edit_unit(
        actor=w.sys, unit=w.c2301, fields=["name"]),
    "cohorts.domain.units.reopen_unit": lambda w: (
        (lambda room: lambda: units.reopen_unit(actor=w.sys, unit=room))(_closed_room(w))),
    "students.domain.placements.place_student": lambda w: lambda: placements.place_student(
        actor=w.han, student=w.gu, unit=w.c2302, since=timezone.localdate()),
    "students.domain.placements.place_students": lambda w: lambda: placements.place_students(
        actor=w.han, units={w.gu.pk: w.c2302}, since=timezone.localdate()),
    "students.domain.movement.transfer": lambda w: lambda: movement.transfer(
        actor=w.han, student=w.gu, units=[w.c2302], order=_order()),
    "students.domain.movement.allocate_majors": lambda w: lambda: movement.allocate_majors(
        actor=w.han, goals={w.gu.pk: movement.Goal((w.c2302,))}, order=_order()),
    "students.domain.movement.take_leave": lambda w: lambda: movement.take_leave(
        actor=w.han, student=w.gu, order=_order()),
    "students.domain.movement.return_to_study": lambda w: _on_leave(w),
    "students.domain.movement.leave_university": lambda w: lambda: movement.leave_university(
        actor=w.han, student_ids=[w.gu.pk], order=_order()),
    "students.domain.withdrawals.withdraw_movement": lambda w: (
        lambda made: lambda: withdrawals.withdraw_movement(actor=w.han, movement=made))(
            movement.transfer(actor=w.han, student=w.gu, units=[w.c2302], order=_order(9))),
    "students.domain.statuses.change_status": lambda w: lambda: statuses.change_status(
        actor=w.han, student=w.gu, status=StudentStatus.ON_LEAVE, since=timezone.localdate()),
    "students.domain.leave_cover.cover_leave": lambda w: lambda: leave_cover.cover_leave(
        actor=w.jiang, person=w.lu, stand_in=w.nobody, starts_on=timezone.localdate(),
        ends_on=timezone.localdate()),
    "students.domain.links.link_student": lambda w: lambda: links.link_student(
        actor=w.jiang, kind=_tutor(), person=w.wang, student=w.cheng),
    "students.domain.links.end_link": lambda w: lambda: links.end_link(
        actor=w.jiang, link=w.gu.links.get()),
    "students.domain.links.cover_links": lambda w: lambda: _covered(w),
    "students.domain.links.end_cover": lambda w: (
        (lambda _made: lambda: links.end_cover(
            actor=w.jiang, person=w.wang, stand_in=w.nobody))(_covered(w))),
    "students.domain.link_runs.assign_links": lambda w: lambda: _run(w),
    "students.domain.link_runs.undo_run": lambda w: (
        (lambda run: lambda: link_runs.undo_run(actor=w.jiang, run=run))(_run(w))),
    "students.domain.statuses.change_statuses": lambda w: lambda: statuses.change_statuses(
        actor=w.han, student_ids=[w.gu.pk], status=StudentStatus.GRADUATED,
        since=timezone.localdate()),
    "casework.domain.cases.open_case": lambda w: lambda: cases.open_case(
        actor=w.zhou, student=w.gu, category=CaseCategory.objects.get(pk="ACADEMIC"),
        level=_level("YELLOW"), reason="两门不及格", source=Source.COUNSELLOR),
    "casework.domain.cases.raise_level": lambda w: (
        (lambda case: lambda: cases.raise_level(
            actor=w.zhou, case=case, level=_level("RED"), reason="失联"))(w.add_case("gu"))),
    "casework.domain.cases.assign_owner": lambda w: (
        (lambda case: lambda: cases.assign_owner(actor=w.he, case=case, owner=w.zhou))(
            w.add_case("gu"))),
    "casework.domain.cases.seat_person": lambda w: (
        (lambda case: lambda: cases.seat_person(
            actor=w.he, case=case, person=w.nobody, duty="帮扶"))(w.add_case("gu"))),
    "portal.core.domain.view_as.begin_view_as": lambda w: lambda: view_as.begin_view_as(
        actor=w.he, person=w.zhou, reason="核对页面显示"),
    "portal.core.domain.view_as.end_view_as": lambda w: lambda: view_as.end_view_as(
        actor=w.he, person=w.zhou),
    "students.domain.particulars.unmask": lambda w: lambda: particulars.unmask(
        actor=w.zhou, student=w.gu, field="phone"),
    "casework.domain.lock_outs.lock_out": lambda w: (
        (lambda case: lambda: lock_outs.lock_out(
            actor=w.he, case=case, person=w.zhou, reason="与学生有亲属关系"))(w.add_case("gu"))),
    "casework.domain.lock_outs.let_in": lambda w: (
        (lambda lock: lambda: lock_outs.let_in(actor=w.he, lock=lock))(lock_outs.lock_out(
            actor=w.he, case=w.add_case("gu"), person=w.zhou, reason="与学生有亲属关系"))),
    "casework.domain.glass.break_glass": lambda w: (
        (lambda case: lambda: glass.break_glass(
            actor=w.he, case=case, reason="学生失联，需立即了解情况"))(w.add_case("gu", "RED"))),
    "casework.domain.glass.close_glass": lambda w: (
        (lambda broken: lambda: glass.close_glass(actor=w.he, broken=broken))(glass.break_glass(
            actor=w.he, case=w.add_case("gu", "RED"), reason="学生失联，需立即了解情况"))),
    "portal.core.domain.import_jobs.start_import": lambda w: lambda: import_jobs.start_import(
        actor=w.han, kind=import_kinds()[0], name="名册.csv", content="学号,姓名\n".encode(),
        since=timezone.localdate(), key=uuid.uuid4()),
    "portal.core.domain.import_jobs.discard_import": lambda w: lambda: (
        import_jobs.discard_import(actor=w.han, job=Job.objects.create(
            kind="import", owner=w.han, state=JobState.READY))),
    "portal.web.domain.reminders.remind_owner": lambda w: (
        (lambda case: lambda: reminders.remind_owner(actor=w.lin, case=case, kind="follow_up"))(
            _late_case(w))),
    "portal.web.domain.reminders.read_notices": lambda w: lambda: _read_notices(w),
    "casework.domain.follow_ups.log_follow_up": lambda w: lambda: _talk(w),
    "casework.domain.follow_ups.correct_follow_up": lambda w: (
        (lambda talk: lambda: follow_ups.correct_follow_up(
            actor=w.zhou, follow_up=talk, content="更正后的文字内容", version=1))(_talk(w))),
}  # fmt: skip


def test_every_write_of_the_domain_is_in_the_table_of_calls() -> None:
    assert set(written()) - set(EXEMPT) == set(CALLS)


# What a person began and the system carried on in the same transaction: listing, appointing.
SYSTEM_GOES_ALONG = {
    "casework.domain.crises.open_crisis", "partybranch.domain.elections.approve_election",
}  # fmt: skip


class Undo(Exception):
    """Takes the write back, as a failure later in the same transaction would."""


@pytest.mark.parametrize("name", sorted(CALLS))
def test_a_write_leaves_a_row_with_its_actor_and_address_and_goes_with_it(
    world: World, name: str
) -> None:
    call = CALLS[name](world)
    before = set(AuditEntry.objects.values_list("pk", flat=True))
    try:
        with request_scope("192.0.2.7"), transaction.atomic():
            call()
            rows = list(AuditEntry.objects.exclude(pk__in=before))
            raise Undo
    except Undo:
        assert set(AuditEntry.objects.values_list("pk", flat=True)) == before
    assert rows, name
    for row in rows:
        assert row.actor is not None or name in SYSTEM_GOES_ALONG, name
        assert row.ip == "192.0.2.7", name
        assert timezone.now() - row.at < dt.timedelta(minutes=1), name
