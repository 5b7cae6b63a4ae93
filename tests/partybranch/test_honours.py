"""Prizes, class hours, studies at great dates, and the figures over them (systems 20, 50, 79, 125)."""

import datetime as dt
import re
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cohorts.models import Parameter
from partybranch.domain.honours import enter_honours, withdraw_honour
from partybranch.domain.life import Came, EventError, record_event
from partybranch.domain.studies import open_study, remind_study
from partybranch.enums import Presence
from partybranch.models import EventKind, Honour, HonourKind, PartyMember
from partybranch.queries.figures import FIGURES, counted
from partybranch.queries.honours import honours, prize_holders
from partybranch.queries.reminders import accounts_asked
from partybranch.queries.studies import (
    asked_branches,
    coverage,
    open_studies_of_person,
    study_rows,
)
from partybranch.queries.training import hours_in, training_board
from portal.core.errors import DomainError
from portal.core.models import Notification
from portal.core.scope import request_scope
from tests.partybranch.life import HERE, event_typed, hold
from tests.partybranch.party import DAY, add_party, member_of
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def campus(world: World) -> World:
    return add_party(world)


def today() -> dt.date:
    return timezone.localdate()


def asked_study(world: World, **more: Any) -> EventKind:
    facts: dict[str, Any] = {"unit": world.community, "name": "建党105周年集中学习",
                             "since": today(), "until": today() + 10 * DAY}  # fmt: skip
    return open_study(actor=world.yan, **facts | more)


# Prizes


def enter(world: World, *keys: str, kind: str = "school_scholarship", **more: Any) -> int:
    facts: dict[str, Any] = {"actor": world.gao, "on": today(), "proof": "校发〔2026〕12号"} | more
    return enter_honours(kind=HonourKind.objects.get(code=kind),
                         numbers=[world.students[key].student_no for key in keys], **facts)  # fmt: skip


def test_members_among_prize_holders_are_counted_by_person_and_on_the_day_of_the_prize(
    campus: World,
) -> None:
    """Of three who won something one was a member on that day: 33.3 per cent (system 79)."""
    enter(campus, "gu", "cheng", "luo")
    enter(campus, "gu", kind="school_model")  # two prizes are one person
    for key, days in (("gu", 30), ("cheng", -1)):  # cheng joins tomorrow
        PartyMember.objects.create(student=campus.students[key], joined_on=today() - days * DAY)
    with request_scope(None):
        found = {one.student.name: one.is_member for one in prize_holders(campus.gao, today().year)}
        sums = counted(FIGURES["prizes"], FIGURES["prizes"].rows(campus.gao, today().year))
        models = counted(FIGURES["models"], FIGURES["models"].rows(campus.gao, today().year))
    assert sorted(found.values()) == [False, False, True]
    assert found[campus.gu.name]
    assert (sums.n, sums.of, sums.rate) == (1, 3, "33.3%")
    assert (models.n, models.of, models.rate) == (1, 1, "100.0%")


def test_prizes_are_entered_once_all_or_nothing_and_within_reach(campus: World) -> None:
    assert enter(campus, "gu", "luo") == 2
    assert enter(campus, "gu", "cheng") == 1
    with pytest.raises(DomainError, match=campus.song.student_no):  # song belongs to Mech
        enter(campus, "ye", "song")
    with pytest.raises(DomainError):
        enter(campus, "ye", on=today() + DAY)
    with pytest.raises(DomainError):
        enter(campus, "ye", proof=" ")
    with pytest.raises(DomainError):
        enter(campus)
    assert Honour.objects.count() == 3
    one = Honour.objects.get(student=campus.gu)
    with pytest.raises(PermissionDenied):
        withdraw_honour(actor=campus.wang, honour=one, reason="误录")
    withdraw_honour(actor=campus.gao, honour=one, reason="误录")
    with request_scope(None):
        assert campus.gu.pk not in honours(campus.gao).values_list("student_id", flat=True)
    with pytest.raises(DatabaseError), transaction.atomic():
        one.delete()
    assert enter(campus, "gu") == 1  # may be entered anew


# Class hours


