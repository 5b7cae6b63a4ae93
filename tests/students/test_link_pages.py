"""The pages of tutors, advisers and counsellors."""

import datetime as dt
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cohorts.models import Appointment, LinkKind
from students.domain.links import link_student
from students.models import LinkRun, Student, StudentLink
from tests.web.test_pages import client_of
from tests.world import World

pytestmark = pytest.mark.django_db


def field(text: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', text)
    assert found, name
    return found[1]


def ask(world: World, client: Client, *people: str) -> dict[str, object]:
    """What the preview's form sends back."""
    start = timezone.localdate().isoformat()
    asked: dict[str, object] = {"kind": "tutor", "rule": "major", "starts_on": start, "ends_on": "",
             "extra": "", "people": [world.people[key].pk for key in people]}  # fmt: skip
    text = client.get("/links/share/", asked).content.decode()  # type: ignore[arg-type]
    return asked | {"digest": field(text, "digest"), "key": field(text, "key")}


def test_what_was_previewed_is_applied_once_and_taken_back_whole(world: World) -> None:
    client = client_of(world, "jiang")
    form = ask(world, client, "wang", "lu")
    for _twice in range(2):
        answer = client.post("/links/share/", form)
        assert answer.status_code == 302
    (run,) = LinkRun.objects.all()
    pairs = set(run.links.values_list("student__name", "person__name"))
    # wang has one of 2023 already and the major: cheng goes to him, luo to lu, ye to the emptier.
    assert {student for student, _person in pairs} == {"程亦安", "罗嘉禾", "叶知秋"}
    assert ("程亦安", "王怀瑾") in pairs
    page = client.get(answer["Location"]).content.decode()
    assert "程亦安" in page
    client.post(f"/links/runs/{run.key}/undo/")
    assert StudentLink.objects.filter(run=run, revoked_at=None).count() == 0
    assert "程亦安" in client.get("/links/").content.decode()


def test_a_preview_that_is_out_of_date_is_not_applied(world: World) -> None:
    client = client_of(world, "jiang")
    form = ask(world, client, "wang", "lu")
    link_student(actor=world.jiang, kind=LinkKind.objects.get(code="tutor"), person=world.lu,
                 student=world.cheng)  # fmt: skip
    answer = client.post("/links/share/", form)
    assert answer.status_code == 422
    assert not LinkRun.objects.exists()


def test_changed_ids_reach_nobody_elses_students(world: World) -> None:
    client = client_of(world, "he")
    assert (
        client.get(f"/links/share/?kind=tutor&student={world.cheng.student_no}").status_code == 200
    )
    form = ask(world, client_of(world, "jiang"), "lu")
    assert client.post("/links/share/", form).status_code == 422
    assert not LinkRun.objects.exists()
    text = client.get(f"/links/?unit={world.chem.pk}").content.decode()
    assert "程亦安" not in text


@pytest.mark.parametrize(
    "change",
    [{"starts_on": "31.12."}, {"ends_on": "1999-01-01"}, {"rule": "beauty"}, {"people": "x"},
     {"key": "no-key", "starts_on": ""}],
)  # fmt: skip
def test_bad_input_is_said_and_writes_nothing(world: World, change: dict[str, str]) -> None:
    client = client_of(world, "jiang")
    form = ask(world, client, "wang", "lu") | change
    assert client.post("/links/share/", form).status_code == 422
    assert not LinkRun.objects.exists()
    assert client.get("/links/share/", form).status_code == 200
    for unit in ("9" * 30, "x", str(world.mech.pk)):
        assert client.post("/links/share/", form | {"unit": unit}).status_code == 404


def test_a_stand_in_is_entered_and_ended_on_the_page(world: World) -> None:
    client = client_of(world, "jiang")
    today = timezone.localdate()
    form = {"person": "wang", "stand_in": "nobody", "starts_on": today.isoformat()}
    assert client.post("/links/cover/?kind=tutor", form).status_code == 422
    form["ends_on"] = (today + dt.timedelta(days=9)).isoformat()
    assert (
        client.post("/links/cover/?kind=tutor", form | {"stand_in": "gu_account"}).status_code
        == 422
    )
    assert client.post("/links/cover/?kind=tutor", form).status_code == 302
    assert Student.objects.restrict(world.nobody, "see_record").count() == 1
    assert "白一" in client.get("/links/?kind=tutor").content.decode()
    client.post("/links/cover/end/", {"person": world.wang.pk, "stand_in": world.nobody.pk})
    assert Student.objects.restrict(world.nobody, "see_card").count() == 0


def test_a_counsellor_is_appointed_by_building_after_seeing_the_effect(world: World) -> None:
    client = client_of(world, "he")
    form = {"role": "counsellor", "person": "nobody", "starts_on": timezone.localdate().isoformat(),
            "units": [world.east12.pk]}  # fmt: skip
    text = client.get("/links/posts/?kind=counsellor", form).content.decode()
    assert "白一" in text
    assert not Appointment.objects.filter(person=world.nobody).exists()
    assert client.post("/links/posts/?kind=counsellor", form).status_code == 302
    seen = set(Student.objects.restrict(world.nobody, "see_card").values_list("name", flat=True))
    assert seen == {"顾言川"}
    # jiang does not appoint there, whatever the form says.
    other = client_of(world, "jiang")
    assert other.post("/links/posts/?kind=counsellor", form).status_code == 422


def test_a_link_is_ended_from_the_list_of_its_person(world: World) -> None:
    client = client_of(world, "he")
    url = f"/links/people/{world.wang.pk}/?kind=tutor"
    assert "顾言川" in client.get(url).content.decode()
    client.post(f"/links/{world.gu.links.get().pk}/end/")
    assert client.get(url).status_code == 404
    assert Student.objects.restrict(world.wang, "see_card").count() == 0


@pytest.mark.parametrize("url", ["/links/?kind=tutor", "/links/?kind=counsellor",
                                 "/links/share/?kind=tutor", "/links/posts/"])  # fmt: skip
def test_pages_ask_as_often_for_three_as_for_one(world: World, url: str) -> None:
    client = client_of(world, "jiang")
    kind = LinkKind.objects.get(code="tutor")
    for key in ("luo", "ye"):
        link_student(actor=world.jiang, kind=kind, person=world.lu, student=world.students[key])
    counts = []
    for ends in (False, True):
        if ends:
            StudentLink.objects.filter(person=world.lu).update(revoked_at=timezone.now())
            world.add_post("nobody", "class_adviser", "c2302")
            world.add_post("wang", "counsellor", "chem23")
        client.get(url)  # a new post draws the frame anew, once
        with CaptureQueriesContext(connection) as queries:
            client.get(url)
        counts.append(len(queries))
    assert counts[0] == counts[1], [q["sql"][:120] for q in queries]
