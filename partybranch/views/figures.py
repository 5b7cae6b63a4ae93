"""Figures of party building, and the list behind each."""

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
from partybranch.queries.figures import FIGURES, Counted, board, counted, targets
from partybranch.queries.life import life_branches
from portal.core.typed import whole

YEARS = 5
_IN_A_ROW = 4


def year_of(request: HttpRequest) -> int:
    """``?year=``, one of the last five; this year for anything else."""
    year, now = whole(request.GET.get("year"), 4), timezone.localdate().year
    return year if now - YEARS < year <= now else now


def year_chips(here: str, year: int, more: str = "") -> list[dict[str, Any]]:
    """A chip for each of the last years; ``more`` is kept in the address."""
    now = timezone.localdate().year
    return [
        {"label": str(one), "url": f"{here}?year={one}{more}", "active": one == year, "count": None}
        for one in range(now, now - YEARS, -1)
    ]


def why_life(user: Any, unit_ids: Any) -> str:
    return "；".join(one.text for one in post_reasons(user, "see_branch_life", unit_ids))


def _units(user: Any) -> list[int]:
    """Branches in reach; PermissionDenied where there is none."""
    found = [one.pk for one in life_branches(user)]
    if not found:
        raise PermissionDenied(_("None of your posts shows the life of branches."))
    return found


def _tile(one: Counted, year: int) -> dict[str, Any]:
    url = reverse("party:figure", args=[one.figure.code])
    share = {"denominator": one.of, "rate": one.rate} if one.figure.is_share else {}
    return {"label": one.figure.label, "url": f"{url}?year={year}", "value": one.n,
            "delta_note": one.target_words, **share}  # fmt: skip


@login_required
@require_GET
def figures(request: HttpRequest) -> HttpResponse:
    """All figures of the branches in reach; each opens its list."""
    user: Any = request.user
    units, year = _units(user), year_of(request)
    tiles = [_tile(one, year) for one in board(user, year)]
    shares = [one for one in tiles if "rate" in one]
    context = {
        "plain": [one for one in tiles if "rate" not in one],
        "shares": [shares[:_IN_A_ROW], shares[_IN_A_ROW:]],
        "notes": list(FIGURES.values()), "chips": year_chips(reverse("party:figures"), year),
        "why": why_life(user, units),
    }  # fmt: skip
    return render(request, "party/figures.html", context)


@login_required
@require_GET
def figure(request: HttpRequest, code: str) -> HttpResponse:
    """The rows that a figure counts; of a share also the others."""
    user: Any = request.user
    one = FIGURES.get(code)
    if one is None:
        raise Http404
    units, year = _units(user), year_of(request)
    lines = one.rows(user, year)
    sums = counted(one, lines, targets().get(code))
    here, only = reverse("party:figure", args=[code]), request.GET.get("only", "")
    chips: list[dict[str, Any]] = []
    if one.is_share:
        words = {
            "": (_("All"), sums.of),
            "yes": (one.yes, sums.n),
            "no": (one.no, sums.of - sums.n),
        }
        chips = [
            {
                "label": word,
                "url": f"{here}?year={year}&only={key}",
                "active": key == only,
                "count": n,
            }
            for key, (word, n) in words.items()
        ]
        if only in ("yes", "no"):
            lines = [line for line in lines if line.counts == (only == "yes")]
    context = {
        "figure": one, "sums": sums, "lines": lines, "chips": chips, "why": why_life(user, units),
        "years": year_chips(here, year, f"&only={only}") if one.is_yearly else [],
        "back": f"{reverse('party:figures')}?year={year}",
    }  # fmt: skip
    return render(request, "party/figure.html", context)
