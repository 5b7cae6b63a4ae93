"""Rounds of awards as pages show them: rounds in reach, nominations with their points, one's scores."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from cohorts.models import UnitTree
from partybranch.domain.award_points import OWN_PARTS, total_points
from partybranch.enums import RELATION_HOLDING
from partybranch.models import AwardRound, JudgeScore, Nomination, PartyOrganization
from partybranch.queries.material import shares
from partybranch.queries.training import honour_numbers


def weights() -> dict[str, int]:
    """Weights of the parts by their code; together a hundred."""
    known = honour_numbers()
    return {part: known[f"award.{part}"] for part in (*OWN_PARTS, "judges")}


def award_rounds(user: Any) -> "QuerySet[AwardRound]":
    """Rounds of the committees above the branches whose life ``user`` may see, or whose decisions
    he records, each with how many of the branches in reach were proposed and chosen."""
    mine = PartyOrganization.objects.restrict(user, "see_branch_life").values("pk")
    above = UnitTree.objects.filter(descendant_id__in=mine).values("ancestor_id")
    judged = PartyOrganization.objects.restrict(user, "approve_party_file").values("pk")
    rows = AwardRound.objects.filter(Q(committee_id__in=above) | Q(committee_id__in=judged))
    listed = Q(nominations__in=_listed(user).order_by().values("pk"))
    is_chosen = Q(nominations__is_chosen=True)
    counted: QuerySet[AwardRound] = rows.select_related("committee").annotate(
        proposed=Count("nominations", filter=listed, distinct=True),
        chosen=Count("nominations", filter=listed & is_chosen, distinct=True),
    )
    return counted


def _listed(user: Any) -> "QuerySet[Nomination]":
    """Nominations that ``user`` reads and that were not withdrawn."""
    rows: QuerySet[Nomination] = Nomination.objects.restrict(user, "see_branch_life")
    return rows.filter(withdrawn_at=None)


@dataclass(frozen=True)
class NominationRow:
    """A nomination with its points so far (``total`` after the decision as it was written), how many
    judges have scored, and the score of the reader."""

    nomination: Nomination
    total: Decimal | None
    judges: int
    own: Decimal | None


def nomination_rows(user: Any, round: AwardRound) -> list[NominationRow]:
    """Nominations of a round within the reader's reach, the best first; three statements."""
    nominations = list(_listed(user).filter(round=round).select_related("branch", "round"))
    given: dict[int, list[Decimal]] = defaultdict(list)
    own: dict[int, Decimal] = {}
    scores = JudgeScore.objects.filter(nomination__in=nominations)
    for key, judge, points in scores.values_list("nomination_id", "judge_id", "points"):
        given[key].append(points)
        if judge == user.pk:
            own[key] = points
    found = []
    for one in nominations:
        total = one.total
        if total is None:
            total = total_points(shares(one.material), given[one.pk], weights())
        found.append(NominationRow(one, total, len(given[one.pk]), own.get(one.pk)))
    found.sort(key=lambda row: (
        row.nomination.place or 999, -(row.total or Decimal(0)), row.nomination.branch.code))  # fmt: skip
    return found


def may_nominate(user: Any, round: AwardRound) -> list[PartyOrganization]:
    """Branches of the round that ``user`` keeps and that have not been proposed."""
    if round.decided_on is not None or round.apply_until < timezone.localdate():
        return []
    below = UnitTree.objects.filter(ancestor_id=round.committee_id).values("descendant_id")
    there = round.nominations.filter(withdrawn_at=None).values("branch_id")
    rows = PartyOrganization.objects.restrict(user, "write_branch_life").filter(
        pk__in=below, party_kind__in=RELATION_HOLDING, closed_on=None
    )
    return list(rows.exclude(pk__in=there).order_by("code"))


def wins_of(branches: list[int]) -> Counter[int]:
    """How often each branch has been chosen so far."""
    rows = Nomination.objects.filter(branch_id__in=branches, is_chosen=True)
    return Counter(rows.values_list("branch_id", flat=True))
