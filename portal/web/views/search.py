"""Search: the typeahead of the top bar and the page of the phone."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from portal.core.registry import search_providers

_TYPEAHEAD, _PAGE = 8, 30
_LONGEST = 50


@login_required
@require_GET
def search(request: HttpRequest) -> HttpResponse:
    """Hits of every provider, each restricted to the viewer's reach by the provider itself."""
    asked = request.GET.get("q", "").replace("\x00", "").strip()[:_LONGEST]
    is_fragment = bool(getattr(request, "htmx", False))
    most = _TYPEAHEAD if is_fragment else _PAGE
    hits = [
        hit
        for provider in search_providers()
        for hit in (provider.hits(request.user, asked, most) if asked else [])
    ][:most]
    page = {"q": asked, "hits": hits}
    return render(request, "web/_found.html" if is_fragment else "web/search.html", page)
