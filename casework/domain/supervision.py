"""Supervision on de-named cases, and the register of certificates (systems 94)."""

import datetime as dt
import re
from collections.abc import Sequence

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from casework.domain.sealed_text import check_centre, keep_text
from casework.models import Certificate, Supervision, SupervisionPresence
from portal.core import audit
from portal.core.errors import DomainError
from portal.core.models import User
from students.models import Student

# A run of digits like a student number, a telephone or an ID card.
_CODE_LOCK = 814_021
_NUMBER = re.compile(r"[0-9]{7,}")


@sensitive_variables("text", "names")
def check_de_named(text: str) -> None:
    """Raises DomainError when the text holds a number, or the name of a student with a file."""
    if _NUMBER.search(text):
        raise DomainError(
            _("A long number stands in the text. Leave out every number of a person.")
        )
    names = Student.objects.filter(sealed_file__isnull=False).values_list("name", flat=True)
    if any(len(name) > 1 and name in text for name in names.iterator()):
        raise DomainError(
            _("The name of a student stands in the text. Use the code of the case instead.")
        )


@sensitive_variables("text")
@transaction.atomic
def hold_session(
    *, actor: User, held_on: dt.date, topic: str, supervisor: str, text: str,
    present: Sequence[User] = (),
) -> Supervision:  # fmt: skip
    """A session with a fresh code. No row leads from it to a student. Raises DomainError for a
    day ahead, an empty text, or a text that names somebody."""
    check_centre(actor)
    if held_on > timezone.localdate():
        raise DomainError(_("The day lies in the future."))
    if not text.strip() or not topic.strip():
        raise DomainError(_("Write topic and facts of the case."))
    check_de_named(f"{topic}\n{text}")
    made: Supervision = Supervision.objects.create(
        held_on=held_on, topic=topic.strip(), supervisor=supervisor.strip(),
        case_code=_code(held_on), text=keep_text(text.strip()), made_by=actor,
    )  # fmt: skip
    SupervisionPresence.objects.bulk_create(
        SupervisionPresence(session=made, person=one) for one in {p.pk: p for p in present}.values()
    )
    audit.record(actor=actor, action="hold_supervision", obj=made, present=len(present))
    return made


def _code(day: dt.date) -> str:
    """督-2026-007: counts within the year, and says nothing of the student."""
    head = f"督-{day.year}-"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_CODE_LOCK, day.year])
    last = Supervision.objects.filter(case_code__startswith=head).order_by("-case_code").first()
    return f"{head}{int(last.case_code.rsplit('-', 1)[1]) + 1 if last else 1:03d}"


@transaction.atomic
def add_certificate(
    *, actor: User, person: User, name: str, issued_on: dt.date, number: str = "",
    ends_on: dt.date | None = None,
) -> Certificate:  # fmt: skip
    """A certificate of a colleague. Raises DomainError for dates that cannot be."""
    check_centre(actor)
    if issued_on > timezone.localdate() or (ends_on is not None and ends_on < issued_on):
        raise DomainError(_("Check the dates of the certificate."))
    made: Certificate = Certificate.objects.create(
        person=person, name=name.strip(), number=number.strip(), issued_on=issued_on,
        ends_on=ends_on,
    )  # fmt: skip
    audit.record(actor=actor, action="add_certificate", obj=made, person=person.pk)
    return made
