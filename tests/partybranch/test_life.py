"""Branch life: events with attendance, votes by counts, who keeps and who reads them (1.4, 1.6)."""

import datetime as dt
import io
import re
import uuid
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from docx import Document

from partybranch.domain.appraisals import grade_members
from partybranch.domain.life import Came, correct_event, record_event, withdraw_event
from partybranch.domain.motions import hold_vote
from partybranch.domain.quotas import Light
from partybranch.enums import Body, Grade, Presence
from partybranch.models import BranchEvent, EventKind, Motion
from partybranch.queries.life import healths, members_life
from partybranch.queries.life_board import life_board
from partybranch.queries.material import materials
from portal.core.errors import DomainError, StaleError
from portal.core.models import AuditEntry
from portal.core.scope import request_scope
from tests.partybranch.life import HERE, event_typed, hold, kinds, only
from tests.partybranch.party import DAY, FULL, add_party, ballot, member_of
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def campus(world: World) -> World:
    return add_party(world)


def codes(refused: Any) -> set[str]:
    return {one.code for one in refused.value.faults}


def test_one_event_may_satisfy_several_kinds(campus: World) -> None:
    """A members' meeting with a lecture by the secretary (rulebook 1.6)."""
    hold(campus, timezone.localdate(), "members_meeting", "lecture", "secretary_lecture")
    found = {one.quota.code: one for one in healths([campus.joint])[campus.joint.pk].standings}
    for code in ("members_meeting", "lecture", "secretary_lecture"):
        assert found[code].light == Light.MET, code
    assert found["theme_day"].light != Light.MET


def test_group_meetings_are_asked_for_only_where_groups_exist(campus: World) -> None:
    def asked() -> set[str]:
        return {one.quota.code for one in healths([campus.joint])[campus.joint.pk].standings}

    assert "group_meeting" not in asked()
    with pytest.raises(DomainError):
        hold(campus, timezone.localdate(), "group_meeting")
    campus.joint.party_groups = 2
    campus.joint.save()
    assert "group_meeting" in asked()
    hold(campus, timezone.localdate(), "group_meeting")
    # Nine full members: the branch has a committee, and its monthly meeting is asked for.
    assert "committee_meeting" in asked()


def test_a_committee_meeting_takes_at_least_half_of_the_committee(campus: World) -> None:
    four = [member_of(campus, key) for key in ("qin", "fang", "m1", "m2")]
    absent = Came(Presence.ABSENT)
    came = only(four[:1]) | {one.pk: absent for one in four[1:]}
    with pytest.raises(DomainError) as refused:
        record_event(actor=campus.qin, branch=campus.joint,
                     typed=event_typed(campus, "committee_meeting", came=came))  # fmt: skip
    assert codes(refused) == {"quorum"}
    came = only(four[:2]) | {one.pk: absent for one in four[2:]}
    hold(campus, timezone.localdate(), "committee_meeting", came=came)


def test_what_cannot_be_is_refused_with_the_field(campus: World) -> None:
    today = timezone.localdate()

    def refused(**more: Any) -> set[str]:
        with pytest.raises(DomainError) as found:
            record_event(actor=campus.qin, branch=campus.joint, typed=event_typed(campus, **more))
        return codes(found)

    stranger = member_of(campus, "du")
    stranger.branches.update(until=today - DAY)
    everybody = only([member_of(campus, "qin")])
    assert refused(on=today + DAY) == {"on"}
    assert refused(on=today - 30 * DAY) == {"entry"}  # long ago, and no word why only now
    assert refused(came={}) == {"came"}
    assert refused(came=everybody | only([stranger])) == {"came"}
    assert refused(came=everybody | {member_of(campus, "m1").pk: Came(Presence.LEAVE)}) == {"leave"}
    assert refused(kinds=[]) == {"kinds"}
    with pytest.raises(DomainError):
        record_event(actor=campus.yan, branch=campus.community, typed=event_typed(campus))


