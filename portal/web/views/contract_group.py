"""Members of a contracting group, its Word report, and renewing groups for the next year."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cohorts.domain.contract_renewal import renew_contracts, renewal_plan, school_year
from cohorts.enums import MemberType
from cohorts.models import Contract
from cohorts.queries.contract_members import members
from portal.core.access import reaches_any
from portal.core.errors import DomainError
from portal.web.domain.account_export import MAX_ITEMS, export_account
from portal.web.queries.contracts import account
from portal.web.queries.items import items
from portal.web.queries.sight import shut_for

_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@login_required
@require_GET
def member_list(request: HttpRequest, pk: int) -> HttpResponse:
    """Who belongs to the group, by which posts, until when."""
    contract = Contract.objects.get_for(request.user, "see_unit", pk)
    asked = request.GET.get("type", "")
    people = [one for one in members(contract) if asked not in MemberType.values or one.member_type == asked]  # fmt: skip
    request.current_unit = contract.cohort  # type: ignore[attr-defined]
    context = {
        "contract": contract,
        "people": people,
        "label": MemberType(asked).label if asked in MemberType.values else "",
    }
    return render(request, "web/contract_members.html", context)


@login_required
@require_POST
def word_report(request: HttpRequest, pk: int) -> HttpResponse:
    """The account as a Word file, with a reason."""
    contract = Contract.objects.get_for(request.user, "see_unit", pk)
    page = account(request.user, contract)
    if not page["may_export"]:
        raise PermissionDenied(_("None of your posts lets you export this account."))
    shut = shut_for(request.user, page["sight"])
    late, _total = items(contract.cohort_id, late=True, limit=MAX_ITEMS, shut=shut)
    try:
        made = export_account(
            actor=request.user, contract=contract, page=page, items=late,  # type: ignore[arg-type]
            reason=request.POST.get("reason", ""),
        )  # fmt: skip
    except DomainError as error:
        messages.warning(request, str(error))
        return redirect("web:contract", contract.pk)
    answer = HttpResponse(made, content_type=_WORD)
    name = f"account-{contract.cohort.code}-{timezone.localdate():%Y%m%d}.docx"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _next_year() -> str:
    today = timezone.localdate()
    first = today.year + 1 if today.month >= 9 else today.year
    return f"{first}-{first + 1}"


@login_required
@require_http_methods(["GET", "POST"])
def renew(request: HttpRequest) -> HttpResponse:
    """Groups of the year before, with what renewing them would do; then all that were chosen."""
    if not reaches_any(Contract, request.user, "manage_contract"):
        raise PermissionDenied(_("None of your posts lets you set up contracting groups."))
    data = request.POST if request.method == "POST" else request.GET
    typed = data.get("year", "") or _next_year()
    problem, year = "", ""
    rows: list[Any] = []
    try:
        year, first, _last = school_year(typed)
        before = f"{first.year - 1}-{first.year}"
        old = Contract.objects.restrict(request.user, "manage_contract").filter(
            academic_year=before
        )
        found = list(old.select_related("cohort").order_by("cohort__code"))
        if request.method == "POST":
            chosen = set(request.POST.getlist("contracts"))
            made = renew_contracts(
                actor=request.user, year=year,  # type: ignore[arg-type]
                contracts=[one for one in found if str(one.pk) in chosen],
                with_posts=request.POST.get("with_posts") == "1",
            )  # fmt: skip
            messages.success(request, _("%(n)s groups have been renewed.") % {"n": len(made)})
            return redirect("web:contracts")
        rows = renewal_plan(found, year)
    except DomainError as error:
        problem = str(error)
        if request.method == "POST" and year:
            rows = renewal_plan(found, year)
    context = {"year": year or typed, "rows": rows, "problem": problem}
    status = 422 if request.method == "POST" else 200
    return render(request, "web/contract_renew.html", context, status=status)
