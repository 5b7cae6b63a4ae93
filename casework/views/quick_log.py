"""The quick log: a talk recorded with one hand, on the phone or at the desk."""

import uuid
from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from casework.domain.follow_ups import log_follow_up
from casework.domain.talk_details import DETAILS, types_offered
from casework.enums import Channel, Confidentiality, Risk
from casework.forms import FollowUpForm
from casework.queries.hints import hints
from casework.queries.quick_log import next_dates, picks, sole_number
from partybranch.domain.cultivation import may_count_talks
from portal.core.errors import DomainError
from portal.core.ui.words import per_language
from students.models import Student
from students.queries.lookup import typed
from students.queries.rights import reaches_anyone

FIELD_ID = "log-%s"


@login_required
def log(request: HttpRequest) -> HttpResponse:
    """GET: the form, ``?student=<student_no>`` chosen. POST: save; same key, same record."""
    is_sent = request.method == "POST" and "find" not in request.POST
    if not reaches_anyone(request.user, "log_talk"):
        denied = PermissionDenied(_("None of your posts lets you log talks."))
        if is_sent:
            return _refused(request, denied)
        raise denied
    if is_sent:
        return _save(request)
    number = request.POST.get("student") or request.GET.get("student") or ""
    student = _student(request, number) if number else None
    form = FollowUpForm(request.POST, auto_id=FIELD_ID) if request.method == "POST" else None
    text = typed(request.POST.get("q") or request.GET.get("q"))
    return _page(request, form, student, text)


def _student(request: HttpRequest, number: str) -> Student:
    student: Student = Student.objects.get_for(
        request.user, "log_talk", student_no=number.replace("\x00", "")[:20]
    )
    return student


def _page(
    request: HttpRequest,
    form: FollowUpForm | None,
    student: Student | None,
    text: str = "",
    problems: list[tuple[str, str]] | None = None,
    status: int = 200,
) -> HttpResponse:
    number = student.student_no if student else ""
    dates, rhythm = next_dates(request.user, student)
    kept = form.kept if form is not None else lambda _name: ""
    if kept("next_on") or kept("next_pick"):
        for chip in dates:
            chip["checked"] = chip["value"] == kept("next_on")
    context = {
        "form": form,
        "problems": problems or [],
        "q": text or (student.name if student else ""),
        "chosen": number,
        "people": picks(request.user, text if not student else "", number),
        "channels": [
            {"value": value, "label": chip_words()[value],
             "checked": value == (kept("channel") or Channel.FACE)}
            for value in Channel.values
        ],
        "dates": dates,
        "rhythm": rhythm,
        "visible": [
            {"value": value, "label": label, "checked": value == kept("confidentiality")}
            for value, label in Confidentiality.choices
        ],
        "risks": [
            {"value": value, "label": label, "checked": value == (kept("risk") or Risk.ORDINARY)}
            for value, label in Risk.choices
        ],
        "kept": {name: kept(name) for name in
                 ("content", "next_pick", "next_on", "needs_report", "happened_at", "minutes", "place")},
        "more": _more(form),
        "file_tick": (form or FollowUpForm(auto_id=FIELD_ID))["counts_in_file"]
        if may_count_talks(request.user) else None,  # type: ignore[arg-type]
        "batch_url": reverse("casework:log_batch"),
        "client_key": kept("client_key") or uuid.uuid4(),
        "done_url": _done_url(request, student),
    }  # fmt: skip
    return render(request, "casework/log.html", context, status=status)


def _more(form: FollowUpForm | None) -> dict[str, Any]:
    """The parts of the full form; open where one of them was filled in or is to be corrected."""
    shown = form if form is not None else FollowUpForm(auto_id=FIELD_ID)
    kept = {name for name in DETAILS if shown.kept(name)}
    wrong = set(shown.errors) & {*DETAILS, "files"} if shown.is_bound else set()
    return {
        "fields": full_fields(shown),
        "types": types_offered(),
        "talk_type": shown.kept("talk_type"),
        "is_open": bool(kept or wrong),
    }


def full_fields(form: FollowUpForm) -> dict[str, Any]:
    """Bound fields of the full record by name."""
    return {name: form[name] for name in (*DETAILS, "files")}


