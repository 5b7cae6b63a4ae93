"""What hangs on the students and units of the matrix beside cases and talks: closed cases, keys,
reviews, moves, plans, requests, sealed records, family, aid; common problems and tasks of units."""

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from casework.enums import Channel, Confidentiality, Helped, Outcome, Source
from casework.enums import Move as Kind
from casework.models import (
    AfterCheck,
    Booking,
    Case,
    CaseReview,
    CauseCode,
    CommonProblem,
    Crisis,
    FollowUp,
    HelpFeedback,
    KeyRequest,
    Plan,
    PlanStep,
    Request,
    Scale,
    Screening,
    SealedFile,
    SealedNote,
    SealedText,
    Slot,
    Transition,
)
from casework.models.counselling import Way
from cohorts.enums import INNER_KINDS, UnitKind
from cohorts.models import Export, LinkKind, Task, UnitTree
from partybranch.enums import PartyKind
from partybranch.models import (
    AwardRound,
    BranchEvent,
    DuesPayment,
    Election,
    LeagueRate,
    LinkRound,
    Nomination,
    PartyLink,
    PartyMember,
    PartyOrganization,
    Reorganization,
)
from portal.core.crypto import encrypt, encrypt_bytes, lookup_hash
from portal.core.models import Attachment, User
from students.models import AidGrant, AidRecognition, FamilyContact, HealthNote

if TYPE_CHECKING:
    from tests.permissions.positions import Positions

DAY = dt.timedelta(days=1)


def _made(model: Any, rows: dict[Any, Any]) -> dict[Any, Any]:
    model._default_manager.bulk_create(rows.values())
    return rows


def hang(campus: "Positions", writer: User) -> None:
    """All of it, in bulk; nobody of the campus wrote, owns or sent any of it."""
    _on_cases(campus, writer)
    _on_students(campus, writer)
    _sealed(campus, writer)
    _on_units(campus, writer)
    _on_branches(campus, writer)


def _on_cases(campus: "Positions", writer: User) -> None:
    now, today = timezone.now(), timezone.localdate()
    cases = campus.cases
    campus.closed = _made(Case, {
        key: Case(student=case.student, number=f"Z{case.number}", episode=2, level_id="YELLOW",
                  source=Source.COUNSELLOR, reason="已解决", reported_at=now - 90 * DAY,
                  closed_at=now - 9 * DAY, outcome=Outcome.SOLVED)
        for key, case in cases.items()})  # fmt: skip
    campus.closed_notes = _made(FollowUp, {
        key: FollowUp(student=case.student, case=case, author=writer, happened_at=now - 40 * DAY,
                      channel=Channel.FACE, content="当时的专班说明",
                      confidentiality=Confidentiality.RESTRICTED)
        for key, case in campus.closed.items()})  # fmt: skip
    campus.keys = _made(KeyRequest, {
        key: KeyRequest(case=case, kind="close", outcome=Outcome.SOLVED, reason="目标达成",
                        sides=["college", "academy", "counselling"], asked_at=now,
                        due_at=now + 3 * DAY)
        for key, case in cases.items()})  # fmt: skip
    campus.moves = _made(Transition, {
        key: Transition(case=case, kind=Kind.REFER, from_person=writer, to_outside="市中心医院",
                        words="请门诊评估", asked_at=now, due_at=now + DAY)
        for key, case in cases.items()})  # fmt: skip
    reviews = {key: CaseReview(case=case, held_on=today, findings="平稳", by=writer,
                               next_on=today + 30 * DAY) for key, case in cases.items()}  # fmt: skip
    CaseReview.objects.bulk_create(reviews.values())
    AfterCheck.objects.bulk_create(
        AfterCheck(case=case, due_on=today) for case in campus.closed.values()
    )
    HelpFeedback.objects.bulk_create(
        HelpFeedback(case=case, student=case.student, asked_at=now, answered_at=now,
                     helped=Helped.values[0]) for case in campus.closed.values())  # fmt: skip
    plans = _made(Plan, {key: Plan(case=case, goal="通过两门课程", made_on=today)
                         for key, case in cases.items()})  # fmt: skip
    steps = _made(PlanStep, {key: PlanStep(plan=plan, text="每周谈话", owner=writer, due_on=today)
                             for key, plan in plans.items()})  # fmt: skip
    campus.steps = _made(Task, {
        key: Task(source="plan_step", source_id=step.pk, owner=writer, given_by=writer,
                  given_at=now, due_on=today, first_due_on=today)
        for key, step in steps.items()})  # fmt: skip
    campus.crises = _made(Crisis, {
        key: Crisis(student=case.student, case=case, opened_by=writer, opened_at=now,
                    first_due_at=now + DAY)
        for key, case in cases.items()})  # fmt: skip


