"""From cases alike to a general fix, its proof, and the later look whether new cases fell."""

import datetime as dt
import uuid
from collections.abc import Iterable

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from casework.domain.rights import check_still
from casework.enums import MIN_REASON_CHARS, Effect
from casework.models import Case, CauseCode, CommonProblem, ProblemCase
from casework.queries.numbers import number
from casework.queries.problems import cases_alike, counted
from cohorts.access import granted_unit_ids
from cohorts.models import Unit
from portal.core import audit
from portal.core.errors import DomainError, StaleError
from portal.core.models import User
from portal.core.scope import forget_reach


@transaction.atomic
def open_problem(
    *,
    actor: User,
    cause: CauseCode,
    unit: Unit,
    title: str,
    fix: str,
    owner: User,
    due_on: dt.date,
    client_key: uuid.UUID | None = None,
) -> CommonProblem:
    """A general fix for ``cause`` in ``unit``; the open cases alike that ``actor`` may see are
    linked to it. The same ``client_key`` gives the first one back.

    Raises DomainError for a day that has passed, an owner who is not in force, or a cause that is
    being fixed here already; PermissionDenied without the right to lead cases of the unit.
    """
    Unit.objects.select_for_update(no_key=True).get(pk=unit.pk)
    sent: CommonProblem | None = CommonProblem.objects.filter(client_key=client_key).first()
    if client_key is not None and sent is not None and sent.opened_by_id == actor.pk:
        return sent
    _check_fix(fix, due_on, owner)
    if CommonProblem.objects.filter(
        cause=cause, unit=unit, fixed_at=None, dropped_at=None
    ).exists():
        raise DomainError(_("This cause is being fixed in this unit already. Open that entry."))
    made: CommonProblem = CommonProblem.objects.create(
        cause=cause, unit=unit, title=title.strip(), fix=fix.strip(), owner=owner, due_on=due_on,
        opened_by=actor, opened_at=timezone.now(), client_key=client_key,
    )  # fmt: skip
    forget_reach()
    if unit.pk not in granted_unit_ids(actor, "manage_case"):
        raise PermissionDenied(_("Your post no longer allows this. Nothing was changed."))
    alike = list(cases_alike(actor, cause.pk, unit.pk).values_list("pk", flat=True))
    ProblemCase.objects.bulk_create(ProblemCase(problem=made, case_id=pk) for pk in alike)
    audit.record(
        actor=actor, action="open_problem", obj=made, cause=cause.pk, unit=unit.pk,
        cases=len(alike),
    )  # fmt: skip
    return made


def _check_fix(fix: str, due_on: dt.date, owner: User) -> None:
    if len(fix.strip()) < MIN_REASON_CHARS:
        raise DomainError(_("Say in one sentence what is to be changed for everybody."))
    if due_on < timezone.localdate():
        raise DomainError(_("The day lies in the past. Choose today or later."))
    if not owner.is_in_force() or hasattr(owner, "student"):
        raise DomainError(_("Choose a member of staff whose account is in force."))


def _locked(actor: User, problem: CommonProblem, version: int | None) -> CommonProblem:
    kept: CommonProblem = CommonProblem.objects.select_for_update(of=("self",)).get(pk=problem.pk)
    if version is not None and kept.version != version:
        raise StaleError(
            _("Somebody else changed this entry after you opened it. Reload, then try again.")
        )
    if kept.dropped_at is not None or kept.checked_at is not None:
        raise DomainError(_("This entry has ended; nothing can be added."))
    if kept.owner_id != actor.pk:
        check_still(actor, kept, "manage_case")
    return kept


def _save(kept: CommonProblem, *fields: str) -> CommonProblem:
    kept.version += 1
    kept.save(update_fields=[*fields, "version"])
    return kept


