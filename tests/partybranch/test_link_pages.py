"""The pages of links: the board, one branch, proposal and undo, signs, my own, a wish, joining."""

import io
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from docx import Document

from partybranch.domain.links import ask_for_link, record_visit
from partybranch.models import LinkRound, LinkVisit, LinkWish, Membership, PartyLink
from portal.core.models import Attachment
from students.models import Student
from tests.partybranch.linked import add_links, kind, link, luo_member
from tests.partybranch.party import apply, member_of
from tests.world import World

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


def here(world: World, more: str = "") -> str:
    return f"/branches/{world.joint.pk}/links/{more}"


def test_the_branch_page_shows_filled_and_empty_places_and_what_is_not_linked(
    campus: World, client: Client
) -> None:
    link(campus, "member_room", member=luo_member(campus), unit=campus.room411)
    link(campus, "leader_branch", person=campus.qian, goal="每学期到支部两次")
    link(campus, "outside_partner", label="城东社区党总支")
    text = page(client, campus, "qin", here(campus))
    for words in ("东12舍411", "空缺", "钱伯钧", "城东社区党总支", "1</b><span> / 2 = 50%"):
        assert words in text, words
    assert "东12舍412" in page(client, campus, "qin", here(campus, "?show=rooms"))
    only = page(client, campus, "qin", here(campus, "?only=empty"))
    assert "党员1" in only
    # The tutor of the branch reads it and finds no button.
    assert "links/new" not in page(client, campus, "fang", here(campus))
    page(client, campus, "fang", here(campus, "propose/"), 403)
    for key in ("gao", "zhou", "m1", "luo_account"):
        page(client, campus, key, here(campus), 404)
    assert "/branches/links/" in page(client, campus, "qin", "/branches/links/")
    page(client, campus, "zhou", "/branches/links/", 403)


def test_the_secretary_applies_the_proposal_that_was_looked_at_and_takes_it_back(
    campus: World, client: Client
) -> None:
    url = here(campus, "propose/")
    text = page(
        client, campus, "qin", f"{url}?kinds=member_room&kinds=door_sign&starts_on={TODAY()}"
    )
    assert "建立3条联系" in text
    typed = dict(re.findall(r'name="(digest|key)" value="([^"]+)"', text))
    typed |= {"starts_on": TODAY().isoformat(), "kinds": ["member_room", "door_sign"]}  # type: ignore[dict-item]
    stale = client.post(url, typed | {"digest": "0" * 32})
    assert stale.status_code == 422
    assert "有变动" in stale.content.decode()
    assert not LinkRound.objects.exists()
    for _twice in range(2):
        assert client.post(url, typed).status_code == 302
    made = LinkRound.objects.get()
    assert PartyLink.objects.filter(round=made).count() == 3
    empty = client.post(url, {"starts_on": TODAY().isoformat()})
    assert empty.status_code == 422
    assert "至少" in empty.content.decode()
    client.post(f"/link-rounds/{made.key}/undo/")
    made.refresh_from_db()
    assert made.undone_at is not None
    assert not PartyLink.objects.standing(TODAY()).filter(round=made).exists()


def test_door_signs_come_one_for_each_room_in_word_and_on_paper(
    campus: World, client: Client
) -> None:
    link(campus, "door_sign", member=luo_member(campus))
    link(campus, "vanguard_post", member=member_of(campus, "m1"), label="图书馆东区自习室")
    text = page(client, campus, "qin", here(campus, "signs/"))
    for words in ("党员宿舍", "东12舍411", "本室党员：罗嘉禾。", "党员先锋岗", "图书馆东区自习室"):
        assert words in text, words
    answer = client.get(here(campus, "signs.docx"))
    lines = [one.text for one in Document(io.BytesIO(answer.content)).paragraphs]
    assert "本室党员：罗嘉禾。" in lines
    assert lines.count("亮身份、作表率、受监督。") == 2
    PartyLink.objects.filter(kind__code__in=("door_sign", "vanguard_post")).update(ends_on=TODAY())


