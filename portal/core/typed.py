"""What somebody typed into an address or a hidden field, read without trust."""


def whole(text: str | None, digits: int = 18) -> int:
    """The whole number in ``text``; 0 for anything else and for more ``digits`` than that: no column
    holds them, and Python refuses to read thousands."""
    return int(text) if text and text.isdecimal() and len(text) <= digits else 0