def test_the_secretary_keeps_the_branch_and_those_above_read_it(campus: World) -> None:
    made = hold(campus, timezone.localdate())
    campus.add_post("m1", "branch_publicity", "joint")
    campus.add_post("m2", "branch_organisation", "joint")

    def sees(key: str, action: str = "see_branch_life") -> bool:
        with request_scope(None):
            rows = BranchEvent.objects.restrict(campus.people[key], action)
            return bool(rows.filter(pk=made.pk).exists())

    assert {key for key in campus.people if sees(key)} == {"qin", "fang", "yan", "m1", "m2"}
    writers = {key for key in campus.people if sees(key, "write_branch_life")}
    assert writers == {"qin", "m2"}
    for key in ("fang", "yan", "m1", "gao", "lin"):
        with pytest.raises(PermissionDenied):
            record_event(actor=campus.people[key], branch=campus.joint, typed=event_typed(campus))
    assert BranchEvent.objects.count() == 1
    assert AuditEntry.objects.filter(action="record_branch_event").count() == 1


def test_sent_twice_is_entered_once_and_a_second_hand_is_told(campus: World) -> None:
    key = uuid.uuid4()
    for _time in range(2):
        made = record_event(
            actor=campus.qin, branch=campus.joint, typed=event_typed(campus), client_key=key
        )
    assert BranchEvent.objects.count() == 1
    away = {member_of(campus, "qin").pk: HERE,
            member_of(campus, "m1").pk: Came(Presence.LEAVE, "外出实习")}  # fmt: skip
    new = correct_event(
        actor=campus.qin, event=made, typed=event_typed(campus, came=away, topic="改题"), version=1
    )
    assert (new.topic, new.attendance.count()) == ("改题", 2)
    with pytest.raises(StaleError):
        correct_event(actor=campus.qin, event=made, typed=event_typed(campus), version=1)
    withdraw_event(actor=campus.qin, event=new, reason="重复录入", version=2)
    assert healths([campus.joint])[campus.joint.pk].standings[0].held_on is None
    with pytest.raises(DomainError):
        correct_event(actor=campus.qin, event=made, typed=event_typed(campus), version=3)


def test_a_vote_keeps_counts_and_the_arithmetic_of_development(campus: World) -> None:
    """Nine full members with voting right, du on probation does not count (P19)."""
    made = hold(campus, timezone.localdate())

    def vote(**counts: int) -> Motion:
        return hold_vote(actor=campus.qin, event=made, matter="年度工作计划", body=Body.MEETING,
                         ballot=ballot(**counts))  # fmt: skip

    assert vote(yes=5, no=4).passed
    assert not vote(yes=4, no=5).passed  # kept all the same
    assert vote(present=7, yes=4, no=3, written_yes=1).passed  # 5 of 9 with one in writing
    for wrong, code in (
        ({"yes": 9, "no": 1}, "ballots"), ({"present": 4, "yes": 4}, "quorum"),
        ({"expected": 10, "present": 10, "yes": 10}, "expected"),
    ):  # fmt: skip
        with pytest.raises(DomainError) as refused:
            vote(**wrong)
        assert codes(refused) == {code}
    assert Motion.objects.count() == 3


def test_no_more_voters_than_people_who_came(campus: World) -> None:
    five = [member_of(campus, key) for key in ("qin", "fang", "m1", "m2", "m3")]
    made = hold(campus, timezone.localdate(), came=only(five))
    with pytest.raises(DomainError) as refused:
        hold_vote(actor=campus.qin, event=made, matter="工作计划", body=Body.MEETING,
                  ballot=ballot())  # fmt: skip
    assert codes(refused) == {"came"}


def test_an_administrator_makes_a_rhythm_faster_and_never_slower_than_the_rule(
    campus: World,
) -> None:
    (theme,) = kinds("theme_day")
    theme.every_months = 3
    with pytest.raises(Exception, match="支部工作条例第五章"):
        theme.full_clean()
    (lecture,) = kinds("lecture")
    lecture.every_months = 1
    lecture.full_clean()


def test_members_attendance_and_minutes_of_study(campus: World) -> None:
    today = timezone.localdate()
    m1 = member_of(campus, "m1")
    hold(campus, today - DAY, group_study=60, self_study=30)
    hold(campus, today, came=only([member_of(campus, "qin")]) | {m1.pk: Came(Presence.ABSENT)},
         expert_study=45)  # fmt: skip
    found = {row.member.pk: row for row in members_life(campus.joint)}
    assert (found[m1.pk].present, found[m1.pk].called, found[m1.pk].minutes) == (1, 2, 90)


