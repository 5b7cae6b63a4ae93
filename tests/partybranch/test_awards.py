"""Rounds of awards: material out of the records, judges, the decision, its refusals and its paper."""

import io
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from docx import Document

from cohorts.models import Parameter
from partybranch.domain.awards import (
    decide_round,
    give_points,
    nominate,
    open_round,
    withdraw_nomination,
)
from partybranch.domain.life import Came, EventError
from partybranch.enums import Entry, Presence
from partybranch.models import AwardRound, Membership, Nomination
from portal.core.errors import DomainError
from tests.partybranch.life import HERE, hold
from tests.partybranch.party import DAY, FULL, add_party, bring_to, member_of
from tests.world import World

pytestmark = pytest.mark.django_db
JUDGES = ("yan", "jin", "mei")


@pytest.fixture
def campus(world: World) -> World:
    """yan, jin and mei are members of the community committee: they judge."""
    add_party(world)
    for key, name in (("jin", "金川"), ("mei", "梅雪")):
        world.add_person(key, name)
        world.add_post(key, "committee_member", "community")
    return world


def begun(world: World, seats: int = 1) -> AwardRound:
    today = timezone.localdate()
    return open_round(actor=world.yan, committee=world.community, name="第23届十佳党支部",
                      until=today, apply_until=today, seats=seats)  # fmt: skip


def proposed(world: World, found: AwardRound) -> Nomination:
    return nominate(actor=world.qin, round=found, branch=world.joint, deeds="党员宿舍挂牌全覆盖")


def scored(world: World, one: Nomination, *points: int) -> None:
    for key, number in zip(JUDGES, points, strict=False):
        give_points(actor=world.people[key], nomination=one, points=Decimal(number))


def faults(refused: "pytest.ExceptionInfo[EventError]") -> list[str]:
    return [one.code for one in refused.value.faults]


def test_the_material_fills_itself_from_the_records(campus: World) -> None:
    today = timezone.localdate()
    du = member_of(campus, "du")
    everyone = {member_of(campus, key).pk: HERE for key in FULL}
    hold(campus, today, "theme_day", "lecture", first_item="学习全会公报", group_study=90,
         came=everyone | {du.pk: Came(Presence.LEAVE, "外出实习")})  # fmt: skip
    bring_to(campus, "gu", 5, shift=800)
    one = proposed(campus, begun(campus))
    kept = one.material
    assert (kept["members"], kept["events"], kept["first_items"]) == (10, 1, 1)
    assert kept["kinds"] == [["党课", 1], ["主题党日", 1]]
    assert kept["attendance"] == [9, 10]
    assert kept["applied"] == kept["activists"] == 1
    assert kept["development"][1] == 5
    # What happens later changes the records and not the nomination.
    hold(campus, today, "study")
    one.refresh_from_db()
    assert one.material == kept


def test_three_judges_score_and_the_committee_decides_once(campus: World) -> None:
    found = begun(campus)
    one = proposed(campus, found)
    scored(campus, one, 90, 80)
    with pytest.raises(DomainError, match="联合党支部"):  # two of three judges
        decide_round(
            actor=campus.yan, round=found, on=timezone.localdate(), decision_no="〔2026〕9号"
        )
    scored(campus, one, 90, 80, 100)
    n = decide_round(
        actor=campus.yan, round=found, on=timezone.localdate(), decision_no="〔2026〕9号"
    )
    one.refresh_from_db()
    assert (n, one.place, one.is_chosen) == (1, 1, True)
    # Nothing but the judges counts where the records hold nothing: the mean of 90, 80 and 100 —
    # beside the meetings that the branch missed.
    assert one.total is not None
    assert 0 < one.total <= 90
    with pytest.raises(DomainError):
        give_points(actor=campus.yan, nomination=one, points=Decimal(10))
    with pytest.raises(DomainError):
        decide_round(actor=campus.yan, round=found, on=timezone.localdate(), decision_no="2")
    with pytest.raises(DatabaseError), transaction.atomic():
        one.delete()


def test_a_judge_scores_again_and_never_the_own_branch(campus: World) -> None:
    one = proposed(campus, begun(campus))
    give_points(actor=campus.yan, nomination=one, points=Decimal(60))
    give_points(actor=campus.yan, nomination=one, points=Decimal(75))
    assert [score.points for score in one.scores.all()] == [Decimal(75)]
    own = member_of(campus, "m1")
    own.person_id = campus.jin.pk
    own.save()
    with pytest.raises(DomainError):
        give_points(actor=campus.jin, nomination=one, points=Decimal(100))
    with pytest.raises(DomainError):
        give_points(actor=campus.mei, nomination=one, points=Decimal("100.5"))
    with pytest.raises(PermissionDenied):
        give_points(actor=campus.lin, nomination=one, points=Decimal(90))


