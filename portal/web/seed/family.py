"""Whom to call about each student of the invented school."""

import random
from collections.abc import Iterator

from portal.core.crypto import encrypt
from portal.core.names import masked_phone
from students.enums import Relation

from .names import NameMaker
from .numbers import phone
from .pupils import Pupil
from .timeline import Timeline, moment

FAMILY_COLUMNS = (
    "id", "student_id", "name", "relation", "phone_cipher", "phone_masked", "is_guardian", "note",
    "verified_by_id", "verified_at", "entered_by_id", "entered_at", "ended_at", "end_reason",
    "client_key", "version",
)  # fmt: skip
# Their telephones stand far behind those of the students.
_NUMBERS_FROM = 400_000


def family_rows(
    pupils: list[Pupil], times: Timeline, rng: random.Random, first_id: int
) -> Iterator[tuple[object, ...]]:
    """One guardian for each, a second contact for every third."""
    names, row = NameMaker(rng), first_id
    for pupil in pupils:
        entered = moment(times.entered_on(pupil.home.year), 9)
        first_is_male = rng.random() < 0.5
        for place in range(2 if pupil.id % 3 == 0 else 1):
            is_male = first_is_male is (place == 0)
            number = phone(_NUMBERS_FROM + row)
            yield (
                row, pupil.id, names.parent(pupil.name, is_male),
                Relation.FATHER if is_male else Relation.MOTHER, encrypt(number),
                masked_phone(number), place == 0, "", None, None, None, entered, None, "", None, 1,
            )  # fmt: skip
            row += 1
