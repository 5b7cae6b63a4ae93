"""Keeping the files of a record."""

import hashlib
from collections.abc import Sequence

from django.conf import settings
from django.db import models, transaction
from django.utils.translation import gettext as _

from portal.core import audit
from portal.core.crypto import encrypt_bytes
from portal.core.errors import DomainError
from portal.core.files import owner_of
from portal.core.filetypes import CleanFile
from portal.core.models import Attachment, User


@transaction.atomic
def attach_files(
    *, actor: User | None, record: models.Model, files: Sequence[CleanFile], is_hidden: bool = False
) -> list[Attachment]:
    """Keep the files with ``record``, whose kind is registered; the same bytes are kept once.

    ``is_hidden``: the record hides its sender, so neither a name nor the file's own name is kept.
    The caller has asked whether ``actor`` may write on the record. Raises DomainError when the
    record would have more than twenty times the files of one form.
    """
    kind = owner_of(record).code
    held = set(
        Attachment.objects.filter(kind=kind, object_id=record.pk).values_list("sha256", flat=True)
    )
    fresh = {hashlib.sha256(one.content).hexdigest(): one for one in files}
    fresh = {digest: one for digest, one in fresh.items() if digest not in held}
    if len(held) + len(fresh) > settings.ATTACHMENT_MAX_COUNT * 20:
        raise DomainError(_("This record has too many files already."))
    made = [
        Attachment(
            kind=kind, object_id=record.pk, media_type=one.media_type, size=len(one.content),
            name=_("Attachment %(n)s") % {"n": n} + f".{one.name.rsplit('.', 1)[-1]}"
            if is_hidden else one.name,
            sha256=digest, content=encrypt_bytes(one.content),
            added_by=None if is_hidden else actor,
        )
        for n, (digest, one) in enumerate(fresh.items(), len(held) + 1)
    ]  # fmt: skip
    Attachment.objects.bulk_create(made)
    if made and not is_hidden:
        audit.record(
            actor=actor, action="attach_files", obj=record,
            files=[{"key": str(one.key), "type": one.media_type, "size": one.size} for one in made],
        )  # fmt: skip
    return made
