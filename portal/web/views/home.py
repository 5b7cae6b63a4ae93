"""The workbench at ``/`` and the phone's own page ``/me/``."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from portal.core.models import Notification
from portal.web.queries.contracts import led_accounts
from portal.web.queries.frame import facts, holding
from portal.web.queries.offices import is_administrator, office_links, state
from portal.web.queries.workbench import agreed_contacts, figures, today
from students.access import own_student_id

_NOTICES = 5


@login_required
@require_GET
def workbench(request: HttpRequest) -> HttpResponse:
    """Today, overdue, new, mine; administrators see their tools, students go to their page."""
    user = request.user
    known, held = facts(user), holding(user)
    if not held.actions and not known.role_codes and own_student_id(user) is not None:  # type: ignore[arg-type]
        return redirect("students:my")
    page: dict[str, Any] = {
        "notices": Notification.objects.filter(user=user).order_by("-pk")[:_NOTICES],
        "has_posts": bool(known.role_codes),
    }
    if is_administrator(known.role_codes):
        page["office"] = state(known.role_codes)
        page["links"] = office_links(held.actions, known.role_codes)
        return render(request, "web/office.html", page)
    page |= today(user)
    tiles = figures(user, with_cases="see_case" in held.actions)
    rows = {line.student_no for group in page["groups"] for line in group.rows}
    page |= {
        "agreed": agreed_contacts(user, rows) if tiles else [],
        "tiles": tiles,
        "accounts": led_accounts(user) if "contract_leader" in known.role_codes else [],
        "units": held.choices[:6],
        "has_students": bool(tiles),
    }
    return render(request, "web/workbench.html", page)


@login_required
@require_GET
def me(request: HttpRequest) -> HttpResponse:
    """我的: name, posts, language, log-out; navigation for the phone."""
    return render(request, "web/me.html", {"posts": facts(request.user).role_names})
