"""Psychology on the pages of those around a student (rulebook 8.3): the level by post, the advice by
seat, the "please care" hint for an adviser, the text for leaders behind broken glass alone."""

import pytest
from django.test import Client

from casework.domain.cases import seat_person
from casework.domain.glass import break_glass
from casework.domain.sealed_files import give_advice, open_file, set_attention
from casework.domain.sealed_notes import write_note
from casework.models import Case, CaseLevel, FileSource, NoteKind
from tests.world import World

pytestmark = pytest.mark.django_db
TEXT, ADVICE = "海棠雨夜说起离家的事", "多陪伴"


def page(world: World, key: str, url: str) -> tuple[int, str]:
    client = Client(headers={"accept-language": "en"})
    client.force_login(world.people[key])
    answer = client.get(url)
    return answer.status_code, answer.content.decode()


@pytest.fixture
def case(world: World) -> Case:
    """A red case, whose file at the centre stands on orange and gives advice."""
    case = world.add_case("gu", level="RED", category="PSYCH")
    file = open_file(actor=world.psy, student=world.gu, source=FileSource.SELF)
    write_note(actor=world.psy, student=world.gu, kind=NoteKind.TALK, text=TEXT)
    file = set_attention(
        actor=world.psy, file=file, level=CaseLevel.objects.get(pk="ORANGE"), next_on=None,
        keeper=world.psy, version=file.version,
    )  # fmt: skip
    give_advice(actor=world.psy, file=file, advice_do=ADVICE, advice_dont="", own="",
                version=file.version)  # fmt: skip
    return case


def test_no_leader_reads_the_text_before_the_glass_is_broken(world: World, case: Case) -> None:
    for key in ("lin", "jiang", "he", "zhou", "qian"):
        for url in (f"/cases/{case.pk}/", f"/cases/{case.pk}/sealed/", f"/sealed/{world.gu.student_no}/",
                    f"/students/{world.gu.student_no}/"):  # fmt: skip
            assert TEXT not in page(world, key, url)[1], (key, url)
    break_glass(actor=world.he, case=case, reason="今晚危机处置")
    status, text = page(world, "he", f"/cases/{case.pk}/sealed/")
    assert status == 200
    assert TEXT in text
    assert TEXT not in page(world, "jiang", f"/cases/{case.pk}/sealed/")[1]
    assert TEXT not in page(world, "he", f"/cases/{case.pk}/")[1]


def test_a_seat_shows_the_advice_of_the_centre_and_not_its_level(world: World, case: Case) -> None:
    assert "p-level-orange" in page(world, "zhou", f"/cases/{case.pk}/")[1]
    assert page(world, "lu", f"/cases/{case.pk}/")[0] == 404
    seat_person(actor=None, case=case, person=world.lu, duty="学业帮扶")
    status, text = page(world, "lu", f"/cases/{case.pk}/")
    assert status == 200
    assert ADVICE in text
    assert "p-level-orange" not in text


def test_an_adviser_and_a_tutor_read_please_care_and_no_ground(world: World, case: Case) -> None:
    for key in ("lu", "wang"):
        text = page(world, key, f"/students/{world.gu.student_no}/")[1]
        assert ADVICE in text
        for hidden in ("p-level-", "心理", "Psychology", case.number, TEXT):
            assert hidden not in text, (key, hidden)
