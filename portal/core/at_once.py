"""A migration step that makes many new tables with the models rendered once.

Django renders all models anew after each operation; with some hundred models bound to each other
the first migration took a minute and a half, of which PostgreSQL worked for two seconds.
"""

from collections.abc import Sequence

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import operations as steps
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

# What the table of a model made in the same step has from its beginning.
_PARTS = (steps.AddField, steps.AddIndex, steps.AddConstraint, steps.AlterUniqueTogether)


class AtOnce(Operation):
    """Do ``operations`` of one app as one step: tables are made in their final form.

    The models that they name must be made by the step itself or stand before it; it can be taken
    back as a whole.
    """

    reduces_to_sql = True
    reversible = True
    serialization_expand_args = ["operations"]

    def __init__(self, operations: Sequence[Operation]) -> None:
        self.operations = list(operations)

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        # Rendered anew, once, when somebody asks for it.
        state.__dict__.pop("apps", None)
        for operation in self.operations:
            operation.state_forwards(app_label, state)

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        for operation in self._written():
            operation.database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        for operation in reversed(self._written()):
            operation.database_backwards(app_label, schema_editor, from_state, to_state)

    def _written(self) -> list[Operation]:
        made = {one.name.lower() for one in self.operations if isinstance(one, steps.CreateModel)}
        return [
            one
            for one in self.operations
            if not (isinstance(one, _PARTS) and self._model(one) in made)
        ]

    @staticmethod
    def _model(operation: Operation) -> str:
        name = getattr(operation, "model_name", "") or getattr(operation, "name", "")
        return str(name).lower()

    def describe(self) -> str:
        return f"{len(self.operations)} steps at once"
