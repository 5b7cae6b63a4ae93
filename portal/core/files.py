"""Files of records: which kinds of record have files, the form field, and reading them.

An app registers its kind of record once; the one view that serves files asks the record's own
access rule before it gives out a byte.
"""

import uuid
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.conf import settings
from django.db import connection, models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.core.asks import Ask, Rows, moment
from portal.core.crypto import decrypt_bytes
from portal.core.errors import DomainError
from portal.core.filetypes import ACCEPTED, CleanFile, check_size, clean_file
from portal.core.models import Attachment


@dataclass(frozen=True)
class FileOwner:
    """``action`` on the record opens its files. ``is_told(user, record)``: whether the opening
    leaves a line in the audit trail; no where that line would name a hidden sender."""

    code: str
    model: type[models.Model]
    action: str
    is_told: Callable[[Any, Any], bool] = lambda _user, _record: True


_owners: dict[str, FileOwner] = {}


def register_owner(owner: FileOwner) -> None:
    _owners[owner.code] = owner


def file_owner(code: str) -> FileOwner | None:
    return _owners.get(code)


def owner_of(record: models.Model) -> FileOwner:
    """The registered kind of this record; a KeyError is a programming mistake."""
    return next(one for one in _owners.values() if isinstance(record, one.model))


def files_of(kind: str, ids: Sequence[int]) -> dict[int, list[Attachment]]:
    """Files of records that were restricted before, without their bytes; one statement."""
    found: dict[int, list[Attachment]] = defaultdict(list)
    for one in Attachment.objects.filter(kind=kind, object_id__in=ids).defer("content"):
        found[one.object_id].append(one)
    return found


# All but the bytes.
_FACTS = ("id", "key", "kind", "object_id", "name", "media_type", "size", "sha256",
          "added_by_id", "added_at")  # fmt: skip
_FILES = f"""SELECT json_build_array({", ".join(_FACTS)}) FROM core_attachment
    WHERE kind = %(kind)s AND object_id = %(pk)s ORDER BY id"""


def files_asked(kind: str, pk: int) -> Ask:
    """Files of one record that was restricted before, for the statement of a page."""
    return Ask(_FILES, {"kind": kind, "pk": pk})


def files_told(rows: Rows) -> list[Attachment]:
    """The files that ``files_asked`` asked for, without their bytes."""
    return [
        Attachment.from_db(
            connection.alias, _FACTS, [row[0], uuid.UUID(row[1]), *row[2:-1], moment(row[-1])]
        )
        for row in rows
    ]


def file_named(key: uuid.UUID) -> Attachment | None:
    """Facts of one file; its bytes are read only after the record's rule was asked."""
    return Attachment.objects.defer("content").filter(key=key).first()


def bytes_of(attachment: Attachment) -> bytes:
    return decrypt_bytes(Attachment.objects.values_list("content", flat=True).get(pk=attachment.pk))


class _ManyInput(forms.FileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files at once, checked by their bytes; cleans to a list of CleanFile."""

    widget = _ManyInput

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", gettext_lazy("Photos and files"))
        kwargs.setdefault("required", False)
        kwargs.setdefault(
            "help_text",
            gettext_lazy("Pictures, PDF, Word, Excel, MP4 or M4A. Photos are saved anew, without "
                         "the place where they were taken."),
        )  # fmt: skip
        super().__init__(**kwargs)
        self.widget.attrs["accept"] = ACCEPTED

    def clean(self, data: Any, initial: Any = None) -> list[CleanFile]:  # type: ignore[override]
        given = [one for one in (data if isinstance(data, (list, tuple)) else [data]) if one]
        if not given and self.required:
            raise forms.ValidationError(self.error_messages["required"], code="required")
        most = settings.ATTACHMENT_MAX_COUNT
        if len(given) > most:
            raise forms.ValidationError(
                _("At most %(most)s files at a time; these are %(n)s.")
                % {"most": most, "n": len(given)}
            )
        limit, found, wrong = settings.ATTACHMENT_MAX_BYTES, [], []
        for one in given:
            try:
                check_size(one.name or "", one.size, limit)
                found.append(clean_file(one.name or "", one.read(), limit))
            except DomainError as error:
                wrong.append(str(error))
        if wrong:
            again = _("Your text is kept; choose the files again.")
            raise forms.ValidationError([*wrong, again])
        return found
