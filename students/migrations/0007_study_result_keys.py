"""Results: student, course and term checked once for each statement instead of once for each row.

A foreign key asks for every row on its own, which is a third of an import of a million results. The
triggers below ask once for all rows that a statement wrote, and lock what they found in the same
way, so that nobody can delete a student, a course or a term in the meantime. They refuse with the
same error as a foreign key.
"""

import django.db.models.deletion
import portal.core.at_once
from django.db import migrations, models

# The rows of one statement. Each key is read and locked (as a foreign key does) by one query, whose
# plan is made for the number of rows at hand. A statement that finds its parent just deleted by
# another transaction waits and is refused.
_CHILD = """
CREATE FUNCTION students_result_keys() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    part record;
    missing text;
BEGIN
    FOR part IN SELECT * FROM (VALUES ('student_id', 'students_student', 'id'),
                                      ('course_id', 'students_course', 'id'),
                                      ('term_id', 'cohorts_term', 'code')) v (own, parent, key) LOOP
        EXECUTE format(
            'WITH keys AS (SELECT DISTINCT %1$I AS key FROM written), '
            '     held AS (SELECT p.%3$I AS key FROM keys k JOIN %2$I p ON p.%3$I = k.key FOR KEY SHARE OF p) '
            'SELECT key::text FROM keys LEFT JOIN held USING (key) WHERE held.key IS NULL LIMIT 1',
            part.own, part.parent, part.key) INTO missing;
        IF missing IS NOT NULL THEN
            RAISE EXCEPTION '% = % of a result is not present in %', part.own, missing, part.parent
                USING ERRCODE = 'foreign_key_violation', TABLE = TG_TABLE_NAME;
        END IF;
    END LOOP;
    RETURN NULL;
END $$;

CREATE TRIGGER keys_insert AFTER INSERT ON students_courseresult
    REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION students_result_keys();
CREATE TRIGGER keys_update AFTER UPDATE ON students_courseresult
    REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION students_result_keys();
"""

# The other side: what has results stays, under its key. At the end of the transaction, as a
# deferred foreign key has it. Under a stricter isolation the query would not see results that were
# entered meanwhile.
_PARENT = """
CREATE FUNCTION students_result_parent() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    is_needed boolean;
    gone text := to_jsonb(OLD) ->> TG_ARGV[1];
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'Rows of % are deleted under READ COMMITTED only', TG_TABLE_NAME
            USING ERRCODE = 'feature_not_supported';
    END IF;
    EXECUTE format('SELECT EXISTS (SELECT 1 FROM students_courseresult WHERE %1$I = %2$L)'
                   ' AND NOT EXISTS (SELECT 1 FROM %3$I WHERE %4$I = %2$L)',
                   TG_ARGV[0], gone, TG_TABLE_NAME, TG_ARGV[1]) INTO is_needed;
    IF is_needed THEN
        RAISE EXCEPTION '% % still has results', TG_TABLE_NAME, gone
            USING ERRCODE = 'foreign_key_violation', TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION students_result_truncate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM students_courseresult) THEN
        RAISE EXCEPTION '% still has results', TG_TABLE_NAME
            USING ERRCODE = 'foreign_key_violation', TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NULL;
END $$;
"""
_PARENTS = (
    ("student_id", "students_student", "id"),
    ("course_id", "students_course", "id"),
    ("term_id", "cohorts_term", "code"),
)
_ON_PARENT = """
CREATE CONSTRAINT TRIGGER keys_delete AFTER DELETE ON {parent} DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION students_result_parent('{own}', '{key}');
CREATE CONSTRAINT TRIGGER keys_renamed AFTER UPDATE OF {key} ON {parent} DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (OLD.{key} IS DISTINCT FROM NEW.{key})
    EXECUTE FUNCTION students_result_parent('{own}', '{key}');
CREATE TRIGGER keys_truncate AFTER TRUNCATE ON {parent}
    FOR EACH STATEMENT EXECUTE FUNCTION students_result_truncate();
"""
_NO_PARENT = """
DROP TRIGGER keys_delete ON {parent};
DROP TRIGGER keys_renamed ON {parent};
DROP TRIGGER keys_truncate ON {parent};
"""


def _for_each(statement: str) -> str:
    return "".join(statement.format(own=o, parent=p, key=k) for o, p, k in _PARENTS)


class Migration(migrations.Migration):

    dependencies = [
        ('cohorts', '0001_initial'),
        ('students', '0006_teacher_inputs'),
    ]

    operations = [
        portal.core.at_once.AtOnce(
            operations=[
                # The rows at hand obey the foreign keys until this moment.
                migrations.AlterField(
                    model_name='courseresult',
                    name='student',
                    field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='results', to='students.student'),
                ),
                migrations.AlterField(
                    model_name='courseresult',
                    name='course',
                    field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='results', to='students.course'),
                ),
                migrations.AlterField(
                    model_name='courseresult',
                    name='term',
                    field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='results', to='cohorts.term'),
                ),
                migrations.RunSQL(
                    _CHILD + _PARENT + _for_each(_ON_PARENT),
                    _for_each(_NO_PARENT)
                    + "DROP TRIGGER keys_insert ON students_courseresult;"
                    " DROP TRIGGER keys_update ON students_courseresult;"
                    " DROP FUNCTION students_result_keys, students_result_parent, students_result_truncate;",
                ),
            ],
        ),
    ]
