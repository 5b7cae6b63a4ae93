"""Exceptions of one case: a person kept out, and glass broken (design 5.8, 5.9)."""

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.http import Http404
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from casework.domain.cases import assign_owner, open_case, seat_person
from casework.domain.follow_ups import log_follow_up
from casework.domain.glass import break_glass, close_glass
from casework.domain.lock_outs import let_in, lock_out
from casework.enums import Channel, Confidentiality, Source
from casework.forms import LockOutForm
from casework.models import BreakGlass, Case, CaseCategory, FollowUp, LockOut
from casework.queries.figures import cases as figure_cases
from casework.queries.panels import case_asked, contact_cells, level_cells
from casework.queries.people import people_near, possible_owners
from cohorts.domain.appointments import end_appointment
from portal.core.access import reasons
from portal.core.asks import answers
from portal.core.domain import second_factor
from portal.core.errors import DomainError
from portal.core.models import AuditEntry, Notification
from portal.web.queries.explain import explain
from portal.web.queries.snapshot import snapshot
from tests.world import PASSWORD, World

WHY = "与该生有亲属关系，须回避"
ALARM = "学生夜间失联，需立即了解情况"


def client_of(world: World, key: str) -> Client:
    client = Client()
    client.force_login(world.people[key])
    return client


def note(world: World, words: str = "专班内部研判的具体内容") -> FollowUp:
    return log_follow_up(
        actor=world.zhou, student=world.gu, channel=Channel.FACE, content=words,
        confidentiality=Confidentiality.RESTRICTED,
    )  # fmt: skip


def cases_of(person: Any, action: str = "see_case") -> list[Case]:
    return list(Case.objects.restrict(person, action).order_by("pk"))


# --- locked out -------------------------------------------------------------------------------


def test_a_lock_out_beats_post_link_seat_and_broken_glass(world: World) -> None:
    case = world.add_case("gu", "RED")
    note(world)
    seat_person(actor=None, case=case, person=world.he, duty="学业帮扶")
    break_glass(actor=world.he, case=case, reason=ALARM)
    assert cases_of(world.he) == [case]
    assert cases_of(world.he, "clear_psychological") == [case]
    lock_out(actor=world.zhou, case=case, person=world.he, reason=WHY)
    for action in ("see_case", "write_case", "manage_case", "break_glass", "clear_psychological"):
        assert cases_of(world.he, action) == [], action
    assert not FollowUp.objects.restrict(world.he, "see_talks").exists()
    with pytest.raises(Http404):
        Case.objects.get_for(world.he, "see_case", case.pk)
    assert reasons(world.he, "see_case", case) == []
    assert cases_of(world.lin) == [case]


@pytest.mark.parametrize("first", ["lock", "seat"])
def test_deny_beats_allow_in_whatever_order_the_rows_were_written(world: World, first: str) -> None:
    case = world.add_case("gu")
    if first == "seat":
        seat_person(actor=None, case=case, person=world.nobody, duty="帮扶")
    held = lock_out(actor=None, case=case, person=world.nobody, reason=WHY)
    if first == "lock":
        with pytest.raises(DomainError):
            seat_person(actor=None, case=case, person=world.nobody, duty="帮扶")
        case.seats.create(person=world.nobody, duty="帮扶", starts_on=timezone.localdate())
    assert cases_of(world.nobody) == []
    assert not type(world.gu).objects.restrict(world.nobody, "see_card").exists()
    let_in(actor=None, lock=held)
    assert cases_of(world.nobody) == ([case] if first == "lock" else [])


def test_the_writer_loses_even_own_notes_of_that_case_and_other_cases_stay(world: World) -> None:
    case, other = world.add_case("gu"), world.add_case("song")
    mine = note(world)
    lock_out(actor=world.he, case=case, person=world.zhou, reason=WHY)
    assert cases_of(world.zhou) == [other]
    assert not FollowUp.objects.restrict(world.zhou, "see_talks").filter(pk=mine.pk).exists()
    assert type(world.gu).objects.restrict(world.zhou, "see_card").filter(pk=world.gu.pk).exists()


