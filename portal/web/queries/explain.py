"""Why a person may, or may not, do something with a record: the whole chain in sentences."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from casework.models import Case
from cohorts.models import Appointment, Grant, Unit, UnitTree
from portal.core.access import action as known_action
from portal.core.access import denial_reasons, reasons
from portal.core.models import User
from students.access import standing
from students.models import Placement, Student


class UnknownName(LookupError):
    """No such account, record or action; the message names it."""


@dataclass
class Explanation:
    """``is_allowed`` is the answer of restrict(); ``lines`` tell how it comes about."""

    is_allowed: bool
    lines: list[str] = field(default_factory=list)


def find_record(name: str) -> models.Model:
    """``student:<number>``, ``case:<id or number>`` or ``unit:<code>``. Raises UnknownName."""
    kind, _colon, key = name.partition(":")
    rows: models.QuerySet[Any]
    if kind == "student":
        rows = Student.objects.filter(student_no=key)
    elif kind == "case":
        rows = Case.objects.filter(**({"pk": int(key)} if key.isdigit() else {"number": key}))
    elif kind == "unit":
        rows = Unit.objects.filter(code=key)
    else:
        raise UnknownName(
            _("Write the record as student:<number>, case:<id> or unit:<code>, not “%(name)s”.")
            % {"name": name}
        )
    found = rows.first()
    if found is None:
        raise UnknownName(_("There is no “%(name)s”.") % {"name": name})
    return found


def explain(username: str, record: str, action: str | None = None) -> Explanation:
    """The decision and its chain for one account, one record and one action (see by default).

    Raises UnknownName for an unknown account, record or action.
    """
    user = User.objects.filter(username=username).first()
    if user is None:
        raise UnknownName(_("There is no account “%(name)s”.") % {"name": username})
    obj = find_record(record)
    action = action or str(type(obj).see_action)  # type: ignore[attr-defined]
    known = known_action(action)
    if known is None:
        raise UnknownName(
            _("There is no action “%(name)s”: an unknown action is denied to everyone.")
            % {"name": action}
        )
    is_allowed = type(obj)._default_manager.restrict(user, action).filter(pk=obj.pk).exists()  # type: ignore[attr-defined]
    question = _("%(user)s, “%(action)s” (%(code)s), %(record)s, %(day)s") % {
        "user": user, "action": known.label, "code": action, "record": obj,
        "day": date_format(timezone.localdate(), "DATE_FORMAT"),
    }  # fmt: skip
    lines = [question]
    if not user.is_in_force():
        lines.append(_("The account is frozen or has ended: it reaches nothing."))
    lines += [f"! {reason.text}" for reason in denial_reasons(user, obj)]
    lines += [f"+ {reason.text}" for reason in reasons(user, action, obj)]
    lines += [f"  {step}" for step in _paths(user, action, obj)] if is_allowed else []
    lines += [] if is_allowed else [f"- {line}" for line in _why_not(user, action, obj)]
    lines.append(_("ALLOWED") if is_allowed else _("DENIED"))
    return Explanation(is_allowed, lines)


def _units_of(obj: models.Model) -> list[int]:
    """Units in which the record stands today."""
    if isinstance(obj, Unit):
        return [obj.pk]
    student = obj.student if isinstance(obj, Case) else obj
    places = Placement.objects.filter(standing(timezone.localdate()), student=student)
    return list(places.values_list("unit_id", flat=True))


def _path(top: int, bottom: int) -> str:
    """Names from ``top`` down to ``bottom``."""
    between = UnitTree.objects.filter(
        descendant_id=bottom,
        ancestor_id__in=UnitTree.objects.filter(ancestor_id=top).values("descendant_id"),
    ).order_by("-depth")
    return " › ".join(row.ancestor.name for row in between.select_related("ancestor"))


def _paths(user: User, action: str, obj: models.Model) -> list[str]:
    """Grant by grant, the way down the tree from the post's unit to where the record stands."""
    today = timezone.localdate()
    places = _units_of(obj)
    held = Grant.objects.filter(
        user=user, permission__codename=action, starts_on__lte=today,
        content_object__below__descendant_id__in=places,
    ).exclude(ends_on__lt=today)  # fmt: skip
    found = []
    pairs = held.values_list(
        "content_object_id", "content_object__below__descendant_id", "starts_on", "ends_on"
    )
    for top, bottom, starts_on, ends_on in pairs.distinct():
        if bottom in places:
            found.append(
                _("path: %(path)s; dates: %(dates)s")
                % {"path": _path(top, bottom), "dates": _dates(starts_on, ends_on)}
            )
    return found


def _dates(starts_on: dt.date, ends_on: dt.date | None) -> str:
    first = date_format(starts_on, "DATE_FORMAT")
    last = date_format(ends_on, "DATE_FORMAT") if ends_on else _("no end")
    return _("%(first)s to %(last)s") % {"first": first, "last": last}


def _why_not(user: User, action: str, obj: models.Model) -> list[str]:
    """One line for each post, ended ones too, saying what it lacks."""
    today = timezone.localdate()
    places = _units_of(obj)
    posts = Appointment.objects.filter(person=user).select_related("role", "unit")
    lines = []
    for post in posts:
        head = f"{post.role.name} · {post.unit.name} · {_dates(post.starts_on, post.ends_on)}"
        if post.revoked_at is not None or (post.ends_on is not None and post.ends_on < today):
            why = _("ended")
        elif post.starts_on > today:
            why = _("starts later")
        elif not post.role.permissions.filter(codename=action).exists():
            why = _("this role does not carry the action")
        elif not UnitTree.objects.filter(ancestor=post.unit, descendant_id__in=places).exists():
            why = _("the record does not stand in this unit or below it today")
        else:
            why = _("rooms and floors count only under a post on a building, floor or room")
        lines.append(f"{head}: {why}")
    if not lines:
        lines.append(_("This person has never held a post."))
    return lines