@transaction.atomic
def record_fix(
    *, actor: User, problem: CommonProblem, proof: str, version: int | None = None
) -> CommonProblem:
    """The fix is done, with proof; a day is set to look whether new cases fell."""
    kept = _locked(actor, problem, version)
    if kept.fixed_at is not None:
        raise DomainError(_("The fix was recorded before."))
    if len(proof.strip()) < MIN_REASON_CHARS:
        raise DomainError(_("Write what was done and how it can be seen: a document, a date."))
    kept.fixed_at, kept.proof = timezone.now(), proof.strip()
    kept.check_on = timezone.localdate() + dt.timedelta(days=number("problem.check_days"))
    _save(kept, "fixed_at", "proof", "check_on")
    audit.record(actor=actor, action="record_fix", obj=kept, check_on=kept.check_on)
    return kept


@transaction.atomic
def check_effect(
    *, actor: User, problem: CommonProblem, note: str, version: int | None = None
) -> CommonProblem:
    """Count the new cases on both sides of the fix and keep the finding. Not by the owner alone:
    whoever leads cases of the unit looks. Raises DomainError before the day set."""
    kept = _locked(actor, problem, version)
    new_cases = counted(kept)
    if new_cases is None or kept.check_on is None:
        raise DomainError(_("Record the fix with its proof first."))
    if timezone.localdate() < kept.check_on:
        raise DomainError(_("It is too early to see an effect. Look again on the day set."))
    check_still(actor, kept, "manage_case")
    before, after = new_cases[:2]
    kept.seen_before, kept.seen_after = before, after
    kept.effect = Effect.FELL if after < before else Effect.ROSE if after > before else Effect.SAME
    kept.checked_at, kept.checked_by, kept.check_note = timezone.now(), actor, note.strip()[:500]
    _save(kept, "seen_before", "seen_after", "effect", "checked_at", "checked_by", "check_note")
    audit.record(
        actor=actor, action="check_effect", obj=kept, before=before, after=after,
        effect=str(kept.effect),
    )  # fmt: skip
    return kept


@transaction.atomic
def change_problem(
    *, actor: User, problem: CommonProblem, owner: User, due_on: dt.date, reason: str,
    version: int | None = None,
) -> CommonProblem:  # fmt: skip
    """Another owner or another day, with a reason, by whoever leads cases of the unit."""
    kept = _locked(actor, problem, version)
    check_still(actor, kept, "manage_case")
    if kept.fixed_at is not None:
        raise DomainError(_("The fix was recorded before."))
    if len(reason.strip()) < MIN_REASON_CHARS:
        raise DomainError(_("Say in one sentence why."))
    _check_fix(kept.fix, due_on, owner)
    before = {"owner": kept.owner_id, "due_on": kept.due_on}
    kept.owner, kept.due_on = owner, due_on
    _save(kept, "owner", "due_on")
    audit.record(
        actor=actor, action="change_problem", obj=kept, before=before, owner=owner.pk,
        due_on=due_on, reason=reason.strip()[:300],
    )  # fmt: skip
    return kept


@transaction.atomic
def drop_problem(
    *, actor: User, problem: CommonProblem, reason: str, version: int | None = None
) -> CommonProblem:
    """The fix is not needed any more; kept with its reason."""
    kept = _locked(actor, problem, version)
    check_still(actor, kept, "manage_case")
    if len(reason.strip()) < MIN_REASON_CHARS:
        raise DomainError(_("Say in one sentence why."))
    kept.dropped_at, kept.drop_reason = timezone.now(), reason.strip()[:300]
    _save(kept, "dropped_at", "drop_reason")
    audit.record(actor=actor, action="drop_problem", obj=kept, reason=kept.drop_reason)
    return kept


def link_cases(*, actor: User, problem: CommonProblem, cases: Iterable[Case]) -> int:
    """Link further cases that ``actor`` may see. Returns how many were new."""
    wanted = {case.pk for case in cases}
    with transaction.atomic():
        kept = _locked(actor, problem, None)
        check_still(actor, kept, "manage_case")
        seen = Case.objects.restrict(actor, "see_case").filter(pk__in=wanted)
        known = set(kept.links.values_list("case_id", flat=True))
        new = sorted(set(seen.values_list("pk", flat=True)) - known)
        ProblemCase.objects.bulk_create(ProblemCase(problem=kept, case_id=pk) for pk in new)
        audit.record(actor=actor, action="link_cases", obj=kept, cases=new)
    return len(new)
