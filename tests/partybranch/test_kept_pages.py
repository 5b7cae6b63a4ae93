"""Figures and rows that pages keep are those that would be counted anew, after every write."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cohorts.models import Parameter, Unit
from partybranch.domain.decisions import decide
from partybranch.domain.development import hand_in_papers, record_step
from partybranch.domain.life import correct_event, withdraw_event
from partybranch.enums import Decision
from partybranch.models import (
    AdmissionPlan,
    Development,
    EventKind,
    Membership,
    Paper,
    PartyOrganization,
    PoliticalReview,
    Step,
    StepRecord,
)
from partybranch.queries import board as board_queries
from partybranch.queries.board import ONLY, Narrow, counts, due_page, lanes, state_asked
from partybranch.queries.cards import SOON
from partybranch.queries.facts import facts_of, organ_of
from partybranch.queries.file_parts import file_parts
from partybranch.queries.life import healths
from partybranch.queries.life_board import life_board
from partybranch.queries.rules import numbers, rule_book
from partybranch.views import board as board_views
from portal.core import listing
from portal.core.access import rows_within
from portal.core.asks import answers
from portal.core.models import User
from portal.core.scope import request_scope
from students.models import Placement, Student
from tests.partybranch.life import event_typed, hold
from tests.partybranch.party import DAY, add_party, apply, bring_to, member_of, typed
from tests.world import World


@pytest.fixture
def campus(world: World) -> World:
    return add_party(world)


def board_of(user: User, branch: int = 0) -> tuple[Any, list[str]]:
    with request_scope(None):
        state = answers({"state": state_asked()})["state"][0]
        counted = counts(user, state)
        shown = lanes(user, counted, branch, state)
    cards = [f"{lane['stage']} {card}" for lane in shown for card in lane["cards"]]
    return counted, cards


def recounted(user: User) -> dict[str, int]:
    """The figures as the mapper counts them."""
    rows = Development.objects.restrict(user, "see_party_file").filter(ended_on=None)
    day = timezone.localdate()
    return {
        "total": rows.count(),
        "late": rows.filter(first_due__lt=day).count(),
        "soon": rows.filter(first_due__gte=day, first_due__lte=day + SOON).count(),
        "missing": rows.filter(papers_missing__gt=0).count(),
    }


def test_the_board_follows_every_write(campus: World) -> None:
    today = timezone.localdate()
    gu = bring_to(campus, "gu", 3, shift=950)
    files = {"gu": gu}

    def late_step() -> None:
        record_step(actor=campus.gao, development=gu, typed=typed(campus, 4, today))

    def stop() -> None:
        decide(actor=campus.gao, development=files["luo"], kind=Decision.STOP, on=today,
               decided_by="支部委员会", reason="本人申请")  # fmt: skip

    def renamed() -> None:
        Student.objects.filter(pk=campus.gu.pk).update(name="顾改名")

    def class_renamed() -> None:
        place = Placement.objects.get(student=campus.gu, tree="class", until=None)
        Unit.objects.filter(pk=place.unit_id).update(short_name="化改2301")

    def planned() -> None:
        AdmissionPlan.objects.create(branch=campus.joint, year=today.year, places=7)

    def moved_out() -> None:
        Placement.objects.filter(student=campus.cheng).update(
            since=today - 9 * DAY, until=today - DAY
        )

    def complete() -> None:
        Development.objects.filter(pk=gu.pk).update(papers_missing=0)

    writes: list[tuple[Callable[[], Any], bool]] = [
        (lambda: files.update(cheng=apply(campus, "cheng", today)), True),
        (lambda: files.update(luo=bring_to(campus, "luo", 6)), True),
        (late_step, True), (stop, True), (renamed, True), (class_renamed, True), (planned, True),
        (complete, True), (moved_out, True), (lambda: None, False),
    ]  # fmt: skip
    readers = [campus.gao, campus.qin, campus.yan]
    before = [board_of(reader) for reader in readers]
    for number, (write, is_change) in enumerate(writes):
        write()
        now = [board_of(reader) for reader in readers]
        assert (now != before) is is_change, number
        for reader, (counted, _cards) in zip(readers, now, strict=True):
            figures = counted.figures()
            wanted = recounted(reader)
            assert {name: getattr(figures, name) for name in wanted} == wanted, number
        before = now
    assert before[0][0].plan() == (0, 7)
    assert "顾改名" in before[0][1][0]
    assert "化改2301" in before[0][1][0]


def test_a_figure_and_the_list_behind_it_agree_gathered_and_walked(
    campus: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for key, last, shift in (("gu", 3, 950), ("cheng", 6, 0), ("luo", 1, 990), ("ye", 17, 0)):
        bring_to(campus, key, last, shift=shift)
    file = Development.objects.get(student=campus.gu)
    Development.objects.filter(pk=file.pk).update(due_on=None, assess_due_on=None)
    Development.objects.filter(student=campus.luo).update(papers_missing=1)
    seen = 0
    for wide in (10_000, 0):
        monkeypatch.setattr(board_queries, "_FILES", replace(board_queries._FILES, wide=wide))
        for branch in (0, campus.joint.pk):
            for stage in (0, 1, 2, 4, 5):
                for only in ("", *ONLY):
                    counted, _cards = board_of(campus.gao)
                    narrow = Narrow(branch, stage, only)
                    with request_scope(None):
                        listing._sizes.clear()
                        if not wide:
                            due_page(campus.gao, narrow, counted, 1)  # now its size is known
                        found = due_page(campus.gao, narrow, counted, 1)
                    number = getattr(counted.figures(branch, stage), only or "total")
                    assert len(found.rows) == found.total == number, (wide, narrow)
                    days = [card.due or dt.date.max for card in found.rows]
                    assert days == sorted(days)
                    seen += number
    assert seen > 40


def test_what_is_kept_for_one_reader_is_not_told_to_another(campus: World, client: Client) -> None:
    apply(campus, "gu", timezone.localdate())
    for key, status, sees in (("gao", 200, True), ("qin", 200, True), ("lu", 403, False)):
        client.force_login(campus.people[key])
        for url in ("/development/", "/development/?view=list"):
            answer = client.get(url)
            assert answer.status_code == status
            assert ("顾言川" in answer.content.decode()) is sees
    # The post ends today: what was kept for this person is shown no more.
    campus.people["qin"].appointments.update(revoked_at=timezone.now())
    from cohorts.domain.reconcile import reconcile

    reconcile([campus.people["qin"].pk])
    client.force_login(campus.people["qin"])
    assert client.get("/development/").status_code == 403


def test_a_changed_rule_stands_on_the_next_page(campus: World, client: Client) -> None:
    apply(campus, "gu", timezone.localdate())
    client.force_login(campus.gao)
    assert "派人" in client.get("/development/").content.decode()
    Step.objects.filter(number=2).update(short_name="谈话 | 新名")
    assert "谈话新名" in client.get("/development/").content.decode()
    with request_scope(None):
        assert rule_book().rule(2, timezone.localdate()).short == "谈话 | 新名"
    Parameter.objects.update_or_create(
        key="branch.committee_from", defaults={"value": "6.0000", "name": "支委会"}
    )
    with request_scope(None):
        assert numbers()["branch.committee_from"] == 6


def test_many_branches_are_picked_from_a_list(
    campus: World, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    apply(campus, "gu", timezone.localdate())
    other = PartyOrganization.objects.create(
        name="第二联合党支部", code="P-second", parent=campus.community, party_kind="joint",
        opened_on=campus.joint.opened_on,
    )  # fmt: skip
    made = apply(campus, "cheng", timezone.localdate())
    Development.objects.filter(pk=made.pk).update(branch=other)
    client.force_login(campus.gao)
    assert "p-party-pick" not in client.get("/development/").content.decode()
    monkeypatch.setattr(board_views, "MOST_CHIPS", 1)
    page = client.get(f"/development/?view=list&only=soon&branch={other.pk}").content.decode()
    assert f'<option value="{other.pk}" selected>第二联合党支部（1）</option>' in page
    assert '<input type="hidden" name="only" value="soon">' in page
    assert "程" in page
    assert "顾言川" not in page


def test_the_page_reads_the_facts_that_the_rules_read(campus: World) -> None:
    today = timezone.localdate()
    made = [bring_to(campus, key, last) for key, last in (("gu", 12), ("cheng", 20), ("luo", 1))]
    decide(actor=campus.gao, development=made[0], kind=Decision.TARGET_OFF, on=today,
           decided_by="支部委员会", reason="受到纪律处分")  # fmt: skip
    member_of(campus, "m3").branches.update(until=today - DAY)
    one = member_of(campus, "m4")
    one.suspended_from = today
    one.save()
    for file in Development.objects.select_related("student", "branch"):
        with request_scope(None):
            reviews = rows_within(
                PoliticalReview, campus.gao, "see_political_review", "r",
                development__student_id=file.student_id,
            )  # fmt: skip
            parts = file_parts(campus.gao, file, reviews)
            assert parts.facts == facts_of([file])[file.pk]
            known = Student.objects.values("pk", "name", "student_no").get(pk=file.student_id)
            assert {name: getattr(parts.student, name) for name in known} == known
            start = numbers()["branch.committee_from"]
            assert parts.organ == organ_of(file.branch, today, start)
            assert (parts.organ.voters, parts.organ.has_committee) == (7, True)
        assert parts.has_review is (file.student_id != campus.luo.pk)  # with step 10
        assert len(parts.records) == StepRecord.objects.filter(development=file).count()
        papers = Paper.objects.filter(record__development=file)
        names = [(record.pk, name) for record in parts.records for name in record.papers]
        assert sorted(names) == sorted(papers.values_list("record_id", "name"))
        for reader in (campus.fang, campus.qin):
            with request_scope(None):
                assert not rows_within(
                    PoliticalReview, reader, "see_political_review", "r",
                    development__student_id=file.student_id,
                )  # fmt: skip


def test_pages_of_a_file_and_a_branch_ask_the_same_for_little_and_much(
    campus: World, client: Client
) -> None:
    client.force_login(campus.gao)

    def cost(url: str) -> int:
        client.get(url)
        with CaptureQueriesContext(connection) as caught:
            assert client.get(url).status_code == 200
        return len(caught)

    files = [bring_to(campus, key, last) for key, last in (("gu", 1), ("cheng", 12))]
    few, many = (cost(f"/development/{one.pk}/") for one in files)
    assert few == many
    client.force_login(campus.qin)
    url = f"/branches/{campus.joint.pk}/"
    before = cost(url)
    Membership.objects.filter(member=member_of(campus, "m7")).update(
        until=timezone.localdate() - DAY, gone_to="某市人才服务中心党委"
    )
    for key in ("luo", "ye"):
        bring_to(campus, key, 17)
    assert cost(url) == before
    page = client.get(url).content.decode()
    assert "某市人才服务中心党委" in page
    assert "罗嘉禾" in page


def test_the_lights_follow_every_write(campus: World) -> None:
    today = timezone.localdate()
    event = hold(campus, today - DAY, "theme_day")

    def correct() -> None:
        wanted = event_typed(campus, "lecture", on=today - DAY, entry_reason="据会议记录本补录")
        correct_event(actor=campus.qin, event=event, typed=wanted, version=1)

    def fewer() -> None:
        event.attendance.filter(member=member_of(campus, "m1")).update(
            presence="leave", reason="外出实习"
        )

    def left() -> None:
        for key in ("m1", "m2", "m3"):
            member_of(campus, key).branches.update(until=today - DAY)

    def groups() -> None:
        PartyOrganization.objects.filter(pk=campus.joint.pk).update(party_groups=3)

    def quicker() -> None:
        EventKind.objects.filter(code="lecture").update(every_months=1)

    def greener() -> None:
        Parameter.objects.filter(key="branch.life_yellow").update(value=1)
        Parameter.objects.filter(key="branch.life_green").update(value=2)

    def take_back() -> None:
        event.refresh_from_db()
        withdraw_event(actor=campus.qin, event=event, reason="重复录入", version=event.version)

    writes = [(lambda: hold(campus, today, "members_meeting"), True), (correct, True),
              (fewer, True), (left, True), (groups, True), (quicker, True), (greener, True),
              (take_back, True), (lambda: None, False)]  # fmt: skip
    with request_scope(None):
        before = life_board(campus.yan)
    for number, (write, is_change) in enumerate(writes):
        write()
        with request_scope(None):
            now = life_board(campus.yan)
            branch = PartyOrganization.objects.get(pk=campus.joint.pk)
            health = healths([branch])[branch.pk]
        row = next(one for one in now.rows if one.pk == branch.pk)
        assert (row.light, row.met, row.over) == (health.light, health.met, health.over), number
        assert [code for code, _name in row.late] == [one.quota.code for one in health.late]
        assert ((now.name, now.state) != (before.name, before.state)) is is_change, number
        before = now
    assert (row.events, row.called) == (1, 10)


def test_papers_handed_in_leave_the_figure(campus: World) -> None:
    made = bring_to(campus, "gu", 2, shift=980)
    assert board_of(campus.gao)[0].figures().missing == 1
    for record in made.records.all():
        rule = rule_book().rule(record.step, record.on)
        hand_in_papers(actor=campus.gao, record=record, papers=rule.papers, on=timezone.localdate())
    assert board_of(campus.gao)[0].figures().missing == 0
