"""Functional and temporary branches: asked for, and asked to be closed."""

import uuid
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from cohorts.access import granted_unit_ids
from partybranch.domain.beside import apply_for_branch, apply_to_close, committee_above
from partybranch.enums import BESIDE_KINDS
from partybranch.forms_changes import BesideForm, EndForm
from partybranch.models import PartyOrganization
from partybranch.queries.changes import parents_for
from partybranch.views.form_page import form_page


def _sent(made: Any) -> tuple[str, str]:
    return (_("Sent. Nothing changes before the committee has approved."),
            reverse("party:change", args=[made.pk]))  # fmt: skip


@login_required
def new_beside(request: HttpRequest) -> HttpResponse:
    """Ask for a functional or temporary branch below an organisation of one's committee."""
    user: Any = request.user
    parents = parents_for(user)
    if not parents.exists():
        raise PermissionDenied(_("None of your posts keeps the rolls of branches for a committee."))
    form = BesideForm(request.POST or None, parents=parents, initial={"client_key": uuid.uuid4()})
    return form_page(
        request, form, lambda data: apply_for_branch(actor=user, **data),
        title=_("Ask for a functional or temporary branch"), back=reverse("party:changes"),
        submit=_("Send to the committee"), done=_sent,
    )  # fmt: skip


@login_required
def close_beside(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask to close a functional or temporary branch before its task ends."""
    user: Any = request.user
    branch: PartyOrganization = PartyOrganization.objects.get_for(user, "write_party_file", pk)
    if branch.party_kind not in BESIDE_KINDS or branch.closed_on is not None:
        raise Http404
    if committee_above(branch).pk not in granted_unit_ids(user, "write_party_file"):
        raise PermissionDenied(_("None of your posts keeps the rolls of branches for a committee."))
    return form_page(
        request, EndForm(request.POST or None),
        lambda data: apply_to_close(actor=user, branch=branch, reason=data["reason"]),
        title=_("Ask to close: %(name)s") % {"name": branch.name},
        back=reverse("party:branch", args=[pk]), submit=_("Send to the committee"), done=_sent,
        note=_("Its members stay in their home branches; its posts end and its book stays readable."),
    )  # fmt: skip
