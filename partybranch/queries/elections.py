"""Elections of a branch with their candidates."""

import datetime as dt
from typing import Any

from django.db.models import Prefetch

from partybranch.access import current_branches
from partybranch.models import Candidate, Election, PartyMember, PartyOrganization


def elections_of(user: Any, branch: PartyOrganization) -> list[Election]:
    """By the rule, the latest first; candidates by votes. Two statements."""
    people = Candidate.objects.select_related("member__student", "member__person")
    rows = Election.objects.restrict(user, "see_branch_life").filter(branch=branch)
    return list(rows.select_related("approved_by").prefetch_related(
        Prefetch("candidates", people.order_by("-votes", "pk"))))  # fmt: skip


def electors(branch: PartyOrganization, on: dt.date) -> list[PartyMember]:
    """Members who may elect and be elected, by name."""
    rows = PartyMember.objects.voters(on).filter(
        current_branches(on, "branches__"), branches__branch=branch, branches__is_relation=True
    )
    return sorted(rows.select_related("student", "person").distinct(), key=lambda one: one.name)
