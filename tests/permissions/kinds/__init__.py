"""The restricted models that the engine is asked about, one module for each app.

A new model: write a ``Kind`` beside its neighbours, add it to ``KINDS``, and let the random campus
have rows of it. Helper facts of other models go into attributes, as seats into those of a case.
"""

from tests.permissions.engine import Entities, ref
from tests.permissions.kinds import casework, crises, files, partybranch, people, students, units

KINDS = (*students.KINDS, *partybranch.KINDS, *casework.KINDS, *crises.KINDS, *files.KINDS,
         *units.KINDS)  # fmt: skip
ACTIONS = tuple(
    dict.fromkeys([*(action for kind in KINDS for action in kind.actions), *units.ASKED])
)


def everything() -> Entities:
    """All rows of today as Cedar reads them."""
    found = Entities()
    people.export(found, ACTIONS)
    students.export_places(found)
    for kind in KINDS:
        for key, attributes in kind.attributes():
            found.add(ref(kind.name, key), attributes)
    return found
