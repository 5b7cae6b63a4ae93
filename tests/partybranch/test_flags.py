"""Dual leaders and the plan for cadres: flags on members, their share and training (system 110)."""

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cohorts.domain.tree import open_unit
from cohorts.models import LinkKind
from partybranch.domain.links import end_party_link, make_link
from partybranch.domain.membership import move_member
from partybranch.enums import DUAL_LEADER, PartyKind
from partybranch.models import PartyLink, PartyOrganization
from partybranch.queries.figures import FIGURES, Counted, counted
from partybranch.queries.flags import flagged, flags_of
from partybranch.queries.links import link_kinds, links_in
from portal.core.errors import DomainError
from portal.core.scope import request_scope
from tests.partybranch.life import HERE, hold
from tests.partybranch.party import DAY, add_party, member_of
from tests.world import LONG_AGO, World

pytestmark = pytest.mark.django_db


@pytest.fixture
def campus(world: World) -> World:
    return add_party(world)


def today() -> dt.date:
    return timezone.localdate()


def flag(world: World, key: str, code: str = DUAL_LEADER, **more: Any) -> PartyLink:
    facts: dict[str, Any] = {"actor": world.yan, "label": "校党发〔2026〕3号", "starts_on": today()}
    return make_link(kind=LinkKind.objects.get(code=code), branch=world.joint,
                     member=member_of(world, key), **facts | more)  # fmt: skip


def share(world: World, code: str) -> Counted:
    with request_scope(None):
        return counted(FIGURES[code], FIGURES[code].rows(world.yan, today().year))


def client(user: Any) -> Client:
    found = Client()
    found.force_login(user)
    return found


def test_the_share_of_secretaries_who_are_dual_leaders_follows_the_days_of_the_flag(
    campus: World,
) -> None:
    assert (share(campus, "flag_dual").n, share(campus, "flag_dual").of) == (0, 1)
    flag(campus, "m1")  # no secretary
    flag(campus, "qin", "flag_cadre")  # another flag
    assert share(campus, "flag_dual").n == 0
    one = flag(campus, "qin", starts_on=today() - 30 * DAY)
    assert (share(campus, "flag_dual").n, share(campus, "flag_dual").rate) == (1, "100.0%")
    end_party_link(actor=campus.yan, link=one, ends_on=today() - DAY)
    assert share(campus, "flag_dual").n == 0
    flag(campus, "qin", starts_on=today() + DAY)  # begins tomorrow
    assert share(campus, "flag_dual").n == 0


def test_the_committee_flags_and_the_branch_itself_does_not(campus: World) -> None:
    for key in ("qin", "fang", "gao", "nobody"):
        with pytest.raises(PermissionDenied):
            flag(campus, "m1", actor=campus.people[key])
    one = flag(campus, "m1")
    with pytest.raises(PermissionDenied):
        end_party_link(actor=campus.qin, link=one, ends_on=today())
    with pytest.raises(DomainError):  # one flag of a kind at a time
        flag(campus, "m1", label="第二批")
    assert flag(campus, "m1", "flag_cadre").pk


def test_flags_are_no_links_of_the_branch(campus: World) -> None:
    one = flag(campus, "m1")
    with request_scope(None):
        assert not {"flag_dual", "flag_cadre"} & {kind.code for kind in link_kinds()}
        assert one not in links_in([campus.joint.pk])
    qin = client(campus.qin)
    assert "双带头人" not in qin.get(f"/branches/{campus.joint.pk}/links/").content.decode()
    assert qin.get(f"/branches/{campus.joint.pk}/links/new/?kind=flag_dual").status_code == 404


def test_a_flag_goes_along_with_the_member_to_another_branch(campus: World) -> None:
    campus.units["other"] = open_unit(actor=None, unit=PartyOrganization(
        name="机械学院教工党支部", code="P-other", parent=campus.community,
        party_kind=PartyKind.REGULAR, approving_committee=campus.community, opened_on=LONG_AGO,
    ))  # fmt: skip
    one = flag(campus, "m1", "flag_cadre", starts_on=today() - 30 * DAY)
    move_member(actor=None, member=member_of(campus, "m1"), branch=campus.other, on=today())
    one.refresh_from_db()
    assert one.ends_on is None
    with request_scope(None):
        (row,) = flagged(campus.yan, today().year)
        assert row.branch.pk == campus.other.pk
        assert flagged(campus.qin, today().year) == []


def test_training_of_the_flagged_comes_from_the_events_they_attended(campus: World) -> None:
    for key in ("m1", "m2"):
        flag(campus, key, "flag_cadre")
    hold(campus, today(), "training", came={member_of(campus, "m1").pk: HERE}, expert_study=1440)
    with request_scope(None):
        rows = {one.row.member.name: one.row for one in flagged(campus.yan, today().year)}
    assert (rows["党员1"].hours, rows["党员1"].is_met) == (32, True)
    assert (rows["党员2"].hours, rows["党员2"].is_met) == (0, False)
    sums = share(campus, "flag_hours")
    assert (sums.n, sums.of) == (1, 2)
    text = client(campus.yan).get("/party/flags/").content.decode()
    assert "党员1" in text
    assert "32.0 / 32" in text
    assert "领雁计划" in text


def test_the_flagged_are_read_with_as_many_statements_for_three_as_for_one(campus: World) -> None:
    def asked() -> int:
        with request_scope(None), CaptureQueriesContext(connection) as found:
            flagged(campus.yan, today().year)
        return len(found)

    flag(campus, "m1")
    few = asked()
    flag(campus, "m2")
    flag(campus, "m3", "flag_cadre")
    assert asked() == few


def test_the_pages_set_and_end_a_flag(campus: World) -> None:
    yan, member = client(campus.yan), member_of(campus, "qin")
    kind = LinkKind.objects.get(code=DUAL_LEADER)
    assert "暂无" in yan.get("/party/flags/").content.decode()
    page = f"/party-members/{member.pk}/"
    assert f"{page}flag/" in yan.get(page).content.decode()
    sent = {"kind": kind.pk, "label": "第三批", "starts_on": today().isoformat()}
    assert yan.post(f"{page}flag/", sent | {"label": ""}).status_code == 422
    assert yan.post(f"{page}flag/", sent)["Location"] == page
    one = PartyLink.objects.get(kind=kind)
    assert "第三批" in yan.get(page).content.decode()
    board = yan.get("/party/flags/").content.decode()
    assert f"/party/flags/{one.pk}/end/" in board
    # The secretary reads the board and neither sets nor ends.
    qin = client(campus.qin)
    assert "/end/" not in qin.get("/party/flags/").content.decode()
    assert qin.get(f"{page}flag/").status_code == 403
    assert (
        qin.post(f"/party/flags/{one.pk}/end/", {"ends_on": today().isoformat()}).status_code == 403
    )
    assert client(campus.nobody).get("/party/flags/").status_code == 403
    assert (
        yan.post(f"/party/flags/{one.pk}/end/", {"ends_on": today().isoformat()}).status_code == 302
    )
    with request_scope(None):
        assert [row.ends_on for row in flags_of(member)] == [today()]
