"""A kept schema holds no rows: what is written after migrations is that of the present code."""

import os

import pytest
from django.core.management import call_command
from django.db import connection

from portal.embedded import schema_copies


def rows_by_table() -> dict[str, int]:
    found = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT count(*) FROM "{table}"')
            found[table] = int(cursor.fetchone()[0])
    return found


@pytest.mark.django_db(transaction=True)
def test_migrations_write_no_rows_that_a_kept_schema_would_lose() -> None:
    """In a parallel run the template has just been migrated; a run of a few tests begins with a
    kept schema itself and compares like with like."""
    template = os.environ.get(schema_copies.TEMPLATE)
    own, probe = connection.settings_dict["NAME"], f"{connection.settings_dict['NAME']}_probe"
    if template:
        schema_copies.create(probe, template)
        connection.close()
        connection.settings_dict["NAME"] = probe
    try:
        migrated = rows_by_table()
    finally:
        connection.close()
        connection.settings_dict["NAME"] = own
        if template:
            schema_copies.drop(probe)
    call_command("flush", verbosity=0, interactive=False)
    written_anew = rows_by_table()
    assert written_anew == migrated
    assert written_anew["cohorts_role"] > 0
    assert written_anew["casework_caselevel"] > 0
