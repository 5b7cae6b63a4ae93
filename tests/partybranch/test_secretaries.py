"""Meetings of secretaries at a committee, and resolutions that become tasks (systems 10, 17, 32)."""

import io
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.test import Client
from django.utils import timezone
from docx import Document

from cohorts.domain.task_acts import complete_task
from cohorts.models import Task
from partybranch.domain.life import Came, EventTyped, correct_event, record_event
from partybranch.domain.resolutions import give_resolution
from partybranch.enums import Presence
from partybranch.models import Attendance, BranchEvent, PartyMember
from partybranch.queries.life import kinds_for, roll_on, secretaries_without_roll
from partybranch.queries.resolutions import first_agenda, lines_of
from portal.core.errors import DomainError
from portal.core.models import Notification
from students.enums import LEFT_STATUSES
from tests.partybranch.four import DAY, add_four
from tests.partybranch.life import kinds
from tests.world import LONG_AGO, World

pytestmark = pytest.mark.django_db


@pytest.fixture
def campus(world: World) -> World:
    add_four(world)
    for key in ("k2", "k3"):  # teachers lead two more branches; that of k1 is on no roll
        world.add_post(f"{key}t", "branch_secretary", key)
    return world


def typed(world: World, **more: Any) -> EventTyped:
    today = timezone.localdate()
    facts: dict[str, Any] = {
        "on": today, "kinds": kinds("secretaries_meeting"), "topic": "十一月书记例会",
        "place": "社区会议室", "host": "严立", "recorder": "高敏", "content": "通报各支部情况。",
        "agenda": "上次会议落实情况\n转正工作", "decisions": "月底前完成党员信息核对\n报送转正材料",
        "came": {one.pk: Came(Presence.PRESENT) for one in roll_on(world.community, today)},
    }  # fmt: skip
    return EventTyped(**facts | more)


def meet(world: World, **more: Any) -> BranchEvent:
    return record_event(actor=world.gao, branch=world.community, typed=typed(world, **more))


def refused(act: Any) -> set[str]:
    with pytest.raises(DomainError) as found:
        act()
    return {one.code for one in getattr(found.value, "faults", ())}


def test_the_secretaries_of_the_branches_below_are_called(campus: World) -> None:
    today = timezone.localdate()
    assert [one.name for one in roll_on(campus.community, today)] == ["师k2", "师k3"]
    # Whoever leads a branch and is on no roll is named among the guests.
    assert secretaries_without_roll(campus.community, today) == ["金书记"]
    # The general branch stands above the same four; a branch itself calls its own members.
    assert len(roll_on(campus.general, today)) == 2
    assert len(roll_on(campus.k1, today)) == 5


def test_a_committee_holds_meetings_of_secretaries_and_a_branch_its_own_life(
    campus: World,
) -> None:
    above = {one.code for one in kinds_for(campus.community)}
    assert above == {"secretaries_meeting", "secretaries_joint"}
    assert above.isdisjoint({one.code for one in kinds_for(campus.k1)})
    assert refused(lambda: meet(campus, kinds=kinds("members_meeting"))) == {"kinds"}
    own = {one.pk: Came(Presence.PRESENT) for one in roll_on(campus.k1, timezone.localdate())}
    assert refused(lambda: record_event(
        actor=campus.kim, branch=campus.k1, typed=typed(campus, came=own))) == {"kinds"}  # fmt: skip
    assert not BranchEvent.objects.exists()


def test_the_committee_keeps_its_book_and_the_secretaries_read_it(
    campus: World, client: Client
) -> None:
    made = meet(campus)
    with pytest.raises(PermissionDenied):
        record_event(actor=campus.kim, branch=campus.community, typed=typed(campus))
    assert correct_event(actor=campus.yan, event=made, version=1,
                         typed=typed(campus, topic="书记例会（扩大）")).version == 2  # fmt: skip
    # A secretary who was called reads this meeting, not the book, and corrects nothing.
    assert BranchEvent.objects.get_for(campus.k2t, "see_branch_life", made.pk) == made
    with pytest.raises(PermissionDenied):
        BranchEvent.objects.get_for(campus.k2t, "approve_party_file", made.pk)
    with pytest.raises(Http404):
        BranchEvent.objects.get_for(campus.k4t, "see_branch_life", made.pk)
    client.force_login(campus.k2t)
    assert client.get(f"/branch-events/{made.pk}/edit/").status_code == 403
    assert client.get(f"/branches/{campus.community.pk}/life/").status_code == 404
    page = client.get(f"/branch-events/{made.pk}/").content.decode()
    assert "上次会议落实情况" in page
    assert "转为任务" not in page


