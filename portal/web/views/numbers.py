"""Numbers typed into addresses."""


def number(text: str | None, *, default: int) -> int:
    """``text`` as a number the database can hold, else ``default``."""
    if text is None or not text.isascii() or not text.isdigit() or len(text) > 9:
        return default
    return int(text)
