"""Exports of persons: asked for with a purpose, approved by somebody else where the kind wants it,
made by a worker, handed out to whoever asked, deleted after a day (rulebook 8.2)."""

import datetime as dt
import hashlib
import uuid

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cohorts.access import holds_on_unit
from cohorts.enums import ExportState
from cohorts.export_kinds import ExportKind, Making, export_kind
from cohorts.models import Export, Unit
from cohorts.queries.exports import LIMIT, WAIT, approvers, export_number
from portal.core import audit
from portal.core.crypto import decrypt_bytes, encrypt_bytes
from portal.core.domain.jobs import Outcome, Progress, register_job, start_job
from portal.core.errors import DomainError
from portal.core.exports import FILE_HOURS, checked_count, checked_reason, stamp_of
from portal.core.models import Job, JobState, Notification, User
from portal.core.scope import forget_reach

JOB = "export"
_TOLD = 20


def _kind(export: Export) -> ExportKind:
    kind = export_kind(export.kind)
    if kind is None:
        raise DomainError(_("This kind of export is not offered any more."))
    return kind


def _check_right(actor: User, kind: ExportKind, unit: Unit) -> None:
    forget_reach()
    if not holds_on_unit(actor, kind.action, unit.pk):
        raise PermissionDenied(_("None of your posts lets you export from this unit."))


@transaction.atomic
def ask_export(
    *,
    actor: User,
    kind: ExportKind,
    unit: Unit,
    query: str,
    reason: str,
    key: uuid.UUID | None = None,
) -> Export:
    """Ask for a file of what ``query`` gives in ``unit``; without need of approval it is begun.

    The same ``key`` gives the first one back. Raises PermissionDenied without the right on the
    unit, DomainError without a purpose, for nobody or too many persons, or when nobody else could
    approve.
    """
    _check_right(actor, kind, unit)
    reason = checked_reason(reason)
    key = key or uuid.uuid4()
    User.objects.select_for_update().get(pk=actor.pk)  # sent twice: one after the other
    known: Export | None = Export.objects.filter(key=key, asked_by=actor).first()
    if known is not None:
        return known
    going = kind.plan(actor, unit, query)
    checked_count(going.persons, export_number(LIMIT))
    others = approvers(unit, actor) if kind.needs_approval else []
    if kind.needs_approval and not others:
        raise DomainError(
            _("Nobody else may approve an export of %(unit)s at present. Ask for a post with this "
              "right to be filled, or export from a unit below.") % {"unit": unit.name}
        )  # fmt: skip
    now = timezone.now()
    wait = dt.timedelta(days=export_number(WAIT))
    export: Export = Export.objects.create(
        key=key, kind=kind.code, title=going.title[:120], unit=unit, query=query[:2000],
        conditions=going.conditions[:500], reason=reason, lines=going.lines,
        persons=going.persons, needs_approval=kind.needs_approval, asked_by=actor, asked_at=now,
        ends_at=now + wait,
    )  # fmt: skip
    audit.record(
        actor=actor, action="ask_export", obj=export, kind=kind.code, unit=unit.pk,
        persons=going.persons, reason=reason, conditions=export.conditions,
    )  # fmt: skip
    if not kind.needs_approval:
        return _begin(export)
    text = _("%(name)s asks you to approve an export: %(title)s, %(n)s persons.") % {
        "name": actor.name, "title": export.title, "n": export.persons,
    }  # fmt: skip
    _tell(export, "asked", text, others[:_TOLD])
    return export


def _tell(export: Export, what: str, text: str, people: list[User]) -> None:
    url = reverse("cohorts:export", args=[export.pk])
    Notification.objects.bulk_create(
        [Notification(user=one, key=f"export:{export.pk}:{what}", text=text[:300], url=url)
         for one in people],
        ignore_conflicts=True,
    )  # fmt: skip


def _begin(export: Export) -> Export:
    export.job = start_job(
        actor=export.asked_by, kind=JOB, params={"export": export.pk}, key=export.key
    )
    export.save(update_fields=["job"])
    return export


def _locked(export: Export) -> Export:
    found: Export = (
        Export.objects.select_for_update(of=("self",))
        .select_related("unit", "asked_by", "job")
        .get(pk=export.pk)
    )
    return found


@transaction.atomic
def decide_export(*, actor: User, export: Export, is_approved: bool, note: str = "") -> Export:
    """Consent to, or refuse, what somebody else asked for. The first answer counts.

    Raises PermissionDenied for one's own export or without the right, DomainError when it was
    answered, taken back or has lapsed meanwhile, and for a refusal without a reason.
    """
    export = _locked(export)
    forget_reach()
    mine = Export.objects.restrict(actor, "approve_export").filter(pk=export.pk)
    if export.asked_by_id == actor.pk or not mine.exists():
        raise PermissionDenied(_("An export is approved by somebody else with the right to do so."))
    if export.state != ExportState.ASKED or export.is_over_time:
        raise DomainError(_("This was answered, taken back or has lapsed meanwhile."), code="stale")
    note = " ".join(note.split())[:200]
    if not is_approved and len(note) < 4:
        raise DomainError(_("Say in a few words why it is refused; the asker reads it."))
    now = timezone.now()
    export.decided_by, export.decided_at = actor, now
    export.is_approved, export.note = is_approved, note
    export.save(update_fields=["decided_by", "decided_at", "is_approved", "note"])
    audit.record(
        actor=actor, action="approve_export" if is_approved else "refuse_export", obj=export,
        kind=export.kind, persons=export.persons, asked_by=export.asked_by_id,
    )  # fmt: skip
    if is_approved:
        return _begin(export)
    text = _("Your export was refused: %(title)s.") % {"title": export.title}
    _tell(export, "refused", text, [export.asked_by])
    return export


