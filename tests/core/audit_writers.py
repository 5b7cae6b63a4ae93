"""A program for test_audit_killed: write entries and seal them until the database goes away.

Prints the number of each entry after its commit.
"""

import os
import threading

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.test")
django.setup()

from django.db import Error, connection, transaction  # noqa: E402

from portal.core import audit  # noqa: E402
from portal.core.auditlog import chain  # noqa: E402
from portal.core.models import User  # noqa: E402


def write(number: int) -> None:
    try:
        while True:
            with transaction.atomic(), connection.cursor() as cursor:
                audit.record(actor=None, action="look", obj=User(pk=number))
                cursor.execute("SELECT currval('core_auditentry_id_seq')")
                pk = cursor.fetchone()[0]
            os.write(1, f"{pk}\n".encode())  # whole lines, also from two threads
    except Error:
        return


def seal() -> None:
    try:
        while True:
            chain.seal(batch=50)
    except Error:
        return


threads = [threading.Thread(target=write, args=(number,)) for number in range(2)]
threads.append(threading.Thread(target=seal))
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
