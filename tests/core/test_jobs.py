"""Jobs: done once whatever happens to messages and workers, seen while they run."""

import datetime as dt
import signal
import uuid

import pytest
from django.db import connection, transaction
from django.utils import timezone

from cohorts.domain.appointments import end_appointment
from portal.core.domain import import_jobs, jobs
from portal.core.domain.imports import import_kind
from portal.core.models import Job, JobState, User
from portal.core.tasks import run_job
from students.models import Student
from tests.sheets import csv_file
from tests.worker import start_worker, until
from tests.world import World, build_world

HEAD = ["学号", "姓名", "班级"]
ROWS = [[f"22305190{n:02}", "何晓彤", "化工2301"] for n in range(20)]


def start(world: World, rows: list[list[str]] = ROWS, key: uuid.UUID | None = None) -> Job:
    kind = import_kind("roster")
    assert kind is not None
    return import_jobs.start_import(
        actor=world.sys, kind=kind, name="名册.csv", content=csv_file([HEAD, *rows]),
        since=timezone.localdate(), key=key or uuid.uuid4(),
    )  # fmt: skip


def ready(world: World) -> Job:
    job = start(world)
    assert jobs.run(job.pk)
    job.refresh_from_db()
    assert job.state == JobState.READY
    return job


def confirm(job: Job, actor: User) -> Job:
    return import_jobs.confirm_import(actor=actor, job=job, fingerprint=job.result["fingerprint"])


def test_a_check_writes_nothing_and_offers_the_difference(world: World) -> None:
    job = ready(world)
    assert job.result["counts"]["new"] == 20
    assert not Student.objects.filter(student_no__startswith="22305190").exists()


def test_a_confirmed_job_writes_once_however_often_it_is_delivered(world: World) -> None:
    job = confirm(ready(world), world.sys)
    assert jobs.run(job.pk)
    assert not jobs.run(job.pk)
    job.refresh_from_db()
    assert job.state == JobState.DONE
    assert Student.objects.filter(student_no__startswith="22305190").count() == 20


def test_confirming_twice_starts_it_once(world: World) -> None:
    job = ready(world)
    confirm(job, world.sys)
    assert confirm(job, world.sys).state == JobState.WAITING


def test_a_form_sent_twice_is_one_job(world: World) -> None:
    key = uuid.uuid4()
    assert start(world, key=key).pk == start(world, key=key).pk
    assert Job.objects.filter(key=key).count() == 1


def test_two_people_confirm_the_same_rows_and_the_second_is_told(world: World) -> None:
    first, second = ready(world), ready(world)
    confirm(first, world.sys)
    confirm(second, world.sys)
    jobs.run(first.pk)
    jobs.run(second.pk)
    second.refresh_from_db()
    assert second.state == JobState.FAILED
    assert second.result["message"]
    assert Student.objects.filter(student_no__startswith="22305190").count() == 20


def test_a_file_with_faults_fails_with_an_error_file(world: World) -> None:
    job = start(world, [["2230519001", "何晓彤", "化工9999"]])
    jobs.run(job.pk)
    job.refresh_from_db()
    assert job.state == JobState.FAILED
    assert job.result["fault_count"] == 1
    assert bytes(job.report).startswith(b"PK")


def test_a_stored_file_that_changed_is_refused(world: World) -> None:
    job = ready(world)
    job.upload.content = csv_file([HEAD, ["2230519099", "丁一", "化工2301"]])
    job.upload.save(update_fields=["content"])
    confirm(job, world.sys)
    jobs.run(job.pk)
    job.refresh_from_db()
    assert job.state == JobState.FAILED
    assert not Student.objects.filter(student_no="2230519099").exists()


def test_rights_that_ended_between_check_and_confirm_stop_the_import(world: World) -> None:
    job = confirm(ready(world), world.sys)
    end_appointment(actor=None, post=world.posts["sys"])
    jobs.run(job.pk)
    job.refresh_from_db()
    assert job.state == JobState.FAILED
    assert not Student.objects.filter(student_no__startswith="22305190").exists()


def test_a_job_that_breaks_off_three_times_is_given_up(world: World) -> None:
    job = start(world)
    Job.objects.filter(pk=job.pk).update(
        params={**job.params, "attempts": jobs.MAX_ATTEMPTS}, state=JobState.RUNNING
    )
    assert not jobs.run(job.pk)
    job.refresh_from_db()
    assert job.state == JobState.FAILED


# -- with a real worker -----------------------------------------------------------------------


def _waits_for_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'core_auditentry'::regclass"
        )
        return bool(cursor.fetchone()[0])


def _job(pk: int) -> Job:
    found: Job = Job.objects.get(pk=pk)
    return found


@pytest.mark.stack
@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_in_the_middle_leaves_nothing_and_the_next_does_it_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    queue = f"test-{uuid.uuid4().hex}"
    monkeypatch.setattr(run_job, "queue", queue, raising=False)
    world = build_world()
    job = ready(world)
    confirm(job, world.sys)
    jobs.send_job(job.pk)  # a broker may deliver twice
    workers = []
    try:
        # The import writes its audit row last: holding that table stops it with all rows written.
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("LOCK TABLE core_auditentry IN EXCLUSIVE MODE")
            workers.append(start_worker(queue))
            until(_waits_for_lock, "the import to reach its end")
            workers[0].send_signal(signal.SIGKILL)
            workers[0].wait()
        assert not Student.objects.filter(student_no__startswith="22305190").exists()
        assert _job(job.pk).state == JobState.RUNNING
        Job.objects.filter(pk=job.pk).update(beat_at=timezone.now() - dt.timedelta(minutes=5))
        until(lambda: jobs.resend_stranded() == [job.pk], "the dead worker's lock to go")
        workers.append(start_worker(queue))
        until(lambda: _job(job.pk).is_over, "the second worker")
    finally:
        for worker in workers:
            worker.kill()
            worker.wait()
    assert _job(job.pk).state == JobState.DONE
    assert Student.objects.filter(student_no__startswith="22305190").count() == 20
    assert not jobs.run(job.pk)
