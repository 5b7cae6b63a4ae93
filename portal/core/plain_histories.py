"""A migration step: history tables keep the index on their object and no other."""

from django.db import models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

_DROP = """
    DO $$ DECLARE one text; BEGIN
        FOR one IN SELECT indexname FROM pg_indexes WHERE schemaname = current_schema()
                      AND tablename LIKE '{app}\\_%event'
                      AND indexdef NOT LIKE '%(pgh_obj_id)' AND indexdef NOT LIKE '%UNIQUE%'
        LOOP EXECUTE format('DROP INDEX %I', one); END LOOP;
    END $$
"""


class PlainHistories(Operation):
    """Every foreign key of an app's history models but ``pgh_obj`` loses its index, in one
    statement and one new state: altered field by field this takes longer than all the rest."""

    reduces_to_sql = False
    reversible = True

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        for (label, name), model in state.models.items():
            if label == app_label and name.endswith("event"):
                for field_name, field in model.fields.items():
                    if isinstance(field, models.ForeignKey) and field_name != "pgh_obj":
                        plain = field.clone()
                        plain.db_index = False
                        model.fields[field_name] = plain
        # Rendered anew, once, when the next step asks for it.
        state.__dict__.pop("apps", None)

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        with schema_editor.connection.cursor() as cursor:
            cursor.execute(_DROP.format(app=app_label))

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Nothing reads by those indexes."""

    def describe(self) -> str:
        return "History tables keep the index on their object only"
