"""Filters of the API: every parameter is known and every value means something, or 400."""

import datetime as dt
import re
from typing import Any

import django_filters as df
from django import forms
from django.db.models import QuerySet
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema_field
from rest_framework.exceptions import ValidationError

BIGGEST = 2**63 - 1
_PAGING = frozenset({"after", "limit"})
_NUMBER = re.compile(r"-?[0-9]{1,19}\Z")
YES_NO = (("true", gettext_lazy("yes")), ("false", gettext_lazy("no")))


class StrictInteger(forms.IntegerField):
    """Digits only: neither 5.0 nor a space nor the digits of another script."""

    def to_python(self, value: Any) -> Any:
        if value not in self.empty_values and not _NUMBER.match(str(value)):
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return super().to_python(value)


class IdField(StrictInteger):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**({"min_value": 1, "max_value": BIGGEST} | kwargs))


@extend_schema_field({"type": "integer", "minimum": 1, "maximum": BIGGEST})
class IdFilter(df.Filter):
    field_class = IdField


@extend_schema_field({"type": "integer", "minimum": 1900, "maximum": 2200})
class YearFilter(df.Filter):
    field_class = StrictInteger

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, min_value=1900, max_value=2200, **kwargs)


@extend_schema_field({"type": "string", "minLength": 1, "maxLength": 80})
class TextFilter(df.CharFilter):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, max_length=80, strip=False, **kwargs)


@extend_schema_field({"type": "string", "format": "date"})
class DayFilter(df.Filter):
    field_class = forms.DateField

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, input_formats=["%Y-%m-%d"], **kwargs)


class YesNoFilter(df.ChoiceFilter):
    """``method`` gets "true" or "false"."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, choices=YES_NO, **kwargs)


class MomentField(forms.CharField):
    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        if not text:
            return None
        try:
            # A plus sign in an address that was not quoted arrives as a space.
            moment = parse_datetime(text.upper().replace(" ", "+"))
            if moment is not None and moment.tzinfo is not None:
                return moment.astimezone(dt.UTC)
        except (ValueError, OverflowError):
            pass
        raise forms.ValidationError(
            _("Write a moment with its offset, such as 2026-03-05T08:00:00+08:00.")
        )


@extend_schema_field({
    "type": "string", "format": "date-time",
    "description": "Rows with a change at or after this moment; use as_of of the last answer.",
})  # fmt: skip
class ChangedSince(df.Filter):
    """Rows with an entry in one of the ``histories`` (model of events, its column of our key)."""

    field_class = MomentField

    def __init__(self, *histories: tuple[Any, str], **kwargs: Any) -> None:
        super().__init__(label=gettext_lazy("changed since"), **kwargs)
        self.histories = histories

    def filter(self, qs: "QuerySet[Any]", value: Any) -> "QuerySet[Any]":
        if value is None:
            return qs
        first, *rest = [
            model.objects.filter(pgh_created_at__gte=value).order_by().values(key)
            for model, key in self.histories
        ]
        return qs.filter(pk__in=first.union(*rest, all=True) if rest else first)


class ApiFilterSet(df.FilterSet):
    """A misspelt, doubled or empty parameter is refused: it must not answer with everything."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        faults = {}
        for name, values in self.data.lists() if self.data else ():
            if name not in self.filters and name not in _PAGING:
                faults[name[:60]] = [_("There is no such parameter.")]
            elif len(values) > 1 or not values[0]:
                faults[name] = [_("Give one value, or leave the parameter out.")]
        if faults:
            raise ValidationError(faults)
