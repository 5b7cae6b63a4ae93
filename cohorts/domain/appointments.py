"""Appointing and ending posts. Rights change in the same transaction (design 5.2, 5.10)."""

import datetime as dt

from django.contrib.auth.models import Permission
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cohorts.access import grants, holds_on_unit
from cohorts.domain.blocks import check_block
from cohorts.domain.deputies import check_deputy, clip_deputies
from cohorts.domain.duties import DUTY_ACTIONS, check_one_duty
from cohorts.domain.leaving import refuse_open_work
from cohorts.domain.letters import claim_number
from cohorts.domain.reconcile import lock_people, reconcile
from cohorts.models import Appointment, Role, Unit
from portal.core import audit
from portal.core.admin_rights import DUTIES, check_lockout
from portal.core.errors import DomainError
from portal.core.models import User


def check_within_own(actor: User | None, role: Role, unit: Unit) -> None:
    """Nobody gives or takes a post wider than the own: an action more, or a unit out of reach."""
    if actor is None or holds_on_unit(actor, "grant_roles", unit.pk):
        return
    if not holds_on_unit(actor, "appoint", unit.pk):
        raise DomainError(
            _("You may appoint only on units on which you hold “appoint”: not on %(unit)s.")
            % {"unit": unit.name},
            code="denied",
        )
    if role.code in DUTIES:
        raise DomainError(
            _("Administrators are appointed and ended by the security administrator only."),
            code="denied",
        )
    for code in role.permissions.values_list("codename", flat=True):
        if not grants(actor, code).filter(content_object__below__descendant_id=unit.pk).exists():
            raise DomainError(
                _("%(role)s carries rights that you do not hold on %(unit)s yourself.")
                % {"role": role.name, "unit": unit.name},
                code="denied",
            )


def _check_may_appoint(actor: User | None, person: User, role: Role, unit: Unit) -> None:
    if actor is None:
        return
    if actor.pk == person.pk:
        raise DomainError(
            _("You cannot appoint yourself. Ask another administrator."), code="denied"
        )
    check_within_own(actor, role, unit)


def _check_single(role: Role, unit: Unit, starts_on: dt.date, ends_on: dt.date | None) -> None:
    """A deputy stands beside the holder and is no second one."""
    if not role.is_single:
        return
    others = Appointment.objects.filter(
        role=role, unit=unit, revoked_at=None, stands_in_for=None
    ).exclude(ends_on__lt=starts_on)
    if ends_on is not None:
        others = others.exclude(starts_on__gt=ends_on)
    other = others.select_related("person").first()
    if other is not None:
        raise DomainError(
            _("%(unit)s already has %(role)s %(name)s in that time. End that post first.")
            % {"unit": unit.name, "role": role.name, "name": other.person.name}
        )


@transaction.atomic
def appoint(
    *,
    actor: User | None,
    person: User,
    role: Role,
    unit: Unit,
    starts_on: dt.date | None = None,
    ends_on: dt.date | None = None,
    letter_no: str = "",
    stands_in_for: Appointment | None = None,
) -> Appointment:
    """Appoint ``person`` from ``starts_on`` (today by default) to ``ends_on`` inclusive.

    ``stands_in_for``: the post whose holder is away; then role and unit are that post's, and the
    end is needed and never later than its own. Raises DomainError for a role wider than the
    actor's, a unit out of reach, a second holder of a single post, a role on the wrong kind of
    unit, an end before the start, a person under a block, or a letter number already given.
    """
    starts_on = starts_on or timezone.localdate()
    lock_people([person.pk, *([stands_in_for.person_id] if stands_in_for else [])])
    Unit.objects.select_for_update(no_key=True).get(pk=unit.pk)
    _check_may_appoint(actor, person, role, unit)
    if stands_in_for is not None:
        stands_in_for = check_deputy(stands_in_for, person, role, unit, starts_on, ends_on)
    else:
        _check_single(role, unit, starts_on, ends_on)
    check_one_duty(person, role, starts_on, ends_on)
    check_block(person, role.code, starts_on, ends_on)
    post = Appointment(
        person=person,
        role=role,
        unit=unit,
        starts_on=starts_on,
        ends_on=ends_on,
        letter_no=letter_no.strip(),
        appointed_by=actor,
        stands_in_for=stands_in_for,
    )
    try:
        post.full_clean()
    except ValidationError as error:
        raise DomainError(" ".join(error.messages)) from error
    post.save()
    claim_number(actor, post)
    reconcile([person.pk])
    audit.record(
        actor=actor, action="appoint", obj=post, role=role.code, unit=unit.code, person=person.pk
    )
    return post


