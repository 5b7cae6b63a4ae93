"""One account for several students: named in a text, looked at, then saved."""

import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from casework.domain.group_log import log_group
from casework.enums import GROUP_CONTACT_MAX, Channel
from casework.forms import FollowUpForm
from casework.queries.named_students import Named, named_students
from casework.views.quick_log import FIELD_ID, chip_words
from portal.core.errors import DomainError
from students.queries.rights import reaches_anyone
from students.queries.standing import stands


@login_required
def log_batch(request: HttpRequest) -> HttpResponse:
    """GET: the form. POST: the preview; with ``save`` the records are written, once."""
    if not reaches_anyone(request.user, "log_talk"):
        raise PermissionDenied(_("None of your posts lets you log talks."))
    if request.method != "POST":
        return _page(request, None, None)
    form = FollowUpForm(request.POST, auto_id=FIELD_ID)
    named = named_students(request.user, request.POST.get("names", ""))
    if not form.is_valid():
        return _page(request, form, named, 422)
    is_clear = bool(named.students) and not named.unknown and not named.several
    if "save" not in request.POST or not is_clear:
        return _page(request, form, named, 200 if is_clear else 422)
    data = {key: value for key, value in form.cleaned_data.items()
            if key not in ("client_key", "files", "needs_report", "counts_in_file")}  # fmt: skip
    try:
        number = log_group(
            actor=request.user, students=named.students,  # type: ignore[arg-type]
            batch_key=form.cleaned_data["client_key"], **data,
        )  # fmt: skip
    except DomainError as error:
        form.add_error(None, str(error))
        return _page(request, form, named, 422)
    words = ngettext("%(n)s record saved.", "%(n)s records saved.", number) % {"n": number}
    messages.success(request, words)
    return redirect("casework:log_batch")


def begin_batch(request: HttpRequest, numbers: list[str]) -> HttpResponse:
    """The form about students who were chosen in a list, by their numbers. Those with whom this
    person may not log talks are left out, and how many they are is said."""
    if not reaches_anyone(request.user, "log_talk"):
        raise PermissionDenied(_("None of your posts lets you log talks."))
    named = named_students(request.user, " ".join(numbers))
    if named.unknown:
        words = ngettext(
            "%(n)s student was left out: you may not log talks with them.",
            "%(n)s students were left out: you may not log talks with them.",
            len(named.unknown),
        )
        messages.warning(request, words % {"n": len(named.unknown)})
    known = Named(named.students, [], [])
    return _page(request, None, known, names="、".join(one.student_no for one in known.students))


def _page(
    request: HttpRequest, form: FollowUpForm | None, named: Named | None, status: int = 200,
    *, names: str = "",
) -> HttpResponse:  # fmt: skip
    shown = form or FollowUpForm(auto_id=FIELD_ID)
    words = chip_words()
    problems = [(name, str(line)) for name, lines in shown.errors.items() for line in lines]
    if named is not None:
        problems += _names_to_correct(named)
    chosen = shown.kept("channel") or Channel.VISIT
    context = {
        "form": shown,
        "names": request.POST.get("names", names),
        "problems": problems if form is not None else [],
        "preview": _preview(named) if named and named.students and not problems else None,
        "is_event": bool(named) and len(named.students) > GROUP_CONTACT_MAX,  # type: ignore[union-attr]
        "most": GROUP_CONTACT_MAX,
        "channels": [
            {"value": value, "label": words[value], "checked": value == chosen}
            for value in Channel.values
        ],
        "fields": [shown[name] for name in ("place", "happened_at", "next_pick", "risk",
                                            "confidentiality")],
        "content": shown["content"],
        "client_key": shown.kept("client_key") or uuid.uuid4(),
    }  # fmt: skip
    return render(request, "casework/log_batch.html", context, status=status)


def _names_to_correct(named: Named) -> list[tuple[str, str]]:
    found = []
    if not named.students and not named.unknown and not named.several:
        found.append(("names", _("Name at least one student, a room or a class.")))
    if named.unknown:
        found.append(("names", _("Nobody among yours: %(words)s. Correct or remove these.")
                      % {"words": "、".join(named.unknown)}))  # fmt: skip
    if named.several:
        found.append(("names", _("More than one student is called so, write the number: %(words)s.")
                      % {"words": "、".join(named.several)}))  # fmt: skip
    return found


def _preview(named: Named) -> list[dict[str, Any]]:
    places = stands([one.pk for one in named.students], ("class",))
    return [
        {"name": one.name, "number": one.student_no,
         "class_name": places[one.pk].class_name if one.pk in places else "—"}
        for one in named.students
    ]  # fmt: skip
