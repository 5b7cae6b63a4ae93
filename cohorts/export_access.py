"""Routes to exports: one's own; and those that one may approve, by a post on the unit or above.

Whoever approves reads what is asked for, how many persons and why, and not one name.
"""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cohorts.access import granted_unit_ids
from cohorts.models import Export
from cohorts.post_reasons import post_reasons
from portal.core.access import Action, Reason, Route, register_actions, register_route
from portal.core.models import User

register_actions(
    Action("see_export", gettext_lazy("see exports"),
           gettext_lazy("One's own exports, and those that one may approve; never given to a role.")),
    Action("approve_export", gettext_lazy("approve exports"),
           gettext_lazy("Agree to, or refuse, an export of focus students that somebody else asked "
                        "for, without seeing a name."), sensitive=True),
)  # fmt: skip


def _own(user: User, action: str) -> QuerySet[Any] | None:
    rows: QuerySet[Any] = Export.objects.filter(asked_by=user)
    return rows.values("pk") if action == "see_export" else None


def _own_reasons(user: User, action: str, export: Export) -> list[Reason]:
    is_own = action == "see_export" and export.asked_by_id == user.pk
    return [Reason("own", _("You asked for it"))] if is_own else []


def _to_approve(user: User, action: str) -> QuerySet[Any] | None:
    """What others asked for on my units; nobody consents to his own."""
    if action not in ("see_export", "approve_export"):
        return None
    units = granted_unit_ids(user, "approve_export")
    if not units:
        return None
    rows: QuerySet[Any] = Export.objects.filter(unit_id__any=units, needs_approval=True)
    return rows.exclude(asked_by=user).values("pk")


def _approve_reasons(user: User, action: str, export: Export) -> list[Reason]:
    if action not in ("see_export", "approve_export") or not export.needs_approval:
        return []
    if export.asked_by_id == user.pk:
        return []
    return post_reasons(user, "approve_export", [export.unit_id])


register_route(Export, Route("own", _own, _own_reasons))
register_route(Export, Route("approver", _to_approve, _approve_reasons))
