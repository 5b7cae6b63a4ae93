"""How much of a unit's page a person sees: names, bare counts, or nothing (rulebook 8.3)."""

from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from casework.ties import shut_case_ids
from cohorts.access import in_force
from cohorts.enums import DWELLING_KINDS
from cohorts.models import Grant, Unit
from portal.core.access import plain, supporter_of
from portal.core.scope import remembered


@dataclass(frozen=True)
class Sight:
    """Actions that the viewer holds on the whole unit, so that a count equals its list."""

    actions: frozenset[str]

    def has(self, action: str) -> bool:
        return action in self.actions

    @property
    def cases(self) -> bool:
        """Cases by name; the figures link to their lists."""
        return "see_case" in self.actions

    @property
    def counts_only(self) -> bool:
        """Numbers of cases without names, cells under three hidden."""
        return "see_counts" in self.actions and not self.cases

    @property
    def case_figures(self) -> bool:
        return self.cases or self.counts_only

    @property
    def results(self) -> bool:
        return "see_results" in self.actions

    @property
    def result_figures(self) -> bool:
        return self.results or "see_counts" in self.actions

    @property
    def students(self) -> bool:
        return "see_card" in self.actions


def sight(user: Any, unit: Unit) -> Sight:
    """One statement. Rooms and floors count only under a post on a dwelling, as in the reach."""
    supporter = supporter_of(user)
    if supporter is not None:
        return Sight(sight(plain(user), unit).actions & sight(supporter, unit).actions)

    def read() -> Sight:
        if not user.is_in_force():
            return Sight(frozenset())
        held = Grant.objects.filter(
            in_force(timezone.localdate()), user=user, content_object__below__descendant_id=unit.pk
        )
        if unit.kind in DWELLING_KINDS:
            held = held.filter(content_object__kind__in=DWELLING_KINDS)
        return Sight(frozenset(held.values_list("permission__codename", flat=True)))

    return remembered(("sight", user.pk, unit.pk), read)


def shut_for(user: Any, seen: Sight) -> tuple[int, ...]:
    """Cases that the figures of this reader leave out; asked only where cases are counted."""
    return shut_case_ids(user) if seen.case_figures else ()
