"""Rows of the closure table know whether they lead to a dwelling or a party branch.

The reach of a person is read on every page; asking the kind of each of 1,800 units below cost
ten times the reading of the closure itself.
"""

from django.db import migrations, models

FILL = """
UPDATE cohorts_unittree t SET is_inner = true FROM cohorts_unit u
 WHERE u.id = t.descendant_id AND u.kind IN ('building', 'floor', 'room', 'party')
"""


class Migration(migrations.Migration):
    dependencies = [("cohorts", "0008_plain_histories")]

    operations = [
        migrations.RemoveConstraint(model_name="unittree", name="unittree_pair"),
        migrations.AddField(
            model_name="unittree",
            name="is_inner",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="unittree",
            constraint=models.UniqueConstraint(
                fields=["ancestor", "descendant"],
                include=["depth", "is_inner"],
                name="unittree_pair",
            ),
        ),
    ]
