"""Facts of one request for keys, for its page, and of several that are confirmed together."""

from collections.abc import Collection, Sequence
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from casework.enums import KeyKind, KeySide
from casework.models import Case, KeyRequest
from casework.queries.key_sides import may_turn
from casework.queries.keys import title
from portal.core.domain.bulk import BulkOutcome
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


def sides_left(user: Any, one: KeyRequest) -> list[str]:
    """Sides this person may still speak for: none beside a side spoken for already."""
    if not one.is_open:
        return []
    spoken = {turn.side for turn in one.turns.all() if turn.person_id == user.pk}
    found = spoken or may_turn(user, one)
    offices = [side for side in one.sides if side != KeySide.COUNSELLING]
    if one.asked_by_id == user.pk and len(offices) == 1:
        found = found - set(offices)
    return [side for side in one.sides if side in found]


def many_lines(
    found: Sequence[KeyRequest], chosen: Collection[int], outcome: BulkOutcome | None
) -> list[dict[str, Any]]:
    """Lines of the page that confirms several: what is asked of whom and why; after a trial also
    what would happen to the chosen ones."""
    today = timezone.localdate()
    refused = outcome.refused if outcome else {}
    return [
        {
            "pk": one.pk, "student": one.case.student, "level": one.case.level_id,
            "what": title(one), "reason": one.reason, "evidence": one.evidence,
            "asked": _("%(name)s asked on %(day)s") % {
                "name": one.asked_by.name if one.asked_by else _("system"),
                "day": format_day(one.asked_at, today=today),
            },
            "is_chosen": one.pk in chosen,
            "is_tried": outcome is not None and one.pk in chosen, "why": refused.get(one.pk, ""),
        }
        for one in found
    ]  # fmt: skip
