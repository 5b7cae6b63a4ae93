"""Deltas of the API read histories by time: block ranges, which cost a write next to nothing."""

from django.db import migrations

HISTORIES = (
    "cohorts_unitevent", "cohorts_appointmentevent", "students_studentevent",
    "students_placementevent", "casework_caseevent", "casework_ledgerentryevent",
)  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [
        ("cohorts", "0001_initial"),
        ("students", "0001_initial"),
        ("casework", "0001_initial"),
    ]
    operations = [
        migrations.RunSQL(
            f"CREATE INDEX {table}_when ON {table} USING brin (pgh_created_at)",
            f"DROP INDEX {table}_when",
        )
        for table in HISTORIES
    ]
