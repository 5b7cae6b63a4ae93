"""No address without a line in the table; no line that could not fail."""

import datetime as dt
import uuid
from typing import Any

import pytest
from django.contrib import admin
from django.db import transaction
from django.test import Client
from django.urls import resolve
from django.utils import timezone

from casework.domain.follow_ups import log_follow_up
from casework.domain.lock_outs import lock_out
from casework.enums import Channel, Confidentiality
from casework.models import Case, FollowUp, Plan, PlanStep, Seat
from cohorts.domain.handover import propose_handover
from cohorts.domain.letters import issue_letters
from cohorts.domain.tasks import give_task
from cohorts.models import Contract, LinkKind
from portal.core.domain.import_jobs import KIND
from portal.core.models import Job, JobState, Upload
from students.domain.link_runs import assign_links
from students.domain.movement import take_leave
from students.domain.movement_checks import Order
from students.models import Placement
from tests.core.test_audit import make_token
from tests.web.address_table import ADDRESSES, ADMIN, FURTHER, POST_ONLY, SLOW
from tests.web.addresses import EVERYBODY, Address, walk
from tests.web.addresses_study import BY_POST
from tests.web.doors import SECOND_LOCKS, Doors, written_doors
from tests.web.sealed_life import plant
from tests.web.test_second_doors import WATCHED
from tests.world import World

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("_no_copied_contexts", "_lasting_frames", "_plain_refusals"),
]  # fmt: skip
# So that workers share a long test.
PARTS = 3

WORDS, NOTE_WORDS = "谈了热力学作业与补考安排", "家中近况只留专班知悉"


@pytest.fixture
def known(world: World) -> dict[str, Any]:
    """Values for the placeholders of the table, after a little life on the campus."""
    case, other = world.add_case("gu", "RED"), world.add_case("song")
    talk = log_follow_up(
        actor=world.zhou, student=world.gu, channel=Channel.FACE, content=WORDS,
        happened_at=timezone.now() - dt.timedelta(days=2),
    )  # fmt: skip
    note = log_follow_up(
        actor=world.zhou, student=world.gu, channel=Channel.FACE, content=NOTE_WORDS,
        happened_at=timezone.now() - dt.timedelta(days=2),
        confidentiality=Confidentiality.RESTRICTED,
    )  # fmt: skip
    lost = FollowUp.objects.create(
        author=world.lu, student=world.cheng, channel=Channel.FACE, content=WORDS,
        happened_at=timezone.now() - dt.timedelta(days=90),
    )  # fmt: skip
    # A case that stayed with lu although the student is not his any more.
    left = world.add_case("cheng")
    Case.objects.filter(pk=left.pk).update(owner=world.lu)
    sealed = plant(world)
    lock = lock_out(actor=None, case=case, person=world.psy, reason="与学生有亲属关系")
    upload = Upload.objects.create(owner=world.han, name="han.xlsx", content=b"x", sha256="0")
    job = Job.objects.create(
        owner=world.han, kind=KIND, params={"import": "roster"}, upload=upload, report=b"x",
        state=JobState.CANCELLED,
    )  # fmt: skip
    # A group of the other college, which jiang must not renew.
    Contract.objects.create(
        cohort_id=world.mech23.pk, academic_year="2026-2027", starts_on=dt.date(2026, 9, 1)
    )
    # A bulk assignment of jiang beside wang's own link to gu.
    run = assign_links(
        actor=world.jiang, key=uuid.uuid4(), kind=LinkKind.objects.get(code="tutor"),
        pairs=[(world.luo.pk, world.lu.pk)], starts_on=timezone.localdate(),
    )  # fmt: skip
    (letter,) = issue_letters(actor=None, posts=[world.posts["shen"]])
    paper = propose_handover(
        actor=world.sec, post=world.posts["zhou"], receivers={}, successor=world.nobody
    )
    ahead = Order(timezone.localdate() + dt.timedelta(days=9), "休养", "〔2026〕1号")
    movement = take_leave(actor=world.han, student=world.ye, order=ahead)
    # lin sits in the force of gu's case, where a post leads him anyway, and has a step of its plan.
    seat = Seat.objects.create(
        case=case, person=world.lin, duty="组长", starts_on=timezone.localdate()
    )
    plan = Plan.objects.create(case=case, goal="通过两门课程", made_on=timezone.localdate())
    step = PlanStep.objects.create(
        plan=plan, text="宿舍走访", owner=world.lin, due_on=timezone.localdate()
    )
    task = give_task(
        actor=world.lin, owner=world.lu, unit=world.c2301, text="核对考勤表",
        due_on=timezone.localdate(),
    )  # fmt: skip
    found = (
        {key: unit.pk for key, unit in world.units.items()}
        | {f"no_{key}": one.student_no for key, one in world.students.items()}
        | {key: one.pk for key, one in world.students.items()}
        | {"bed": Placement.objects.get(student=world.gu, unit=world.room412).pk}
        | {"post_lu": world.posts["lu"].pk}
        | {"token": make_token(world.zhou).pk}
        | {"case": case.pk, "case_song": other.pk, "contract": world.contract.pk}  # type: ignore[union-attr]
        | {"run": run.key, "link": world.gu.links.get().pk, "link_run": run.links.get().pk}
        | {"movement": movement.pk}
        | {"wang": world.wang.pk, "lu": world.lu.pk}
        | {"lock": lock.pk, "task": task.pk, "seat": seat.pk, "step": step.pk}
        | sealed
        | {"talk": talk.pk, "note": note.pk, "lost": lost.pk}
        | {"letter": letter.pk, "paper": paper.pk}
        | {f"post_{key}": post.pk for key, post in world.posts.items()}
        | {"job": job.key, "words": WORDS, "note_words": NOTE_WORDS}
        | {"tomorrow": (timezone.localdate() + dt.timedelta(days=1)).isoformat()}
    )
    for part in FURTHER:
        found |= part.known(world, found)
    return found


