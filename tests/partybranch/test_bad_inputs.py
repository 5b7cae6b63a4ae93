"""Bad input that offices know: each is refused in words in the database as well, and nothing is kept."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from cohorts.domain.tree import open_unit
from partybranch.domain.decisions import decide
from partybranch.domain.development import StepError, record_step
from partybranch.domain.life import EventError, record_event
from partybranch.domain.membership import enter_member, join_branch
from partybranch.enums import Decision, Entry, PartyKind
from partybranch.models import (
    BranchEvent,
    Development,
    Membership,
    PartyMember,
    PartyOrganization,
    StepRecord,
)
from portal.core.errors import DomainError
from tests.partybranch.life import event_typed
from tests.partybranch.party import DAY, add_party, apply, bring_to, member_of, typed
from tests.world import LONG_AGO, World

pytestmark = pytest.mark.django_db


@pytest.fixture
def campus(world: World) -> World:
    return add_party(world)


def today() -> dt.date:
    return timezone.localdate()


def other_branch(world: World) -> PartyOrganization:
    made: PartyOrganization = open_unit(actor=None, unit=PartyOrganization(
        name="第二党支部", code="P-2", parent=world.community, party_kind=PartyKind.REGULAR,
        opened_on=LONG_AGO, approving_committee=world.community,
    ))  # type: ignore[assignment] # fmt: skip
    return made


def test_an_applicant_of_17_is_refused_and_no_file_is_opened(campus: World) -> None:
    campus.gu.born_on = today().replace(year=today().year - 17, day=1)
    campus.gu.save()
    with pytest.raises(StepError) as refused, transaction.atomic():
        apply(campus, "gu", today())
    assert [one.code for one in refused.value.faults] == ["age"]
    assert "18" in str(refused.value)
    assert not Development.objects.exists()


def test_nobody_stands_in_two_branches_that_hold_relations(campus: World) -> None:
    second = other_branch(campus)
    m1 = member_of(campus, "m1")
    with pytest.raises(DomainError):  # a second admission to the roll
        enter_member(actor=None, branch=second, person=campus.m1, since=today(),
                     joined_on=dt.date(2014, 6, 1), full_on=dt.date(2015, 6, 1),
                     origin="教工党支部")  # fmt: skip
    with pytest.raises(IntegrityError), transaction.atomic():  # past the domain
        Membership.objects.create(member=m1, branch=second, is_relation=True, since=today(),
                                  how=Entry.TRANSFER)  # fmt: skip
    join_branch(actor=None, member=m1, branch=second, since=today())  # beside the home branch
    held = m1.branches.filter(until=None, is_relation=True)
    assert [one.branch_id for one in held] == [campus.joint.pk]


def test_a_branch_of_five_holds_no_committee_meeting(campus: World) -> None:
    gone = [member_of(campus, f"m{n}").pk for n in (4, 5, 6, 7)]
    Membership.objects.filter(member__in=gone).update(until=today() - DAY)
    assert PartyMember.objects.full(today()).filter(branches__until=None).distinct().count() == 5
    with pytest.raises(EventError) as refused:
        record_event(actor=campus.qin, branch=campus.joint,
                     typed=event_typed(campus, "committee_meeting"))  # fmt: skip
    assert [one.code for one in refused.value.faults] == ["committee"]
    assert not BranchEvent.objects.exists()


def test_an_expired_certificate_stops_the_admission_until_training_is_repeated(
    campus: World,
) -> None:
    days = {1: 1500, 2: 1485, 3: 1460, 4: 1450, 5: 1445, 6: 1090, 7: 1060, 8: 1050, 9: 1045, 10: 1040,
            11: 1030}  # fmt: skip
    campus.gu.born_on = dt.date(2000, 5, 20)
    campus.gu.save()
    Membership.objects.update(since=LONG_AGO.replace(year=2015))
    made = bring_to(campus, "gu", 11, days=days)
    kept = StepRecord.objects.count()
    with pytest.raises(StepError) as refused, transaction.atomic():
        record_step(actor=campus.gao, development=made, typed=typed(campus, 12, today()))
    assert [one.code for one in refused.value.faults] == ["certificate"]
    assert StepRecord.objects.count() == kept
    again = record_step(actor=campus.gao, development=made, typed=typed(campus, 11, today()))
    assert again.record is not None  # the former training lapsed, and stays in the file
    done = record_step(
        actor=campus.gao, development=again.development, typed=typed(campus, 12, today())
    )
    assert done.record is not None


def test_a_back_dated_entry_is_kept_only_as_a_late_one_with_its_reason(campus: World) -> None:
    made = apply(campus, "gu", today() - 40 * DAY)
    wanted = typed(campus, 2, today() - 30 * DAY, entry_reason="")
    with pytest.raises(StepError) as refused, transaction.atomic():
        record_step(actor=campus.gao, development=made, typed=wanted)
    assert [one.code for one in refused.value.faults] == ["entry"]
    late = typed(campus, 2, today() - 30 * DAY, entry_reason="谈话记录存于纸质档案")
    record = record_step(actor=campus.gao, development=made, typed=late).record
    assert record is not None
    assert timezone.localdate(record.entered_at) == today()  # the time of entry is that of today
    assert (record.on, record.entry_reason) == (today() - 30 * DAY, "谈话记录存于纸质档案")


def test_a_public_notice_of_long_ago_says_why_it_is_entered_only_now(
    campus: World, client: Client
) -> None:
    made = bring_to(campus, "gu", 5, shift=700)
    since = today() - 30 * DAY
    client.force_login(campus.gao)
    url, values = f"/development/{made.pk}/notice/", {"step": "7", "starts_on": since.isoformat()}
    refused = client.post(url, values)
    assert refused.status_code == 422
    assert "补录" in refused.content.decode()
    assert not made.notices.exists()
    assert client.post(url, values | {"entry_reason": "公示照片存于档案"}).status_code == 302
    notice = made.notices.get()
    assert (notice.starts_on, notice.entry_reason) == (since, "公示照片存于档案")
    page = client.get(f"/development/{made.pk}/").content.decode()
    assert "公示照片存于档案" in page
    # One of today needs none, and keeps none.
    assert client.post(url, {"step": "7", "starts_on": today().isoformat()}).status_code == 302
    assert made.notices.get(starts_on=today()).entry_reason == ""


def test_a_decision_of_long_ago_shows_when_it_was_entered(campus: World, client: Client) -> None:
    made = bring_to(campus, "gu", 8)
    decide(actor=campus.gao, development=made, kind=Decision.TARGET_OFF, on=today() - 20 * DAY,
           decided_by="支部委员会", reason="群众意见较大")  # fmt: skip
    decide(actor=campus.gao, development=made, kind=Decision.STOP, on=today(),
           decided_by="支部委员会", reason="本人申请停止")  # fmt: skip
    client.force_login(campus.gao)
    page = client.get(f"/development/{made.pk}/").content.decode()
    shown = page[page.index("群众意见较大") :][:400]
    assert f"{today().year}年{today().month}月{today().day}日录入" in shown
    assert "录入" not in page[page.index("本人申请停止") :][:200]


def test_refusals_of_an_application_stand_beside_their_fields(
    campus: World, client: Client
) -> None:
    client.force_login(campus.gao)
    values = {"student": campus.gu.student_no, "branch": campus.joint.pk,
              "on": today().isoformat()}  # fmt: skip
    form = client.post("/development/new/", values).context["form"]
    assert form.errors.keys() == {"is_citizen"}
    old = values | {"is_citizen": "on", "on": (today() - 30 * DAY).isoformat()}
    form = client.post("/development/new/", old).context["form"]
    assert form.errors.keys() == {"entry_reason"}
    assert not Development.objects.exists()
