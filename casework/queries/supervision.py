"""Sessions of supervision: code, topic, who was there. The text is opened on its own page."""

from typing import Any

from django.db.models import Count

from casework.models import Supervision
from casework.sealed_access import CLEARED
from portal.core.ui.dates import format_day

MOST = 60


def sessions(user: Any) -> list[dict[str, Any]]:
    rows = (
        Supervision.objects.restrict(user, CLEARED)
        .annotate(n=Count("present"))
        .order_by("-held_on", "-pk")[:MOST]
    )
    return [
        {"pk": one.pk, "code": one.case_code, "topic": one.topic, "supervisor": one.supervisor,
         "held_on": format_day(one.held_on), "n": one.n}
        for one in rows
    ]  # fmt: skip
