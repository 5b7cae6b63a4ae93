"""A reader's seat: the case may be read, nothing may be written, and the form is not judged."""

import pytest
from django.test import Client
from django.urls import reverse

from casework.domain.cases import seat_person
from casework.enums import WriteLevel
from casework.models import FollowUp, Seat
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
