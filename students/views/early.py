"""The page “look first at these”."""

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from students.queries.early import (
    capacity,
    look_back,
    look_first,
    looked_first,
    newest_model,
    term_before,
)
from students.queries.population import term_on
from students.queries.rights import reaches_anyone


@login_required
@require_GET
def early_page(request: HttpRequest) -> HttpResponse:
    """The head of this term's ranking within the reader's reach, and how last term's did.

    ``?last=1``: last term's list as it stood, with what came.
    """
    if not reaches_anyone(request.user, "see_results"):
        raise PermissionDenied(_("None of your posts shows the results of students."))
    term = term_on(timezone.localdate())
    before = term_before(term) if term else None
    limit = capacity()
    is_last = before is not None and request.GET.get("last") == "1"
    shown = before if is_last else term
    people = looked_first if is_last else look_first
    context = {
        "term": shown,
        "limit": limit,
        "is_last": is_last,
        "people": people(request.user, shown, limit) if shown else [],
        "back": look_back(request.user, before, limit) if before else None,
        "model": newest_model(shown) if shown else None,
        "tabs": [
            {"label": label, "url": url, "count": None, "active": url == ("?last=1" if is_last else "?")}
            for label, url in ((_("This term"), "?"), (_("Last term, and what came"), "?last=1"))
        ],
    }  # fmt: skip
    return render(request, "students/early.html", context)
