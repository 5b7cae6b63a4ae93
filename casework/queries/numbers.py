"""Numbers of casework that the school sets (rulebook 3.5; first rows in ``casework.catalogue``)."""

from casework.catalogue import NUMBERS
from cohorts.models import Parameter


def number(key: str) -> int:
    """The value of a parameter row; the first value of the catalogue where the row is missing."""
    return numbers(key)[key]


def numbers(*keys: str) -> dict[str, int]:
    """Several at once, in one statement."""
    rows = dict(Parameter.objects.filter(key__in=keys).values_list("key", "value"))
    first = {key: value for key, _name, value, *_rest in NUMBERS}
    return {key: int(rows.get(key, first[key])) for key in keys}
