"""The student: who it is. Where the student stands is told by dated placements."""

from typing import Any, ClassVar

import pghistory
import pgtrigger
from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.core.access import RestrictedManager
from portal.core.crypto import decrypt, encrypt, lookup_hash
from portal.core.names import name_keys, normal_name
from students.enums import PoliticalStatus, Sex, StudentStatus


@pghistory.track(exclude=["id_cipher", "id_hash"])
class Student(models.Model):
    see_action: ClassVar[str] = "see_card"

    student_no = models.CharField(
        _("student number"),
        max_length=20,
        unique=True,
        validators=[RegexValidator(r"^[0-9A-Za-z]{4,20}$", _("4 to 20 letters or digits."))],
    )
    name = models.CharField(_("name"), max_length=50)
    pinyin = models.CharField(_("pinyin"), max_length=120, blank=True, editable=False)
    initials = models.CharField(_("initials"), max_length=40, blank=True, editable=False)
    sex = models.CharField(_("sex"), max_length=1, choices=Sex.choices, default=Sex.UNKNOWN)
    ethnic_group = models.CharField(_("ethnic group"), max_length=2, blank=True)
    political_status = models.CharField(
        _("political status"), max_length=2, choices=PoliticalStatus.choices, blank=True
    )
    born_on = models.DateField(_("date of birth"), null=True, blank=True)
    origin_region = models.CharField(
        _("origin place"), max_length=6, blank=True, help_text=_("GB/T 2260, six digits.")
    )
    entry_year = models.PositiveSmallIntegerField(_("entry year"), db_index=True)
    major = models.ForeignKey(
        "cohorts.Major",
        verbose_name=_("major"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="students",
    )
    status = models.CharField(
        _("status"), max_length=2, choices=StudentStatus.choices, default=StudentStatus.ENROLLED
    )
    phone = models.CharField(_("phone"), max_length=30, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    id_cipher = models.BinaryField(null=True, editable=False)
    id_hash = models.CharField(max_length=64, blank=True, editable=False, db_index=True)
    id_last4 = models.CharField(max_length=4, blank=True, editable=False)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        verbose_name=_("account"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="student",
    )
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = RestrictedManager()

    class Meta:
        verbose_name = _("student")
        verbose_name_plural = _("students")
        ordering = ["student_no"]
        indexes = [
            models.Index(fields=["pinyin", "id"]),
            # Sorting some thousand reached students by name without reading their rows.
            models.Index(name="student_sort_key", fields=["id"], include=["pinyin"]),
            models.Index(fields=["initials"]),
            models.Index(fields=["name"]),
        ]
        triggers = [
            # Members' codes follow the party record: no form, import or statement sets them.
            pgtrigger.Trigger(
                name="party_status_by_record",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("political_status"),
                condition=pgtrigger.Condition(
                    "OLD.political_status IS DISTINCT FROM NEW.political_status AND "
                    "(OLD.political_status IN ('01', '02') OR NEW.political_status IN ('01', '02')) "
                    "AND current_setting('portal.party_record', true) IS DISTINCT FROM 'on'"
                ),
                func="RAISE EXCEPTION 'political status follows the party record';",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.student_no}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.name = normal_name(self.name)
        self.pinyin, self.initials = name_keys(self.name)
        super().save(*args, **kwargs)

    def set_id_number(self, number: str) -> None:
        """Keep a citizen ID number: cipher, keyed digest for look-up, last four to show."""
        self.id_cipher, self.id_hash = encrypt(number), lookup_hash(number)
        self.id_last4 = number[-4:]

    def id_number(self) -> str:
        """The number in clear; callers audit the unmasking."""
        return decrypt(self.id_cipher) if self.id_cipher else ""
