"""The bell: one's own notices."""

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from portal.core.models import Notification
from portal.web.domain.reminders import read_notices
from portal.web.views.numbers import number

_PAGE = 30


@login_required
@require_http_methods(["GET", "POST"])
def notices(request: HttpRequest) -> HttpResponse:
    """Newest first. POST marks those shown as read; ``upto`` keeps later arrivals unread."""
    if request.method == "POST":
        upto = number(request.POST.get("upto"), default=0)
        read_notices(actor=request.user, upto=upto or None)  # type: ignore[arg-type]
        return redirect("web:notices")
    mine = Notification.objects.filter(user=request.user).order_by("-pk")
    page = Paginator(mine, _PAGE).get_page(request.GET.get("page"))
    return render(request, "web/notices.html", {"page": page})
