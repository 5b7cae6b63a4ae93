"""A note outside the database: how long the chain was, and how far it has been checked.

Without it nobody could tell that the newest links were cut off together with their entries.
"""

import json
import logging
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from django.conf import settings
from django.db import connection

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Checkpoint:
    """``no`` and ``hash`` of the newest seal; everything up to ``checked`` was verified."""

    no: int = 0
    hash: str = ""
    checked: int = 0
    checked_hash: str = ""
    signature: str = ""

    def content(self) -> bytes:
        return f"{self.no}|{self.hash}|{self.checked}|{self.checked_hash}".encode()


def folder() -> Path:
    path = Path(settings.AUDIT_DIR)
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def _name() -> str:
    return f"checkpoint-{Path(connection.settings_dict['NAME']).name}.json"


def read() -> Checkpoint | None:
    """The note, or None when there is none. ValueError: it is damaged or signed by no key."""
    from portal.core.auditlog.chain import is_signed  # the chain writes notes, and signs them

    path = Path(settings.AUDIT_DIR) / _name()
    try:
        found = Checkpoint(**json.loads(path.read_text(encoding="utf-8")))
        signature = bytes.fromhex(found.signature)
    except FileNotFoundError:
        return None
    except (TypeError, ValueError) as error:
        raise ValueError(str(path)) from error
    if not is_signed(found.content(), signature):
        raise ValueError(str(path))
    return found


def move_to(no: int, value: bytes) -> None:
    """After a seal is committed. The log line is the copy that leaves this machine."""
    log.info("Audit chain: seal %s %s", no, value.hex())
    try:
        old = read() or Checkpoint()
    except ValueError:
        # A damaged note stays as it is for verify_audit to report.
        log.critical("The note beside the audit chain is damaged.")
        return
    if no > old.no:
        _write(Checkpoint(no, value.hex(), old.checked, old.checked_hash))


def mark_checked(no: int, value: bytes) -> None:
    old = read() or Checkpoint()
    newest = (old.no, old.hash) if old.no > no else (no, value.hex())
    _write(Checkpoint(*newest, no, value.hex()))


def _write(note: Checkpoint) -> None:
    from portal.core.auditlog.chain import sign

    fields = {**asdict(note), "signature": sign(note.content()).hex()}
    path = folder() / _name()
    fresh = path.with_suffix(f".{os.getpid()}")
    fresh.write_text(json.dumps(fields), encoding="utf-8")
    fresh.replace(path)
