"""Writing rule sets: drafts, versions, switching on and off."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from cohorts.access import holds_on_unit
from cohorts.models import Term, Unit, University
from portal.core import audit
from portal.core.errors import DomainError, StaleError
from portal.core.models import User
from portal.core.rows import fetch
from students.domain.warning_preview import Preview, preview_set
from students.models import WarningSet
from students.warning_rules import faults_of, read_rules

ACTION = "edit_warning_rules"
FIELDS = ("name", "source", "entry_from", "entry_to", "valid_from")


def may_edit(user: User, unit_id: int | None) -> bool:
    """Sets of a unit by a post on it or above; sets of the whole school by one on the university."""
    if unit_id is None:
        root = University.objects.order_by("pk").values_list("pk", flat=True).first()
        return root is not None and holds_on_unit(user, ACTION, root)
    return holds_on_unit(user, ACTION, unit_id)


def _check(actor: User, unit_id: int | None) -> None:
    if not may_edit(actor, unit_id):
        raise PermissionDenied(_("None of your posts lets you edit the warning rules here."))


def last_results_term() -> Term | None:
    """The latest term of which there are results: after it a draft is tried."""
    rows = fetch(
        """SELECT t.code FROM cohorts_term t
            WHERE EXISTS (SELECT 1 FROM students_courseresult r WHERE r.term_id = t.code)
            ORDER BY t.starts_on DESC LIMIT 1""",
        (),
    )
    return Term.objects.get(pk=rows[0][0]) if rows else None


@transaction.atomic
def new_draft(
    *, actor: User, base: WarningSet, unit: Unit | None, copy: bool = False
) -> WarningSet:
    """The next version of a set, or with ``copy`` a set of its own for ``unit``. An open draft of
    the same family is given back instead of a second one."""
    unit_id = unit.pk if unit is not None else None
    _check(actor, unit_id if copy else base.unit_id)
    if not copy:
        open_one = WarningSet.objects.filter(family=base.family, on_at=None, off_at=None).first()
        if open_one is not None:
            return open_one
    family = base.family
    if copy:
        family = slugify(f"{base.family}-{unit_id or 'school'}")[:36]
        taken = set(WarningSet.objects.values_list("family", flat=True))
        number = next(n for n in range(1, 1000) if f"{family}-{n}" not in taken)
        family = f"{family}-{number}"
    last = WarningSet.objects.filter(family=family).aggregate(n=Max("version"))["n"] or 0
    made = WarningSet.objects.create(
        family=family, version=last + 1, body=base.body, unit_id=unit_id if copy else base.unit_id,
        made_by=actor, **{name: getattr(base, name) for name in FIELDS},
    )  # fmt: skip
    audit.record(actor=actor, action="draft_warning_rules", obj=made, family=family,
                 version=made.version)  # fmt: skip
    return made


@transaction.atomic
def save_draft(
    *, actor: User, draft: WarningSet, values: dict[str, Any], body: dict[str, Any], edition: int
) -> WarningSet:
    """Keep what was written. Raises DomainError for rules that make no sense or a version that
    was switched on, StaleError when somebody else wrote meanwhile."""
    kept: WarningSet = WarningSet.objects.select_for_update().get(pk=draft.pk)
    _check(actor, kept.unit_id)
    if not kept.is_draft:
        raise DomainError(
            _("This version was switched on and stays as it is. Begin a new version.")
        )
    if kept.edition != edition:
        raise StaleError(_("Somebody else saved this draft after you opened it. Reload to see it."))
    faults = faults_of(read_rules(body))
    if faults:
        raise DomainError(" ".join(faults))
    for name in FIELDS:
        setattr(kept, name, values[name])
    kept.body, kept.edition = body, kept.edition + 1
    kept.save()
    audit.record(actor=actor, action="save_warning_rules", obj=kept, family=kept.family,
                 version=kept.version, edition=kept.edition)  # fmt: skip
    return kept


@transaction.atomic
def switch_on(
    *, actor: User, draft: WarningSet, edition: int, is_sure: bool = False
) -> tuple[WarningSet, Preview | None]:
    """From now on this version counts, and the former one ends. Raises DomainError for rules that
    make no sense, and with the code ``much`` when more than a third of a cohort would be hit and
    nobody said that this is meant."""
    kept: WarningSet = WarningSet.objects.select_for_update().get(pk=draft.pk)
    _check(actor, kept.unit_id)
    if kept.is_on:
        return kept, None
    if kept.off_at is not None:
        raise DomainError(_("This version has ended. Begin a new version from it."))
    if kept.edition != edition:
        raise StaleError(_("Somebody else saved this draft after you opened it. Reload to see it."))
    if faults := faults_of(read_rules(kept.body)):
        raise DomainError(" ".join(faults))
    term = last_results_term()
    preview = preview_set(kept, term) if term is not None else None
    if preview is not None and preview.is_much and not is_sure:
        raise DomainError(
            _("This set would hit more than a third of a cohort. Look at the preview; if it is "
              "meant so, say so and switch it on again."), code="much",
        )  # fmt: skip
    now = timezone.now()
    WarningSet.objects.filter(family=kept.family, on_at__isnull=False, off_at=None).update(
        off_at=now, off_by=actor
    )
    kept.on_at, kept.on_by = now, actor
    kept.save(update_fields=["on_at", "on_by"])
    audit.record(actor=actor, action="switch_on_warning_rules", obj=kept, family=kept.family,
                 version=kept.version, is_sure=is_sure)  # fmt: skip
    return kept, preview


@transaction.atomic
def switch_off(*, actor: User, one: WarningSet) -> WarningSet:
    """It is not evaluated any more; what it found stays until a person or a later set decides."""
    kept: WarningSet = WarningSet.objects.select_for_update().get(pk=one.pk)
    _check(actor, kept.unit_id)
    if not kept.is_on:
        return kept
    kept.off_at, kept.off_by = timezone.now(), actor
    kept.save(update_fields=["off_at", "off_by"])
    audit.record(actor=actor, action="switch_off_warning_rules", obj=kept, family=kept.family,
                 version=kept.version)  # fmt: skip
    return kept