def test_a_single_link_is_made_and_ended_on_its_pages(campus: World, client: Client) -> None:
    client.force_login(campus.qin)
    ask_for_link(actor=campus.zhou, student=campus.gu, kind=kind("study_help"), branch=campus.joint)
    url = here(campus, "new/?kind=study_help")
    typed = {"member": luo_member(campus).pk, "starts_on": TODAY().isoformat(), "goal": "高等数学"}
    wrong = client.post(url, typed | {"student": "2230710008"})
    assert wrong.status_code == 422
    assert "任职范围内没有此学号" in wrong.content.decode()
    # gu's card is not in reach of the secretary, but gu was asked for.
    assert not Student.objects.restrict(campus.qin, "see_card").filter(pk=campus.gu.pk).exists()
    assert client.post(url, typed | {"student": campus.gu.student_no}).status_code == 302
    made = PartyLink.objects.get(kind__code="study_help")
    assert made.goal == "高等数学"
    assert client.get(here(campus, "new/?kind=tutor")).status_code == 404
    ended = client.post(f"/party-links/{made.pk}/end/", {"ends_on": TODAY(), "result": "期中及格"})
    assert ended.status_code == 302
    made.refresh_from_db()
    assert (made.ends_on, made.result) == (TODAY(), "期中及格")
    for code in ("member_room", "member_class", "co_building", "branch_league", "leader_branch",
                 "door_sign", "duty_area"):  # fmt: skip
        assert client.get(here(campus, f"new/?kind={code}")).status_code == 200, code


def test_a_member_sees_the_own_links_and_writes_down_a_contact(
    campus: World, client: Client
) -> None:
    made = link(campus, "member_student", member=luo_member(campus), student=campus.gu)
    text = page(client, campus, "luo_account", "/my/links/")
    assert "顾言川" in text
    assert "尚未走访" in text
    for hidden in ("13800001234", campus.gu.student_no, "/students/"):
        assert hidden not in text.replace("/students/my", ""), hidden
    url = f"/party-links/{made.pk}/visit/"
    typed = {"on": TODAY(), "note": "一起去图书馆", "minutes": "90",
             "client_key": "6b1f0f5e-8f7c-4f43-9d0a-1f6a1a1e2b3c"}  # fmt: skip
    assert client.post(url, typed | {"note": ""}).status_code == 422
    for _twice in range(2):
        assert client.post(url, typed).status_code == 302
    assert LinkVisit.objects.get().minutes == 90
    assert "走访1次" in page(client, campus, "luo_account", "/my/links/")
    # gu reads who is there, and writes nothing.
    assert "罗嘉禾" in page(client, campus, "gu_account", "/my/links/")
    assert "罗嘉禾" in page(client, campus, "gu_account", "/my/")
    page(client, campus, "gu_account", url, 403)
    page(client, campus, "m1", url, 404)


def test_the_counsellor_asks_on_the_page_of_the_student(campus: World, client: Client) -> None:
    number = campus.gu.student_no
    assert "申请党员联系" in page(client, campus, "zhou", f"/students/{number}/")
    url = f"/link-wishes/new/{number}/"
    assert "原因" in page(client, campus, "zhou", url)
    typed = {"kind": "study_help", "branch": campus.joint.pk, "goal": "大学物理"}
    assert client.post(url, typed).status_code == 302
    wish = LinkWish.objects.get()
    assert "待落实" in page(client, campus, "zhou", f"/students/{number}/")
    text = page(client, campus, "qin", here(campus))
    assert "大学物理" in text
    assert "顾言川" in text
    for key in ("gao", "qin", "shen"):
        page(client, campus, key, f"/link-wishes/new/{campus.song.student_no}/", 404)
    client.force_login(campus.qin)
    assert client.post(f"/link-wishes/{wish.pk}/withdraw/").status_code == 404
    client.force_login(campus.zhou)
    assert client.post(f"/link-wishes/{wish.pk}/withdraw/").status_code == 302
    wish.refresh_from_db()
    assert wish.withdrawn_on == TODAY()


