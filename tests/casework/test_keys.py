"""Two keys for entry, lowering and closing (rulebook 3.2; design 6)."""

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from casework.domain.cases import open_case, raise_level, seat_person
from casework.domain.keys import remind_holders, turn_key, withdraw_request
from casework.domain.lock_outs import lock_out
from casework.domain.lowering import ask_lowering
from casework.domain.reviews import record_review
from casework.enums import KeyKind, KeyState, KeyVerdict, Outcome, Source
from casework.models import (
    Case,
    CaseCategory,
    CaseLevel,
    CauseCode,
    KeyRequest,
    KeyTurn,
    LedgerEntry,
)
from casework.queries.key_desk import count_waiting, waiting
from casework.queries.keys import clashes
from cohorts.models import Parameter
from portal.core.errors import DomainError
from portal.core.models import AuditEntry, Notification, User
from tests.world import World

YES, NO = KeyVerdict.AGREED, KeyVerdict.DISAGREED


def level(code: str) -> CaseLevel:
    return CaseLevel.objects.get(pk=code)


def entry_request(case: Case) -> KeyRequest:
    return KeyRequest.objects.filter(case=case, kind=KeyKind.ENTER).latest("pk")


def confirm(world: World, request: KeyRequest, *words: tuple[str, str]) -> KeyRequest:
    """``words``: (side, verdict) spoken by lin for the college, he for the academy, psy."""
    people = {"college": world.lin, "academy": world.he, "counselling": world.psy}
    for side, verdict in words:
        turn_key(actor=people[side], request=request, side=side, verdict=verdict,
                 note="材料不足，需要补充")  # fmt: skip
    return KeyRequest.objects.get(pk=request.pk)


def reviewed(world: World, case: Case, found: str = "BLUE") -> Case:
    record_review(
        actor=world.zhou, case=case, held_on=timezone.localdate(), level=level(found),
        findings="作息与到课已经恢复正常",
    )  # fmt: skip
    return Case.objects.get(pk=case.pk)


def lowering(world: World, actor: User, code: str = "YELLOW", category: str = "ACADEMIC") -> Any:
    case = reviewed(world, world.add_case("gu", "ORANGE", category), code)
    return ask_lowering(
        actor=actor, entry=case.entries.get(), level=level(code), reason="连续两周到课正常"
    )


def test_an_entry_counts_at_once_and_asks_both_sides(world: World) -> None:
    case = world.add_case("gu")
    request = entry_request(case)
    assert (case.is_open, case.opened_at, request.state) == (True, None, KeyState.WAITING)
    assert request.sides == ["college", "academy"]
    # zhou is counsellor of the academy: reporting is the academy's word.
    assert [(t.side, t.person_id) for t in request.turns.all()] == [("academy", world.zhou.pk)]


def test_the_second_key_opens_the_file(world: World) -> None:
    case = world.add_case("gu")
    request = confirm(world, entry_request(case), ("college", YES))
    case.refresh_from_db()
    assert request.state == KeyState.GRANTED
    assert (case.stage, case.opened_at is not None) == ("opened", True)


def test_an_entry_keeps_reason_cause_and_source_and_a_student_holds_several(world: World) -> None:
    case = world.add_case("gu")
    again = open_case(
        actor=world.zhou, student=world.gu, category=CaseCategory.objects.get(pk="ECONOMIC"),
        level=level("ORANGE"), reason="家庭突发变故", source=Source.FAMILY,
        cause=CauseCode.objects.get(pk="sudden"),
    )  # fmt: skip
    entry = LedgerEntry.objects.get(category="ECONOMIC")
    assert (again.pk, again.level_id) == (case.pk, "ORANGE")
    assert (entry.cause_id, entry.source, entry.reason) == ("sudden", "family", "家庭突发变故")
    assert KeyRequest.objects.filter(case=case, state=KeyState.WAITING).count() == 2


def test_an_entry_that_both_sides_refuse_leaves_the_ledger_and_closes_the_case(
    world: World,
) -> None:
    case = world.add_case("gu")
    request = confirm(world, entry_request(case), ("college", NO), ("academy", NO))
    case.refresh_from_db()
    assert request.state == KeyState.REFUSED
    assert (case.outcome, case.entries.filter(left_at=None).count()) == (Outcome.UNFOUNDED, 0)
    notice = Notification.objects.get(user=world.zhou, key=f"case-end:{case.pk}")
    assert world.gu.name not in notice.text


def test_lowering_waits_for_both_keys_and_then_takes_effect_at_once(world: World) -> None:
    request = lowering(world, world.lin)
    assert Case.objects.get().level_id == "ORANGE"
    confirm(world, request, ("academy", YES))
    case = Case.objects.get()
    assert (case.level_id, case.entries.get().level_id) == ("YELLOW", "YELLOW")


