"""Dated links: limits, one at a time, standing in, bulk assignment and taking it back."""

import datetime as dt
import uuid
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cohorts.models import LinkKind, Major, Parameter, Role
from portal.core.access import reasons
from portal.core.errors import DomainError
from portal.core.models import AuditEntry
from students.domain.assignment import Candidate, Wanting, share_out
from students.domain.leave_cover import cover_leave
from students.domain.link_runs import assign_links, undo_run
from students.domain.links import cover_links, end_cover, end_link, link_student
from students.models import LinkRun, Student, StudentLink
from students.queries.links import link_loads, post_loads, relations, unassigned
from tests.world import World

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture
def tutor(world: World) -> LinkKind:
    return LinkKind.objects.get(code="tutor")


def seen(user: object) -> set[str]:
    return set(Student.objects.restrict(user, "see_card").values_list("name", flat=True))


def run(world: World, kind: LinkKind, *pairs: tuple[str, str], **more: Any) -> LinkRun:
    more = {"actor": world.jiang, "key": uuid.uuid4(), "starts_on": timezone.localdate()} | more
    ids = [(world.students[student].pk, world.people[person].pk) for student, person in pairs]
    return assign_links(kind=kind, pairs=ids, **more)


def test_a_link_gives_sight_from_its_first_day_and_none_after_it_is_ended(
    world: World, tutor: LinkKind
) -> None:
    link = link_student(actor=world.jiang, kind=tutor, person=world.nobody, student=world.cheng)
    assert seen(world.nobody) == {"程亦安"}
    end_link(actor=world.jiang, link=link)
    assert seen(world.nobody) == set()
    assert not reasons(world.nobody, "see_card", world.cheng)
    link.refresh_from_db()
    assert link.ends_on == timezone.localdate()
    with pytest.raises(DomainError):
        end_link(actor=world.jiang, link=link)


@pytest.mark.parametrize("who", ["lu", "lin", "zhou", "he", "sec", "sys", "qian", "nobody"])
def test_only_who_appoints_over_the_student_links(world: World, tutor: LinkKind, who: str) -> None:
    with pytest.raises(DomainError) as refusal:
        link_student(actor=world.people[who], kind=tutor, person=world.wang, student=world.cheng)
    assert refusal.value.code == "denied"


def test_nobody_links_students_to_himself_or_gives_rights_he_lacks(
    world: World, tutor: LinkKind
) -> None:
    with pytest.raises(DomainError):
        link_student(actor=world.jiang, kind=tutor, person=world.jiang, student=world.cheng)
    tutor.permissions.add(Permission.objects.get(codename="clear_psychological"))
    with pytest.raises(DomainError) as refusal:
        link_student(actor=world.jiang, kind=tutor, person=world.wang, student=world.cheng)
    assert refusal.value.code == "denied"


def test_students_closed_accounts_and_people_without_the_post_are_refused(
    world: World, tutor: LinkKind
) -> None:
    world.nobody.is_active = False
    world.nobody.save()
    for person in (world.gu_account, world.nobody):
        with pytest.raises(DomainError):
            link_student(actor=world.jiang, kind=tutor, person=person, student=world.cheng)
    tutor.roles.add(Role.objects.get(code="class_adviser"))
    with pytest.raises(DomainError, match="班主任"):
        link_student(actor=world.jiang, kind=tutor, person=world.wang, student=world.cheng)
    link_student(actor=world.jiang, kind=tutor, person=world.lu, student=world.cheng)


def test_one_at_a_time_and_the_limit_of_each_entry_year(world: World, tutor: LinkKind) -> None:
    with pytest.raises(DomainError, match="王怀瑾"):
        link_student(actor=world.jiang, kind=tutor, person=world.lu, student=world.gu)
    link_student(actor=world.jiang, kind=tutor, person=world.wang, student=world.cheng)
    with pytest.raises(DomainError, match="2"):
        link_student(actor=world.jiang, kind=tutor, person=world.wang, student=world.luo)
    # Two of 2023 are full; a student of 2024 is counted by itself.
    link_student(actor=world.jiang, kind=tutor, person=world.wang, student=world.ye)
    Parameter.objects.filter(key="tutor.max_per_grade").update(value=3)
    link_student(actor=world.jiang, kind=tutor, person=world.wang, student=world.luo)


def test_a_stand_in_has_the_same_sight_until_the_last_day_and_no_longer(
    world: World, tutor: LinkKind
) -> None:
    today = timezone.localdate()
    StudentLink.objects.update(ends_on=today + 5 * DAY)
    made = cover_links(
        actor=world.jiang, person=world.wang, stand_in=world.nobody, starts_on=today,
        ends_on=today + 30 * DAY,
    )  # fmt: skip
    assert made == 1
    assert seen(world.nobody) == {"顾言川"}
    cover = StudentLink.objects.get(person=world.nobody)
    assert cover.ends_on == today + 5 * DAY  # never longer than the principal's
    with time_machine.travel(timezone.now() + 6 * DAY, tick=False):
        assert seen(world.nobody) == set()
    with pytest.raises(DomainError):  # covered already
        cover_links(actor=world.jiang, person=world.wang, stand_in=world.lu, starts_on=today,
                    ends_on=today + DAY)  # fmt: skip
    end_cover(actor=world.jiang, person=world.wang, stand_in=world.nobody)
    assert seen(world.nobody) == set()