def test_the_picture_of_a_student_names_the_members(campus: World, client: Client) -> None:
    link(campus, "member_student", member=luo_member(campus), student=campus.gu)
    text = page(client, campus, "zhou", f"/students/{campus.gu.student_no}/picture/")
    assert "党员联系学生 · 化工学院明德书院师生联合党支部" in text


def test_a_member_joins_a_further_branch_and_leaves_it(campus: World, client: Client) -> None:
    luo = luo_member(campus)
    text = page(client, campus, "qin", f"/branches/{campus.joint.pk}/")
    assert f"/party-members/{luo.pk}/join/" in text
    url = f"/party-members/{luo.pk}/join/"
    assert "学生会功能型党支部" in page(client, campus, "qin", url)
    typed = {"branch": campus.functional.pk, "since": TODAY().isoformat()}
    ahead = client.post(url, typed | {"since": "2999-01-01"})
    assert ahead.status_code == 422
    assert client.post(url, typed).status_code == 302
    place = Membership.objects.get(branch=campus.functional)
    assert not place.is_relation
    assert place.until is None
    again = client.post(url, typed)
    assert again.status_code == 422, "the branch is offered no more"
    # A member of staff is entered by who keeps the roll of the other branch.
    staff = f"/party-members/{member_of(campus, 'm1').pk}/join/"
    assert "学生会功能型党支部" not in page(client, campus, "qin", staff)
    leave = f"/party-members/{luo.pk}/leave/{campus.functional.pk}/"
    assert client.post(leave, {"until": TODAY().isoformat()}).status_code == 302
    place.refresh_from_db()
    assert place.until == TODAY()
    home = client.post(f"/party-members/{luo.pk}/leave/{campus.joint.pk}/", {"until": TODAY()})
    assert home.status_code == 422
    assert "转移" in home.content.decode() or "转" in home.content.decode()


def test_papers_of_a_development_are_kept_and_opened_by_who_reads_the_file(
    campus: World, client: Client
) -> None:
    made = apply(campus, "gu", TODAY())
    client.force_login(campus.gao)
    paper = SimpleUploadedFile("申请书.txt", "入党申请书".encode(), "text/plain")
    wrong = client.post(f"/development/{made.pk}/files/", {"files": SimpleUploadedFile(
        "申请书.exe", b"MZ\x90\x00")})  # fmt: skip
    assert wrong.status_code == 422
    pdf = SimpleUploadedFile(
        "申请书.pdf", b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
    )
    assert client.post(f"/development/{made.pk}/files/", {"files": pdf}).status_code == 302, paper
    kept = Attachment.objects.get(kind="party_file", object_id=made.pk)
    assert "申请书.pdf" in page(client, campus, "gao", f"/development/{made.pk}/")
    for key, status in (("gao", 200), ("qin", 200), ("zhou", 404), ("gu_account", 404)):
        client.force_login(campus.people[key])
        assert client.get(f"/files/{kept.key}/").status_code == status, key


def test_more_members_and_links_cost_no_more_statements(campus: World, client: Client) -> None:
    def cost(url: str) -> int:
        page(client, campus, "qin", url)
        with CaptureQueriesContext(connection) as seen:
            page(client, campus, "qin", url)
        return len(seen)

    link(campus, "member_room", member=luo_member(campus), unit=campus.room411)
    urls = [here(campus), "/branches/links/", here(campus, "propose/"), here(campus, "signs/")]
    few = [cost(url) for url in urls]
    for number in range(1, 4):
        one = member_of(campus, f"m{number}")
        made = link(campus, "member_class", member=one, unit=campus.c2301)
        link(campus, "vanguard_post", member=one, label=f"岗位{number}")
        record_visit(actor=campus.qin, link=made, on=TODAY(), note="到班听课")
    assert [cost(url) for url in urls] == few