def test_group_study_and_lectures_attended_make_class_hours_and_study_alone_does_not(
    campus: World,
) -> None:
    fang = member_of(campus, "fang")
    came = {member_of(campus, key).pk: HERE for key in ("qin", "m1")}
    came[fang.pk] = Came(Presence.ABSENT)
    hold(campus, today(), "lecture", came=came, self_study=300, group_study=90, expert_study=45)
    with request_scope(None):
        rows = {row.member.name: row for row in hours_in([campus.joint], today().year)}
    assert rows["党员1"].hours == 3
    assert rows["方书语"].hours == 0
    # The secretary owes more than the others: 56 and 32 class hours a year.
    assert (rows["秦守正"].asked, rows["党员1"].asked) == (56, 32)
    assert (rows["党员1"].missing, rows["党员1"].is_met) == (29, False)


def test_the_number_of_a_branch_is_that_of_the_rows_behind_it(campus: World) -> None:
    everyone = {member_of(campus, key).pk: HERE for key in ("m1", "m2")}
    hold(campus, today(), "training", came=everyone, expert_study=1440)
    with request_scope(None):
        (line,) = training_board([campus.joint], today().year)
        rows = hours_in([campus.joint], today().year)
        figure = FIGURES["training"].rows(campus.qin, today().year)
    assert (line.met, line.members, line.percent) == (2, 10, "20.0%")
    assert line.met == sum(row.is_met for row in rows) == sum(one.counts for one in figure)
    with request_scope(None):
        (before,) = training_board([campus.joint], today().year - 1)
    assert before.met == 0


# Studies at great dates


def test_whoever_came_to_an_event_of_the_study_has_studied_all_others_have_not_yet(
    campus: World,
) -> None:
    study = asked_study(campus)
    came = {member_of(campus, key).pk: HERE for key in ("qin", "m1")}
    came[member_of(campus, "m2").pk] = Came(Presence.LEAVE, "外出实习")
    record_event(actor=campus.qin, branch=campus.joint,
                 typed=event_typed(campus, kinds=[study], came=came))  # fmt: skip
    with request_scope(None):
        branches = asked_branches(campus.yan, study)
        rows = study_rows(study, branches)
        sums = coverage(study, rows)
    assert [one.pk for one in branches] == [campus.joint.pk]
    assert (sums.came, sums.asked, sums.percent) == (2, 10, "20.0%")
    assert {row.member.name for row in rows if row.on} == {"秦守正", "党员1"}
    assert open_studies_of_person(campus.m2) == [study]
    assert open_studies_of_person(campus.m1) == []
    assert campus.m2.pk in accounts_asked()
    assert campus.m1.pk not in accounts_asked()


def test_those_who_have_not_studied_are_reminded_once_a_day(campus: World) -> None:
    study = asked_study(campus)
    came = {member_of(campus, "qin").pk: HERE}
    record_event(actor=campus.qin, branch=campus.joint,
                 typed=event_typed(campus, kinds=[study], came=came))  # fmt: skip
    assert remind_study(actor=campus.qin, study=study) == 9
    assert remind_study(actor=campus.yan, study=study) == 0  # the committee too: each once a day
    told = Notification.objects.filter(key__startswith=f"study:{study.pk}:")
    assert told.count() == 9
    assert not told.filter(user=campus.qin).exists()
    assert all("建党105周年集中学习" in one.text for one in told)
    with pytest.raises(PermissionDenied):  # a tutor reads the branch and does not keep it
        remind_study(actor=campus.fang, study=study)
    EventKind.objects.filter(pk=study.pk).update(since=today() - 9 * DAY, until=today() - DAY)
    study.refresh_from_db()
    with pytest.raises(EventError):
        remind_study(actor=campus.yan, study=study)


def test_a_study_has_days_a_name_of_its_own_and_a_committee(campus: World) -> None:
    study = asked_study(campus)
    for change, code in (
        ({"until": today() - DAY, "since": today() - 3 * DAY}, "until"),
        ({"name": "国庆集中学习", "since": today() + 3 * DAY, "until": today()}, "until"),
        ({"name": study.name}, "name"),
        ({"name": "国庆集中学习", "unit": campus.joint}, "unit"),
    ):
        with pytest.raises(EventError) as refused:
            asked_study(campus, **{"name": "国庆", **change})
        assert [one.code for one in refused.value.faults] == [code]
    with pytest.raises(PermissionDenied):
        open_study(actor=campus.qin, unit=campus.community, name="国庆集中学习", since=today(),
                   until=today())  # fmt: skip
    EventKind.objects.filter(pk=study.pk).update(since=today() - 9 * DAY, until=today() - DAY)
    study.refresh_from_db()
    with pytest.raises(EventError) as refused:  # an event after its days does not count for it
        record_event(actor=campus.qin, branch=campus.joint,
                     typed=event_typed(campus, kinds=[study]))  # fmt: skip
    assert refused.value.code == "study"


