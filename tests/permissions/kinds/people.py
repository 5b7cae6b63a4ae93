"""People with what their posts and links of today give them, and the tree of units."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.utils import timezone

from cohorts.models import Appointment, Role, Unit
from portal.core.models import User
from students.models import StudentLink
from tests.permissions.engine import Entities, ref

# Posts on these reach people through their dwelling or party organisation, no others do.
DWELLING_OR_PARTY = {"building", "floor", "room", "party"}


def covers(first: dt.date, last: dt.date | None) -> bool:
    """Whether a stretch of days, the last one included, has today in it."""
    today = timezone.localdate()
    return first <= today and (last is None or today <= last)


def is_alive(user: User) -> bool:
    return user.is_active and not (user.expires_on and user.expires_on < timezone.localdate())


def export(found: Entities, actions: Iterable[str]) -> None:
    """Tags of a person: ``wide a``, the units of posts with action ``a``; ``inner a``, those that
    are dwellings or party organisations; ``linked a``, students by personal links."""
    kinds = {}
    for pk, parent, kind in Unit.objects.values_list("pk", "parent_id", "kind"):
        kinds[pk] = kind
        found.add(ref("Unit", pk), {}, below=[ref("Unit", parent)] if parent else ())
    held: dict[tuple[int, str], list[Any]] = defaultdict(list)
    rights = defaultdict(set)
    for role, code in Role.objects.values_list("pk", "permissions__codename"):
        rights[role].add(code)
    for post in Appointment.objects.filter(revoked_at=None):
        if covers(post.starts_on, post.ends_on):
            for code in rights[post.role_id]:
                held[post.person_id, f"wide {code}"].append(ref("Unit", post.unit_id))
                if kinds[post.unit_id] in DWELLING_OR_PARTY:
                    held[post.person_id, f"inner {code}"].append(ref("Unit", post.unit_id))
    links = StudentLink.objects.filter(revoked_at=None).prefetch_related("kind__permissions")
    for link in links:
        if covers(link.starts_on, link.ends_on):
            for right in link.kind.permissions.all():
                held[link.person_id, f"linked {right.codename}"].append(
                    ref("Student", link.student_id)
                )
    posts, low, served = _posts(kinds)
    ways = [f"{way} {action}" for action in actions for way in ("wide", "inner", "linked")]
    for user in User.objects.all():
        tags = {way: held[user.pk, way] for way in ways} | {"served": served[user.pk]}
        attributes = {
            "is_alive": is_alive(user), "low_posts": low[user.pk],
            "opines": bool(held[user.pk, "wide clear_psychological"]),
            "sorts": bool(held[user.pk, "wide sort_requests"]),
            "guards": bool(held[user.pk, "wide handle_protected"]),
        }  # fmt: skip
        found.add(ref("User", user.pk), attributes, tags=tags, below=posts[user.pk])


Refs = dict[int, list[Any]]


def _posts(kinds: dict[int, str]) -> tuple[Refs, Refs, Refs]:
    """By person: units of all posts of today; those of posts below the university; and the units
    that are served by the offices in which the person is cleared for psychological files."""
    posts: Refs = defaultdict(list)
    low: Refs = defaultdict(list)
    served: Refs = defaultdict(list)
    above = dict(Unit.objects.values_list("pk", "parent_id"))
    cleared = set(
        Role.objects.filter(permissions__codename="clear_psychological").values_list(
            "pk", flat=True
        )
    )

    def chain(pk: int | None) -> Iterable[int]:
        while pk is not None:
            yield pk
            pk = above[pk]

    offices = [pk for pk, kind in kinds.items() if kind == "office"]
    for post in Appointment.objects.filter(revoked_at=None):
        if not covers(post.starts_on, post.ends_on):
            continue
        posts[post.person_id].append(ref("Unit", post.unit_id))
        if kinds[post.unit_id] != "university":
            low[post.person_id].append(ref("Unit", post.unit_id))
        if post.role_id in cleared:
            served[post.person_id] += [
                ref("Unit", above[pk]) for pk in offices if post.unit_id in chain(pk)
            ]
    return posts, low, served
