"""The list of silence: with whom nobody has spoken, the longest first."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from casework.filters import CONDITIONS, CaseFilter
from casework.models import Case
from casework.queries.silence import CHOICES, MOST_DAYS, narrowed_page, silence_page, silent_for
from casework.views.cases import filter_form
from casework.views.ledgers import log_acts
from portal.core.access import reaches_any
from portal.core.typed import whole
from students.models import Student
from students.views.listing import (
    conditions,
    heads,
    list_parts,
    page_number,
    shown_page,
    without,
)


@login_required
@require_GET
def silence(request: HttpRequest) -> HttpResponse:
    """Open cases that this person may see without real contact in the rhythm of their level, or
    for more than ``?days=``; the other keys narrow it as in the list of cases."""
    if not reaches_any(Student, request.user, "see_case"):
        raise PermissionDenied(_("None of your posts or seats lets you see cases."))
    if request.GET.get("part") == "filter":
        return filter_form(request)
    days = _days(request.GET.get("days", ""))
    narrow, number = None, page_number(request)
    if any(request.GET.get(key) for key in CONDITIONS):
        rows = Case.objects.restrict(request.user, "see_case").filter(closed_at=None)
        narrow = CaseFilter(request.GET, rows, request=request)
        found = narrowed_page(narrow.qs.filter(silent_for(days)), number)
    else:
        found = silence_page(request.user, days, number)
    context: dict[str, Any] = {
        "page": shown_page(found),
        "rows": found.rows,
        "heads": heads([("", label, "") for label in _columns()], "", False),
        "saved": _chips(request, days),
        "active": conditions(request, narrow.conditions()) if narrow else [],
        "ignored": narrow.form.errors if narrow else None,
        "clear_url": without(request, *CONDITIONS),
        "shown": found.total,
        "total": found.total,
        "q": request.GET.get("q", ""),
        "by_rhythm": days is None,
        "acts": log_acts(request.user),
    }
    context["parts"] = list_parts(
        request, context, request.user.pk, found.total, days, keep=narrow is None,
        head="casework/_ledger_heads.html",
    )  # fmt: skip
    return render(request, "casework/silence.html", context)


def _days(text: str) -> int | None:
    """A number of days from 1 on; anything else is the rhythm of the levels."""
    return min(whole(text, 4), MOST_DAYS) or None


def _columns() -> list[str]:
    return [
        _("Student"), _("Class"), _("Academy"), _("Level"), _("Silent for"),
        _("Last real contact"), _("By"), _("Responsible"),
    ]  # fmt: skip


def _chips(request: HttpRequest, days: int | None) -> list[dict[str, Any]]:
    base = without(request, "days")
    chips = [{"label": _("beyond the rhythm of the level"), "url": base, "active": days is None}]
    for number in dict.fromkeys([*CHOICES, *([days] if days else [])]):
        words = ngettext("over %(n)s day", "over %(n)s days", number) % {"n": number}
        chips.append({"label": words, "url": f"{base}&days={number}", "active": number == days})
    return chips
