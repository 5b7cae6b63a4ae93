"""What a request leaves behind: its step, its line in the audit trail, its notices.

The sender of a protected request stands in none of them: no account, no address, no notice that
leads to the request itself.
"""

import uuid
from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from casework.models import Request, RequestStep
from casework.request_access import sender_mark
from casework.request_enums import Move
from portal.core import audit
from portal.core.crypto import decrypt
from portal.core.models import Notification, User
from portal.core.scope import request_scope
from students.models import Student


def is_hidden_sender(request: Request, actor: User | None) -> bool:
    return request.is_protected and actor is not None and request.sender_mark == sender_mark(actor)


def leave_step(
    actor: User | None, request: Request, move: Move, *, text: str = "",
    key: uuid.UUID | None = None, **detail: Any,
) -> RequestStep:  # fmt: skip
    """The dated row of the history and the row of the audit trail, in one transaction."""
    hidden = is_hidden_sender(request, actor)
    made: RequestStep = RequestStep.objects.create(
        request=request, move=move, at=timezone.now(), person=None if hidden else actor,
        unit_id=request.office_id, text=text, client_key=key,
    )  # fmt: skip
    if hidden:
        # Without the address from which it came: that would tell who it was.
        with request_scope(None):
            audit.record(actor=None, action=f"request_{move}", obj=request, **detail)
    else:
        audit.record(actor=actor, action=f"request_{move}", obj=request, **detail)
    return made


def sender_account(request: Request) -> User | None:
    """The account of the sender, of a protected one as well: for notices, never for a page."""
    if request.is_protected:
        pk = int(decrypt(bytes(request.sender_sealed or b"")))
        return User.objects.filter(pk=pk).first()
    if request.student_id:
        student = Student.objects.select_related("user").get(pk=request.student_id)
        return student.user or request.sent_by
    return request.sent_by


def tell_sender(request: Request, what: str, text: str) -> None:
    """A line in the sender's bell. ``what`` keeps the same fact from ringing twice."""
    person = sender_account(request)
    if person is None:
        return
    if request.is_protected:
        key, url = f"request:{uuid.uuid4()}", reverse("casework:my_requests")
        text = _("One of your requests has news.")
    else:
        key = f"request:{request.pk}:{what}"
        url = reverse("casework:request", args=[request.pk])
    Notification.objects.bulk_create(
        [Notification(user=person, key=key, text=text, url=url)], ignore_conflicts=True
    )


def tell_staff(request: Request, people: Iterable[int], what: str, text: str) -> None:
    url = reverse("casework:request", args=[request.pk])
    key = f"request:{request.pk}:{what}"
    Notification.objects.bulk_create(
        [Notification(user_id=pk, key=key, text=text, url=url) for pk in people],
        ignore_conflicts=True,
    )