def test_a_resolution_becomes_a_task_in_the_inbox_of_a_secretary(
    campus: World, client: Client
) -> None:
    made, due = meet(campus), timezone.localdate() + 14 * DAY
    client.force_login(campus.gao)
    form = client.get(f"/branch-events/{made.pk}/task/?line=2").content.decode()
    assert "报送转正材料" in form
    for _twice in range(2):
        sent = client.post(f"/branch-events/{made.pk}/task/", {
            "text": "报送转正材料", "owner": "k2t", "due_on": due.isoformat()})  # fmt: skip
        assert sent.status_code == 302
    task = Task.objects.get(source="resolution")
    assert (task.owner, task.due_on, task.source_id) == (campus.k2t, due, made.pk)
    assert Notification.objects.filter(user=campus.k2t).count() == 1
    lines = lines_of(made)
    assert [(one.text, len(one.tasks)) for one in lines] == [
        ("月底前完成党员信息核对", 0), ("报送转正材料", 1)
    ]  # fmt: skip
    # The owner finds it in the inbox, with the meeting from which it comes.
    client.force_login(campus.k2t)
    assert "报送转正材料" in client.get("/tasks/").content.decode()
    assert "十一月书记例会" in client.get(f"/tasks/{task.pk}/").content.decode()
    assert "未完成1项" in first_agenda(campus.community)
    complete_task(actor=campus.k2t, task=task, evidence="已报送", version=task.version)
    assert "未完成0项" in first_agenda(campus.community)


def test_a_task_needs_an_owner_with_a_post_a_day_and_the_right_to_the_book(campus: World) -> None:
    made, today = meet(campus), timezone.localdate()
    with pytest.raises(PermissionDenied):
        give_resolution(actor=campus.k2t, event=made, text="报送", owner=campus.k3t, due_on=today)
    for owner, due in ((campus.nobody, today), (campus.k2t, today - DAY)):
        with pytest.raises(DomainError):
            give_resolution(actor=campus.gao, event=made, text="报送", owner=owner, due_on=due)
    with pytest.raises(DomainError):
        give_resolution(actor=campus.gao, event=made, text=" ", owner=campus.k2t, due_on=today)
    assert not Task.objects.exists()


def test_the_record_in_word_has_the_agenda_and_the_resolutions(
    campus: World, client: Client
) -> None:
    made = meet(campus)
    client.force_login(campus.gao)
    answer = client.get(f"/branch-events/{made.pk}/record.docx")
    document = Document(io.BytesIO(answer.content))
    text = "\n".join(
        cell.text for table in document.tables for row in table.rows for cell in row.cells
    )
    for words in ("上次会议落实情况", "2. 报送转正材料", "师k2"):
        assert words in text
    assert any("党支部书记例会记录" in one.text for one in document.paragraphs)


def test_the_form_of_a_committee_begins_with_agenda_and_guests(
    campus: World, client: Client
) -> None:
    client.force_login(campus.gao)
    page = client.get(f"/branches/{campus.community.pk}/life/new/").content.decode()
    assert "上次会议议定事项落实情况" in page
    assert "金书记" in page
    assert 'name="self_study"' not in page
    today = timezone.localdate()
    sent = {"kinds": [kinds("secretaries_joint")[0].pk], "on": today.isoformat(), "place": "会议室",
            "topic": "双院联席", "host": "严立", "recorder": "高敏", "content": "会商",
            "agenda": "一、学习\n二、会商"}  # fmt: skip
    sent |= {f"came_{one.pk}": "present" for one in roll_on(campus.community, today)}
    answer = client.post(f"/branches/{campus.community.pk}/life/new/", sent)
    assert answer.status_code == 302, answer.content.decode()[:3000]
    assert BranchEvent.objects.get().agenda == "一、学习\n二、会商"


def test_a_student_secretary_reads_what_the_committee_called_and_the_own_committees_meetings(
    campus: World, client: Client
) -> None:
    """By having been called, whether or not a post is held; other events do not open by coming."""
    member = PartyMember.objects.create(student=campus.gu, joined_on=LONG_AGO, full_on=LONG_AGO)
    today, opened = timezone.localdate(), {}
    for key, unit, code in (("called", campus.community, "secretaries_meeting"),
                            ("sat", campus.k2, "committee_meeting"),
                            ("lecture", campus.k2, "lecture"),
                            ("other", campus.k2, "committee_meeting")):  # fmt: skip
        event = BranchEvent.objects.create(branch=unit, on=today, topic=key, place="会议室",
                                           host="书记", recorder="委员", content="研究")  # fmt: skip
        event.kinds.add(kinds(code)[0])
        if key != "other":
            Attendance.objects.create(event=event, member=member, presence="present")
        opened[key] = event.pk
    client.force_login(campus.gu.user)
    seen = {key for key, pk in opened.items()
            if client.get(f"/branch-events/{pk}/").status_code == 200}  # fmt: skip
    assert seen == {"called", "sat"}
    page = client.get(f"/branch-events/{opened['called']}/").content.decode()
    assert "您应参加本次会议" in page
    assert f"/branch-events/{opened['called']}/edit/" not in page
    assert client.get(f"/branch-events/{opened['sat']}/record.docx").status_code == 200
    mine = client.get("/my/").content.decode()
    assert {key for key, pk in opened.items() if f"/branch-events/{pk}/" in mine} == seen
    # Whoever has left the school for good reads nothing more by it.
    campus.gu.status = LEFT_STATUSES[0]
    campus.gu.save()
    assert client.get(f"/branch-events/{opened['sat']}/").status_code != 200
