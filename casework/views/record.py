"""One record in full: what the short line of a timeline leaves out."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from casework.models import Case, FollowUp
from casework.queries.record import facts, files, texts, versions
from portal.core import reads
from portal.core.access import reasons


@login_required
@require_GET
def record(request: HttpRequest, pk: int) -> HttpResponse:
    """Facts, texts, files and former versions, for whoever may read the record."""
    talk = FollowUp.objects.get_for(request.user, "see_talks", pk)
    reads.note(request.user, "read_talk", talk)
    context = {
        "talk": talk,
        "student": talk.student,
        "facts": facts(talk),
        "texts": texts(talk),
        "versions": versions(talk),
        "told": {"files": files(talk)},
        # Of a case that the reader may not see not even its being there is told.
        "case_url": _case_url(request, talk),
        "is_own": talk.author_id == request.user.pk,
        "why": "；".join(reason.text for reason in reasons(request.user, "see_talks", talk)),  # type: ignore[arg-type]
    }
    return render(request, "casework/record.html", context)


def _case_url(request: HttpRequest, talk: FollowUp) -> str:
    if talk.case_id is None:
        return ""
    seen = Case.objects.restrict(request.user, "see_case").filter(pk=talk.case_id).exists()
    return reverse("casework:case", args=[talk.case_id]) if seen else ""
