"""Refusals of a whole file."""

from portal.core.errors import DomainError


class SheetError(DomainError):
    """The file cannot be read as one table. The message says what is wrong and what to do."""
