"""Supervision sessions on de-named cases, who was present, and the register of certificates."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from casework.domain.supervision import add_certificate, hold_session
from casework.models import Supervision
from casework.queries.centre_people import centre_people
from casework.queries.sealed import supervision_text
from casework.queries.sealed_desk import certificates
from casework.queries.supervision import sessions
from casework.sealed_access import CLEARED
from casework.sealed_forms import CertificateForm, SessionForm
from casework.views.sealed_page import centre_page, sealed_page
from portal.core.errors import DomainError
from portal.core.models import User


def _people(keys: list[str]) -> list[User]:
    return list(User.objects.filter(pk__in=[int(key) for key in keys]))


def _shown(
    request: HttpRequest, status: int = 200, session: SessionForm | None = None,
    certificate: CertificateForm | None = None,
) -> HttpResponse:  # fmt: skip
    people = centre_people()
    page = {
        "sessions": sessions(request.user),
        "certificates": certificates(request.user),
        "form": session or SessionForm(people=people),
        "certificate_form": certificate or CertificateForm(people=people),
    }
    return render(request, "sealed/supervision.html", page, status=status)


@centre_page
@require_http_methods(["GET", "POST"])
def supervision(request: HttpRequest) -> HttpResponse:
    if request.method == "GET":
        return _shown(request)
    form = SessionForm(request.POST, people=centre_people())
    if form.is_valid():
        data = form.cleaned_data
        try:
            made = hold_session(
                actor=request.user, held_on=data["held_on"], topic=data["topic"],  # type: ignore[arg-type]
                supervisor=data["supervisor"], text=data["text"], present=_people(data["present"]),
            )  # fmt: skip
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Saved as %(code)s.") % {"code": made.case_code})
            return redirect("casework:supervision_session", pk=made.pk)
    return _shown(request, 422, session=form)


@sealed_page
@require_GET
def session_page(request: HttpRequest, pk: int) -> HttpResponse:
    session = Supervision.objects.get_for(request.user, CLEARED, pk)
    present = [one.person.name for one in session.present.select_related("person")]
    page = {"session": session, "text": supervision_text(session), "present": present}
    return render(request, "sealed/session.html", page)


@require_POST
@centre_page
def certificate(request: HttpRequest) -> HttpResponse:
    form = CertificateForm(request.POST, people=centre_people())
    if form.is_valid():
        data = form.cleaned_data
        try:
            add_certificate(
                actor=request.user, person=User.objects.get(pk=data["person"]), name=data["name"],  # type: ignore[arg-type]
                number=data["number"], issued_on=data["issued_on"], ends_on=data["ends_on"],
            )  # fmt: skip
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Saved."))
            return redirect("casework:supervision")
    return _shown(request, 422, certificate=form)
