"""The one door to files of records."""

import uuid
from urllib.parse import quote

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from portal.core import audit
from portal.core.files import bytes_of, file_named, file_owner


@login_required
@require_GET
def download(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """The file, as a download, for whoever may see the record that it belongs to.

    Never shown as a page of ours: a picture still appears where a page of ours embeds it.
    """
    found = file_named(key)
    owner = file_owner(found.kind) if found is not None else None
    if found is None or owner is None:
        raise Http404
    record = owner.model.objects.get_for(request.user, owner.action, found.object_id)  # type: ignore[attr-defined]
    if owner.is_told(request.user, record):
        audit.record(actor=request.user, action="open_file", obj=record, file=str(found.key))  # type: ignore[arg-type]
    response = HttpResponse(bytes_of(found), content_type=found.media_type)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(found.name)}"
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
