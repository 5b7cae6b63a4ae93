"""Counts, lists or profiles one request when its header asks for it; else one dictionary look-up."""

import cProfile
import io
import json
import pstats
import time
from collections.abc import Callable
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse

ASK = "HTTP_X_BENCH"  # count | log | profile


class CountQueries:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        wanted = request.META.get(ASK)
        if wanted is None:
            return self.get_response(request)
        if wanted == "profile":
            return self._profiled(request)
        return self._counted(request, with_text=wanted == "log")

    def _counted(self, request: HttpRequest, *, with_text: bool) -> HttpResponse:
        log: list[dict[str, Any]] = []

        def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
            started = time.perf_counter()
            try:
                return execute(sql, params, many, context)
            finally:
                ms = (time.perf_counter() - started) * 1000
                log.append({"ms": round(ms, 2), "sql": sql, "params": repr(params)})

        with connection.execute_wrapper(note):
            response = self.get_response(request)
        if with_text:
            response = HttpResponse(json.dumps(log), content_type="application/json")
        response["X-Queries"] = str(len(log))
        return response

    def _profiled(self, request: HttpRequest) -> HttpResponse:
        profile = cProfile.Profile()
        profile.runcall(self.get_response, request)
        text = io.StringIO()
        stats = pstats.Stats(profile, stream=text).strip_dirs()
        stats.sort_stats("cumulative").print_stats(70)
        stats.sort_stats("tottime").print_stats(30)
        return HttpResponse(text.getvalue(), content_type="text/plain")
