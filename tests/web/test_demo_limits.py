"""Where demo accounts are not made, and what is left alone."""

from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from portal.core.models import User
from students.models import Student

pytestmark = pytest.mark.django_db


def test_demo_accounts_are_refused_outside_the_demo(settings: Any, tmp_path: Path) -> None:
    settings.VAR_DIR = tmp_path
    settings.DEMO = False
    with pytest.raises(CommandError, match="demo only"):
        call_command("prepare_demo")
    assert not User.objects.exists()


def test_a_school_of_ones_own_is_not_seeded_over(world: Any, settings: Any, tmp_path: Path) -> None:
    settings.VAR_DIR = tmp_path
    students = Student.objects.count()
    call_command("prepare_demo", verbosity=0)
    assert Student.objects.count() == students
    leader = User.objects.get(username="leader", is_demo=True)
    assert leader.name == "林致远"
    assert User.objects.get(username="sysadmin").is_staff


@pytest.mark.parametrize("wanted", ["many", "199", "200001"])
def test_a_size_that_cannot_be_built_is_refused_with_the_limits(
    wanted: str, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.VAR_DIR = tmp_path
    monkeypatch.setenv("DEMO_STUDENTS", wanted)
    with pytest.raises(CommandError, match="between 200 and 200000"):
        call_command("prepare_demo")
    assert not Student.objects.exists()
