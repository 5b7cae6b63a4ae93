"""The quick log without a network: an empty form, and the script that keeps it on the device."""

import hashlib
import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET

from casework.domain.talk_details import types_offered
from casework.enums import Channel, Confidentiality, Risk
from casework.forms import FollowUpForm
from casework.views.quick_log import FIELD_ID, chip_words, full_fields
from portal.core.ui.assets import SHEETS

_SCRIPTS = ("js/core.js", "js/overlays.js", "js/drafts.js", "js/quicklog.js", "js/logdrafts.js")
_MORE = ("css/care.css", "css/print.css", "js/early.js", "img/mark.svg")


def _scripts() -> list[str]:
    return [static(name) for name in _SCRIPTS]


@require_GET
def shell(request: HttpRequest) -> HttpResponse:
    """The form of the full record without student, name, token or account: it may be kept."""
    return render(request, "casework/log_shell.html", _context())


def _context() -> dict[str, Any]:
    words = chip_words()
    empty = FollowUpForm(auto_id=FIELD_ID)
    return {
        "form": empty,
        "kept": {},
        "channels": [
            {"value": value, "label": words[value], "checked": value == Channel.FACE}
            for value in Channel.values
        ],
        "visible": [{"value": v, "label": label, "checked": False} for v, label in Confidentiality.choices],
        "risks": [
            {"value": value, "label": label, "checked": value == Risk.ORDINARY}
            for value, label in Risk.choices
        ],
        "more": {"fields": full_fields(empty), "types": types_offered(), "talk_type": "",
                 "is_open": False, "is_shell": True},
        "scripts": _scripts(),
    }  # fmt: skip


@require_GET
@cache_control(no_cache=True)
def worker(_request: HttpRequest) -> HttpResponse:
    """The service worker, for the addresses of the log only. Its version follows what it keeps."""
    assets = [static(name) for name in (*SHEETS, *_MORE)] + _scripts()
    page = render_to_string("casework/log_shell.html", _context())
    version = hashlib.sha256((page + "".join(assets)).encode()).hexdigest()[:16]
    script = render_to_string("casework/log_worker.js", {
        "version": version, "assets": json.dumps(assets),
        "shell": reverse("casework:log_shell"), "log": reverse("casework:log"),
    })  # fmt: skip
    return HttpResponse(script, content_type="text/javascript")
