"""The contract account, reminders, and the workbench."""

import datetime as dt

import pytest
from django.test import Client
from django.utils import timezone

from casework.domain.cases import assign_owner, seat_person
from casework.domain.follow_ups import log_follow_up
from casework.enums import Channel
from casework.models import Case, Plan, PlanStep
from cohorts.domain.appointments import end_appointment
from portal.core.errors import DomainError
from portal.core.models import AuditEntry, Notification
from portal.web.domain.reminders import remind_owner
from portal.web.queries.contracts import account, my_contracts
from portal.web.queries.workbench import today
from tests.web.test_pages import client_of
from tests.world import World

pytestmark = pytest.mark.django_db


def late_case(world: World, key: str = "gu", days: int = 20) -> Case:
    case = world.add_case(key, at=timezone.now() - dt.timedelta(days=days))
    return assign_owner(actor=None, case=case, owner=world.zhou)


def tile_of(world: World, kind: int) -> dict:
    return account(world.lin, world.contract)["roles"][kind]


def test_the_five_roles_are_counted_from_appointments_and_gaps_are_named(world: World) -> None:
    page = account(world.lin, world.contract)
    assert [tile["have"] for tile in page["roles"]] == [1, 2, 1, 1, 0]
    assert [tile["gap"] for tile in page["roles"]] == [0, 0, 1, 0, 1]
    assert page["missing"] == 2


def test_a_gap_names_the_person_whose_term_ran_out(world: World) -> None:
    yesterday = timezone.localdate() - dt.timedelta(days=1)
    end_appointment(actor=None, post=world.posts["shen"], ends_on=yesterday)
    tile = tile_of(world, 1)
    assert (tile["have"], tile["gap"]) == (1, 1)
    assert "沈若兰" in tile["cause"]


def test_the_account_names_the_leader_before(world: World) -> None:
    assert account(world.lin, world.contract)["before"] is None
    post = world.posts["lin"]
    end_appointment(actor=None, post=post, ends_on=timezone.localdate() - dt.timedelta(days=1))
    world.add_post("nobody", "contract_leader", "chem23", starts_on=timezone.localdate())
    page = account(world.nobody, world.contract)
    assert page["is_mine"]
    assert page["before"].name == "林致远"


def test_own_duties_count_real_talks_and_visits_of_this_term(world: World) -> None:
    for key in ("gu", "luo", "gu"):
        log_follow_up(actor=world.lin, student=world.students[key], channel=Channel.FACE,
                      content="谈学习安排与近况")  # fmt: skip
    log_follow_up(
        actor=world.lin, student=world.gu, channel=Channel.VISIT, content="走访宿舍与作息核对"
    )
    log_follow_up(actor=world.lin, student=world.gu, channel=Channel.VISIT, content="好")
    duties = account(world.lin, world.contract)["duties"]
    assert [(duty["done"], duty["total"]) for duty in duties] == [(2, 12), (1, 2)]


def test_the_account_without_the_right_to_see_cases_names_no_student(world: World) -> None:
    late_case(world)
    for key in ("gao", "han", "qian"):
        page = client_of(world, key).get(f"/contracts/{world.contract.pk}/")  # type: ignore[union-attr]
        assert page.status_code == 200, key
        words = page.content.decode()
        assert "顾言川" not in words, key
        assert 'id="items"' not in words, key


def test_a_contract_out_of_reach_is_not_found(world: World) -> None:
    assert client_of(world, "lu").get(f"/contracts/{world.contract.pk}/").status_code == 404  # type: ignore[union-attr]


def test_the_list_puts_ones_own_contract_first_and_shows_gaps(world: World) -> None:
    (row,) = my_contracts(world.lin)
    assert row["mine"]
    assert (row["have"], row["wanted"]) == (5, 7)
    (row,) = my_contracts(world.jiang)
    assert not row["mine"]


def remind(client: Client, case: Case, **data: object) -> str:
    answer = client.post(f"/cases/{case.pk}/remind/", {"kind": "follow_up", **data}, follow=True)
    assert answer.status_code == 200
    return " ".join(str(m) for m in answer.context["messages"])


def test_a_reminder_rings_the_owner_once_a_day_and_is_audited(world: World) -> None:
    case = late_case(world)
    client = client_of(world, "lin")
    assert "周启文" in remind(client, case)
    remind(client, case)
    notice = Notification.objects.get(key__startswith="remind")
    assert notice.user == world.zhou
    assert "顾言川" not in notice.text
    assert notice.url == f"/cases/{case.pk}/"
    assert AuditEntry.objects.filter(action="remind_owner", object_id=str(case.pk)).count() == 1


def test_a_late_plan_step_reminds_its_own_owner(world: World) -> None:
    case = late_case(world)
    plan = Plan.objects.create(case=case, goal="补考通过", made_on=timezone.localdate())
    step = PlanStep.objects.create(plan=plan, text="集中答疑", owner=world.lu,
                                   due_on=timezone.localdate() - dt.timedelta(days=2))  # fmt: skip
    notice = remind_owner(actor=world.lin, case=case, kind="step", step=step.pk)
    assert notice.user == world.lu


