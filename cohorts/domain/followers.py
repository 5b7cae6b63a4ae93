"""What follows when a unit goes on in another one: posts, contracting groups, majors.

Apps above register their own followers (students, cases) at start-up, so nothing here names them.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from cohorts.domain.changes import Outcome
from cohorts.domain.reconcile import reconcile
from cohorts.models import Appointment, Contract, ContractPost, Major, Unit
from portal.core.models import User


@dataclass(frozen=True)
class Follower:
    """Records of an app above that stand in a unit.

    ``move(actor, old, new, on, keys)`` carries them over from ``on`` and returns how many;
    ``keys`` None means all, otherwise only those of these student numbers.
    ``left(unit_id, on)`` counts what would still stand in the unit on ``on`` or later.
    """

    code: str
    label: Any
    move: Callable[[User | None, Unit, Unit, dt.date, Sequence[str] | None], int]
    left: Callable[[int, dt.date], int]


_followers: dict[str, Follower] = {}


def register_follower(follower: Follower) -> None:
    _followers[follower.code] = follower


def followers() -> list[Follower]:
    return list(_followers.values())


def carry_over(actor: User | None, old: Unit, new: Unit, on: dt.date, outcome: Outcome) -> None:
    """Everything that stands in ``old`` goes on in ``new`` from ``on``."""
    for follower in followers():
        outcome.add(follower.label, follower.move(actor, old, new, on, None))
    move_posts(old, new, on, outcome)
    _move_contracts(old, new, on, outcome)
    majors = Major.objects.filter(college_id=old.pk).update(college_id=new.pk)
    outcome.add(_("majors go over"), majors)


def running(unit: Unit, on: dt.date) -> list[Appointment]:
    """Posts on the unit that are held on ``on`` or begin later; their people are locked."""
    posts = Appointment.objects.filter(Q(ends_on=None) | Q(ends_on__gte=on), unit=unit)
    rows = list(posts.filter(revoked_at=None).select_related("role", "person").order_by("pk"))
    people = User.objects.select_for_update(no_key=True).order_by("pk")
    list(people.filter(pk__in={row.person_id for row in rows}).values_list("pk", flat=True))
    return rows


def end_posts(unit: Unit, on: dt.date, outcome: Outcome) -> None:
    """Posts on the unit end the day before ``on``; those that begin later never begin."""
    posts = running(unit, on)
    for post in posts:
        _end(post, on)
        outcome.posts_ended.append(f"{post.role.name} {post.person.name}")
    reconcile(sorted({post.person_id for post in posts}))
    outcome.add(_("posts end"), len(posts), outcome.posts_ended)


def copy_posts(old: Unit, new: Unit, on: dt.date, outcome: Outcome) -> None:
    """Who holds a post on ``old`` holds the same on ``new`` from ``on`` (a part of ``old``)."""
    posts = running(old, on)
    for post in posts:
        _again(post, new, on)
    reconcile(sorted({post.person_id for post in posts}))
    outcome.add(_("posts are held on the new unit too"), len(posts), map(_words, posts))


def move_posts(old: Unit, new: Unit, on: dt.date, outcome: Outcome) -> None:
    """Posts on ``old`` go on on ``new`` with the same letter and end.

    Where the successor already has the one holder of the role, or the person holds the post
    there already, the old post only ends.
    """
    posts = running(old, on)
    moved, ended = [], []
    there = running(new, on)
    for post in posts:
        is_taken = any(
            other.role_id == post.role_id
            and (post.role.is_single or other.person_id == post.person_id)
            and _overlap(other, post, on)
            for other in there
        )
        _end(post, on)
        if is_taken:
            ended.append(_words(post))
        else:
            there.append(_again(post, new, on))
            moved.append(_words(post))
    reconcile(sorted({post.person_id for post in posts}))
    outcome.add(_("posts go over"), len(moved), moved)
    outcome.add(_("posts end: the successor has a holder"), len(ended), ended)
    outcome.posts_ended += ended


def _overlap(one: Appointment, other: Appointment, on: dt.date) -> bool:
    far = dt.date.max
    first = max(other.starts_on, on)
    return one.starts_on <= (other.ends_on or far) and first <= (one.ends_on or far)


def _words(post: Appointment) -> str:
    return f"{post.role.name} {post.person.name}"


def _end(post: Appointment, on: dt.date) -> None:
    kept = Appointment.objects.get(pk=post.pk)
    if kept.starts_on < on:
        kept.ends_on = on - dt.timedelta(days=1)
    else:
        kept.revoked_at = timezone.now()
    kept.save(update_fields=["ends_on", "revoked_at"])


def _again(post: Appointment, unit: Unit, on: dt.date) -> Appointment:
    """The same post, with all its columns, on another unit from ``on``."""
    again = Appointment.objects.select_related("role", "person").get(pk=post.pk)
    again.pk = None
    again._state.adding = True
    again.unit = unit
    again.starts_on, again.ends_on = max(on, post.starts_on), post.ends_on
    again.revoked_at = None
    again.save()
    return again


def _move_contracts(old: Unit, new: Unit, on: dt.date, outcome: Outcome) -> None:
    """Groups of the old cohort end; the successor has one for the same year, opened if missing."""
    rows = Contract.objects.filter(Q(ends_on=None) | Q(ends_on__gte=on), cohort_id=old.pk)
    for contract in rows.order_by("pk"):
        partners = list(contract.partners.all())
        wanted = list(contract.posts.values_list("member_type", "wanted"))
        letter, year, matters = contract.letter_no, contract.academic_year, contract.matters
        ends_on = contract.ends_on
        contract.ends_on = max(contract.starts_on, on - dt.timedelta(days=1))
        contract.save(update_fields=["ends_on"])
        go_on, made = Contract.objects.get_or_create(
            cohort_id=new.pk, academic_year=year,
            defaults={"matters": matters, "starts_on": max(on, contract.starts_on),
                      "ends_on": ends_on, "letter_no": letter},
        )  # fmt: skip
        go_on.partners.add(*partners)
        if made:
            ContractPost.objects.bulk_create(
                ContractPost(contract=go_on, member_type=kind, wanted=n) for kind, n in wanted
            )
    outcome.add(_("contracting groups go over"), len(rows))
    for contract in Contract.objects.filter(partners=old.pk):
        contract.partners.remove(old.pk)
        contract.partners.add(new.pk)
