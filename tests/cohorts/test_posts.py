"""Letters, blocks, deputies, renewals, vacancies; whose post nobody may end."""

import datetime as dt
import io

import pytest
import time_machine
from django.utils import timezone
from docx import Document
from pypdf import PdfReader

from cohorts.domain.appointments import appoint, end_appointment
from cohorts.domain.blocks import block_person, check_block, lift_block
from cohorts.domain.letters import issue_letters, next_number, parsed
from cohorts.domain.reconcile import drift
from cohorts.domain.renewals import preview_renewals, renew_posts
from cohorts.exporters.letters import pdf_letters, word_letters
from cohorts.models import Appointment, Letter, PostBlock, Role
from cohorts.queries.posts import lines_of
from cohorts.queries.vacancies import vacancies
from portal.core.errors import DomainError
from tests.concurrently import at_once
from tests.world import World, build_world


def role(code: str) -> Role:
    return Role.objects.get(code=code)


def in_days(days: int) -> dt.date:
    return timezone.localdate() + dt.timedelta(days=days)


def test_whoever_appoints_ends_no_post_wider_than_the_own(world: World) -> None:
    """jiang appoints in the college, but the organiser reads party files and jiang does not."""
    world.add_person("bai", "柏舟")
    secretary = world.add_post("bai", "party_secretary", "chem")
    secretary.role.permissions.add(*role("organiser").permissions.all())
    for post in (world.posts["gao"], secretary):
        with pytest.raises(DomainError) as refused:
            end_appointment(actor=world.jiang, post=post, ends_on=timezone.localdate())
        assert refused.value.code == "denied"
    assert end_appointment(actor=world.jiang, post=world.posts["lu"]).revoked_at
    assert end_appointment(actor=world.sec, post=world.posts["gao"]).revoked_at


def test_an_administrator_is_ended_by_the_security_administrator_alone(world: World) -> None:
    """The auditor's role carries no action at all, so nothing in it is wider than anybody's."""
    leader = role("school_leader")
    leader.permissions.add(*role("dean").permissions.filter(codename="appoint"))
    end_appointment(actor=None, post=world.posts["qian"])
    appoint(actor=None, person=world.qian, role=leader, unit=world.uni)
    with pytest.raises(DomainError):
        end_appointment(actor=world.qian, post=world.posts["aud"])
    with pytest.raises(DomainError):
        appoint(actor=world.qian, person=world.nobody, role=role("auditor"), unit=world.uni)


def test_a_letter_number_is_given_once_a_year(world: World) -> None:
    year = timezone.localdate().year
    adviser = role("class_adviser")
    first = appoint(actor=world.sec, person=world.nobody, role=adviser, unit=world.c2302,
                    letter_no=f"西交聘〔{year}〕17号")  # fmt: skip
    assert Letter.objects.get(post=first).number == 17
    assert next_number(year) == 18
    with pytest.raises(DomainError, match="18号"):
        appoint(actor=world.sec, person=world.wang, role=adviser, unit=world.c2302,
                letter_no=f"〔{year}〕17号")  # fmt: skip
    assert not Appointment.objects.filter(person=world.wang).exists()
    letters = issue_letters(actor=world.sec, posts=[world.posts["lu"], first, world.posts["han"]])
    assert [letter.number for letter in letters] == [18, 17, 19]
    assert issue_letters(actor=world.sec, posts=[world.posts["lu"]])[0].number == 18
    world.posts["lu"].refresh_from_db()
    assert world.posts["lu"].letter_no == f"〔{year}〕18号"
    assert parsed("无编号") is None
    with pytest.raises(DomainError):
        issue_letters(actor=world.jiang, posts=[world.posts["zhou"]])


def test_letters_read_as_an_office_writes_them_in_word_and_pdf(world: World) -> None:
    post = appoint(
        actor=world.sec, person=world.nobody, role=role("class_adviser"), unit=world.c2302,
        starts_on=dt.date(2026, 9, 1), ends_on=dt.date(2027, 8, 31),
    )  # fmt: skip
    letters = issue_letters(actor=world.sec, posts=[post, world.posts["lu"]])
    wanted = "兹聘请您担任化工2302班主任，聘期自2026年9月1日至2027年8月31日。"
    document = Document(io.BytesIO(word_letters(letters)))
    lines = [line.text for line in document.paragraphs]
    assert wanted in lines
    assert "化学工程学院（盖章）" in lines
    assert f"编号：{letters[0].text}" in lines
    section = document.sections[0]
    assert section.page_width > section.page_height
    reader = PdfReader(io.BytesIO(pdf_letters(letters)))
    assert len(reader.pages) == 2
    text = reader.pages[0].extract_text().replace("\n", "")
    assert wanted in text
    assert letters[0].text in text
    assert letters[1].text in reader.pages[1].extract_text()


