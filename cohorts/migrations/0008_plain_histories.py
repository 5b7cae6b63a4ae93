from django.conf import settings
from django.db import migrations

from portal.core.plain_histories import PlainHistories


class Migration(migrations.Migration):
    dependencies = [
        ("cohorts", "0007_fields_by_role"),
        ("pghistory", "0007_auto_20250421_0444"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [PlainHistories()]
