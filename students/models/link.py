"""Links from a person to a student: tutor, party contact, helper."""

import pghistory
from django.db import models
from django.utils.translation import gettext_lazy as _

from cohorts.models import DatedLink

from .student import Student


@pghistory.track()
class StudentLink(DatedLink):
    """A current link carries the actions of its kind, for this student only."""

    student = models.ForeignKey(
        Student, verbose_name=_("student"), on_delete=models.PROTECT, related_name="links"
    )

    class Meta(DatedLink.Meta):
        verbose_name = _("link to a student")
        verbose_name_plural = _("links to students")
        indexes = [
            models.Index(fields=["person", "ends_on"]),
            models.Index(fields=["student", "ends_on"]),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} → {self.student_id}"