def test_a_branch_is_offered_a_study_in_its_days_only(campus: World, client: Client) -> None:
    study = asked_study(campus)
    client.force_login(campus.qin)
    url = f"/branches/{campus.joint.pk}/life/new/"
    assert study.name in client.get(url).content.decode()
    EventKind.objects.filter(pk=study.pk).update(since=today() - 9 * DAY, until=today() - DAY)
    assert study.name not in client.get(url).content.decode()
    assert study.name in client.get(f"{url}?on={today() - 2 * DAY}").content.decode()


# Figures


def test_each_figure_is_the_number_of_its_list(campus: World, client: Client) -> None:
    """The seeds' figures as they stand here: one tutor, one joint and one functional branch."""
    enter(campus, "gu")
    client.force_login(campus.yan)
    page = client.get("/party/figures/")
    assert page.status_code == 200
    with request_scope(None):
        sums = {
            code: counted(one, one.rows(campus.yan, today().year)) for code, one in FIGURES.items()
        }
    assert {code: sums[code].n for code in ("tutors", "joint", "functional", "temporary")} == {
        "tutors": 1, "joint": 1, "functional": 1, "temporary": 0}  # fmt: skip
    assert (sums["members"].n, sums["members"].of) == (9, 10)
    assert (sums["secretaries"].n, sums["secretaries"].of) == (1, 1)
    for code, one in sums.items():
        text = client.get(f"/party/figures/{code}/").content.decode()
        assert text.count('class="p-item"') == one.of, code
        if one.figure.is_share:
            part = client.get(f"/party/figures/{code}/?only=yes").content.decode()
            assert part.count('class="p-item"') == one.n, code
    assert client.get("/party/figures/none/").status_code == 404
    client.force_login(campus.lin)
    assert client.get("/party/figures/").status_code == 403


def test_a_figure_stands_beside_the_target_of_the_school_which_is_a_row(
    campus: World, client: Client
) -> None:
    """8 tutors, 2 joint and 12 functional branches, 60.2 % of prize holders; counted, never typed."""
    enter(campus, "gu")
    client.force_login(campus.yan)

    def told(code: str) -> str:
        text = client.get(f"/party/figures/{code}/").content.decode()
        return " ".join(
            re.sub(r"<[^>]*>", "", re.findall(r'<p class="p-caption">(.*?)</p>', text)[0]).split()
        )

    assert told("tutors") == "1 · 学校目标 8"
    assert told("joint") == "1 · 学校目标 2"
    assert told("functional") == "1 · 学校目标 12"
    assert told("prizes") == "0 / 0 = — · 学校目标 60.2%"
    assert told("branches") == "2"  # no target, no word
    page = client.get("/party/figures/").content.decode()
    assert [page.count(f"学校目标 {n}") for n in ("8", "2<", "12", "60.2%")] == [1, 1, 1, 1]
    Parameter.objects.filter(key="figures.functional").update(value=15)
    assert told("functional") == "1 · 学校目标 15"


def test_pages_ask_the_same_number_of_questions_for_one_member_and_study_and_for_three(
    campus: World, client: Client
) -> None:
    study = asked_study(campus)
    enter(campus, "gu")
    PartyMember.objects.create(student=campus.gu, joined_on=today() - 30 * DAY)
    pages = {
        "yan": ("/party/figures/", "/party/figures/training/", "/branches/training/",
                "/branches/studies/", f"/branches/studies/{study.pk}/",
                f"/branches/{campus.joint.pk}/training/"),
        "gao": ("/honours/",),
    }  # fmt: skip

    def asked() -> dict[str, int]:
        found = {}
        for who, urls in pages.items():
            client.force_login(campus.people[who])
            for url in urls:
                client.get(url)
                with CaptureQueriesContext(connection) as seen:
                    assert client.get(url).status_code == 200, url
                found[url] = len(seen)
        return found

    first = asked()
    enter(campus, "cheng", "luo")
    for name in ("国庆节集中学习", "一二·九运动纪念日集中学习"):
        asked_study(campus, name=name)
    for key in ("m1", "m2", "m3"):
        hold(campus, today(), "lecture", came={member_of(campus, key).pk: HERE}, group_study=45)
    assert asked() == first
