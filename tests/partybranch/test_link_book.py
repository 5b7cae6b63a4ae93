"""The book of one link: what was done, which problem was found, how it was solved; read by the branch
and by whoever is linked, written by both."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cohorts.domain.tree import open_unit
from cohorts.models import Term
from partybranch.domain.links import record_visit
from partybranch.enums import PartyKind
from partybranch.models import LinkVisit, PartyLink, PartyOrganization
from tests.partybranch.linked import add_links, link, luo_member
from tests.partybranch.party import DAY
from tests.world import LONG_AGO, World

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate


@pytest.fixture
def campus(world: World) -> World:
    return add_links(world)


def page(client: Client, world: World, key: str, url: str, status: int = 200) -> str:
    client.force_login(world.people[key])
    answer = client.get(url)
    assert answer.status_code == status, (key, url, answer.status_code)
    return answer.content.decode()


def book(made: PartyLink) -> str:
    return f"/party-links/{made.pk}/"


def visit(world: World, made: PartyLink, key: str = "luo_account", **more: str) -> LinkVisit:
    return record_visit(actor=world.people[key], link=made, on=TODAY(), minutes=45,
                        **({"note": "一起收拾宿舍"} | more))  # fmt: skip


def test_the_branch_and_whoever_is_linked_read_what_was_done_and_nobody_else(
    campus: World, client: Client
) -> None:
    made = link(
        campus, "member_room", member=luo_member(campus), unit=campus.room411, goal="走访每月一次"
    )
    visit(campus, made, problem="阳台漏水", outcome="已报修")
    for key in ("qin", "fang", "luo_account"):
        text = page(client, campus, key, book(made))
        for words in (
            "东12舍411",
            "罗嘉禾",
            "走访每月一次",
            "一起收拾宿舍",
            "阳台漏水",
            "已报修",
            "45",
        ):
            assert words in text, (key, words)
        assert ("/visit/" in text) == (key != "fang"), key
        assert ("/end/" in text) == (key == "qin"), key
    # The way there: from the page of the branch, and from one's own.
    assert book(made) in page(client, campus, "qin", f"/branches/{campus.joint.pk}/links/")
    assert book(made) in page(client, campus, "luo_account", "/my/links/")
    for key in ("gao", "zhou", "m1", "gu_account", "aud"):
        page(client, campus, key, book(made), 404)


def test_a_student_who_is_linked_does_not_read_what_is_written_about_it(
    campus: World, client: Client
) -> None:
    made = link(campus, "member_student", member=luo_member(campus), student=campus.gu)
    visit(campus, made)
    page(client, campus, "gu_account", book(made), 403)
    page(client, campus, "zhou", book(made), 404)  # the counsellor reads that there is a link


def test_the_branch_writes_down_what_it_did_with_a_partner_and_the_leader_his_visits(
    campus: World, client: Client
) -> None:
    partner = link(campus, "outside_partner", label="城东社区党总支", ends_on=TODAY() + 300 * DAY)
    leader = link(campus, "leader_branch", person=campus.qian, goal="每学期到支部两次")
    side = page(client, campus, "qin", f"/branches/{campus.joint.pk}/links/")
    assert book(partner) in side
    assert book(leader) in side
    assert f"/party-links/{partner.pk}/visit/" in page(client, campus, "qin", book(partner))
    answer = client.post(f"/party-links/{partner.pk}/visit/",
                         {"on": TODAY(), "note": "联合开展主题党日",
                          "client_key": "6b1f0f5e-8f7c-4f43-9d0a-1f6a1a1e2b3d"})  # fmt: skip
    assert answer.status_code == 302
    assert answer["Location"] == book(partner)
    assert "联合开展主题党日" in page(client, campus, "qin", book(partner))
    assert f"/party-links/{leader.pk}/visit/" in page(client, campus, "qian", book(leader))
    visit(campus, leader, "qian", note="到支部讲党课")
    assert "到支部讲党课" in page(client, campus, "fang", book(leader))
    text = page(client, campus, "fang", f"/branches/{campus.joint.pk}/links/")
    assert text.count("走访1次") == 2  # the partner and the leader, each with its contacts


def test_an_ended_link_keeps_its_book_and_takes_no_entry(campus: World, client: Client) -> None:
    made = link(campus, "member_room", member=luo_member(campus), unit=campus.room411,
                starts_on=TODAY() - 30 * DAY)  # fmt: skip
    visit(campus, made)
    PartyLink.objects.filter(pk=made.pk).update(ends_on=TODAY() - DAY, result="宿舍面貌好转")
    text = page(client, campus, "qin", book(made))
    assert "宿舍面貌好转" in text
    assert "一起收拾宿舍" in text
    assert "/visit/" not in text
    page(client, campus, "luo_account", book(made), 404)


def test_a_partner_branch_sees_the_link_that_another_keeps(campus: World, client: Client) -> None:
    other = open_unit(actor=None, unit=PartyOrganization(
        name="机关第二党支部", code="P-9", parent=campus.community, party_kind=PartyKind.REGULAR,
        opened_on=LONG_AGO, approving_committee=campus.community,
    ))  # fmt: skip
    made = link(campus, "co_building", unit=other, goal="共建宿舍文化")
    visit(campus, made, "qin", note="联合开展主题党日")
    campus.units["other"] = other
    campus.add_person("sun", "孙立群")
    campus.add_post("sun", "branch_secretary", "other")
    text = page(client, campus, "sun", f"/branches/{other.pk}/links/")
    for words in ("化工学院明德书院师生联合党支部", "1+X支部共建", "共建宿舍文化", "走访1次"):
        assert words in text, words
    assert book(made) not in text  # the book is that of the branch which keeps the link
    page(client, campus, "sun", book(made), 404)


def test_a_long_book_costs_no_more_statements(campus: World, client: Client) -> None:
    made = link(campus, "member_room", member=luo_member(campus), unit=campus.room411)

    def cost() -> int:
        page(client, campus, "qin", book(made))
        with CaptureQueriesContext(connection) as seen:
            page(client, campus, "qin", book(made))
        return len(seen)

    visit(campus, made)
    few = cost()
    for number in range(3):
        visit(campus, made, note=f"走访第{number}次")
    assert cost() == few


def test_a_leader_who_has_not_been_there_this_term_stands_out(
    campus: World, client: Client
) -> None:
    """System 69, rulebook 1.6: leaders come to their branch each term."""
    begun = TODAY() - 20 * DAY
    Term.objects.filter(starts_on__gte=begun).delete()
    Term.objects.create(code="2098-2099-1", starts_on=begun)
    made = link(campus, "leader_branch", person=campus.qian, starts_on=TODAY() - 200 * DAY)
    url = f"/branches/{campus.joint.pk}/links/"
    record_visit(actor=campus.qian, link=made, on=begun - DAY, note="到支部讲党课")
    assert "本学期尚未到支部" in page(client, campus, "qin", url)
    assert "本学期尚未到支部" in page(client, campus, "qian", "/my/links/")
    record_visit(actor=campus.qian, link=made, on=begun, note="参加组织生活会")
    text = page(client, campus, "qin", url)
    assert "本学期尚未到支部" not in text
    assert "本学期1次" in text
