"""The help one to one that stands on the case page, and what the helper does not see (system 77)."""

import pytest
from django.test import Client
from django.utils import timezone

from casework.models import Case, Seat
from partybranch.domain.links import ask_for_link, record_visit
from partybranch.models import PartyLink
from portal.core.access import reasons
from portal.core.scope import request_scope
from tests.partybranch.linked import add_links, kind, link, luo_member
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def campus(world: World) -> World:
    return add_links(world)


def shown(client: Client, world: World, case: Case) -> str:
    client.force_login(world.zhou)
    return str(client.get(f"/cases/{case.pk}/").content.decode())


def test_the_case_names_the_helper_and_how_often_help_was_given(
    campus: World, client: Client
) -> None:
    case = campus.add_case("gu")
    text = shown(client, campus, case)
    assert "暂无一对一帮扶" in text
    assert f"/link-wishes/new/{campus.gu.student_no}/?kind=study_help" in text
    ask_for_link(actor=campus.zhou, student=campus.gu, kind=kind("study_help"), branch=campus.joint)
    assert "待支部安排" in shown(client, campus, case)
    made = link(campus, "study_help", member=luo_member(campus), student=campus.gu, goal="大学物理")
    record_visit(actor=campus.luo_account, link=made, on=timezone.localdate(), note="讲解习题",
                 minutes=45)  # fmt: skip
    text = shown(client, campus, case)
    for words in ("罗嘉禾", "大学物理", "走访1次", "45"):
        assert words in text, words
    assert "讲解习题" not in text, "what was written is the branch's"


def test_the_helper_sees_nothing_of_the_case(campus: World, client: Client) -> None:
    case = campus.add_case("gu")
    link(campus, "study_help", member=luo_member(campus), student=campus.gu)
    assert not Case.objects.restrict(campus.luo_account, "see_case").exists()
    client.force_login(campus.luo_account)
    assert client.get(f"/cases/{case.pk}/").status_code == 404
    assert client.get(f"/students/{campus.gu.student_no}/").status_code == 404
    text = client.get("/my/links/").content.decode()
    assert "顾言川" in text
    for word in ("个案", "预警", "黄色"):
        assert word not in text.split("<main", 1)[1], word


def test_whoever_sees_the_case_reaches_the_help_and_no_other_link(campus: World) -> None:
    case = campus.add_case("gu")
    Seat.objects.create(
        case=case, person=campus.nobody, duty="帮扶", starts_on=timezone.localdate()
    )
    help_ = link(campus, "study_help", member=luo_member(campus), student=campus.gu)
    link(campus, "member_student", member=luo_member(campus), student=campus.gu)
    for person, found in ((campus.zhou, [help_]), (campus.nobody, [help_]), (campus.shen, [])):
        with request_scope(None):
            assert list(PartyLink.objects.restrict(person, "see_case")) == found, person.name
            assert person.has_perm("cohorts.see_case", help_) == bool(found)
            assert bool(reasons(person, "see_case", help_)) == bool(found)
    assert not PartyLink.objects.restrict(campus.luo_account, "see_case").exists()


def test_other_links_do_not_stand_on_the_case(campus: World, client: Client) -> None:
    case = campus.add_case("gu")
    link(campus, "member_student", member=luo_member(campus), student=campus.gu)
    assert "罗嘉禾" not in shown(client, campus, case)
    PartyLink.objects.update(kind=kind("study_help"))
    assert "罗嘉禾" in shown(client, campus, case)