def test_who_may_open_propose_and_decide(campus: World) -> None:
    today = timezone.localdate()
    with pytest.raises(PermissionDenied):
        open_round(actor=campus.qin, committee=campus.community, name="十佳", until=today,
                   apply_until=today, seats=10)  # fmt: skip
    found = begun(campus)
    with pytest.raises(PermissionDenied):  # the committee does not propose in the branch's name
        nominate(actor=campus.yan, round=found, branch=campus.joint, deeds="事迹材料")
    one = proposed(campus, found)
    scored(campus, one, 90, 90, 90)
    with pytest.raises(PermissionDenied):
        decide_round(actor=campus.qin, round=found, on=today, decision_no="1")


def test_what_cannot_be_is_refused_in_words_and_leaves_nothing(campus: World) -> None:
    today = timezone.localdate()
    begin = {"actor": campus.yan, "committee": campus.community, "name": "十佳", "until": today,
             "apply_until": today, "seats": 10}  # fmt: skip
    for change, code in (({"until": today + DAY}, "until"), ({"apply_until": today - DAY}, "apply"),
                         ({"committee": campus.general}, "committee")):  # fmt: skip
        with pytest.raises(EventError) as refused:
            open_round(**begin | change)  # type: ignore[arg-type]
        assert faults(refused) == [code]
    Parameter.objects.filter(key="award.judges").update(value=40)
    with pytest.raises(EventError) as refused:
        open_round(**begin)  # type: ignore[arg-type]
    assert faults(refused) == ["weights"]
    assert "110" in str(refused.value)
    Parameter.objects.filter(key="award.judges").update(value=30)
    found = begun(campus)
    with pytest.raises(DomainError):  # members of a functional branch have their home branch
        nominate(actor=None, round=found, branch=campus.functional, deeds="事迹材料")
    one = proposed(campus, found)
    with pytest.raises(DomainError):
        proposed(campus, found)
    withdraw_nomination(actor=campus.qin, nomination=one, reason="材料有误")
    proposed(campus, found)
    AwardRound.objects.filter(pk=found.pk).update(apply_until=today - DAY)
    with pytest.raises(DomainError):
        proposed(campus, found)
    assert Nomination.objects.count() == 2


def test_pages_of_a_round_from_the_nomination_to_the_paper(campus: World, client: Client) -> None:
    found = begun(campus)
    client.force_login(campus.qin)
    page = client.get(f"/awards/{found.pk}/")
    address = f"/awards/{found.pk}/branches/{campus.joint.pk}/"
    assert address in page.content.decode()
    assert client.post(address, {"deeds": ""}).status_code == 422
    assert client.post(address, {"deeds": "宿舍挂牌全覆盖"}).status_code == 302
    one = Nomination.objects.get()
    assert client.get(f"/nominations/{one.pk}/score/").status_code == 403
    for key, points in zip(JUDGES, (90, 85, 95), strict=True):
        client.force_login(campus.people[key])
        assert client.post(f"/nominations/{one.pk}/score/", {"points": points}).status_code == 302
    day = timezone.localdate().isoformat()
    url = f"/awards/{found.pk}/decide/"
    assert client.post(url, {"on": day, "decision_no": "〔2026〕9号"}).status_code == 302
    answer = client.get(f"/nominations/{one.pk}/paper.docx")
    document = Document(io.BytesIO(answer.content))
    text = "\n".join(cell.text for row in document.tables[0].rows for cell in row.cells)
    assert "化工学院明德书院师生联合党支部" in text
    assert "宿舍挂牌全覆盖" in text
    assert "排名第1，评为第23届十佳党支部（〔2026〕9号" in text
    client.force_login(campus.lin)
    assert client.get(f"/awards/{found.pk}/").status_code == 404
    assert client.get(f"/nominations/{one.pk}/").status_code == 404


def test_a_round_asks_the_same_number_of_questions_for_one_branch_and_three(
    campus: World, client: Client
) -> None:
    from cohorts.domain.tree import open_unit
    from partybranch.enums import PartyKind
    from partybranch.models import PartyOrganization
    from tests.world import LONG_AGO

    found = begun(campus, seats=2)
    proposed(campus, found)
    client.force_login(campus.yan)

    def asked() -> int:
        client.get(f"/awards/{found.pk}/")
        with CaptureQueriesContext(connection) as seen:
            assert client.get(f"/awards/{found.pk}/").status_code == 200
        return len(seen)

    first = asked()
    for number in (1, 2):
        other = open_unit(actor=None, unit=PartyOrganization(
            name=f"第{number}党支部", code=f"P-o{number}", parent=campus.community,
            party_kind=PartyKind.REGULAR, opened_on=LONG_AGO,
        ))  # fmt: skip
        Membership.objects.create(member=member_of(campus, f"m{number}"), branch=other,
                                  is_relation=False, since=LONG_AGO, how=Entry.JOINED)  # fmt: skip
        nominate(actor=None, round=found, branch=other, deeds="事迹材料")
    assert asked() == first
