"""The one place that writes ciphertext: text in, rows of ``SealedText`` out."""

from collections.abc import Sequence

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from casework.models import SealedText
from casework.sealed_access import CLEARED, is_centre, shut_student_ids
from portal.core.access import reaches_one
from portal.core.models import User
from portal.core.scope import forget_reach
from portal.core.sealing import seal
from students.models import Student


@sensitive_variables()
def keep_text(text: str) -> SealedText:
    return keep_texts([text])[0]


@sensitive_variables()
def keep_texts(texts: Sequence[str]) -> list[SealedText]:
    """Many at once, in one statement for each thousand."""
    made = [seal(text) for text in texts]
    kept: list[SealedText] = SealedText.objects.bulk_create(
        [SealedText(cipher=one.cipher, mark=one.mark) for one in made], batch_size=1000
    )
    return kept


def check_cleared(actor: User | None, student: Student) -> None:
    """Raises PermissionDenied unless a post clears ``actor`` for this student now; the system
    (None) may. Asked inside the transaction of the write (design 5.11)."""
    if actor is not None and not is_cleared(actor, student.pk):
        raise PermissionDenied(_("Your post no longer allows this. Nothing was changed."))


def is_cleared(actor: User, student_id: int) -> bool:
    forget_reach()
    return reaches_one(Student, actor, CLEARED, student_id) and student_id not in shut_student_ids(
        actor
    )


def check_centre(actor: User | None) -> None:
    """The same for what belongs to no student: rounds, hours, supervision, certificates."""
    forget_reach()
    if actor is not None and not is_centre(actor):
        raise PermissionDenied(_("Your post no longer allows this. Nothing was changed."))
