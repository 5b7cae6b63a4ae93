"""Two people who write the same lines of an event: the second is told, and nothing is overwritten.
The day on a paper is that of the school."""

import datetime as dt
import io
import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from docx import Document

from cohorts.exporters.letters import day_words
from partybranch.domain.awards import nominate, open_round
from partybranch.domain.life import record_event
from partybranch.domain.membership import enter_member
from partybranch.domain.sides import record_side
from partybranch.models import BranchEvent, Nomination
from tests.partybranch.life import HERE, event_typed, hold, only
from tests.partybranch.party import DAY, member_of
from tests.review.test_party_lines import campus, client_of, today
from tests.world import LONG_AGO, World

pytestmark = pytest.mark.django_db
__all__ = ["campus"]


def hidden(client: Client, url: str) -> dict[str, Any]:
    form = client.get(url).context["form"]
    return {one.name: one.value() or "" for one in form.hidden_fields()}


def both(campus: World, key: str, url: str, first: dict[str, Any], second: dict[str, Any]) -> Any:
    """The form opened twice, sent with ``first`` and then with ``second``; the second answer."""
    client = client_of(campus, key)
    opened = hidden(client, url)
    assert client.post(url, opened | first).status_code == 302
    return client.post(url, opened | second)


def joint(campus: World) -> BranchEvent:
    made = record_event(actor=campus.qin, branch=campus.joint, typed=event_typed(
        campus, "training", partners=[campus.second], came=only([member_of(campus, "qin")])))  # fmt: skip
    return made


def test_attendance_of_a_side_entered_by_two_is_not_overwritten_unseen(campus: World) -> None:
    campus.add_person("s2", "二支乙")
    enter_member(actor=campus.kim, branch=campus.second, person=campus.s2, since=today() - DAY,
                 joined_on=LONG_AGO, full_on=None, origin="兄弟院校党委")  # fmt: skip
    made, s1, s2 = joint(campus), member_of(campus, "s1").pk, member_of(campus, "s2").pk
    url = f"/branch-events/{made.pk}/sides/{campus.second.pk}/"
    other = {f"came_{s2}": "present", f"came_{s1}": "leave", f"why_{s1}": "外出实习"}
    answer = both(campus, "kim", url, {f"came_{s1}": "present"}, other)
    assert answer.status_code == 422
    assert "外出实习" in answer.content.decode()  # nothing typed is lost
    assert made.attendance.get(member=s1).presence == "present"
    client = client_of(campus, "kim")  # opened anew it replaces the former
    assert client.post(url, hidden(client, url) | {f"came_{s1}": "present"}).status_code == 302


def test_grades_and_certificates_entered_by_two_are_not_overwritten_unseen(campus: World) -> None:
    m1 = member_of(campus, "m1").pk
    appraisal = hold(campus, today(), "appraisal")
    url = f"/branch-events/{appraisal.pk}/grades/"
    assert both(campus, "qin", url, {f"grade_{m1}": "good"}, {f"grade_{m1}": ""}).status_code == 422
    assert appraisal.attendance.get(member=m1).grade == "good"
    training = hold(campus, today(), "training")
    url, on = f"/branch-events/{training.pk}/certificates/", {"on": today().isoformat()}
    answer = both(campus, "qin", url, on | {f"no_{m1}": "培1"}, on | {f"no_{m1}": "培2"})
    assert answer.status_code == 422
    assert training.attendance.get(member=m1).certificate_no == "培1"


def test_what_another_branch_enters_does_not_stand_in_the_way(campus: World) -> None:
    made, qin = joint(campus), member_of(campus, "qin").pk
    url, on = f"/branch-events/{made.pk}/certificates/", {"on": today().isoformat()}
    client = client_of(campus, "qin")
    opened = hidden(client, url)
    record_side(actor=campus.kim, event=made, branch=campus.second,
                came={member_of(campus, "s1").pk: HERE})  # fmt: skip
    assert client.post(url, opened | on | {f"no_{qin}": "培1"}).status_code == 302


def test_the_paper_of_a_nomination_tells_the_day_of_the_school(campus: World) -> None:
    made = open_round(actor=campus.yan, committee=campus.community, name="十佳2026", until=today(),
                      apply_until=today() + DAY, seats=1)  # fmt: skip
    one = nominate(actor=campus.kim, round=made, branch=campus.second, deeds="服务社区")
    early = dt.datetime.combine(today(), dt.time(1), tzinfo=timezone.get_current_timezone())
    Nomination.objects.filter(pk=one.pk).update(entered_at=early)  # yesterday in Greenwich
    paper = client_of(campus, "kim").get(f"/nominations/{one.pk}/paper.docx").content
    cells = [c.text for t in Document(io.BytesIO(paper)).tables for r in t.rows for c in r.cells]
    assert cells[cells.index("申报时间") + 1] == day_words(today())


def test_an_abandoned_correction_does_not_fill_the_form_of_a_new_event(campus: World) -> None:
    made, client = hold(campus, today(), "theme_day"), client_of(campus, "qin")
    marks = [
        re.findall(r'data-draft="([^"]+)"', client.get(url).content.decode())
        for url in (f"/branches/{campus.joint.pk}/life/new/", f"/branch-events/{made.pk}/edit/")
    ]
    assert marks[0] != marks[1]


def test_whoever_left_the_roll_of_that_day_is_struck_by_hand_and_not_unseen(campus: World) -> None:
    made, m1, qin = (
        hold(campus, today(), "theme_day"),
        member_of(campus, "m1"),
        member_of(campus, "qin"),
    )
    m1.branches.update(until=today() - DAY)  # a move that was entered late
    client, url = client_of(campus, "qin"), f"/branch-events/{made.pk}/edit/"
    form = client.get(url).context["form"]
    assert "党员1" in [mark.label for mark, _why in form.taps()]
    sent = {name: form[name].value() or "" for name in form.fields if name != "files"}
    sent |= {"topic": "更正后的题目", "on": made.on.isoformat(), "partners": []}
    refused = client.post(url, sent)
    assert refused.status_code == 422
    assert "党员1" in str(refused.context["form"].errors)
    assert client.post(url, sent | {f"came_{m1.pk}": ""}).status_code == 302
    assert not made.attendance.filter(member=m1).exists()
    assert made.attendance.filter(member=qin).exists()
