"""One's own due days in a calendar program: the feed, and the page on which its address is made."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_http_methods, require_safe

from portal.core.accounts.client import client_ip_of
from portal.core.accounts.rate import seconds_to_wait
from portal.core.domain.calendars import (
    find_address,
    make_address,
    open_address,
    revoke_address,
)
from portal.core.dues import dated_entries
from portal.core.icalendar_feed import etag_of, feed

# What is overdue stays in sight for a while; further ahead nobody plans by this.
_BACK, _AHEAD = dt.timedelta(days=60), dt.timedelta(days=190)


@require_safe
def calendar_feed(request: HttpRequest, secret: str) -> HttpResponse:
    """The calendar behind a secret address, without a log-in; a wrong, renewed or revoked one and
    one of a closed account are missing alike. Asked too often: 429."""
    found = find_address(secret)
    # Guesses are counted by address, programs by their calendar.
    who = f"c{found.pk}" if found is not None else f"ip{client_ip_of(request)}"
    wait = seconds_to_wait("calendar", who, settings.CALENDAR_RATE)
    if wait:
        return HttpResponse(status=429, headers={"Retry-After": str(wait)})
    if found is None:
        raise Http404
    today = timezone.localdate()
    with override(settings.LANGUAGE_CODE):
        content = feed(dated_entries(found.user, today - _BACK, today + _AHEAD), found.made_at)
    etag = etag_of(content)
    headers = {"ETag": etag, "Cache-Control": "private, no-cache", "X-Robots-Tag": "noindex"}
    if etag in request.headers.get("If-None-Match", ""):
        return HttpResponse(status=304, headers=headers)
    answer = HttpResponse(content, content_type="text/calendar; charset=utf-8", headers=headers)
    answer["Content-Disposition"] = 'inline; filename="due-days.ics"'
    return answer


@login_required
@require_http_methods(["GET", "POST"])
def calendar(request: HttpRequest) -> HttpResponse:
    """Make, renew or revoke the address; it is shown this once and never again."""
    user: Any = request.user
    address, url = open_address(user), ""
    if request.method == "POST" and request.POST.get("act") == "revoke":
        if address is not None:
            revoke_address(actor=user, address=address)
        messages.success(request, _("The address shows nothing any more."))
        return redirect("web:calendar")
    if request.method == "POST":
        address, secret = make_address(actor=user)
        url = request.build_absolute_uri(reverse("web:calendar_feed", args=[secret]))
    page = {"address": address, "url": url}
    return render(request, "account/calendar.html", page)