def test_columns_sums_panels_and_lists_say_nothing(world: World) -> None:
    case = world.add_case("gu", "RED")
    note(world)
    lock_out(actor=world.he, case=case, person=world.lin, reason=WHY)
    ids = [world.gu.pk]
    assert level_cells(world.lin, ids)[world.gu.pk] == ""
    assert level_cells(world.he, ids)[world.gu.pk] != ""
    assert contact_cells(world.lin, ids)[world.gu.pk] == "—"
    assert contact_cells(world.he, ids)[world.gu.pk] != "—"
    for person, seen in ((world.lin, 0), (world.he, 1)):
        rows = answers({"case": case_asked(person, world.gu)}, student=world.gu.pk)["case"]
        assert len(rows) == seen
    assert not figure_cases(world.lin, None).exists()
    shut = (case.pk,)
    whole = snapshot(world.chem23, with_cases=True, with_results=False)
    less = snapshot(world.chem23, with_cases=True, with_results=False, shut=shut)
    assert whole.cases is not None
    assert less.cases is not None
    assert whole.extras is not None
    assert less.extras is not None
    assert (whole.cases.red, less.cases.red) == (1, 0)
    assert (whole.extras.categories != (), less.extras.categories) == (True, ())


@pytest.mark.parametrize(
    "url", ["/", "/cases/", "/students/", "/cohorts/{chem23}/", "/units/{chem23}/items/",
            "/contracts/{contract}/", "/students/{no}/", "/search/?q=gyc"],
)  # fmt: skip
def test_no_page_tells_the_locked_person_of_the_case(world: World, url: str) -> None:
    case = world.add_case("gu", "RED", owner=world.lin)
    note(world)
    client = client_of(world, "lin")
    page = url.format(
        chem23=world.chem23.pk, no=world.gu.student_no,
        contract=world.contract.pk,  # type: ignore[union-attr]
    )  # fmt: skip
    told = ("红色", f"/cases/{case.pk}/", case.number)
    before = client.get(page).content.decode()
    lock_out(actor=world.he, case=case, person=world.lin, reason=WHY)
    answer = client.get(page)
    assert answer.status_code == 200
    text = answer.content.decode()
    for word in told[1:]:
        assert word not in text, word
    if told[0] in before and "/cohorts/" not in url:
        assert "p-level-red" not in text


def test_work_seat_and_notices_are_taken_away_and_the_person_is_no_choice(world: World) -> None:
    case = world.add_case("gu", owner=world.zhou)
    Notification.objects.create(
        user=world.zhou, key="k", text="t", url=reverse("casework:case", args=[case.pk])
    )
    seat_person(actor=None, case=case, person=world.zhou, duty="帮扶")
    lock_out(actor=world.he, case=case, person=world.zhou, reason=WHY)
    case.refresh_from_db()
    assert case.owner is None
    assert not Notification.objects.filter(user=world.zhou).exists()
    assert world.zhou.pk not in dict(possible_owners(case))
    assert world.zhou.pk not in dict(people_near(case))
    assert {world.lu.pk, world.wang.pk} <= set(dict(people_near(case)))
    with pytest.raises(DomainError):
        assign_owner(actor=world.he, case=case, owner=world.zhou)


def test_a_locked_person_may_log_beside_the_case_and_report_without_learning(
    world: World,
) -> None:
    case = world.add_case("gu")
    lock_out(actor=world.he, case=case, person=world.zhou, reason=WHY)
    talk = log_follow_up(
        actor=world.zhou, student=world.gu, channel=Channel.FACE, content="谈了作息与课程安排"
    )
    assert talk.case is None
    again = open_case(
        actor=world.zhou, student=world.gu, category=CaseCategory.objects.get(pk="ACADEMIC"),
        level=case.level, reason="又有课程不及格", source=Source.COUNSELLOR,
    )  # fmt: skip
    assert again.pk == case.pk
    assert case.entries.count() == 1