@transaction.atomic
def end_appointment(
    *, actor: User | None, post: Appointment, ends_on: dt.date | None = None
) -> Appointment:
    """End a post on ``ends_on`` (last day), or at this moment when no day is given.

    Deputies end with it. Raises DomainError for a post wider than the actor's own, and while open
    work hangs on it (code ``open_work``); only the system itself (actor None) may pass over that.
    A later last day is a term, no leaving: the list of expiring posts then shows the work.
    """
    lock_people([post.person_id, *post.deputies.values_list("person_id", flat=True)])
    post = _locked(post)
    check_within_own(actor, post.role, post.unit)
    if post.revoked_at is not None:
        raise DomainError(_("This post has already been ended."))
    if ends_on is not None and ends_on < post.starts_on:
        raise DomainError(_("The last day is before the first day."))
    if ends_on is not None and post.ends_on is not None and ends_on > post.ends_on:
        # Otherwise whoever may end a post could prolong it, even his own or a wider one.
        raise DomainError(_("A post is prolonged by a new appointment, not by a later end."))
    if actor is not None and (ends_on is None or ends_on <= timezone.localdate()):
        refuse_open_work(post)
    people = cut_post(post, ends_on)
    reconcile(people)
    if actor is not None:
        check_lockout()
        if post.role.code == "secadmin" and post.ends_on is not None:
            # Nor may the last one leave on a day to come.
            check_lockout(max(post.ends_on, timezone.localdate()) + dt.timedelta(days=1))
    audit.record(actor=actor, action="end_appointment", obj=post, on=str(post.ends_on))
    return post


def _locked(post: Appointment) -> Appointment:
    rows = Appointment.objects.select_for_update(of=("self",)).select_related(
        "role", "unit", "person"
    )
    found: Appointment = rows.get(pk=post.pk)
    return found


def cut_post(post: Appointment, ends_on: dt.date | None) -> list[int]:
    """Write the end of a locked post and of its deputies; the people whose grants must follow."""
    if ends_on is None:
        post.revoked_at = timezone.now()
        post.ends_on = max(post.starts_on, min(post.ends_on or dt.date.max, timezone.localdate()))
    else:
        post.ends_on = ends_on
    post.save(update_fields=["revoked_at", "ends_on"])
    return sorted({post.person_id, *clip_deputies(post)})


def _holds_role(actor: User, role: Role) -> bool:
    held = Appointment.objects.filter(person=actor, role=role, revoked_at=None)
    return held.exclude(ends_on__lt=timezone.localdate()).exists()


@transaction.atomic
def set_role_actions(*, actor: User | None, role: Role, permission_ids: list[int]) -> Role:
    """Change what a role may do; the grants of everyone who holds it follow at once.

    Raises DomainError when the actor would widen a role held by himself, when one of the three
    administrators' roles would open students' records, or when nobody could appoint any more.
    """
    before = sorted(role.permissions.values_list("codename", flat=True))
    wanted = set(
        Permission.objects.filter(pk__in=permission_ids).values_list("codename", flat=True)
    )
    if role.code in DUTIES and wanted - DUTY_ACTIONS:
        raise DomainError(_("An administrator's role never opens students' records."))
    if actor is not None and not (actor.is_in_force() and grants(actor, "grant_roles").exists()):
        raise DomainError(_("Only a security administrator changes roles."), code="denied")
    if actor is not None and wanted - set(before) and _holds_role(actor, role):
        raise DomainError(_("You hold this role yourself: another administrator must widen it."))
    role.permissions.set(permission_ids)
    people = Appointment.objects.filter(role=role, revoked_at=None).values_list(
        "person_id", flat=True
    )
    reconcile(sorted(set(people)))
    if actor is not None:
        check_lockout()
    after = sorted(role.permissions.values_list("codename", flat=True))
    audit.record(actor=actor, action="set_role_actions", obj=role, before=before, after=after)
    return role
