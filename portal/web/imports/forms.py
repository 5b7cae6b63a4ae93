"""The upload form."""

import uuid
from typing import Any

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.core.domain.imports import ImportKind


class UploadForm(forms.Form):
    """A file, the day from which changes count where the kind has one, and a key that makes a
    second submit the same."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy("xlsx or csv. Title rows, 序号 and 合计 rows may stay."),
        error_messages={
            "empty": gettext_lazy("The file is empty. Choose the file that holds the table.")
        },
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.csv,.txt"}),
    )
    since = forms.DateField(
        label=gettext_lazy("Changes count from"),
        required=False,
        help_text=gettext_lazy(
            "First day in the new class, academy, room or post where the file gives none."
        ),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    client_key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, kind: ImportKind, **kwargs: Any) -> None:
        initial = {"client_key": uuid.uuid4(), "since": timezone.localdate()}
        kwargs["initial"] = {**initial, **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        if not kind.is_dated:
            del self.fields["since"]

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > settings.IMPORT_MAX_BYTES:
            raise forms.ValidationError(
                _("The file is larger than %(limit)s MB. Split it into several files.")
                % {"limit": settings.IMPORT_MAX_BYTES // 1024 // 1024}
            )
        return file