@pytest.fixture
def doors(monkeypatch: pytest.MonkeyPatch) -> Doors:
    return Doors(monkeypatch)


@pytest.fixture
def clients(world: World) -> dict[str, Client]:
    """Everybody of the cast, logged in."""
    found = {}
    for key in EVERYBODY.split():
        found[key] = Client()
        found[key].force_login(world.people[key])
    return found


def is_noticed(rows: list[Address], clients: dict[str, Client], known: dict[str, Any]) -> bool:
    """Whether somebody who is shut out gets further than the table says."""
    for row in rows:
        with transaction.atomic():
            try:
                found = next(iter(row.faults(clients, known, row.shut_out())), None)
            except Exception:  # a page that breaks is noticed as well
                return True
            finally:
                transaction.set_rollback(True)
        if found:
            return True
    return False


def test_every_named_address_has_a_line_in_the_table() -> None:
    listed = {row.name for row in ADDRESSES} | SLOW
    models = tuple(f"{m._meta.app_label}_{m._meta.model_name}_" for m in admin.site._registry)
    unlisted = []
    for name, pattern in walk():
        space, _, short = name.rpartition(":")
        if space == "admin":
            if short not in ADMIN and not short.startswith(models):
                unlisted.append(name)
        elif name not in listed and not str(pattern.pattern).startswith(("<path:", "(?P<url>")):
            unlisted.append(name or str(pattern.pattern))
    assert unlisted == []


@pytest.mark.parametrize("part", range(PARTS))
def test_everybody_gets_what_the_table_says(
    clients: dict[str, Client], known: dict[str, Any], part: int
) -> None:
    found = []
    for row in ADDRESSES[part::PARTS]:
        with transaction.atomic():  # what a form writes is gone before the next address
            if row.name == "web:logout":
                continue
            found += row.faults(clients, known, row.asked_by())
            transaction.set_rollback(True)
    assert not found, "\n".join(found)


def test_a_stranger_is_sent_to_the_log_in(world: World, known: dict[str, Any]) -> None:
    for row in ADDRESSES:
        if not row.is_public:
            answer = row.ask(Client(), known)
            if row.name.startswith("api:"):  # a program is told so, not led to a form
                assert answer.status_code == 401, row.title
                continue
            assert answer.status_code == 302, row.title
            assert answer["Location"].startswith("/login/"), row.title


