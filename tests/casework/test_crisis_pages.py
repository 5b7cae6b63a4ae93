"""Pages of a crisis: two taps, the live page of the night, the family line, counts for leaders."""

import pytest
from django.http import Http404
from django.utils import timezone

from casework.crisis_enums import Hop
from casework.domain.crises import add_step, open_crisis
from casework.models import Crisis
from casework.queries.crisis_figures import crisis_counts
from portal.core.models import AuditEntry
from students.models import FamilyContact
from tests.casework.test_crisis import ADVICE, client_of, crisis_kinds, handed, raised
from tests.world import World


def test_two_taps_from_the_page_and_a_finder_who_sees_nobody_names_number_and_name(
    world: World,
) -> None:
    client = client_of(world, "lu")
    page = client.get(f"/crises/new/?student={world.gu.student_no}").content.decode()
    assert "顾言川" in page
    assert "120" in page
    answer = client.post("/crises/new/", {"student": world.gu.student_no, "is_with": "1"})
    crisis = Crisis.objects.get()
    assert answer["Location"] == f"/crises/{crisis.pk}/"
    night = client.get(answer["Location"]).content.decode()
    assert "周启文" in night
    assert "诊断" not in night
    # nobody has no post: number and exact name, else nothing is told.
    finder = client_of(world, "nobody")
    assert finder.get(f"/crises/new/?student={world.ye.student_no}").status_code == 404
    for number, name in ((world.ye.student_no, "叶"), ("2999999999", "叶知秋"), ("", "")):
        answer = finder.post("/crises/new/", {"number": number, "name": name, "place": "湖边"})
        assert answer.status_code == 422
        assert "湖边" in answer.content.decode()
    answer = finder.post("/crises/new/", {"number": world.ye.student_no, "name": "叶知秋"})
    page = finder.get(answer["Location"]).content.decode()
    assert "叶知秋" in page
    assert "/students/" + world.ye.student_no not in page
    assert client_of(world, "gu_account").get("/crises/new/").status_code == 403


def test_the_page_of_the_night_is_kept_live_and_stops_when_it_is_over(world: World) -> None:
    crisis = raised(world)
    client = client_of(world, "zhou")
    live = f"/crises/{crisis.pk}/live/"
    assert client.get(live).status_code == 200
    for _tap in range(2):
        client.post(
            f"/crises/{crisis.pk}/",
            {"act": "told", "part": "security", "who": "校园 110（保卫处值班室）"},
        )
    assert crisis_kinds(crisis).count(Hop.TOLD) == 6
    assert client.post(f"/crises/{crisis.pk}/", {"act": "note", "words": ""}).status_code == 422
    phone = client.post(f"/crises/{crisis.pk}/phone/").content.decode()
    assert "13800001234" in phone
    assert AuditEntry.objects.filter(action="unmask", actor=world.zhou).count() == 1
    # gao, the organiser, sees cards only: she joins the alarm and is given no number.
    raised(world, "gao")
    assert client_of(world, "gao").post(f"/crises/{crisis.pk}/phone/").status_code == 403
    form = {"to": world.zhou.pk, "ended_as": "safe", "advice": ADVICE,
            "review_on": timezone.localdate().isoformat()}  # fmt: skip
    back = f"/crises/{crisis.pk}/hand-back/"
    assert client.post(back, form).status_code == 422
    client.post(f"/crises/{crisis.pk}/", {"act": "reached"})
    assert client.post(back, form).status_code == 302
    assert client.post(back, form).status_code == 409
    assert client.get(live).status_code == 286
    assert client.post(f"/crises/{crisis.pk}/phone/").status_code == 403


def test_the_family_line_names_the_first_contact_and_opens_the_number_by_the_field_rule(
    world: World,
) -> None:
    """Rulebook 3.7 (the chain), 8.3 (family contacts): zhou opens it, gao sees it masked, the
    finder without a post sees neither."""
    for name, relation, is_guardian in (("顾姐姐", "sibling", False), ("顾明远", "father", True)):
        contact = FamilyContact(
            student=world.gu, name=name, relation=relation, is_guardian=is_guardian
        )
        contact.set_phone("13911112222" if is_guardian else "13911113333")
        contact.save()
    father = FamilyContact.objects.get(is_guardian=True)
    crisis = raised(world, "gao")
    open_crisis(actor=world.nobody, student=world.gu, is_named=True)
    page, phone = f"/crises/{crisis.pk}/", f"/crises/{crisis.pk}/phone/"
    seen = {key: client_of(world, key).get(page).content.decode()
            for key in ("zhou", "gao", "nobody")}  # fmt: skip
    assert {key: [word in text for word in ("顾明远", "顾**", "139****2222", "13911112222", "顾姐姐")]
            for key, text in seen.items()} == {
        "zhou": [True, False, True, False, False],
        "gao": [False, True, True, False, False],
        "nobody": [False, False, False, False, False],
    }  # fmt: skip
    for key, status in (("zhou", 200), ("gao", 403), ("nobody", 403)):
        answer = client_of(world, key).post(phone, {"contact": father.pk})
        assert (answer.status_code, "13911112222" in answer.content.decode()) == (
            status,
            status == 200,
        )
    opened = AuditEntry.objects.get(action="unmask", actor=world.zhou)
    assert (opened.detail["field"], opened.detail["record"]) == ("family", father.pk)
    assert client_of(world, "zhou").post(phone, {"contact": "99999"}).status_code == 404
    # The steps keep the words of the list: no name of the family in what everybody reads.
    client_of(world, "zhou").post(page, {"act": "told", "part": "family", "who": "家长"})
    assert "顾明远" not in client_of(world, "nobody").get(page).content.decode()
    add_step(actor=world.zhou, crisis=crisis, kind=Hop.REACHED)
    handed(world, crisis)
    assert client_of(world, "zhou").post(phone, {"contact": father.pk}).status_code == 403


def test_leaders_get_counts_and_no_names(world: World) -> None:
    for key, student in (("lu", "gu"), ("shen", "cheng"), ("zhou", "song")):
        raised(world, key, student, is_with_student=key != "zhou")
    page = client_of(world, "qian").get("/crises/").content.decode()
    assert "顾言川" not in page
    counts = crisis_counts(world.qian)
    assert counts is not None
    assert (counts.total, counts.acted, counts.in_time, counts.hide) == (3, 2, 2, True)
    assert [cell["value"] for cell in counts.shown()][:4] == ["3", "3", "<3", "—"]
    mine = crisis_counts(world.zhou)
    assert mine is not None
    assert (mine.total, mine.hide) == (2, False)
    assert crisis_counts(world.psy) is None
    with pytest.raises(Http404):
        Crisis.objects.get_for(world.qian, "see_crisis", Crisis.objects.first().pk)  # type: ignore[union-attr]
