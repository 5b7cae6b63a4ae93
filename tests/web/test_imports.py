"""The pages of imports: upload, preview, confirm, discard, files, and who may."""

import uuid
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from portal.core.crypto import decrypt_bytes
from portal.core.domain import jobs
from portal.core.models import Job, JobState, User
from students.models import Student
from tests.sheets import csv_file
from tests.world import World

HEAD = ["学号", "姓名", "性别", "班级"]
ROW = ["2230519001", "何晓彤", "女", "化工2301"]
START = "/imports/new/roster/"


def browser(user: User) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


def upload(client: Client, rows: list[list[str]], key: uuid.UUID | None = None) -> Any:
    file = SimpleUploadedFile("名册.csv", csv_file([HEAD, *rows]))
    return client.post(START, {"file": file, "client_key": str(key or uuid.uuid4())})


def checked(client: Client, rows: list[list[str]]) -> Job:
    answer = upload(client, rows)
    assert answer.status_code == 302
    job = Job.objects.latest("pk")
    assert answer.url == reverse("imports:job", args=[job.key])
    jobs.run(job.pk)
    job.refresh_from_db()
    return job


def page(client: Client, job: Job) -> str:
    answer = client.get(reverse("imports:job", args=[job.key]))
    assert answer.status_code == 200
    return answer.content.decode()


def test_from_upload_to_import(world: World) -> None:
    client = browser(world.han)
    assert START in client.get("/imports/").content.decode()
    assert client.get(START).status_code == 200
    job = checked(client, [ROW, ["2230514127", "顾言川", "男", "化工2302"]])
    shown = page(client, job)
    assert "未知" in shown
    assert "化工2302" in shown
    confirm = reverse("imports:confirm", args=[job.key])
    for _click in range(2):
        client.post(confirm, {"fingerprint": job.result["fingerprint"]})
    jobs.run(job.pk)
    job.refresh_from_db()
    assert job.state == JobState.DONE
    assert Student.objects.filter(student_no="2230519001").exists()
    assert page(client, job)
    assert "名册.csv" in client.get("/imports/").content.decode()


@pytest.mark.parametrize(("kind", "is_dated"), [("roster", True), ("results", False)])
def test_only_what_begins_on_a_day_asks_for_one(world: World, kind: str, is_dated: bool) -> None:
    page = browser(world.han).get(f"/imports/new/{kind}/").content.decode()
    assert ('name="since"' in page) == is_dated


def test_the_progress_fragment_reloads_the_page_when_the_work_is_over(world: World) -> None:
    client = browser(world.han)
    upload(client, [ROW])
    job = Job.objects.latest("pk")
    where = reverse("imports:progress", args=[job.key])
    waiting = client.get(where, headers={"hx-request": "true"})
    assert "HX-Refresh" not in waiting
    assert "hx-get" in waiting.content.decode()
    jobs.run(job.pk)
    assert client.get(where)["HX-Refresh"] == "true"


def test_faults_are_listed_and_downloaded(world: World) -> None:
    client = browser(world.han)
    job = checked(client, [["2230519001", "何晓彤", "女", "化工9999"]])
    assert job.state == JobState.FAILED
    shown = page(client, job)
    assert "化工9999" in shown
    answer = client.get(reverse("imports:errors", args=[job.key]))
    assert answer.content.startswith(b"PK")


def test_a_file_that_is_no_table_is_refused_beside_the_form(world: World) -> None:
    client = browser(world.han)
    file = SimpleUploadedFile("roster.xlsx", b"%PDF-1.7 something")
    answer = client.post(START, {"file": file, "client_key": str(uuid.uuid4())})
    assert answer.status_code == 422
    assert not Job.objects.exists()


def test_a_second_submit_of_the_form_is_the_same_import(world: World) -> None:
    client, key = browser(world.han), uuid.uuid4()
    assert upload(client, [ROW], key).url == upload(client, [ROW], key).url
    assert Job.objects.count() == 1


def test_a_discarded_preview_writes_nothing(world: World) -> None:
    client = browser(world.han)
    job = checked(client, [ROW])
    client.post(reverse("imports:discard", args=[job.key]))
    client.post(
        reverse("imports:confirm", args=[job.key]), {"fingerprint": job.result["fingerprint"]}
    )
    job.refresh_from_db()
    assert job.state == JobState.CANCELLED
    assert not jobs.run(job.pk)


def test_another_preview_than_the_one_looked_at_is_not_confirmed(world: World) -> None:
    client = browser(world.han)
    job = checked(client, [ROW])
    client.post(reverse("imports:confirm", args=[job.key]), {"fingerprint": "another"})
    job.refresh_from_db()
    assert job.state == JobState.READY


def test_imports_of_others_do_not_exist(world: World) -> None:
    job = checked(browser(world.han), [ROW])
    for name in ("job", "progress", "errors"):
        where = reverse(f"imports:{name}", args=[job.key])
        assert browser(world.sys).get(where).status_code == 404
    for name in ("confirm", "discard"):
        where = reverse(f"imports:{name}", args=[job.key])
        assert browser(world.sys).post(where).status_code == 404


@pytest.mark.parametrize("key", ["zhou", "lin", "nobody", "gu_account", "qian"])
def test_without_the_action_there_is_nothing_to_import(world: World, key: str) -> None:
    client = browser(world.people[key])
    assert START not in client.get("/imports/").content.decode()
    assert client.get(START).status_code == 404
    assert client.get(f"{START}template.xlsx").status_code == 404


def test_the_template_is_a_workbook_with_a_name(world: World) -> None:
    answer = browser(world.han).get(f"{START}template.xlsx")
    assert answer.content.startswith(b"PK")
    assert "filename*" in answer["Content-Disposition"]


def test_the_kept_file_is_unreadable_in_the_database(world: World) -> None:
    upload(browser(world.han), [ROW])
    stored = bytes(Job.objects.latest("pk").upload.content)
    assert ROW[0].encode() not in stored
    assert decrypt_bytes(stored) == csv_file([HEAD, ROW])
