"""Facts of one request for keys, for its page."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from casework.enums import KeyKind
from casework.models import Case, KeyRequest
from portal.core.ui.dates import format_day


def request_facts(one: KeyRequest) -> list[dict[str, Any]]:
    """What is asked for, why, on what evidence, by whom, until when."""
    today = timezone.localdate()
    asker = one.asked_by.name if one.asked_by else _("system")
    facts = [
        (_("Case"), one.case.number),
        (_("Level of the file"), one.case.level.name),
        (_("Reason"), one.reason),
        (_("Evidence"), one.evidence),
        (_("Asked by"), f"{asker} · {format_day(one.asked_at, 'time', today)}"),
        (_("State"), one.state_label),
    ]
    if one.entry is not None and one.kind != KeyKind.CLOSE:
        facts.insert(1, (_("Ledger"), f"{one.entry.category.name} · {one.entry.level.name}"))
    return [
        {"label": label, "value": value, "strong": False, "tone": ""}
        for label, value in facts
        if value
    ]


def sees_case(user: Any, one: KeyRequest) -> bool:
    """Whether the reader may open the case too: the counselling centre may not."""
    return bool(Case.objects.restrict(user, "see_case").filter(pk=one.case_id).exists())
