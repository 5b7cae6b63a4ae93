"""The nightly pull from a data platform's folder."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from portal.core.domain.pull import freshness, pull
from portal.core.errors import DomainError
from portal.core.models import AuditEntry, Job, JobState, User
from portal.core.tasks import pull_platform
from students.models import Student
from tests.sheets import csv_file
from tests.world import World

ROSTER = [["学号", "姓名", "班级"], ["2230519001", "何晓彤", "化工2301"]]
STAFF = [
    ["工号", "姓名", "职称", "电话", "角色", "单位", "聘期起", "聘期止", "聘书号"],
    ["1002017", "沈怀谷", "讲师", "", "辅导员", "明德书院2023级", "2026-09-01", "2030-08-31", ""],
]


@pytest.fixture
def folder(tmp_path: Path, settings: Any) -> Path:
    settings.PLATFORM_DIR = str(tmp_path)
    (tmp_path / "roster-20261121.csv").write_bytes(b"of yesterday")
    (tmp_path / "roster-20261122.csv").write_bytes(csv_file(ROSTER))
    (tmp_path / "staff-20261122.csv").write_bytes(csv_file(STAFF))
    (tmp_path / "staff-20261123.csv.part").write_bytes(b"half")
    return tmp_path


def test_roster_and_staff_come_in_once_and_are_logged(world: World, folder: Path) -> None:
    assert pull_platform() == [JobState.DONE, JobState.DONE]
    assert Student.objects.filter(student_no="2230519001").exists()
    assert User.objects.filter(username="1002017").exists()
    assert AuditEntry.objects.filter(action="pull_platform").count() == 2
    assert Job.objects.filter(kind="pull").earliest("pk").result["counts"]["new"] == 1
    Student.objects.filter(student_no="2230519001").update(name="由教务更正")
    before = AuditEntry.objects.filter(action__startswith="import_").count()
    assert [job.result["is_known"] for job in pull()] == [True, True]
    assert Student.objects.get(student_no="2230519001").name == "由教务更正"
    assert AuditEntry.objects.filter(action__startswith="import_").count() == before


def test_a_file_with_a_fault_changes_nothing_and_the_others_go_on(
    world: World, folder: Path
) -> None:
    (folder / "roster-20261122.csv").write_bytes(csv_file([*ROSTER, ["x", "", ""]]))
    roster, staff = pull()
    assert (roster.state, staff.state) == (JobState.FAILED, JobState.DONE)
    assert roster.result["fault_count"] >= 1
    assert roster.report
    assert not Student.objects.filter(student_no="2230519001").exists()
    (folder / "roster-20261122.csv").write_bytes(b"\x00\x01")
    with pytest.raises(SystemExit):
        call_command("pull_platform")
    with pytest.raises(DomainError):
        pull(folder / "nowhere")


def test_the_office_page_says_how_fresh_the_data_is(world: World, folder: Path) -> None:
    client = Client(headers={"accept-language": "en"})
    client.force_login(world.sys)
    assert "never read" in client.get("/").content.decode()
    pull()
    found = freshness()
    assert found is not None
    assert not found.is_stale
    assert "last read" in client.get("/").content.decode()
    Job.objects.update(finished_at=timezone.now() - dt.timedelta(days=2))
    assert "older than a day" in client.get("/").content.decode()


def test_every_page_with_rows_of_the_platform_says_how_fresh_they_are(
    world: World, folder: Path
) -> None:
    cache.clear()
    pages = {"zhou": "/students/", "lin": "/units/", "sys": "/posts/"}
    for mark in ("Data platform never read", "Data platform read"):
        for key, url in pages.items():
            client = Client(headers={"accept-language": "en"})
            client.force_login(world.people[key])
            assert mark in client.get(url).content.decode(), (key, url, mark)
        client.force_login(world.gu_account)
        assert "Data platform" not in client.get("/my/").content.decode()
        pull()
        cache.clear()
    Job.objects.update(finished_at=timezone.now() - dt.timedelta(days=2))
    cache.clear()
    client.force_login(world.zhou)
    assert "older than a day" in client.get("/students/").content.decode()


def test_without_a_platform_nothing_is_pulled_or_said(world: World, settings: Any) -> None:
    settings.PLATFORM_DIR = ""
    assert pull_platform() == []
    assert freshness() is None
