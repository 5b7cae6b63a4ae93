"""A reader's seat: the case may be read, nothing may be written, and the form is not judged."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from casework.domain.cases import assign_owner, open_case, raise_level, seat_person
from casework.enums import Source, WriteLevel
from casework.models import Case, CaseCategory, CaseLevel, FollowUp, LedgerEntry, Seat
from tests.world import World


@pytest.mark.parametrize("content", ["", "谈了作息与课程安排，约定再见。"])
def test_a_reader_is_refused_before_the_form_is_read(world: World, content: str) -> None:
    case = world.add_case("gu")
    seat = seat_person(actor=None, case=case, person=world.nobody, duty="列席")
    Seat.objects.filter(pk=seat.pk).update(write_level=WriteLevel.READ)
    client = Client()
    client.force_login(world.nobody)
    assert client.get(reverse("casework:case", args=[case.pk])).status_code == 200
    answer = client.post(
        reverse("casework:add_record", args=[case.pk]), {"content": content, "channel": "face"}
    )
    assert answer.status_code == 403
    assert not FollowUp.objects.exists()


def _report(world: World, _case: Case) -> Any:
    return open_case(
        actor=world.lu, student=world.gu, category=CaseCategory.objects.get(pk="ECONOMIC"),
        level=CaseLevel.objects.get(pk="YELLOW"), reason="家庭变故", source=Source.ADVISER,
    )  # fmt: skip


def _raise(world: World, case: Case) -> Any:
    return raise_level(
        actor=world.lu, case=case, level=CaseLevel.objects.get(pk="RED"), reason="情况加重"
    )


def _assign(world: World, case: Case) -> Any:
    return assign_owner(actor=world.lu, case=case, owner=world.zhou)


def _seat(world: World, case: Case) -> Any:
    return seat_person(actor=world.lu, case=case, person=world.nobody, duty="帮扶")


@pytest.mark.parametrize("write", [_report, _raise, _assign, _seat])
def test_every_write_asks_the_right_after_saving_and_takes_itself_back(
    world: World, write: Callable[[World, Case], Any]
) -> None:
    """lu advises the class: he sees the student and may write on no case."""
    case = world.add_case("gu", "YELLOW")
    with pytest.raises(PermissionDenied):
        write(world, case)
    case.refresh_from_db()
    assert (case.level_id, case.owner) == ("YELLOW", None)
    assert LedgerEntry.objects.count() == 1
    assert not Seat.objects.exists()