def _on_students(campus: "Positions", writer: User) -> None:
    today = timezone.localdate()
    for number, student in enumerate(campus.students.values()):
        contact = FamilyContact(student=student, name="家长", relation="father")
        contact.set_phone(f"139{number:08}")
        contact.save()
    HealthNote.objects.bulk_create(
        HealthNote(student=one, kind="other", text_cipher=encrypt("过敏"), since=today)
        for one in campus.students.values()
    )
    AidRecognition.objects.bulk_create(
        AidRecognition(student=one, academic_year="2026-2027", tier_id="1", decided_on=today)
        for one in campus.students.values()
    )
    AidGrant.objects.bulk_create(
        AidGrant(student=one, academic_year="2026-2027", kind_id="A04", amount=1, granted_on=today)
        for one in campus.students.values()
    )


def _sealed(campus: "Positions", writer: User) -> None:
    """Ciphers that nobody could open: no door of the matrix reads a text."""
    now, today = timezone.now(), timezone.localdate()
    scale = Scale.objects.all()[0]
    count = len(campus.students)
    texts = iter(SealedText.objects.bulk_create(
        SealedText(cipher=b"x", mark="0") for _n in range(2 * count)))  # fmt: skip
    campus.sealed_files = _made(SealedFile, {
        key: SealedFile(student=one, source="self", opened_at=now)
        for key, one in campus.students.items()})  # fmt: skip
    campus.sealed_notes = _made(SealedNote, {
        key: SealedNote(student=case.student, case=case, kind="talk", author=writer, at=now,
                        text=next(texts))
        for key, case in campus.cases.items()})  # fmt: skip
    campus.screenings = _made(Screening, {
        key: Screening(student=one, scale=scale, taken_on=today, answers=next(texts))
        for key, one in campus.students.items()})  # fmt: skip
    slots = _made(Slot, {
        key: Slot(teacher=writer, starts_at=now + (number + 1) * DAY, ways=Way.values[0])
        for number, key in enumerate(campus.students)})  # fmt: skip
    campus.hours = _made(Booking, {
        key: Booking(slot=slots[key], student=one, way=Way.values[0], booked_by=writer)
        for key, one in campus.students.items()})  # fmt: skip


def _on_units(campus: "Positions", writer: User) -> None:
    """One of each for every unit, whatever positions the unit is in."""
    now, today = timezone.now(), timezone.localdate()
    cause = CauseCode.objects.all()[0]
    units = {unit.pk: unit for unit in campus.units.values()}
    asked = {"kind_id": "life", "text": "灯坏了，请修理", "sent_at": now, "due_from": today,
             "answer_days": 3, "due_on": today}  # fmt: skip
    hidden = {**asked, "kind_id": "complaint", "is_protected": True, "sender_sealed": b"x",
              "sender_mark": lookup_hash("nobody of the campus")}  # fmt: skip
    shelves: dict[str, dict[int, Any]] = {
        "problems": _made(CommonProblem, {
            pk: CommonProblem(cause=cause, unit=unit, title="共性问题", fix="统一整改", owner=writer,
                              due_on=today, opened_at=now) for pk, unit in units.items()}),
        "requests": _made(Request, {
            pk: Request(office=unit, routed_at=now, **asked) for pk, unit in units.items()}),
        "protected": _made(Request, {pk: Request(about=unit, **hidden) for pk, unit in units.items()}),
        "tasks": _made(Task, {
            pk: Task(text="核对名单", unit=unit, given_at=now, due_on=today, first_due_on=today)
            for pk, unit in units.items()}),
        "exports": _made(Export, {
            pk: Export(kind="ledger", title="名单", unit=unit, reason="专班会商", lines=[1], persons=1,
                       asked_by=writer, asked_at=now, ends_at=now + DAY)
            for pk, unit in units.items()}),
    }  # fmt: skip
    shelves["photos"] = _made(Attachment, {
        pk: Attachment(kind="request", object_id=row.pk, name="灯.txt", media_type="text/plain",
                       size=1, sha256="0" * 64, content=encrypt_bytes(b"x"))
        for pk, row in shelves["requests"].items()})  # fmt: skip
    for name, rows in shelves.items():
        setattr(campus, name, {key: rows[unit.pk] for key, unit in campus.units.items()})