def test_lowering_one_of_two_entries_leaves_the_file_at_the_higher_level(world: World) -> None:
    case = world.add_case("gu", "ORANGE")
    open_case(
        actor=world.zhou, student=world.gu, category=CaseCategory.objects.get(pk="ECONOMIC"),
        level=level("YELLOW"), reason="学费缓交", source=Source.STUDENT,
    )  # fmt: skip
    reviewed(world, case, "ORANGE")
    request = ask_lowering(
        actor=world.lin, entry=case.entries.get(category="ECONOMIC"), level=level("BLUE"),
        reason="助学贷款已经到账",
    )  # fmt: skip
    confirm(world, request, ("academy", YES))
    assert Case.objects.get().level_id == "ORANGE"
    assert case.entries.get(category="ECONOMIC").level_id == "BLUE"


def test_lowering_needs_an_assessment_that_finds_the_lower_level(world: World) -> None:
    case = world.add_case("gu", "ORANGE")
    for found in (None, "ORANGE"):
        if found:
            reviewed(world, case, found)
        with pytest.raises(DomainError):
            ask_lowering(actor=world.lin, entry=case.entries.get(), level=level("YELLOW"),
                         reason="连续两周到课正常")  # fmt: skip
    assert not KeyRequest.objects.filter(kind=KeyKind.LOWER).exists()


def test_a_psychological_case_also_hears_the_counselling_centre(world: World) -> None:
    request = lowering(world, world.lin, category="PSYCH")
    assert request.sides == ["college", "academy", "counselling"]
    confirm(world, request, ("academy", YES))
    assert Case.objects.get().level_id == "ORANGE"
    confirm(world, request, ("counselling", YES))
    assert Case.objects.get().level_id == "YELLOW"


def test_the_counselling_centre_reads_the_request_and_not_the_case(world: World) -> None:
    request = lowering(world, world.lin, category="PSYCH")
    assert KeyRequest.objects.restrict(world.psy, "see_case").get() == request
    assert not Case.objects.restrict(world.psy, "see_case").exists()
    assert count_waiting(world.psy) == 1
    confirm(world, request, ("counselling", YES), ("academy", YES))
    assert not KeyRequest.objects.restrict(world.psy, "see_case").exists()


@pytest.mark.parametrize("key", ["lu", "wang", "han", "gao", "shen", "qian", "psy", "nobody"])
def test_only_posts_that_lead_cases_on_that_side_turn_its_key(world: World, key: str) -> None:
    request = entry_request(world.add_case("gu"))
    for side in ("college", "academy"):
        with pytest.raises(PermissionDenied):
            turn_key(actor=world.people[key], request=request, side=side, verdict=YES)


def test_nobody_turns_the_key_of_the_other_side(world: World) -> None:
    request = entry_request(world.add_case("gu"))
    with pytest.raises(PermissionDenied):
        turn_key(actor=world.he, request=request, side="college", verdict=YES)
    with pytest.raises(PermissionDenied):
        turn_key(actor=world.lin, request=request, side="academy", verdict=YES)


def test_one_person_with_posts_on_both_sides_never_turns_both_keys(world: World) -> None:
    world.add_post("nobody", "deputy_secretary", "chem")
    world.add_post("nobody", "academy_director", "zhiyuan")
    request = entry_request(world.add_case("cheng"))
    turn_key(actor=world.nobody, request=request, side="academy", verdict=NO, note="情况需要核实")
    with pytest.raises(DomainError, match=r"one person never turns two|一人"):
        turn_key(actor=world.nobody, request=request, side="college", verdict=YES)
    with pytest.raises(IntegrityError), transaction.atomic():
        KeyTurn.objects.create(request=request, side="college", person=world.nobody,
                               verdict=YES, at=timezone.now())  # fmt: skip


def test_the_same_key_twice_is_one(world: World) -> None:
    request = lowering(world, world.lin, category="PSYCH")
    first = turn_key(actor=world.he, request=request, side="academy", verdict=YES)
    again = turn_key(actor=world.he, request=request, side="academy", verdict=YES)
    other = turn_key(actor=world.zhou, request=request, side="academy", verdict=YES)
    assert (again.pk, other.pk, other.person_id) == (first.pk, first.pk, world.he.pk)
    assert request.turns.count() == 2
    assert AuditEntry.objects.filter(action="turn_key").count() == 1


def test_a_disagreement_is_a_state_with_a_clock_for_the_joint_meeting(world: World) -> None:
    request = lowering(world, world.lin)
    confirm(world, request, ("academy", NO))
    request.refresh_from_db()
    assert request.state == KeyState.DISAGREED
    days = int(Parameter.objects.get(key="case.clash_days").value)
    assert (request.due_at - request.disagreed_at).days == days
    assert Case.objects.get().level_id == "ORANGE"
    assert list(clashes(world.jiang)) == [request]
    # After the meeting the side changes its word; the former one stays in the history.
    confirm(world, request, ("academy", YES))
    assert Case.objects.get().level_id == "YELLOW"
    verdicts = KeyTurn.pgh_event_model.objects.filter(side="academy", pgh_obj__request=request)
    assert list(verdicts.order_by("pgh_id").values_list("verdict", flat=True)) == [NO, YES]


def test_a_no_needs_a_reason(world: World) -> None:
    request = entry_request(world.add_case("gu"))
    with pytest.raises(DomainError):
        turn_key(actor=world.lin, request=request, side="college", verdict=NO, note=" ")


