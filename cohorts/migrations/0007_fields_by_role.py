"""Existing roles get the actions that open a student's particulars field by field.

A new installation gets them from the catalogue. Here only roles that the catalogue knows are
widened, exactly to what the access matrix gives them; the security administrator's other changes
stay. Grants in force follow in the same transaction, as reconcile() would write them.
"""

from django.db import migrations

_FIELDS = "see_masked see_phone see_identity see_health see_aid_tier see_aid see_care_hint"
_NEAR = "see_masked see_phone see_aid_tier see_care_hint"
_HEAD = f"{_FIELDS} break_glass see_readers"
ROLES = {
    "party_secretary": _HEAD,
    "dean": _FIELDS,
    "deputy_secretary": f"{_HEAD} view_as",
    "academy_director": f"{_HEAD} view_as",
    "contract_leader": _FIELDS,
    "counsellor": _FIELDS,
    "part_counsellor": _FIELDS,
    "class_adviser": _NEAR,
    "organiser": "see_masked",
    "clerk": "see_masked",
    "secadmin": "view_as",
}
LINKS = {"tutor": _NEAR}

_GRANTS = """
    INSERT INTO cohorts_grant (user_id, permission_id, content_object_id, starts_on, ends_on)
    SELECT DISTINCT a.person_id, p.permission_id, a.unit_id, a.starts_on, a.ends_on
      FROM cohorts_appointment a JOIN cohorts_role_permissions p ON p.role_id = a.role_id
     WHERE a.revoked_at IS NULL AND (a.ends_on IS NULL OR a.ends_on >= current_date)
       AND p.permission_id = ANY(%s)
    ON CONFLICT DO NOTHING
"""


def widen(apps, schema_editor):
    known = {}
    content_types = apps.get_model("contenttypes", "ContentType")
    permissions = apps.get_model("auth", "Permission")

    def permission(code):
        if code not in known:
            unit, _made = content_types.objects.get_or_create(app_label="cohorts", model="unit")
            known[code], _made = permissions.objects.get_or_create(
                content_type=unit, codename=code, defaults={"name": code}
            )
        return known[code]

    for model, table in (("Role", ROLES), ("LinkKind", LINKS)):
        for row in apps.get_model("cohorts", model).objects.filter(code__in=table):
            row.permissions.add(*(permission(code) for code in table[row.code].split()))
    if known:
        with schema_editor.connection.cursor() as cursor:
            cursor.execute(_GRANTS, [[one.pk for one in known.values()]])


class Migration(migrations.Migration):
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("cohorts", "0006_posts"),
    ]

    operations = [migrations.RunPython(widen, migrations.RunPython.noop)]
