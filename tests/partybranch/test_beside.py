"""Functional and temporary branches come and go by an application of their own (rulebook 1.5)."""

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.utils import timezone

from partybranch.domain.beside import apply_for_branch, apply_to_close, close_ended
from partybranch.domain.changes import propose_branch, take_back_change, withdraw_change
from partybranch.domain.changes_apply import approve_change, refuse_change
from partybranch.domain.life import EventError
from partybranch.domain.membership import join_branch
from partybranch.domain.organs import powers
from partybranch.enums import ChangeState, PartyKind
from partybranch.models import Membership, PartyOrganization, Reorganization
from partybranch.tasks import refresh_developments
from portal.core.errors import DomainError
from portal.core.models import AuditEntry, Notification
from tests.partybranch.four import DAY, add_four
from tests.world import World

pytestmark = pytest.mark.django_db
NAME = "暑期实践队临时党支部"


@pytest.fixture
def campus(world: World) -> World:
    add_four(world)
    return world


def today() -> dt.date:
    return timezone.localdate()


def asked(world: World, **more: Any) -> Reorganization:
    facts: dict[str, Any] = {
        "actor": world.gao, "parent": world.community, "name": NAME, "kind": PartyKind.TEMPORARY,
        "reason": "实践期间统一组织学习", "task_until": today() + 30 * DAY,
    }  # fmt: skip
    return apply_for_branch(**facts | more)


def approved(world: World, one: Reorganization) -> Reorganization:
    approve_change(
        actor=world.gao, change=one, decided_on=today(), decision_no="社区党〔2026〕30号",
        effective_on=today(),
    )  # fmt: skip
    one.refresh_from_db()
    return one


def branch(one: Reorganization) -> PartyOrganization:
    made = one.proposed.get().made
    assert made is not None
    return made


def over(one: Reorganization) -> PartyOrganization:
    """The same application as if its branch had stood for a month and its task ended yesterday."""
    made = branch(one)
    PartyOrganization.objects.filter(pk=made.pk).update(opened_on=today() - 30 * DAY)
    Membership.objects.filter(branch=made).update(since=today() - 20 * DAY)
    Reorganization.objects.filter(pk=one.pk).update(task_until=today() - DAY)
    return made


def codes(refused: "pytest.ExceptionInfo[EventError]") -> set[str]:
    return {one.code for one in refused.value.faults}


def test_it_opens_with_the_decision_and_admits_nobody(campus: World) -> None:
    one = asked(campus)
    assert (one.state, one.kind) == (ChangeState.SENT, "beside")
    assert not PartyOrganization.objects.filter(name=NAME).exists()  # nothing before the decision
    one = approved(campus, one)
    made = branch(one)
    assert (made.party_kind, made.parent_id, made.opened_on) == (
        PartyKind.TEMPORARY, campus.community.pk, today())  # fmt: skip
    assert made.approving_committee_id == campus.community.pk
    rights = powers(made.party_kind)
    assert not rights.holds_relation
    assert [rights.can_admit, rights.can_collect_dues, rights.can_elect] == [False] * 3
    acts = AuditEntry.objects.filter(object_type="reorganization", object_id=str(one.pk))
    assert list(acts.order_by("pk").values_list("action", flat=True)) == [
        "send_change", "approve_change"]  # fmt: skip


def test_what_cannot_be_is_refused_with_the_field_and_leaves_nothing(campus: World) -> None:
    for more, code in (
        ({"task_until": None}, "until"), ({"task_until": today()}, "until"),
        ({"kind": PartyKind.JOINT}, "kind"), ({"parent": campus.k1}, "parent"),
        ({"name": campus.k1.name}, "name"),
    ):  # fmt: skip
        with pytest.raises(EventError) as refused:
            asked(campus, **more)
        assert code in codes(refused), more
    for more in ({"name": " "}, {"reason": ""}):
        with pytest.raises(DomainError):
            asked(campus, **more)
    with pytest.raises(PermissionDenied):
        asked(campus, actor=campus.lin)
    assert not Reorganization.objects.exists()
    functional = asked(
        campus, kind=PartyKind.FUNCTIONAL, task_until=None, name="学生会功能型党支部二"
    )
    assert functional.state == ChangeState.SENT  # a functional one has no last day


