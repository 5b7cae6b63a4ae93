from django.conf import settings
from django.db import migrations

from portal.core.plain_histories import PlainHistories


class Migration(migrations.Migration):
    dependencies = [
        ("cohorts", "0008_plain_histories"),
        ("pghistory", "0007_auto_20250421_0444"),
        ("students", "0007_unit_history_and_movement"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [PlainHistories()]