def test_only_who_leads_the_case_locks_out_never_himself_never_without_a_reason(
    world: World,
) -> None:
    case = world.add_case("gu")
    with pytest.raises(PermissionDenied):
        lock_out(actor=world.lu, case=case, person=world.zhou, reason=WHY)
    for actor, reason in ((world.zhou, WHY), (world.he, " ")):
        with pytest.raises(DomainError):
            lock_out(actor=actor, case=case, person=world.zhou, reason=reason)
    assert not LockOut.objects.exists()
    held = lock_out(actor=world.he, case=case, person=world.zhou, reason=WHY)
    with pytest.raises(PermissionDenied):
        let_in(actor=world.zhou, lock=held)
    assert LockOut.objects.filter(ends_at=None).count() == 1


def test_locking_out_and_letting_in_by_page(world: World) -> None:
    case = world.add_case("gu")
    client = client_of(world, "he")
    url = reverse("casework:locks", args=[case.pk])
    assert client.post(url, {"person": world.psy.pk, "reason": WHY}).status_code == 422
    assert client.post(url, {"person": world.zhou.pk, "reason": WHY}).status_code == 302
    assert "周启文" in client.get(url).content.decode()
    assert client_of(world, "zhou").get(f"/cases/{case.pk}/").status_code == 404
    held = LockOut.objects.get()
    end = reverse("casework:end_lock", args=[case.pk, held.pk])
    assert client_of(world, "zhou").post(end).status_code == 404
    assert client.post(end).status_code == 302
    assert client_of(world, "zhou").get(f"/cases/{case.pk}/").status_code == 200


def test_the_command_tells_who_is_kept_out(world: World) -> None:
    case = world.add_case("gu")
    lock_out(actor=world.he, case=case, person=world.zhou, reason=WHY)
    told = explain("zhou", f"case:{case.pk}")
    assert not told.is_allowed
    assert any(line.startswith("! ") for line in told.lines)


# --- broken glass -----------------------------------------------------------------------------


@pytest.fixture
def head(world: World) -> Any:
    """The party secretary of Chem: leads cases, reads no notes of the task force."""
    person = world.add_person("song_sec", "宋书记")
    world.add_post("song_sec", "party_secretary", "chem")
    return person


def test_broken_glass_opens_the_notes_of_one_case_for_four_hours(world: World, head: Any) -> None:
    case = world.add_case("gu", "RED", owner=world.zhou)
    hidden = note(world)
    assert hidden not in FollowUp.objects.restrict(head, "see_talks")
    broken = break_glass(actor=head, case=case, reason=ALARM)
    assert hidden in FollowUp.objects.restrict(head, "see_talks")
    assert cases_of(head, "clear_psychological") == [case]
    assert {r.route for r in reasons(head, "see_talks", hidden)} == {"glass"}
    assert broken.ends_at - broken.starts_at == dt.timedelta(hours=4)
    with time_machine.travel(broken.ends_at - dt.timedelta(seconds=1), tick=False):
        assert hidden in FollowUp.objects.restrict(head, "see_talks")
    with time_machine.travel(broken.ends_at, tick=False):
        assert hidden not in FollowUp.objects.restrict(head, "see_talks")
        assert cases_of(head, "clear_psychological") == []


def test_others_are_told_at_once_and_it_is_in_the_audit_trail(world: World, head: Any) -> None:
    case = world.add_case("gu", "RED", owner=world.zhou)
    break_glass(actor=head, case=case, reason=ALARM)
    break_glass(actor=head, case=case, reason=ALARM)
    told = Notification.objects.filter(key__startswith="glass:")
    assert set(told.values_list("user__username", flat=True)) == {"zhou", "psy"}
    assert not any("顾言川" in one.text for one in told)
    assert AuditEntry.objects.filter(action="break_glass", actor=head).count() == 1