@per_language
def chip_words() -> dict[str, str]:
    """One word per way of contact, as on a chip."""
    return {
        Channel.FACE: _("Face to face"),
        Channel.PHONE: _("Phone"),
        Channel.VISIT: _("Visit"),
        Channel.FAMILY: _("Family"),
        Channel.ONLINE: _("Online"),
    }


def _done_url(request: HttpRequest, student: Student | None) -> str:
    """Where to go after saving: back to where the person came from, else a fresh form."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    if url_has_allowed_host_and_scheme(wanted, allowed_hosts=None):
        return wanted
    return reverse("casework:log")


def _save(request: HttpRequest) -> HttpResponse:
    queued = "application/json" in request.headers.get("Accept", "")
    try:
        number = request.POST.get("student", "")
        if not number and queued:
            # Written without a network, where nobody could be picked: number or full name.
            number = sole_number(request.user, request.POST.get("q", ""))
        student = _student(request, number) if number else None
        form = FollowUpForm(request.POST, request.FILES, is_queued=queued, auto_id=FIELD_ID)
        problems = [] if student else [("q", _("Choose a student from the list."))]
        if form.is_valid() and student is not None:
            try:
                made = log_follow_up(actor=request.user, student=student, **form.cleaned_data)
            except DomainError as error:
                problems.append(("", str(error)))
                if error.code == "used_key":
                    # The text stays; the form gets a key of its own, so it can be sent.
                    form.data = request.POST.copy()
                    form.data["client_key"] = ""
            except IntegrityError:
                problems.append(("", _("This form was already sent by somebody else. Reload it.")))
            else:
                return _saved(request, student, made.pk, queued)
    except (Http404, PermissionDenied) as error:
        return _refused(request, error)
    problems += [(name, str(line)) for name, lines in form.errors.items() for line in lines]
    if queued:
        return JsonResponse({"detail": " ".join(line for _n, line in problems)}, status=422)
    text = typed(request.POST.get("q"))
    return _page(request, form, student, text, problems, status=422)


def _refused(request: HttpRequest, error: Http404 | PermissionDenied) -> HttpResponse:
    """Why nothing was saved, with every word that was typed: a post or seat may have ended a
    minute ago, and the words are not the portal's to lose."""
    status = 404 if isinstance(error, Http404) else 403
    detail = str(error) or _("This student is not, or no longer, among yours.")
    if "application/json" in request.headers.get("Accept", ""):
        return JsonResponse({"detail": detail}, status=status)
    names = ("content", *DETAILS)
    typed_in = [text for name in names if (text := request.POST.get(name, "").strip())]
    context = {"detail": detail, "text": "\n".join(typed_in)}
    return render(request, "casework/log_refused.html", context, status=status)


def _saved(request: HttpRequest, student: Student, pk: int, queued: bool) -> HttpResponse:
    said = hints(request.user, pk)
    if queued:
        return JsonResponse({"saved": True, "id": pk, "hints": said})
    messages.success(request, _("Saved: record on %(name)s.") % {"name": student.name})
    for hint in said:
        messages.info(request, hint)
    return redirect(_done_url(request, student))


@login_required
@require_GET
def pick(request: HttpRequest) -> HttpResponse:
    """Typeahead: ``?q=``; with ``chosen=`` and nothing typed the chosen student comes back."""
    if not reaches_anyone(request.user, "log_talk"):
        raise PermissionDenied(_("None of your posts lets you log talks."))
    text = typed(request.GET.get("q"))
    chosen = request.GET.get("chosen", "").replace("\x00", "")[:20]
    if request.GET.get("restore") and not (text or chosen):
        return HttpResponse(status=204)
    people = picks(request.user, text, chosen)
    if chosen and not any(person["checked"] for person in people):
        people = picks(request.user, "", chosen) + people[:5]
    return render(request, "casework/_picks.html", {"people": people, "q": text})


@login_required
@require_GET
def next_chips(request: HttpRequest) -> HttpResponse:
    """The date chips for the student just ticked, with the number kept for drafts."""
    student = _student(request, request.GET.get("student", ""))
    dates, rhythm = next_dates(request.user, student)
    context: dict[str, Any] = {"dates": dates, "rhythm": rhythm, "chosen": student.student_no}
    response = render(request, "casework/_next_dates.html", context | {"is_answer": True})
    response["X-Student"] = quote(student.student_no)
    return response
