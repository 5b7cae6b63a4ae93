"""Who sees whom: the one access rule on the small campus (design 5)."""

import datetime as dt

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils import timezone

from casework.domain.cases import seat_person
from casework.domain.follow_ups import log_follow_up
from casework.enums import Channel, Confidentiality
from casework.models import Case, FollowUp
from cohorts.domain.appointments import end_appointment
from cohorts.domain.reconcile import drift
from cohorts.domain.tree import open_unit
from partybranch.models import PartyOrganization
from portal.core.access import reasons
from students.domain.placements import place_student
from students.models import Student
from students.queries.population import headcount_on, students_in
from tests.world import World


def names(user: object, action: str = "see_card") -> set[str]:
    return set(Student.objects.restrict(user, action).values_list("name", flat=True))


def test_contract_leader_sees_the_cohort_and_nothing_beside_it(world: World) -> None:
    assert names(world.lin) == {"顾言川", "程亦安", "罗嘉禾"}


def test_counsellor_sees_the_students_of_the_academy_cohort_across_colleges(world: World) -> None:
    assert names(world.zhou) == {"顾言川", "宋远"}
    assert names(world.zhou, "see_case") == {"顾言川", "宋远"}


def test_adviser_sees_the_class_but_no_cases_by_rank(world: World) -> None:
    assert names(world.lu) == {"顾言川", "罗嘉禾"}
    world.add_case("gu")
    assert not Case.objects.restrict(world.lu, "see_case").exists()


def test_tutor_sees_the_linked_student_only(world: World) -> None:
    assert names(world.wang) == {"顾言川"}


def test_administrators_and_strangers_see_nobody(world: World) -> None:
    for key in ("sys", "sec", "aud", "nobody", "psy", "qian"):
        assert names(world.people[key]) == set(), key


def test_a_student_reaches_only_the_own_record_and_only_as_own(world: World) -> None:
    assert names(world.gu_account, "see_own") == {"顾言川"}
    assert names(world.gu_account, "see_card") == set()


def test_an_unknown_action_is_denied_to_everyone(world: World) -> None:
    assert names(world.lin, "see_everything") == set()


def test_a_frozen_account_sees_nothing(world: World) -> None:
    world.zhou.is_active = False
    assert names(world.zhou) == set()


def test_last_day_of_a_post_counts_and_the_day_after_does_not(world: World) -> None:
    today = timezone.localdate()
    end_appointment(actor=None, post=world.posts["zhou"], ends_on=today)
    assert "顾言川" in names(world.zhou)
    with time_machine.travel(timezone.now() + dt.timedelta(days=1), tick=False):
        assert names(world.zhou) == set()
        assert drift() == (0, 0)


def test_a_post_that_starts_tomorrow_opens_nothing_today(world: World) -> None:
    tomorrow = timezone.localdate() + dt.timedelta(days=1)
    world.add_post("nobody", "counsellor", "mingde23", starts_on=tomorrow)
    assert names(world.nobody) == set()
    with time_machine.travel(timezone.now() + dt.timedelta(days=1), tick=False):
        assert names(world.nobody) == {"顾言川", "宋远"}


def test_a_revoked_post_closes_at_that_moment(world: World) -> None:
    end_appointment(actor=None, post=world.posts["zhou"])
    assert names(world.zhou) == set()


def test_after_a_transfer_the_former_counsellor_sees_nothing_more(world: World) -> None:
    place_student(actor=None, student=world.gu, unit=world.zhiyuan23, since=timezone.localdate())
    assert names(world.zhou) == {"宋远"}
    assert "顾言川" in names(world.shen)


def test_a_seat_shows_this_student_and_this_case_only(world: World) -> None:
    case = world.add_case("gu")
    world.add_case("luo")
    seat_person(actor=None, case=case, person=world.nobody, duty="学业帮扶")
    assert names(world.nobody) == {"顾言川"}
    assert list(Case.objects.restrict(world.nobody, "see_case")) == [case]
    assert [r.route for r in reasons(world.nobody, "see_case", case)] == ["seat"]


def test_hidden_is_not_found_and_visible_but_forbidden_says_so(world: World) -> None:
    with pytest.raises(Http404):
        Student.objects.get_for(world.zhou, "see_card", world.ye.pk)
    with pytest.raises(PermissionDenied):
        Student.objects.get_for(world.lu, "see_contact", world.gu.pk)


def test_has_perm_asks_the_same_rule(world: World) -> None:
    assert world.zhou.has_perm("cohorts.see_card", world.gu)
    assert not world.zhou.has_perm("cohorts.see_card", world.ye)
    assert not world.zhou.has_perm("cohorts.see_card")


def test_the_explanation_names_post_unit_day_and_letter(world: World) -> None:
    (reason,) = reasons(world.lin, "see_card", world.gu)
    assert "包干领导" in reason.text
    assert "化工学院2023级" in reason.text
    assert "〔2023〕17号" in reason.text


def test_restricted_notes_need_clearance_and_the_writer_keeps_sight(world: World) -> None:
    log_follow_up(
        actor=world.lu, student=world.gu, channel=Channel.FACE, content="仅专班可见的谈话内容",
        confidentiality=Confidentiality.RESTRICTED,
    )  # fmt: skip
    seen = {
        key: FollowUp.objects.restrict(world.people[key], "see_talks").count()
        for key in ("lu", "zhou", "lin", "shen", "han", "nobody")
    }
    assert seen == {"lu": 1, "zhou": 1, "lin": 1, "shen": 0, "han": 0, "nobody": 0}


def test_narrowing_to_one_student_never_widens(world: World) -> None:
    log_follow_up(
        actor=world.zhou, student=world.gu, channel=Channel.FACE, content="近况良好，按时上课"
    )
    narrow = FollowUp.objects.restrict(world.shen, "see_talks", student_id=world.gu.pk)
    assert not narrow.exists()
    assert FollowUp.objects.restrict(world.zhou, "see_talks", student_id=world.gu.pk).count() == 1


def test_a_college_does_not_reach_other_colleges_students_through_a_joint_branch(
    world: World,
) -> None:
    branch = PartyOrganization(
        name="化工机械师生联合党支部", code="P1", parent=world.chem, party_kind="joint"
    )
    world.units["branch"] = open_unit(actor=None, unit=branch)
    place_student(actor=None, student=world.song, unit=world.branch, since=timezone.localdate())
    world.add_post("nobody", "branch_secretary", "branch")
    assert "宋远" not in names(world.jiang)
    assert names(world.nobody) == {"宋远"}
    assert "宋远" not in {s.name for s in students_in(world.jiang, world.chem)}
    assert headcount_on(world.chem.pk, timezone.localdate()) == 4
