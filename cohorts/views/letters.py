"""Letters of appointment: the register, issuing in batch, Word and PDF."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from cohorts.domain.letters import issue_letters, next_number
from cohorts.exporters.letters import PDF, WORD, pdf_letters, word_letters
from cohorts.models import Appointment, Letter
from cohorts.queries.posts import posts_in_reach
from cohorts.views.posts import PAGE_SIZE, tabs
from portal.core import audit
from portal.core.access import reaches_any
from portal.core.errors import DomainError

_MOST = 300


def _numbers(values: list[str]) -> list[int]:
    found = [int(one) for one in values if one.isascii() and one.isdigit() and len(one) < 10]
    return found[:_MOST]


@login_required
@require_GET
def register(request: HttpRequest) -> HttpResponse:
    """The register of numbers, for posts to which one appoints."""
    if not reaches_any(Appointment, request.user, "appoint"):
        raise PermissionDenied(_("None of your posts lets you appoint."))
    rows = Letter.objects.restrict(request.user, "appoint").select_related("post")
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    year = timezone.localdate().year
    context: dict[str, Any] = {
        "page": page, "tabs": tabs("letters", request.user),
        "upcoming": f"〔{year}〕{next_number(year)}号",
    }  # fmt: skip
    return render(request, "cohorts/letters.html", context)


@login_required
@require_POST
def issue(request: HttpRequest) -> HttpResponse:
    """Draw numbers for the chosen posts and show them, ready to print."""
    rows = posts_in_reach(request.user, "appoint")
    posts = list(
        rows.filter(pk__in=_numbers(request.POST.getlist("selected"))).order_by("unit__code", "pk")
    )
    try:
        letters = issue_letters(actor=request.user, posts=posts)  # type: ignore[arg-type]
    except DomainError as error:
        messages.error(request, str(error))
        return redirect("cohorts:posts")
    if not letters:
        messages.error(request, _("Choose the posts first."))
        return redirect("cohorts:posts")
    return render(request, "cohorts/letters_issued.html", {"letters": letters})


@login_required
@require_GET
def print_letters(request: HttpRequest, kind: str) -> HttpResponse:
    """``?letter=1&letter=2`` as one file, one per page; one's own letter is always open."""
    wanted = _numbers(request.GET.getlist("letter"))
    rows = Letter.objects.restrict(request.user, "see_unit").filter(pk__in=wanted)
    letters = list(rows.order_by("year", "number"))
    if not letters:
        raise Http404
    audit.record_many(
        actor=request.user, action="print_letters", model=Letter,  # type: ignore[arg-type]
        ids=[letter.pk for letter in letters], kind=kind,
    )  # fmt: skip
    is_word = kind == "docx"
    made = word_letters(letters) if is_word else pdf_letters(letters)
    answer = HttpResponse(made, content_type=WORD if is_word else PDF)
    name = f"聘书（{letters[0].text}{'等' if len(letters) > 1 else ''}）.{kind}"
    answer["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return answer
