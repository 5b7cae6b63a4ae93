"""Contracts within reach, and the account of one of them."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from casework.models import Case
from cohorts.models import Contract
from portal.core.errors import DomainError
from portal.web.domain.reminders import remind_owner
from portal.web.queries.contracts import account, may_renew, my_contracts
from portal.web.views.numbers import number


@login_required
@require_GET
def contract_list(request: HttpRequest) -> HttpResponse:
    """Every contracting group that the viewer may see, own ones first."""
    page = {"rows": my_contracts(request.user), "may_renew": may_renew(request.user)}
    return render(request, "web/contracts.html", page)


@login_required
@require_GET
def contract_page(request: HttpRequest, pk: int) -> HttpResponse:
    """The leader's account: who is in the group, what is open and whose, own duties."""
    contract = Contract.objects.get_for(request.user, "see_unit", pk)
    page = account(request.user, contract)
    request.current_unit = contract.cohort  # type: ignore[attr-defined]
    return render(request, "web/contract.html", page)


@login_required
@require_POST
def remind(request: HttpRequest, pk: int) -> HttpResponse:
    """催办: tell the responsible person; says so, or says why not."""
    case = Case.objects.get_for(request.user, "manage_case", pk)
    try:
        notice = remind_owner(
            actor=request.user,  # type: ignore[arg-type]
            case=case,
            kind=request.POST.get("kind", "follow_up"),
            step=number(request.POST.get("step"), default=0),
        )
    except DomainError as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, _("%(name)s was reminded.") % {"name": notice.user.name})
    return redirect(_back(request))


def _back(request: HttpRequest) -> str:
    target = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return target if safe else "/"
