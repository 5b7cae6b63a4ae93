"""What was handed over with the post of the contracting leader (交接记录)."""

from typing import Any

from django.db.models import Count, Q, Sum

from cohorts.models import Unit
from cohorts.models.handover import Handover


def handovers(unit: Unit) -> list[dict[str, Any]]:
    """Hand-overs of the leader's post on this cohort, the latest first; one statement."""
    rows = (
        Handover.objects.filter(post__unit=unit, post__role__code="contract_leader")
        .annotate(
            moved=Sum("parts__moved"),
            signed=Count("parts", filter=Q(parts__signed_at__isnull=False)),
            asked=Count("parts", filter=Q(parts__receiver__isnull=False)),
        )
        .select_related("post__person", "successor")
        .order_by("-proposed_at")[:5]
    )
    return [
        {
            "leaver": one.post.person.name,
            "successor": one.successor.name if one.successor else "",
            "at": one.closed_at or one.proposed_at,
            "state": one.get_state_display(),
            "moved": one.moved or 0,
            "signed": one.signed,
            "asked": one.asked,
        }
        for one in rows
    ]
