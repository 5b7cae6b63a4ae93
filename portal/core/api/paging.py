"""Pages by key: ``after`` the last number seen. No page is ever skipped or doubled by a change."""

import datetime as dt
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.utils.urls import replace_query_param

from portal.core.api.filters import BIGGEST, StrictInteger
from portal.core.rows import fetch

MOST = 200
_AS_OF = """
    SELECT least(now(), min(xact_start)) FROM pg_stat_activity
     WHERE datname = current_database() AND backend_type = 'client backend'
       AND xact_start IS NOT NULL AND pid <> pg_backend_pid()
"""


class PageForm(forms.Form):
    after = StrictInteger(label=_("after"), min_value=0, max_value=BIGGEST, required=False)
    limit = StrictInteger(label=_("limit"), min_value=1, max_value=MOST, required=False)


class Page:
    """One page of ``rows`` (ordered by primary key here), with the address of the next."""

    def __init__(self, request: Request, rows: "QuerySet[Any]") -> None:
        form = PageForm(request.query_params)
        if not form.is_valid():
            raise ValidationError(form.errors)
        self.limit = form.cleaned_data["limit"] or 50
        after = form.cleaned_data["after"]
        # Read before the rows: what is committed later counts as a change after this moment.
        self.as_of: dt.datetime = fetch(_AS_OF, [])[0][0]
        found = rows.order_by("pk")
        if after is not None:
            found = found.filter(pk__gt=after)
        items = list(found[: self.limit + 1])
        self.items = items[: self.limit]
        self.next: str | None = None
        if len(items) > self.limit:
            url = request.build_absolute_uri()
            self.next = replace_query_param(url, "after", self.items[-1].pk)

    def answer(self, results: list[dict[str, Any]]) -> dict[str, Any]:
        return {"as_of": self.as_of, "next": self.next, "results": results}
