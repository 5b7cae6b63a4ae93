"""A program for test_kills: a campus in an empty database, ready to be logged on, handed over and
written to. Prints what the test needs as one line of JSON.

zhou is responsible for ``CASES`` cases and has sent them all to he; ``MAILS`` people have a digest
that is due, each with an unread notice to tell of.
"""

import datetime as dt
import json
import os
from importlib import import_module

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.test")
django.setup()

from django.conf import settings  # noqa: E402
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402
from django.core.management.sql import emit_post_migrate_signal  # noqa: E402
from django.utils import timezone  # noqa: E402

from casework.domain.transitions_bulk import send_cases  # noqa: E402
from casework.models import Case, Transition  # noqa: E402
from portal.core.accounts.gate import LOCAL  # noqa: E402
from portal.core.domain.mails import promise_mails  # noqa: E402
from portal.core.models import MailKind, MailRhythm, Notification, User  # noqa: E402
from tests.api_client import token_of  # noqa: E402
from tests.world import World, build_world  # noqa: E402

CASES, MAILS = 30, 24


def cases(world: World) -> list[int]:
    made = []
    for number in range(CASES):
        world.add_student(f"s{number}", f"学生{number}", f"22306{number:05d}", "c2301", "mingde23",
                          entry_year=2023)  # fmt: skip
        made.append(world.add_case(f"s{number}", owner=world.zhou))
    moves = send_cases(actor=world.zhou, cases=made, to=world.he, words="换岗，请接手这些学生")
    return sorted(move.pk for move in moves)


def mails(world: World) -> int:
    people = [
        User(username=f"m{number:02d}", name=f"收件人{number}", email=f"m{number:02d}@example.edu")
        for number in range(MAILS)
    ]
    User.objects.bulk_create(people)
    MailRhythm.objects.bulk_create(
        [MailRhythm(user=one, quiet_from=0, quiet_until=0) for one in people]
    )
    Notification.objects.bulk_create([Notification(user=one, key="x", text="x") for one in people])
    now = timezone.now()
    return promise_mails(
        people=[one.pk for one in people], kind=MailKind.DIGEST, key="slot:today", due_at=now,
        gone_at=now + dt.timedelta(hours=12),
    )  # fmt: skip


def session(person: User) -> str:
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    store[SESSION_KEY] = str(person.pk)
    store[BACKEND_SESSION_KEY] = LOCAL
    store[HASH_SESSION_KEY] = person.get_session_auth_hash()
    store.create()
    return str(store.session_key)


def main() -> None:
    emit_post_migrate_signal(0, False, "default")
    world = build_world()
    known = {
        "token": token_of(world.zhou), "moves": cases(world), "mails": mails(world),
        "session": session(world.he), "he": world.he.pk, "student_no": world.song.student_no,
    }  # fmt: skip
    assert Transition.objects.count() == CASES
    assert Case.objects.filter(owner=world.zhou).count() == CASES
    print(json.dumps(known))


if __name__ == "__main__":
    main()
