"""A person typed as a staff number, a name, or both."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from cohorts.models import Appointment
from portal.core.models import User

_SUGGESTED = 60


class PersonField(forms.CharField):
    """Cleans to a User. Ambiguous names are refused with the numbers to choose from."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 80)
        super().__init__(**kwargs)
        self.widget.attrs |= {"list": "people", "autocomplete": "off"}

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        return self.named(text) if text else None

    def named(self, text: str) -> User:
        number = text.split()[-1]
        found = User.objects.filter(username=number).first()
        if found is not None:
            return found
        same = list(User.objects.filter(name=text.strip())[:6])
        if len(same) == 1:
            return same[0]
        if same:
            numbers = "、".join(user.username for user in same)
            raise ValidationError(
                _("Several people have this name. Type the number: %(numbers)s.")
                % {"numbers": numbers}
            )
        raise ValidationError(_("Nobody has this number or name. Type the staff number."))


def suggested_people(user: Any, unit_ids: list[int]) -> list[str]:
    """«name number» of people with posts near these units, among those the user may read."""
    rows = Appointment.objects.restrict(user, "see_unit").in_force(timezone.localdate())
    near = rows.filter(unit__above__ancestor__below__descendant__in=unit_ids)
    people = near.order_by("person__pinyin").values_list("person__name", "person__username")
    return [f"{name} {number}" for name, number in people.distinct()[:_SUGGESTED]]
