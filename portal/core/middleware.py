"""The request's scope, the history's actor, closed accounts shut out, nothing left in caches."""

from collections.abc import Callable

import pghistory
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.cache import patch_cache_control

from portal.core import reads
from portal.core.accounts.client import client_ip
from portal.core.accounts.gate import check_session
from portal.core.freshness import renew
from portal.core.scope import request_scope


class RequestScopeMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # No name or number holds a NUL and PostgreSQL refuses one: in a path it names nothing, in
        # a search it is taken out.
        if "\x00" in request.path_info:
            return HttpResponse(status=400)
        query = request.META.get("QUERY_STRING", "")
        if "%00" in query:
            while "%00" in query:
                query = query.replace("%00", "")
            request.GET = QueryDict(query)
        response = self._answer(request)
        if request.user.is_authenticated:
            # After logging out, "back" must not bring personal data up again from the disk.
            patch_cache_control(response, private=True, no_store=True)
        return response

    def _answer(self, request: HttpRequest) -> HttpResponse:
        with request_scope(client_ip(request.META)):
            user = request.user
            is_known = user.is_authenticated
            # The account itself from here on, not a proxy that looks it up for every attribute.
            request.user = getattr(user, "_wrapped", user)
            if is_known and not user.is_in_force():
                request.log_out_reason = "closed"  # type: ignore[attr-defined]
                logout(request)
            stopped = check_session(request)
            if stopped is not None:
                return stopped
            if request.method in {"GET", "HEAD", "OPTIONS"}:
                response = self.get_response(request)
                reads.flush()
                return response
            person = getattr(request.user, "pk", None)
            with pghistory.context(user=person, url=request.path):
                response = self.get_response(request)
            reads.flush()
            if person is not None:
                renew([person])
            return response
