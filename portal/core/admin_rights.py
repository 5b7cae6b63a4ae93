"""Rights inside Django's admin: three duties that nobody combines (三员分立, rulebook 8.2).

A duty follows from a post (sysadmin, secadmin, auditor). Each registered admin class says what
each duty may do with it (``duties``); the Django group of the duty holds exactly these model
permissions. Membership follows the appointments, and the duty of *today* is asked again in every
request, so a group row that was left behind opens nothing.
"""

import datetime as dt
from collections.abc import Callable, Iterable
from typing import Any

from django.contrib.auth.models import Group, Permission
from django.db import connection, transaction
from django.utils.translation import gettext as _

from portal.core.errors import DomainError
from portal.core.models import User

DUTIES = ("sysadmin", "secadmin", "auditor")
_PREFIX = "admin:"
_LOCK = 8_202_001  # the number by which PostgreSQL knows this lock

# cohorts hands these up: which duty an account holds today, and whether anyone can still appoint.
_duty_today: list[Callable[[User], str | None]] = []
_guards: list[Callable[[dt.date | None], None]] = []


def register_duty_source(duty_today: Callable[[User], str | None]) -> None:
    """``duty_today(user)`` names the duty of the posts in force today, or None."""
    _duty_today[:] = [duty_today]


def register_guard(guard: Callable[[dt.date | None], None]) -> None:
    """``guard(day)`` raises DomainError when the last write left nobody who can mend it."""
    _guards[:] = [guard]


def check_lockout(day: dt.date | None = None) -> None:
    """Call after a write, inside its transaction: on ``day`` (today) somebody can still appoint.

    One such write at a time: two administrators who remove one another would both pass else.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    for guard in _guards:
        guard(day)


def duty_of(user: Any) -> str | None:
    """The duty of an account in force, by its posts of today."""
    if not getattr(user, "is_authenticated", False) or not user.is_in_force():
        return None
    return _duty_today[0](user) if _duty_today else None


def group_of(duty: str) -> Group:
    """The group of a duty, with exactly the permissions that the admin classes declare."""
    group, _made = Group.objects.get_or_create(name=_PREFIX + duty)
    wanted = set(_declared_permissions(duty))
    if wanted != set(group.permissions.values_list("pk", flat=True)):
        group.permissions.set(wanted)
    return group


def _declared_permissions(duty: str) -> Iterable[int]:
    from django.contrib import admin  # the registry is complete only after start-up

    wanted = {
        (model._meta.app_label, model._meta.model_name, f"{verb}_{model._meta.model_name}")
        for model, model_admin in admin.site._registry.items()
        for verb in getattr(model_admin, "duties", {}).get(duty, "").split()
    }
    # A plain list of names and a sieve here: as alternatives the database would take far longer.
    rows = Permission.objects.filter(codename__in={name for _app, _model, name in wanted})
    found = rows.values_list("pk", "content_type__app_label", "content_type__model", "codename")
    return [pk for pk, *named in found.order_by() if tuple(named) in wanted]


def duty_permissions(user: User) -> set[str]:
    """``app.verb_model`` names that count today: the group's, while the post is in force."""
    duty = duty_of(user)
    if duty is None:
        return set()
    rows = Permission.objects.filter(group__user=user, group__name=_PREFIX + duty)
    return {
        f"{app}.{code}" for app, code in rows.values_list("content_type__app_label", "codename")
    }


@transaction.atomic
def give_admin_rights(user: User, role_code: str | None) -> None:
    """Put ``user`` into the group of ``role_code`` and out of the two others; None leaves all.

    ``is_staff`` follows. Raises DomainError when the code is no duty of the three.
    """
    if role_code is not None and role_code not in DUTIES:
        raise DomainError(_("%(code)s is not an administrator's role.") % {"code": role_code})
    others = [_PREFIX + duty for duty in DUTIES if duty != role_code]
    user.groups.remove(*Group.objects.filter(name__in=others))
    if role_code is not None:
        user.groups.add(group_of(role_code))
    User.objects.filter(pk=user.pk).update(is_staff=role_code is not None)
    user.is_staff = role_code is not None
    for cache in ("_perm_cache", "_user_perm_cache", "_group_perm_cache"):
        user.__dict__.pop(cache, None)


def write_groups(**_kwargs: Any) -> None:
    """After each migration: the groups follow the code."""
    for duty in DUTIES:
        group_of(duty)
