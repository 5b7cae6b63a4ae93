"""The chain over the audit trail: sealed, checked, archived, and broken by hand."""

import datetime as dt
import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from portal.core import audit
from portal.core.auditlog import archive, chain, checkpoint, partitions
from portal.core.auditlog.verify import verify
from portal.core.errors import DomainError
from portal.core.models import AuditArchive, AuditEntry, AuditSeal, User


@pytest.fixture(autouse=True)
def audit_dir(settings: Any, tmp_path: Path) -> Path:
    settings.AUDIT_DIR = str(tmp_path / "audit")
    return tmp_path / "audit"


@pytest.fixture
def someone(db: None) -> User:
    user = User.objects.create(username="t1", name="甲")
    for number in range(5):
        audit.record(actor=user, action="look", obj=user, number=number, word="审计")
    return user


def sql(statement: str, *params: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)


def by_force(statement: str, *params: Any) -> None:
    """What somebody with the table's ownership can do: switch the guards off first."""
    tables = ("core_auditentry", "core_auditseal")
    sql("SET CONSTRAINTS ALL IMMEDIATE")
    for table in tables:
        sql(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    sql(statement, *params)
    for table in tables:
        sql(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def at(day: dt.date, user: User, count: int = 3) -> None:
    """Entries of an earlier month, as they were written then."""
    moment = dt.datetime.combine(day, dt.time(12), timezone.get_current_timezone())
    for number in range(count):
        sql(
            "INSERT INTO core_auditentry (at, actor_id, action, object_type, object_id, detail)"
            " VALUES (%s, %s, 'look', 'user', %s, '{}')",
            moment, user.pk, str(number),
        )  # fmt: skip


def second_entry() -> int:
    return AuditEntry.objects.order_by("pk")[1].pk


@pytest.mark.parametrize("table", ["core_auditentry", "core_auditseal", "{part}", "{rest}"])
@pytest.mark.parametrize("verb", ["UPDATE {0} SET {1} = {1}", "DELETE FROM {0}", "TRUNCATE {0}"])
def test_no_door_to_the_table_or_a_part_of_it_changes_anything(
    someone: User, table: str, verb: str
) -> None:
    chain.seal()
    part = partitions.name_of(timezone.localdate().replace(day=1))
    name = table.format(part=part, rest="core_auditentry_rest")
    if name == "core_auditentry_rest":
        at(dt.date(1999, 1, 1), someone)
    column = "made_at" if name == "core_auditseal" else "at"
    sql("SET CONSTRAINTS ALL IMMEDIATE")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        sql(verb.format(name, column))


def test_a_row_costs_one_statement(someone: User, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        audit.record(actor=someone, action="look", obj=someone)


def test_the_chain_holds_and_grows_by_what_is_new(someone: User) -> None:
    assert chain.seal(batch=2) == 5
    assert [seal.count for seal in AuditSeal.objects.order_by("no")] == [2, 2, 1]
    assert chain.seal() == 0
    audit.record(actor=None, action="look", obj=someone)
    assert verify().unsealed == 1
    assert chain.seal() == 1
    report = verify()
    assert (report.seals, report.entries, report.unsealed, report.faults) == (4, 6, 0, [])


def test_an_entry_that_was_committed_late_joins_the_next_seal(someone: User) -> None:
    late = second_entry()
    row = AuditEntry.objects.values_list("at", "detail").get(pk=late)
    by_force("DELETE FROM core_auditentry WHERE id = %s", late)
    assert chain.seal() == 4
    sql(
        "INSERT INTO core_auditentry (id, at, action, object_type, object_id, detail)"
        " VALUES (%s, %s, 'look', 'user', '1', %s)",
        late, row[0], json.dumps(row[1]),
    )  # fmt: skip
    assert chain.seal() == 1
    assert not verify().faults


CHANGES = {
    "action": "UPDATE core_auditentry SET action = 'x' WHERE id = %s",
    "actor": "UPDATE core_auditentry SET actor_id = NULL WHERE id = %s",
    "object": "UPDATE core_auditentry SET object_id = '0' WHERE id = %s",
    "detail": "UPDATE core_auditentry SET detail = '{}' WHERE id = %s",
    "address": "UPDATE core_auditentry SET ip = '10.0.0.1' WHERE id = %s",
    "time": "UPDATE core_auditentry SET at = at - interval '1 second' WHERE id = %s",
    "row": "DELETE FROM core_auditentry WHERE id = %s",
}


@pytest.mark.parametrize("statement", CHANGES.values(), ids=CHANGES)
def test_a_row_changed_by_sql_is_found_and_named(someone: User, statement: str) -> None:
    chain.seal()
    pk = second_entry()
    by_force(statement, pk)
    assert [fault.entry for fault in verify().faults] == [pk]


def test_a_change_before_the_seal_is_found_as_well(someone: User) -> None:
    pk = second_entry()
    by_force("UPDATE core_auditentry SET action = 'x' WHERE id = %s", pk)
    assert [fault.entry for fault in verify().faults] == [pk]
    chain.seal()
    assert [fault.entry for fault in verify().faults] == [pk]


def test_a_row_rewritten_with_its_seal_breaks_the_signature(someone: User) -> None:
    chain.seal(batch=2)
    first = AuditSeal.objects.order_by("no").first()
    assert first is not None
    by_force("DELETE FROM core_auditentry WHERE id = %s", second_entry())
    first.ids, first.count, first.digests = (
        chain.to_ranges(list(chain.from_ranges(first.ids))[:1]), 1, bytes(first.digests)[:32])  # fmt: skip
    by_force(
        "UPDATE core_auditseal SET ids = %s, count = 1, digests = %s, hash = %s WHERE no = 1",
        first.ids, first.digests, chain.link(first),
    )  # fmt: skip
    assert {fault.seal for fault in verify().faults} == {1, 2}


def test_a_second_row_under_a_known_number_is_found(someone: User) -> None:
    chain.seal()
    sql(
        "INSERT INTO core_auditentry (id, at, action, object_type, object_id, detail)"
        " SELECT id, now() + interval '1 minute', 'x', '', '', '{}' FROM core_auditentry"
        "  ORDER BY id LIMIT 1"
    )
    assert verify().faults


def test_a_chain_cut_off_at_its_end_is_found_by_the_note_outside(
    someone: User, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        chain.seal(batch=2)
    note = checkpoint.read()
    assert note is not None
    assert note.no == 3
    assert not verify().faults
    by_force("DELETE FROM core_auditseal WHERE no = 3")
    by_force("DELETE FROM core_auditentry WHERE id = (SELECT max(id) FROM core_auditentry)")
    assert {fault.seal for fault in verify().faults} == {3}


def test_a_forged_note_is_refused(someone: User, audit_dir: Path) -> None:
    chain.seal()
    verify()
    (path,) = audit_dir.glob("checkpoint-*.json")
    path.write_text(path.read_text().replace('"no": 1', '"no": 0'))
    assert verify().faults


def test_a_seal_signed_by_a_retired_key_still_counts(someone: User, settings: Any) -> None:
    from cryptography.fernet import Fernet

    chain.seal()
    settings.FIELD_KEYS = [Fernet.generate_key().decode(), *settings.FIELD_KEYS]
    assert not verify().faults
    settings.FIELD_KEYS = settings.FIELD_KEYS[:1]
    assert verify().faults


def test_the_command_checks_what_is_new_and_tells_the_first_broken_row(someone: User) -> None:
    out = StringIO()
    call_command("verify_audit", stdout=out)
    old = second_entry()
    by_force("UPDATE core_auditentry SET action = 'x' WHERE id = %s", old)
    audit.record(actor=None, action="look", obj=someone)
    call_command("verify_audit", "--new", stdout=out)  # what was checked is taken on trust
    with pytest.raises(SystemExit) as end:
        call_command("verify_audit", stdout=out)
    assert end.value.code == 1
    assert str(old) in out.getvalue().splitlines()[-2]


def test_months_are_made_ahead_and_rows_in_the_net_move_into_theirs(someone: User) -> None:
    day = dt.date(2031, 5, 20)
    at(day, someone)
    sql("SET CONSTRAINTS ALL IMMEDIATE")
    made = partitions.make_ahead(dt.date(2031, 1, 3))
    assert made == [f"core_auditentry_2031_{month:02}" for month in (1, 2, 3, 4, 5)]
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM core_auditentry_2031_05")
        assert cursor.fetchone()[0] == 3
    assert partitions.make_ahead(dt.date(2031, 1, 3)) == []
    with pytest.raises(DatabaseError), transaction.atomic():
        sql("DELETE FROM core_auditentry_2031_05")


def test_old_months_go_to_files_and_the_chain_goes_on(someone: User, audit_dir: Path) -> None:
    at(dt.date(2025, 1, 20), someone, 4)
    at(dt.date(2025, 2, 20), someone)
    sql("SET CONSTRAINTS ALL IMMEDIATE")
    made = archive.archive_before(dt.date(2025, 2, 15))
    assert [(kept.name, kept.count) for kept in made] == [("audit-2025-01-1.jsonl.gz", 4)]
    assert AuditEntry.objects.filter(at__year=2025).count() == 3
    assert AuditEntry.objects.filter(action="archive_audit").count() == 1
    report = verify()
    assert (report.faults, report.archived) == ([], 4)
    path = audit_dir / made[0].name
    assert path.stat().st_mode & 0o077 == 0
    whole = path.read_bytes()
    path.write_bytes(whole[:-20])
    assert verify().faults
    path.unlink()
    assert verify().faults
    assert not verify(without_archive=True).faults
    path.write_bytes(whole)
    assert not verify().faults


def test_what_is_broken_or_young_is_not_archived(someone: User) -> None:
    at(dt.date(2025, 1, 20), someone)
    sql("SET CONSTRAINTS ALL IMMEDIATE")
    with pytest.raises(DomainError):
        archive.archive_before(timezone.localdate())
    partitions.make_ahead()
    chain.seal(look_back=None)
    by_force("UPDATE core_auditentry SET action = 'x' WHERE at < '2025-02-01'")
    with pytest.raises(DomainError):
        archive.archive_before(dt.date(2025, 3, 1))
    assert not AuditArchive.objects.exists()


def test_bulk_work_is_one_row_that_counts_its_records(someone: User) -> None:
    audit.record_many(actor=someone, action="look", model=User, ids=[1, 2])
    row = AuditEntry.objects.latest("pk")
    assert (row.detail["count"], row.detail["ids"]) == (2, [1, 2])
