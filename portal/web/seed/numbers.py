"""Numbers that are well-formed and belong to nobody."""

import datetime as dt

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
# No county has this code, so no citizen has such a number (rulebook 6.2).
REGION = "109900"


def check_character(first17: str) -> str:
    """The 18th character of a citizen ID number (GB 11643-1999)."""
    total = sum(int(digit) * weight for digit, weight in zip(first17, _WEIGHTS, strict=True))
    return "10X98765432"[total % 11]


class IdNumbers:
    """Hands out one ID number after another for a date of birth and a sex."""

    def __init__(self) -> None:
        self._used: dict[tuple[dt.date, bool], int] = {}

    def next(self, born_on: dt.date, is_male: bool) -> str:
        """Raises ValueError when more than 500 of one sex are born on one day."""
        key = (born_on, is_male)
        count = self._used.get(key, 0)
        if count >= 500:
            raise ValueError(f"more than 500 ID numbers for {born_on}")
        self._used[key] = count + 1
        head = f"{REGION}{born_on:%Y%m%d}{2 * count + int(is_male):03d}"
        return head + check_character(head)


def phone(n: int) -> str:
    return f"19900{n % 1_000_000:06d}"
