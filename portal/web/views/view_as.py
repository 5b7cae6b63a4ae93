"""Looking at the portal as a colleague sees it, for support (design 5.9)."""

from django import forms
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from portal.core import view_as as session
from portal.core.domain.view_as import MINUTES, begin_view_as, end_view_as
from portal.core.errors import DomainError
from portal.core.models import User
from portal.web.queries.frame import holding


class ViewAsForm(forms.Form):
    number = forms.CharField(label=gettext_lazy("Staff number"), max_length=20)
    reason = forms.CharField(
        label=gettext_lazy("What do you help with"),
        max_length=200,
        error_messages={"required": gettext_lazy("Say in a few words what you help with.")},
    )


@login_required
def view_as(request: HttpRequest) -> HttpResponse:
    """Whose eyes, and why. A number out of reach answers like one that does not exist."""
    if "view_as" not in holding(request.user).actions:
        raise PermissionDenied(_("None of your posts lets you look through another account."))
    form = ViewAsForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            number = form.cleaned_data["number"].replace("\x00", "").strip()
            person = User.objects.filter(username=number).first()
            try:
                found = begin_view_as(
                    actor=request.user, person=person, reason=form.cleaned_data["reason"]
                )
            except DomainError as error:
                form.add_error(None, str(error))
            else:
                session.start(request, found)
                return redirect("web:workbench")
    page = {"form": form, "minutes": MINUTES}
    return render(request, "web/view_as.html", page, status=status)


@login_required
@require_POST
def end(request: HttpRequest) -> HttpResponse:
    """Back to one's own account."""
    supporter = request.user.supporter
    if supporter is not None:
        person = User.objects.get(pk=request.user.pk)
        end_view_as(actor=supporter, person=person)
        session.stop(request)
    return redirect("web:workbench")
