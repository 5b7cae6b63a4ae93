"""Prizes of students: the list by year, entering many at once, taking one back."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_GET

from partybranch.domain.honours import enter_honours, withdraw_honour
from partybranch.forms_honour import HonourForm, ReasonForm
from partybranch.models import Honour
from partybranch.queries.honours import honours
from partybranch.views.figures import year_chips, year_of
from partybranch.views.form_page import form_page
from portal.core.access import reaches_any
from students.models import Student
from students.views.listing import page_of


def _may_enter(user: Any) -> bool:
    return reaches_any(Student, user, "write_party_file")


@login_required
@require_GET
def honour_list(request: HttpRequest) -> HttpResponse:
    """Prizes of the year of students in reach, the latest first."""
    user: Any = request.user
    if not reaches_any(Student, user, "see_party_file"):
        raise PermissionDenied(_("None of your posts shows party files."))
    year = year_of(request)
    context = {
        "page": page_of(request, honours(user, year)), "may_enter": _may_enter(user), "year": year,
        "chips": year_chips(reverse("party:honours"), year),
        "share": f"{reverse('party:figure', args=['prizes'])}?year={year}",
    }  # fmt: skip
    return render(request, "party/honours.html", context)


@login_required
def new_honours(request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    if not _may_enter(user):
        raise PermissionDenied(_("None of your posts lets you write party files."))
    form = HonourForm(request.POST or None)

    def act(data: dict[str, Any]) -> int:
        lines = data.pop("numbers").replace("，", "\n").replace(",", "\n").split()
        return enter_honours(actor=user, numbers=lines, **data)

    def done(n: int) -> tuple[str, str]:
        words = ngettext("%(n)s prize is entered.", "%(n)s prizes are entered.", n) % {"n": n}
        return words, f"{reverse('party:honours')}?year={form.cleaned_data['on'].year}"

    return form_page(
        request, form, act, title=_("Enter prizes"), back=reverse("party:honours"), done=done,
        submit=_("Enter"), note=_("All or nothing: with one unknown number no line is saved."),
    )  # fmt: skip


@login_required
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    user: Any = request.user
    one: Honour = Honour.objects.get_for(user, "write_party_file", pk)
    return form_page(
        request, ReasonForm(request.POST or None),
        lambda data: withdraw_honour(actor=user, honour=one, reason=data["reason"]),
        title=_("Take back: %(what)s, %(who)s") % {"what": one.kind.name, "who": one.student.name},
        back=reverse("party:honours"), done=_("The entry is taken back."), submit=pgettext("entry", "Take back"),
    )  # fmt: skip
