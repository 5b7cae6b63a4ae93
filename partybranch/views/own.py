"""The applicant's own steps, on a phone: what was done, what comes next."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from partybranch.models import Development
from partybranch.queries.own import own_steps, own_summary


@login_required
@require_GET
def my_development(request: HttpRequest) -> HttpResponse:
    """Steps with their days and the next one. No reasons, votes or reviews: those are the branch's."""
    rows = Development.objects.restrict(request.user, "see_own").select_related("student", "branch")
    development = rows.order_by("-opened_at").first()
    if development is None:
        raise Http404
    context = {
        "development": development,
        "summary": own_summary(development),
        "phases": own_steps(development),
    }
    return render(request, "party/my.html", context)