def test_a_block_keeps_from_its_posts_for_its_time_only(world: World) -> None:
    block = block_person(actor=world.sec, block=PostBlock(
        person=world.nobody, covers=["class_adviser", "tutor"], reason="考核不合格",
        starts_on=in_days(10), ends_on=in_days(20),
    ))  # fmt: skip
    adviser = role("class_adviser")
    with pytest.raises(DomainError, match="白一") as refused:
        appoint(actor=world.sec, person=world.nobody, role=adviser, unit=world.c2302)
    assert "考核" not in str(refused.value)
    with pytest.raises(DomainError):
        check_block(world.nobody, "tutor", in_days(20), in_days(30))
    appoint(
        actor=world.sec, person=world.nobody, role=adviser, unit=world.c2302, ends_on=in_days(9)
    )
    appoint(actor=world.sec, person=world.nobody, role=role("counsellor"), unit=world.zhiyuan23)
    appoint(actor=world.sec, person=world.nobody, role=adviser, unit=world.c2302,
            starts_on=in_days(21))  # fmt: skip
    for actor in (world.jiang, world.sys):
        with pytest.raises(DomainError):
            lift_block(actor=actor, block=block)
    lift_block(actor=world.sec, block=block, ends_on=in_days(12))
    check_block(world.nobody, "tutor", in_days(13), None)
    with pytest.raises(DomainError):
        block_person(
            actor=world.sec,
            block=PostBlock(
                person=world.nobody, covers=["tutor"], reason=" ", starts_on=in_days(0)
            ),
        )


def test_a_deputy_has_an_end_and_never_outlives_the_post(world: World) -> None:
    post, leader = world.posts["lin"], role("contract_leader")
    end_appointment(actor=None, post=post, ends_on=in_days(30))
    for ends_on in (None, in_days(31)):
        with pytest.raises(DomainError):
            appoint(actor=world.sec, person=world.nobody, role=leader, unit=world.chem23,
                    ends_on=ends_on, stands_in_for=post)  # fmt: skip
    deputy = appoint(actor=world.sec, person=world.nobody, role=leader, unit=world.chem23,
                     ends_on=in_days(30), stands_in_for=post)  # fmt: skip
    assert world.nobody.has_perm("cohorts.see_card", world.gu)
    with pytest.raises(DomainError):
        appoint(actor=world.sec, person=world.wang, role=leader, unit=world.chem23,
                ends_on=in_days(5), stands_in_for=deputy)  # fmt: skip
    end_appointment(actor=None, post=post, ends_on=in_days(3))
    deputy.refresh_from_db()
    assert deputy.ends_on == in_days(3)
    end_appointment(actor=None, post=post)
    assert not world.nobody.has_perm("cohorts.see_card", world.gu)
    assert drift() == (0, 0)


def test_posts_are_renewed_together_or_not_at_all(world: World) -> None:
    for key in ("lu", "zhou"):
        end_appointment(actor=None, post=world.posts[key], ends_on=in_days(5))
    posts = [world.posts[key] for key in ("lu", "zhou", "han")]
    for post in posts:
        post.refresh_from_db()
    lines = preview_renewals(world.sec, posts, in_days(370))
    assert [bool(line.refusal) for line in lines] == [False, False, True]
    assert Appointment.objects.filter(person=world.lu).count() == 1
    with pytest.raises(DomainError, match="韩知行"):
        renew_posts(actor=world.sec, posts=posts, ends_on=in_days(370))
    assert Appointment.objects.filter(person=world.lu).count() == 1
    renew_posts(actor=world.sec, posts=posts[:2], ends_on=in_days(370))
    assert [line.is_renewed for line in lines_of(posts)] == [True, True, False]
    with time_machine.travel(timezone.now() + dt.timedelta(days=6), tick=False):
        assert world.zhou.has_perm("cohorts.see_card", world.gu)


def test_vacancies_name_the_unit_the_post_and_who_held_it_last(world: World) -> None:
    found = {(line.unit, line.role) for line in vacancies(world.sec)}
    assert ("化工2302", "班主任") in found
    assert ("化工2301", "班主任") not in found
    assert ("明德书院2023级", "辅导员") not in found
    assert not any(unit == "明德书院2023级" and name == "包干领导" for unit, name in found)
    assert vacancies(world.nobody) == []
    assert {line.unit for line in vacancies(world.lin)} <= {
        "化工学院2023级",
        "化工2301",
        "化工2302",
    }
    end_appointment(actor=None, post=world.posts["lu"])
    line = next(one for one in vacancies(world.sec) if one.unit == "化工2301")
    assert (line.last_name, line.last_day) == ("陆怀远", timezone.localdate())


def test_a_load_counts_the_students_of_the_post_against_the_parameter(world: World) -> None:
    (line,) = lines_of([world.posts["zhou"]])
    assert (line.load, line.limit, line.is_over_limit) == (2, 200, False)
    world.add_post("nobody", "counsellor", "mingde23")
    (line,) = lines_of([world.posts["zhou"]])
    assert line.load == 1
    (line,) = lines_of([world.posts["lu"]])
    assert line.limit is None


@pytest.mark.django_db(transaction=True)
def test_two_letters_at_once_draw_two_numbers() -> None:
    world = build_world()
    done = at_once(
        lambda: issue_letters(actor=None, posts=[world.posts["lu"], world.posts["han"]]),
        lambda: issue_letters(actor=None, posts=[world.posts["zhou"], world.posts["shen"]]),
    )
    numbers = [letter.number for letters in done for letter in letters]
    assert sorted(numbers) == sorted(set(numbers))
    assert len(numbers) == 4


@pytest.mark.django_db(transaction=True)
def test_two_security_administrators_do_not_end_one_another() -> None:
    world = build_world()
    other = world.add_person("sec2", "安全管理员二")
    second = world.add_post("sec2", "secadmin", "uni")
    done = at_once(
        lambda: end_appointment(actor=world.sec, post=second),
        lambda: end_appointment(actor=other, post=world.posts["sec"]),
    )
    assert sorted(type(one).__name__ for one in done) == ["Appointment", "DomainError"], done
    assert drift() == (0, 0)
