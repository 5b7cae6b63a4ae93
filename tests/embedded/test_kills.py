"""Web, worker and database killed under load: no record lost, none doubled, no mail twice.

Each kill waits for a condition (so many records taken, a hand-over waiting in the middle, a mail
half-way to the mail server), never for a time.
"""

import json
import threading
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import psycopg2
import pytest

from portal.embedded.children import wait_until
from portal.embedded.throwaway import ThrowAwayStack
from tests.embedded.kill_cast import CASES, MAILS
from tests.embedded.kill_site import KillSite, kill
from tests.mail_sink import Sink

pytestmark = [pytest.mark.stack, pytest.mark.django_db]
WRITERS, EACH = 4, 12
WAITING = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
BUSY = """
    SELECT count(*) FROM pg_stat_activity
     WHERE state <> 'idle' AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""


@pytest.fixture(scope="module")
def sink() -> Iterator[Sink]:
    with Sink() as found:
        yield found


@pytest.fixture(scope="module")
def site(django_db_setup: None, tmp_path_factory: Any, sink: Sink) -> Iterator[KillSite]:
    patch = pytest.MonkeyPatch()
    for name in ("DATABASE_URL", "REDIS_URL"):
        patch.delenv(name, raising=False)
    place: Path = tmp_path_factory.mktemp("kills")
    with ThrowAwayStack(durable=True) as stack:
        found = KillSite(stack, place, sink.port)
        try:
            yield found
        finally:
            found.close()
            patch.undo()


def test_records_sent_while_web_and_database_die_are_kept_once_each(site: KillSite) -> None:
    """Writers that send again until they are told, as the phone does without a network."""
    site.start_web()
    keys = [str(uuid.uuid4()) for _one in range(WRITERS * EACH)]
    told: list[str] = []

    def write(mine: list[str]) -> None:
        for key in mine:
            body = json.dumps({
                "client_key": key, "student_no": site.known["student_no"], "channel": "phone",
                "content": f"记录 {key} 的谈话内容",
            })  # fmt: skip
            assert wait_until(lambda sent=body: site.ask(
                "POST", "/api/v1/follow-ups/", sent, Authorization=f"Bearer {site.known['token']}",
                **{"Content-Type": "application/json"},
            ) in (200, 201), 60), site.web and site.web.tail()  # fmt: skip
            told.append(key)

    writers = [
        threading.Thread(target=write, args=(keys[n::WRITERS],), daemon=True)
        for n in range(WRITERS)
    ]
    for one in writers:
        one.start()
    assert wait_until(lambda: len(told) >= 8, 60), site.web and site.web.tail()
    kill(site.web)  # type: ignore[arg-type]
    site.start_web()
    assert wait_until(lambda: len(told) >= 24, 60), site.web and site.web.tail()
    site.kill_database()
    for one in writers:
        one.join(60)
    assert len(told) == len(keys)
    kept = site.sql("SELECT client_key FROM casework_followup").split()
    assert sorted(kept) == sorted(keys)
    assert site.sql("SELECT count(DISTINCT content) FROM casework_followup") == str(len(keys))
    written = "SELECT count(*), count(DISTINCT object_id) FROM core_auditentry WHERE action = "
    assert site.sql(f"{written} 'log_follow_up'") == f"{len(keys)}|{len(keys)}"


def _form_headers(site: KillSite) -> dict[str, str]:
    return {
        "Cookie": f"sessionid={site.known['session']}; csrftoken={'c' * 32}",
        "X-CSRFToken": "c" * 32, "Content-Type": "application/x-www-form-urlencoded",
    }  # fmt: skip


def _dies_in_the_middle(
    site: KillSite, act: Callable[[], int], is_untouched: Callable[[], bool]
) -> None:
    """``act`` is held up at the last of its cases, then the web server dies, then the database."""
    for victim in ("web", "database"):
        answers: list[int] = []
        holder = psycopg2.connect(site.postgres.url.replace("postgres://", "postgresql://"))
        with holder.cursor() as cursor:
            cursor.execute("SELECT 1 FROM casework_case ORDER BY id DESC LIMIT 1 FOR UPDATE")
        sender = threading.Thread(target=lambda: answers.append(act()), daemon=True)  # noqa: B023
        sender.start()
        assert wait_until(lambda: site.sql(WAITING) == "1", 60), site.web and site.web.tail()
        if victim == "web":
            kill(site.web)  # type: ignore[arg-type]
            holder.close()
            site.start_web()
        else:
            site.kill_database()
            holder.close()
        sender.join(60)
        assert answers in ([0], [500]), victim
        assert wait_until(lambda: site.sql(BUSY) == "0", 60)
        assert is_untouched(), victim


def test_a_hand_over_that_dies_in_the_middle_leaves_nothing_and_goes_again(site: KillSite) -> None:
    body = "&".join(f"selected={pk}" for pk in site.known["moves"])

    def state() -> str:
        return site.sql(
            "SELECT (SELECT count(*) FROM casework_transition WHERE accepted_at IS NOT NULL),"
            f"(SELECT count(*) FROM casework_case WHERE owner_id = {site.known['he']}),"
            "(SELECT count(*) FROM core_auditentry WHERE action = 'accept_moves')"
        )

    def accept() -> int:
        return site.ask("POST", "/moves/accept/", body, **_form_headers(site))

    _dies_in_the_middle(site, accept, lambda: state() == "0|0|0")
    assert accept() == 302
    assert state() == f"{CASES}|{CASES}|1"
    accept()
    assert state() == f"{CASES}|{CASES}|1"


def test_a_closing_of_many_that_dies_in_the_middle_leaves_nothing_and_goes_again(
    site: KillSite,
) -> None:
    cases = site.sql("SELECT string_agg(id::text, ',' ORDER BY id) FROM casework_case").split(",")
    body = "&".join(f"selected={pk}" for pk in cases) + "&" + urlencode({
        "step": "do", "outcome": "referred", "reason": "已由医院接手治疗", "evidence": "医院回执与交接单",
    })  # fmt: skip

    def state() -> str:
        return site.sql(
            "SELECT (SELECT count(*) FROM casework_keyrequest WHERE kind = 'close'),"
            "(SELECT count(*) FROM casework_keyturn t JOIN casework_keyrequest q"
            " ON q.id = t.request_id WHERE q.kind = 'close'),"
            "(SELECT count(*) FROM core_auditentry WHERE action = 'ask_keys'"
            " AND detail ->> 'kind' = 'close')"
        )

    def ask() -> int:
        return site.ask("POST", "/ledgers/bulk/close/", body, **_form_headers(site))

    _dies_in_the_middle(site, ask, lambda: state() == "0|0|0")
    assert ask() == 302
    assert state() == f"{CASES}|{CASES}|{CASES}"
    assert ask() == 302  # sent again: each was asked for before
    assert state() == f"{CASES}|{CASES}|{CASES}"


def test_no_mail_is_lost_and_none_comes_twice(site: KillSite, sink: Sink) -> None:
    """Killed while a mail is written, while the server has it and has not answered, and the
    database with mails on their way."""
    assert site.known["mails"] == MAILS
    later = "UPDATE core_outmail SET leased_until = now() - interval '1 s' WHERE state IN ('claimed', 'sending')"  # fmt: skip

    def states() -> dict[str, int]:
        rows = site.sql("SELECT state, count(*) FROM core_outmail GROUP BY state").split()
        return {state: int(number) for state, number in (row.split("|") for row in rows)}

    holder = psycopg2.connect(site.postgres.url.replace("postgres://", "postgresql://"))
    with holder.cursor() as cursor:
        cursor.execute("LOCK TABLE core_notification IN ACCESS EXCLUSIVE MODE")
    # Promising them has sent one task already: with the clock's there are two senders at once.
    site.send_task("portal.core.tasks.send_mails")
    site.start_worker()
    assert wait_until(lambda: states().get("claimed") == 2, 60), site.worker and site.worker.tail()
    # The processes at work alone: the broker hands their tasks to others by itself.
    sink.hold = True
    site.kill_at_work()
    holder.close()
    assert wait_until(lambda: len(sink.taken) == 2, 60), site.worker and site.worker.tail()
    assert states() == {"waiting": MAILS - 4, "claimed": 2, "sending": 2}, "leases still run"

    kill(site.worker)  # type: ignore[arg-type]
    sink.hold = False
    sink.release.set()
    site.sql(later)
    site.start_worker()
    site.send_task("portal.core.tasks.send_mails")
    assert wait_until(lambda: len(sink.taken) >= 8, 60), site.worker and site.worker.tail()
    site.kill_database()

    def all_settled() -> bool:
        site.sql(later.replace("IN ('claimed', 'sending')", "= 'claimed'"))
        site.send_task("portal.core.tasks.send_mails")
        left = states()
        return not {"waiting", "claimed", "sending"} & set(left)

    assert wait_until(all_settled, 60, step=0.5), (states(), site.worker and site.worker.tail())
    assert states() == {"sent": MAILS - 2, "unknown": 2}
    assert len(sink.ids()) == len(set(sink.ids())) == MAILS
    assert site.sql("SELECT count(*) FROM core_notification WHERE key LIKE 'mail:%'") == "2"
    assert site.sql("SELECT count(*) FROM core_auditentry WHERE action = 'send_mail'") == str(
        MAILS - 2
    )
