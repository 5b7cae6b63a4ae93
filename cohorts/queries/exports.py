"""Exports as people read them: mine, those that wait for my consent, one in full."""

import datetime as dt
from collections.abc import Collection
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from cohorts.access import granted_unit_ids, held_units, in_force
from cohorts.enums import ExportState, UnitKind
from cohorts.export_kinds import ExportKind, export_kind
from cohorts.models import Export, Grant, Parameter, Unit
from portal.core.access import may_hold
from portal.core.domain.jobs import progress
from portal.core.models import JobState, User
from portal.core.ui.dates import format_day

LIMIT, WAIT = "export.max_persons", "export.wait_days"
_FIRST = {LIMIT: 500, WAIT: 7}
MOST = 100
_TONES = {
    ExportState.ASKED: "due", ExportState.MAKING: "accent", ExportState.READY: "ok",
    ExportState.REFUSED: "late", ExportState.EXPIRED: "plain", ExportState.WITHDRAWN: "plain",
}  # fmt: skip


def export_number(key: str) -> int:
    """Limit of persons, or days that a question waits, as the school sets them."""
    found: Decimal | None = (
        Parameter.objects.filter(key=key).values_list("value", flat=True).first()
    )
    return int(found) if found is not None else _FIRST[key]


def export_units(user: User, action: str, kinds: Collection[str] = ()) -> QuerySet[Unit]:
    """Units for which ``user`` may export by this right: those of the posts themselves first.
    ``kinds``: of these kinds only; else all but dwellings and party organisations."""
    if not may_hold(user, action):
        return Unit.objects.none()
    units = Unit.objects.filter(pk__any=granted_unit_ids(user, action))
    if kinds:
        return units.filter(kind__in=kinds).order_by("code")
    return units.exclude(kind__in=("building", "floor", "room", "party")).order_by("code")


def own_unit(user: User, action: str) -> Unit | None:
    """The unit of the post that carries the right; with several posts the widest: of one kind that
    which stands highest in its tree."""
    if not may_hold(user, action):
        return None
    held = Unit.objects.filter(pk__in=held_units(user, action)).annotate(depth=Count("above"))
    order = list(UnitKind)
    return min(
        held,
        key=lambda unit: (order.index(UnitKind(unit.kind)), unit.depth, unit.code),
        default=None,
    )


def approvers(unit: Unit, but: User) -> list[User]:
    """Who may consent to an export of this unit today, nearest post first; never who asks."""
    today = timezone.localdate()
    grants = (
        Grant.objects.filter(
            in_force(today),
            permission__codename="approve_export",
            permission__content_type__app_label="cohorts",
            content_object__below__descendant=unit,
            user__is_active=True,
        )
        .filter(Q(user__expires_on=None) | Q(user__expires_on__gte=today))
        .exclude(user_id=but.pk)
        .select_related("user")
        .order_by("content_object__below__depth", "user__pinyin")
    )
    return list({grant.user_id: grant.user for grant in grants}.values())


def my_exports(user: User) -> list[Export]:
    rows = Export.objects.restrict(user, "see_export").filter(asked_by_id=user.pk)
    return _whole(rows.order_by("-asked_at", "-pk"))


def to_approve(user: User) -> QuerySet[Export]:
    """Open questions of others that this person may answer."""
    rows: QuerySet[Export] = Export.objects.restrict(user, "approve_export")
    return rows.filter(
        needs_approval=True, decided_at=None, withdrawn_at=None, ended_at=None,
        ends_at__gt=timezone.now(),
    )  # fmt: skip


def count_to_approve(user: User) -> int:
    return to_approve(user).count()


def waiting(user: User) -> list[Export]:
    return _whole(to_approve(user).order_by("asked_at", "pk"))


def _whole(rows: QuerySet[Export]) -> list[Export]:
    found = rows.select_related("unit", "asked_by", "decided_by", "job").defer("content")
    return list(found.defer("content", "lines")[:MOST])


def one(pk: int) -> Export:
    """With what its page shows; the caller has asked for the right."""
    found: Export = (
        Export.objects.select_related("unit", "asked_by", "decided_by", "job")
        .defer("content")
        .get(pk=pk)
    )
    return found


