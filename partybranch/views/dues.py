"""Party dues: all branches in reach, one branch by month, entering, one's own."""

import datetime as dt
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from cohorts.post_reasons import post_reasons
from partybranch.domain.dues import AHEAD, enter_dues, set_dues, withdraw_dues
from partybranch.domain.dues_table import Behind, first_of
from partybranch.domain.months import add_months
from partybranch.forms_dues import PaymentForm, RateForm, TakeBackForm
from partybranch.models import DuesPayment, PartyMember, PartyOrganization
from partybranch.queries.dues import dues_of, own_dues, share_of, unpaid_in
from partybranch.queries.dues_board import dues_board
from partybranch.views.form_page import form_page
from partybranch.views.life import branch_of
from portal.core import reads
from portal.core.access import reaches_one
from portal.core.typed import whole


@login_required
@require_GET
def board(request: HttpRequest) -> HttpResponse:
    """Branches whose dues this person may see, those with most members behind first."""
    user: Any = request.user
    lines = dues_board(user)
    if not lines:
        raise PermissionDenied(_("None of your posts shows the dues of branches."))
    units = [line.branch.pk for line in lines]
    why = "；".join(one.text for one in post_reasons(user, "see_dues", units))
    return render(request, "party/dues_board.html", {"lines": lines, "why": why})


def _year(request: HttpRequest, branch: PartyOrganization) -> int:
    now = timezone.localdate().year
    year = whole(request.GET.get("year"), 4)
    first = branch.opened_on.year if branch.opened_on else now
    return min(max(year, first), now) if year else now


@login_required
@require_GET
def branch_dues(request: HttpRequest, pk: int) -> HttpResponse:
    """The twelve months of a year for every member, those furthest behind first."""
    user: Any = request.user
    branch = branch_of(request, pk, "see_dues")
    year, today = _year(request, branch), timezone.localdate()
    rows = dues_of(branch, year)
    here = reverse("party:dues", args=[pk])
    last = add_months(first_of(today), -1)
    reads.note(user, "read_dues", branch)
    context = {
        "branch": branch, "rows": rows, "year": year, "months": range(1, 13),
        "running": first_of(today),
        "tabs": [{"label": str(one), "url": f"{here}?year={one}", "active": one == year}
                 for one in range(today.year - 1, today.year + 1)],
        "share": share_of(rows, last) if last.year == year else None,
        "total": sum((row.paid for row in rows), start=0),
        "states": {one.name.lower(): sum(row.state == one for row in rows) for one in Behind},
        "may_write": reaches_one(PartyOrganization, user, "write_dues", pk),
        "why": "；".join(one.text for one in post_reasons(user, "see_dues", {pk})),
    }  # fmt: skip
    return render(request, "party/dues.html", context)


def _month(request: HttpRequest) -> dt.date:
    text = request.POST.get("month") or request.GET.get("month") or ""
    now = first_of(timezone.localdate())
    try:
        month = first_of(dt.date.fromisoformat(f"{text[:7]}-01"))
    except ValueError:
        return now
    return month if month <= add_months(now, AHEAD) else now


@login_required
def enter(request: HttpRequest, pk: int) -> HttpResponse:
    """Who paid a month: all who have not yet are ticked."""
    branch = branch_of(request, pk, "write_dues")
    month = _month(request)
    form = PaymentForm(
        request.POST or None, unpaid=unpaid_in(branch, month),
        initial={"month": month, "paid_on": timezone.localdate()},
    )  # fmt: skip

    def act(data: dict[str, Any]) -> int:
        return enter_dues(
            actor=request.user, branch=branch, month=data["month"], paid_on=data["paid_on"],  # type: ignore[arg-type]
            members=form.paid(),
        )  # fmt: skip

    back = reverse("party:dues", args=[pk])

    def done(made: int) -> tuple[str, str]:
        return _("%(n)s payments are entered.") % {"n": made}, back

    return form_page(
        request, form, act, title=_("Enter dues: %(branch)s") % {"branch": branch.label},
        back=back, done=done, submit=_("Enter"),
        note=_("Another month: choose it, and those who have paid it already drop out."),
    )  # fmt: skip


@login_required
def rate(request: HttpRequest, pk: int, member: int) -> HttpResponse:
    """The monthly dues of one member of staff, by the table of the rule."""
    branch = branch_of(request, pk, "write_dues")
    one = PartyMember.objects.filter(
        pk=member, branches__branch=branch, branches__until=None, branches__is_relation=True,
        person__isnull=False,
    ).select_related("person").first()  # fmt: skip
    if one is None:
        raise Http404
    form = RateForm(request.POST or None, initial={"since": first_of(timezone.localdate())})

    def act(data: dict[str, Any]) -> Any:
        return set_dues(actor=request.user, member=one, **data)  # type: ignore[arg-type]

    back = reverse("party:dues", args=[pk])

    def done(made: Any) -> tuple[str, str]:
        return _("%(amount)s yuan a month.") % {"amount": made.amount}, back

    note = _("Up to 3000 yuan 0.5%, up to 5000 1%, up to 10000 1.5%, above that 2%.")
    return form_page(request, form, act, title=_("Monthly dues: %(name)s") % {"name": one.name},
                     back=back, done=done, submit=_("Set the amount"), note=note)  # fmt: skip


@login_required
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back one payment that was entered by mistake."""
    payment: DuesPayment = DuesPayment.objects.get_for(request.user, "write_dues", pk)
    form = TakeBackForm(request.POST or None)

    def act(data: dict[str, Any]) -> None:
        withdraw_dues(actor=request.user, payment=payment, **data)  # type: ignore[arg-type]

    title = _("Take back %(month)s: %(name)s") % {
        "month": f"{payment.month:%Y-%m}", "name": payment.member.name,
    }  # fmt: skip
    return form_page(request, form, act, title=title,
                     back=reverse("party:dues", args=[payment.branch_id]),
                     done=_("The payment counts no more."), submit=_("Take back the payment"))  # fmt: skip


@login_required
@require_GET
def mine(request: HttpRequest) -> HttpResponse:
    """One's own dues, for members with an account."""
    found = own_dues(request.user)
    if found is None:
        raise Http404
    return render(request, "party/my_dues.html", {"mine": found})