def test_at_most_a_third_are_excellent_in_the_yearly_appraisal(campus: World) -> None:
    made = hold(campus, timezone.localdate(), "life_meeting", "appraisal")
    nine = [member_of(campus, key).pk for key in FULL]

    def grade(best: int) -> None:
        found = {key: Grade.EXCELLENT if n < best else Grade.GOOD for n, key in enumerate(nine)}
        grade_members(actor=campus.qin, event=made, grades=found)

    with pytest.raises(DomainError):
        grade(4)
    grade(3)
    assert made.attendance.filter(grade="excellent").count() == 3
    with pytest.raises(PermissionDenied):
        grade_members(actor=campus.yan, event=made, grades={nine[0]: Grade.GOOD})
    other = hold(campus, timezone.localdate(), "theme_day")
    with pytest.raises(DomainError):
        grade_members(actor=campus.qin, event=other, grades={nine[0]: Grade.GOOD})
    client = Client()
    client.force_login(campus.qin)
    sent = {f"grade_{nine[0]}": "excellent", f"grade_{nine[1]}": "good"}
    assert client.post(f"/branch-events/{made.pk}/grades/", sent).status_code == 422
    sent[f"grade_{nine[2]}"] = "fair"
    assert client.post(f"/branch-events/{made.pk}/grades/", sent).status_code == 302
    assert client.get(f"/branch-events/{other.pk}/grades/").status_code == 404
    assert made.attendance.exclude(grade="").count() == 3


@pytest.fixture
def client(campus: World) -> Client:
    client = Client()
    client.force_login(campus.qin)
    return client


def test_the_form_says_whom_to_tap_those_who_came_or_those_who_did_not(
    campus: World, client: Client
) -> None:
    page = f"/branches/{campus.joint.pk}/life/new/"
    assert "点选未到的人员" in client.get(f"{page}?kind=members_meeting").content.decode()
    shown = client.get(f"{page}?kind=co_building").content.decode()
    assert "尚未标记，请点选到会人员" in shown
    assert "点选未到的人员" not in shown


def test_an_event_is_typed_on_a_phone_and_read_as_word(campus: World, client: Client) -> None:
    page = f"/branches/{campus.joint.pk}/life/"
    shown = client.get(f"{page}new/?kind=committee_meeting").content.decode()
    qin, m1 = member_of(campus, "qin"), member_of(campus, "m1")
    assert shown.count('value="present"') == 10
    assert shown.count('value="present" checked') + shown.count('checked value="present"') <= 1
    sent = {
        "kinds": [one.pk for one in kinds("members_meeting", "theme_day")],
        "on": timezone.localdate().isoformat(), "place": "党员之家", "topic": "主题党日",
        "first_item": "学习总书记重要讲话", "host": "秦守正", "recorder": "秦守正", "content": "讨论",
        "decisions": "走访宿舍\n整理材料", f"came_{qin.pk}": "present", f"came_{m1.pk}": "leave",
        f"why_{m1.pk}": "外出实习", "client_key": str(uuid.uuid4()),
    }  # fmt: skip
    wrong = client.post(f"{page}new/", sent | {"on": "2050-01-01"})
    assert wrong.status_code == 422
    assert "走访宿舍" in wrong.content.decode()  # nothing typed is lost
    made = client.post(f"{page}new/", sent, follow=True)
    assert "外出实习" in made.content.decode()
    event = BranchEvent.objects.get()
    word = client.get(f"/branch-events/{event.pk}/record.docx")
    table = Document(io.BytesIO(word.getvalue())).tables[0]
    text = "\n".join(cell.text for row in table.rows for cell in row.cells)
    for words in ("党员1（外出实习）", "2. 整理材料", "学习总书记重要讲话", "应到", "2人"):
        assert words in text, words
    assert AuditEntry.objects.filter(action="print_minutes").count() == 1
    assert "主题党日" in client.get(f"{page}?kind=theme_day").content.decode()
    assert (
        "主题党日</a>" not in client.get(f"{page}?kind=lecture").content.decode().split("<ul")[-1]
    )


