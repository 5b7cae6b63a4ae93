"""Rooms outnumber all other units, so the usual hundred most common values say little of the rest.

With more of them the planner knows how many students a list of units holds, and reads long lists
in the order of their index.
"""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("students", "0003_history_by_statement")]

    operations = [
        migrations.RunSQL(
            "ALTER TABLE students_placement ALTER COLUMN unit_id SET STATISTICS 1000",
            "ALTER TABLE students_placement ALTER COLUMN unit_id SET STATISTICS -1",
        )
    ]