def test_it_can_be_taken_back_corrected_refused_and_takes_no_second_branch(campus: World) -> None:
    one = take_back_change(actor=campus.gao, change=asked(campus))
    assert (one.state, one.kind) == (ChangeState.DRAFT, "beside")
    with pytest.raises(DomainError):
        propose_branch(actor=campus.gao, change=one, name="另一支部")
    assert withdraw_change(
        actor=campus.gao, change=one, reason="另行研究"
    ).withdrawn_reason == "另行研究"  # fmt: skip
    other = asked(campus)
    refuse_change(actor=campus.gao, change=other, decided_on=today(), note="人数不足")
    other.refresh_from_db()
    assert other.state == ChangeState.REFUSED
    assert not PartyOrganization.objects.filter(name=NAME).exists()


def test_it_closes_with_its_task_and_members_stay_at_home(campus: World) -> None:
    one = approved(campus, asked(campus))
    home = Membership.objects.filter(is_relation=True, until=None, branch=campus.k2).first()
    assert home is not None
    join_branch(actor=None, member=home.member, branch=branch(one), since=today())
    assert close_ended() == 0  # the task goes on
    made = over(one)
    refresh_developments()
    made.refresh_from_db()
    assert made.closed_on == today() - DAY
    assert Membership.objects.get(branch=made).until == today() - DAY
    home.refresh_from_db()
    assert home.until is None
    assert Notification.objects.filter(user=campus.gao, key=f"task over:{one.pk}").count() == 1
    assert close_ended() == 0  # safe to run again


def test_it_is_closed_early_by_an_application(campus: World) -> None:
    made = over(approved(campus, asked(campus)))
    Reorganization.objects.update(task_until=today() + 30 * DAY)
    one = apply_to_close(actor=campus.gao, branch=made, reason="实践提前结束")
    with pytest.raises(EventError) as refused:
        apply_to_close(actor=campus.gao, branch=made, reason="再次申请撤销")
    assert codes(refused) == {"waiting"}
    approved(campus, one)
    made.refresh_from_db()
    assert made.closed_on == today() - DAY
    for unit in (campus.k2, made):  # a branch with relations is dissolved with a place for each
        with pytest.raises(EventError) as refused:
            apply_to_close(actor=campus.gao, branch=unit, reason="不再需要了")
        assert "kind" in codes(refused)


def test_the_pages_from_the_form_to_the_open_branch(campus: World, client: Client) -> None:
    client.force_login(campus.gao)
    assert "/branches/changes/beside/" in client.get("/branches/changes/").content.decode()
    sent = {
        "name": NAME,
        "kind": "temporary",
        "parent": campus.community.pk,
        "reason": "统一组织学习",
    }
    wrong = client.post("/branches/changes/beside/", sent)
    assert wrong.status_code == 422
    assert "须填写任务结束日期" in wrong.content.decode()
    assert NAME in wrong.content.decode()  # nothing typed is lost
    until = today() + 30 * DAY
    page = client.post(
        "/branches/changes/beside/", sent | {"task_until": until.isoformat()}, follow=True
    )
    assert "期满自行撤销" in page.content.decode()
    one = Reorganization.objects.get()
    decision = {"decided_on": today().isoformat(), "effective_on": today().isoformat(),
                "decision_no": "30号", "version": one.version}  # fmt: skip
    url = f"/branches/changes/{one.pk}/approve/"
    preview = client.post(url, decision | {"step": "try"}).content.decode()
    assert NAME in preview
    assert not PartyOrganization.objects.filter(name=NAME).exists()
    assert client.post(url, decision | {"step": "do"}).status_code == 302
    made = PartyOrganization.objects.get(name=NAME)
    assert f"/branches/{made.pk}/close/" in client.get(f"/branches/{made.pk}/").content.decode()
    asked_to_close = client.post(f"/branches/{made.pk}/close/", {"reason": "任务已经完成"})
    assert asked_to_close.status_code == 302
    assert client.get(f"/branches/{campus.k2.pk}/close/").status_code == 404


def test_a_closed_branch_is_found_below_the_tree(campus: World, client: Client) -> None:
    """It has no successor that leads to it; what it held stays readable."""
    made = over(approved(campus, asked(campus)))
    client.force_login(campus.gao)
    assert "已撤销的党组织" not in client.get("/branches/").content.decode()
    refresh_developments()
    page = client.get("/branches/").content.decode()
    below = page[page.index("已撤销的党组织") :]
    assert made.name in below
    assert f"/branches/{made.pk}/" in below
    assert client.get(f"/branches/{made.pk}/").status_code == 200
