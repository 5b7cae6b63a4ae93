"""The Youth League: ranking of classes by study rate, check-list of graduates to be transferred."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from partybranch.domain.imports_league import period_words
from partybranch.domain.league import list_graduates, mark_transferred, unmark_transferred
from partybranch.forms_league import ChosenForm, TransferForm
from partybranch.league_access import WRITE_TRANSFERS
from partybranch.models import LeagueTransfer
from partybranch.queries.league import (
    graduation_year,
    is_below,
    is_issue,
    keeps_classes,
    league_numbers,
    percent,
    periods,
    ranking,
    sees_league,
    transfer_board,
    transfer_years,
    transfers,
)
from portal.core.access import reaches_any
from portal.core.errors import DomainError
from portal.core.typed import whole
from students.models import Student
from students.queries.lookup import found_students, typed
from students.views.listing import PAGE_SIZE, page_of

_SHOWN = 12


def _check_door(user: Any) -> None:
    if not sees_league(user):
        raise PermissionDenied(_("None of your posts reaches a class."))


def _chip(label: str, url: str, active: bool, count: int | None = None) -> dict[str, Any]:
    return {"label": label, "url": url, "active": active, "count": count}


def _latest(known: list[str]) -> list[str]:
    """The latest months and the latest issues: a school that reads in both finds either."""
    months = [one for one in known if not is_issue(one)]
    return months[:_SHOWN] + [one for one in known if is_issue(one)][:_SHOWN]


@login_required
@require_GET
def rates(request: HttpRequest) -> HttpResponse:
    """Classes in reach by their rate in a period, with the change against the one before."""
    user: Any = request.user
    _check_door(user)
    known, only, here = periods(user), request.GET.get("only", ""), reverse("party:league")
    asked = request.GET.get("period", "")
    period = asked if asked in known else next(iter(known), "")
    found = ranking(user, period, known)
    below = found.below
    shown: list[Any] = below if only == "below" else found.lines
    if only == "missing":
        shown = found.missing
    query = f"{here}?period={period}"
    context = {
        "period": period_words(period) if period else "",
        "before": period_words(found.before) if found.before else "",
        "target": league_numbers()["study"].normalize(), "only": only,
        "page": Paginator(shown, PAGE_SIZE).get_page(request.GET.get("page")),
        "tiles": [
            {"label": _("Study rate"), "value": found.studied, "denominator": found.members,
             "rate": percent(found.studied, found.members), "url": query},
            {"label": _("Classes below the target"), "value": len(below),
             "denominator": len(found.lines), "url": f"{query}&only=below"},
            {"label": _("Classes without a number"), "value": len(found.missing),
             "url": f"{query}&only=missing"},
        ],
        "chips": [
            _chip(_("All"), query, only not in ("below", "missing"), len(found.lines)),
            _chip(_("below the target"), f"{query}&only=below", only == "below", len(below)),
            _chip(_("no rate yet"), f"{query}&only=missing", only == "missing", len(found.missing)),
        ],
        "periods": [_chip(period_words(one), f"{here}?period={one}", one == period)
                    for one in _latest(known)],
        "may_import": keeps_classes(user),
    }  # fmt: skip
    return render(request, "party/league.html", context)


def _year_of(request: HttpRequest, years: list[int]) -> int:
    asked = whole(request.GET.get("year"), 4)
    return asked if asked in years else graduation_year()


@login_required
@require_GET
def transfer_classes(request: HttpRequest) -> HttpResponse:
    """Graduates of a year by class: done, not yet, share."""
    user: Any = request.user
    _check_door(user)
    years, here = transfer_years(user), reverse("party:league_transfers")
    year, target = _year_of(request, years), league_numbers()["transfer"]
    lines = transfer_board(user, year)
    n, done = sum(one.graduates for one in lines), sum(one.done for one in lines)
    people = f"{reverse('party:league_people')}?year={year}"
    context = {
        "lines": lines, "year": year, "people": people, "target": target.normalize(),
        "is_below": is_below(done, n, target),
        "tiles": [
            {"label": _("Transferred"), "value": done, "denominator": n, "rate": percent(done, n),
             "url": f"{people}&only=done"},
            {"label": _("Not transferred yet"), "value": n - done, "url": f"{people}&only=open"},
        ],
        "chips": [_chip(str(one), f"{here}?year={one}", one == year) for one in years],
        "may_write": keeps_classes(user),
    }  # fmt: skip
    return render(request, "party/league_transfers.html", context)


@login_required
@require_GET
def transfer_people(request: HttpRequest) -> HttpResponse:
    """The graduates themselves, of a year or of one class, to be ticked many at once; ``q`` finds
    some of them by name or number. The title counts all, the chips what is found."""
    user: Any = request.user
    _check_door(user)
    year = _year_of(request, transfer_years(user))
    only, unit = request.GET.get("only", ""), whole(request.GET.get("unit"))
    rows = transfers(user, year)
    if unit:
        rows = rows.filter(unit_id=unit)
    n, done = rows.count(), rows.filter(done_on__isnull=False).count()
    here = f"{reverse('party:league_people')}?year={year}"
    here += f"&unit={unit}" if unit else ""
    found, found_done, q = n, done, typed(request.GET.get("q"))
    if q:
        rows = rows.filter(student__in=found_students(Student.objects.all(), q))
        found, found_done = rows.count(), rows.filter(done_on__isnull=False).count()
        here += f"&{urlencode({'q': q})}"
    if only in ("done", "open"):
        rows = rows.filter(done_on__isnull=only == "open")
    page = page_of(request, rows)
    context = {
        "page": page, "year": year, "q": q, "n": n, "done": done, "percent": percent(done, n),
        "unit": page.object_list[0].unit if unit and page.object_list else None,
        "chips": [
            _chip(_("All"), here, only not in ("done", "open"), found),
            _chip(_("membership transferred"), f"{here}&only=done", only == "done", found_done),
            _chip(_("not yet"), f"{here}&only=open", only == "open", found - found_done),
        ],
        "form": TransferForm(initial={"on": timezone.localdate()}),
        "may_write": reaches_any(LeagueTransfer, user, WRITE_TRANSFERS),
        "back": f"{reverse('party:league_transfers')}?year={year}",
        "here": request.get_full_path(),
        "acts": [
            {"label": _("Mark as transferred"), "url": reverse("party:league_mark")},
            {"label": _("Undo the tick"), "url": reverse("party:league_unmark")},
        ],
    }  # fmt: skip
    return render(request, "party/league_people.html", context)


@login_required
@require_POST
def draw_up(request: HttpRequest) -> HttpResponse:
    """Put on the list who finishes or has just finished; also done each night."""
    if not keeps_classes(request.user):
        raise PermissionDenied(_("None of your posts keeps this list."))
    n = list_graduates(actor=request.user)  # type: ignore[arg-type]
    words = ngettext(
        "%(n)s graduate is new on the list.", "%(n)s graduates are new on the list.", n
    )
    messages.success(request, words % {"n": n})
    return redirect("party:league_transfers")


@login_required
@require_POST
def mark(request: HttpRequest) -> HttpResponse:
    """Tick those chosen, with the day and to where."""
    return _bulk(request, TransferForm(request.POST), mark_transferred)


@login_required
@require_POST
def unmark(request: HttpRequest) -> HttpResponse:
    """Take the ticks of those chosen back."""
    return _bulk(request, ChosenForm(request.POST), unmark_transferred)


def _bulk(request: HttpRequest, form: Any, act: Any) -> HttpResponse:
    ids, back = form.ids(), form.back_to()
    mine = LeagueTransfer.objects.restrict(request.user, WRITE_TRANSFERS).filter(pk__in=ids)
    if mine.count() < len(set(ids)):
        raise PermissionDenied(_("None of your posts keeps this list."))
    if not form.is_valid():
        for errors in form.errors.values():
            messages.warning(request, errors[0])
        return redirect(back)
    try:
        n = act(actor=request.user, ids=ids, **form.values())
    except DomainError as error:
        messages.warning(request, str(error))
    else:
        words = ngettext("%(n)s entry is changed.", "%(n)s entries are changed.", n)
        messages.success(request, words % {"n": n})
    return redirect(back)
