"""Forms of the Youth League: people chosen on a list, and what is entered about all of them."""

from typing import Any

from django import forms
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _

from cohorts.forms.posts import DateInput
from portal.core.typed import whole


class ChosenForm(forms.Form):
    """Boxes named ``selected``; ``back`` is the page on which they were ticked."""

    back = forms.CharField(required=False, widget=forms.HiddenInput)

    def ids(self) -> list[int]:
        chosen = self.data.getlist("selected") if hasattr(self.data, "getlist") else []
        return [whole(one) for one in chosen if whole(one)]

    def back_to(self) -> str:
        """The list as it was filtered; nothing outside of it."""
        home = reverse("party:league_people")
        wanted = str(self.data.get("back", ""))
        is_here = wanted.split("?")[0] == home
        return wanted if is_here and url_has_allowed_host_and_scheme(wanted, None) else home

    def values(self) -> dict[str, Any]:
        return {}


class TransferForm(ChosenForm):
    on = forms.DateField(label=_("Transferred on"), widget=DateInput())
    to_where = forms.CharField(
        label=_("To where"), max_length=80,
        help_text=_("The League organisation of the employer, of the next school or of the home."),
    )  # fmt: skip

    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("on", "to_where")}
