"""One page with one form: shown, refused with what to correct, or done."""

import uuid
from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from partybranch.domain.sent import USED_KEY
from portal.core.errors import DomainError


def show_refusal(form: Any, error: DomainError) -> None:
    """What the domain refused, beside the fields that it names. Where the key of the form was used
    for other words, the form gets one of its own, so that what was typed can be sent."""
    take, faults = getattr(form, "take_faults", None), getattr(error, "faults", None)
    if take is not None and faults:
        take(faults)
    else:
        form.add_error(None, str(error))
    if error.code == USED_KEY:
        form.data = form.data.copy()
        form.data["client_key"] = str(uuid.uuid4())


def form_page(
    request: HttpRequest,
    form: forms.Form,
    act: Callable[[dict[str, Any]], Any],
    *,
    title: str,
    back: str,
    done: Any,
    submit: str = "",
    note: str = "",
    people: Any = (),
    is_multipart: bool = False,
) -> HttpResponse:
    """GET shows ``form``; POST calls ``act`` with its values and goes back, or shows the refusal
    with everything that was typed (422). ``done`` is the word of success, or makes it and the
    address from what ``act`` returned."""
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                made = act(form.cleaned_data)
            except DomainError as error:
                show_refusal(form, error)
            else:
                word, url = done(made) if callable(done) else (done, back)
                messages.success(request, word)
                return redirect(url)
    context = {
        "form": form, "title": title, "back": back, "submit": submit, "note": note,
        "people": people, "is_multipart": is_multipart,
    }  # fmt: skip
    return render(request, "party/form.html", context, status=status)
