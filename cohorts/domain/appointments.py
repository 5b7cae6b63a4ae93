"""Appointing and ending posts. Rights change in the same transaction (design 5.2, 5.10)."""

import datetime as dt

from django.contrib.auth.models import Permission
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cohorts.access import grants, holds_on_unit
from cohorts.domain.duties import DUTY_ACTIONS, check_one_duty
from cohorts.domain.reconcile import reconcile
from cohorts.models import Appointment, Role, Unit
from portal.core import audit
from portal.core.admin_rights import DUTIES, check_lockout
from portal.core.errors import DomainError
from portal.core.models import User


def _check_may_appoint(actor: User | None, person: User, role: Role, unit: Unit) -> None:
    """Nobody appoints to a role or unit wider than their own, and nobody appoints himself."""
    if actor is None:
        return
    if actor.pk == person.pk:
        raise DomainError(
            _("You cannot appoint yourself. Ask another administrator."), code="denied"
        )
    if holds_on_unit(actor, "grant_roles", unit.pk):
        return
    if not holds_on_unit(actor, "appoint", unit.pk):
        raise DomainError(
            _("You may appoint only on units on which you hold “appoint”: not on %(unit)s.")
            % {"unit": unit.name},
            code="denied",
        )
    for code in role.permissions.values_list("codename", flat=True):
        if not grants(actor, code).filter(content_object__below__descendant_id=unit.pk).exists():
            raise DomainError(
                _("%(role)s carries rights that you do not hold on %(unit)s yourself.")
                % {"role": role.name, "unit": unit.name},
                code="denied",
            )


def _check_single(role: Role, unit: Unit, starts_on: dt.date, ends_on: dt.date | None) -> None:
    if not role.is_single:
        return
    others = Appointment.objects.filter(role=role, unit=unit, revoked_at=None)
    others = others.exclude(ends_on__lt=starts_on)
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
) -> Appointment:
    """Appoint ``person`` from ``starts_on`` (today by default) to ``ends_on`` inclusive.

    Raises DomainError for a role wider than the actor's, a unit out of reach, a second holder of
    a single post, a role on the wrong kind of unit, or an end before the start.
    """
    starts_on = starts_on or timezone.localdate()
    User.objects.select_for_update().get(pk=person.pk)
    Unit.objects.select_for_update().get(pk=unit.pk)
    _check_may_appoint(actor, person, role, unit)
    _check_single(role, unit, starts_on, ends_on)
    check_one_duty(person, role, starts_on, ends_on)
    post = Appointment(
        person=person,
        role=role,
        unit=unit,
        starts_on=starts_on,
        ends_on=ends_on,
        letter_no=letter_no,
        appointed_by=actor,
    )
    try:
        post.full_clean()
    except ValidationError as error:
        raise DomainError(" ".join(error.messages)) from error
    post.save()
    reconcile([person.pk])
    audit.record(
        actor=actor, action="appoint", obj=post, role=role.code, unit=unit.code, person=person.pk
    )
    return post


@transaction.atomic
def end_appointment(
    *, actor: User | None, post: Appointment, ends_on: dt.date | None = None
) -> Appointment:
    """End a post on ``ends_on`` (last day), or at this moment when no day is given."""
    person = User.objects.select_for_update().get(pk=post.person_id)
    post = Appointment.objects.select_for_update().select_related("role", "unit").get(pk=post.pk)
    if actor is not None and not (
        holds_on_unit(actor, "grant_roles", post.unit_id)
        or holds_on_unit(actor, "appoint", post.unit_id)
    ):
        raise DomainError(_("You may end only posts on units on which you appoint."), code="denied")
    if post.revoked_at is not None:
        raise DomainError(_("This post has already been ended."))
    if ends_on is None:
        post.revoked_at = timezone.now()
        post.ends_on = max(post.starts_on, min(post.ends_on or dt.date.max, timezone.localdate()))
    else:
        if ends_on < post.starts_on:
            raise DomainError(_("The last day is before the first day."))
        if post.ends_on is not None and ends_on > post.ends_on:
            # Otherwise whoever may end a post could prolong it, even his own or a wider one.
            raise DomainError(_("A post is prolonged by a new appointment, not by a later end."))
        post.ends_on = ends_on
    post.save()
    reconcile([person.pk])
    if actor is not None:
        check_lockout()
        if post.role.code == "secadmin" and post.ends_on is not None:
            # Nor may the last one leave on a day to come.
            check_lockout(max(post.ends_on, timezone.localdate()) + dt.timedelta(days=1))
    audit.record(actor=actor, action="end_appointment", obj=post, on=str(post.ends_on))
    return post


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
