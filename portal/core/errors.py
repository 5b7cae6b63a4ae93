"""Errors that carry a sentence for the person at the screen."""

from django.utils.functional import Promise


class DomainError(Exception):
    """A rule refused the work. ``message`` says what is wrong and what to do; nothing was saved."""

    def __init__(self, message: "str | Promise", *, code: str = "refused") -> None:
        super().__init__(str(message))
        self.message = message
        self.code = code


class StaleError(DomainError):
    """Somebody else changed the record since it was opened (optimistic version check)."""

    def __init__(self, message: "str | Promise") -> None:
        super().__init__(message, code="stale")
