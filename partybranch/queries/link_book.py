"""The book of links: contacts by each, and links that other branches keep with one."""

import datetime as dt
from collections.abc import Collection, Sequence
from typing import Any

from django.db.models import Count, Exists, Max, OuterRef, Q, Sum
from django.utils import timezone

from cohorts.enums import LinkHolder, LinkTarget
from partybranch.models import LinkVisit, PartyLink, PartyOrganization
from partybranch.queries.cards import SOON
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


ENDING = 60  # days before the end of an agreement


def ending_agreements(branches: Collection[int]) -> list[PartyLink]:
    """Agreements with partners outside that end within ``ENDING`` days or ended so many days ago and
    were not renewed, the first to end on top, with ``is_over`` and ``is_soon``; one statement. Callers
    have asked for the right to the life of the branches."""
    today = timezone.localdate()
    span = dt.timedelta(days=ENDING)
    agreed = PartyLink.objects.filter(
        branch__in=branches, kind__holder=LinkHolder.BRANCH, kind__target=LinkTarget.PLACE,
        revoked_at=None,
    )  # fmt: skip
    renewed = PartyLink.objects.filter(
        Q(ends_on=None) | Q(ends_on__gt=OuterRef("ends_on")), branch=OuterRef("branch"),
        kind=OuterRef("kind"), label=OuterRef("label"), revoked_at=None,
    )  # fmt: skip
    rows = agreed.filter(
        ~Exists(renewed), ends_on__gte=today - span, ends_on__lte=today + span
    ).select_related("kind", "branch")  # fmt: skip
    found = list(rows.order_by("ends_on", "pk"))
    for one in found:
        one.is_over = one.ends_on < today  # type: ignore[attr-defined]
        one.is_soon = today <= one.ends_on <= today + SOON  # type: ignore[attr-defined]
    return found
