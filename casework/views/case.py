"""One case: stages, plan, records, side panel; logging, correcting, assigning, raising."""

import datetime as dt
import json
import uuid
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_POST

from casework.domain.follow_ups import log_follow_up
from casework.enums import Channel, Confidentiality, Risk
from casework.forms import FollowUpForm
from casework.models import Case
from casework.queries.blocks import shown_blocks
from casework.queries.case_file import case_file
from casework.queries.case_page import case_reasons, case_rights, plan_steps, stage_strip
from casework.queries.side_panel import side_panel
from casework.queries.timeline import KINDS, MOST, timeline
from casework.views.quick_log import chip_words
from portal.core import reads, scope
from portal.core.errors import DomainError
from students.models import Student
from students.views.listing import without

ALL = 1000


@login_required
@require_GET
def case_page(request: HttpRequest, pk: int) -> HttpResponse:
    """The whole page, or with ``?part=records`` only the records (chips, "earlier")."""
    case = Case.objects.get_for(request.user, "see_case", pk)
    reads.note(request.user, "read_case", case)
    if request.GET.get("part") == "records" and request.headers.get("HX-Request"):
        return render(request, "casework/_records.html", records_context(request, case))
    return render(request, "casework/case.html", page_context(request, case))


@login_required
@require_POST
def add_record(request: HttpRequest, pk: int) -> HttpResponse:
    """The composer: the same write as the quick log; htmx gets records and side panel back."""
    case = Case.objects.get_for(request.user, "see_case", pk)
    student = Student.objects.get_for(request.user, "log_talk", case.student_id)
    form = FollowUpForm(request.POST)
    problems: list[tuple[str, str]] = []
    if not case.is_open:
        # Closed since the page was opened: the words stay on the page, to be copied.
        problems.append(("", _("This case is closed; nothing was saved.")))
    elif form.is_valid():
        try:
            log_follow_up(actor=request.user, student=student, **form.cleaned_data)
        except DomainError as error:
            problems.append(("", str(error)))
    problems += [(name, str(line)) for name, lines in form.errors.items() for line in lines]
    is_htmx = bool(request.headers.get("HX-Request"))
    if not problems:
        words = _("Saved: record on %(name)s.") % {"name": student.name}
        if not is_htmx:
            messages.success(request, words)
            return redirect("casework:case", pk=case.pk)
        context = page_context(request, case)
        context["composer"] = _composer({}, context["sheet"])
        answer = render(request, "casework/_saved.html", context)
        answer["HX-Trigger"] = json.dumps({"toast": {"text": words, "tone": "ok"}})
        return answer
    extra = {"problems": problems, "form": form}
    if is_htmx:
        return render(request, "casework/_records.html", records_context(request, case) | extra)
    return render(request, "casework/case.html", page_context(request, case) | extra, status=422)


def page_context(request: HttpRequest, case: Case) -> dict[str, Any]:
    """Values of the whole page; the number of queries does not depend on the case."""
    records = records_context(request, case)
    sheet = records["sheet"]
    steps = plan_steps(sheet["steps"])
    return records | {
        "place": sheet["place"],
        "why": case_reasons(request.user, case),
        "stages": stage_strip(sheet),
        "steps": steps,
        "steps_done": sum(1 for step in steps if step["done"] >= step["total"]),
        "glance": side_panel(sheet, records["timeline"]),
        "blocks": shown_blocks(request.user, case, sheet, records["rights"]),
    }


def records_context(request: HttpRequest, case: Case) -> dict[str, Any]:
    """Composer and timeline."""
    kind = request.GET.get("kind", "")
    kind = kind if kind in KINDS else ""
    most = ALL if request.GET.get("all") else MOST
    rights = case_rights(request.user, case)
    sheet = case_file(case, request.user, kind, most)
    shown = timeline(request.user, sheet, kind, most)
    return {
        "case": case,
        "sheet": sheet,
        "rights": rights,
        "timeline": shown,
        "kind_chips": _kind_chips(request, kind),
        "composer": _composer(request.POST, sheet),
        "client_key": uuid.uuid4(),
    }


def _kind_chips(request: HttpRequest, kind: str) -> list[dict[str, Any]]:
    words = {"": _("All"), "talks": _("Talks"), "family": _("Family"),
             "plan": pgettext("timeline", "Plan"), "moves": _("Changes")}  # fmt: skip
    base = without(request, "kind") if request.GET else "?"
    return [
        {"label": label, "kind": code, "active": code == kind, "url": f"{base}&kind={code}"}
        for code, label in words.items()
    ]


def _composer(typed: Mapping[str, Any], sheet: Mapping[str, Any]) -> dict[str, Any]:
    """Choices of the composer with what was typed; an empty mapping gives a fresh one whose next
    contact is the day that the level asks for."""
    by_level = scope.today() + dt.timedelta(days=sheet["level_contact_every_days"])
    words = chip_words()
    chosen = typed.get("channel", Channel.FACE)
    return {
        "kinds": [
            {"value": value, "label": words[value], "checked": value == chosen}
            for value in Channel.values
        ],
        "text": typed.get("content", ""),
        "next_pick": typed.get("next_pick", by_level.isoformat()),
        "risk": typed.get("risk", Risk.ORDINARY),
        "risks": Risk.choices,
        "confidentiality": typed.get("confidentiality", ""),
        "visible": Confidentiality.choices,
        "needs_report": typed.get("needs_report", ""),
    }
