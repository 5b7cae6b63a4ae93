from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("partybranch", "0001_initial")]

    operations = [
        migrations.RenameField("partyorganization", "college", "college_side"),
        migrations.RenameField("partyorganization", "academy", "academy_side"),
    ]
