"""The web server's log of requests, without the secrets that stand in addresses."""

from __future__ import annotations

import re
from typing import Any

from gunicorn.glogging import Logger as GunicornLogger

# Whoever reads the log must not be able to read somebody's calendar.
_SECRETS = re.compile(r"(/calendar/)[^/\s?.]+")


def without_secrets(text: str) -> str:
    return _SECRETS.sub(r"\1…", text)


class Logger(GunicornLogger):  # type: ignore[misc] # gunicorn has no types
    """gunicorn's own, for ``--logger-class``."""

    def atoms(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        found: dict[str, Any] = super().atoms(*args, **kwargs)
        return found | {key: without_secrets(str(found[key])) for key in ("r", "U", "f")}
