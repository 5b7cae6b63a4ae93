"""explain_access: the same answer as the rule, its chain, and its exit codes."""

import datetime as dt
import io

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from casework.domain.cases import seat_person
from casework.models import Case
from cohorts.domain.appointments import end_appointment
from portal.core.access import action
from portal.web.queries.explain import explain
from students.models import Student
from tests.world import World


def ask(*args: str) -> tuple[int, str]:
    out = io.StringIO()
    try:
        call_command("explain_access", *args, stdout=out)
    except SystemExit as stopped:
        return int(stopped.code or 0), out.getvalue()
    except CommandError as error:
        return error.returncode, str(error)
    return 0, out.getvalue()


def test_an_allowed_answer_names_post_path_dates_and_letter(world: World) -> None:
    code, said = ask("lin", f"student:{world.gu.student_no}")
    assert code == 0
    for word in ("包干领导", "化工学院2023级 › 化工2301", "2023", "〔2023〕17号"):
        assert word in said, word


def test_a_denied_answer_says_what_every_post_lacks(world: World) -> None:
    code, said = ask("zhou", f"student:{world.ye.student_no}")
    assert code == 1
    assert "辅导员 · 明德书院2023级" in said
    end_appointment(actor=None, post=world.posts["zhou"])
    code, said = ask("zhou", f"student:{world.gu.student_no}")
    assert code == 1
    assert "辅导员" in said
    assert ask("nobody", f"student:{world.gu.student_no}")[0] == 1
    assert ask("lu", f"student:{world.gu.student_no}", "--action", "see_contact")[0] == 1


def test_a_frozen_account_and_a_later_post_are_denied(world: World) -> None:
    world.lu.is_active = False
    world.lu.save()
    assert ask("lu", f"student:{world.gu.student_no}")[0] == 1
    later = timezone.localdate() + dt.timedelta(days=3)
    world.add_post("nobody", "counsellor", "mingde23", starts_on=later)
    assert ask("nobody", f"student:{world.gu.student_no}")[0] == 1


def test_a_case_and_a_unit_are_explained_too(world: World) -> None:
    case = world.add_case("gu")
    assert ask("zhou", f"case:{case.pk}")[0] == 0
    assert ask("zhou", f"case:{case.number}")[0] == 0
    assert ask("shen", f"case:{case.pk}")[0] == 1
    seat_person(actor=None, case=case, person=world.nobody, duty="学业帮扶")
    code, said = ask("nobody", f"case:{case.pk}")
    assert code == 0
    assert "学业帮扶" in said
    assert ask("lin", "unit:C1-2023")[0] == 0
    assert ask("lin", "unit:C2")[0] == 1


@pytest.mark.parametrize(
    "args",
    [
        ("stranger", "student:2230514127"),
        ("lin", "student:999"),
        ("lin", "case:999999"),
        ("lin", "unit:none"),
        ("lin", "2230514127"),
        ("lin", "room:E12"),
        ("lin", "student:2230514127", "--action", "see_everything"),
    ],
)
def test_an_unknown_name_is_an_error_of_its_own(world: World, args: tuple[str, ...]) -> None:
    code, said = ask(*args)
    assert code == 2
    assert said.strip()


def test_the_explanation_never_disagrees_with_the_rule(world: World) -> None:
    world.add_case("gu")
    for key, person in world.people.items():
        for student in world.students.values():
            for one in map(action, ("see_card", "see_case", "log_talk", "see_own")):
                assert one is not None
                found = explain(person.username, f"student:{student.student_no}", one.code)
                rule = Student.objects.restrict(person, one.code).filter(pk=student.pk).exists()
                assert found.is_allowed == rule, (key, student, one.code)
                given = any(line.startswith("+ ") for line in found.lines)
                assert given == rule, (key, student, one.code)
    assert Case.objects.count() == 1
