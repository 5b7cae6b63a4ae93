from tests.web.test_every_url import *  # noqa
import tests.web.test_every_url as t

for name in list(globals()):
    if name.startswith("test_"):
        del globals()[name]
MINE = [
    r
    for r in t.ADDRESSES
    if r.name.startswith(("students:link", "students:ratio"))
    or r.name in ("web:members", "web:account_word", "web:renew")
]


@pytest.mark.django_db
def test_rows(clients, known):
    found = []
    for row in MINE:
        with transaction.atomic():
            found += row.faults(clients, known, EVERYBODY.split())
            transaction.set_rollback(True)
    assert not found, "\n".join(found)


@pytest.mark.django_db
def test_fail(clients, known, doors):
    doors.leave_open("all")
    guarded = {row.name for row in MINE if not row.free}
    safe = [
        n
        for n in sorted(guarded)
        if not is_noticed([r for r in MINE if r.name == n], clients, known)
    ]
    assert not safe, "\n".join(safe)


@pytest.mark.django_db
def test_doors(clients, known, doors):
    used = {}
    for row in (row for row in MINE if not row.free):
        doors.seen.clear()
        with transaction.atomic():
            list(row.faults(clients, known, row.shut_out()))
            transaction.set_rollback(True)
        for door in doors.seen:
            used.setdefault(door, []).append(row)
    un = []
    for door in sorted(written_doors()):
        if not any(
            x in door
            for x in ("links.py", "ratios.py", "link_posts.py", "contract_group.py", "contracts.py")
        ):
            continue
        doors.leave_open(door)
        if not is_noticed(used.get(door, []), clients, known):
            un.append(door)
    assert not un, "\n".join(un)


def test_named():
    t.test_every_named_address_has_a_line_in_the_table()