def test_raising_takes_effect_at_once_and_takes_back_what_was_asked(world: World) -> None:
    request = lowering(world, world.lin)
    seat_person(actor=world.he, case=Case.objects.get(), person=world.lu, duty="班主任")
    raise_level(actor=world.lu, case=Case.objects.get(), level=level("RED"), reason="连续失联")
    request.refresh_from_db()
    assert (Case.objects.get().level_id, request.state) == ("RED", KeyState.WITHDRAWN)
    with pytest.raises(DomainError):
        turn_key(actor=world.he, request=request, side="academy", verdict=YES)


def test_a_student_of_one_side_needs_two_people_of_that_side(world: World) -> None:
    request = entry_request(world.add_case("ye"))
    assert (request.sides, request.turns.count()) == (["college"], 0)
    with pytest.raises(DomainError):
        turn_key(actor=world.jiang, request=request, side="college", verdict=YES)
    assert not waiting(world.jiang).exists()
    world.add_post("nobody", "deputy_secretary", "chem")
    turn_key(actor=world.nobody, request=request, side="college", verdict=YES)
    assert Case.objects.get().stage == "opened"


def test_a_request_waits_for_those_who_may_turn_it_until_they_have(world: World) -> None:
    world.add_case("gu")
    assert [count_waiting(world.people[k]) for k in ("lin", "jiang", "he", "zhou", "lu")] == [
        1, 1, 0, 0, 0,
    ]  # fmt: skip
    confirm(world, entry_request(Case.objects.get()), ("college", YES))
    assert count_waiting(world.jiang) == 0


def test_who_is_locked_out_of_the_case_turns_no_key_and_hears_of_none(world: World) -> None:
    case = world.add_case("gu", at=timezone.now() - dt.timedelta(hours=1))
    lock_out(actor=world.he, case=case, person=world.lin, reason="与学生有亲属关系")
    Notification.objects.filter(user=world.lin).delete()
    assert count_waiting(world.lin) == 0
    with pytest.raises(PermissionDenied):
        turn_key(actor=world.lin, request=entry_request(case), side="college", verdict=YES)
    remind_holders(actor=world.he, request=entry_request(case))
    assert not Notification.objects.filter(user=world.lin).exists()


def test_only_the_asker_takes_a_request_back(world: World) -> None:
    request = lowering(world, world.lin)
    with pytest.raises(DomainError):
        withdraw_request(actor=world.he, request=request, reason="需要再观察")
    withdraw_request(actor=world.lin, request=request, reason="需要再观察一段时间")
    request.refresh_from_db()
    assert request.state == KeyState.WITHDRAWN


def test_notices_about_keys_name_nobody_and_ring_once_a_day(world: World) -> None:
    request = entry_request(world.add_case("gu"))
    remind_holders(actor=world.zhou, request=request)
    assert remind_holders(actor=world.zhou, request=request) == 0
    texts = Notification.objects.filter(url__startswith="/keys/").values_list("text", flat=True)
    assert texts
    assert not any(world.gu.name in text or "学业" in text for text in texts)


def test_the_state_in_the_database_follows_the_dates_alone(world: World) -> None:
    request = entry_request(world.add_case("gu"))
    now = timezone.now()
    for wrong in (
        {"settled_at": now},
        {"settled_at": now, "is_granted": True, "withdrawn_at": now},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            KeyRequest.objects.filter(pk=request.pk).update(**wrong)
    with pytest.raises(DatabaseError), transaction.atomic():
        KeyTurn.objects.all()._raw_delete("default")


@pytest.mark.parametrize(
    ("entries", "leads"),
    [
        ([("ACADEMIC", "YELLOW")], "chem"),
        ([("PSYCH", "YELLOW")], "mingde"),
        ([("PSYCH", "YELLOW"), ("ACADEMIC", "RED")], "chem"),
        ([("ACADEMIC", "ORANGE"), ("ECONOMIC", "ORANGE")], "mingde"),
        ([("ACADEMIC", "RED"), ("ECONOMIC", "YELLOW")], "chem"),
    ],
)
def test_the_side_of_the_highest_entry_leads_and_a_tie_goes_to_the_academy(
    world: World, entries: list[tuple[str, str]], leads: str
) -> None:
    for category, code in entries:
        case = world.add_case("gu", code, category)
    assert Case.objects.get(pk=case.pk).lead_unit_id == world.units[leads].pk


def test_a_change_of_lead_is_logged_and_a_lead_given_elsewhere_stays(world: World) -> None:
    case = world.add_case("gu", "ORANGE", "ACADEMIC")
    world.add_case("gu", "RED", "PSYCH")
    logged = AuditEntry.objects.get(action="change_lead", object_id=str(case.pk))
    assert logged.detail == {"unit_before": world.chem.pk, "unit_after": world.mingde.pk}
    Case.objects.filter(pk=case.pk).update(lead_unit=world.counselling.pk)
    world.add_case("gu", "RED", "FAMILY")
    assert Case.objects.get(pk=case.pk).lead_unit_id == world.counselling.pk
