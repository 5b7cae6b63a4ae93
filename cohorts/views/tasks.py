"""The inbox, giving a task, one task, and the same act on several with a preview."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_GET

from cohorts.domain.tasks import give_task
from cohorts.forms.people import suggested_people
from cohorts.forms.tasks import GiveForm
from cohorts.queries.tasks import BOXES, STATES, box_counts, box_rows, in_state, task_page
from cohorts.task_access import givable_unit_ids
from cohorts.task_sources import sources
from portal.core.errors import DomainError
from portal.core.listing import PAGE_SIZE

_BOX_WORDS = {
    "mine": gettext_lazy("Mine"),
    "given": gettext_lazy("Given by me"),
    "units": gettext_lazy("My units'"),
}
_STATE_WORDS = {
    "open": pgettext_lazy("task", "open"),
    "late": gettext_lazy("overdue"),
    "today": gettext_lazy("due today"),
    "week": gettext_lazy("within 7 days"),
    "gap": gettext_lazy("nobody to do it"),
    "reported": gettext_lazy("to be checked"),
    "done": pgettext_lazy("task", "done"),
    "dropped": pgettext_lazy("task", "dropped"),
}
_CLOSED = frozenset({"reported", "done", "dropped"})
_LAST = 10**6


def _number(request: HttpRequest) -> int:
    text = request.GET.get("page", "1")
    return min(int(text), _LAST) if text.isascii() and text.isdigit() and len(text) < 9 else 1


def _url(box: str, state: str, source: str) -> str:
    return f"?box={box}&state={state}" + (f"&source={source}" if source else "")


@login_required
@require_GET
def task_list(request: HttpRequest) -> HttpResponse:
    """One box of the inbox; ``box``, ``state`` and ``source`` stand in the address."""
    box = request.GET.get("box", "")
    box = box if box in BOXES else BOXES[0]
    state = request.GET.get("state", "")
    state = state if state in STATES else STATES[0]
    known = {one.code: one for one in sources()}
    source = request.GET.get("source", "")
    source = source if source in known else ""
    rows = box_rows(request.user, box).filter(in_state(state))
    if source:
        rows = rows.filter(source=source)
    counts = box_counts(request.user)
    total = {"open": counts[box].open, "late": counts[box].late}.get(state) if not source else None
    found = task_page(request.user, rows, max(1, _number(request)), state not in _CLOSED, total)
    context: dict[str, Any] = {
        "page": Page(found.rows, found.number, Paginator(range(found.total), PAGE_SIZE)),
        "rows": found.rows, "box": box, "late": counts[box].late,
        "tabs": [
            {"label": words, "count": counts[code].open, "active": code == box,
             "url": _url(code, state, source)}
            for code, words in _BOX_WORDS.items()
        ],
        "chips": [
            {"label": words, "active": code == state, "url": _url(box, code, source),
             "count": counts[box].late if code == "late" else None}
            for code, words in _STATE_WORDS.items()
        ],
        "source_chips": [
            {"label": _("all"), "active": not source, "url": _url(box, state, ""), "count": None},
            *({"label": one.label, "active": code == source, "url": _url(box, state, code),
               "count": None} for code, one in known.items()),
        ],
        "bulk_actions": _bulk_actions(box) if state not in _CLOSED else [],
        "all_url": _url(box, "open", ""),
    }  # fmt: skip
    return render(request, "cohorts/tasks.html", context)


def _bulk_actions(box: str) -> list[dict[str, Any]]:
    acts = [
        ("complete", _("Close with evidence"), "check"),
        ("postpone", _("Postpone"), "clock"),
        ("reassign", _("Reassign"), "transfer"),
    ]
    if box != "mine":
        acts = acts[::-1]
    return [
        {"label": label, "url": reverse(f"cohorts:tasks_{act}"), "icon": icon, "note": ""}
        for act, label, icon in acts
    ]


@login_required
def task_new(request: HttpRequest) -> HttpResponse:
    """Give a task in one's own words; the form's key makes a second sending harmless."""
    units = givable_unit_ids(request.user)  # type: ignore[arg-type]
    form = GiveForm(request.POST if request.method == "POST" else None, unit_ids=units)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            task = give_task(
                actor=request.user, text=data["text"], owner=data["owner"], unit=data["unit"],  # type: ignore[arg-type]
                due_on=data["due_on"], verifier=data["verifier"],
                key=f"form:{request.user.pk}:{data['key']}",
            )  # fmt: skip
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The task was given."))
            return redirect("cohorts:task", task.pk)
    context = {
        "form": form, "people": suggested_people(request.user, units[:200]),
        "back": reverse("cohorts:tasks"),
    }  # fmt: skip
    return render(request, "cohorts/task_new.html", context, status=422 if form.errors else 200)
