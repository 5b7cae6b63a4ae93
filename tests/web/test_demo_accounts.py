"""The demo accounts: made once, each with something to see, then left alone."""

import shutil
import stat
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db.models import Exists, F, OuterRef
from django.test import Client, override_settings
from django.urls import reverse

from casework.models import Case, CommonProblem, CrisisHop, FollowUp, PlanStep, Transition
from casework.queries.figures import FIGURES, cases
from casework.queries.transitions import waiting
from cohorts.models import Contract
from portal.core.models import User
from portal.web.seed.demo import accounts_file, kept_password
from portal.web.seed.demo_people import CAST
from students.models import Student
from tests.web.seeding import shared_by_module

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def made(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Path]:
    """The demo school once for all tests that ask for it; they undo their own changes."""
    var = tmp_path_factory.mktemp("demo")

    def fill() -> None:
        with override_settings(VAR_DIR=var), pytest.MonkeyPatch.context() as patch:
            patch.setenv("DEMO_STUDENTS", "1000")
            call_command("prepare_demo", verbosity=0, stdout=StringIO())

    with shared_by_module(django_db_blocker, fill):
        yield var


@pytest.fixture
def demo(made: Path, tmp_path: Path, settings: Any) -> None:
    shutil.copy2(made / "demo-accounts.txt", tmp_path)
    settings.VAR_DIR = tmp_path


def person(username: str) -> User:
    return User.objects.get(username=username, is_demo=True)


def own(username: str, figure: str) -> int:
    mine = Case.objects.filter(owner=person(username), closed_at=None)
    return mine.filter(FIGURES[figure].condition()).count()


def test_every_account_logs_in_and_opens_its_first_page(demo: None) -> None:
    password = kept_password()
    for username in CAST:
        client = Client()
        sent = client.post(reverse("web:login"), {"username": username, "password": password})
        assert sent.status_code == 302, username
        assert client.get("/", follow=True).status_code == 200, username


def test_the_password_file_is_for_its_owner_only(demo: None) -> None:
    assert stat.S_IMODE(accounts_file().stat().st_mode) == 0o600
    text = accounts_file().read_text(encoding="utf-8")
    assert all(username in text for username in CAST)


def test_the_counsellor_has_late_due_and_new_students(demo: None) -> None:
    assert 3 <= own("counsellor", "overdue") <= 5
    assert own("counsellor", "due_today") >= 3
    assert own("counsellor", "unrecorded") == 2
    assert Student.objects.restrict(person("counsellor"), "log_talk").count() > 50


def test_the_leader_has_late_items_of_several_people_and_unwritten_ones(demo: None) -> None:
    leader = person("leader")
    late = cases(leader, None, "overdue")
    assert len(set(late.values_list("owner", flat=True))) >= 3
    assert cases(leader, None, "unrecorded").exists()
    assert Contract.objects.restrict(leader, "see_unit").count() == 1


def test_no_stage_contradicts_the_contacts_and_steps_are_written_in_their_minute(
    demo: None,
) -> None:
    after_plan = FollowUp.objects.filter(
        case=OuterRef("pk"), is_real=True, happened_at__gte=OuterRef("planned_at")
    )
    planned = Case.objects.filter(stage="planned")
    assert planned.exists()
    assert not planned.filter(Exists(after_plan)).exists(), "help had begun with that contact"
    assert not PlanStep.objects.filter(plan__case__stage="planned", done__gt=0).exists()
    assert CrisisHop.objects.exists()
    assert not CrisisHop.objects.exclude(recorded_at=F("at")).exists()


def test_moves_wait_for_the_accounts_and_others_are_answered(demo: None) -> None:
    counsellor = person("counsellor")
    assert waiting(counsellor).get().kind == "transfer"
    assert waiting(person("adviser")).exists()
    states = set(Transition.objects.filter(from_person=counsellor).values_list("state", flat=True))
    assert states == {"waiting", "declined", "done"}
    assert set(CommonProblem.objects.values_list("state", flat=True)) == {"open", "fixed"}


def test_each_other_account_reaches_what_its_post_is_for(demo: None) -> None:
    for username in ("adviser", "tutor", "organiser", "partytutor", "clerk", "secretary"):
        assert Student.objects.restrict(person(username), "see_card").exists(), username
    assert cases(person("adviser"), None, "open").exists()
    own_record = Student.objects.restrict(person("student"), "see_own").get()
    assert own_record.results.exists()
    assert not Student.objects.restrict(person("student"), "see_card").exists()


def test_administrators_see_no_student_and_may_enter_the_administration(demo: None) -> None:
    for username in ("sysadmin", "secadmin", "auditor"):
        admin = person(username)
        assert admin.is_staff
        assert not admin.is_superuser
        assert not Student.objects.restrict(admin, "see_card").exists()
        client = Client()
        client.force_login(admin)
        assert client.get(reverse("admin:index")).status_code == 200, username


def test_a_second_run_keeps_what_people_changed_and_does_little(
    demo: None, django_assert_max_num_queries: Any
) -> None:
    table = accounts_file().read_text(encoding="utf-8")
    leader = person("leader")
    leader.set_password("Their-own-choice-9")
    leader.title = "书记"
    leader.save()
    students = Student.objects.count()
    with django_assert_max_num_queries(16):
        call_command("prepare_demo", verbosity=0)
    leader.refresh_from_db()
    assert leader.check_password("Their-own-choice-9")
    assert leader.title == "书记"
    assert Student.objects.count() == students
    assert accounts_file().read_text(encoding="utf-8") == table


def test_a_lost_password_file_brings_a_new_password(demo: None) -> None:
    before = kept_password()
    accounts_file().unlink()
    call_command("prepare_demo", verbosity=0)
    assert kept_password() not in {None, before}
    assert person("leader").check_password(kept_password())
