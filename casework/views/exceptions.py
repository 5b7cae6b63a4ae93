"""Exceptions of one case: breaking the glass, keeping a named person out (design 5.8, 5.9)."""

from django.contrib import messages
from django.contrib.auth import authenticate
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from casework.domain.glass import break_glass, close_glass
from casework.domain.lock_outs import let_in, lock_out
from casework.forms import GlassForm, LockOutForm
from casework.models import Case, LockOut
from casework.queries.exceptions import locks_of, open_glass
from casework.queries.people import people_near
from portal.core.domain import second_factor
from portal.core.errors import DomainError


@login_required
def glass(request: HttpRequest, pk: int) -> HttpResponse:
    """The second log-in step, a written reason, one case, four hours."""
    case = Case.objects.get_for(request.user, "break_glass", pk)
    by_code = second_factor.is_enrolled(request.user)  # type: ignore[arg-type]
    if by_code and not second_factor.is_fresh(request):
        return redirect(second_factor.confirm_url(request))
    form = GlassForm(request.POST or None, asks_password=not by_code)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid() and (by_code or _is_same_person(request, form)):
            try:
                break_glass(actor=request.user, case=case, reason=form.cleaned_data["reason"])
            except DomainError as error:
                form.add_error(None, str(error))
            else:
                messages.success(request, _("Opened for four hours; others have been told."))
                return redirect("casework:case", pk=case.pk)
    page = {"form": form, "case": case, "open": open_glass(request.user, case)}
    return render(request, "casework/glass.html", page, status=status)


def _is_same_person(request: HttpRequest, form: GlassForm) -> bool:
    """The password once more, counted like a log-in: too many wrong ones lock the account."""
    try:
        found = authenticate(
            request, username=request.user.get_username(), password=form.cleaned_data["password"]
        )
    except PermissionDenied:
        found = None
    if found is None or found.pk != request.user.pk:
        form.add_error("password", _("The password is wrong. Nothing was opened."))
        return False
    return True


@login_required
@require_POST
def end_glass(request: HttpRequest, pk: int) -> HttpResponse:
    """Close one's own broken glass before its time."""
    case = Case.objects.get_for(request.user, "see_case", pk)
    broken = open_glass(request.user, case)
    if broken is not None:
        close_glass(actor=request.user, broken=broken)
    messages.success(request, _("The sealed notes are closed again."))
    return redirect("casework:case", pk=case.pk)


@login_required
def locks(request: HttpRequest, pk: int) -> HttpResponse:
    """Who is kept out of this case, and keeping one more out."""
    case = Case.objects.get_for(request.user, "manage_case", pk)
    people = [one for one in people_near(case) if one[0] != request.user.pk]
    form = LockOutForm(request.POST or None, people=people)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                held = lock_out(
                    actor=request.user, case=case, person=form.chosen(),
                    reason=form.cleaned_data["reason"],
                )  # fmt: skip
            except DomainError as error:
                form.add_error(None, str(error))
            else:
                messages.success(
                    request, _("%(name)s is locked out of this case.") % {"name": held.person.name}
                )
                return redirect("casework:locks", pk=case.pk)
    page = {"form": form, "case": case, "locks": locks_of(case)}
    return render(request, "casework/locks.html", page, status=status)


@login_required
@require_POST
def end_lock(request: HttpRequest, pk: int, lock: int) -> HttpResponse:
    """Let a person in again."""
    case = Case.objects.get_for(request.user, "manage_case", pk)
    held = LockOut.objects.filter(case=case, pk=lock).select_related("person").first()
    if held is None:
        raise Http404
    let_in(actor=request.user, lock=held)
    messages.success(request, _("%(name)s may see this case again.") % {"name": held.person.name})
    return redirect("casework:locks", pk=case.pk)
