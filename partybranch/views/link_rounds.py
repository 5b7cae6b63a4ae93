"""A round of links: proposal, applied as it was looked at, taken back as a whole; signs to print."""

import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from partybranch.domain.link_rounds import apply_round, undo_round
from partybranch.exporters.signs import sheets_of, word_signs
from partybranch.forms_links import RoundForm
from partybranch.link_catalogue import CLASS, ROOM
from partybranch.models import LinkRound, PartyOrganization
from partybranch.queries.link_round import Preview, preview, round_kinds
from partybranch.queries.links import links_in, signs
from partybranch.views.life import branch_of
from portal.core import audit
from portal.core.errors import DomainError
from portal.core.papers import WORD

_FIRST = (ROOM, CLASS)


@login_required
@require_http_methods(["GET", "POST"])
def propose(request: HttpRequest, pk: int) -> HttpResponse:
    """The proposal for the chosen kinds; what is applied is exactly what was looked at."""
    branch = branch_of(request, pk, "write_branch_life")
    data = request.POST if request.method == "POST" else request.GET
    kinds = round_kinds()
    first: dict[str, Any] = {"kinds": list(_FIRST), "starts_on": timezone.localdate()}
    form = RoundForm(
        data if "starts_on" in data else first, choices=[(one.code, one.name) for one in kinds]
    )
    chosen = form.cleaned_data["kinds"] if form.is_valid() else ()
    shown = preview(request.user, branch, [one for one in kinds if one.code in chosen])
    if request.method == "POST" and form.is_valid():
        answer = _apply(request, branch, form, shown)
        if answer is not None:
            return answer
    context = {
        "branch": branch, "form": form, "shown": shown, "kinds": kinds, "chosen": chosen,
        "key": uuid.uuid4(), "idle": sum(len(one.idle) for one in shown.parts),
    }  # fmt: skip
    status = 422 if request.method == "POST" else 200
    return render(request, "party/link_round.html", context, status=status)


def _apply(
    request: HttpRequest, branch: PartyOrganization, form: RoundForm, shown: Preview
) -> HttpResponse | None:
    """To the page of links; None when the proposal must be looked at again."""
    try:
        key = uuid.UUID(request.POST.get("key", ""))
    except ValueError:
        key = uuid.uuid4()
    is_known = LinkRound.objects.filter(key=key).exists()
    if not is_known and request.POST.get("digest") != shown.digest:
        messages.warning(
            request, _("The lists have changed since this preview. Look at the new one below.")
        )
        return None
    try:
        made = apply_round(
            actor=request.user, key=key, branch=branch, pairs=shown.pairs,  # type: ignore[arg-type]
            starts_on=form.cleaned_data["starts_on"], ends_on=form.cleaned_data["ends_on"],
        )  # fmt: skip
    except DomainError as error:
        messages.warning(request, str(error))
        return None
    n = made.links_made
    messages.success(
        request, ngettext("%(n)s link is made.", "%(n)s links are made.", n) % {"n": n}
    )
    return redirect("party:links", branch.pk)


@login_required
@require_POST
def undo(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Take a whole round back."""
    made: LinkRound = LinkRound.objects.get_for(request.user, "write_branch_life", key=key)
    try:
        undo_round(actor=request.user, made=made)  # type: ignore[arg-type]
    except DomainError as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, _("The round has been taken back."))
    return redirect("party:links", made.branch_id)


@login_required
@require_GET
def sign_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Door signs and posts, one for each room or place, to be printed in one go."""
    branch = branch_of(request, pk, "see_branch_life")
    sheets = sheets_of(branch, signs(list(links_in([pk]))))
    return render(request, "party/signs.html", {"branch": branch, "sheets": sheets})


@login_required
@require_GET
def sign_word(request: HttpRequest, pk: int) -> HttpResponse:
    """The same as one Word file."""
    branch = branch_of(request, pk, "see_branch_life")
    made = word_signs(branch, signs(list(links_in([pk]))))
    audit.record(actor=request.user, action="print_signs", obj=branch)  # type: ignore[arg-type]
    answer = HttpResponse(made, content_type=WORD)
    name = f"{branch.label}党员挂牌（{timezone.localdate()}）.docx"
    answer["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return answer
