"""The workbench at ``/`` and the phone's own page ``/me/``."""

from collections.abc import Sequence
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from portal.web.context import page_frame
from portal.web.queries.contracts import led_accounts
from portal.web.queries.frame import facts, holding
from portal.web.queries.offices import is_administrator, office_links, state
from portal.web.queries.workbench import latest_notices, today
from students.access import own_student_id


@login_required
@require_GET
def workbench(request: HttpRequest) -> HttpResponse:
    """Today, overdue, new, mine; administrators see their tools, students go to their page."""
    user = request.user
    roles, actions, units = _posts(request)
    if not actions and not roles and own_student_id(user) is not None:  # type: ignore[arg-type]
        return redirect("students:my")
    page: dict[str, Any] = {"has_posts": bool(roles)}
    if is_administrator(roles):
        page["notices"] = latest_notices(user)
        page["office"] = state(roles)
        page["links"] = office_links(actions, roles)
        return render(request, "web/office.html", page)
    day = today(user, with_cases="see_case" in actions)
    page |= {
        "groups": day.groups,
        "counts": day.counts,
        "agreed": day.agreed if day.tiles else [],
        "notices": day.notices,
        "tiles": day.tiles,
        "accounts": led_accounts(user) if "contract_leader" in roles else [],
        "units": units[:6],
        "has_students": bool(day.tiles),
    }
    return render(request, "web/workbench.html", page)


def _posts(request: HttpRequest) -> tuple[tuple[str, ...], frozenset[str], Sequence[Any]]:
    """Roles, actions and units of the switcher, from the frame around this page if it is there."""
    frame = page_frame(request)
    if "role_codes" in frame:
        return frame["role_codes"], frame["held_actions"], frame["unit_choices"]
    held = holding(request.user)
    return facts(request.user).role_codes, held.actions, held.choices


@login_required
@require_GET
def me(request: HttpRequest) -> HttpResponse:
    """我的: name, posts, language, log-out; navigation for the phone."""
    return render(request, "web/me.html", {"posts": facts(request.user).role_names})
