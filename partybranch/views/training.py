"""Class hours of training: all branches, one branch by member."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from partybranch.queries.training import (
    certificates_of,
    honour_numbers,
    hours_in,
    training_board,
    training_branches,
)
from partybranch.views.figures import why_life, year_chips, year_of
from partybranch.views.life import branch_of
from portal.core import reads


def _asked() -> dict[str, int]:
    known = honour_numbers()
    return {"members": known["training.member_hours"], "officers": known["training.officer_hours"],
            "minutes": known["training.hour_minutes"]}  # fmt: skip


@login_required
@require_GET
def training(request: HttpRequest) -> HttpResponse:
    """Each branch in reach with how many members have the hours of the year."""
    user: Any = request.user
    branches, year = training_branches(user), year_of(request)
    if not branches:
        raise PermissionDenied(_("None of your posts shows the life of branches."))
    lines = training_board(branches, year)
    context = {
        "lines": lines, "year": year, "asked": _asked(),
        "met": sum(line.met for line in lines), "members": sum(line.members for line in lines),
        "chips": year_chips(reverse("party:training"), year),
        "why": why_life(user, [one.pk for one in branches]),
    }  # fmt: skip
    return render(request, "party/training.html", context)


@login_required
@require_GET
def training_branch(request: HttpRequest, pk: int) -> HttpResponse:
    """Members of a branch with their hours, those furthest behind first."""
    user: Any = request.user
    branch, year = branch_of(request, pk, "see_branch_life"), year_of(request)
    rows = hours_in([branch], year)
    reads.note(user, "read_branch_training", branch)
    context = {
        "branch": branch, "rows": rows, "year": year, "asked": _asked(),
        "met": sum(row.is_met for row in rows), "certificates": certificates_of(branch, year),
        "chips": year_chips(reverse("party:training_branch", args=[pk]), year),
        "why": why_life(user, {pk}),
    }  # fmt: skip
    return render(request, "party/training_branch.html", context)