@pytest.mark.parametrize("kind", ["follow_up", "review", "step", "nonsense"])
def test_what_is_not_late_cannot_be_reminded_of(world: World, kind: str) -> None:
    case = world.add_case("gu", at=timezone.now())
    case = assign_owner(actor=None, case=case, owner=world.zhou)
    with pytest.raises(DomainError):
        remind_owner(actor=world.lin, case=case, kind=kind)
    assert not Notification.objects.filter(key__startswith="remind").exists()


def test_nobody_responsible_or_oneself_is_said_plainly(world: World) -> None:
    case = world.add_case("gu", at=timezone.now() - dt.timedelta(days=9))
    with pytest.raises(DomainError):
        remind_owner(actor=world.lin, case=case, kind="follow_up")
    case = assign_owner(actor=None, case=case, owner=world.lin)
    with pytest.raises(DomainError):
        remind_owner(actor=world.lin, case=case, kind="follow_up")


def test_only_who_leads_the_case_may_remind(world: World) -> None:
    case = late_case(world)
    assert client_of(world, "shen").post(f"/cases/{case.pk}/remind/").status_code == 404
    seat_person(actor=None, case=case, person=world.nobody, duty="学业帮扶")
    assert client_of(world, "nobody").post(f"/cases/{case.pk}/remind/").status_code == 403
    assert client_of(world, "lin").get(f"/cases/{case.pk}/remind/").status_code == 405


def test_a_reminder_returns_only_to_this_site(world: World) -> None:
    case = late_case(world)
    answer = client_of(world, "lin").post(
        f"/cases/{case.pk}/remind/", {"kind": "follow_up", "next": "https://example.org/"}
    )
    assert answer["Location"] == "/"


def test_today_groups_my_cases_by_lateness(world: World) -> None:
    late_case(world, "gu", 20)
    world.add_case("song", at=timezone.now() - dt.timedelta(minutes=1))
    world.add_case("luo", at=timezone.now() - dt.timedelta(days=20))
    page = today(world.zhou)
    names = {group.code: [line.name for line in group.rows] for group in page.groups}
    assert names["overdue"] == ["顾言川"]
    assert names["new"] == ["宋远"]
    assert "罗嘉禾" not in str(names)
    assert page.counts["overdue"] == 1


def test_a_seat_or_ownership_brings_a_case_into_my_day(world: World) -> None:
    case = late_case(world, "luo")
    assert today(world.lin).counts["overdue"] == 0
    seat_person(actor=None, case=case, person=world.lu, duty="学业帮扶")
    assert today(world.lu).counts["overdue"] == 1
    assign_owner(actor=None, case=case, owner=world.lin)
    assert today(world.lin).counts["overdue"] == 1


def test_a_former_owner_out_of_reach_has_the_case_no_more(world: World) -> None:
    case = late_case(world, "luo")
    assert case.owner == world.zhou
    assert today(world.zhou).counts["overdue"] == 0


def test_an_agreed_contact_waits_until_somebody_makes_it(world: World) -> None:
    day = timezone.localdate()
    log_follow_up(actor=world.lu, student=world.gu, channel=Channel.FACE, content="约定下次再谈选课",
                  next_on=day, happened_at=timezone.now() - dt.timedelta(days=1))  # fmt: skip
    assert [row["name"] for row in today(world.lu).agreed] == ["顾言川"]
    log_follow_up(
        actor=world.lu, student=world.gu, channel=Channel.FACE, content="按约定谈了选课安排"
    )
    assert today(world.lu).agreed == []


def test_a_student_due_today_is_not_named_twice(world: World) -> None:
    day, now = timezone.localdate(), timezone.now()
    log_follow_up(actor=world.zhou, student=world.gu, channel=Channel.FACE, content="约定下次再谈选课",
                  next_on=day, happened_at=now - dt.timedelta(days=30))  # fmt: skip
    assert [row["name"] for row in today(world.zhou).agreed] == ["顾言川"]
    late_case(world)
    page = today(world.zhou)
    assert (page.counts["overdue"], page.agreed) == (1, [])


def test_workbench_tiles_count_the_lists_of_the_whole_reach(world: World) -> None:
    late_case(world)
    world.add_case("luo", "RED", at=timezone.now())
    shown = {str(t["url"]): t["value"] for t in today(world.lin).tiles}
    assert list(shown.values()) == [3, 2, 1, 1, 2]
    client = client_of(world, "lin")
    for url in shown:
        assert client.get(url).status_code == 200


def test_an_administrator_sees_state_and_no_student(world: World) -> None:
    late_case(world)
    for key in ("sys", "sec", "aud"):
        page = client_of(world, key).get("/").content.decode()
        assert "顾言川" not in page
        assert "/log/" not in page.split("p-bottom")[0]
