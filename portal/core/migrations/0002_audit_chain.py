"""The audit trail: month partitions, append-only also for TRUNCATE, digests, seals, archives.

Months run in school time.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import portal.core.models.audit

# Refused for every role, the owner included. The one way past it is a setting of the session that
# archive_audit uses for rows that stand in the default partition.
GUARD = """
CREATE FUNCTION core_audit_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('portal.audit_archive', true) = 'on' THEN
        IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
        IF TG_OP = 'TRUNCATE' THEN RETURN NULL; END IF;
    END IF;
    RAISE EXCEPTION 'The audit trail is append-only: % on % is refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE FUNCTION core_audit_digest() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.content_hash := pg_catalog.sha256(convert_to(pg_catalog.jsonb_build_array(
        NEW.id, (extract(epoch FROM NEW.at) * 1000000)::bigint, NEW.actor_id, NEW.action,
        NEW.object_type, NEW.object_id, NEW.detail, host(NEW.ip))::text, 'UTF8'));
    RETURN NEW;
END $$;

-- A statement trigger of the parent does not fire for a statement on the partition itself.
CREATE FUNCTION core_audit_no_truncate(part regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON %s '
                   'FOR EACH STATEMENT EXECUTE FUNCTION core_audit_guard()', part);
END $$;

-- Make the partition of the month that holds ``day``; true when it was missing. Rows that already
-- fell into the default partition move over with their ids and digests.
CREATE FUNCTION core_audit_month(day date) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    part text := 'core_auditentry_' || to_char(day, 'YYYY_MM');
    low timestamptz := date_trunc('month', day)::timestamp AT TIME ZONE 'Asia/Shanghai';
    high timestamptz := (date_trunc('month', day) + interval '1 month')::timestamp
                        AT TIME ZONE 'Asia/Shanghai';
    was text := current_setting('portal.audit_archive', true);
BEGIN
    IF to_regclass(part) IS NOT NULL THEN RETURN false; END IF;
    EXECUTE format('CREATE TABLE %I (LIKE core_auditentry INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', part);
    EXECUTE format('INSERT INTO %I SELECT * FROM core_auditentry_rest WHERE at >= %L AND at < %L',
                   part, low, high);
    PERFORM set_config('portal.audit_archive', 'on', true);
    DELETE FROM core_auditentry_rest WHERE at >= low AND at < high;
    PERFORM set_config('portal.audit_archive', coalesce(was, ''), true);
    EXECUTE format('ALTER TABLE core_auditentry ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
                   part, low, high);
    PERFORM core_audit_no_truncate(part::regclass);
    RETURN true;
END $$;
"""

TABLE = """
CREATE TABLE core_auditentry (
    id bigint NOT NULL,
    at timestamptz NOT NULL,
    actor_id bigint,
    action varchar(60) NOT NULL,
    object_type varchar(60) NOT NULL,
    object_id varchar(40) NOT NULL,
    detail jsonb NOT NULL,
    ip inet,
    content_hash bytea,
    PRIMARY KEY (at, id)
) PARTITION BY RANGE (at);
CREATE TABLE core_auditentry_rest PARTITION OF core_auditentry DEFAULT;
CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE ON core_auditentry
    FOR EACH ROW EXECUTE FUNCTION core_audit_guard();
CREATE TRIGGER audit_digest BEFORE INSERT ON core_auditentry
    FOR EACH ROW EXECUTE FUNCTION core_audit_digest();
SELECT core_audit_no_truncate('core_auditentry'::regclass);
SELECT core_audit_no_truncate('core_auditentry_rest'::regclass);
SELECT core_audit_month(month::date) FROM generate_series(
    date_trunc('month', now() AT TIME ZONE 'Asia/Shanghai'),
    date_trunc('month', now() AT TIME ZONE 'Asia/Shanghai') + interval '3 months',
    interval '1 month') month;
CREATE SEQUENCE core_auditentry_id_seq OWNED BY core_auditentry.id;
ALTER TABLE core_auditentry ALTER COLUMN id SET DEFAULT nextval('core_auditentry_id_seq');
CREATE INDEX auditentry_id ON core_auditentry (id);
CREATE INDEX auditentry_object ON core_auditentry (object_type, object_id, at);
CREATE INDEX auditentry_actor ON core_auditentry (actor_id, at);
ALTER TABLE core_auditentry ADD CONSTRAINT core_auditentry_actor_id_fk
    FOREIGN KEY (actor_id) REFERENCES core_user (id) DEFERRABLE INITIALLY DEFERRED;
"""

SEALS = """
CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE ON core_auditseal
    FOR EACH ROW EXECUTE FUNCTION core_audit_guard();
CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE ON core_auditarchive
    FOR EACH ROW EXECUTE FUNCTION core_audit_guard();
SELECT core_audit_no_truncate('core_auditseal'::regclass);
SELECT core_audit_no_truncate('core_auditarchive'::regclass);
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0001_initial")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name="AuditEntry",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("at", models.DateTimeField(auto_now_add=True, verbose_name="at")),
                        ("action", models.CharField(max_length=60, verbose_name="act")),
                        ("object_type", models.CharField(max_length=60, verbose_name="kind of record")),
                        ("object_id", models.CharField(max_length=40, verbose_name="record")),
                        ("detail", models.JSONField(default=dict, verbose_name="detail")),
                        ("ip", models.GenericIPAddressField(null=True, verbose_name="address")),
                        ("content_hash", models.BinaryField(null=True)),
                        ("actor", models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="actor")),
                    ],
                    options={
                        "verbose_name": "audit entry",
                        "verbose_name_plural": "audit entries",
                        "indexes": [
                            models.Index(fields=["object_type", "object_id", "at"], name="auditentry_object"),
                            models.Index(fields=["actor", "at"], name="auditentry_actor"),
                        ],
                    },
                ),
            ],
            database_operations=[migrations.RunSQL(GUARD), migrations.RunSQL(TABLE)],
        ),
        migrations.CreateModel(
            name="AuditSeal",
            fields=[
                ("no", models.BigIntegerField(primary_key=True, serialize=False)),
                ("made_at", models.DateTimeField(db_index=True, verbose_name="sealed at")),
                ("ids", portal.core.models.audit.IdRanges()),
                ("count", models.PositiveIntegerField(verbose_name="entries")),
                ("digests", models.BinaryField()),
                ("prev_hash", models.BinaryField(unique=True)),
                ("hash", models.BinaryField()),
                ("signature", models.BinaryField()),
            ],
            options={
                "verbose_name": "seal of the audit chain",
                "verbose_name_plural": "seals of the audit chain",
            },
        ),
        migrations.CreateModel(
            name="AuditArchive",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("month", models.DateField(verbose_name="month")),
                ("part", models.PositiveSmallIntegerField(default=1)),
                ("name", models.CharField(max_length=80, unique=True, verbose_name="file")),
                ("ids", portal.core.models.audit.IdRanges()),
                ("count", models.PositiveIntegerField(verbose_name="entries")),
                ("sha256", models.CharField(max_length=64)),
                ("made_at", models.DateTimeField(auto_now_add=True, verbose_name="archived at")),
            ],
            options={
                "verbose_name": "archived month of the audit trail",
                "verbose_name_plural": "archived months of the audit trail",
                "ordering": ["month", "part"],
            },
        ),
        migrations.RunSQL(SEALS),
    ]
