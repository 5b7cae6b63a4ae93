"""Certificates of training, and what a partner outside is called by (systems 61, 75, 76)."""

import datetime as dt
import io

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.utils import timezone
from docx import Document

from cohorts.models import LinkKind
from partybranch.domain.certificates import certify_members
from partybranch.domain.life import Came
from partybranch.domain.links import make_link, set_contact
from partybranch.enums import Presence
from partybranch.models import EventKind, PartyLink
from partybranch.queries.figures import FIGURES, counted
from partybranch.queries.link_book import ending_agreements
from partybranch.queries.training import certificates_of
from portal.core.dues import due_lines, people_with_dues
from portal.core.errors import DomainError
from portal.core.scope import request_scope
from tests.partybranch.life import HERE, hold
from tests.partybranch.party import DAY, add_party, member_of
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def campus(world: World) -> World:
    return add_party(world)


def today() -> dt.date:
    return timezone.localdate()


def test_a_certificate_has_a_number_and_a_day_and_goes_to_whoever_came(campus: World) -> None:
    qin, m1, m2 = (member_of(campus, key) for key in ("qin", "m1", "m2"))
    came = {qin.pk: HERE, m1.pk: HERE, m2.pk: Came(Presence.ABSENT)}
    made = hold(campus, today() - DAY, "training", came=came, expert_study=450)

    def refused(numbers: dict[int, str], days: int = 0) -> set[str]:
        with pytest.raises(DomainError) as found:
            certify_members(actor=campus.qin, event=made, on=today() + days * DAY, numbers=numbers)
        return {one.code for one in getattr(found.value, "faults", ())}

    assert refused({m2.pk: "培2026-3"}) == {"member"}
    assert refused({qin.pk: "培1", m1.pk: " 培1 "}) == {"twice"}
    assert refused({qin.pk: "培1"}, 1) == refused({qin.pk: "培1"}, -2) == {"on"}
    with pytest.raises(PermissionDenied):
        certify_members(actor=campus.fang, event=made, on=today(), numbers={qin.pk: "培1"})
    given = certify_members(
        actor=campus.qin, event=made, on=today(), numbers={qin.pk: "培2026-1", m1.pk: ""}
    )
    assert given == 1
    (one,) = certificates_of(campus.joint, today().year)
    assert (one.member, one.certificate_no, one.certificate_on) == (qin, "培2026-1", today())
    other = hold(campus, today(), "theme_day")
    with pytest.raises(DomainError):
        certify_members(actor=campus.qin, event=other, on=today(), numbers={qin.pk: "培1"})


def test_certificates_are_entered_listed_and_printed(campus: World) -> None:
    qin = member_of(campus, "qin")
    made = hold(campus, today(), "training", expert_study=450)
    client = Client()
    client.force_login(campus.qin)
    hours = f"/branches/{campus.joint.pk}/training/"
    assert "尚未录入培训证书" in client.get(hours).content.decode()
    here = f"/branch-events/{made.pk}/certificates/"
    assert here in client.get(f"/branch-events/{made.pk}/").content.decode()
    sent = {"on": today().isoformat(), f"no_{qin.pk}": "培2026-1"}
    assert client.post(here, sent).status_code == 302
    for page in (hours, f"/branch-events/{made.pk}/"):
        assert "培2026-1" in client.get(page).content.decode()
    paper = client.get(f"/branch-events/{made.pk}/record.docx").content
    cells = [c.text for t in Document(io.BytesIO(paper)).tables for r in t.rows for c in r.cells]
    assert any("秦守正（培2026-1" in one for one in cells)
    plain = hold(campus, today(), "theme_day")
    assert client.get(f"/branch-events/{plain.pk}/certificates/").status_code == 404


