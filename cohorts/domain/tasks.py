"""Giving tasks: nobody gets what he cannot do, and nothing is given twice."""

import datetime as dt

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from cohorts.access import in_force
from cohorts.domain.reconcile import lock_people
from cohorts.models import OWN, Appointment, Grant, Task, Unit
from cohorts.task_access import givable_unit_ids, task_unit_ids
from cohorts.task_sources import source_of
from portal.core import audit
from portal.core.errors import DomainError
from portal.core.models import Notification, User

# A day further away than this is a slip of the pen.
FARTHEST = dt.timedelta(days=3 * 366)
TEXT_MAX = 200


def check_day(day: dt.date) -> None:
    """Raises DomainError for a last day that has passed or lies years ahead."""
    today = timezone.localdate()
    if day < today:
        raise DomainError(_("The last day has passed already. Choose today or later."))
    if day > today + FARTHEST:
        raise DomainError(_("The last day lies too far ahead. Check the year."))


def check_person(person: User, source: str, source_id: int | None) -> None:
    """Raises DomainError when ``person`` could not do a task of this source: the account is
    closed, there is no post, or what it is about is not open to him."""
    if not person.is_in_force():
        raise DomainError(
            _("%(name)s has left: the account is closed. Choose somebody else.")
            % {"name": person.name}
        )
    origin = source_of(source)
    if origin.can_act is not None and source_id is not None:
        if source_id not in origin.can_act(person, [source_id]):
            raise DomainError(
                _(
                    "%(name)s could not do this: what it is about is not open to %(name)s. Give "
                    "the right or a seat first, or choose somebody else."
                )
                % {"name": person.name}
            )
    elif source == OWN and not holds_a_post(person):
        raise DomainError(
            _("%(name)s holds no post today. Choose somebody who does.") % {"name": person.name}
        )


def holds_a_post(person: User) -> bool:
    posts = Appointment.objects.in_force(timezone.localdate())
    return bool(posts.filter(person=person).exists())


def check_unit(unit: Unit) -> None:
    """Raises DomainError when nobody could take on what is given to ``unit``."""
    today = timezone.localdate()
    if unit.closed_on is not None and unit.closed_on <= today:
        raise DomainError(_("%(unit)s is closed. Choose another unit.") % {"unit": unit.name})
    holders = Grant.objects.filter(
        in_force(today), permission__codename="do_task", user__is_active=True,
        content_object__below__descendant=unit,
    ).exclude(user__expires_on__lt=today)  # fmt: skip
    if not holders.exists():
        raise DomainError(
            _("Nobody at %(unit)s could take this on. Appoint somebody there, or name a person.")
            % {"unit": unit.name}
        )


def may_give_to(actor: User, owner: User | None, unit: Unit | None) -> bool:
    """Everybody to himself; otherwise to units that one directs and to those who hold posts
    there or below, and to the partners of one's contracted grades."""
    if owner is not None and owner.pk == actor.pk:
        return unit is None or unit.pk in task_unit_ids(actor, "see_task")
    units = givable_unit_ids(actor)
    if unit is not None and unit.pk not in units:
        return False
    if owner is None:
        return unit is not None
    posts = Appointment.objects.in_force(timezone.localdate()).filter(person=owner)
    return bool(posts.filter(unit_id__any=units).exists())


@transaction.atomic
def give_task(
    *,
    actor: User | None,
    due_on: dt.date,
    text: str = "",
    owner: User | None = None,
    unit: Unit | None = None,
    source: str = OWN,
    source_id: int | None = None,
    verifier: User | None = None,
    key: str | None = None,
    may_be_late: bool = False,
) -> Task:
    """Give a promise to a person, or to a unit whose holders take it on.

    ``actor`` None is the system. Words of one's own ask for the right to give tasks there; for a
    registered ``source`` the calling domain function has asked. The same ``key`` again gives the
    first task back unchanged. ``may_be_late``: the last day may have passed (old data). Raises
    DomainError when nobody could do it, or the last day makes no sense.
    """
    text = " ".join(text.split())
    sent: Task | None = Task.objects.filter(key=key).first() if key is not None else None
    if sent is not None:
        return sent
    if owner is None and unit is None:
        raise DomainError(_("Say who does it: a person or a unit."))
    if source == OWN and not text:
        raise DomainError(_("Write in one sentence what is to be done."))
    if not may_be_late:
        check_day(due_on)
    if owner is not None:
        lock_people([owner.pk])
        check_person(owner, source, source_id)
    elif unit is not None:
        check_unit(unit)
    if verifier is not None and owner is not None and verifier.pk == owner.pk:
        raise DomainError(_("Somebody else checks a task than the one who does it."))
    if actor is not None and source == OWN and not may_give_to(actor, owner, unit):
        raise DomainError(
            _("You give tasks to yourself, and where a post of yours directs the staff."),
            code="denied",
        )
    made = Task(
        text=text[:TEXT_MAX], source=source, source_id=source_id, unit=unit, owner=owner,
        given_by=actor, given_at=timezone.now(), due_on=due_on, first_due_on=due_on,
        verifier=verifier, key=key,
    )  # fmt: skip
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError:
        # Sent twice at once and the other copy won.
        kept: Task | None = Task.objects.filter(key=key).first() if key else None
        if kept is None:
            raise
        return kept
    audit.record(
        actor=actor, action="give_task", obj=made, source=source, source_id=source_id,
        owner=owner.pk if owner else None, unit=unit.pk if unit else None, due_on=due_on,
    )  # fmt: skip
    tell_owner(made, actor)
    return made


def tell_owner(task: Task, actor: User | None) -> None:
    """A line in the bell of the owner; never what it is about."""
    if task.owner_id is None or (actor is not None and actor.pk == task.owner_id):
        return
    words = _("A task was given to you, due %(day)s.") % {
        "day": date_format(task.due_on, "DATE_FORMAT")
    }
    url, bell = "", source_of(task.source).bell
    if bell is not None:
        said, url = bell(task)
        words = f"{said} {words}"
    tell(task, task.owner_id, "given", words, url)


def tell(task: Task, person_id: int, what: str, words: str, url: str = "") -> None:
    """One notice for each version of the task: sending it again does not ring twice. It leads to
    the task, or to ``url``."""
    Notification.objects.get_or_create(
        user_id=person_id, key=f"task:{task.pk}:{what}:{task.version}",
        defaults={"text": words[:300], "url": url or reverse("cohorts:task", args=[task.pk])},
    )  # fmt: skip