@pytest.mark.parametrize(
    "change", [{"is_active": False}, {"expires_on": dt.date(2026, 1, 31)}], ids=["frozen", "ended"]
)
def test_an_open_session_of_a_closed_account_is_over(
    world: World, known: dict[str, Any], change: dict[str, Any]
) -> None:
    clients = {}
    for key in ("lin", "zhou", "sys"):
        clients[key] = Client()
        clients[key].force_login(world.people[key])
        type(world.people[key]).objects.filter(pk=world.people[key].pk).update(**change)
    for row in ADDRESSES:
        if not row.is_public:
            for key, client in clients.items():
                answer = row.ask(client, known)
                if row.name.startswith("api:"):
                    assert answer.status_code == 401, (row.title, key)
                    continue
                assert answer.status_code == 302, (row.title, key)
                assert answer["Location"].startswith("/login/"), (row.title, key)


def test_a_leader_of_another_college_finds_nothing(world: World, known: dict[str, Any]) -> None:
    world.add_person("ding", "丁一鸣")
    world.add_post("ding", "deputy_secretary", "mech")
    client = Client()
    client.force_login(world.ding)
    for row in ADDRESSES:
        # Rules name nobody; every college reads them.
        if row.free == BY_POST or row.name.startswith("students:warning_set"):
            continue
        if "{" in row.args and "mech" not in row.args and "song" not in row.args:
            assert row.ask(client, known).status_code == row.others, row.title


def test_what_writes_answers_only_to_post(world: World, known: dict[str, Any]) -> None:
    client = Client()
    client.force_login(world.zhou)
    for name in sorted(POST_ONLY):
        row = next(row for row in ADDRESSES if row.name == name)
        assert row.post is not None, row.title
        assert client.get(row.url(known)).status_code == 405, row.title


def test_a_forged_form_changes_nothing(world: World, known: dict[str, Any]) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.zhou)
    for row in ADDRESSES:
        if row.post is not None:
            assert row.ask(client, known).status_code == 403, row.title


def test_every_line_about_records_can_fail(
    clients: dict[str, Client], known: dict[str, Any], doors: Doors
) -> None:
    """With the rule switched off, the table objects to every address that shows records."""
    doors.leave_open("all")
    guarded = {row.name for row in ADDRESSES if not row.free}
    safe = [
        name
        for name in sorted(guarded)
        if not is_noticed([row for row in ADDRESSES if row.name == name], clients, known)
    ]
    assert not safe, "\n".join(safe)


def test_every_single_door_is_watched(
    clients: dict[str, Client], known: dict[str, Any], doors: Doors
) -> None:
    """Each call of the rule in the pages, switched off alone, is noticed by some line."""
    guarded = [row for row in ADDRESSES if not row.free]
    left, used = sorted(written_doors() - SECOND_LOCKS - WATCHED), {}
    # Most doors show themselves to a few of those who are shut out, and the rest at the addresses
    # whose view is written in the same file.
    for people, nearby in ((3, False), (len(EVERYBODY), True), (len(EVERYBODY), False)):
        if left:
            doors.leave_open("")
            files = {door.split()[0] for door in left}
            rows = [row for row in guarded if not nearby or file_of_view(row, known) in files]
            used = lines_by_door(rows, people, clients, known, doors)
        unnoticed = []
        for door in left:
            doors.leave_open(door)
            if not is_noticed(used.get(door, []), clients, known):
                unnoticed.append(door)
        left = unnoticed
    assert not left, "\n".join(f"{one}: {len(used.get(one, []))} lines" for one in left)
    assert written_doors() >= SECOND_LOCKS | WATCHED


def file_of_view(row: Address, known: dict[str, Any]) -> str:
    view = resolve(row.url(known).partition("?")[0]).func
    module: str = getattr(view, "view_class", view).__module__
    return f"{module.replace('.', '/')}.py"


def lines_by_door(
    rows: list[Address], people: int, clients: dict[str, Client], known: dict[str, Any],
    doors: Doors,
) -> dict[str, list[Address]]:  # fmt: skip
    """Which lines go through which call of the rule, asked by some of those who are shut out."""
    used: dict[str, list[Address]] = {}
    for row in rows:
        doors.seen.clear()
        with transaction.atomic():
            list(row.faults(clients, known, row.shut_out()[:people]))
            transaction.set_rollback(True)
        for door in doors.seen:
            used.setdefault(door, []).append(row)
    return used