def test_board_and_branch_ask_the_same_number_of_questions_for_one_event_and_three(
    campus: World, client: Client
) -> None:
    today = timezone.localdate()

    def asked(url: str) -> int:
        with CaptureQueriesContext(connection) as found:
            assert client.get(url).status_code == 200
        return len(found)

    def anew_and_kept() -> list[tuple[int, int]]:
        """Right after a write the lights are counted anew, then they are kept."""
        return [(asked(url), asked(url)) for url in pages]

    hold(campus, today)
    pages = ("/branches/life/", f"/branches/{campus.joint.pk}/life/")
    for url in pages:
        client.get(url)
    hold(campus, today, "theme_day")
    first = anew_and_kept()
    assert first[0][1] < first[0][0]
    for days in (1, 2):
        hold(campus, today - days * DAY, "theme_day", "lecture")
    assert anew_and_kept() == first
    with request_scope(None):
        (row,) = life_board(campus.qin).rows
    assert (row.events, row.first_items, row.called) == (4, 0, 40)


def test_the_record_says_whether_the_branch_or_its_committee_voted(
    campus: World, client: Client
) -> None:
    today = timezone.localdate()
    five = [member_of(campus, key) for key in ("qin", "m1", "m2", "m3", "m4")]
    event = hold(campus, today, "committee_meeting", came=only(five))
    hold_vote(actor=campus.qin, event=event, matter="确定入党积极分子人选", body=Body.BRANCH,
              ballot=ballot(expected=5, present=5, yes=4, no=1))  # fmt: skip
    client.force_login(campus.qin)
    word = Document(io.BytesIO(client.get(f"/branch-events/{event.pk}/record.docx").content))
    text = "\n".join(cell.text for row in word.tables[0].rows for cell in row.cells)
    assert "确定入党积极分子人选：应到支部委员5名，实到5名；赞成4票" in text
    assert "赞成票超过应到支部委员半数，通过。" in text
    assert "正式党员" not in text


def test_the_page_of_a_branch_tells_of_each_kind_how_often_it_was_held(
    campus: World, client: Client
) -> None:
    today = timezone.localdate()
    for days in (0, 1, 2):
        hold(campus, today - days * DAY, "theme_day", *(["blend_mind"] if days else []))
    client.force_login(campus.qin)
    url = f"/branches/{campus.joint.pk}/life/"
    chips = dict(re.findall(r'kind=([a-z_]+)"[^>]*>[^<]+<span>(\d+)</span>', text_of(client, url)))
    # Kinds of the calendar always, others once they were held; each number is that of its list.
    assert chips["theme_day"] == "3"
    assert chips["blend_mind"] == "2"
    assert chips["lecture"] == "0"
    assert "micro_talk" not in chips
    for code in ("theme_day", "blend_mind"):
        rows = re.findall(r'href="/branch-events/(\d+)/"', text_of(client, f"{url}?kind={code}"))
        assert len(set(rows)) == int(chips[code]), code


def text_of(client: Client, url: str) -> str:
    return str(client.get(url).content.decode())


def test_a_kind_of_the_schools_own_is_one_more_row(campus: World) -> None:
    EventKind.objects.create(code="red_walk", name="红色研学", every_months=12)
    today = timezone.localdate()
    hold(campus, today - dt.timedelta(days=1), "red_walk")
    lights = {
        one.quota.name: one.light for one in healths([campus.joint])[campus.joint.pk].standings
    }
    assert lights["红色研学"] in (Light.MET, Light.AHEAD)


def test_work_beside_the_calendar_is_a_kind_of_its_own_and_asks_for_no_number(
    campus: World,
) -> None:
    """Five blends, first lessons, clean conduct, forum, trips, talks, reporting in: one event may be a
    theme day and a blend; the year of the branch counts both, and no light depends on the second."""
    beside = {"first_lesson", "clean_conduct", "secretary_forum", "red_study", "micro_talk", "report_in",
              "blend_ideology", "blend_league", "blend_aid", "blend_mind", "blend_ethnic"}  # fmt: skip
    assert beside <= set(EventKind.objects.filter(every_months=None).values_list("code", flat=True))
    today = timezone.localdate()
    hold(campus, today, "theme_day", "blend_mind", "micro_talk")
    (found,) = materials([campus.joint], today).values()
    assert {("五融·心理健康", 1), ("微宣讲", 1), ("主题党日", 1)} == set(map(tuple, found["kinds"]))
    asked = {one.quota.code for one in healths([campus.joint])[campus.joint.pk].standings}
    assert not asked & beside
