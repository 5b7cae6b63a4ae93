"""The book of links: contacts by each, and links that other branches keep with one."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db.models import Count, Max, Q, Sum
from django.utils import timezone

from partybranch.models import LinkVisit, PartyLink, PartyOrganization
from students.queries.population import term_on


def with_names(rows: Any) -> Any:
    """Links with all that names their holder and target."""
    return rows.select_related(
        "kind", "branch", "member__student", "member__person", "person", "student", "unit"
    )


def links_to(branch: PartyOrganization) -> list[PartyLink]:
    """Links that other branches keep with this one (1+X): both count what is done together."""
    rows = PartyLink.objects.standing(timezone.localdate()).filter(unit=branch)
    return with_visits(list(with_names(rows).order_by("starts_on", "pk")))


def visits_of(link: PartyLink) -> list[LinkVisit]:
    """The book of one link, the latest first."""
    return list(link.visits.select_related("entered_by"))


def with_visits(links: Sequence[PartyLink]) -> list[PartyLink]:
    """The same links, each with ``seen``, ``minutes`` and ``last``: its contacts, and those of a
    leader in this term (``term``; None of others, or where no term is entered)."""
    term = term_on(timezone.localdate())
    rows = PartyLink.objects.filter(pk__in=[one.pk for one in links]).annotate(
        seen_n=Count("visits"), minutes_n=Sum("visits__minutes"), last_on=Max("visits__on"),
        term_n=Count("visits", filter=Q(visits__on__gte=term.starts_on if term else dt.date.max)),
    )  # fmt: skip
    columns = ("pk", "seen_n", "minutes_n", "last_on", "term_n")
    told = {pk: rest for pk, *rest in rows.values_list(*columns)}
    for one in links:
        one.seen, one.minutes, one.last, here = told.get(one.pk, (0, 0, None, 0))  # type: ignore[attr-defined]
        one.term = here if term and one.person_id else None  # type: ignore[attr-defined]
    return list(links)