def test_leave_is_covered_in_links_and_posts_until_the_last_day(world: World) -> None:
    today = timezone.localdate()
    asked = {
        "person": world.lu,
        "stand_in": world.nobody,
        "starts_on": today,
        "ends_on": today + DAY,
    }
    with pytest.raises(DomainError):  # he appoints elsewhere
        cover_leave(actor=world.he, **asked)
    assert cover_leave(actor=world.jiang, **asked) == (0, 1)
    assert seen(world.nobody) == seen(world.lu)
    with time_machine.travel(timezone.now() + 2 * DAY, tick=False):
        assert seen(world.nobody) == set()
        assert seen(world.lu) != set()


def test_a_stand_in_ends_with_the_link_it_stands_for(world: World, tutor: LinkKind) -> None:
    today = timezone.localdate()
    cover_links(actor=world.jiang, person=world.wang, stand_in=world.nobody, starts_on=today,
                ends_on=today + 30 * DAY)  # fmt: skip
    end_link(actor=world.jiang, link=StudentLink.objects.get(person=world.wang))
    assert seen(world.nobody) == set()


def test_a_run_is_all_or_nothing_and_the_same_number_changes_nothing(
    world: World, tutor: LinkKind
) -> None:
    with pytest.raises(DomainError):
        run(world, tutor, ("cheng", "nobody"), ("gu", "nobody"))  # gu has a tutor
    assert StudentLink.objects.count() == 1
    key = uuid.uuid4()
    first = run(world, tutor, ("cheng", "nobody"), ("luo", "lu"), key=key)
    again = run(world, tutor, ("cheng", "nobody"), ("luo", "lu"), key=key)
    assert first == again
    assert StudentLink.objects.filter(run=first).count() == 2
    assert seen(world.nobody) == {"程亦安"}
    assert AuditEntry.objects.filter(action="assign_links").count() == 1
    with pytest.raises(DomainError):
        run(world, tutor, ("luo", "lu"), key=key, actor=world.he)


def test_a_run_is_taken_back_whole_while_nothing_has_changed(world: World, tutor: LinkKind) -> None:
    made = run(world, tutor, ("cheng", "nobody"), ("luo", "lu"))
    undo_run(actor=world.jiang, run=made)
    assert seen(world.nobody) == set()
    assert set(StudentLink.objects.filter(run=made).values_list("revoked_at", flat=True)) != {None}
    with pytest.raises(DomainError):
        undo_run(actor=world.jiang, run=made)
    other = run(world, tutor, ("cheng", "nobody"), ("luo", "lu"))
    end_link(actor=world.jiang, link=StudentLink.objects.get(run=other, student=world.luo))
    with pytest.raises(DomainError, match="1"):
        undo_run(actor=world.jiang, run=other)
    assert seen(world.nobody) == {"程亦安"}


def test_a_run_of_many_takes_as_many_statements_as_a_run_of_one(
    world: World, tutor: LinkKind
) -> None:
    tutor.limit_parameter = None
    tutor.save()
    counts = []
    for n in (1, 40):
        students = Student.objects.bulk_create(
            Student(name=f"学生{k}", student_no=f"9{n:02}{k:05}", entry_year=2023) for k in range(n)
        )
        pairs = [(student.pk, world.nobody.pk) for student in students]
        with CaptureQueriesContext(connection) as queries:
            assign_links(actor=None, key=uuid.uuid4(), kind=tutor, pairs=pairs,
                         starts_on=timezone.localdate())  # fmt: skip
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_same_major_comes_first_then_the_lowest_load_evenly() -> None:
    people = [
        Candidate(1, {0: 5, 2023: 1}, frozenset({7})),
        Candidate(2, {0: 0}, frozenset({8})),
        Candidate(3, {0: 0}),
    ]
    students = [Wanting(n, 2023, 7 if n < 4 else None) for n in range(8)]
    share = share_out(students, people, rule="major", limit=3, per_year=True)
    of = {p: [s for s, who in share.pairs if who == p] for p in (1, 2, 3)}
    assert of[1] == [0, 1]  # one of 2023 before, two more of the same major, then full
    assert share.same_major == 2
    assert [len(of[p]) for p in (2, 3)] == [3, 3]
    assert share.left == []
    tight = share_out(students, people, rule="load", limit=2, per_year=True)
    assert (len(tight.pairs), len(tight.left)) == (5, 3)


def test_the_unassigned_are_those_within_reach_without_anybody(world: World) -> None:
    by_code = {one.code: one for one in relations()}

    def names(who: str, code: str) -> set[str]:
        return set(unassigned(world.people[who], by_code[code]).values_list("name", flat=True))

    assert names("jiang", "tutor") == {"程亦安", "罗嘉禾", "叶知秋"}
    assert names("jiang", "adviser") == {"程亦安", "叶知秋"}
    assert names("jiang", "counsellor") == {"叶知秋"}
    assert names("he", "tutor") == {"宋远"}
    for who in ("lin", "zhou", "sec", "sys", "qian", "nobody"):
        assert names(who, "tutor") == set()


def test_loads_show_free_places_by_entry_year(world: World, tutor: LinkKind) -> None:
    Major.objects.get()
    (wang, *_rest) = [
        one for one in link_loads(world.jiang, tutor, None, [2023, 2024]) if one.pk == world.wang.pk
    ]
    assert (wang.total, wang.free, wang.is_over) == (1, 3, False)
    assert wang.majors
    counsellor = next(one for one in relations() if one.code == "counsellor")
    (zhou,) = post_loads(world.he, counsellor, timezone.localdate())
    assert (zhou.name, zhou.total, zhou.limit) == ("周启文", 2, 200)
