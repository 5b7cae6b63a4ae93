"""One middleware: the request's scope, the history's actor, and closed accounts shut out."""

from collections.abc import Callable

import pghistory
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse

from portal.core.scope import request_scope


class RequestScopeMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with request_scope(request.META.get("REMOTE_ADDR")):
            user = request.user
            if user.is_authenticated and not user.is_in_force():
                logout(request)
            if request.method in {"GET", "HEAD", "OPTIONS"}:
                return self.get_response(request)
            with pghistory.context(user=getattr(request.user, "pk", None), url=request.path):
                return self.get_response(request)