def test_talks_of_a_team_are_a_kind_and_an_audience_is_no_attendance(campus: World) -> None:
    assert EventKind.objects.filter(code__in=("micro_talk", "talk_team")).count() == 2
    made = hold(campus, today(), "talk_team", audience=85)
    assert (made.audience, made.attendance.count()) == (85, 10)
    hold(campus, today(), "micro_talk", audience=15)
    hold(campus, today(), "theme_day")
    with request_scope(None):
        lines = FIGURES["audience"].rows(campus.yan, today().year)
    assert (counted(FIGURES["audience"], lines).n, len(lines)) == (100, 2)
    client = Client()
    client.force_login(campus.yan)
    page = client.get("/party/figures/audience/").content.decode()
    assert page.count('class="p-item"') == 2
    assert "<b>100</b>" in page
    assert not FIGURES["audience"].rows(campus.yan, today().year - 1)


def partner(
    world: World, label: str, ends: int | None, begins: int = -700, **more: str
) -> PartyLink:
    kind = LinkKind.objects.get(code="outside_partner")
    return make_link(
        actor=world.qin, kind=kind, branch=world.joint, label=label, starts_on=today() + begins * DAY,
        ends_on=None if ends is None else today() + ends * DAY, **more,
    )  # fmt: skip


def test_agreements_that_end_stand_on_the_list_until_they_are_renewed(campus: World) -> None:
    soon = partner(
        campus, "市第一医院党支部", 20, contact_name="何主任", contact_phone="029-8266000"
    )
    over = partner(campus, "社区党支部", -5)
    for label, ends in (("派出所党支部", None), ("消防站", 61), ("旧伙伴", -61)):
        partner(campus, label, ends)
    assert ending_agreements([campus.joint.pk]) == [over, soon]
    assert ending_agreements([campus.functional.pk]) == []
    client = Client()
    client.force_login(campus.qin)
    page = client.get("/branches/links/").content.decode()
    for word in ("市第一医院党支部", "何主任", "029-8266000", "已到期未续签"):
        assert word in page
    partner(campus, "社区党支部", 300, begins=0)
    partner(campus, "市第一医院党支部", None, begins=21)
    assert ending_agreements([campus.joint.pk]) == []
    assert "近60天内没有到期的共建协议" in client.get("/branches/links/").content.decode()


def test_keepers_of_a_branch_are_told_of_agreements_that_end_within_a_month(campus: World) -> None:
    """The digest counts what the page behind it lists, whoever reads it."""
    for label, ends in (("第一", 0), ("第二", 30), ("第三", 31), ("第四", -1)):
        partner(campus, f"{label}社区党支部", ends)

    def told(key: str) -> list[tuple[int, str]]:
        lines = due_lines(campus.people[key], is_brief=False)
        return [(one.number, one.url) for one in lines if one.code == "agreements"]

    assert told("qin") == [(2, "/branches/links/?only=ending#ending")]
    assert campus.qin.pk in (people_with_dues(is_brief=False) or {campus.qin.pk})
    for key in ("fang", "yan", "m1", "gao"):  # who only reads is not asked to renew
        assert told(key) == [], key
    client = Client()
    client.force_login(campus.qin)
    page = client.get("/branches/links/?only=ending")
    assert [one.label for one in page.context["ending"]] == ["第一社区党支部", "第二社区党支部"]
    assert page.content.decode().count("社区党支部</a>") == 2
    partner(campus, "第一社区党支部", None, begins=1)
    assert told("qin") == [(1, "/branches/links/?only=ending#ending")]


def test_a_contact_person_belongs_to_a_partner_outside_alone(campus: World) -> None:
    made = partner(campus, "市第一医院党支部", 20)
    set_contact(actor=campus.qin, link=made, contact_name=" 何主任 ")
    made.refresh_from_db()
    assert (made.contact_name, made.contact_phone) == ("何主任", "")
    with pytest.raises(PermissionDenied):
        set_contact(actor=campus.fang, link=made, contact_name="他人")
    kind = LinkKind.objects.get(code="branch_class")
    with pytest.raises(DomainError):
        make_link(actor=campus.qin, kind=kind, branch=campus.joint, unit=campus.c2301,
                  contact_name="何主任")  # fmt: skip