def test_only_red_cases_only_heads_only_with_a_reason_and_only_while_the_post_lasts(
    world: World, head: Any
) -> None:
    case = world.add_case("gu", "RED")
    mild, other = world.add_case("luo", "YELLOW"), world.add_case("cheng", "RED")
    with pytest.raises(PermissionDenied):
        break_glass(actor=world.zhou, case=case, reason=ALARM)
    with pytest.raises(PermissionDenied):
        break_glass(actor=world.he, case=other, reason=ALARM)
    for which, reason in ((mild, ALARM), (case, "急")):
        with pytest.raises(DomainError):
            break_glass(actor=head, case=which, reason=reason)
    break_glass(actor=head, case=case, reason=ALARM)
    end_appointment(actor=None, post=world.posts["song_sec"])
    assert cases_of(head, "clear_psychological") == []
    world.add_post("song_sec", "party_secretary", "mech")  # breaks glass there, not here
    assert cases_of(head, "clear_psychological") == []


def test_the_database_refuses_longer_glass(world: World) -> None:
    case, now = world.add_case("gu", "RED"), timezone.now()
    with pytest.raises(IntegrityError), transaction.atomic():
        BreakGlass.objects.create(
            case=case, person=world.he, reason=ALARM, starts_at=now,
            ends_at=now + dt.timedelta(hours=4, minutes=1),
        )  # fmt: skip


def test_somebody_else_cannot_close_it_and_the_breaker_can(world: World, head: Any) -> None:
    case = world.add_case("gu", "RED")
    broken = break_glass(actor=head, case=case, reason=ALARM)
    with pytest.raises(DomainError):
        close_glass(actor=world.he, broken=broken)
    close_glass(actor=head, broken=broken)
    assert cases_of(head, "clear_psychological") == []


def test_breaking_the_glass_by_page_asks_the_password_again(world: World, head: Any) -> None:
    case = world.add_case("gu", "RED", owner=world.zhou)
    note(world)
    client = client_of(world, "song_sec")
    page = f"/cases/{case.pk}/"
    url = reverse("casework:glass", args=[case.pk])
    assert url in client.get(page).content.decode()
    assert url not in client_of(world, "zhou").get(page).content.decode()
    wrong = client.post(url, {"reason": ALARM, "password": "not-mine-at-all"})
    assert wrong.status_code == 422
    assert ALARM in wrong.content.decode()
    assert not BreakGlass.objects.exists()
    assert client.post(url, {"reason": ALARM, "password": PASSWORD}).status_code == 302
    text = client.get(page).content.decode()
    assert "专班内部研判的具体内容" in text
    assert ALARM in text
    assert client.post(reverse("casework:end_glass", args=[case.pk])).status_code == 302
    assert "专班内部研判的具体内容" not in client.get(page).content.decode()


def test_with_a_second_factor_the_code_is_asked_and_not_the_password(
    world: World, head: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = world.add_case("gu", "RED")
    factor = second_factor.begin_enrolment(user=head)
    factor.confirmed_at = timezone.now()
    factor.save()
    client = client_of(world, "song_sec")
    url = reverse("casework:glass", args=[case.pk])
    answer = client.post(url, {"reason": ALARM, "password": PASSWORD})
    assert answer.status_code == 302
    assert "/me/confirm/" in answer["Location"]
    assert not BreakGlass.objects.exists()
    session = client.session
    session["_confirmed"] = int(timezone.now().timestamp())
    session.save()
    assert client.post(url, {"reason": ALARM}).status_code == 302
    assert BreakGlass.objects.count() == 1


def test_the_form_of_a_lock_out_comes_with_nobody_chosen() -> None:
    people = [(7, "顾惠民 · 资助专员"), (8, "周启文 · 辅导员")]
    # A browser takes the first choice where none is marked.
    assert [pk for pk, _words in LockOutForm(people=people).fields["person"].choices] == ["", 7, 8]
    form = LockOutForm({"person": "", "reason": "与学生有亲属关系"}, people=people)
    assert form.errors["person"]
    assert LockOutForm({"person": "8", "reason": "与学生有亲属关系"}, people=people).is_valid()
