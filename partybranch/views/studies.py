"""Studies at great dates: all of them, one with who has and who has not, opening, reminding."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from partybranch.domain.studies import kept_branches, open_study, remind_study
from partybranch.enums import ABOVE_BRANCHES
from partybranch.forms_honour import StudyForm
from partybranch.models import PartyOrganization
from partybranch.queries.studies import (
    asked_branches,
    asked_by,
    coverage,
    open_studies_of_person,
    rows_by_study,
    studies,
    study_rows,
)
from partybranch.views.figures import why_life
from partybranch.views.form_page import form_page
from portal.core import reads
from portal.core.access import reaches_any
from portal.core.errors import DomainError


def _units(user: Any) -> Any:
    rows = PartyOrganization.objects.restrict(user, "approve_party_file")
    return rows.filter(party_kind__in=ABOVE_BRANCHES, closed_on=None).order_by("code")


@login_required
@require_GET
def study_list(request: HttpRequest) -> HttpResponse:
    """Studies that ask a branch in reach, each with its coverage there."""
    user: Any = request.user
    asked = {study: here for study, here in asked_by(user, list(studies())).items() if here}
    lines = [coverage(study, rows) for study, rows in rows_by_study(asked).items()]
    units = {one.pk for here in asked.values() for one in here}
    may_open = _units(user).exists()
    if not lines and not may_open and not reaches_any(PartyOrganization, user, "see_branch_life"):
        raise PermissionDenied(_("None of your posts shows the life of branches."))
    context = {
        "lines": lines, "may_open": may_open, "today": timezone.localdate(),
        "why": why_life(user, units) if units else "",
    }  # fmt: skip
    return render(request, "party/studies.html", context)


@login_required
@require_GET
def study(request: HttpRequest, pk: int) -> HttpResponse:
    """Everyone who is asked, those who have not studied yet first; ``branch`` and ``only`` narrow."""
    user: Any = request.user
    one = get_object_or_404(studies(), pk=pk)
    branches = asked_branches(user, one)
    if not branches:
        raise Http404
    rows = study_rows(one, branches)
    sums = coverage(one, rows)
    here = reverse("party:study", args=[pk])
    chosen = next((b for b in branches if str(b.pk) == request.GET.get("branch")), None)
    rows = [row for row in rows if row.branch == chosen] if chosen else rows
    within = coverage(one, rows)
    only = request.GET.get("only", "")
    more = f"&branch={chosen.pk}" if chosen else ""
    words = {"": (_("All"), within.asked), "missing": (_("not yet"), within.missing),
             "came": (_("studied"), within.came)}  # fmt: skip
    chips = [{"label": word, "url": f"{here}?only={key}{more}", "active": key == only, "count": n}
             for key, (word, n) in words.items()]  # fmt: skip
    places = [{"label": _("All branches"), "url": f"{here}?only={only}", "active": chosen is None}]
    places += [
        {"label": b.label, "url": f"{here}?only={only}&branch={b.pk}", "active": b == chosen}
        for b in branches
    ]
    if only in ("missing", "came"):
        rows = [row for row in rows if (row.on is None) == (only == "missing")]
    reads.note(user, "read_study", one)
    is_running = one.until is not None and one.until >= timezone.localdate()
    context = {
        "study": one, "sums": sums, "rows": rows, "chips": chips,
        "places": places if len(branches) > 1 else [],
        "may_remind": is_running and sums.missing and bool(kept_branches(user, branches)),
        "why": why_life(user, [b.pk for b in branches]),
    }  # fmt: skip
    return render(request, "party/study.html", context)


@login_required
def new_study(request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    units = _units(user)
    if not units.exists():
        raise PermissionDenied(_("A committee opens a study: organisers and its members enter it."))
    today = timezone.localdate()
    form = StudyForm(request.POST or None, units=units, initial={"since": today})
    return form_page(
        request, form, lambda data: open_study(actor=user, **data),
        title=_("A study at a great date"), back=reverse("party:studies"),
        submit=_("Ask the branches"),
        note=_("Branches find it among the kinds of events in these days; whoever was present at "
               "one of them has studied."),
        done=lambda made: (_("The branches are asked."), reverse("party:study", args=[made.pk])),
    )  # fmt: skip


@login_required
@require_POST
def remind(request: HttpRequest, pk: int) -> HttpResponse:
    """A line in the bell of everyone who has not studied yet."""
    user: Any = request.user
    one = get_object_or_404(studies(), pk=pk)
    try:
        n = remind_study(actor=user, study=one)
    except DomainError as error:
        messages.error(request, str(error))
    else:
        words = ngettext("%(n)s member was reminded.", "%(n)s members were reminded.", n)
        none = _("Nobody was reminded: each of them has been today, or has no account.")
        messages.success(request, words % {"n": n} if n else none)
    return redirect("party:study", pk)


@login_required
@require_GET
def my_studies(request: HttpRequest) -> HttpResponse:
    """What the person still has to study, in own words; needs no post."""
    return render(request, "party/my_studies.html", {"rows": open_studies_of_person(request.user)})