@transaction.atomic
def withdraw_export(*, actor: User, export: Export) -> Export:
    """Take one's own export back; a file that was made is deleted at once."""
    export = _locked(export)
    if export.asked_by_id != actor.pk:
        raise PermissionDenied(_("Only the person who asked can take this back."))
    open_now = (ExportState.ASKED, ExportState.MAKING, ExportState.READY)
    if export.state not in open_now:
        raise DomainError(_("There is nothing left to take back."), code="stale")
    export.withdrawn_at, export.content = timezone.now(), None
    export.save(update_fields=["withdrawn_at", "content"])
    audit.record(actor=actor, action="withdraw_export", obj=export, kind=export.kind)
    return export


def _make(job: Job, progress: Progress) -> Outcome:
    """Write the file for whoever asked, with the lines that this person may still see. A job that
    comes too late (taken back, done) leaves everything as it is."""
    export = _locked(Export(pk=job.params["export"]))
    if export.state != ExportState.MAKING:
        return Outcome(JobState.DONE)
    kind, actor = _kind(export), export.asked_by
    _check_still_held(actor, kind, export)
    may = kind.allowed(actor, export.unit, export.lines)
    lines = [pk for pk in export.lines if pk in may]
    if not lines:
        raise DomainError(_("None of these lines is open to you any more. Ask anew."))
    now = timezone.now()
    making = Making(
        actor, export.unit, export.title, export.query, lines, stamp_of(actor, export.reason, now)
    )
    content = kind.write(making, progress)
    export.content, export.size = encrypt_bytes(content), len(content)
    export.sha256, export.lines = hashlib.sha256(content).hexdigest(), lines
    export.name, export.persons = f"{export.title}.xlsx", kind.persons(lines)
    export.made_at, export.ends_at = now, now + dt.timedelta(hours=FILE_HOURS)
    export.save()
    audit.record(
        actor=actor, action="make_export", obj=export, kind=export.kind, persons=export.persons,
        size=export.size, sha256=export.sha256,
    )  # fmt: skip
    text = _("Your file is ready for a day: %(title)s.") % {"title": export.title}
    _tell(export, "ready", text, [actor])
    return Outcome(JobState.DONE, {"export": export.pk})


def _check_still_held(actor: User, kind: ExportKind, export: Export) -> None:
    forget_reach()
    if not holds_on_unit(actor, kind.action, export.unit_id):
        raise DomainError(_("Your post no longer allows this export."))


register_job(JOB, _make)


def hand_out(*, actor: User, export: Export) -> tuple[str, bytes]:
    """(name, bytes) for whoever asked, each time written down with the students it is about.

    Asked again before a byte goes out: a file with a line that its holder may not see any more is
    deleted. Raises PermissionDenied for anybody else, DomainError when there is no file (any more).
    """
    with transaction.atomic():
        export = _locked(export)
        if export.asked_by_id != actor.pk:
            raise PermissionDenied(_("Only the person who asked for it gets the file."))
        if export.state != ExportState.READY or export.is_over_time or export.content is None:
            raise DomainError(_("This file is not there any more. Ask for a new export."))
        kind = _kind(export)
        lost = len(set(export.lines) - _open_to(actor, kind, export))
        if not lost:
            return _handed(actor, kind, export)
        export.ended_at, export.content = timezone.now(), None
        export.save(update_fields=["ended_at", "content"])
        audit.record(actor=actor, action="stop_export", obj=export, kind=export.kind, lost=lost)
    raise DomainError(
        ngettext(
            "%(n)s line of this file is not open to you any more, so the file was deleted. Ask anew.",
            "%(n)s lines of this file are not open to you any more, so the file was deleted. Ask "
            "anew.", lost,
        ) % {"n": lost}
    )  # fmt: skip


def _open_to(actor: User, kind: ExportKind, export: Export) -> set[int]:
    forget_reach()
    if not holds_on_unit(actor, kind.action, export.unit_id):
        return set()
    return kind.allowed(actor, export.unit, export.lines)


def _handed(actor: User, kind: ExportKind, export: Export) -> tuple[str, bytes]:
    Export.objects.filter(pk=export.pk).update(downloads=F("downloads") + 1)
    audit.record(
        actor=actor, action="download_export", obj=export, kind=export.kind, sha256=export.sha256
    )
    model, records = kind.subjects(export.lines)
    audit.record_many(
        actor=actor, action=kind.act, model=model, ids=sorted(set(records)), export=export.pk,
        reason=export.reason,
    )  # fmt: skip
    return export.name, decrypt_bytes(bytes(export.content or b""))


@transaction.atomic
def end_exports() -> int:
    """Delete files whose day is over, and let questions lapse that nobody answered. Returns how
    many; safe to run again."""
    late = Export.objects.filter(ended_at=None, ends_at__lte=timezone.now())
    ids = list(late.select_for_update().order_by("pk").values_list("pk", flat=True))
    if not ids:
        return 0
    Export.objects.filter(pk__in=ids).update(ended_at=timezone.now(), content=None)
    audit.record_many(actor=None, action="end_exports", model=Export, ids=ids)
    return len(ids)
