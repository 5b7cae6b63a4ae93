"""Secrets of one data directory: made once, kept in a file of mode 0600 beside the data."""

from __future__ import annotations

import base64
import json
import os
import secrets
from pathlib import Path

from .errors import StackError

# Came later than the first data directories: made when it is missing, as nothing stands under it.
_LATER = "SEALED_KEYS"


def generate() -> dict[str, str]:
    """SECRET_KEY for signing, FIELD_KEYS for encrypted columns and SEALED_KEYS for sealed files
    (one Fernet key each)."""
    return {
        "SECRET_KEY": secrets.token_urlsafe(48),
        "FIELD_KEYS": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        _LATER: base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
    }


def load_or_make(path: Path) -> dict[str, str]:
    """The secrets in `path`; made and written first when there is no such file.

    Raises StackError for a damaged file instead of replacing it: what was encrypted with the
    lost key could not be read again.
    """
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        made = generate()
        write_private(path, json.dumps(made, indent=1))
        return made
    except (OSError, ValueError) as error:
        raise _damaged(path, str(error)) from None
    others = set(generate()) - {_LATER}
    if isinstance(kept, dict) and _LATER not in kept and all(map(kept.get, others)):
        kept[_LATER] = generate()[_LATER]
        write_private(path, json.dumps(kept, indent=1))
    if not isinstance(kept, dict) or not all(kept.get(name) for name in generate()):
        raise _damaged(path, "a key is missing")
    return {name: str(kept[name]) for name in generate()}


def write_private(path: Path, text: str) -> None:
    """Write a file only we can read, in one step: never half, never readable in between."""
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    unfinished.unlink(missing_ok=True)
    fd = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(fd, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)


def _damaged(path: Path, reason: str) -> StackError:
    return StackError(
        f"{path} cannot be read ({reason}). Restore it from a backup; without it encrypted "
        "fields are lost. To begin anew remove the whole data directory."
    )
