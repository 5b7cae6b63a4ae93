"""Pages for refused, missing and failed requests."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from portal.web.queries.frame import school_name


def denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403 with the reason that the rule gave."""
    reason = str(exception) if exception and exception.args else ""
    page = {"reason": reason, "school_name": school_name()}
    return render(request, "403.html", page, status=403)


def missing(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404: a missing record and a hidden one look alike."""
    return render(request, "404.html", {"school_name": school_name()}, status=404)


def stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form whose security token no longer fits: reload and send again."""
    page = {
        "reason": _(
            "This form is too old or came from another log-in. Go back, reload, send again."
        ),
        "school_name": school_name(),
    }
    return render(request, "403.html", page, status=403)
