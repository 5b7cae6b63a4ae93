"""Indexes that answer the lists without reading rows: where a student stands, and the sort key."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("students", "0008_plain_histories")]

    operations = [
        migrations.RemoveIndex(model_name="placement", name="students_pl_student_5282bf_idx"),
        migrations.AddIndex(
            model_name="placement",
            index=models.Index(
                fields=["student", "tree", "since"],
                include=("unit", "until"),
                name="placement_of_student",
            ),
        ),
        migrations.AddIndex(
            model_name="student",
            index=models.Index(fields=["id"], include=("pinyin",), name="student_sort_key"),
        ),
    ]