def _on_branches(campus: "Positions", writer: User) -> None:
    """An event and a payment of dues of every party organisation; other units have none."""
    today = timezone.localdate()
    branches = {unit.pk: unit for unit in campus.units.values() if unit.kind == UnitKind.PARTY}
    events = _made(BranchEvent, {
        pk: BranchEvent(branch_id=pk, on=today, topic="主题党日", place="党员之家", host="书记",
                        recorder="委员", content="学习", entered_by=writer)
        for pk in branches})  # fmt: skip
    # Entered by a branch at which nobody has a post; each organisation is named in one.
    other = PartyOrganization(
        kind=UnitKind.PARTY, name="别处的支部", code="PZ", party_kind=PartyKind.REGULAR,
        opened_on=today - 900 * DAY,
    )  # fmt: skip
    other.save()
    UnitTree.objects.create(ancestor=other, descendant=other, depth=0)
    shared = _made(BranchEvent, {
        pk: BranchEvent(branch=other, on=today, topic="支部共建", place="党员之家", host="书记",
                        recorder="委员", content="学习", entered_by=writer)
        for pk in branches})  # fmt: skip
    for pk, event in shared.items():
        event.partners.set([pk])
    held = _made(Election, {
        pk: Election(branch_id=pk, on=today, is_committee=False, seats=1, right=5, present=5,
                     returned=5, term_months=36)
        for pk in branches})  # fmt: skip
    rounds = _made(LinkRound, {pk: LinkRound(branch_id=pk, starts_on=today) for pk in branches})
    kind = LinkKind.objects.get(code="outside_partner")
    links = _made(
        PartyLink,
        {
            pk: PartyLink(branch_id=pk, kind=kind, label="共建单位", starts_on=today)
            for pk in branches
        },
    )
    award = AwardRound.objects.create(
        committee=PartyOrganization.objects.all()[0],
        name="十佳党支部",
        until=today,
        apply_until=today,
    )
    proposed = _made(Nomination, {
        pk: Nomination(round=award, branch_id=pk, deeds="支部建设扎实", material={})
        for pk in branches})  # fmt: skip
    member = PartyMember.objects.create(person=writer, joined_on=today - 900 * DAY)
    payments = _made(DuesPayment, {
        pk: DuesPayment(member=member, branch_id=pk, month=dt.date(2025, number, 1), amount=1,
                        paid_on=today)
        for number, pk in enumerate(branches, start=1)})  # fmt: skip
    changes = _made(Reorganization, {
        pk: Reorganization(committee_id=pk, title="支部调整", kind="merge", grouping="one")
        for pk in branches})  # fmt: skip
    classes = {unit.pk for unit in campus.units.values() if unit.kind not in INNER_KINDS}
    rates = _made(
        LeagueRate,
        {pk: LeagueRate(unit_id=pk, period="2026-10", members=30, studied=27) for pk in classes},
    )
    for key, unit in campus.units.items():
        if unit.pk in classes:
            campus.rates[key] = rates[unit.pk]
        if unit.pk in branches:
            campus.changes[key], campus.nominations[key] = changes[unit.pk], proposed[unit.pk]
            campus.elections[key] = held[unit.pk]
            campus.party_links[key], campus.link_rounds[key] = links[unit.pk], rounds[unit.pk]
            campus.life_events[key], campus.payments[key] = events[unit.pk], payments[unit.pk]
            campus.joint_events[key] = shared[unit.pk]
