"""The contracting group over the year: last month, members, report, renewal."""

import datetime as dt
import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from docx import Document

from casework.domain.follow_ups import log_follow_up
from casework.enums import Channel
from casework.models import Case, Plan, PlanStep
from casework.queries.figures import last_month_end
from cohorts.domain.contract_renewal import renew_contracts
from cohorts.models import Appointment, Contract
from cohorts.queries.contract_groups import group_counts
from cohorts.queries.contract_members import members
from portal.core.errors import DomainError
from portal.core.models import AuditEntry
from portal.web.queries.contract_items import open_items
from portal.web.queries.past_items import past
from tests.web.test_pages import client_of
from tests.world import World

pytestmark = pytest.mark.django_db


def listed(world: World, query: str) -> int:
    page = client_of(world, "lin").get(f"/units/{world.chem23.pk}/items/?{query}")
    assert page.status_code == 200
    return int(page.context["total"])


@pytest.fixture
def month(world: World) -> World:
    """A step late since before the month, done this month; a case of this month."""
    end = last_month_end(timezone.now())
    case = world.add_case("gu", at=end - dt.timedelta(days=30))
    Case.objects.filter(pk=case.pk).update(owner=world.zhou, review_due_on=None)
    plan = Plan.objects.create(case=case, goal="补考", made_on=(end - dt.timedelta(days=20)).date())
    PlanStep.objects.create(plan=plan, text="答疑", owner=world.lu, order=1,
                            due_on=(end - dt.timedelta(days=3)).date(),
                            done_on=timezone.localdate())  # fmt: skip
    other = world.add_case("cheng", at=timezone.now() - dt.timedelta(minutes=5))
    Case.objects.filter(pk=other.pk).update(review_due_on=None)
    return world


def test_last_month_stands_beside_today_and_each_number_opens_its_list(month: World) -> None:
    page = open_items(month.chem23, ())
    was = page["month"]
    # Then: the contact with gu and lu's step. Now: the contact with gu, and cheng's first one.
    assert (was.total, was.added, was.done, page["total"]) == (2, 1, 1, 2)
    assert was.total + was.added - was.done == page["total"]
    before = {line["owner"].name: line["before"] for line in page["lines"]}
    assert before["陆怀远"] == 1
    assert listed(month, "when=past") == was.total
    assert listed(month, "when=new") == was.added
    assert listed(month, "when=done") == was.done
    for line in page["lines"]:
        assert listed(month, line["before_url"].split("?")[1]) == line["before"]
        assert listed(month, line["url"].split("?")[1]) == line["owner"].total


def test_what_was_talked_about_after_the_month_does_not_change_its_end(month: World) -> None:
    before = past(month.chem23.pk).total
    log_follow_up(
        actor=month.zhou, student=month.gu, channel=Channel.FACE, content="谈补考安排与作息"
    )
    assert past(month.chem23.pk).total == before


def test_students_who_left_take_their_items_with_them(month: World) -> None:
    month.gu.placements.filter(tree="class").update(
        until=timezone.localdate() - dt.timedelta(days=1)
    )
    assert past(month.chem23.pk).total == 0


def test_every_tile_counts_the_people_of_its_list(world: World) -> None:
    people = members(world.contract)
    for one in group_counts([world.contract])[world.contract.pk]:
        found = [person.name for person in people if person.member_type == one.member_type]
        assert sorted(found) == sorted(one.names)
        url = f"/contracts/{world.contract.pk}/members/?type={one.member_type}"
        assert len(client_of(world, "lin").get(url).context["people"]) == one.have


def test_the_report_needs_a_reason_masks_names_and_is_audited(month: World) -> None:
    client, url = client_of(month, "lin"), f"/contracts/{month.contract.pk}/word/"
    assert client.post(url, {"reason": " "}).status_code == 302
    assert not AuditEntry.objects.filter(action="export_account").exists()
    answer = client.post(url, {"reason": "学院党政联席会"})
    assert answer.status_code == 200
    document = Document(io.BytesIO(answer.content))
    words = "\n".join(p.text for p in document.paragraphs)
    cells = "\n".join(c.text for t in document.tables for row in t.rows for c in row.cells)
    assert "林致远" in words
    assert "学院党政联席会" in document.sections[0].header.paragraphs[0].text
    assert "顾言川" not in words + cells
    assert "顾" in cells
    assert AuditEntry.objects.get(action="export_account").detail["reason"] == "学院党政联席会"


def test_groups_are_renewed_with_their_numbers_and_posts_that_end(world: World) -> None:
    last = dt.date(2027, 8, 31)
    Appointment.objects.filter(pk__in=[world.posts["lin"].pk, world.posts["lu"].pk]).update(
        ends_on=last
    )
    client = client_of(world, "jiang")
    rows = client.get("/contracts/renew/?year=2027-2028").context["rows"]
    assert [post.person.name for post in rows[0].ending] == ["林致远", "陆怀远"]
    assert {post.person.name for post in rows[0].standing} == {"周启文", "沈若兰", "高敏"}
    form = {"year": "2027-2028", "contracts": [world.contract.pk], "with_posts": "1"}
    assert client.post("/contracts/renew/", form).status_code == 302
    new = Contract.objects.get(academic_year="2027-2028")
    assert new.matters == world.contract.matters
    assert set(new.partners.all()) == set(world.contract.partners.all())
    assert sum(one.wanted for one in new.posts.all()) == 7
    assert new.signed_on is None
    again = Appointment.objects.get(person=world.lin, starts_on=dt.date(2027, 9, 1))
    assert again.ends_on == dt.date(2028, 8, 31)
    # The same form sent twice renews nothing twice and says so.
    assert client.post("/contracts/renew/", form).status_code == 422
    assert Contract.objects.filter(academic_year="2027-2028").count() == 1
    assert Appointment.objects.filter(person=world.lin).count() == 2


def test_renewal_refuses_bad_years_closed_cohorts_and_what_one_may_not(world: World) -> None:
    for year in ("2027", "2027-2029", "abc", "2026-2027"):
        with pytest.raises(DomainError):
            renew_contracts(actor=world.jiang, contracts=[world.contract], year=year)
    with pytest.raises(DomainError) as refusal:
        renew_contracts(actor=world.lin, contracts=[world.contract], year="2027-2028")
    assert refusal.value.code == "denied"
    # sys sets up groups and appoints nobody: with posts that end, nothing at all is written.
    Appointment.objects.filter(pk=world.posts["lu"].pk).update(ends_on=dt.date(2027, 8, 31))
    with pytest.raises(DomainError):
        renew_contracts(actor=world.sys, contracts=[world.contract], year="2027-2028",
                        with_posts=True)  # fmt: skip
    assert Contract.objects.count() == 1
    type(world.chem23).objects.filter(pk=world.chem23.pk).update(closed_on=dt.date(2027, 7, 1))
    world.contract.refresh_from_db()
    with pytest.raises(DomainError):
        renew_contracts(actor=world.jiang, contracts=[world.contract], year="2027-2028")


def test_the_renewal_page_asks_as_often_for_three_groups_as_for_one(world: World) -> None:
    client = client_of(world, "sys")
    client.get("/contracts/renew/")  # fills the counts of the navigation
    counts = []
    for _round in range(2):
        with CaptureQueriesContext(connection) as queries:
            assert client.get("/contracts/renew/?year=2027-2028").status_code == 200
        counts.append(len(queries))
        for unit in (world.chem24, world.mech23):
            Contract.objects.get_or_create(
                cohort_id=unit.pk, academic_year="2026-2027", starts_on=dt.date(2026, 9, 1)
            )
    assert counts[0] == counts[1]
