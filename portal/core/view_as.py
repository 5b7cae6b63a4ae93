"""The middleware of view-as: swaps the account that pages see, and lets nothing be written."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.core.access import seen_as
from portal.core.domain.view_as import MINUTES, end_view_as, may_view_as
from portal.core.models import User

KEY = "_view_as"
# Pages whose every row comes through the rule. All others hold what belongs to one person alone:
# notices, imports, sessions, the admin.
_SHOWN = (
    "/students/", "/cases/", "/ledgers/", "/log/", "/units/", "/cohorts/", "/contracts/", "/search/",
)  # fmt: skip
_ALWAYS = ("/view-as/end/", "/logout/", "/i18n/", "/static/", "/healthz", "/readyz")
_SAFE = {"GET", "HEAD", "OPTIONS"}


def start(request: HttpRequest, person: User) -> None:
    """From the next request on this session looks as ``person``."""
    until = timezone.now().timestamp() + MINUTES * 60
    request.session[KEY] = {"person": person.pk, "until": until}


def stop(request: HttpRequest) -> None:
    request.session.pop(KEY, None)


class ViewAsMiddleware:
    """Stands behind the request's scope: both accounts are known and in force."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        state = request.session.get(KEY) if request.user.is_authenticated else None
        if state:
            self._swap(request, state)
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: Any) -> None:
        """Refused here and not earlier, so that the refusal is a page like every other."""
        user: Any = request.user
        if getattr(user, "supporter", None) is None or request.path.startswith(_ALWAYS):
            return
        if request.method not in _SAFE:
            raise PermissionDenied(_("While you look through another account nothing is written."))
        if request.path != "/" and not request.path.startswith(_SHOWN):
            raise PermissionDenied(
                _("This page belongs to one person alone and is not shown to a supporter.")
            )

    def _swap(self, request: HttpRequest, state: dict[str, Any]) -> None:
        supporter = User.objects.get(pk=request.user.pk)
        person = User.objects.filter(pk=state["person"]).first()
        is_over = timezone.now().timestamp() >= state["until"]
        if person is None or is_over or not may_view_as(supporter, person):
            stop(request)
            if person is not None:
                end_view_as(actor=supporter, person=person, why="time" if is_over else "right")
            return
        request.user = seen_as(person, supporter)