def has_failed(export: Export) -> bool:
    is_made = export.state == ExportState.MAKING
    return bool(is_made and export.job and export.job.state == JobState.FAILED)


def state_words(export: Export) -> tuple[str, str]:
    """(words, tone); what the clock says counts even while the worker sleeps."""
    if has_failed(export):
        return _("could not be made"), "late"
    state = ExportState(export.state)
    if state in (ExportState.ASKED, ExportState.READY) and export.is_over_time:
        state = ExportState.EXPIRED
    return str(state.label), _TONES[state]


def lines(exports: list[Export], *, with_asker: bool) -> list[dict[str, Any]]:
    """For components/item_list.html."""
    today, shown = timezone.localdate(), []
    for export in exports:
        words, tone = state_words(export)
        meta = [export.unit.name, export.reason, format_day(export.asked_at, "time", today)]
        if with_asker:
            meta.insert(0, export.asked_by.name)
        shown.append({
            "title": export.title, "url": reverse("cohorts:export", args=[export.pk]),
            "meta": " · ".join(meta), "side": words, "side_tone": tone,
        })  # fmt: skip
    return shown


def sheet(user: User, export: Export) -> dict[str, Any]:
    """Everything the page of one export shows."""
    is_mine = export.asked_by_id == user.pk
    words, tone = state_words(export)
    is_live = not export.is_over_time
    ready = export.state == ExportState.READY and is_live
    open_ = export.state == ExportState.ASKED and is_live
    kind = export_kind(export.kind)
    can_decide = open_ and Export.objects.restrict(user, "approve_export").filter(pk=export.pk)
    return {
        "export": export,
        "state": {"words": words, "tone": tone},
        "facts": _facts(export, kind),
        "is_mine": is_mine,
        "is_working": export.state == ExportState.MAKING and not has_failed(export),
        "failure": export.job.result.get("message", "") if has_failed(export) and export.job else "",
        "may_decide": bool(can_decide and can_decide.exists()),
        "may_fetch": ready and is_mine,
        "may_withdraw": is_mine and is_live and export.state in (
            ExportState.ASKED, ExportState.MAKING, ExportState.READY
        ),
        "approvers": approvers(export.unit, export.asked_by) if open_ and is_mine else [],
    }  # fmt: skip


def bar(export: Export) -> dict[str, Any]:
    """Parameters of components/job.html."""
    step, done, total = progress(export.job) if export.job else (export.state_label, 0, 0)
    is_working = export.state == ExportState.MAKING and not has_failed(export)
    return {
        "url": reverse("cohorts:export_progress", args=[export.pk]), "step": step, "done": done,
        "total": total, "started": _clock(export.job.created_at) if export.job else "",
        "is_working": is_working,
    }  # fmt: skip


def _clock(at: dt.datetime) -> str:
    return timezone.localtime(at).strftime("%H:%M")


def _facts(export: Export, kind: ExportKind | None) -> list[tuple[str, str]]:
    """(label, words) in the order of what happened."""
    found = [
        (_("Unit"), export.unit.name),
        (pgettext("export", "Conditions"), export.conditions or _("none")),
        (_("Persons"), str(export.persons)),
        (_("What stands in it"), str(kind.columns) if kind else "—"),
        (_("Purpose"), export.reason),
        (_("Asked for by"), f"{export.asked_by.name} · {format_day(export.asked_at, 'time')}"),
    ]
    if export.decided_by is not None:
        verdict = pgettext("export", "approved") if export.is_approved else _("refused")
        words = f"{export.decided_by.name} · {verdict} · {format_day(export.decided_at, 'time')}"
        found.append((_("Decision"), f"{words} · {export.note}" if export.note else words))
    if export.made_at is not None:
        found.append((pgettext("export", "Made"), format_day(export.made_at, "time")))
        found.append((_("Downloads"), str(export.downloads)))
    if export.ended_at is None and export.withdrawn_at is None:
        label = _("Deleted at") if export.made_at else _("Answer by")
        if export.made_at or export.state == ExportState.ASKED:
            found.append((label, format_day(export.ends_at, "time")))
    return found
